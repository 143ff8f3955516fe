import { expect, test } from '../support/fixtures';

test('Onramp starts and reports healthy', async ({ page }) => {
  const answer = await page.goto('/healthz');
  expect(answer?.status()).toBe(200);
});

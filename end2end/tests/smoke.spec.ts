import { expect, test } from '../support/fixtures';

test('the release build starts and reports healthy', async ({ page }) => {
  const answer = await page.goto('/healthz');
  expect(answer?.status()).toBe(200);
});

import { expect, test } from '../support/fixtures';
import { expectStage, signIn } from '../support/steps';

// The control page needs no scripts.
test('a story played on the control page arrives in Onramp, and the clock lets an invitation expire', async ({ page }) => {
  await signIn(page);
  await page.getByRole('link', { name: 'Open sandbox controls' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sandbox control');
  await page.getByLabel('Story').selectOption({ label: 'Connection staled' });
  await page.getByLabel('Fleet reference', { exact: true }).first().fill('FLEET-told');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('status')).toHaveText('Story played. One fleet took part.');
  const row = page.getByRole('row', { name: /FLEET-told/ });
  await expect(row).toContainText('stale');
  await row.getByRole('button', { name: /^Repair/ }).click();
  await expect(page.getByRole('row', { name: /FLEET-told/ })).toContainText('active');

  await page.getByLabel('Story').selectOption({ label: 'Opened' });
  await page.getByLabel('Fleet reference', { exact: true }).first().fill('FLEET-late');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  // Invitations of other tests may expire first.
  await expect(async () => {
    await page.goto('/sandbox');
    await page.getByRole('button', { name: 'To the next expiry' }).click();
    await expect(page.getByRole('status')).toHaveText('The clock was moved forward.');
    await page.goto('/invitations');
    await page.getByRole('link', { name: 'FLEET-late' }).click();
    await expectStage(page, 'expired', 1_000);
  }).toPass();
  await page.goto('/invitations');
  await page.getByRole('link', { name: 'FLEET-told' }).click();
  await expectStage(page, 'connected');
});

test('errors appear beside their field, and nothing is reset without confirmation', async ({ page }) => {
  await page.goto('/sandbox');
  await page.getByLabel('How many fleets').fill('many');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByLabel('How many fleets')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('How many fleets')).toHaveValue('many');
  await page.getByRole('button', { name: 'Reset the sandbox' }).click();
  await expect(page.getByLabel('Delete everything in the sandbox'), 'the browser asks for it').toBeFocused();
  await page.getByLabel('Delete everything in the sandbox').check();
  await page.getByRole('button', { name: 'Reset the sandbox' }).click();
  await expect(page.getByRole('status')).toHaveText('The sandbox was reset.');
});

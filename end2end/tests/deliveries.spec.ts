import { expect, test } from '../support/fixtures';
import { acceptAsFleet, connectAsFleet, expectStage, invite, openAsFleet, sendForged, signIn } from '../support/steps';

test('staff follow a webhook from the inbox to what it changed', async ({ page, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-inbox', name: 'Inbox Haulage' });
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await page.goto(path);
  await expectStage(page, 'connected');

  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  await page.getByLabel('Event').selectOption('invitation.accepted');
  await page.getByLabel('State').selectOption('Processed');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/event=invitation.accepted/);
  await expect(page.getByLabel('Event'), 'the filter stays as chosen').toHaveValue('invitation.accepted');
  const rows = page.getByTestId('deliveries').locator('tbody tr');
  await expect(rows).toHaveCount(1);
  await rows.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('invitation.accepted');
  await expect(page.getByTestId('changes')).toContainText('Fleet accepted the invitation');
  await expect(page.getByTestId('changes')).toContainText('FLEET-inbox');
  await expect(page.getByTestId('lag')).toHaveText(/^\d+ ms later$/);
  const text = await page.locator('body').innerText();
  expect(text).toContain('[redacted]');
  expect(text, 'no secret of the invitation').not.toContain(new URL(link).searchParams.get('invite'));
});

test('an unverified delivery is quarantined, shown, and can be verified again', async ({ page }) => {
  await signIn(page);
  await sendForged(page, 'forged.once');
  await page.goto('/deliveries');
  await page.getByTestId('figures').locator('a[href="/deliveries?state=quarantined"]').click();
  await expect(page).toHaveURL('/deliveries?state=quarantined');
  const row = page.getByTestId('deliveries').locator('tr', { hasText: 'forged.once' });
  await expect(row).toContainText('X-Catena-Signature is missing');
  await page.getByRole('button', { name: 'Verify all again' }).click();
  await expect(page.getByRole('status')).toContainText(/^0 deliveries could be verified .* could not and stay\.$/);
  await page.goto('/deliveries?state=quarantined');
  await row.getByRole('link').click();
  await page.getByRole('button', { name: 'Verify again' }).click();
  await expect(page.getByRole('status')).toContainText('still can’t be believed');
  await expect(page.getByTestId('reason')).toContainText('X-Catena-Signature is missing');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the inbox can be filtered with keyboard and links alone', async ({ page }) => {
    await signIn(page);
    await sendForged(page, 'forged.plainly');
    await page.goto('/deliveries?from=yesterday');
    await expect(page.locator('.error')).toHaveText('Write it as 2026-03-02T15:24.');
    await page.getByRole('link', { name: 'Clear' }).click();
    await expect(page).toHaveURL('/deliveries');
    await page.getByLabel('State').selectOption('Quarantined');
    await page.getByLabel('Event').selectOption('forged.plainly');
    await page.getByRole('button', { name: 'Apply' }).press('Enter');
    await expect(page).toHaveURL(/state=quarantined/);
    await expect(page.getByTestId('deliveries').locator('tbody tr')).toHaveCount(1);
  });
});

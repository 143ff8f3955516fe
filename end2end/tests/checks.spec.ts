import { expect, test } from '../support/fixtures';
import { catenaFails, connectAsFleet, acceptAsFleet, entries, expectStage, invite, isLive, openAsFleet, pauseWebhooks, signIn } from '../support/steps';

test('a check finds what no webhook reported, and the first page says so', async ({ onramp, page, fleet }) => {
  await signIn(page);
  await pauseWebhooks(onramp);
  const { link, path } = await invite(page, { ref: 'FLEET-unheard', name: 'Unheard Haulage' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await expectStage(page, 'created');

  await catenaFails(onramp, 'GET /v2/orgs/invitations', { status: 429, retry_after_seconds: 300 });
  await page.getByRole('button', { name: 'Check with Catena now' }).click();
  await expect(page.getByRole('alert')).toContainText('Try again in 300 seconds');
  await page.goto(path);
  await page.getByRole('button', { name: 'Check with Catena now' }).click();
  await expect(page.getByRole('status').first()).toHaveText('Catena was asked: 2 facts were found.');
  await expectStage(page, 'agreement');
  await expect(entries(page, 'invitation.accepted')).toContainText('found by check');

  await page.goto('/invitations');
  await expect(page.getByTestId('webhooks-missing')).toContainText('2 facts had to be found by asking Catena');
  await page.getByTestId('webhooks-missing').getByRole('link', { name: 'checks' }).click();
  await expect(page.getByTestId('repaired-fleets')).toContainText('Unheard Haulage');

  await connectAsFleet(fleet);
  await page.getByRole('button', { name: 'Check everything now' }).click();
  await expect(page).toHaveURL('/settings/checks?started=true');
  await expect(async () => {
    await page.goto('/settings/checks');
    await expect(page.getByTestId('checks').getByRole('row', { name: 'Staff asked' })).toContainText('complete', { timeout: 1 });
  }).toPass({ timeout: 10_000 });
  await page.goto(path);
  await expectStage(page, 'connected');
  await expect(entries(page, 'connection.created')).toContainText('Provider: Samsara');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('checks work with forms and links alone', async ({ onramp, page, fleet }) => {
    await signIn(page);
    await pauseWebhooks(onramp);
    const { link } = await invite(page, { ref: 'FLEET-plain' });
    await openAsFleet(fleet, link);
    await acceptAsFleet(fleet);
    await page.getByRole('button', { name: 'Check with Catena now' }).press('Enter');
    await expect(page).toHaveURL(/[?]checked=2$/);
    await expect(page.getByRole('status').first()).toHaveText('Catena was asked: 2 facts were found.');
    await expectStage(page, 'agreement');
    await page.getByRole('button', { name: 'Check with Catena now' }).press('Enter');
    await expect(page.getByRole('status').first()).toHaveText('Catena was asked: nothing new.');
    await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
    await page.getByRole('link', { name: 'Checks' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Checks');
  });
});

import { expect, test } from '../support/fixtures';
import {
  acceptAsFleet,
  connectAsFleet,
  declineAsFleet,
  entries,
  expectStage,
  invite,
  kinds,
  openAsFleet,
  setUp,
  signIn,
  signOut,
  step,
} from '../support/steps';

// For both the staff's and the fleet's browser.
test.use({ javaScriptEnabled: false });

const ADA = { email: 'ada@carrier.example', password: 'three brown horses walk' };

test('the whole story works without JavaScript', async ({ onramp, page, fleet }) => {
  await setUp(page, await onramp.setupLink(), ADA);
  await signOut(page);
  await signIn(page, ADA);
  const invitation = await invite(page, { ref: 'FLEET-42', name: 'J.B. Hunt' });
  await expectStage(page, 'created');
  await expect(page.getByTestId('magic-link')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Copy link' })).toHaveCount(0);
  await expect(page.getByTestId('live-status')).toHaveText('Not live. Reload to see changes.');

  /** A webhook takes a moment; a person would reload until it has arrived. */
  const reloadUntil = (stage: string) =>
    expect(async () => {
      await page.reload();
      await expect(page.getByTestId('badges').locator('[data-stage]')).toHaveAttribute('data-stage', stage, { timeout: 1 });
    }).toPass({ timeout: 10_000 });

  await openAsFleet(fleet, invitation.link);
  await reloadUntil('viewed');
  await acceptAsFleet(fleet);
  await reloadUntil('agreement');
  await connectAsFleet(fleet);
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText('You’re connected');
  await expect(fleet.getByText('FLEET-42', { exact: true })).toBeVisible();
  await reloadUntil('connected');

  expect(new Set(await kinds(page))).toEqual(
    new Set([
      'invitation.created',
      'link.shown',
      'invitation.viewed',
      'invitation.accepted',
      'share_agreement.created',
      'connection.created',
      'fleet_connection.created',
      'landing.success',
    ]),
  );
  for (const label of ['Invited', 'Opened', 'Accepted', 'Agreement', 'Provider linked', 'Connected']) {
    await expect(step(page, label)).toContainText('done');
  }
  await expect(entries(page).filter({ hasText: 'Not confirmed' })).toHaveCount(0);

  await page.getByRole('link', { name: 'Invitations', exact: true }).first().click();
  await expect(page.getByRole('row', { name: /J\.B\. Hunt/ })).toContainText('Connected');
});

test('declining works without JavaScript', async ({ page, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-no' });
  await openAsFleet(fleet, link);
  await declineAsFleet(fleet, 'Not this quarter.');
  await expect(async () => {
    await page.goto(path);
    expect(await kinds(page)).toContain('invitation.declined');
  }).toPass({ timeout: 10_000 });
  await expectStage(page, 'declined');
});

test('errors come back without JavaScript', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('a/b');
  await page.getByText('More about the fleet').click();
  await page.getByLabel('Contact phone').fill('415 555');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByLabel('Reference')).toHaveValue('a/b');
  await expect(page.getByLabel('Contact phone')).toHaveValue('415 555');
  await expect(page.getByLabel('Contact phone')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('2 fields need your attention');
});

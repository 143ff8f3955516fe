import { expect, test } from '../support/fixtures';
import {
  acceptAsFleet,
  connectAsFleet,
  declineAsFleet,
  entries,
  expectStage,
  invite,
  isLive,
  kinds,
  moveClock,
  openAsFleet,
  shown,
  signIn,
  step,
} from '../support/steps';

test('a declined invitation shows the reason to staff and the consequences to the fleet', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-no' });
  await isLive(page);

  await openAsFleet(fleet, link);
  await declineAsFleet(fleet, 'We already share our data with you.');
  await expect(fleet.getByText('FLEET-no', { exact: true })).toBeVisible();
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText(/Not connected yet|This invitation is over/);
  // Declining ends the link, so the page must not suggest using it again.
  await expect(fleet.getByText('Your link still works')).toHaveCount(0);

  await expectStage(page, 'declined');
  await expect(entries(page, 'invitation.declined')).toContainText('We already share our data with you.');
  await expect(page.getByTestId('next')).toContainText('We already share our data with you.');
  await expect(entries(page, 'landing.failure')).toHaveCount(1);
  await expect(entries(page).filter({ hasText: 'Not confirmed' })).toHaveCount(0);
  await fleet.goto(link);
  await expect(fleet.getByRole('heading', { name: 'You declined' })).toBeVisible();
});

test('renewing a declined invitation reopens its link and keeps the timeline', async ({ page, fleet }) => {
  await signIn(page);
  const first = await invite(page, { ref: 'FLEET-again' });
  await openAsFleet(fleet, first.link);
  await declineAsFleet(fleet, 'Not this quarter.');
  await expectStage(page, 'declined');

  await page.goto(first.path);
  await page.getByRole('button', { name: 'Reopen invitation' }).click();
  await expect(page.getByTestId('confirm')).toContainText('Not this quarter.');
  await page.getByRole('button', { name: 'Reopen declined invitation' }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText('FLEET-again');
  const second = await shown(page, 'FLEET-again');
  expect(second.link).toBe(first.link);
  expect(second.path).toBe(first.path);
  await expect(page.getByRole('status').filter({ hasText: 'opened the declined invitation again' })).toBeVisible();
  await expectStage(page, 'created');
  await expect(entries(page, 'invitation.declined')).toContainText('Not this quarter.');
  await expect(entries(page, 'invitation.refreshed')).toHaveCount(1);
  await isLive(page);

  await openAsFleet(fleet, second.link);
  await expect(entries(page, 'invitation.viewed')).toHaveCount(2);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
});

test('a previously linked provider is shown as reused', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-reused' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet, { alreadyLinked: true });

  await expectStage(page, 'connected');
  await expect(step(page, 'Provider linked')).toContainText('reused');
  expect(await kinds(page)).not.toContain('connection.created');
});

test('a fleet can request a missing provider and gets a confirmation', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-missing' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await fleet.getByRole('link', { name: 'My provider is not listed' }).click();
  await fleet.getByLabel('Your provider').fill('Hometown GPS');
  await fleet.getByRole('button', { name: 'Request this integration' }).click();

  await expect(fleet).toHaveURL('/onboarding/success');
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText('Your request has been sent');
  await expect(fleet.getByText('FLEET-missing', { exact: true })).toBeVisible();
  await expect(fleet.getByText('You’re connected')).toHaveCount(0);

  await expect(entries(page, 'landing.integration_requested')).toContainText('Not confirmed');
  await expect(page.getByTestId('next')).toContainText('asked for a provider');
  await expectStage(page, 'agreement');
});

test('a fleet that leaves midway can continue with the same link', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-later' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await fleet.getByRole('button', { name: 'Come back later' }).click();
  await expect(fleet).toHaveURL('/onboarding/failure');
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText('Not connected yet');
  await expect(entries(page, 'landing.failure')).toContainText('Not confirmed');

  await fleet.goto(link);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
});

// The sandbox's clock only moves forward and affects the whole file, so this test comes last.
test('an expiring link is shown as expired, live to staff and to the fleet', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-late', hours: '2' });
  await expect(page.getByTestId('expiry')).toContainText(/expires in (1 hour|2 hours)/);
  await isLive(page);
  await openAsFleet(fleet, link);
  await expectStage(page, 'viewed');

  await moveClock(onramp, 3);
  await expectStage(page, 'expired');
  await expect(entries(page, 'invitation.expired')).toContainText('Catena webhook');
  await expect(page.getByTestId('next')).toContainText('The link expired');

  await fleet.goto(link);
  await expect(fleet.getByRole('heading', { name: 'This link has expired' })).toBeVisible();
  await fleet.getByRole('button', { name: 'Come back later' }).click();
  await expect(fleet).toHaveURL('/onboarding/failure');
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText('This invitation is over');

  await test.step('a new invitation for the same fleet has another link', async () => {
    const next = await invite(page, { ref: 'FLEET-late' });
    expect(next.link).not.toBe(link);
    expect((await shown(page, 'FLEET-late')).path).toBe(next.path);
    await expectStage(page, 'created');
  });
});

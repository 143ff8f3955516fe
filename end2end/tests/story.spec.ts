import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { liveness } from '../support/liveness';
import {
  acceptAsFleet,
  chooseAsFleet,
  connectAsFleet,
  entries,
  expectStage,
  finishAsFleet,
  invite,
  isLive,
  linkAsFleet,
  openAsFleet,
  setUp,
  signIn,
  signOut,
  step,
  webhooksAreSetUp,
} from '../support/steps';

/** A change should appear within a second; the rest is margin for a busy machine. */
const SEEN_WITHIN_MS = 1_500;

const ADA = { email: 'ada@carrier.example', password: 'three brown horses walk' };

test('every step from the setup link to a connected fleet appears live', async ({ onramp, page, context, fleet }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);

  await test.step('the first administrator is made, signs out and signs in', async () => {
    await setUp(page, await onramp.setupLink(), ADA);
    await webhooksAreSetUp(page);
    await signOut(page);
    await signIn(page, ADA);
  });

  const invitation = await test.step('an invitation is created and its link is copied', async () => {
    const invitation = await invite(page, { ref: 'FLEET-42', name: 'J.B. Hunt' });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('J.B. Hunt');
    await expect(page.getByTestId('expiry')).toContainText(/expires in 2\d hours/);
    const copy = page.getByRole('button', { name: 'Copy link' });
    await copy.click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(invitation.link);
    await expect(copy).toBeVisible();
    return invitation;
  });

  await expectStage(page, 'created');
  await isLive(page);
  const live = await liveness(page);

  const seen = (kind: string, answered: number) =>
    test.step(`staff see ${kind} within a second`, async () => {
      await expect(entries(page, kind)).toHaveCount(1);
      const took = (await live.seenAt(kind)) - answered;
      console.log(`live: ${kind} was visible ${took} ms after the fleet's page had answered`);
      expect(took).toBeLessThan(SEEN_WITHIN_MS);
    });

  let answered = await answer(fleet, 'GET', () => openAsFleet(fleet, invitation.link));
  await seen('invitation.viewed', answered);
  await expectStage(page, 'viewed');
  await expect(step(page, 'Opened')).toContainText('done');

  answered = await answer(fleet, 'POST', () => acceptAsFleet(fleet));
  await seen('invitation.accepted', answered);
  await seen('share_agreement.created', answered);
  await expectStage(page, 'agreement');

  await chooseAsFleet(fleet, 'Samsara');
  answered = await answer(fleet, 'POST', () => linkAsFleet(fleet));
  await seen('connection.created', answered);
  await seen('fleet_connection.created', answered);
  await expectStage(page, 'connected');
  await expect(page.getByTestId('badges')).toContainText('Data flowing');

  answered = await answer(fleet, 'POST', () => finishAsFleet(fleet));
  await seen('landing.success', answered);
  await expect(fleet.getByRole('heading', { level: 1 })).toHaveText('You’re connected');
  await expect(fleet.getByText('FLEET-42', { exact: true })).toBeVisible();

  await test.step('the page was never reloaded', async () => {
    expect(await live.isSamePage()).toBe(true);
  });
  await test.step('each step is there, with its source', async () => {
    for (const label of ['Invited', 'Opened', 'Accepted', 'Agreement', 'Provider linked', 'Connected']) {
      await expect(step(page, label)).toContainText('done');
    }
    await expect(entries(page, 'invitation.created')).toContainText('Catena webhook');
    await expect(entries(page, 'invitation.created')).toContainText(`by ${ADA.email}`);
    await expect(entries(page, 'landing.success')).toContainText('landing page');
    await expect(entries(page).filter({ hasText: 'Not confirmed' })).toHaveCount(0);
  });
});

test('a return stays “not confirmed” until a webhook confirms it', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const invitation = await invite(page, { ref: 'FLEET-early' });
  await isLive(page);
  const live = await liveness(page);
  await openAsFleet(fleet, invitation.link);
  await acceptAsFleet(fleet);

  // A browser claims success before Catena reports it: anyone with the link could type this address.
  const early = await fleet.context().newPage();
  const claim = new URLSearchParams({ invitation_id: invitation.id, fleet_ref: invitation.ref, status: 'success' });
  await early.goto(`${onramp.baseURL}/onboarding/success?${claim}`);
  const returned = entries(page, 'landing.success');
  await expect(returned).toContainText('Not confirmed');
  await expectStage(page, 'agreement');

  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  await expect(returned).toHaveCount(1);
  await expect(returned).not.toContainText('Not confirmed');
  expect(await live.isSamePage()).toBe(true);
});

/** When the first response to `act` in the fleet's browser arrived. */
async function answer(fleet: Page, method: 'GET' | 'POST', act: () => Promise<void>): Promise<number> {
  const answered = fleet.waitForResponse((response) => response.request().method() === method).then(() => Date.now());
  await act();
  return answered;
}

import { expect, test } from '../support/fixtures';
import {
  acceptAsFleet,
  choosePreset,
  connectAsFleet,
  declineAsFleet,
  entries,
  expectStage,
  expiresAtNight,
  goStale,
  invite,
  isLive,
  moveClock,
  openAsFleet,
  shown,
  signIn,
} from '../support/steps';

test('while a reference is typed, the form says what Catena will do', async ({ page, fleet }) => {
  await signIn(page);
  const active = await invite(page, { ref: 'TYPED-active' });
  const accepted = await invite(page, { ref: 'TYPED-accepted' });
  await openAsFleet(fleet, accepted.link);
  await acceptAsFleet(fleet);
  const declined = await invite(page, { ref: 'TYPED-declined' });
  await openAsFleet(fleet, declined.link);
  await declineAsFleet(fleet, 'Not this quarter.');
  await page.goto(declined.path);
  await expectStage(page, 'declined');

  await page.goto('/invitations/new');
  const preview = page.getByTestId('preview');
  const reference = page.getByLabel('Reference');
  await reference.pressSequentially('TYPED-new');
  await expect(preview).toHaveText(/Catena creates a new one/);
  for (const [ref, says] of [
    ['TYPED-active', /active invitation until .* Nothing else changes/],
    ['TYPED-accepted', /has already accepted its invitation/],
    ['TYPED-declined', /declined and wrote: “Not this quarter.”/],
    ['typed-active', /“TYPED-active” already exists/],
    ['a/b', /letters, digits/],
  ] as const) {
    await reference.fill(ref);
    await expect(preview).toContainText(says);
  }
  await reference.fill('TYPED-active');
  const fleetPage = preview.getByRole('link', { name: 'View fleet' });
  await expect(fleetPage).toHaveAttribute('href', '/fleets/TYPED-active');
  await fleetPage.click();
  await expect(page.getByTestId('rounds')).toBeVisible();
  await expect(page.getByRole('link', { name: 'New invitation' })).toHaveAttribute('href', active.path);
});

test('what was shown while typing needs no confirmation, except for a declined invitation', async ({ page, fleet }) => {
  await signIn(page);
  const active = await invite(page, { ref: 'SEEN-active' });
  const declined = await invite(page, { ref: 'SEEN-declined' });
  await openAsFleet(fleet, declined.link);
  await declineAsFleet(fleet, 'Too early.');
  await page.goto(declined.path);
  await expectStage(page, 'declined');

  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('SEEN-active');
  await expect(page.getByTestId('preview')).toContainText('Nothing else changes');
  await page.getByLabel('Link valid for (hours)').fill('48');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Catena refreshed it' })).toBeVisible();
  expect((await shown(page, 'SEEN-active')).path).toBe(active.path);
  await expect(entries(page, 'invitation.refreshed')).toContainText('by demo@onramp.example');

  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('SEEN-declined');
  await page.getByLabel('Fleet name').fill('J.B. Hunt');
  await expect(page.getByTestId('preview')).toContainText('Too early.');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  const confirm = page.getByTestId('confirm');
  await expect(confirm).toBeFocused();
  await expect(confirm).toContainText('The fleet declined. Reopen its invitation?');
  await expect(page.getByLabel('Fleet name')).toHaveValue('J.B. Hunt');
  // Enter in a field is no confirmation.
  await page.getByLabel('Reference').press('Enter');
  await expect(page.getByTestId('confirm')).toBeVisible();
  await page.getByRole('button', { name: 'Reopen declined invitation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'opened the declined invitation again' })).toBeVisible();
  await expectStage(page, 'created');
  await expect(entries(page, 'invitation.declined')).toContainText('Too early.');
});

test('names, hours, and a bad expiry are commented on while typing, and a better expiry is a click away', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  const preview = page.getByTestId('preview');
  await page.getByLabel('Reference').fill('NIGHT-1');
  await page.getByLabel('Fleet name').fill('J.B. Hunt');
  await expect(preview).toContainText('so it gets “JB Hunt”');
  const hours = page.getByLabel('Link valid for (hours)');
  await hours.fill('673');
  await expect(preview).toContainText('from 1 to 672');
  await hours.fill(String(expiresAtNight('Europe/Berlin')));
  await page.getByText('More about the fleet').click();
  await page.getByLabel('Country').selectOption({ label: 'Germany' });
  await expect(preview).toContainText(/would expire (at night|over the weekend) there: .* in Berlin/);
  await page.getByRole('button', { name: /^Use \d+ hours/ }).click();
  await expect(preview).not.toContainText('would expire');
  expect(localTime('Europe/Berlin', Number(await hours.inputValue()))).toMatch(/^(Mon|Tue|Wed|Thu|Fri) (0[7-9]|1\d)$/);
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText('NIGHT-1');
});

test('a completely filled form requests exactly that from Catena', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('WHOLE-1');
  await page.getByLabel('Fleet name').fill('Prairie Haulers');
  await page.getByLabel('Contact e-mail').fill('dispatch@prairie.example');
  await page.getByText('More about the fleet').click();
  await page.getByLabel('Contact phone').fill('+1 415 555 1234');
  await page.getByLabel('Website').fill('prairie.example');
  await page.getByLabel('Country').selectOption({ label: 'Canada' });
  await page.getByLabel('Regulatory ID').fill('123456');
  await page.getByLabel('ID type').fill('DOT');

  await page.getByText('All providers').click();
  const providers = page.getByRole('group', { name: 'Providers to offer' });
  await expect(providers.getByRole('checkbox')).toHaveCount(12);
  await providers.getByLabel('Search 12 providers').fill('geo');
  await expect(providers.getByRole('checkbox').filter({ visible: true })).toHaveCount(1);
  await expect(providers.getByText('1 found')).toBeVisible();
  await providers.locator('label[for="tsp-geotab"]').click();
  await providers.getByLabel('Search 12 providers').fill('sams');
  // Selected items stay visible.
  await expect(providers.getByRole('checkbox').filter({ visible: true })).toHaveCount(2);
  await providers.locator('label[for="tsp-samsara"]').click();
  await expect(providers.getByRole('img')).toHaveCount(0);

  await page.getByText('Data to request', { exact: true }).first().click();
  await expect(page.getByLabel('Vehicle locations')).toBeHidden();
  await expect(page.getByText('Kinds that Catena adds later are never included')).toBeVisible();
  await choosePreset(page, 'custom');
  await page.getByLabel('Vehicle locations').selectOption('read');
  await page.getByLabel('Messages').selectOption('read_write');
  await page.getByText('Where the fleet goes next').click();
  await page.getByLabel('Success page').fill('https://us.example/welcome');
  await page.getByRole('button', { name: 'Create invitation' }).click();

  // Depending on when the test runs, the page may ask about the hours. Keep them.
  const keep = page.getByRole('button', { name: /^Keep / });
  await expect(keep.or(page.getByTestId('magic-link'))).toBeVisible();
  if (await keep.isVisible()) await keep.click();
  const facts = page.locator('.facts');
  for (const value of ['dispatch@prairie.example', '+14155551234', 'CAN', '123456', 'DOT', 'geotab, samsara', 'Vehicle locations, Messages (read and write)', 'https://us.example/welcome']) {
    await expect(facts).toContainText(value);
  }
  await expect(page.getByTestId('kept')).toHaveCount(0);
});

test('no callback address is offered if the organization’s subscriptions would duplicate its events', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByText('Where the fleet goes next').click();
  await expect(page.getByTestId('no-callback')).toContainText('would arrive twice');
  await expect(page.getByLabel('Callback address')).toHaveCount(0);
});

test('what Catena stored differently after a refresh is shown with labels', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('KEPT-1');
  await page.getByText('Data to request', { exact: true }).first().click();
  await choosePreset(page, 'locations');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText('KEPT-1');
  await expect(page.getByTestId('kept')).toHaveCount(0);

  await page.goto('/invitations/new?fleet_ref=KEPT-1');
  await expect(page.getByTestId('preview')).toContainText('Nothing else changes');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  const kept = page.getByTestId('kept').getByRole('row', { name: 'Data to request' });
  await expect(kept).toContainText('Read everything');
  await expect(kept).toContainText('Vehicle locations');
});

test('an invitation can be refreshed from its page, and deleted after confirmation', async ({ page, fleet }) => {
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'AGAIN-1' });
  const again = page.getByTestId('again');
  await again.getByLabel('Link valid for (hours)').fill('1000');
  await again.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByLabel('Link valid for (hours)')).toHaveAccessibleDescription(/1 to 672/);
  await expect(page.getByLabel('Link valid for (hours)')).toHaveValue('1000');
  await page.goto(path);
  await again.getByLabel('Link valid for (hours)').fill('72');
  await again.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Catena refreshed it' })).toBeVisible();
  await expect(page.getByTestId('expiry')).toContainText(/in (2|3) days|in 71 hours/);
  await isLive(page);

  await page.getByRole('link', { name: 'Delete this invitation' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Delete this invitation?');
  await page.getByRole('link', { name: 'Keep it' }).click();
  await expectStage(page, 'created');
  await page.getByRole('link', { name: 'Delete this invitation' }).click();
  await page.getByRole('button', { name: 'Delete invitation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'was deleted' })).toBeVisible();
  await expectStage(page, 'deleted');
  await expect(entries(page, 'invitation.deleted')).toContainText('by demo@onramp.example');
  await fleet.goto(link);
  await expect(fleet.getByRole('button', { name: 'Accept and continue' })).toHaveCount(0);

  await page.getByRole('button', { name: 'Invite again' }).click();
  await expectStage(page, 'created');
  expect((await shown(page, 'AGAIN-1')).link).not.toBe(link);
});

test('an invitation that the fleet has accepted in the meantime is not deleted', async ({ page, fleet }) => {
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'AGAIN-2' });
  await page.goto(`${path}/delete`);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await page.getByRole('button', { name: 'Delete invitation' }).click();
  await expect(page.getByText(/has accepted/).first()).toBeVisible();
  await page.goto(path);
  await expectStage(page, 'agreement');
  await expect(page.getByRole('link', { name: 'Delete this invitation' })).toHaveCount(0);
});

test('a fleet whose sign-in stopped working gets a new link', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'STALE-1' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  await page.goto(path);
  await expect(page.getByTestId('again')).toHaveCount(0);

  await goStale(onramp, 'STALE-1');
  await expect(page.getByTestId('badges')).toContainText('Needs sign-in');
  await page.reload();
  await page.getByRole('button', { name: 'Get sign-in link' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'signs in to its provider there once more' })).toBeVisible();
  await expect(entries(page, 'invitation.refreshed')).toContainText('by demo@onramp.example');
  const again = await shown(page, 'STALE-1');
  expect(again.path).toBe(path);
  await fleet.goto(again.link);
  await expect(fleet.getByRole('link', { name: 'Sign in again' })).toBeVisible();
});

// The sandbox's clock only moves forward and affects the whole file, so this test comes last.
test('a fleet can be invited again after expiry, and its page shows both invitations', async ({ onramp, page }) => {
  await signIn(page);
  const first = await invite(page, { ref: 'ROUND 1', name: 'Blue Ridge Freight', hours: '2' });
  await isLive(page);
  await moveClock(onramp, 3);
  await expectStage(page, 'expired');
  await page.reload();
  await page.getByRole('button', { name: 'Invite again' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The invitation is ready' })).toBeVisible();
  const second = await shown(page, 'ROUND 1');
  expect(second.path).not.toBe(first.path);
  expect(second.link).not.toBe(first.link);

  await page.getByRole('link', { name: 'ROUND 1' }).click();
  await expect(page).toHaveURL('/fleets/ROUND%201');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Blue Ridge Freight');
  await expect(page.getByTestId('rounds').getByRole('row')).toHaveCount(3);
  await expect(page.getByTestId('rounds')).toContainText('Expired');
  await isLive(page);
  await expect(entries(page, 'invitation.created')).toHaveCount(2);
  await expect(entries(page, 'invitation.expired')).toHaveCount(1);

  await page.goto(first.path);
  await page.getByRole('link', { name: 'Open it' }).click();
  await expect(page).toHaveURL(second.path);
});

/** `Mon 08`: weekday and hour in a time zone after this many hours. */
function localTime(timeZone: string, hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone, ...options }).format(at);
  return `${part({ weekday: 'short' })} ${part({ hour: '2-digit', hour12: false })}`;
}

test('a double click invites once', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('CLICKED-twice');
  await page.getByRole('button', { name: 'Create invitation' }).dblclick();
  await expect(page.getByTestId('fleet-ref')).toHaveText('CLICKED-twice');
  await isLive(page);
  await expect(entries(page, 'invitation.created')).toHaveCount(1);
  await expect(entries(page, 'invitation.refreshed')).toHaveCount(0);
});

import { expect, type Locator, type Page } from '@playwright/test';
import type { Onramp } from './onramp';

/** An account's credentials. */
export type Person = { email: string; password: string };

/** What `invite` types; omitted fields keep the form's defaults. */
export type Ask = { ref: string; name?: string; email?: string; hours?: string };

/** An invitation as staff see it. `link` is a secret, as is the `id` in it; `path` is its page in Onramp. */
export type Invitation = { ref: string; path: string; link: string; id: string };

/** Creates the first administrator from the one-time link, which also signs them in. */
export async function setUp(page: Page, link: string, person: Person): Promise<void> {
  await page.goto(link);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByLabel('Repeat password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/invitations');
}

/** Signs in as this person, or else with the sandbox's demo account. Ends on the list, once webhooks are set up. */
export async function signIn(page: Page, person?: Person): Promise<void> {
  await page.goto('/login');
  if (person) {
    await page.getByRole('textbox', { name: 'E-mail' }).fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  } else {
    await page.getByRole('button', { name: 'Sign in with the demo account' }).click();
  }
  await expect(page).toHaveURL('/invitations');
  await webhooksAreSetUp(page);
}

/** Waits for the sandbox's webhooks, which the server sets up in its first seconds. Until then, every page says that they are missing. */
export async function webhooksAreSetUp(page: Page): Promise<void> {
  await expect(async () => {
    const missing = await page.locator('.banner.setup').count();
    if (missing > 0) await page.reload();
    expect(missing).toBe(0);
  }).toPass({ timeout: 10_000 });
}

/** Signs out. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/login');
}

/** Invites a fleet through the form; ends on the invitation's page. */
export async function invite(page: Page, ask: Ask): Promise<Invitation> {
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill(ask.ref);
  if (ask.name !== undefined) await page.getByLabel('Fleet name').fill(ask.name);
  if (ask.email !== undefined) await page.getByLabel('Contact e-mail').fill(ask.email);
  if (ask.hours !== undefined) await page.getByLabel('Link valid for (hours)').fill(ask.hours);
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText(ask.ref);
  return shown(page, ask.ref);
}

/** The invitation whose page is open. */
export async function shown(page: Page, ref: string): Promise<Invitation> {
  const link = await page.getByTestId('magic-link').inputValue();
  const id = new URL(link).searchParams.get('invite');
  if (!id) throw new Error('the magic link contains no invitation');
  return { ref, path: new URL(page.url()).pathname, link, id };
}

/** Chooses what data to request in the invitation form. Clicks the label, which fills the whole row. */
export async function choosePreset(page: Page, preset: 'everything' | 'locations' | 'hours' | 'maintenance' | 'custom'): Promise<void> {
  await page.locator(`label[for="preset-${preset}"]`).click();
  await expect(page.locator(`#preset-${preset}`)).toBeChecked();
}

/** The fleet opens its link and sees what it is asked to share. */
export async function openAsFleet(fleet: Page, link: string): Promise<void> {
  await fleet.goto(link);
  await expect(fleet.getByRole('heading', { name: 'Share your fleet\'s data' })).toBeVisible();
}

/** On the first page, the fleet accepts; ends on the list of providers. */
export async function acceptAsFleet(fleet: Page): Promise<void> {
  await fleet.getByRole('button', { name: 'Accept and continue' }).click();
  await expect(fleet.getByRole('heading', { name: 'Choose your provider' })).toBeVisible();
}

/** On the first page, the fleet declines; ends on the partner's page. */
export async function declineAsFleet(fleet: Page, reason: string): Promise<void> {
  await fleet.getByLabel('Reason (optional)').fill(reason);
  await fleet.getByRole('button', { name: 'Decline' }).click();
  await expect(fleet).toHaveURL('/onboarding/failure');
}

/** On the list of providers, the fleet chooses one; ends on its sign-in. */
export async function chooseAsFleet(fleet: Page, provider: string): Promise<void> {
  // The label fills the whole row.
  await fleet.getByText(provider, { exact: true }).click();
  await expect(fleet.getByRole('radio', { name: provider, exact: true })).toBeChecked();
  await fleet.getByRole('button', { name: 'Continue' }).click();
  await expect(fleet.getByRole('heading', { name: `Connect ${provider}` })).toBeVisible();
}

/** On a provider's sign-in, the fleet links it; ends on the list of its providers. */
export async function linkAsFleet(fleet: Page, how: { alreadyLinked?: boolean } = {}): Promise<void> {
  if (how.alreadyLinked) await fleet.getByLabel('This provider link already exists').check();
  else await fleet.getByLabel('API key').fill('make-believe');
  await fleet.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(fleet.getByRole('heading', { name: 'Your providers' })).toBeVisible();
}

/** The fleet finishes; ends on the partner's page. */
export async function finishAsFleet(fleet: Page): Promise<void> {
  await fleet.getByRole('button', { name: 'Finish' }).click();
  await expect(fleet).toHaveURL('/onboarding/success');
}

/** The fleet connects: from the list of providers to the partner's page. */
export async function connectAsFleet(
  fleet: Page,
  how: { provider?: string; alreadyLinked?: boolean } = {},
): Promise<void> {
  await chooseAsFleet(fleet, how.provider ?? 'Samsara');
  await linkAsFleet(fleet, how);
  await finishAsFleet(fleet);
}

/** The fleet onboards: from its link to the partner's page. */
export async function onboardAsFleet(fleet: Page, link: string): Promise<void> {
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
}

/** Entries of an invitation's timeline, optionally of one kind, such as `invitation.viewed`. */
export function entries(page: Page, kind?: string): Locator {
  const all = page.getByTestId('timeline').getByRole('listitem');
  return kind === undefined ? all : all.and(page.locator(`[data-kind="${kind}"]`));
}

/** The kinds of the timeline's entries, in order. */
export function kinds(page: Page): Promise<string[]> {
  return entries(page).evaluateAll((items) => items.map((item) => item.getAttribute('data-kind') ?? ''));
}

/** One of the six steps of an onboarding, such as `Accepted`. */
export function step(page: Page, label: string): Locator {
  return page.getByTestId('steps').getByRole('listitem').filter({ has: page.getByText(label, { exact: true }) });
}

/** Waits until an invitation's page shows this stage, such as `connected`. */
export async function expectStage(page: Page, stage: string, timeout?: number): Promise<void> {
  await expect(page.getByTestId('badges').locator('[data-stage]')).toHaveAttribute('data-stage', stage, { timeout });
}

/** Waits until an invitation's page receives updates. */
export async function isLive(page: Page): Promise<void> {
  await expect(page.getByTestId('live-status')).toHaveText('Live.');
}

/** Moves the sandbox's clock forward. */
export async function moveClock(onramp: Onramp, hours: number): Promise<void> {
  await control(onramp, 'clock', { advance_seconds: hours * 3_600 });
}

/** Stops all webhooks: pauses every subscription at the sandbox. */
export async function pauseWebhooks(onramp: Onramp): Promise<void> {
  const sandbox = `${onramp.baseURL}/sandbox`;
  const grant = await fetch(`${sandbox}/realms/catena/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'onramp-sandbox',
      client_secret: 'not-a-secret-the-sandbox-is-on-this-machine',
      scope: 'organization',
    }),
  });
  const headers = { authorization: `Bearer ${(await grant.json()).access_token}` };
  const webhooks = `${sandbox}/v2/notifications/webhooks`;
  const { items } = await (await fetch(webhooks, { headers })).json();
  for (const { id } of items) {
    const answer = await fetch(`${webhooks}/${id}/pause`, { method: 'POST', headers });
    if (!answer.ok) throw new Error(`the sandbox did not pause a subscription: ${answer.status}`);
  }
}

/** Makes the next of these calls of Catena's API fail with this status; `*` in a path stands for one part of it. */
export async function catenaFails(
  onramp: Onramp,
  call: `${'GET' | 'POST' | 'PATCH' | 'DELETE'} /v2/${string}`,
  fault: { status: 429 | 500 | 502 | 504; count?: number; retry_after_seconds?: number },
): Promise<void> {
  await control(onramp, 'faults', { ...fault, call });
}

/** Makes a connection of the fleet stale: its provider no longer accepts the fleet's sign-in. */
export async function goStale(onramp: Onramp, ref: string): Promise<void> {
  const told = await onramp.cli('timeline', ref, '--json');
  const { facts } = JSON.parse(told.stdout) as { facts: { connection_id?: string }[] };
  const connection = facts.map((fact) => fact.connection_id).find((id) => id !== undefined);
  if (connection === undefined) throw new Error(`${ref} has no connection:\n${told.stdout}${told.stderr}`);
  await control(onramp, `connections/${connection}/stale`, {});
}

/** Hours until it is night in this time zone, with enough margin for a slow test. */
export function expiresAtNight(timeZone: string): number {
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hour12: false });
  const isNight = (hours: number) => ['22', '23', '00', '01', '02', '03', '04'].includes(hour.format(new Date(Date.now() + hours * 3_600_000)));
  return Array.from({ length: 24 }, (_, index) => index + 1).find(isNight) ?? 1;
}

async function control(onramp: Onramp, action: string, body: object): Promise<void> {
  const answer = await fetch(`${onramp.baseURL}/sandbox/control/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the sandbox refused ${action}: ${answer.status} ${await answer.text()}`);
}

/** Posts a webhook without knowing a secret. */
export async function sendForged(page: Page, event = 'forged.event'): Promise<void> {
  const answer = await page.request.post('/webhooks/catena', {
    headers: { 'x-event-type': event, 'x-request-id': '62cb8fea-e017-4b08-86b7-4469fa872b91' },
    data: { event_name: event, data: [{ id: 1 }] },
  });
  expect(answer.status()).toBe(401);
}

import { expect, test } from '../support/fixtures';
import type { Onramp, Outcome } from '../support/onramp';
import { onboardAsFleet, signIn } from '../support/steps';

/** The JSON output of a successful command. */
function json(outcome: Outcome): any {
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  return JSON.parse(outcome.stdout);
}

/** A failed command reports the reason in one line and prints nothing else. */
function expectOneLine(outcome: Outcome, says: RegExp): void {
  expect(outcome.code).not.toBe(0);
  expect(outcome.stdout).toBe('');
  const lines = outcome.stderr.trimEnd().split('\n');
  expect(lines, outcome.stderr).toHaveLength(1);
  expect(lines[0]).toMatch(says);
}

async function subscriptions(onramp: Onramp): Promise<string[]> {
  const outcome = await onramp.cli('subscriptions', 'ensure');
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  return outcome.stdout.trimEnd().split('\n').sort();
}

test('invite, timeline, and deliveries print as JSON what the browser shows', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const invited = json(await onramp.cli('invite', 'FLEET-42', '--name', 'J.B. Hunt', '--expires-in-hours', '48', '--json'));
  expect(invited).toMatchObject({ fleet_ref: 'FLEET-42', result: 'created' });
  const hours = (Date.parse(invited.expires_at) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(47.9);
  expect(hours).toBeLessThanOrEqual(48);
  await page.goto('/invitations');
  await expect(page.getByRole('link', { name: 'J.B. Hunt' })).toBeVisible();
  const again = json(await onramp.cli('invite', 'FLEET-42', '--json'));
  expect(again).toMatchObject({ result: 'refreshed', magic_link: invited.magic_link, invitation: invited.invitation });

  await onboardAsFleet(fleet, invited.magic_link);
  await expect.poll(async () => json(await onramp.cli('timeline', 'FLEET-42', '--json')).stage).toBe('connected');
  const timeline = json(await onramp.cli('timeline', 'FLEET-42', '--json'));
  expect(timeline).toMatchObject({ fleet_ref: 'FLEET-42', stage: 'connected', health: 'flowing' });
  const facts = timeline.facts as { kind: string; source: string; confirmed: boolean; event_id: string | null; at: string }[];
  const told = (kind: string) => facts.filter((fact) => fact.kind === kind);
  for (const kind of ['invitation.created', 'invitation.viewed', 'invitation.accepted', 'share_agreement.created']) {
    expect(told(kind), kind).toHaveLength(1);
    expect(told(kind)[0]).toMatchObject({ source: 'webhook', confirmed: true, event_id: expect.any(String) });
  }
  expect(told('landing.success')).toMatchObject([{ source: 'landing', confirmed: true, event_id: null }]);
  const times = facts.map((fact) => Date.parse(fact.at));
  expect(times).toEqual([...times].sort((a, b) => a - b));

  const deliveries = json(await onramp.cli('deliveries', '--json')) as { state: string; event: string; time: string; reason: string | null }[];
  const events = deliveries.map((delivery) => delivery.event);
  for (const event of ['invitation.viewed', 'invitation.accepted', 'connection.created', 'fleet_connection.created']) {
    expect(events).toContain(event);
  }
  const arrivals = deliveries.map((delivery) => Date.parse(delivery.time));
  expect(arrivals).toEqual([...arrivals].sort((a, b) => b - a));
  expect(deliveries[0]).toEqual({ state: expect.any(String), event: expect.any(String), event_id: expect.any(String), time: expect.any(String), reason: null });
});

test('an unknown fleet and an invalid reference are reported in one line', async ({ onramp }) => {
  expectOneLine(await onramp.cli('timeline', 'NOBODY', '--json'), /there is no fleet "NOBODY"/);
  expectOneLine(await onramp.cli('invite', 'a/b'), /fleet_ref: Use only letters/);
  expectOneLine(await onramp.cli('invite', 'FLEET-1', '--expires-in-hours', '673'), /1 to 672/);
});

test('subscriptions ensure creates what is missing, and nothing the second time', async ({ onramp, page }) => {
  await signIn(page);
  const first = await subscriptions(onramp);
  for (const line of first) expect(line).toMatch(/^[0-9a-f-]{36}\t[a-z_]+\.[a-z_]+\tactive$/);
  const events = first.map((line) => line.split('\t')[1]);
  for (const event of ['invitation.created', 'fleet_connection.created', 'webhook.staled']) expect(events).toContain(event);
  expect(new Set(events).size).toBe(events.length);
  expect(await subscriptions(onramp)).toEqual(first);

  await page.goto('/subscriptions');
  await expect(page.getByRole('row')).toHaveCount(first.length + 1);
});

test('user add reads a password from standard input', async ({ onramp, page }) => {
  const bob = { email: 'bob@carrier.example', password: 'an open road at night' };
  const add = () => onramp.cliWithInput(`${bob.password}\n`, 'user', 'add', '--email', bob.email, '--role', 'operator');
  const added = await add();
  expect(added).toMatchObject({ code: 0 });
  expect(added.stdout).toContain('bob@carrier.example may sign in as operator');
  expect(added.stdout + added.stderr).not.toContain(bob.password);
  await signIn(page, bob);
  expectOneLine(await add(), /is here already/);
  expectOneLine(
    await onramp.cliWithInput('short\n', 'user', 'add', '--email', 'carl@carrier.example', '--role', 'viewer'),
    /at least 12/i,
  );
});

test('user add without a password prints a link that works once', async ({ onramp, page }) => {
  const added = await onramp.cli('user', 'add', '--email', 'eve@carrier.example', '--role', 'viewer');
  expect(added).toMatchObject({ code: 0 });
  const link = /http\S+\/setup\?code=\S+/.exec(added.stdout)?.[0] ?? '';
  await page.goto(link);
  await expect(page.getByLabel('E-mail')).toHaveValue('eve@carrier.example');
  await expect(page.getByLabel('E-mail')).toHaveAttribute('readonly', '');
  await page.getByLabel('Password', { exact: true }).fill('four quiet bridges');
  await page.getByLabel('Repeat password').fill('four quiet bridges');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL('/invitations');
  expect((await page.goto(link))?.status()).toBe(404);
});

for (const [setting, given, says] of [
  ['ONRAMP_PUBLIC_URL', ['--public-url', 'ftp://onramp.example'], /^onramp: ONRAMP_PUBLIC_URL: .*such as https:/],
  ['DATABASE_URL', ['--database-url', 'mysql:onramp'], /^onramp: DATABASE_URL: /],
  ['ONRAMP_SECRET_KEY', ['--secret-key', 'c2hvcnQ='], /^onramp: ONRAMP_SECRET_KEY: .*openssl rand/],
  ['CATENA_CLIENT_SECRET', ['--catena-client-id', 'acme'], /^onramp: CATENA_CLIENT_SECRET: it is missing/],
  ['ONRAMP_REPLAY_ON_START', ['--replay-on-start', 'perhaps'], /^onramp: ONRAMP_REPLAY_ON_START: .*Write yes or no/],
  ['ONRAMP_DATA_DIR', ['--data-dir', '/dev/null/data'], /^onramp: ONRAMP_DATA_DIR: .*may write to/],
  ['ONRAMP_LISTEN', ['--listen', 'somewhere'], /ONRAMP_LISTEN/],
] as const) {
  test(`an invalid ${setting} stops the start with one line that names it and the fix`, async ({ onramp }) => {
    // Port 0, so that a port in use can't be the reason.
    const listen = setting === 'ONRAMP_LISTEN' ? [] : ['--listen', '127.0.0.1:0'];
    expectOneLine(await onramp.cli(...listen, ...given), says);
  });
}

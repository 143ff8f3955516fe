import type { APIResponse } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import type { Onramp } from '../support/onramp';
import {
  acceptAsFleet,
  connectAsFleet,
  declineAsFleet,
  entries,
  expectStage,
  invite,
  isLive,
  kinds,
  openAsFleet,
  signIn,
  signOut,
} from '../support/steps';

test('every page carries its security headers and no inline style', async ({ page, fleet }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-headers', name: 'Acme Trucking' });
  const staff = ['/invitations', '/invitations/new', path, '/subscriptions', '/nowhere'];
  const anyone = ['/login', '/setup', '/onboarding/success', '/onboarding/failure'];
  const visits = [...staff.map((address) => ({ address, by: page })), ...anyone.map((address) => ({ address, by: fleet }))];
  const nonces: string[] = [];
  for (const { address, by } of visits) {
    const answer = await by.request.get(address, { maxRedirects: 0 });
    const headers = answer.headers();
    const policy = headers['content-security-policy'] ?? '';
    expect(policy, address).toContain("default-src 'none'");
    expect(policy, address).toContain("frame-ancestors 'none'");
    expect(policy, address).not.toContain('unsafe-inline');
    expect(policy, address).not.toContain("'unsafe-eval'");
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(nonce.length, address).toBeGreaterThanOrEqual(16);
    nonces.push(nonce);
    expect(headers, address).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': expect.stringMatching(/^(same-origin|no-referrer)$/),
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const html = await answer.text();
    expect(html, address).not.toMatch(/<[^>]+\sstyle\s*=/i);
    expect(html, address).not.toMatch(/<style/i);
    expect(html, address).not.toMatch(/<[^>]+\son[a-z]+\s*=/i);
    for (const [script] of html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>/gi)) expect(script, address).toContain(`nonce="${nonce}"`);
  }
  expect(new Set(nonces).size, 'each answer has a nonce of its own').toBe(nonces.length);
});

test('cookies are out of reach of scripts and other sites', async ({ onramp, page, context, fleet, phone }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-cookie' });
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  const cookies = [...(await context.cookies()), ...(await phone.cookies())];
  const names = ['onramp', 'onramp-device', 'onramp-landing'].map((name) => `${name}-${port(onramp)}`);
  expect(cookies.map((cookie) => cookie.name).sort()).toEqual(names.sort());
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('signing in starts a new session, signing out ends it on the server', async ({ onramp, page, context }) => {
  await page.goto('/login');
  await signIn(page);
  const cookie = (await context.cookies()).find((cookie) => cookie.name === `onramp-${port(onramp)}`);
  if (!cookie) throw new Error('no session');
  await signOut(page);
  await context.addCookies([cookie]);
  await page.goto('/invitations');
  await expect(page).toHaveURL(/\/login/);
});

test('a request from another site that would change something is refused', async ({ page, onramp }) => {
  await signIn(page);
  const evil = { origin: 'https://evil.example' };
  for (const address of ['/logout', '/login', '/invitations/new', '/subscriptions/ensure', '/setup', '/sandbox/control/clock']) {
    const answer = await page.request.post(address, { headers: evil, form: { fleet_ref: 'FLEET-evil' }, maxRedirects: 0 });
    expect(answer.status(), address).toBe(403);
  }
  const sameHost = await page.request.post('/logout', { headers: { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' }, maxRedirects: 0 });
  expect(sameHost.status(), 'another port of this host is another site').toBe(403);

  // The same request from a page, as a browser sends it.
  await page.route('http://evil.example/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${onramp.baseURL}/logout"><button>Win a truck</button></form>`,
    }),
  );
  await page.goto('http://evil.example/');
  const answered = page.waitForResponse((response) => response.url().endsWith('/logout'));
  await page.getByRole('button').click();
  expect((await answered).status()).toBe(403);
  await expect(page.getByRole('heading', { name: 'Not sent from here' })).toBeVisible();

  await page.goto('/invitations');
  await expect(page.getByRole('button', { name: 'Sign out' }), 'nobody was signed out').toBeVisible();
  await expect(page.getByText('FLEET-evil')).toHaveCount(0);
});

test('a return with valid credentials is recorded and redirects to an address without secrets', async ({ page, fleet }) => {
  await signIn(page);
  const invitation = await invite(page, { ref: 'FLEET-true' });
  const query = new URLSearchParams({ invitation_id: invitation.id, fleet_ref: 'FLEET-true', status: 'success', tsp_count: '1' });
  const answer = await fleet.request.get(`/onboarding/success?${query}`, { maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  expect(answer.headers()['location']).toBe('/onboarding/success');
  expectPrivate(answer);

  const clean = await fleet.request.get('/onboarding/success');
  expect(clean.status()).toBe(200);
  expectPrivate(clean);
  const html = await clean.text();
  expect(html).toContain('FLEET-true');
  expect(html).not.toContain(invitation.id);
  await expect(entries(page, 'landing.success')).toContainText('Not confirmed');
  await expect(entries(page, 'landing.success')).toContainText('providers connected: 1');
  // Only the cookie identifies the visitor: without it, nothing about the fleet is shown.
  expect(await (await page.request.get('/onboarding/success')).text()).not.toContain('FLEET-true');
});

test('any other return shows a neutral page and leaves no trace', async ({ page, fleet }) => {
  await signIn(page);
  const invitation = await invite(page, { ref: 'FLEET-guess' });
  await isLive(page);
  for (const query of [
    '',
    '?invitation_id=',
    '?invitation_id=not-an-id&fleet_ref=FLEET-guess',
    `?invitation_id=${invitation.id}`,
    `?invitation_id=${invitation.id}&fleet_ref=FLEET-other`,
    `?invitation_id=${invitation.id}&fleet_ref=fleet-guess`,
    '?invitation_id=019caf26-570a-77be-b3ff-2a66b38f52e2&fleet_ref=FLEET-guess',
    '?fleet_ref=%00%ff%3Cscript%3E&status=%E2%80%AE',
    `?invitation_id=${invitation.id}&fleet_ref=FLEET-guess&x=${'y'.repeat(5_000)}`,
  ]) {
    for (const [path, heading] of [['/onboarding/success', 'Thank you'], ['/onboarding/failure', 'Not finished']] as const) {
      const answer = await fleet.goto(path + query);
      expect(answer?.status(), query).toBe(200);
      await expect(fleet.getByRole('heading', { level: 1 })).toHaveText(heading);
      await expect(fleet).toHaveURL(path);
      await expect(fleet.getByText('FLEET-guess')).toHaveCount(0);
    }
  }
  await openAsFleet(fleet, invitation.link);
  await expectStage(page, 'viewed');
  expect(await kinds(page)).toEqual(['invitation.created', 'link.shown', 'invitation.viewed']);
});

test('the browser reports no errors on any page of the story', async ({ page, context, fleet, phone }) => {
  const complaints: string[] = [];
  for (const browser of [context, phone]) {
    browser.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.page()?.url()}: ${message.text()}`);
    });
    browser.on('weberror', (error) => complaints.push(`${error.page()?.url()}: ${error.error().message}`));
    browser.on('requestfailed', (request) => {
      // The browser itself aborts requests it no longer needs, such as the event stream of a page that was left.
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${why}`);
    });
  }
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-quiet' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  const declined = await invite(page, { ref: 'FLEET-quiet-too' });
  await openAsFleet(fleet, declined.link);
  await declineAsFleet(fleet, 'no');
  await expectStage(page, 'declined');
  for (const address of ['/subscriptions', '/invitations', path, '/invitations/new']) await page.goto(address);
  await signOut(page);
  expect(complaints).toEqual([]);
});

test('the server never prints an invitation’s secrets', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const good = await invite(page, { ref: 'FLEET-log' });
  await openAsFleet(fleet, good.link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  const bad = await invite(page, { ref: 'FLEET-log-too' });
  await openAsFleet(fleet, bad.link);
  await declineAsFleet(fleet, 'no');
  await expectStage(page, 'declined');
  expect(onramp.output()).toContain('Onramp is at');
  for (const { id, link } of [good, bad]) {
    expect(onramp.output()).not.toContain(id);
    expect(onramp.output()).not.toContain(id.replaceAll('-', ''));
    expect(onramp.output()).not.toContain(link);
  }
  // Nor is it in any of our URLs.
  expect(good.path).not.toContain(good.id);
});

/** Cookies of two Onramps on one host differ by the port in their names. */
function port(onramp: Onramp): string {
  return new URL(onramp.baseURL).port;
}

function expectPrivate(answer: APIResponse): void {
  expect(answer.headers()).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
  });
}

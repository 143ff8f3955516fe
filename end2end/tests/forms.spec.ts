import type { Page, Response } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { catenaFails, choosePreset, invite, signIn } from '../support/steps';

/** Field, typed value, and a word of the error beside it. */
const WRONG: [field: string, typed: string, says: RegExp][] = [
  ['fleet_ref', 'a/b', /letters, digits/],
  ['fleet_name', '&&', /this name has none/],
  ['fleet_email', 'nobody', /e-mail address/],
  ['expires_in_hours', '673', /1 to 672/],
  ['fleet_phone', '415 555', /\+/],
  ['fleet_website', 'ftp://x', /https:\/\//],
  ['success_redirect_url', 'nowhere', /complete address/],
  ['failure_redirect_url', 'javascript:alert(1)', /web address/],
];

test('all errors come back at once, each beside its field, with what was typed', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await openGroups(page);
  for (const [field, typed] of WRONG) await page.locator(`#${field}`).fill(typed);
  await page.getByLabel('Regulatory ID').fill('123456');
  await page.getByLabel('Country').selectOption({ label: 'Mexico' });
  await choosePreset(page, 'custom');
  await page.getByLabel('Vehicle locations').selectOption('read_write');
  const answer = await send(page);

  expect(answer.status()).toBe(422);
  await expect(page).toHaveTitle(/^Error: /);
  for (const [field, typed, says] of WRONG) {
    const input = page.locator(`#${field}`);
    await expect(input).toBeVisible();
    await expect(input).toHaveValue(typed);
    await expect(input).toHaveAttribute('aria-invalid', 'true');
    await expect(input).toHaveAccessibleDescription(says);
  }
  await expect(page.getByLabel('ID type')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Regulatory ID')).toHaveValue('123456');
  await expect(page.getByLabel('Vehicle locations')).toHaveValue('read_write');
  await expect(page.getByLabel('Country')).toHaveValue('MEX');

  const summary = page.getByRole('alert');
  await expect(summary).toBeFocused();
  await expect(summary.getByRole('listitem')).toHaveCount(WRONG.length + 1);
  await summary.getByRole('link', { name: 'Contact phone' }).click();
  await expect(page.getByLabel('Contact phone')).toBeFocused();
});

test('a corrected form is accepted', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('FLEET/7');
  await page.getByLabel('Fleet name').fill('Müller & Söhne');
  expect((await send(page)).status()).toBe(422);
  await page.getByLabel('Reference').fill('FLEET-7');
  expect((await send(page)).status()).toBe(303);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Müller & Söhne');
});

test('typed text is never interpreted as markup', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  const typed = '"><script>alert(1)</script>';
  await page.getByLabel('Reference').fill(typed);
  await page.getByLabel('Contact e-mail').fill('not an address');
  await page.getByLabel('Fleet name').fill(typed);
  expect((await send(page)).status()).toBe(422);
  await expect(page.getByLabel('Reference')).toHaveValue(typed);
  await expect(page.getByLabel('Fleet name')).toHaveValue(typed);
});

test('errors that only Catena can find appear beside their field, in Catena’s words', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('FLEET-xxx');
  await page.getByLabel('Contact e-mail').fill('ops@acme');
  const answer = await send(page);
  expect(answer.status()).toBe(422);
  await expect(page.getByLabel('Contact e-mail')).toHaveValue('ops@acme');
  await expect(page.getByLabel('Contact e-mail')).toHaveAccessibleDescription(/Catena says: value is not a valid email/);
  await expect(page.getByRole('alert')).toBeFocused();
  await expect(page.getByLabel('Reference')).toHaveValue('FLEET-xxx');
});

for (const [fault, says] of [
  // A lookup is tried three times before it fails.
  [{ status: 500, count: 3 }, /Catena’s side|Catena's side/],
  [{ status: 502, count: 3 }, /Catena’s side|Catena's side/],
  [{ status: 504, count: 3 }, /Catena’s side|Catena's side/],
  [{ status: 429, retry_after_seconds: 60 }, /Try again in 60 seconds/],
] as const) {
  test(`after status ${fault.status} from Catena, the form keeps what was typed and says what to do`, async ({ onramp, page }) => {
    await signIn(page);
    await page.goto('/invitations/new');
    await page.getByLabel('Reference').fill(`FLEET-${fault.status}`);
    await page.getByLabel('Fleet name').fill('Acme Trucking');
    await page.getByLabel('Link valid for (hours)').fill('48');
    // The form has made all its requests for previews.
    await expect(page.getByTestId('preview')).toContainText('Catena creates a new one');
    await catenaFails(onramp, 'GET /v2/orgs/invitations', fault);
    const answer = await send(page);
    expect(answer.status()).toBe(502);
    await expect(page.getByRole('alert')).toContainText(says);
    await expect(page.getByLabel('Reference')).toHaveValue(`FLEET-${fault.status}`);
    await expect(page.getByLabel('Fleet name')).toHaveValue('Acme Trucking');
    await expect(page.getByLabel('Link valid for (hours)')).toHaveValue('48');

    // The failure was temporary: sending the same form again works.
    expect((await send(page)).status()).toBe(303);
    await expect(page.getByTestId('fleet-ref')).toHaveText(`FLEET-${fault.status}`);
  });
}

test('a failed sign-in does not reveal which accounts exist', async ({ page }) => {
  const says: (string | null)[] = [];
  for (const email of ['demo@onramp.example', 'nobody@onramp.example']) {
    await page.goto('/login');
    await page.getByRole('textbox', { name: 'E-mail' }).fill(email);
    await page.getByLabel('Password').fill('not the password');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    expect((await answered).status()).toBe(422);
    await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveValue(email);
    await expect(page.getByLabel('Password')).toHaveValue('');
    says.push(await page.getByRole('alert').textContent());
  }
  expect(says[0]).toContain('wrong');
  expect(says[1]).toBe(says[0]);
});

test('signing in returns to the page that was requested', async ({ page }) => {
  await page.goto('/subscriptions');
  await expect(page).toHaveURL(/\/login\?next=/);
  await page.getByRole('button', { name: 'Sign in with the demo account' }).click();
  await expect(page).toHaveURL('/subscriptions');
});

test('setup reports errors, and its link works once', async ({ onramp, page }) => {
  const link = await onramp.setupLink();
  await page.goto(link);
  await expect(page).toHaveURL('/setup');
  const create = page.getByRole('button', { name: 'Create account' });
  await page.getByLabel('E-mail').fill('ada@carrier.example');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await create.click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/at least 12/i);
  await expect(page.getByLabel('E-mail')).toHaveValue('ada@carrier.example');
  await page.getByLabel('Password', { exact: true }).fill('three brown horses');
  await page.getByLabel('Repeat password').fill('three brown cows');
  await create.click();
  await expect(page.getByLabel('Repeat password')).toHaveAccessibleDescription(/differ/);
  await page.getByLabel('Password', { exact: true }).fill('three brown horses');
  await page.getByLabel('Repeat password').fill('three brown horses');
  await create.click();
  await expect(page).toHaveURL('/invitations');

  const answer = await page.goto(link);
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('alert')).toContainText('does not work');
});

test('unknown invitations and addresses offer a way to go on', async ({ page }) => {
  await signIn(page);
  for (const address of ['/invitations/019caf26-570a-77be-b3ff-2a66b38f52e2', '/invitations/not-an-id']) {
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('No such invitation');
  }
  await page.getByRole('link', { name: 'All invitations' }).click();
  await expect(page).toHaveURL('/invitations');
  const answer = await page.goto('/nowhere');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
});

test('a viewer sees everything but secrets and gets no actions they may not take', async ({ onramp, page, phone }) => {
  const viewer = { email: 'vera@carrier.example', password: 'a window without a door' };
  const added = await onramp.cliWithInput(`${viewer.password}\n`, 'user', 'add', '--email', viewer.email, '--role', 'viewer');
  expect(added, added.stderr).toMatchObject({ code: 0 });
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'FLEET-secret' });

  const theirs = await phone.newPage();
  await signIn(theirs, viewer);
  await expect(theirs.getByRole('link', { name: 'FLEET-secret' })).toBeVisible();
  await expect(theirs.getByRole('link', { name: 'New invitation' })).toHaveCount(0);
  await theirs.goto(path);
  await expect(theirs.getByTestId('fleet-ref')).toHaveText('FLEET-secret');
  await expect(theirs.getByTestId('magic-link')).toHaveCount(0);
  expect(await theirs.content()).not.toContain(new URL(link).search);
  expect((await theirs.goto('/invitations/new'))?.status()).toBe(403);
  await theirs.goto('/subscriptions');
  await expect(theirs.getByRole('button', { name: 'Set up webhooks' })).toHaveCount(0);
  const answer = await theirs.request.post('/subscriptions/ensure');
  expect(answer.status()).toBe(403);
});

/** Opens every group of the form. */
async function openGroups(page: Page): Promise<void> {
  const closed = page.locator('details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}

/** Submits the form; returns the response once the resulting page has loaded. */
async function send(page: Page): Promise<Response> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await loaded;
  return answered;
}

import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import type { Onramp } from '../support/onramp';
import { catenaFails, invite, signIn } from '../support/steps';

/** No server listens here. */
const NOWHERE = 'http://127.0.0.1:9/webhooks/catena';

test.describe.configure({ timeout: 90_000 });

/** Calls Catena's API with our credentials, but not through Onramp. */
async function catena(onramp: Onramp, method: string, path: string, body?: object): Promise<unknown> {
  const token = await fetch(`${onramp.baseURL}/sandbox/realms/catena/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'organization',
      client_id: 'onramp-sandbox',
      client_secret: 'not-a-secret-the-sandbox-is-on-this-machine',
    }),
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const answer = await fetch(`${onramp.baseURL}/sandbox/v2/notifications/webhooks${path}`, {
    method,
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

function row(page: Page, event: string): Locator {
  const link = page.getByRole('link', { name: event, exact: true });
  return page.getByTestId('subscriptions').locator('tbody tr').filter({ has: link });
}

/** Opens the page of the subscription that delivers an event; returns its id. */
async function open(page: Page, event: string): Promise<string> {
  await page.goto('/subscriptions');
  await row(page, event).getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(event);
  return new URL(page.url()).pathname.split('/')[2]!;
}

async function refresh(page: Page): Promise<void> {
  await page.goto('/subscriptions');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByRole('status')).toHaveText('Catena was asked just now.');
}

async function press(page: Page, name: string | RegExp, says: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
  await expect(page.getByRole('status')).toContainText(says);
}

/** The problem shown for an event that needs attention. */
function needed(page: Page, event: string): Locator {
  return page.getByTestId('attention').getByRole('listitem').filter({ hasText: event });
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('a paused subscription is reported and can be activated', async ({ page }) => {
      await signIn(page);
      await open(page, 'invitation.sent');
      await press(page, 'Pause', 'It is paused');
      await page.goto('/subscriptions');
      await expect(row(page, 'invitation.sent').locator('[data-status]')).toHaveText('paused');
      const line = needed(page, 'invitation.sent');
      await expect(line).toContainText('It is paused');
      await line.getByRole('button', { name: 'Activate' }).click();
      await expect(page.getByRole('status')).toContainText('It is active');
      await page.goto('/subscriptions');
      await expect(page.getByTestId('attention')).toHaveCount(0);
    });

    test('undelivered events are counted and kept, and can be fetched after the subscription points here again', async ({ onramp, page }) => {
      await signIn(page);
      const id = await open(page, 'invitation.created');
      await catena(onramp, 'PATCH', `/${id}`, { url: NOWHERE });
      const { path } = await invite(page, { ref: `FLEET-missed-${javaScriptEnabled}` });
      await expect(async () => {
        await refresh(page);
        await expect(row(page, 'invitation.created')).toContainText('1, at most 14 days left', { timeout: 1 });
      }).toPass({ timeout: 30_000 });
      await catena(onramp, 'PATCH', `/${id}`, { url: `${onramp.baseURL}/webhooks/catena` });
      await open(page, 'invitation.created');
      await expect(page.getByText('Catena sends the queued event again')).toBeVisible();
      await press(page, 'Fetch dead letters', 'arrive in the next moments');
      await expect(async () => {
        await page.goto(path);
        const created = page.getByTestId('timeline').locator('[data-kind="invitation.created"]');
        await expect(created).toContainText('Catena webhook', { timeout: 1 });
      }).toPass({ timeout: 10_000 });
      await refresh(page);
      await expect(row(page, 'invitation.created')).toContainText('none');
    });

    test('a secret can be replaced without losing a delivery', async ({ page }) => {
      await signIn(page);
      await open(page, 'invitation.viewed');
      const secrets = page.getByTestId('secrets').getByRole('listitem');
      const before = await secrets.count();
      await press(page, 'Replace secret', 'The secret was replaced.');
      await expect(secrets).toHaveCount(before + 1);
      await expect(secrets.nth(1)).toContainText('replaced, but accepted until');
      await page.getByLabel('Someone else may know the old secret').check();
      await press(page, 'Replace secret', 'The secret was replaced.');
      await expect(secrets).toHaveCount(before + 2);
    });

    test('a deletion needs confirmation and says what is lost; the missing subscription can be set up again', async ({ page }) => {
      await signIn(page);
      await open(page, 'connection.staled');
      await page.getByLabel('Event name').fill('connection');
      await page.getByRole('button', { name: 'Delete subscription' }).click();
      await expect(page.getByLabel('Event name')).toHaveValue('connection');
      await expect(page.getByLabel('Event name')).toHaveAccessibleDescription(/Type connection\.staled to delete/);
      await expect(page).toHaveTitle(/^Error: /);
      await page.getByLabel('Event name').fill('connection.staled');
      await page.getByRole('button', { name: 'Delete subscription' }).click();
      await expect(page.getByRole('status')).toHaveText('The subscription was deleted.');
      await expect(page.getByRole('heading', { name: '1 subscription is missing' })).toBeVisible();
      await page.getByRole('button', { name: 'Set up webhooks' }).click();
      await expect(page.getByRole('status')).toHaveText('One subscription was set up.');
      await expect(row(page, 'connection.staled')).toHaveCount(1);
    });

    test('any event can be added and deleted again', async ({ page }) => {
      await signIn(page);
      await page.goto('/subscriptions');
      await page.getByRole('link', { name: 'Add a subscription' }).click();
      await page.getByLabel('Event').fill('vehicle');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expect(page.getByLabel('Event')).toHaveValue('vehicle');
      await expect(page.getByLabel('Event')).toHaveAccessibleDescription(/a resource, a dot, and an action/);
      await page.getByLabel('Event').fill('vehicle.added');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expect(page.getByRole('status')).toHaveText('One subscription was set up.');
      await page.getByText('Good to know').click();
      await expect(page.locator('.notes')).toContainText('onboarding doesn’t need them');
      await open(page, 'vehicle.added');
      await page.getByLabel('Event name').fill('vehicle.added');
      await page.getByRole('button', { name: 'Delete subscription' }).click();
      await expect(page.getByRole('status')).toHaveText('The subscription was deleted.');
      await expect(row(page, 'vehicle.added')).toHaveCount(0);
    });

    test('a subscription unknown to Onramp can be taken over', async ({ onramp, page }) => {
      await signIn(page);
      const url = `${onramp.baseURL}/webhooks/catena`;
      const event = javaScriptEnabled ? 'user.added' : 'user.modified';
      await catena(onramp, 'POST', '', { url, event_name: event, secret: 'nobody-here-knows-this' });
      await refresh(page);
      await expect(row(page, event)).toContainText('not Onramp’s');
      await needed(page, event).getByRole('button', { name: 'Take over' }).click();
      await expect(page.getByRole('status')).toContainText('It is Onramp’s now');
      await expect(page.getByTestId('secrets').getByRole('listitem')).toHaveCount(1);
    });

    test('the log lists every request and can be filtered', async ({ page }) => {
      await signIn(page);
      await invite(page, { ref: `FLEET-log-${javaScriptEnabled}` });
      await open(page, 'invitation.created');
      await page.getByRole('link', { name: 'Delivery log' }).click();
      const lines = page.getByTestId('log').locator('tbody tr');
      await expect(async () => {
        await page.reload();
        await expect(lines.first()).toContainText('202', { timeout: 1 });
      }).toPass({ timeout: 10_000 });
      await page.getByLabel('Outcome').selectOption('Failed');
      await page.getByLabel('Until (UTC)').fill('2020-01-01T00:00');
      await page.getByRole('button', { name: 'Apply' }).click();
      await expect(page).toHaveURL(/status=failed/);
      await expect(page.getByText('No requests match this filter.')).toBeVisible();
      await expect(page.getByLabel('Outcome')).toHaveValue('failed');
      await page.getByRole('link', { name: 'Clear' }).click();
      await expect(lines.first()).toBeVisible();
    });

    test('an action that Catena does not answer is reported, with what to do', async ({ onramp, page }) => {
      await signIn(page);
      await open(page, 'invitation.expired');
      await catenaFails(onramp, 'PATCH /v2/notifications/webhooks/*', { status: 500 });
      await page.getByRole('button', { name: 'Replace secret' }).click();
      await expect(page.getByRole('alert')).toContainText('both are accepted and nothing is lost');
      await press(page, 'Replace secret', 'The secret was replaced.');
      await catenaFails(onramp, 'GET /v2/notifications/webhooks', { status: 429, retry_after_seconds: 60 });
      await page.goto('/subscriptions');
      await page.getByRole('button', { name: 'Refresh' }).click();
      await expect(page.getByRole('alert')).toContainText('Try again in');
      await expect(page.getByTestId('subscriptions').locator('tbody tr').first(), 'the last state is there').toBeVisible();
    });
  });
}

test('pages about subscriptions are accessible and fit a narrow screen', async ({ onramp, page }) => {
  await signIn(page);
  await catena(onramp, 'POST', '', { url: `${onramp.baseURL}/webhooks/catena`, event_name: 'user.removed', secret: 'nobody-here-knows' });
  await catena(onramp, 'POST', '', { url: 'http://127.0.0.1:9/somebody/elses/very/long/address/hook', event_name: 'user.added' });
  await refresh(page);
  const id = await open(page, 'invitation.created');
  await press(page, 'Pause', 'It is paused');
  const addresses = ['/subscriptions', `/subscriptions/${id}`, `/subscriptions/${id}/logs`, '/subscriptions/new'];
  for (const address of addresses) {
    await page.goto(address);
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`);
        expect.soft(found, `${address}, ${colorScheme}, ${width} px`).toEqual([]);
      }
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      expect.soft(tooWide, `${address}, ${width} px`).toBe(false);
    }
  }
  await open(page, 'invitation.created');
  await page.getByRole('button', { name: 'Activate' }).first().click();
  await expect(page.getByRole('status')).toContainText('It is active');
});

test('every action works with the keyboard alone', async ({ page }) => {
  await signIn(page);
  await open(page, 'invitation.declined');
  await page.getByRole('button', { name: 'Pause' }).press('Enter');
  await expect(page.getByRole('status')).toContainText('It is paused');
  await page.getByRole('button', { name: 'Activate' }).last().press('Enter');
  await expect(page.getByRole('status')).toContainText('It is active');
  await page.getByLabel('Event name').press('Enter');
  // The browser itself enforces required fields.
  await expect(page.getByLabel('Event name')).toBeFocused();
});

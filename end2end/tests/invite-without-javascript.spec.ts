import type { Page } from '@playwright/test';
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
  openAsFleet,
  shown,
  signIn,
} from '../support/steps';

// For both the staff's and the fleet's browser.
test.use({ javaScriptEnabled: false });

/** A webhook takes a moment; a person would reload until it has arrived. */
async function reloadUntil(page: Page, stage: string): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(page.getByTestId('badges').locator('[data-stage]')).toHaveAttribute('data-stage', stage, { timeout: 1 });
  }).toPass({ timeout: 10_000 });
}

async function send(page: Page): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  return (await answered).status();
}

test('anything but a new invitation is explained once and done after confirmation', async ({ page, fleet }) => {
  await signIn(page);
  const active = await invite(page, { ref: 'PLAIN-active' });
  const declined = await invite(page, { ref: 'PLAIN-declined' });
  await openAsFleet(fleet, declined.link);
  await declineAsFleet(fleet, 'Not this quarter.');

  await page.goto('/invitations/new');
  await expect(page.getByTestId('preview')).toBeHidden();
  await page.getByLabel('Reference').fill('PLAIN-active');
  await page.getByLabel('Contact e-mail').fill('ops@acme.example');
  expect(await send(page)).toBe(422);
  const confirm = page.getByTestId('confirm');
  await expect(confirm).toContainText('Nothing else changes');
  await expect(confirm.getByRole('link', { name: 'View fleet' })).toHaveAttribute('href', '/fleets/PLAIN-active');
  await expect(page.getByLabel('Contact e-mail')).toHaveValue('ops@acme.example');
  await page.getByRole('button', { name: 'Refresh invitation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Catena refreshed it' })).toBeVisible();
  expect((await shown(page, 'PLAIN-active')).path).toBe(active.path);

  await page.goto('/invitations/new?fleet_ref=PLAIN-declined');
  expect(await send(page)).toBe(422);
  await expect(confirm).toContainText('“Not this quarter.”');
  await page.getByRole('button', { name: 'Reopen declined invitation' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'opened the declined invitation again' })).toBeVisible();
  await expectStage(page, 'created');

  await page.goto('/invitations/new?fleet_ref=plain-active');
  expect(await send(page)).toBe(422);
  await expect(confirm).toContainText('“PLAIN-active” already exists');
  await page.getByRole('button', { name: 'Yes, it’s a different fleet' }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText('plain-active');
});

test('hours that end at night come back with a choice', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('PLAIN-night');
  await page.getByLabel('Link valid for (hours)').fill(String(expiresAtNight('Europe/Berlin')));
  await page.getByText('More about the fleet').click();
  await page.getByLabel('Country').selectOption({ label: 'Germany' });
  expect(await send(page)).toBe(422);
  await expect(page.getByTestId('confirm')).toContainText('in Berlin');
  await expect(page.getByRole('button', { name: /^Keep \d+ hours/ })).toBeVisible();
  await expect(page.getByLabel('Country')).toHaveValue('DEU');
  await page.getByRole('button', { name: /^Use \d+ hours/ }).click();
  await expect(page.getByTestId('fleet-ref')).toHaveText('PLAIN-night');
});

test('providers and permissions can be chosen without scripts', async ({ page }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('PLAIN-all');
  await page.getByLabel('Contact e-mail').fill('nobody');
  await page.getByText('All providers').click();
  const providers = page.getByRole('group', { name: 'Providers to offer' });
  await expect(providers.getByRole('searchbox')).toHaveCount(0);
  await providers.locator('label[for="tsp-samsara"]').click();
  await page.getByText('Data to request', { exact: true }).first().click();
  await choosePreset(page, 'custom');
  expect(await send(page)).toBe(422);
  await expect(page.getByText('Choose a level for at least one kind of data').first()).toBeVisible();
  await expect(page.getByLabel('Contact e-mail')).toHaveAccessibleDescription(/e-mail address/);
  await expect(providers.getByRole('checkbox').first()).toBeChecked();
  await expect(providers.getByRole('checkbox').first()).toHaveAttribute('value', 'samsara');
  await page.getByLabel('Vehicle locations').selectOption('read');
  await choosePreset(page, 'hours');
  await page.getByLabel('Contact e-mail').fill('');
  expect(await send(page)).toBe(303);
  await expect(page.locator('.facts')).toContainText('Hours of service: violations');
  await expect(page.locator('.facts')).not.toContainText('Vehicle locations');
  await expect(page.locator('.facts')).toContainText('samsara');
  await page.goto('/invitations/new');
  await page.getByText('Where the fleet goes next').click();
  await expect(page.getByTestId('no-callback')).toContainText('would arrive twice');
});

test('refreshing, deleting, and inviting again work as forms', async ({ page }) => {
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'PLAIN-again' });
  const again = page.getByTestId('again');
  await again.getByLabel('Link valid for (hours)').fill('673');
  await again.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByLabel('Link valid for (hours)')).toHaveAccessibleDescription(/1 to 672/);
  await page.getByLabel('Link valid for (hours)').fill('72');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Catena refreshed it' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe(path);
  await page.getByRole('link', { name: 'Delete this invitation' }).click();
  await page.getByRole('button', { name: 'Delete invitation' }).click();
  await expectStage(page, 'deleted');
  await page.getByRole('button', { name: 'Invite again' }).click();
  await expectStage(page, 'created');
  expect((await shown(page, 'PLAIN-again')).link).not.toBe(link);
  await page.getByRole('link', { name: 'PLAIN-again' }).click();
  await expect(page.getByTestId('rounds').getByRole('row')).toHaveCount(4);
  await expect(entries(page, 'invitation.deleted')).toHaveCount(1);
});

test('the sign-in link works as a form', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const { path, link } = await invite(page, { ref: 'PLAIN-stale' });
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await reloadUntil(page, 'connected');
  await goStale(onramp, 'PLAIN-stale');
  const button = page.getByRole('button', { name: 'Get sign-in link' });
  await expect(async () => {
    await page.goto(path);
    await expect(button).toBeVisible({ timeout: 1 });
  }).toPass({ timeout: 10_000 });
  await button.click();
  await expect(page.getByRole('status').filter({ hasText: 'signs in to its provider there once more' })).toBeVisible();
  await expect(entries(page, 'invitation.refreshed')).toHaveCount(1);
});

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { MAILING } from '../support/mailing';
import { acceptAsFleet, chooseAsFleet, choosePreset, connectAsFleet, declineAsFleet, entries, expectStage, finishAsFleet, invite, isLive, linkAsFleet, moveClock, openAsFleet, sendForged, signIn } from '../support/steps';

// Screenshots for people: `SHOTS=shots make e2e ARGS=screenshots`. Skipped otherwise (playwright.config.ts).
const DIR = process.env.SHOTS ?? 'shots';
const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'] as const;

// Nothing is sent; the screenshots only show what could be.
test.use({ settings: MAILING });

test('screenshots of every page worth showing', async ({ onramp, page, fleet }) => {
  test.setTimeout(300_000);
  mkdirSync(DIR, { recursive: true });

  await page.goto('/login');
  await shoot(page, 'login');
  await page.goto('/onboarding/success');
  await shoot(page, 'landing-neutral');
  await page.goto('/onboarding/failure');
  await shoot(page, 'landing-neutral-failure');
  await signIn(page);
  await shoot(page, 'list-empty');

  const start = async (ref: string, name: string, hours?: string) => invite(page, { ref, name, hours });
  const late = await start('FLEET-1001', 'Prairie Haulers', '1');
  await openAsFleet(fleet, late.link);
  await start('FLEET-1002', 'Kowalski & Sons Transport', '72');
  const opened = await start('FLEET-1003', 'Blue Ridge Freight', '48');
  await openAsFleet(fleet, opened.link);
  const declined = await start('FLEET-1004', 'Señor Logistics');
  await openAsFleet(fleet, declined.link);
  await declineAsFleet(fleet, 'We only share data with our insurer.');
  await shoot(fleet, 'landing-failure');
  await page.goto(declined.path);
  await expectStage(page, 'declined');
  await shoot(page, 'detail-declined');

  const asks = await start('FLEET-1005', 'Great Lakes Cartage', '168');
  await openAsFleet(fleet, asks.link);
  await acceptAsFleet(fleet);
  await fleet.getByRole('link', { name: 'My provider is not listed' }).click();
  await fleet.getByLabel('Your provider').fill('Hometown GPS');
  await fleet.getByRole('button', { name: 'Request this integration' }).click();
  await expect(fleet).toHaveURL('/onboarding/success');
  await shoot(fleet, 'landing-integration');
  await page.goto(asks.path);
  await shoot(page, 'detail-integration');

  const reused = await start('FLEET-1006', 'Mountain State Express');
  await openAsFleet(fleet, reused.link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet, { alreadyLinked: true });
  await page.goto(reused.path);
  await expectStage(page, 'connected');
  await shoot(page, 'detail-reused');

  const story = await start('FLEET-1007', 'J.B. Hunt Transport Services', '48');
  await shoot(page, 'detail-created');
  await isLive(page);
  await openAsFleet(fleet, story.link);
  await shoot(fleet, 'connect-consent');
  await acceptAsFleet(fleet);
  await shoot(fleet, 'connect-providers');
  await expectStage(page, 'agreement');
  await shoot(page, 'detail-mid-story');
  await chooseAsFleet(fleet, 'Samsara');
  await shoot(fleet, 'connect-credentials');
  await linkAsFleet(fleet);
  await shoot(fleet, 'connect-connected');
  await finishAsFleet(fleet);
  await shoot(fleet, 'landing-success');
  await expectStage(page, 'connected');
  await expect(entries(page, 'landing.success')).toHaveCount(1);
  await shoot(page, 'detail-connected');

  await start('FLEET-1008', 'A Very Long Fleet Name That Somebody Typed With All Its Legal Parts Incorporated', '672');
  await page.goto('/invitations/new');
  await shoot(page, 'new');
  await page.getByLabel('Reference').fill('FLEET-1004');
  await expect(page.getByTestId('preview')).toContainText('declined');
  const closed = page.locator('details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
  await shoot(page, 'new-open');
  await choosePreset(page, 'custom');
  await shoot(page, 'new-permissions');
  await choosePreset(page, 'everything');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByTestId('confirm')).toBeVisible();
  await shoot(page, 'new-confirm');
  await page.goto('/fleets/FLEET-1004');
  await shoot(page, 'fleet');
  await page.goto(`${declined.path}/delete`);
  await shoot(page, 'delete');
  await page.goto('/invitations/new');
  await page.getByLabel('Reference').fill('acme/7');
  await page.getByLabel('Link valid for (hours)').fill('1000');
  await page.getByText('More about the fleet').click();
  await page.getByLabel('Contact phone').fill('415 555');
  await page.getByRole('button', { name: 'Create invitation' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await shoot(page, 'new-errors');
  await page.goto('/invitations');
  await expect(page.getByRole('row')).toHaveCount(9);
  await shoot(page, 'list');
  await page.goto(`${declined.path}/share`);
  await shoot(page, 'share-over');
  const mailed = await invite(page, { ref: 'FLEET-1009', name: 'Ruta Norte' });
  await shoot(page, 'detail-handed-over');
  await page.goto(`${mailed.path}/share?language=es`);
  await shoot(page, 'share');
  await page.getByLabel('To').fill('ops');
  await page.getByRole('button', { name: 'Send e-mail' }).click();
  await shoot(page, 'share-errors');
  await page.goto('/reminders');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByTestId('proposed')).toBeVisible();
  await shoot(page, 'reminders');
  await page.goto('/invitations');
  await shoot(page, 'list-reminders');
  await page.goto('/invitations/import');
  await shoot(page, 'import-upload');
  await page.getByLabel('Or paste rows').fill('fleet_ref;name;email\nPASTE-1;Acme;ops@acme.example\nPASTE/2;Bad;ops@acme.example\nFLEET-1003;Blue Ridge Freight;\n');
  await page.getByRole('button', { name: 'Continue to columns' }).click();
  await shoot(page, 'import-columns');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByTestId('import-state')).toHaveAttribute('data-state', 'checked');
  await shoot(page, 'import-checked');
  await page.getByRole('button', { name: 'Start the import' }).click();
  await expect(page.getByTestId('import-state')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  await shoot(page, 'import-done');
  await page.goto('/settings/checks');
  await shoot(page, 'checks');
  await page.goto('/deliveries');
  await shoot(page, 'deliveries');
  await page.getByRole('link', { name: 'invitation.declined' }).click();
  await shoot(page, 'delivery');
  await sendForged(page);
  await page.goto('/deliveries?state=quarantined');
  await shoot(page, 'deliveries-quarantined');
  await page.getByRole('link', { name: 'forged.event' }).click();
  await shoot(page, 'delivery-quarantined');
  await page.goto('/deliveries/waiting');
  await shoot(page, 'waiting');
  await page.goto('/subscriptions');
  await shoot(page, 'subscriptions');
  await page.locator('tbody a[href^="/subscriptions/"]').first().click();
  await shoot(page, 'subscription');
  await page.goto('/sandbox');
  await shoot(page, 'sandbox');
  await page.goto('/invitations/019caf26-570a-77be-b3ff-2a66b38f52e2');
  await shoot(page, 'not-found');

  // This comes last: it moves only the sandbox's clock, so later events would appear in the wrong order.
  await moveClock(onramp, 2);
  await page.goto(late.path);
  await expectStage(page, 'expired');
  await shoot(page, 'detail-expired');
});

async function shoot(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 800 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: path.join(DIR, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

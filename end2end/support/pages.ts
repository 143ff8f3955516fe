import type { Page } from '@playwright/test';
import { importStands, toColumns } from './imports';
import type { Onramp } from './onramp';
import { acceptAsFleet, chooseAsFleet, choosePreset, declineAsFleet, entries, expectStage, invite, linkAsFleet, moveClock, openAsFleet, sendForged, signIn } from './steps';

/** A page and how to get there; each starts where the one before it ended. */
export type Visit = { name: string; open: (page: Page, onramp: Onramp) => Promise<void> };

const link: Record<string, string> = {};

/** Every page from setup to a connected fleet and other outcomes, in one walk with one browser. */
export const PAGES: Visit[] = [
  { name: 'sign-in', open: async (page) => void (await page.goto('/login')) },
  {
    name: 'failed sign-in',
    open: async (page) => {
      await page.getByRole('textbox', { name: 'E-mail' }).fill('nobody@onramp.example');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'setup', open: async (page, onramp) => void (await page.goto(await onramp.setupLink())) },
  {
    name: 'setup with errors',
    open: async (page) => {
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.locator('.error').first().waitFor();
    },
  },
  {
    name: 'setup without a link',
    open: async (page) => {
      await page.context().clearCookies();
      await page.goto('/setup');
    },
  },
  { name: 'landing page, neutral success', open: async (page) => void (await page.goto('/onboarding/success')) },
  { name: 'landing page, neutral failure', open: async (page) => void (await page.goto('/onboarding/failure')) },
  { name: 'not found, signed out', open: async (page) => void (await page.goto('/nowhere')) },
  { name: 'empty list', open: signInToEmptyList },
  { name: 'new invitation', open: async (page) => void (await page.goto('/invitations/new')) },
  {
    name: 'new invitation, all groups open',
    open: async (page) => {
      const closed = page.locator('details:not([open]) > summary');
      while ((await closed.count()) > 0) await closed.first().click();
    },
  },
  {
    name: 'new invitation with errors',
    open: async (page) => {
      await page.getByLabel('Reference').fill('a/b');
      await page.getByLabel('Contact phone').fill('415 555');
      await choosePreset(page, 'custom');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'invitation, just created',
    open: async (page) => {
      link.good = (await invite(page, { ref: 'FLEET-42', name: 'J.B. Hunt' })).link;
    },
  },
  {
    name: 'invitation with response differences',
    open: async (page) => {
      await page.goto('/invitations/new');
      await page.getByLabel('Reference').fill('FLEET-kept');
      await page.getByText('Data to request', { exact: true }).first().click();
      await choosePreset(page, 'locations');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.goto('/invitations/new?fleet_ref=FLEET-kept');
      await page.getByTestId('preview').getByText('Nothing else changes').waitFor();
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByTestId('kept').waitFor();
    },
  },
  {
    name: 'new invitation to confirm',
    open: async (page) => {
      await page.goto('/invitations/new?fleet_ref=fleet-KEPT');
      await page.getByTestId('preview').getByText('already exists').waitFor();
      await page.goto('/invitations/new');
      await page.getByLabel('Reference').fill('FLEET-kept');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByTestId('confirm').waitFor();
    },
  },
  {
    name: 'renewing',
    open: async (page) => {
      await page.goto('/fleets/FLEET-kept');
      await page.getByTestId('rounds').getByRole('link').first().click();
      await page.getByTestId('again').getByLabel('Link valid for (hours)').fill('1000');
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.locator('.error').waitFor();
    },
  },
  {
    name: 'deleting',
    open: async (page) => {
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByRole('link', { name: 'Delete this invitation' }).click();
    },
  },
  { name: 'fleet', open: async (page) => void (await page.goto('/fleets/FLEET-kept')) },
  { name: 'no such fleet', open: async (page) => void (await page.goto('/fleets/nobody')) },
  { name: 'connect: consent', open: async (page) => openAsFleet(page, link.good!) },
  { name: 'connect: providers', open: acceptAsFleet },
  {
    name: 'connect: request for an integration',
    open: async (page) => {
      await page.getByRole('link', { name: 'My provider is not listed' }).click();
    },
  },
  {
    name: 'connect: request with an error',
    open: async (page) => {
      await page.getByRole('button', { name: 'Request this integration' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'landing page, integration requested',
    open: async (page) => {
      await page.getByLabel('Your provider').fill('Hometown GPS');
      await page.getByRole('button', { name: 'Request this integration' }).click();
      await page.waitForURL('/onboarding/success');
    },
  },
  {
    name: 'landing page, failure',
    open: async (page) => {
      await page.goto(link.good!);
      await page.getByRole('button', { name: 'Come back later' }).click();
      await page.waitForURL('/onboarding/failure');
    },
  },
  {
    name: 'connect: credentials',
    open: async (page) => {
      await page.goto(link.good!);
      await chooseAsFleet(page, 'Samsara');
    },
  },
  {
    name: 'connect: credentials with an error',
    open: async (page) => {
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'connect: connected', open: async (page) => linkAsFleet(page) },
  {
    name: 'landing page, success',
    open: async (page) => {
      await page.getByRole('button', { name: 'Finish' }).click();
      await page.waitForURL('/onboarding/success');
    },
  },
  {
    name: 'invitation, connected',
    open: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'J.B. Hunt' }).click();
      await expectStage(page, 'connected');
    },
  },
  {
    name: 'invitation, declined',
    open: async (page) => {
      const declined = await invite(page, { ref: 'FLEET-no' });
      link.declined = declined.link;
      await openAsFleet(page, declined.link);
      await declineAsFleet(page, 'Not this quarter.');
      await page.goto(declined.path);
      await expectStage(page, 'declined');
    },
  },
  { name: 'connect: declined', open: async (page) => void (await page.goto(link.declined!)) },
  { name: 'connect: unknown', open: async (page) => void (await page.goto('/sandbox/connect?invite=nobody')) },
  { name: 'deliveries', open: async (page) => void (await page.goto('/deliveries')) },
  {
    name: 'delivery, processed',
    open: async (page) => {
      await page.getByRole('link', { name: 'invitation.declined' }).click();
      await page.getByTestId('changes').waitFor();
    },
  },
  {
    name: 'delivery, quarantined',
    open: async (page) => {
      await sendForged(page);
      await page.goto('/deliveries?state=quarantined');
      await page.getByRole('link', { name: 'forged.event' }).click();
      await page.getByTestId('reason').waitFor();
    },
  },
  { name: 'deliveries, quarantined', open: async (page) => void (await page.goto('/deliveries?state=quarantined')) },
  { name: 'deliveries, wrong filter', open: async (page) => void (await page.goto('/deliveries?from=yesterday&state=parked')) },
  { name: 'unassigned facts', open: async (page) => void (await page.goto('/deliveries/waiting')) },
  { name: 'no such delivery', open: async (page) => void (await page.goto('/deliveries/999999')) },
  { name: 'checks', open: async (page) => void (await page.goto('/settings/checks')) },
  { name: 'subscriptions', open: async (page) => void (await page.goto('/subscriptions')) },
  { name: 'not found', open: async (page) => void (await page.goto('/nowhere')) },
  {
    name: 'no such invitation',
    open: async (page) => void (await page.goto('/invitations/019caf26-570a-77be-b3ff-2a66b38f52e2')),
  },
  { name: 'import', open: async (page) => void (await page.goto('/invitations/import')) },
  {
    name: 'import with an error',
    open: async (page) => {
      await page.getByRole('button', { name: 'Continue to columns' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'import: columns', open: async (page) => toColumns(page, SHEET) },
  {
    name: 'import: columns with an error',
    open: async (page) => {
      await page.locator('#fleet_ref').selectOption('');
      await page.getByText('Data to request').click();
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'import: dry run',
    open: async (page) => {
      await page.locator('#fleet_ref').selectOption('0');
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await importStands(page, 'checked');
    },
  },
  {
    name: 'import: about to be canceled',
    open: async (page) => {
      await page.getByRole('link', { name: 'Cancel …' }).click();
      await page.getByRole('button', { name: 'Cancel import' }).waitFor();
    },
  },
  {
    name: 'import: done',
    open: async (page) => {
      await page.getByRole('link', { name: 'Keep it' }).click();
      await page.getByRole('button', { name: 'Start the import' }).click();
      await importStands(page, 'done');
    },
  },
  { name: 'import: not found', open: async (page) => void (await page.goto('/invitations/import/99999')) },
  {
    name: 'reminders',
    open: async (page) => {
      for (const ref of ['REMIND-1', 'REMIND-2']) {
        await invite(page, { ref, name: 'A company with a long name that goes on', email: `dispatch@${ref.toLowerCase()}.example` });
      }
      await page.goto('/reminders');
      await page.getByRole('button', { name: 'Check now' }).click();
      await page.getByTestId('proposed').waitFor();
    },
  },
  {
    name: 'reminders to confirm',
    open: async (page) => {
      const rows = page.getByTestId('proposed').getByRole('row').filter({ hasText: 'REMIND-' });
      for (const row of await rows.all()) await row.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Send to selected' }).click();
      await page.getByRole('heading', { name: /^Send \d+ reminders/ }).waitFor();
    },
  },
  {
    name: 'reminders, dismissed',
    open: async (page) => {
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByRole('checkbox').first().check();
      await page.getByRole('button', { name: 'Dismiss selected' }).click();
      await page.getByTestId('decided').waitFor();
    },
  },
  {
    name: 'connect: expired',
    open: async (page, onramp) => {
      link.late = (await invite(page, { ref: 'A fleet with a reference that is long for a narrow screen', hours: '1' })).link;
      await moveClock(onramp, 2);
      await page.goto(link.late);
    },
  },
  {
    name: 'landing page, over',
    open: async (page) => {
      await page.getByRole('button', { name: 'Come back later' }).click();
      await page.waitForURL('/onboarding/failure');
    },
  },
  {
    name: 'invitation, expired',
    open: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'A fleet with a reference' }).click();
      await expectStage(page, 'expired');
      await entries(page, 'landing.failure').waitFor();
    },
  },
  {
    name: 'share, hidden',
    open: async (page) => {
      link.path = (await invite(page, { ref: 'A-fleet-to-hand-a-link-to-with-a-reference-that-is-long', name: 'Acme Trucking' })).path;
      await page.context().clearCookies();
      await signIn(page);
      await page.goto(`${link.path}/share?language=pl`);
      await page.getByRole('button', { name: 'Show link' }).waitFor();
    },
  },
  {
    name: 'share, shown',
    open: async (page) => {
      await page.getByRole('button', { name: 'Show link' }).click();
      await page.getByTestId('magic-link').waitFor();
    },
  },
  {
    name: 'share, invalid e-mail',
    open: async (page) => {
      await page.getByLabel('To').fill('ops');
      await page.getByRole('textbox', { name: 'Message' }).fill('No place for it.');
      await page.getByRole('button', { name: 'Send e-mail' }).click();
      await page.locator('#body-error').waitFor();
    },
  },
  {
    name: 'share, expired link',
    open: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'A fleet with a reference' }).click();
      await page.waitForURL(/\/invitations\/[0-9a-f-]+$/);
      await page.goto(`${page.url()}/share`);
      await page.getByText('has expired').waitFor();
    },
  },
  { name: 'filled list', open: async (page) => void (await page.goto('/invitations')) },
  { name: 'sandbox control', open: async (page) => void (await page.goto('/sandbox')) },
  {
    name: 'sandbox control, wrong disorder, with a connection',
    open: async (page) => {
      await page.getByLabel('Fleet reference', { exact: true }).first().fill('FLEET-of-a-story-with-a-long-reference');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.getByRole('status').filter({ hasText: 'Story played' }).waitFor();
      await page.getByText('All off').first().click();
      await page.getByLabel('Shuffle').fill('lots');
      await page.getByRole('button', { name: 'Save webhook faults' }).click();
      await page.getByText('Enter a whole number from 0 to 100.').waitFor();
    },
  },
];

/** A file with a valid row, a long one, an invalid one, and a declined fleet. */
const SHEET = [
  'ref;name;country;a column that means nothing here',
  'IMPORTED-1;J.B. Hunt;USA;x',
  'A-reference-that-is-long-for-a-narrow-screen_and-has-no-space;A company with a long name;;',
  'a/b;;US;',
  'FLEET-no;;;',
].join('\n');

async function signInToEmptyList(page: Page): Promise<void> {
  await signIn(page);
  await page.getByRole('heading', { name: 'Invite your first fleet' }).waitFor();
}

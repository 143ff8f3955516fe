import type { Page } from '@playwright/test';
import { importStands, toColumns } from './imports';
import type { Onramp } from './onramp';
import { acceptAsFleet, chooseAsFleet, choosePreset, declineAsFleet, entries, expectStage, invite, linkAsFleet, moveClock, openAsFleet, sendForged, signIn } from './steps';

/** A page and how to come to it; each starts where the one before it ended. */
export type Visit = { name: string; come: (page: Page, onramp: Onramp) => Promise<void> };

const link: Record<string, string> = {};

/** Every page of the way from the set-up to a connected fleet and its other endings, in one walk with one browser. */
export const PAGES: Visit[] = [
  { name: 'sign-in', come: async (page) => void (await page.goto('/login')) },
  {
    name: 'sign-in that failed',
    come: async (page) => {
      await page.getByRole('textbox', { name: 'E-mail' }).fill('nobody@onramp.example');
      await page.getByLabel('Password').fill('not the password');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'set-up', come: async (page, onramp) => void (await page.goto(await onramp.setupLink())) },
  {
    name: 'set-up with errors',
    come: async (page) => {
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.locator('.error').first().waitFor();
    },
  },
  {
    name: 'set-up without a link',
    come: async (page) => {
      await page.context().clearCookies();
      await page.goto('/setup');
    },
  },
  { name: 'landing page, neutral success', come: async (page) => void (await page.goto('/onboarding/success')) },
  { name: 'landing page, neutral failure', come: async (page) => void (await page.goto('/onboarding/failure')) },
  { name: 'not found, signed out', come: async (page) => void (await page.goto('/nowhere')) },
  { name: 'empty list', come: signInToEmptyList },
  { name: 'new invitation', come: async (page) => void (await page.goto('/invitations/new')) },
  {
    name: 'new invitation, all open',
    come: async (page) => {
      const closed = page.locator('details:not([open]) > summary');
      while ((await closed.count()) > 0) await closed.first().click();
    },
  },
  {
    name: 'new invitation with errors',
    come: async (page) => {
      await page.getByLabel('Reference').fill('a/b');
      await page.getByLabel('Contact phone').fill('415 555');
      await choosePreset(page, 'custom');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'invitation, just created',
    come: async (page) => {
      link.good = (await invite(page, { ref: 'FLEET-42', name: 'J.B. Hunt' })).link;
    },
  },
  {
    name: 'invitation with what Catena kept otherwise',
    come: async (page) => {
      await page.goto('/invitations/new');
      await page.getByLabel('Reference').fill('FLEET-kept');
      await page.getByText('Data to ask for', { exact: true }).first().click();
      await choosePreset(page, 'locations');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.goto('/invitations/new?fleet_ref=FLEET-kept');
      await page.getByTestId('preview').getByText('only its expiry moves').waitFor();
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByTestId('kept').waitFor();
    },
  },
  {
    name: 'new invitation to be agreed to',
    come: async (page) => {
      await page.goto('/invitations/new?fleet_ref=fleet-KEPT');
      await page.getByTestId('preview').getByText('is known here').waitFor();
      await page.goto('/invitations/new');
      await page.getByLabel('Reference').fill('FLEET-kept');
      await page.getByRole('button', { name: 'Create invitation' }).click();
      await page.getByTestId('confirm').waitFor();
    },
  },
  {
    name: 'asking again',
    come: async (page) => {
      await page.goto('/fleets/FLEET-kept');
      await page.getByTestId('rounds').getByRole('link').first().click();
      await page.getByTestId('again').getByLabel('Hours the link works').fill('1000');
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.locator('.error').waitFor();
    },
  },
  {
    name: 'deleting',
    come: async (page) => {
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByRole('link', { name: 'Delete this invitation' }).click();
    },
  },
  { name: 'fleet', come: async (page) => void (await page.goto('/fleets/FLEET-kept')) },
  { name: 'no such fleet', come: async (page) => void (await page.goto('/fleets/nobody')) },
  { name: 'connect: consent', come: async (page) => openAsFleet(page, link.good!) },
  { name: 'connect: providers', come: acceptAsFleet },
  {
    name: 'connect: request for an integration',
    come: async (page) => {
      await page.getByRole('link', { name: 'My provider is not listed' }).click();
    },
  },
  {
    name: 'connect: request with an error',
    come: async (page) => {
      await page.getByRole('button', { name: 'Request this integration' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'landing page, integration requested',
    come: async (page) => {
      await page.getByLabel('Your provider').fill('Hometown GPS');
      await page.getByRole('button', { name: 'Request this integration' }).click();
      await page.waitForURL('/onboarding/success');
    },
  },
  {
    name: 'landing page, failure',
    come: async (page) => {
      await page.goto(link.good!);
      await page.getByRole('button', { name: 'Come back later' }).click();
      await page.waitForURL('/onboarding/failure');
    },
  },
  {
    name: 'connect: credentials',
    come: async (page) => {
      await page.goto(link.good!);
      await chooseAsFleet(page, 'Samsara');
    },
  },
  {
    name: 'connect: credentials with an error',
    come: async (page) => {
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'connect: connected', come: async (page) => linkAsFleet(page) },
  {
    name: 'landing page, success',
    come: async (page) => {
      await page.getByRole('button', { name: 'Finish' }).click();
      await page.waitForURL('/onboarding/success');
    },
  },
  {
    name: 'invitation, connected',
    come: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'J.B. Hunt' }).click();
      await expectStage(page, 'connected');
    },
  },
  {
    name: 'invitation, declined',
    come: async (page) => {
      const declined = await invite(page, { ref: 'FLEET-no' });
      link.declined = declined.link;
      await openAsFleet(page, declined.link);
      await declineAsFleet(page, 'Not this quarter.');
      await page.goto(declined.path);
      await expectStage(page, 'declined');
    },
  },
  { name: 'connect: declined', come: async (page) => void (await page.goto(link.declined!)) },
  { name: 'connect: unknown', come: async (page) => void (await page.goto('/sandbox/connect?invite=nobody')) },
  { name: 'deliveries', come: async (page) => void (await page.goto('/deliveries')) },
  {
    name: 'delivery, processed',
    come: async (page) => {
      await page.getByRole('link', { name: 'invitation.declined' }).click();
      await page.getByTestId('changes').waitFor();
    },
  },
  {
    name: 'delivery, quarantined',
    come: async (page) => {
      await sendForged(page);
      await page.goto('/deliveries?state=quarantined');
      await page.getByRole('link', { name: 'forged.event' }).click();
      await page.getByTestId('reason').waitFor();
    },
  },
  { name: 'deliveries, quarantined', come: async (page) => void (await page.goto('/deliveries?state=quarantined')) },
  { name: 'deliveries, wrong filter', come: async (page) => void (await page.goto('/deliveries?from=yesterday&state=parked')) },
  { name: 'facts without a fleet', come: async (page) => void (await page.goto('/deliveries/waiting')) },
  { name: 'no such delivery', come: async (page) => void (await page.goto('/deliveries/999999')) },
  { name: 'checks', come: async (page) => void (await page.goto('/settings/checks')) },
  { name: 'subscriptions', come: async (page) => void (await page.goto('/subscriptions')) },
  { name: 'not found', come: async (page) => void (await page.goto('/nowhere')) },
  {
    name: 'no such invitation',
    come: async (page) => void (await page.goto('/invitations/019caf26-570a-77be-b3ff-2a66b38f52e2')),
  },
  { name: 'import', come: async (page) => void (await page.goto('/invitations/import')) },
  {
    name: 'import with an error',
    come: async (page) => {
      await page.getByRole('button', { name: 'Go on to the columns' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  { name: 'import: columns', come: async (page) => toColumns(page, SHEET) },
  {
    name: 'import: columns with an error',
    come: async (page) => {
      await page.locator('#fleet_ref').selectOption('');
      await page.getByText('Data to ask for').click();
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'import: dry run',
    come: async (page) => {
      await page.locator('#fleet_ref').selectOption('0');
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await importStands(page, 'checked');
    },
  },
  {
    name: 'import: about to be cancelled',
    come: async (page) => {
      await page.getByRole('link', { name: 'Cancel …' }).click();
      await page.getByRole('button', { name: 'Cancel the import' }).waitFor();
    },
  },
  {
    name: 'import: done',
    come: async (page) => {
      await page.getByRole('link', { name: 'Don’t cancel' }).click();
      await page.getByRole('button', { name: 'Start the import' }).click();
      await importStands(page, 'done');
    },
  },
  { name: 'import: not there', come: async (page) => void (await page.goto('/invitations/import/99999')) },
  {
    name: 'reminders',
    come: async (page) => {
      for (const ref of ['REMIND-1', 'REMIND-2']) {
        await invite(page, { ref, name: 'A company with a long name that goes on', email: `dispatch@${ref.toLowerCase()}.example` });
      }
      await page.goto('/reminders');
      await page.getByRole('button', { name: 'Look now' }).click();
      await page.getByTestId('proposed').waitFor();
    },
  },
  {
    name: 'reminders, a second look',
    come: async (page) => {
      const rows = page.getByTestId('proposed').getByRole('row').filter({ hasText: 'REMIND-' });
      for (const row of await rows.all()) await row.getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Send to those ticked' }).click();
      await page.getByRole('heading', { name: /^Send \d+ reminders/ }).waitFor();
    },
  },
  {
    name: 'reminders, put aside',
    come: async (page) => {
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByRole('checkbox').first().check();
      await page.getByRole('button', { name: 'Put those ticked aside' }).click();
      await page.getByTestId('decided').waitFor();
    },
  },
  {
    name: 'connect: expired',
    come: async (page, onramp) => {
      link.late = (await invite(page, { ref: 'A fleet with a reference that is long for a narrow screen', hours: '1' })).link;
      await moveClock(onramp, 2);
      await page.goto(link.late);
    },
  },
  {
    name: 'landing page, over',
    come: async (page) => {
      await page.getByRole('button', { name: 'Come back later' }).click();
      await page.waitForURL('/onboarding/failure');
    },
  },
  {
    name: 'invitation, expired',
    come: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'A fleet with a reference' }).click();
      await expectStage(page, 'expired');
      await entries(page, 'landing.failure').waitFor();
    },
  },
  {
    name: 'hand over, hidden',
    come: async (page) => {
      link.path = (await invite(page, { ref: 'A-fleet-to-hand-a-link-to-with-a-reference-that-is-long', name: 'Acme Trucking' })).path;
      await page.context().clearCookies();
      await signIn(page);
      await page.goto(`${link.path}/share?language=pl`);
      await page.getByRole('button', { name: 'Show the link' }).waitFor();
    },
  },
  {
    name: 'hand over, shown',
    come: async (page) => {
      await page.getByRole('button', { name: 'Show the link' }).click();
      await page.getByTestId('magic-link').waitFor();
    },
  },
  {
    name: 'hand over, bad letter',
    come: async (page) => {
      await page.getByLabel('To').fill('ops');
      await page.getByLabel('Message').fill('No place for it.');
      await page.getByRole('button', { name: 'Send e-mail' }).click();
      await page.locator('#body-error').waitFor();
    },
  },
  {
    name: 'hand over, link over',
    come: async (page) => {
      await page.goto('/invitations');
      await page.getByRole('link', { name: 'A fleet with a reference' }).click();
      await page.waitForURL(/\/invitations\/[0-9a-f-]+$/);
      await page.goto(`${page.url()}/share`);
      await page.getByText('has expired').waitFor();
    },
  },
  { name: 'filled list', come: async (page) => void (await page.goto('/invitations')) },
  { name: 'sandbox control', come: async (page) => void (await page.goto('/sandbox')) },
  {
    name: 'sandbox control, wrong disorder, with a connection',
    come: async (page) => {
      await page.getByLabel('Fleet reference', { exact: true }).first().fill('FLEET-of-a-story-with-a-long-reference');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.getByRole('status').filter({ hasText: 'The story is played' }).waitFor();
      await page.getByText('All off').first().click();
      await page.getByLabel('Shuffle').fill('lots');
      await page.getByRole('button', { name: 'Set disorder' }).click();
      await page.getByText('Type a whole number from 0 to 100.').waitFor();
    },
  },
];

/** A file with a good row, a long one, a bad one and a declined fleet. */
const SHEET = [
  'ref;name;country;a column that means nothing here',
  'IMPORTED-1;J.B. Hunt;USA;x',
  'A-reference-that-is-long-for-a-narrow-screen_and-has-no-space;A company with a long name;;',
  'a/b;;US;',
  'FLEET-no;;;',
].join('\n');

async function signInToEmptyList(page: Page): Promise<void> {
  await signIn(page);
  await page.getByRole('heading', { name: 'Invite the first fleet' }).waitFor();
}

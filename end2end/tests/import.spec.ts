import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { fleets, importStands, toColumns, toDryRun, toResult } from '../support/imports';
import { acceptAsFleet, catenaFails, declineAsFleet, entries, invite, openAsFleet, signIn } from '../support/steps';

// Ten rows per second: quick, but slow enough to intervene.
test.use({ settings: { ONRAMP_IMPORT_PER_MINUTE: '600' } });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';
  const mark = javaScriptEnabled ? 'js' : 'plain';

  test.describe(how, () => {
    test.use({ javaScriptEnabled });

    test(`a file becomes invitations: columns, dry run, run, result (${how})`, async ({ page, fleet }) => {
      await signIn(page);
      const declined = await invite(page, { ref: `NO-${mark}` });
      await openAsFleet(fleet, declined.link);
      await declineAsFleet(fleet, 'Not this quarter.');
      const accepted = await invite(page, { ref: `YES-${mark}` });
      await openAsFleet(fleet, accepted.link);
      await acceptAsFleet(fleet);

      await page.goto('/invitations');
      await page.getByRole('link', { name: 'Import' }).click();
      const sheet = ['Carrier,Customer ID,Color,Country,E-mail', `J.B. Hunt,NEW-${mark},red,usa,`, `,NO-${mark},,,`, `,YES-${mark},,,`, 'Bad,a/b,,US,', `Refused,X-${mark},,,ops@nowhere`].join('\n');
      await page.getByLabel('File').setInputFiles({ name: 'fleets.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) });
      await page.getByRole('button', { name: 'Continue to columns' }).click();
      await expect(page.getByLabel('Reference')).toHaveValue('1');
      await expect(page.getByLabel('Fleet name')).toHaveValue('0');
      await expect(page.getByLabel('Country')).toHaveValue('3');
      await expect(page.getByTestId('ignored')).toHaveText('Not used: “Color”.');
      await expect(page.getByTestId('samples').getByRole('cell', { name: 'J.B. Hunt' })).toBeVisible();
      await page.getByLabel('Link valid for (hours)').last().fill('48');
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await importStands(page, 'checked');
      expect(await verdicts(page)).toEqual(['new', 'declined', 'refresh_accepted', 'invalid', 'new']);
      await expect(row(page, 'a/b')).toContainText('Use only letters, digits');

      await page.getByTestId('figures').getByRole('link', { name: '1', exact: true }).first().click();
      await expect(page.getByText('Showing only')).toBeVisible();
      await page.getByRole('link', { name: 'Show all rows' }).click();
      await page.getByRole('button', { name: 'Start the import' }).click();
      await importStands(page, 'done');
      expect(await outcomes(page)).toEqual(['created', 'left_out', 'refreshed', 'invalid', 'refused']);
      await expect(row(page, `X-${mark}`)).toContainText('fleet_email');
      await expect(row(page, `NO-${mark}`)).toContainText('Talk to it first');

      const result = await downloaded(page, 'Download result');
      expect(result).toContain(`NEW-${mark},new,created,`);
      expect(result).not.toContain('invite=');
      const links = await downloaded(page, 'Download with magic links');
      expect(links).toMatch(new RegExp(`NEW-${mark},J\\.B\\. Hunt,,http\\S+invite=`));
      await page.reload();
      await expect(page.getByTestId('links-taken')).toContainText('2 magic links, by demo@onramp.example');

      await page.getByRole('link', { name: `NEW-${mark}` }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('J.B. Hunt');
      await expect(entries(page, 'invitation.created')).toContainText('by demo@onramp.example');

      await toResult(page, sheet.replace('ops@nowhere', 'ops@mended.example'));
      expect(await outcomes(page), 'again: only the mended row is done').toEqual(['refreshed', 'left_out', 'refreshed', 'invalid', 'created']);
    });

    test(`an import can be paused, resumed, and canceled (${how})`, async ({ page }) => {
      await signIn(page);
      await toDryRun(page, fleets(`PAUSE-${mark}`, 60));
      await page.getByRole('button', { name: 'Start the import' }).click();
      await page.getByRole('button', { name: 'Pause' }).click();
      await importStands(page, 'paused');
      await expect(page.getByRole('alert')).toHaveText('demo@onramp.example paused it.');
      await page.getByRole('button', { name: 'Resume' }).click();
      await importStands(page, 'running');
      await page.getByRole('link', { name: 'Cancel …' }).click();
      await expect(page.getByText('won’t be invited')).toBeVisible();
      await page.getByRole('button', { name: 'Cancel import' }).click();
      await importStands(page, 'cancelled');
      expect(await downloaded(page, 'Download result')).toContain(',cancelled,');
    });

    test(`errors come back beside their fields (${how})`, async ({ page }) => {
      await signIn(page);
      await page.goto('/invitations/import');
      const send = async (button: string) => {
        const [answer] = await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), page.getByRole('button', { name: button }).click()]);
        expect(answer.status()).toBe(422);
      };
      await send('Continue to columns');
      await expect(page.getByLabel('File')).toHaveAccessibleDescription(/Choose a file, or paste rows/);
      await page.getByLabel('Or paste rows').fill('only </textarea> a header');
      await send('Continue to columns');
      await expect(page.getByLabel('Or paste rows')).toHaveValue('only </textarea> a header');
      await expect(page.getByLabel('Or paste rows')).toHaveAccessibleDescription(/no rows below the header in line 1/);
      await page.getByLabel('Or paste rows').fill(`who\tname\nPASTED-${mark}\tAcme`);
      await page.getByRole('button', { name: 'Continue to columns' }).click();
      await send('Check the rows');
      await expect(page.getByLabel('Reference')).toHaveAccessibleDescription(/Every invitation needs one/);
      await page.getByLabel('Reference').selectOption({ label: 'who' });
      await page.getByRole('button', { name: 'Check the rows' }).click();
      await importStands(page, 'checked');
      expect(await verdicts(page)).toEqual(['new']);
    });
  });
}

test('a wrong delimiter can be corrected, and an old encoding is read', async ({ page }) => {
  await signIn(page);
  await toColumns(page, Buffer.from('ref,x;name\nOLD-1;M\xfcller', 'latin1'));
  await expect(page.getByRole('status')).toContainText('read as Windows-1252');
  await page.getByLabel('Delimiter').selectOption('semicolon');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByTestId('samples').getByRole('columnheader')).toHaveText(['ref,x', 'name']);
  await expect(page.getByTestId('samples')).toContainText('Müller');
});

test('the header can be chosen, and every row of the file is accounted for', async ({ page }) => {
  await signIn(page);
  const sheet = ['Fleets of Acme', '', 'wer,was', 'HEAD-1,Acme', 'HEAD-2,"Bolt" Ltd', 'HEAD-3,"Cold', 'HEAD-4,Dart"', 'HEAD-5,Echo'];
  await toColumns(page, sheet.join('\r'));
  await expect(page.getByText('5 rows below the header in line 3')).toBeVisible();
  await expect(page.getByTestId('above')).toHaveText('1 line above the header is not imported.');
  await page.getByLabel('Header').selectOption({ label: 'Line 4: HEAD-1, Acme' });
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByTestId('samples').getByRole('columnheader')).toHaveText(['HEAD-1', 'Acme']);
  await page.getByLabel('Header').selectOption({ label: 'Line 3: wer, was' });
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByTestId('samples').getByRole('columnheader')).toHaveText(['wer', 'was']);
  await page.getByLabel('Reference').selectOption({ label: 'wer' });
  await page.getByLabel('Fleet name').selectOption({ label: 'was' });
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await importStands(page, 'checked');
  expect(await verdicts(page)).toEqual(['new', 'invalid', 'invalid', 'invalid', 'new']);
  await expect(row(page, 'HEAD-3')).toContainText('opens a cell in line 6 is only closed in line 7');
  await expect(page.getByTestId('file-rows')).toHaveText('5 rows below the header in line 3: 2 valid, 3 invalid. 1 line above the header is not imported.');
});

test('the progress bar moves without a reload, and the page follows the state of the import', async ({ page }) => {
  await signIn(page);
  await toDryRun(page, fleets('BAR', 40));
  await page.getByRole('button', { name: 'Start the import' }).click();
  await importStands(page, 'running');
  await page.evaluate(() => document.body.setAttribute('data-kept', 'yes'));
  const bar = page.getByRole('progressbar');
  const before = Number(await bar.getAttribute('value'));
  await expect(async () => expect(Number(await bar.getAttribute('value'))).toBeGreaterThan(before)).toPass({ timeout: 5_000 });
  await expect(page.locator('body')).toHaveAttribute('data-kept', 'yes');
  await importStands(page, 'done');
  await expect(page.getByTestId('progress')).toHaveText('40 of 40 rows');
});

test('failures at Catena pause the import, which says so and resumes from there', async ({ page, onramp }) => {
  await signIn(page);
  await toDryRun(page, fleets('OUTAGE', 30));
  await page.getByRole('button', { name: 'Start the import' }).click();
  await catenaFails(onramp, 'POST /v2/orgs/invitations', { status: 429, retry_after_seconds: 3_000 });
  await importStands(page, 'paused');
  await expect(page.getByRole('alert')).toContainText('limits the number of calls');
  await page.getByRole('button', { name: 'Resume' }).click();
  await importStands(page, 'done');
  await expect(page.getByTestId('progress')).toHaveText('30 of 30 rows');
});

function row(page: Page, reference: string) {
  return page.getByTestId('rows').getByRole('row').filter({ hasText: reference });
}

function verdicts(page: Page): Promise<(string | null)[]> {
  return page.getByTestId('rows').locator('[data-verdict]').evaluateAll((all) => all.map((each) => each.getAttribute('data-verdict')));
}

function outcomes(page: Page): Promise<(string | null)[]> {
  return page.getByTestId('rows').locator('[data-state]').evaluateAll((all) => all.map((each) => each.getAttribute('data-state')));
}

async function downloaded(page: Page, name: string): Promise<string> {
  const control = page.getByRole('link', { name }).or(page.getByRole('button', { name }));
  const [download] = await Promise.all([page.waitForEvent('download'), control.click()]);
  return readFile(await download.path(), 'utf8');
}

import { expect, test as base } from '../support/fixtures';
import { Smtp } from '../support/smtp';
import { entries, invite, openAsFleet, shown, signIn } from '../support/steps';

/** Provides a mail server for this file. */
const test = base.extend<object, { smtp: Smtp }>({
  smtp: [
    async ({}, use) => {
      const smtp = await Smtp.start();
      await use(smtp);
      await smtp.stop();
    },
    { scope: 'worker' },
  ],
  settings: [
    async ({ smtp }, use) =>
      use({
        ONRAMP_SMTP_URL: smtp.url,
        ONRAMP_MAIL_FROM: 'Acme Onboarding <onboarding@acme.example>',
        ONRAMP_SENDER_NAME: 'Acme Insurance',
        ONRAMP_REMIND_AFTER_HOURS: '0',
      }),
    { scope: 'worker' },
  ],
});

for (const scripted of [true, false]) {
  test.describe(scripted ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled: scripted });
    const suffix = scripted ? 'js' : 'plain';

    test('showing a link puts the viewer on the timeline', async ({ page, browser, baseURL }) => {
      await signIn(page);
      const made = await invite(page, { ref: `SHOW-${suffix}`, name: 'Acme Trucking' });
      await expect(entries(page, 'link.shown')).toContainText('by demo@onramp.example');

      const elsewhere = await browser.newContext({ baseURL, javaScriptEnabled: scripted });
      const other = await elsewhere.newPage();
      await signIn(other);
      await other.goto(made.path);
      await expect(other.getByTestId('magic-link')).toHaveCount(0);
      expect(await other.content()).not.toContain(made.id);
      await other.getByRole('button', { name: 'Show link' }).click();
      expect((await shown(other, made.ref)).link).toBe(made.link);
      await expect(entries(other, 'link.shown')).toHaveCount(2);
      await elsewhere.close();
    });

    test('a message is ready in the fleet’s language, to copy or to open in other apps', async ({ page, fleet }) => {
      await signIn(page);
      const made = await invite(page, { ref: `TEXT-${suffix}`, name: 'Acme Trucking' });
      await page.getByRole('link', { name: 'Share link' }).click();
      await expect(page.getByTestId('body')).toContainText('Acme Insurance');
      await expect(page.getByTestId('body')).toContainText(made.link);
      await page.getByLabel('Language').selectOption({ label: 'Deutsch' });
      await page.getByRole('button', { name: 'Show message' }).click();
      await expect(page.getByLabel('Language')).toHaveValue('de');
      await expect(page.getByTestId('sms')).toContainText(made.link);
      const mailto = new URL((await page.getByTestId('mailto').getAttribute('href'))!);
      expect(mailto.protocol).toBe('mailto:');
      expect(mailto.searchParams.get('body')).toContain(made.link);
      const sms = (await page.getByTestId('sms-link').getAttribute('href'))!;
      expect(decodeURIComponent(sms)).toContain(made.link);
      expect(page.url()).not.toContain(made.id);
      // The instructions in the text work.
      const text = (await page.getByTestId('body').textContent())!;
      await openAsFleet(fleet, /http\S+invite=\S+/.exec(text)![0]);
    });

    test('a QR code is on the page and downloadable, and the download is recorded', async ({ page }) => {
      await signIn(page);
      const made = await invite(page, { ref: `QR-${suffix}` });
      await page.goto(`${made.path}/share`);
      await expect(page.getByRole('img', { name: 'The magic link as a QR code' })).toBeVisible();
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download SVG' }).click();
      const file = await download;
      expect(file.suggestedFilename()).toMatch(/^magic-link-.*\.svg$/);
      expect(file.suggestedFilename()).not.toContain(made.id);
      await page.goto(made.path);
      await expect(entries(page, 'link.shown').filter({ hasText: 'As a downloaded QR code' })).toHaveCount(1);
    });

    test('an e-mail delivers the link, and an immediate opening is marked as doubtful', async ({ page, fleet, smtp }) => {
      await signIn(page);
      const made = await invite(page, { ref: `MAIL-${suffix}`, name: 'Acme Trucking' });
      const before = (await smtp.until(0)).length;
      await page.goto(`${made.path}/share`);
      const form = page.getByTestId('mail');
      await form.getByLabel('To').fill('not an address');
      await form.getByRole('textbox', { name: 'Message' }).fill('Here it is.');
      await form.getByRole('button', { name: 'Send e-mail' }).click();
      await expect(page).toHaveTitle(/^Error/);
      await expect(form.getByLabel('To')).toHaveValue('not an address');
      await expect(form.locator('#to-error')).toBeVisible();
      await expect(form.locator('#body-error')).toContainText('{link}');
      await form.getByLabel('To').fill('ops@acme.example');
      await form.getByRole('textbox', { name: 'Message' }).fill('Here it is:\n{link}\nGood luck!');
      await form.getByRole('button', { name: 'Send e-mail' }).click();
      await expect(page.getByRole('status').filter({ hasText: 'on its way' })).toBeVisible();
      const mails = await smtp.until(before + 1);
      expect(mails.at(-1)!.to).toBe('ops@acme.example');
      expect(mails.at(-1)!.text).toContain(`Here it is:\n${made.link}\nGood luck!`);
      await expect(entries(page, 'link.sent')).toContainText('To ops@acme.example');
      await openAsFleet(fleet, made.link);
      await page.goto(made.path);
      await expect(async () => {
        if (!scripted) await page.reload();
        await expect(entries(page, 'invitation.viewed')).toContainText('Possibly a mail scanner', { timeout: 1_000 });
      }).toPass({ timeout: 10_000 });
    });

    test('reminders are proposed, approved one by one or together, and never sent twice', async ({ page, smtp }) => {
      await signIn(page);
      for (const name of ['one', 'two', 'three']) {
        await invite(page, { ref: `REMIND-${suffix}-${name}`, email: `${name}@${suffix}.example` });
      }
      const before = (await smtp.until(0)).length;
      await page.goto('/reminders');
      await page.getByRole('button', { name: 'Check now' }).click();
      const row = (name: string) => page.getByTestId('proposed').getByRole('row').filter({ hasText: `REMIND-${suffix}-${name}` });
      await expect(row('one')).toContainText('Not opened');
      await row('one').getByRole('button', { name: /^Send to/ }).click();
      await expect(page.getByRole('status').filter({ hasText: 'One reminder is on its way' })).toBeVisible();
      expect((await smtp.until(before + 1)).at(-1)!.to).toBe(`one@${suffix}.example`);

      await row('two').getByRole('checkbox').check();
      await row('three').getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Send to selected' }).click();
      await expect(page.getByRole('heading', { name: 'Send 2 reminders?' })).toBeVisible();
      await page.getByRole('button', { name: 'Send 2 e-mails' }).click();
      await smtp.until(before + 3);
      await expect(async () => {
        await page.goto('/reminders');
        await expect(page.getByTestId('decided').locator('[data-state="sent"]')).not.toHaveCount(0, { timeout: 500 });
        await expect(row('two')).toHaveCount(0, { timeout: 500 });
      }).toPass({ timeout: 10_000 });
      await page.getByRole('button', { name: 'Check now' }).click();
      for (const name of ['one', 'two', 'three']) await expect(row(name)).toHaveCount(0);
      const sent = (await smtp.until(before + 3)).slice(before);
      expect(sent.map((mail) => mail.to).sort()).toEqual(['one', 'three', 'two'].map((name) => `${name}@${suffix}.example`));
    });
  });
}

test('the copy button copies the message with the link', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page);
  const made = await invite(page, { ref: 'COPY-text' });
  await page.goto(`${made.path}/share`);
  const body = page.getByTestId('body');
  const written = await body.textContent();
  // Some translations change even what says that it must not be translated.
  await body.evaluate((body) => (body.textContent = 'Otro texto'));
  await page.locator('section.text').getByRole('button', { name: 'Copy text' }).first().click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(made.link);
  expect(copied).toBe(written);
});

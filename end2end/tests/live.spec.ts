import { Cable } from '../support/cable';
import { expect, test } from '../support/fixtures';
import { liveness } from '../support/liveness';
import { setVisible, textsOf, translate } from '../support/browser';
import { acceptAsFleet, connectAsFleet, entries, expectStage, invite, isLive, kinds, openAsFleet, signIn } from '../support/steps';

test('updates keep focus, selection, and scroll position', async ({ page, fleet }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-read' });
  await isLive(page);
  const live = await liveness(page);
  await expect(entries(page, 'invitation.created')).toContainText('Catena webhook');

  // Someone has selected part of the link and is reading the first entry of the timeline.
  const input = page.getByTestId('magic-link');
  await input.focus();
  await input.evaluate((input: HTMLInputElement) => input.setSelectionRange(3, 9));
  const first = entries(page, 'invitation.created');
  await first.evaluate((entry) => entry.scrollIntoView({ block: 'center' }));
  const at = () => first.evaluate((entry) => Math.round(entry.getBoundingClientRect().top));
  const before = await at();
  expect(await page.evaluate(() => window.scrollY), 'the page must be long enough to scroll').toBeGreaterThan(0);
  await first.evaluate((entry) => entry.setAttribute('data-kept', 'yes'));

  await openAsFleet(fleet, link);
  await expectStage(page, 'viewed');
  await acceptAsFleet(fleet);
  await expectStage(page, 'agreement');
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  await expect(entries(page, 'landing.success')).toHaveCount(1);

  expect(await live.isSamePage()).toBe(true);
  await expect(input).toBeFocused();
  expect(await input.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([3, 9]);
  await expect(first, 'an entry that did not change stays the same element').toHaveAttribute('data-kept', 'yes');
  expect(Math.abs((await at()) - before), 'pixels by which the entry that is read has moved').toBeLessThanOrEqual(2);
});

test('screen readers announce updates, and nothing else', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-said' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await expect(page.getByTestId('live-status')).toHaveText('New: Fleet opened the link');
  await expect(page.getByTestId('live-status')).toHaveRole('status');
});

test('a disconnected page says so and catches up after reconnecting', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-cut' });
  const cable = await Cable.to(onramp.baseURL);
  await page.goto(cable.baseURL + path);
  await isLive(page);
  const live = await liveness(page);

  cable.cut();
  await expect(page.getByTestId('live-status')).toContainText('Connection lost');
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  expect(await kinds(page)).toEqual(['invitation.created', 'link.shown']);

  cable.mend();
  await expectStage(page, 'agreement');
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  expect(await live.isSamePage()).toBe(true);
  await cable.remove();
});

test('a page survives a restart of the server and catches up', async ({ onramp, page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-restart' });
  await isLive(page);
  const live = await liveness(page);

  await onramp.restart(async () => {
    await expect(page.getByTestId('live-status')).toContainText('Connection lost');
  });
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await expectStage(page, 'agreement');
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  expect(await live.isSamePage()).toBe(true);
});

test('a page shows what happened in the meantime after going back to it', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-back' });
  await isLive(page);
  await page.getByRole('link', { name: 'Subscriptions' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Subscriptions');
  await openAsFleet(fleet, link);
  await page.goBack();
  await expectStage(page, 'viewed');
});

test('the timeline is complete after a plain reload without JavaScript', async ({ page, browser, baseURL, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-plain' });
  await isLive(page);
  await openAsFleet(fleet, link);
  await acceptAsFleet(fleet);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  await expect(entries(page, 'landing.success')).toHaveCount(1);

  const plain = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const reloaded = await plain.newPage();
  await signIn(reloaded);
  await reloaded.goto(path);
  await expectStage(reloaded, 'connected');
  expect(await entries(reloaded).allInnerTexts()).toEqual(await entries(page).allInnerTexts());
  const steps = (which: typeof page) => which.getByTestId('steps').getByRole('listitem').allInnerTexts();
  expect(await steps(reloaded)).toEqual(await steps(page));
  await expect(reloaded.getByTestId('next')).toHaveText((await page.getByTestId('next').textContent()) ?? '');
  await plain.close();
});

test('signing out stops updates in every open page', async ({ page, context, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-out' });
  await isLive(page);
  const other = await context.newPage();
  await other.goto('/invitations');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other).toHaveURL('/login');

  await openAsFleet(fleet, link);
  await expect(page.getByTestId('live-status')).toHaveText('Not live. Reload to see changes.');
  expect(await kinds(page)).toEqual(['invitation.created', 'link.shown']);
});

test('hidden pages leave a browser its connections, and catch up when they are shown', async ({ page, context, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-hidden' });
  await isLive(page);
  await setVisible(page, false);
  const hidden = [page];
  // A browser opens six connections to a server.
  while (hidden.length < 6) {
    const next = await context.newPage();
    await next.goto(path);
    await isLive(next);
    await setVisible(next, false);
    hidden.push(next);
  }
  const seventh = await context.newPage();
  await seventh.goto(path);
  await isLive(seventh);
  await openAsFleet(fleet, link);
  await expectStage(seventh, 'viewed');
  for (const each of hidden) {
    await expect(each.getByTestId('live-status'), 'it gave its stream up by itself').toHaveText('Live.');
    await expectStage(each, 'created');
  }
  await setVisible(page, true);
  await expectStage(page, 'viewed');
});

test('with more open windows than live pages, every page loads, and the oldest says that it is not live', async ({ page, context }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-windows' });
  await isLive(page);
  for (let more = 0; more < 6; more++) {
    const next = await context.newPage();
    await next.goto(path);
    await isLive(next);
  }
  const other = await context.newPage();
  await other.goto('/deliveries');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Deliveries');
  await expect(page.getByTestId('live-status')).toHaveText('Not live: open in too many windows. Reload to see changes.');
  await page.reload();
  await isLive(page);
});

test('a translated page starts, and keeps saying the same thing in all its parts', async ({ page, context, fleet }) => {
  await signIn(page);
  const { link, path } = await invite(page, { ref: 'FLEET-translated' });
  // The translation is there before the island starts.
  let go = () => {};
  const translated = new Promise<void>((resolve) => (go = resolve));
  await page.route('**/*.wasm', async (route) => {
    await translated;
    await route.continue();
  });
  await page.goto(path);
  await translate(page);
  go();
  await isLive(page);
  await expect(page.getByTestId('fleet-ref'), 'a reference is not translated').toHaveText('FLEET-translated');
  await openAsFleet(fleet, link);
  await expectStage(page, 'viewed');
  await translate(page);
  await acceptAsFleet(fleet);
  await expectStage(page, 'agreement');
  await translate(page);
  await connectAsFleet(fleet);
  await expectStage(page, 'connected');
  await expect(entries(page, 'landing.success')).toHaveCount(1);

  const plain = await context.newPage();
  await plain.goto(path);
  await isLive(plain);
  expect(await textsOf(page)).toEqual(await textsOf(plain));
});

test('a page without its scripts says that it is not live', async ({ page }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-still' });
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto(path);
  const status = page.getByTestId('live-status');
  await expect(status, 'not before the scripts could have started').toBeHidden();
  await expect(status).toBeVisible();
  await expect(status).toHaveText('Not live. Reload to see changes.');
});

test('a page whose stream is refused says so, and tries again', async ({ page }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-refused' });
  await page.route('**/live?*', (route) => route.fulfill({ status: 503 }));
  await page.goto(path);
  const status = page.getByTestId('live-status');
  // Not the text that the server renders.
  await expect(page.locator('.live-part.lost')).toHaveCount(1);
  await expect(status).toHaveText('Not live. Reload to see changes.');
  await page.unroute('**/live?*');
  await expect(status).toHaveText('Live again.');
});

test('a page whose scripts fail later says so', async ({ page, fleet }) => {
  await signIn(page);
  const { link } = await invite(page, { ref: 'FLEET-broken' });
  await isLive(page);
  await page.evaluate(() => {
    Element.prototype.getAttribute = () => {
      throw new Error('broken by the test');
    };
  });
  await openAsFleet(fleet, link);
  await expect(page.locator('.live-status')).toHaveText('Not live. Reload to see changes.');
});

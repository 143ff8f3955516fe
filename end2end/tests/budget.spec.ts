import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { invite, isLive, signIn } from '../support/steps';

// First visit, all assets, brotli.
const ALL_MAX = 150 * 1024;
const WASM_MAX = 110 * 1024;

type Loaded = { url: string; bytes: number; encoding: string };

test('a first visit to an invitation stays within the budget', async ({ page, browser, baseURL, context }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-budget', name: 'Acme Trucking' });
  await staysWithin(browser, baseURL, context, path, isLive);
});

test('a first visit to the invitation form stays within the budget', async ({ page, browser, baseURL, context }) => {
  await signIn(page);
  await invite(page, { ref: 'FLEET-known' });
  await staysWithin(browser, baseURL, context, '/invitations/new?fleet_ref=FLEET-known', async (visit) => {
    await expect(visit.getByTestId('preview')).toContainText('active invitation');
  });
});

/** Visits a page in another browser with the same session and an empty cache, until its islands are hydrated. */
async function staysWithin(
  browser: Browser,
  baseURL: string | undefined,
  context: BrowserContext,
  path: string,
  isAwake: (visit: Page) => Promise<void>,
): Promise<void> {
  const fresh = await browser.newContext({ baseURL, storageState: await context.storageState() });
  const visit = await fresh.newPage();
  const cdp = await fresh.newCDPSession(visit);
  await cdp.send('Network.enable');
  await cdp.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': 'br' } });
  const loaded = new Map<string, Loaded>();
  cdp.on('Network.responseReceived', ({ requestId, response }) => {
    const encoding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding')?.[1];
    loaded.set(requestId, { url: response.url, bytes: 0, encoding: encoding ?? 'none' });
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = loaded.get(requestId);
    if (one) one.bytes = encodedDataLength;
  });
  // An event stream never finishes; what has arrived counts.
  cdp.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const one = loaded.get(requestId);
    if (one) one.bytes += encodedDataLength;
  });
  await visit.goto(path);
  await isAwake(visit);
  const wasm = () => [...loaded.values()].filter((one) => new URL(one.url).pathname.endsWith('.wasm'));
  await expect.poll(() => wasm()[0]?.bytes ?? 0).toBeGreaterThan(0);

  const all = [...loaded.values()];
  const total = all.reduce((sum, one) => sum + one.bytes, 0);
  for (const { url, bytes, encoding } of all) {
    const { pathname } = new URL(url);
    console.log(`budget: ${String(bytes).padStart(7)} bytes, ${encoding.padEnd(4)} ${pathname.replace(path, '/invitations/…')}`);
    if (pathname.startsWith('/pkg/')) expect(encoding, pathname).toBe('br');
  }
  const wasmBytes = wasm().reduce((sum, one) => sum + one.bytes, 0);
  console.log(`budget: ${total} of ${ALL_MAX} bytes in all, ${wasmBytes} of ${WASM_MAX} in WASM`);
  expect(all.some((one) => one.url.endsWith('.css'))).toBe(true);
  expect(wasmBytes).toBeLessThan(WASM_MAX);
  expect(total).toBeLessThan(ALL_MAX);
  await fresh.close();
}

test('pages without islands load no scripts', async ({ page }) => {
  await signIn(page);
  for (const address of ['/invitations', '/subscriptions', '/onboarding/success']) {
    await page.goto(address);
    await expect(page.locator('script')).toHaveCount(0);
  }
});

test('files with a content hash in their name are cached forever', async ({ page }) => {
  await page.goto('/login');
  const style = await page.locator('link[rel=stylesheet]').getAttribute('href');
  expect(style).toMatch(/^\/pkg\/onramp\.[^.]+\.css$/);
  const answer = await page.request.get(style ?? '');
  expect(answer.headers()['cache-control']).toContain('immutable');
});

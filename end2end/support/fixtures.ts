import { type BrowserContext, devices, type Page, test as base } from '@playwright/test';
import { Onramp, type Settings } from './onramp';

export { expect } from '@playwright/test';

/** Holds the one server of a worker: the server of the current spec file. */
class Current {
  private key = '';
  private onramp: Onramp | undefined;

  async for(file: string, settings: Settings): Promise<Onramp> {
    const key = JSON.stringify([file, settings]);
    if (this.onramp === undefined || this.key !== key) {
      await this.stop();
      this.onramp = await Onramp.start(settings);
      this.key = key;
    }
    return this.onramp;
  }

  async stop(): Promise<void> {
    await this.onramp?.stop();
    this.onramp = undefined;
  }
}

type Worker = {
  /** `test.use({ settings: { … } })` at the top of a file: settings of Onramp for its tests. */
  settings: Settings;
  current: Current;
};

type Test = {
  /** The server of this spec file: started by the first test that uses it, shared by all tests of the file. */
  onramp: Onramp;
  /** The fleet's browser: a phone, separate from the staff's browser. */
  phone: BrowserContext;
  /** A page in the fleet's browser. */
  fleet: Page;
};

/** Playwright's `test` with a server: `page.goto('/login')` opens its page. `page` is the staff's browser. */
export const test = base.extend<Test, Worker>({
  settings: [{}, { option: true, scope: 'worker' }],
  current: [
    async ({}, use) => {
      const current = new Current();
      await use(current);
      await current.stop();
    },
    { scope: 'worker', timeout: 30_000 },
  ],
  onramp: async ({ current, settings }, use, info) => {
    const onramp = await current.for(info.file, settings);
    await use(onramp);
    if (info.status !== info.expectedStatus) {
      await info.attach('onramp output', { body: onramp.output(), contentType: 'text/plain' });
    }
  },
  baseURL: async ({ onramp }, use) => use(onramp.baseURL),
  phone: async ({ browser, baseURL, javaScriptEnabled }, use) => {
    const context = await browser.newContext({ ...devices['Pixel 7'], baseURL, javaScriptEnabled });
    await use(context);
    await context.close();
  },
  fleet: async ({ phone }, use) => use(await phone.newPage()),
});

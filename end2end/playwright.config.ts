import { defineConfig, devices } from '@playwright/test';

// Chromium's sandbox can't start as root, nor in most CI containers. Only our own pages are opened.
const chromiumSandbox = process.getuid?.() !== 0 && !process.env.CI;

export default defineConfig({
  testDir: 'tests',
  // Screenshots are taken only if a folder for them is given.
  testIgnore: process.env.SHOTS ? [] : ['**/screenshots.spec.ts'],
  outputDir: 'test-results',
  // Tests of one file share a server and run in order; files run in parallel.
  fullyParallel: false,
  workers: 2,
  // A test that passes only on the second attempt has found a problem, so it counts as failed.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    // Traces use about as much CPU as the tests themselves, so they are optional.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        ...devices['Desktop Chrome'],
        launchOptions: {
          // Playwright's own if unset; scripts/e2e.sh sets it.
          executablePath: process.env.CHROMIUM || undefined,
          chromiumSandbox,
          args: ['--disable-background-networking'],
        },
      },
    },
  ],
});

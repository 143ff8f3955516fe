import { defineConfig, devices } from '@playwright/test';

// Chromium's sandbox cannot start as root, and seldom in a CI container. The only pages opened are our own.
const chromiumSandbox = process.getuid?.() !== 0 && !process.env.CI;

export default defineConfig({
  testDir: 'tests',
  // Pictures are for people: they are taken where somebody says where to put them.
  testIgnore: process.env.SHOTS ? [] : ['**/screenshots.spec.ts'],
  outputDir: 'test-results',
  // Tests of one file share a server and run in order; files run beside each other.
  fullyParallel: false,
  workers: 2,
  // A test that passes at the second try has found something: it counts as failed.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    // A trace takes pictures all along, and with them about as much of the processor as the tests themselves: for whoever asks.
    trace: process.env.TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        ...devices['Desktop Chrome'],
        launchOptions: {
          // Playwright's own when unset; scripts/e2e.sh sets it.
          executablePath: process.env.CHROMIUM || undefined,
          chromiumSandbox,
          args: ['--disable-background-networking'],
        },
      },
    },
  ],
});

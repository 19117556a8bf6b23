import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium, NO_CHROMIUM } from '../../scripts/lib/chromium.mjs';

const executablePath = await findChromium();
if (executablePath === null) throw new Error(NO_CHROMIUM);

export default defineConfig({
  // Machines are noisy: a test that needs its second try is listed as flaky, and counts as passed.
  retries: 1,
  testDir: '.',
  testMatch: '*.browser.ts',
  outputDir: '../../test-results',
  globalSetup: './serve.ts',
  fullyParallel: true,
  // Each page runs a worker per server: two pages at a time fill a small machine.
  workers: 2,
  forbidOnly: process.env['CI'] === 'true',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: { executablePath, args: CHROMIUM_ARGS },
  },
});

/** `npm run picture`: makes docs/picture.png from the app itself: five servers, a second leader, and a write on its way. */
import { chromium } from '@playwright/test';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { findOrInstallChromium, NO_CHROMIUM } from './lib/chromium.mjs';
import { ensureInstalled, root } from './lib/install.mjs';

ensureInstalled();
const executablePath = await findOrInstallChromium();
if (executablePath === null) throw new Error(NO_CHROMIUM);
await build({ root, logLevel: 'warn' });
const server = await preview({ root, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'warn' });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', locale: 'en-US' });
  await page.goto(server.resolvedUrls?.local[0] ?? '');
  const wait = (/** @type {string} */ claim) => page.waitForFunction(claim, undefined, { timeout: 120_000 });
  const led = (/** @type {number} */ learners) =>
    wait(`window.zablab?.servers().filter((s) => s.phase.endsWith('broadcast') && s.role !== 'LEADING').length >= ${learners}`);
  await led(4);
  await page.evaluate('window.zablab.command({ type: "kill", sid: 5 })');
  await led(3);
  await page.evaluate('window.zablab.command({ type: "connect", client: 1, name: "a" })');
  await wait('window.zablab.trace().some((e) => e.client?.state === "connected")');
  await page.evaluate(
    'window.zablab.command({ type: "request", client: 1, request: { op: "create", path: "/hello", data: "world", acl: [{ perms: 31, scheme: "world", id: "anyone" }], mode: "persistent" } })',
  );
  await page.locator('[data-sid="4"]').first().click();
  await wait(
    'window.zablab.trace().some((e, n) => n <= window.zablab.position && e.sent.some((f) => f.message.kind === "ACK" && f.message.zxid.counter === 2 && f.message.zxid.epoch === 2))',
  );
  await page.evaluate('window.zablab.pause()');
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(root, 'docs', 'picture.png') });
} finally {
  await browser.close();
  await server.close();
}

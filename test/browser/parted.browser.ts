/** Servers that report the same zxid and differ: a notice says so, and an explanation shows where their histories parted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, openApp, test } from './app.ts';

const scenario = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../src/ensemble/scenarios/${name}.json`), 'utf8')) as unknown;

test('an epoch number used twice is noticed, explained, and leads to the event', async ({ page }) => {
  const app = await openApp(page);
  await app.load(scenario('old-backup-on-majority'));
  await app.playToLength(690);
  const open = page.getByRole('button', { name: 'Where the histories parted' });
  await expect(open).toBeVisible();
  await expect(page.getByText(/Servers 1, 2 and 3 all report/)).toBeVisible();
  await open.click();
  const sheet = page.getByRole('dialog', { name: 'Same zxid, different trees' });
  await expect(sheet).toContainText('parted at 0x200000001');
  await expect(sheet).toContainText('The disk of server 1 was restored. The disk of server 2 was restored.');
  await expect(sheet.getByText('Here they parted')).toBeVisible();
  await expect(sheet.getByRole('definition').filter({ hasText: '/precious' })).toBeVisible();
  const go = sheet
    .getByRole('row', { name: /0x200000002/ })
    .getByRole('button')
    .first();
  const n = Number(/\d+/.exec((await go.getAttribute('title')) ?? '')?.[0]);
  await go.click();
  await expect(sheet).toBeHidden();
  await expect.poll(() => app.position()).toBe(n);
  // Before they parted there is nothing to say.
  await expect(open).toBeHidden();
});

test('a hole in a log is explained by the logger that died', async ({ page }) => {
  const app = await openApp(page);
  await app.load(scenario('log-hole-after-stall'));
  await app.fastest();
  await app.play();
  await page.getByRole('button', { name: 'Where the histories parted' }).click({ timeout: 40_000 });
  const sheet = page.getByRole('dialog', { name: 'Same zxid, different trees' });
  await expect(sheet).toContainText('hit a null pointer and died');
  await expect(sheet).toContainText('not in server 1');
  await sheet
    .getByRole('button', { name: /^go to event/ })
    .nth(1)
    .click();
  const [event] = await app.trace(await app.position(), (await app.position()) + 1);
  expect(event?.decisions.map(({ rule }) => rule)).toContain('learner.gaveUp');
});

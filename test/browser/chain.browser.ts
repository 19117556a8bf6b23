/** The whole way of a person with a broken ensemble: its logs, a step, a run that goes on from them, a fault, and a link for a colleague. */
import { address, expect, followersOf, leaders, openApp, test } from './app.ts';
import { dropLogs, logsOf } from './logs.ts';
import { openAt, picture } from './runs.ts';

test('five logs dropped, stepped, gone on from, a server killed, and the link opened by somebody else: the same picture', async ({
  page,
  context,
  browser,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(address()).origin });
  const app = await openApp(page);
  await dropLogs(app, logsOf('04-kill-leader-5', 5));
  await expect(page.getByRole('heading', { name: 's1.log, s2.log, s3.log and 2 more' })).toBeVisible();
  expect((await app.servers()).map(({ sid }) => sid)).toEqual([1, 2, 3, 4, 5]);

  // Through the logs: from the first role to the last, and one step back and forth.
  const start = await app.position();
  await page.keyboard.press('e');
  await expect.poll(() => app.position()).toBeGreaterThan(start);
  const role = await app.position();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => app.position()).toBeGreaterThan(role);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => app.position()).toBe(role);
  await app.seekToEnd();
  const recorded = await app.servers();

  // From here on it is simulated. Nobody has lost what the logs told of.
  await page.getByRole('button', { name: 'Run on from here' }).first().click();
  await expect(page.getByRole('button', { name: 'Back to the logs' })).toBeVisible();
  for (const [i, { lastZxid, currentEpoch }] of (await app.servers()).entries()) {
    expect(Number(lastZxid)).toBeGreaterThanOrEqual(Number(recorded[i]!.lastZxid));
    expect(currentEpoch).toBeGreaterThanOrEqual(recorded[i]!.currentEpoch);
  }
  const before = await app.playUntil('one leads and others follow', (all) => leaders(all).length === 1 && followersOf(all).length >= 2);
  const leader = leaders(before)[0]!;
  await page.getByRole('button', { name: new RegExp(`^Server ${leader.sid},`) }).press('k');
  await app.playUntil('another one leads', (all) => leaders(all).some(({ sid }) => sid !== leader.sid));
  const shown = await picture(app);
  expect((await app.servers()).find(({ sid }) => sid === leader.sid)?.up).toBe(false);

  await page.getByRole('button', { name: 'Share and save' }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());

  const elsewhere = await browser.newContext();
  const other = await openAt(elsewhere.newPage(), link);
  await expect.poll(() => other.position()).toBe((shown as { position: number }).position);
  expect(await picture(other)).toEqual(shown);
  await elsewhere.close();
});

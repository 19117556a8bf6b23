/** Data directories in and out, in the real page: recorded ones are dropped, looked into, compared, booted; those of simulated servers are saved. */
import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import type { Page } from '@playwright/test';
import { describeFile } from '../../src/store/decode.ts';
import { openRecording } from '../golden/archive.ts';
import { expect, expectNoSeriousAxe, leaders, openApp, test, type App } from './app.ts';

/** The data directories of a recording's servers, as a person would pack them. */
function zipped(name: string, change: (path: string, bytes: Uint8Array) => Uint8Array = (_path, bytes) => bytes): Buffer {
  const entries = [...openRecording(name)].filter(([path]) => /^s\d+\/(version-2\/|myid|zoo\.cfg)/.test(path));
  return Buffer.from(zipSync(Object.fromEntries(entries.map(([path, bytes]) => [path, change(path, bytes)])), { level: 6 }));
}

async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  await expect(page.getByRole('main')).toBeVisible();
  const files = await page.evaluateHandle(
    ([base64, file]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], file));
      return transfer;
    },
    [bytes.toString('base64'), name] as const,
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: files });
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Data directories' });

/** Plays the rehearsal until it is led, and gives the leader and its epoch. */
async function ledBy(app: App): Promise<readonly [sid: number, epoch: number]> {
  const servers = await app.playUntil('a leader of the rehearsal', (all) => leaders(all).length === 1);
  const leader = leaders(servers)[0]!;
  return [leader.sid, leader.currentEpoch];
}

test('three directories are dropped, a record is looked at down to its bytes, and they are compared', async ({ page }) => {
  const app = await openApp(page);
  const before = await app.length();
  await drop(page, 'backup.zip', zipped('14b-old-backup-on-majority'));
  const view = dialog(page);
  await expect(view.getByRole('region', { name: /^Server \d$/ })).toHaveCount(3);
  await expect(view.getByText('starts at 0x200000009')).toHaveCount(3);

  await view
    .getByRole('region', { name: 'Server 3' })
    .getByRole('button', { name: /^log\.200000001/ })
    .click();
  const records = view.getByRole('listbox', { name: 'Records of log.200000001' });
  await records.getByRole('option', { name: /0x200000002/ }).click();
  const fields = view.getByRole('listbox', { name: 'Fields' });
  await fields.getByRole('option', { name: /\bpath\b/ }).hover();
  // What is lit is the field's length and its letters, and nothing else.
  await expect.poll(async () => (await view.locator('.hex .piece.lit').allInnerTexts()).join(' ')).toBe('00 00 00 03 2f 62 30');
  await expect(view.getByText(/^Checksum 0x[0-9a-f]{8}: that of its bytes/)).toBeVisible();
  await expectNoSeriousAxe(page);

  await view.getByRole('tab', { name: 'Compare' }).click();
  await expect(view.getByText('The same on all servers up to 0x100000005.')).toBeVisible();
  await expect(view.getByRole('option', { name: /0x200000001 – 0x200000003: same zxids, other txns/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(view.getByText('At 0x200000009 the trees are not the same:')).toBeVisible();
  await expect(view.getByText('Server 3 would lead epoch 3.')).toBeVisible();
  await expect(view.getByText('Booted on a copy: server 3 leads epoch 3.')).toBeVisible({ timeout: 20_000 });
  await view.getByRole('checkbox', { name: 'Server 3 starts first' }).uncheck();
  await expect(view.getByText('Server 2 would lead epoch 3.')).toBeVisible();
  await expect(view.getByText('Booted on a copy: server 2 leads epoch 3.')).toBeVisible({ timeout: 20_000 });
  await expectNoSeriousAxe(page);

  // The run on screen is still there, as it was.
  await page.keyboard.press('Escape');
  await expect(view).toBeHidden();
  expect(await app.length()).toBeGreaterThanOrEqual(before);
});

test('a damaged log is located, and its start is stepped through to where the process ends', async ({ page }) => {
  await openApp(page);
  const zip = zipped('16-log-crc-middle', (path, bytes) => {
    if (path !== 's2/version-2/log.100000001') return bytes;
    const offset = describeFile('log.100000001', bytes, { limit: 3 }).records[2]?.offset ?? 0;
    return bytes.map((byte, at) => (at === offset + 40 ? byte ^ 1 : byte));
  });
  await drop(page, 'backup.zip', zip);
  const view = dialog(page);
  const server = view.getByRole('region', { name: 'Server 2' });
  await expect(server.getByText('does not start (exit code 1)')).toBeVisible();
  await server.getByRole('button', { name: /^log\.100000001/ }).click();
  await expect(view.getByText(/^Checksum 0x[0-9a-f]{8} in the file, 0x[0-9a-f]{8} of its bytes/)).toBeVisible();
  await view.getByRole('tab', { name: 'Start' }).click();
  await view.getByRole('combobox', { name: 'Start of' }).selectOption({ index: 1 });
  await expect(view.getByText(/^Step 1 of/)).toBeVisible();
  await view.getByRole('button', { name: 'Step', exact: true }).click();
  await expect(view.getByText(/^Step 2 of/)).toBeVisible();
  await view.getByRole('button', { name: 'To the end' }).click();
  await expect(view.getByText('The process ends with exit code 1. Its log says: CRC check failed')).toBeVisible();
});

test('with the keyboard alone: opened, walked through, booted; the leader is the one foretold', async ({ page }) => {
  const app = await openApp(page);
  await expect(page.getByRole('main')).toBeVisible();
  // Asked for early: the browser has to be told before the chooser opens.
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  const choose = page.getByRole('dialog').locator('input[type=file]').first();
  await expect(choose).toBeAttached();
  await tabTo(page, () => choose.evaluate((input) => input === document.activeElement));
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({ name: 'old-backup.zip', mimeType: 'application/zip', buffer: zipped('24b-wiped-majority') });

  const view = dialog(page);
  await expect(view.getByRole('tab', { name: 'Files' })).toBeFocused();
  const records = view.getByRole('listbox', { name: /^Records of/ });
  await tabTo(page, () => records.evaluate((list) => list === document.activeElement));
  await page.keyboard.press('End');
  await expect(records.getByRole('option', { name: /Preallocated zeros/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await tabTo(page, () => view.getByRole('listbox', { name: 'Fields' }).evaluate((list) => list === document.activeElement));
  await page.keyboard.press('ArrowDown');
  await expect(view.getByRole('option', { name: /\blength\b/ })).toHaveAttribute('aria-selected', 'true');

  await view.getByRole('tab', { name: 'Files' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(view.getByText(/^Step 1 of/)).toBeVisible();
  const play = view.getByRole('button', { name: 'Play' });
  await tabTo(page, () => play.evaluate((button) => button === document.activeElement));
  await page.keyboard.press('ArrowRight');
  await expect(view.getByText(/^Step 2 of/)).toBeVisible();

  await view.getByRole('tab', { name: 'Start' }).focus();
  await page.keyboard.press('ArrowRight');
  const foretold = view.getByText(/^Booted on a copy: server \d leads epoch \d+\.$/);
  await expect(foretold).toBeVisible({ timeout: 20_000 });
  const [, sid, epoch] = /server (\d) leads epoch (\d+)/.exec(await foretold.innerText()) ?? [];
  await page.keyboard.press('ArrowRight');
  const boot = view.getByRole('button', { name: 'Boot this ensemble' });
  await tabTo(page, () => boot.evaluate((button) => button === document.activeElement));
  await page.keyboard.press('Enter');
  await expect(view).toBeHidden();
  await expect(page.getByRole('button', { name: /Rehearsal: old-backup/ })).toBeVisible();
  expect(await ledBy(app)).toEqual([Number(sid), Number(epoch)]);
});

test('directories and logs of the simulated servers are saved; what was saved opens again', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await page.keyboard.press('x');
  const disks = await saved(page, () => page.getByRole('button', { name: 'Save: Data directories' }).click());
  const files = unzipSync(disks);
  for (const sid of [1, 2, 3, 4, 5])
    expect(Object.keys(files)).toEqual(expect.arrayContaining([`server-${sid}/myid`, `server-${sid}/zoo.cfg`]));
  const logs = unzipSync(await saved(page, () => page.getByRole('button', { name: 'Save: Server logs' }).click()));
  expect(Object.keys(logs)).toEqual([1, 2, 3, 4, 5].map((sid) => `server-${sid}.log`));
  expect(Buffer.from(logs['server-5.log'] ?? []).toString()).toContain('FastLeaderElection');
  await page.keyboard.press('Escape');

  await drop(page, 'saved.zip', disks);
  const view = dialog(page);
  await expect(view.getByRole('region', { name: /^Server \d$/ })).toHaveCount(5);
  await page.keyboard.press('Escape');

  // One server's, from its panel; and its files in the same view.
  await page.keyboard.press('2');
  const panel = page.getByRole('tabpanel');
  await panel.getByText('Files on disk').click();
  const own = unzipSync(await saved(page, () => panel.getByRole('button', { name: 'Save as zip' }).click()));
  expect(Object.keys(own)).toEqual(expect.arrayContaining(['myid', 'zoo.cfg', 'version-2/currentEpoch']));
  expect(own['version-2/currentEpoch']).toEqual(files['server-2/version-2/currentEpoch']);
  await panel.getByRole('button', { name: 'Look into the files' }).click();
  await expect(view.getByRole('region', { name: 'Server 2' }).locator('[aria-current=true]')).toBeVisible();
});

for (const theme of ['light', 'dark'] as const) {
  test(`every tab passes axe, ${theme}`, async ({ page }) => {
    await openApp(page, { theme });
    await drop(page, 'backup.zip', zipped('27-log-hole-after-stall'));
    const view = dialog(page);
    await expect(view.getByText(/txns are missing/)).toBeVisible();
    for (const name of ['Files', 'Start', 'Compare', 'Boot']) {
      await view.getByRole('tab', { name }).click();
      if (name === 'Compare') await expect(view.getByText(/^Booted on a copy/)).toBeVisible({ timeout: 20_000 });
      await expectNoSeriousAxe(page);
    }
  });
}

async function saved(page: Page, act: () => Promise<void>): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await act();
  return readFileSync(await (await download).path());
}

async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await isThere()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('60 presses of Tab do not lead there');
}

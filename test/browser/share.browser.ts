/** Branches, links, files and what the browser remembers, in the real page with real workers. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Command } from '../../src/ensemble/types.ts';
import { address, expect, expectNoSeriousAxe, openApp, test, type App } from './app.ts';
import { api, branches, digest, openAt, picture } from './runs.ts';

const kill = (sid: number): Command => ({ type: 'kill', sid });

/** Killed leader; then, from an earlier moment, another server killed: two branches. Paused, on the second. */
async function forked(app: App): Promise<{ readonly first: string; readonly length: number; readonly at: number }> {
  const { sid } = await app.playUntilLed(4);
  await app.pause();
  const at = await app.position();
  await app.command(kill(sid));
  await app.playToLength(at + 300);
  await app.pause();
  const [first, length] = [await digest(app), await app.length()];
  await app.seek(at - 40);
  await app.command(kill(1));
  await app.playToLength(at + 100);
  await app.pause();
  return { first, length, at };
}

test('a command in the past begins a branch; the old future is shown again as it was, and goes on', async ({ page }) => {
  const app = await openApp(page);
  const { first, length, at } = await forked(app);
  expect(await branches(page)).toMatchObject([
    { id: 1, parent: null, length, active: false },
    { id: 2, parent: 1, forkN: at - 39, active: true },
  ]);
  const second = await digest(app);
  await api(page, (zablab) => zablab.showBranch(1));
  expect([await app.length(), await digest(app)]).toEqual([length, first]);
  await app.playToLength(length + 200);
  await app.pause();
  const longer = await digest(app);
  await api(page, (zablab) => zablab.showBranch(2));
  expect(await digest(app)).toBe(second);
  await app.command(kill(2));
  await api(page, (zablab) => zablab.showBranch(1));
  expect(await digest(app)).toBe(longer);
  expect(await digest(app, length)).toBe(first);
});

test('a link opens the same picture in a fresh browser', async ({ page, browser }) => {
  const app = await openApp(page);
  await forked(app);
  await app.seek((await app.position()) - 30);
  const link = await api(page, (zablab) => zablab.link());
  expect(link.length).toBeLessThan(300);
  const shown = await picture(app);

  const context = await browser.newContext();
  const other = await openAt(context.newPage(), link);
  expect(await picture(other)).toEqual(shown);
  // It goes on like the first one.
  for (const each of [app, other]) {
    await each.page.evaluate(() => window.zablab.seek(Number.MAX_SAFE_INTEGER));
  }
  const length = (await app.length()) + 150;
  await app.playToLength(length);
  await other.playToLength(length);
  expect(await digest(other, length)).toBe(await digest(app, length));
  expect(await other.workers()).toBeGreaterThan(0);
  await context.close();
});

test('a link in an open page replaces the run; a wrong one says why and leaves it', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await app.pause();
  const link = await api(page, (zablab) => zablab.link());
  const shown = await picture(app);
  await app.load({ servers: 3, steps: [] });
  await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect.poll(() => picture(app)).toEqual(shown);
  await page.evaluate((hash) => (location.hash = hash), new URL(link).hash.slice(0, -6));
  await expect(page.getByRole('alert')).toContainText('Copy the whole of it');
  expect(await picture(app)).toEqual(shown);
  await expectNoSeriousAxe(page);
});

test('a wrong link at the start: the page says why, and begins as usual', async ({ page }) => {
  const app = await openAt(Promise.resolve(page), `${address()}#r=7.abc`);
  await expect(page.getByRole('alert')).toContainText('newer version');
  await expect.poll(() => app.length()).toBeGreaterThan(0);
});

test('sharing by keyboard: the dialog says the link and its size', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(address()).origin });
  const app = await openApp(page);
  await forked(app);
  await page.getByRole('button', { name: 'Share and save' }).focus();
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(/#r=1\./);
  await expect(page.getByText(/^\d+ characters$/)).toBeVisible();
  await expect(page.getByText('The other branch is not in it')).toBeVisible();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await field.inputValue());
  await expectNoSeriousAxe(page);
});

test('a saved file brings all branches back', async ({ page }) => {
  const app = await openApp(page);
  const { first } = await forked(app);
  await api(page, (zablab) => zablab.nameBranch(1, 'the leader dies'));
  const shown = await picture(app);
  await page.getByRole('button', { name: 'Share and save' }).click();
  await page.getByLabel('Compressed').check();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the run' }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.zablab\.json\.gz$/);
  const buffer = readFileSync(await download.path());

  await page.reload();
  await page.waitForFunction(() => 'zablab' in window && document.documentElement.hasAttribute('data-takes-files'));
  await page.evaluate(
    ([bytes, name]) => {
      const file = new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name);
      const data = new DataTransfer();
      data.items.add(file);
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [buffer.toString('base64'), download.suggestedFilename()] as const,
  );
  await expect.poll(() => picture(app)).toEqual(shown);
  expect((await branches(page)).map(({ id, name }) => [id, name])).toEqual([
    [1, 'the leader dies'],
    [2, null],
  ]);
  await api(page, (zablab) => zablab.showBranch(1));
  expect(await digest(app)).toBe(first);
});

test('after a reload the page offers to continue, and lists the run among the recent ones', async ({ page }) => {
  const app = await openApp(page);
  const { first } = await forked(app);
  const shown = await picture(app);
  await expect.poll(() => page.evaluate(() => sessionStorage.getItem('zablab.run'))).not.toBeNull();
  await expect.poll(() => kept(page)).toBe((shown as { position: number }).position);
  await page.reload();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect.poll(() => picture(app)).toEqual(shown);
  await api(page, (zablab) => zablab.showBranch(1));
  expect(await digest(app)).toBe(first);

  await app.load({ servers: 3, steps: [] });
  await page.keyboard.press('s');
  const recent = page.getByRole('region', { name: 'Recent runs' });
  await recent.getByRole('button').first().click();
  await expect.poll(async () => (await branches(page)).length).toBe(2);
});

/** The playhead that the browser remembers of this tab's run. */
function kept(page: Page): Promise<number | null> {
  return page.evaluate(
    () =>
      new Promise<number | null>((resolve) => {
        const asked = indexedDB.open('zablab');
        asked.onerror = () => resolve(null);
        asked.onsuccess = () => {
          const read = asked.result
            .transaction('runs')
            .objectStore('runs')
            .get(`run:${sessionStorage.getItem('zablab.run') ?? ''}`);
          read.onerror = () => resolve(null);
          read.onsuccess = () => {
            asked.result.close();
            resolve(typeof read.result === 'string' ? (JSON.parse(read.result) as { playhead: number }).playhead : null);
          };
        };
      }),
  );
}

test('where the browser keeps nothing, nothing is said and everything else works', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', { value: undefined });
    Object.defineProperty(window, 'sessionStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  const app = await openApp(page);
  await forked(app);
  await page.waitForTimeout(1500);
  await page.keyboard.press('s');
  await expect(page.getByText('remembered here, in this browser only')).toBeVisible();
});

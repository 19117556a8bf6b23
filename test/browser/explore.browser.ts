/** The hunt in the browser: it finds what a variant breaks, makes it small, opens it; the page answers all along. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { digestOf } from '../../src/ensemble/digest.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenarioText } from '../../src/ensemble/scenario.ts';
import { step } from '../../src/zab/server.ts';
import { expect, expectNoSeriousAxe, openApp, test } from './app.ts';

/** Machines are busy: a hunt that takes seconds alone may take a minute. */
const LONG = { timeout: 150_000 };

test.setTimeout(240_000);

function panelOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Find what breaks' });
}

/** Chooses `sound` with one variant on top, and three servers. */
async function choose(panel: Locator, variant: string): Promise<void> {
  await panel.getByLabel('ZooKeeper version').selectOption('sound');
  await panel.getByText('Variants: break the protocol').click();
  await panel.getByRole('checkbox', { name: variant }).check();
  await panel.getByText('Variants: break the protocol').click();
  await panel.getByLabel('Each run begins with').selectOption('3');
  await panel.getByLabel('Give up after').selectOption('300');
}

/** The first number of the figures: runs. */
async function runs(panel: Locator): Promise<number> {
  return Number((await panel.locator('dd').first().textContent())?.replace(/\D/g, ''));
}

function hunters(page: Page): number {
  return page.workers().filter((worker) => worker.url().includes('hunterWorker')).length;
}

/** The page goes on answering: another tab shows, and this one again. */
async function expectAnswers(page: Page): Promise<void> {
  for (const tab of ['decisions', 'explore']) {
    await page.locator(`#tab-${tab}`).click();
    await expect(page.locator(`#tab-${tab}`)).toHaveAttribute('aria-selected', 'true');
  }
}

test('a hunt finds what a variant breaks, makes it small, and opens it where it breaks', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await page.getByRole('button', { name: 'Explore' }).click();
  const panel = panelOf(page);
  await choose(panel, 'flush-now-and-then');
  await expect(panel.getByText('flush-now-and-then should break: no acknowledged write is lost')).toBeVisible();
  await expectNoSeriousAxe(page);
  await panel.getByRole('button', { name: 'Start the hunt' }).click();
  await expect.poll(() => hunters(page)).toBeGreaterThan(0);
  await expectNoSeriousAxe(page);
  await expectAnswers(page);

  await expect(panel.getByText('A guarantee broke')).toBeVisible(LONG);
  expect(await runs(panel)).toBeGreaterThan(0);
  await expect(panel.getByText(/different situations/)).not.toHaveText(/^0 /);
  await expect(panel.getByText(/of \d+ branches of rules taken/)).toBeVisible();
  await expect.poll(() => hunters(page)).toBe(0);
  await expectNoSeriousAxe(page);
  const [, before, after] = /(\d+) → (\d+) commands/.exec((await panel.textContent()) ?? '') ?? [];
  expect(Number(after)).toBeLessThan(Number(before));
  const digest = (await panel.locator('.mono').first().textContent()) ?? '';

  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save scenario' }).click();
  const scenario = parseScenarioText(readFileSync(await (await saving).path(), 'utf8'), 'the saved scenario');
  const { ensemble } = await runScenario(scenario, new InlineHost(step as Core), { observers: [new Invariants(scenario.config)] });
  const n = ensemble.trace.findIndex(({ what }) => what.type === 'violation');
  expect(digestOf(ensemble.trace, n + 1)).toBe(digest);

  await panel.getByRole('button', { name: 'Open it' }).click();
  await expect.poll(() => app.position()).toBe(n);
  const [event] = await app.trace(n, n + 1);
  if (event?.what.type !== 'violation') throw new Error(`event ${n} is no violation`);
  expect(await page.evaluate((events) => window.zablab.digest(events), n + 1)).toBe(digest);
  await expect(page.getByRole('alert')).toContainText(event.what.invariant);
  await expect(page.getByRole('tab', { name: 'Decisions' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('button', { name: /ZooKeeper version: sound \+ flush-now-and-then/ })).toBeVisible();
  // What was found is still there.
  await page.keyboard.press('g');
  await expect(panelOf(page).getByText('A guarantee broke')).toBeVisible();
});

test('figures grow while it runs, and Stop ends all hunters', async ({ page }) => {
  const app = await openApp(page);
  await app.pause();
  await page.getByRole('button', { name: 'Explore' }).click();
  const panel = panelOf(page);
  await panel.getByLabel('ZooKeeper version').selectOption('sound');
  await panel.getByLabel('Give up after').selectOption('300');
  await panel.getByRole('button', { name: 'Start the hunt' }).click();
  await expect.poll(() => runs(panel), LONG).toBeGreaterThan(0);
  const first = await runs(panel);
  await expect.poll(() => runs(panel), LONG).toBeGreaterThan(first);
  await panel.getByText(/branches of rules taken/).click();
  await expect(panel.getByText(/were never taken/)).toBeVisible();
  await expect(panel.locator('.ways').first()).toBeVisible();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel.getByText(/^Stopped after .*: nothing broke so far$/)).toBeVisible();
  await expect.poll(() => hunters(page)).toBe(0);
  await expectNoSeriousAxe(page);
  await panel.getByRole('button', { name: 'Go on hunting' }).click();
  await expect.poll(() => hunters(page)).toBeGreaterThan(0);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByRole('button', { name: 'Change the hunt' }).click();
  await panel.getByText('More', { exact: true }).click();
  await expect(panel.getByLabel('Seed')).toHaveValue('2');
});

test('once through by keyboard alone', async ({ page }) => {
  const app = await openApp(page);
  await app.load({ name: 'three', servers: 3, profile: 'sound', variants: ['flush-now-and-then'], steps: [{ start: 'all' }] });
  await app.pause();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
  await page.keyboard.press('g');
  await expect.poll(focused).toBe('Find what breaks');
  for (let i = 0; i < 8 && (await focused()) !== 'Start the hunt'; i++) await page.keyboard.press('Tab');
  expect(await focused()).toBe('Start the hunt');
  await page.keyboard.press('Enter');
  await expect.poll(focused).toMatch(/^(Stop|Stop here, take this)$/);
  await expect.poll(focused, LONG).toBe('Open it');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('A guarantee does not hold');
  const n = await app.position();
  expect((await app.trace(n, n + 1))[0]?.what.type).toBe('violation');
});

test('a hunter that dies is told about, and the hunt can begin again', async ({ page }) => {
  await openApp(page);
  await page.evaluate(() => {
    const { Worker: Real } = window;
    let once = true;
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name !== 'hunter 1' || !once) return;
        once = false;
        setTimeout(() => this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true })), 200);
      }
    };
  });
  await page.keyboard.press('g');
  const panel = panelOf(page);
  await panel.getByRole('button', { name: 'Start the hunt' }).click();
  await expect(panel.getByRole('alert')).toContainText('A hunter’s worker died: out of memory');
  await expect.poll(() => hunters(page)).toBe(0);
  await expectNoSeriousAxe(page);
  await panel.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.getByRole('button', { name: 'Stop' })).toBeVisible();
});

test('the version that runs is in the header, tells what its variants break, and reaches the form and the hunt', async ({ page }) => {
  const app = await openApp(page);
  const chip = page.getByRole('button', { name: /ZooKeeper version: mainline/ });
  await chip.focus();
  await expect(page.getByRole('tooltip')).toContainText('mainline');
  await app.load({ name: 'three', servers: 3, profile: 'sound', variants: ['no-trunc'], steps: [{ start: 'all' }] });
  const varied = page.getByRole('button', { name: /ZooKeeper version: sound \+ no-trunc/ });
  await varied.hover();
  await expect(page.getByRole('tooltip')).toContainText('breaks: applied is a prefix of committed');
  await varied.click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('ZooKeeper version')).toHaveValue('sound');
  await expect(dialog.getByText('1 chosen')).toBeVisible();
  await dialog.getByRole('button', { name: 'Find out what this breaks' }).click();
  const panel = panelOf(page);
  await expect(panel.getByLabel('ZooKeeper version')).toHaveValue('sound');
  await expect(panel.getByText('no-trunc should break')).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

/** What is wrong is said in one message, and what runs is not lost. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type App, expect, openApp, test } from './app.ts';

const WHOLE = readFileSync(join(import.meta.dirname, '../../src/ensemble/scenarios/kill-the-leader.json'), 'utf8');

/** Name of the file, its text, and what the message must say: where, and what was expected. */
const BROKEN: readonly (readonly [what: string, text: string, says: readonly string[]])[] = [
  ['text that is not JSON', 'servers: 3', ['JSON']],
  ['a file that is cut', WHOLE.slice(0, WHOLE.length / 2), ['JSON']],
  ['a list instead of a scenario', '[]', ['expected a scenario']],
  ['zero servers', '{ "servers": 0, "steps": [] }', ['servers', 'expected at least one server']],
  ['a duplicate sid', '{ "members": [{ "sid": 1 }, { "sid": 2 }, { "sid": 1 }] }', ['members[2].sid', 'taken by members[0]']],
  [
    'all weights zero',
    '{ "members": [{ "sid": 1, "group": 1, "weight": 0 }, { "sid": 2, "group": 1, "weight": 0 }] }',
    ['members[0].weight', 'all weights are zero'],
  ],
  [
    'an action on an unknown server',
    '{ "servers": 3, "steps": [{ "start": "all" }, { "kill": 9 }] }',
    ['steps[1].kill', 'there is no server 9'],
  ],
  [
    'a time in the past',
    '{ "servers": 3, "steps": [{ "start": "all", "at": 500 }, { "kill": 1, "at": 100 }] }',
    ['steps[1].at', 'is in the past'],
  ],
];

test('a dropped file that is wrong gets one message with its name, the field and what was expected', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  for (const [what, text, says] of BROKEN) {
    await test.step(what, async () => {
      const before = await footprint(app);
      await drop(page, 'homework.json', text);
      const message = page.getByRole('alert');
      await expect(message).toHaveCount(1);
      await expect(message).toContainText('homework.json');
      for (const part of says) await expect(message).toContainText(part);
      expect(await footprint(app)).toEqual(before);
      await page.keyboard.press('Escape');
      await expect(message).toHaveCount(0);
    });
  }
  // It is still the same run, and it goes on.
  const length = await app.length();
  await app.playToLength(length + 50);
  expect(await app.workers()).toBe(5);
});

test('a wrong file is told about whatever dialog is open, and a good one is loaded', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await page.getByRole('button', { name: 'Keys' }).click();
  await drop(page, 'homework.json', '{ "servers": 0 }');
  await expect(page.getByRole('alert')).toContainText('expected at least one server');
  await page.keyboard.press('Escape');
  await drop(page, 'three.json', '{ "name": "three", "servers": 3, "steps": [{ "start": "all" }] }');
  await expect.poll(async () => (await app.servers()).length).toBe(3);
  await app.playUntilLed(2);
});

test('load() with a wrong scenario rejects with the message, and the run goes on', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  const before = await footprint(app);
  const message = await page.evaluate(() =>
    Promise.resolve(window.zablab.load({ servers: 0 })).then(
      () => 'loaded',
      (error: unknown) => (error as Error).message,
    ),
  );
  expect(message).toContain('servers: expected at least one server');
  expect(await footprint(app)).toEqual(before);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a command that makes no sense rejects with a sentence, and nothing has happened', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await app.command({ type: 'kill', sid: 2 });
  await app.rest();
  const before = await footprint(app);
  const refusal = (command: unknown): Promise<string> =>
    page.evaluate(
      (plain) =>
        Promise.resolve(window.zablab.command(plain as never)).then(
          () => 'done',
          (error: unknown) => (error as Error).message,
        ),
      command,
    );
  expect(await refusal({ type: 'kill', sid: 9 })).toContain('there is no server 9; the servers are 1, 2, 3, 4, 5');
  expect(await refusal({ type: 'explode', sid: 1 })).toContain('a command, such as');
  expect(await refusal({ type: 'kill', sid: 2 })).toMatch(/server 2/i);
  expect(await footprint(app)).toEqual(before);
  await app.command({ type: 'restart', sid: 2 });
  await app.playUntilLed(4);
});

test('a worker that throws shows how to reproduce it, and rewinds to just before', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await app.command({ type: 'kill', sid: 1 });
  await app.rest();
  // A refused command before it must not hide it.
  await page.evaluate(() => Promise.resolve(window.zablab.command({ type: 'kill', sid: 1 })).catch(() => undefined));
  const told = page.evaluate(() => new Promise((resolve) => window.zablab.on('trouble', resolve)));
  const length = await app.length();
  // Memory that went bad: the next step of the server's core meets a state that is none.
  await page
    .workers()
    .at(-1)!
    .evaluate(() => {
      self.dispatchEvent(new MessageEvent('message', { data: { type: 'load', server: { broken: true } } }));
    });
  await app.fastest();
  await app.play();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText(/Server \d failed at event \d+, on input/);
  expect(await told).toMatchObject({ kind: 'worker' });

  const reproduction = JSON.parse((await alert.locator('pre').textContent()) ?? '') as {
    scenario: { name: string };
    seed: number;
    commands: { command: unknown }[];
    position: number;
  };
  expect(reproduction.scenario.name).toBe('first-election');
  expect(reproduction.seed).toEqual(expect.any(Number));
  expect(reproduction.commands.map(({ command }) => command)).toContainEqual({ type: 'kill', sid: 1 });
  expect(reproduction.position).toBe(await app.length());
  expect(reproduction.position).toBeGreaterThanOrEqual(length);

  await alert.getByRole('button', { name: 'Rewind to just before' }).click();
  await expect(alert).toHaveCount(0);
  await expect.poll(() => app.workers()).toBe(4);
  expect(await app.position()).toBeLessThan(reproduction.position);
  await app.playToLength(reproduction.position + 100);
  await expect(alert).toHaveCount(0);
  await app.command({ type: 'restart', sid: 1 });
  await app.playUntilLed(4);
});

/** Enough to tell whether something happened to the run. */
async function footprint(app: App): Promise<unknown> {
  return { length: await app.length(), position: await app.position(), servers: await app.servers(), workers: await app.workers() };
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([file, content]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([content], file, { type: 'application/json' }));
      return transfer;
    },
    [name, text] as const,
  );
  await page.locator('body').dispatchEvent('drop', { dataTransfer });
}

/** Where a server thinks changes nothing of what happens: Web Workers here, one thread and worker threads on the command line. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, openApp, test } from './app.ts';

const ROOT = join(import.meta.dirname, '../..');
const SEED = 7;
const EVENTS = 3000;

for (const name of ['kill-the-leader', 'zombie-leader', 'split-and-heal']) {
  test(`${name} has the same trace digest inline, in worker threads and in Web Workers`, async ({ page }) => {
    const scenario = JSON.parse(readFileSync(join(ROOT, `src/ensemble/scenarios/${name}.json`), 'utf8')) as object;
    const app = await openApp(page);
    await app.load({ ...scenario, seed: SEED });
    await app.playToLength(EVENTS);
    const events = await app.trace(0, EVENTS);
    const kinds = new Set(events.map(({ what }) => what.type));
    const answered = events.flatMap(({ outcomes }) => outcomes).filter(({ op, outcome }) => op.op === 'create' && outcome === 'acked');
    expect(kinds, 'faults were injected').toContain('command');
    expect(answered.length, 'clients wrote').toBeGreaterThan(0);
    expect(await app.workers()).toBeGreaterThan(0);

    const inPage = await page.evaluate((count) => window.zablab.digest(count), EVENTS);
    expect(inPage).toMatch(/^[0-9a-f]{16}$/);
    expect(`${EVENTS} ${inPage}`).toBe(onCommandLine(name, 'inline'));
    expect(`${EVENTS} ${inPage}`).toBe(onCommandLine(name, 'threads'));
  });
}

test('the digest tells one run from another, and refuses more events than there are', async ({ page }) => {
  const app = await openApp(page);
  await app.playToLength(200);
  const [one, other, whole] = await page.evaluate(async () => [
    await window.zablab.digest(199),
    await window.zablab.digest(200),
    await window.zablab.digest(),
  ]);
  expect(one).not.toBe(other);
  expect(whole).toMatch(/^[0-9a-f]{16}$/);
  const refused = await page.evaluate(() => window.zablab.digest(window.zablab.length + 1).catch((error: unknown) => String(error)));
  expect(refused).toContain('expected a number of events from 0 to');
});

function onCommandLine(scenario: string, host: 'inline' | 'threads'): string {
  const args = ['scripts/zablab.mjs', 'run', scenario, '--seed', String(SEED), '--digest', '--events', String(EVENTS), '--host', host];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

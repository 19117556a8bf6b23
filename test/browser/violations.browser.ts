/** What is checked is the same in Web Workers as in one thread on the command line: the event, the invariant and the words; and the page stops there and says so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOSES_A_WRITE } from '../ensemble/invariants/violating.ts';
import { expect, openApp, test } from './app.ts';

const ROOT = join(import.meta.dirname, '../..');

test('a variant of a scenario violates the same invariant at the same event as on the command line', async ({ page }) => {
  const { trace, digest } = onCommandLine(LOSES_A_WRITE);
  const app = await openApp(page);
  await app.load(LOSES_A_WRITE);
  await app.fastest();
  await app.play();
  const violation = JSON.parse(trace.at(-1) ?? '') as { what: { invariant: string; sentence: string; source: string } };

  await expect(page.getByRole('alert').filter({ hasText: violation.what.invariant })).toContainText(violation.what.sentence);
  expect(await app.length(), 'the run stops there').toBe(trace.length);
  expect((await app.trace(trace.length - 1, trace.length))[0]).toMatchObject(violation);
  expect(`${trace.length} ${await page.evaluate(() => window.zablab.digest())}`).toBe(digest);
  expect(await app.workers()).toBeGreaterThan(0);
});

/** What `zablab run FILE` says with `--trace`, by line, and with `--digest`. */
function onCommandLine(scenario: { readonly name: string }): { readonly trace: readonly string[]; readonly digest: string } {
  const folder = mkdtempSync(join(tmpdir(), 'zablab-violations-'));
  const file = join(folder, `${scenario.name}.json`);
  writeFileSync(file, JSON.stringify(scenario));
  const run = (what: string): string =>
    spawnSync(process.execPath, ['scripts/zablab.mjs', 'run', file, what], { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
  const said = { trace: run('--trace').split('\n'), digest: run('--digest') };
  rmSync(folder, { recursive: true });
  return said;
}

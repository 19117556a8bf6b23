/** What is checked is the same in Web Workers as in one thread on the command line: the event, the invariant and the words; and the page stops there and says so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorldEvent } from '../../src/ensemble/types.ts';
import { violationText } from '../../src/trace/findings/words.ts';
import { LOSES_A_WRITE } from '../ensemble/invariants/violating.ts';
import { expect, openApp, test } from './app.ts';

const ROOT = join(import.meta.dirname, '../..');

test('a variant of a scenario violates the same invariant at the same event as on the command line', async ({ page }) => {
  const { trace, digest } = onCommandLine(LOSES_A_WRITE);
  const app = await openApp(page);
  await app.load(LOSES_A_WRITE);
  await app.fastest();
  await app.play();
  const violation = JSON.parse(trace.at(-1) ?? '') as { what: Extract<WorldEvent, { type: 'violation' }> };

  await expect(page.getByRole('alert').filter({ hasText: violation.what.invariant })).toContainText(violationText(violation.what, 'en'));
  // Above the stage is what broke; below it, the event that broke it.
  await expect(page.locator('.caption')).toContainText('Server 3 leads epoch 2 from 0x200000000');
  expect(await app.length(), 'the run stops there').toBe(trace.length);
  expect((await app.trace(trace.length - 1, trace.length))[0]).toMatchObject(violation);
  expect(`${trace.length} ${await page.evaluate(() => window.zablab.digest())}`).toBe(digest);
  expect(await app.workers()).toBeGreaterThan(0);

  await page.getByRole('button', { name: /中文/ }).click();
  const inChinese = violationText(violation.what, 'zh');
  expect(inChinese).toMatch(/^服务器 \d 领导 epoch 2，却没有已提交的/);
  await expect(page.getByRole('alert')).toContainText(inChinese);
  await expect(page.locator('.caption')).toContainText('开始领导 epoch 2：它的全部历史就此提交');
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

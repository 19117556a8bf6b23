/**
 * Tries one change after the other in this process: all tests are loaded once, and run against each change until one of them fails. Started by `own.ts`, which
 * says which changes, and ends this process when a change makes a test endless.
 */
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ManyJob, ManyLine } from './own.ts';
import { noted } from './registry.ts';

const files = import.meta.glob([
  '../zab/**/*.test.ts',
  '../store/**/*.test.ts',
  './oracles.ts',
  '../ensemble/variants/*.test.ts',
  // These replace modules for themselves.
  '!../zab/election/{lookForLeader,election}.test.ts',
]);

const LATE = [/oracles/, /variants/, /store\/oracle/];
const rank = (file: string): number => LATE.findIndex((pattern) => pattern.test(file));

test('own list', { timeout: 2 ** 31 - 1 }, async () => {
  const job = JSON.parse(process.env['ZABLAB_MUTANTS'] ?? '') as ManyJob;
  const say = (line: ManyLine): void => appendFileSync(job.answers, `${JSON.stringify(line)}\n`);
  for (const file of Object.keys(files).sort((a, b) => rank(a) - rank(b))) await files[file]?.();
  const tests: { readonly name: string; readonly run: () => unknown; kills: number }[] = [];
  // Twice: a test that cannot be repeated tells nothing the second time.
  for (const each of noted) if ((await passes(each.run)) && (await passes(each.run))) tests.push({ ...each, kills: 0 });
  expect(tests.length).toBeGreaterThan(0.95 * noted.length);
  for (const number of job.numbers) {
    say({ number, began: true });
    globalThis.zablabMutant = number;
    let by: string | null = null;
    for (const each of tests) {
      if (await passes(each.run)) continue;
      by = each.name;
      each.kills++;
      break;
    }
    // What noticed most is asked first.
    tests.sort((a, b) => b.kills - a.kills);
    globalThis.zablabMutant = undefined;
    say({ number, by });
  }
});

async function passes(run: () => unknown): Promise<boolean> {
  try {
    await run();
    return true;
  } catch {
    return false;
  }
}

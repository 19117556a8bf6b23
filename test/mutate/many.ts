/**
 * Tries one change after the other in this process: all tests are loaded once, and run against each change until one of them fails. What survives the quick
 * ones and does not compile is given up; what survives all and is in a file that remembers results meets the quick ones once more with everything loaded
 * afresh, since what was remembered before the change hides it. Started by `tries.ts`, which says which changes, and ends
 * this process when a change makes a test endless.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { compiler } from './compiles.ts';
import type { Mutant } from './mutants.ts';
import type { ManyJob, ManyLine } from './tries.ts';

const core = import.meta.glob([
  '../tree/**/*.test.ts',
  '../zab/**/*.test.ts',
  '../store/**/*.test.ts',
  './oracles.ts',
  '../ensemble/variants/*.test.ts',
  '!../zab/election/{lookForLeader,election}.test.ts',
]);
/** These replace `roles.ts` for themselves. */
const election = import.meta.glob('../zab/election/{lookForLeader,election}.test.ts');

interface Known {
  readonly name: string;
  /** Where it comes to, as `zablabAt` is told. */
  readonly places: ReadonlySet<number>;
  readonly calls: number;
  readonly ms: number;
  /** In the file that is changed now. */
  asked: number;
  kills: number;
}
type Body = () => unknown;

/** Ms. Of a test that takes longer, the ensembles are its own: nothing is remembered for it. */
const QUICK = 100;

test('every change', { timeout: 2 ** 31 - 1 }, async () => {
  const job = JSON.parse(readFileSync(process.env['ZABLAB_MUTANTS'] ?? '', 'utf8')) as ManyJob;
  const mutants = JSON.parse(readFileSync(job.mutants, 'utf8')) as readonly Mutant[];
  const say = (line: ManyLine): void => appendFileSync(job.answers, `${JSON.stringify(line)}\n`);
  const atLoad = new Set(job.atLoad);
  const places = new Map(job.places);
  const warm = await load(job.tests);
  const known: Known[] = [];
  for (const [name, body] of warm) {
    const first = await measured(name, body);
    // Twice: a test that cannot be repeated tells nothing the second time.
    if (first !== null && (await passes(body, first.calls))) known.push(first);
  }
  expect(known.length).toBeGreaterThan(0.95 * warm.size);
  const compiles = compiler(process.cwd());
  const isQuick = ({ ms }: Known): boolean => ms < QUICK;
  let file = '';
  for (const number of job.numbers) {
    const mutant = mutants[number];
    if (mutant === undefined) continue;
    if (mutant.file !== file) for (const each of known) each.asked = each.kills = 0;
    file = mutant.file;
    say({ number, began: true });
    const place = places.get(number) ?? null;
    const asked = known.filter((each) => place === null || each.places.has(place)).sort((a, b) => worth(b) - worth(a));
    const [quick, slow] = [asked.filter(isQuick), asked.filter((each) => !isQuick(each))];
    const atOnce = !atLoad.has(number);
    let by = atOnce ? await killer(number, quick, () => warm) : null;
    if (by === null && !compiles(mutant)) {
      say({ number, refused: true });
      continue;
    }
    if (atOnce) by ??= await killer(number, slow, () => warm);
    if (!atOnce || remembers(mutant.file)) by ??= await killer(number, atOnce ? quick : asked, () => load(job.tests));
    say({ number, by });
  }
});

/** Whether a file keeps results beside its functions. */
function remembers(file: string): boolean {
  return /^const \w+ = new (Weak)?Map/m.test(readFileSync(file, 'utf8'));
}

/** What is likely to notice, and quick, is asked first. */
function worth({ asked, kills, ms }: Known): number {
  return (kills + 0.2) / (asked + 1) / (ms + 0.2);
}

async function load(which: ManyJob['tests']): Promise<ReadonlyMap<string, Body>> {
  vi.resetModules();
  const files = which === 'election' ? election : core;
  const { noted } = await import('./registry.ts');
  for (const file of Object.keys(files).sort()) await files[file]?.();
  return new Map(noted.map(({ name, run }, i) => [`${i} ${name}`, run]));
}

/** The name of the first test that fails with this change. Tests that do not even load fail too. */
async function killer(number: number, asked: readonly Known[], load: () => ReadonlyMap<string, Body> | Promise<ReadonlyMap<string, Body>>) {
  globalThis.zablabMutant = number;
  try {
    const bodies = await load();
    for (const each of asked) {
      each.asked++;
      const body = bodies.get(each.name);
      if (body !== undefined && (await passes(body, each.calls))) continue;
      each.kills++;
      return each.name;
    }
    return null;
  } catch {
    return 'loading';
  } finally {
    globalThis.zablabMutant = undefined;
  }
}

async function measured(name: string, body: Body): Promise<Known | null> {
  const places = new Set<number>();
  let calls = 0;
  globalThis.zablabAt = (place) => {
    calls++;
    places.add(place);
  };
  const before = performance.now();
  try {
    await body();
    return { name, places, calls, ms: performance.now() - before, asked: 0, kills: 0 };
  } catch {
    return null;
  } finally {
    globalThis.zablabAt = undefined;
  }
}

/** @param usual how many calls it takes without a change */
async function passes(body: Body, usual: number): Promise<boolean> {
  let left = 10 * usual + 100_000;
  globalThis.zablabAt = () => {
    if (left-- <= 0) throw new Error('this comes to no end');
  };
  try {
    await body();
    return left > 0;
  } catch {
    return false;
  } finally {
    globalThis.zablabAt = undefined;
  }
}

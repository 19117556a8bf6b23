/** Tries changes in processes of their own (`many.ts`). A change that makes a test endless ends the process that tries it; another one goes on behind it. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';
import { switched } from './switched.ts';

/** `refused`: no test notices, but the compiler. */
export type Fate = 'killed' | 'survived' | 'timeout' | 'refused';
export interface Result extends Mutant {
  readonly fate: Fate;
  /** The test that failed. */
  readonly by: string | null;
}

/** What `many.ts` is to do. */
export interface ManyJob {
  /** A file with all changes as JSON. */
  readonly mutants: string;
  /** Their numbers: places in that list. */
  readonly numbers: readonly number[];
  readonly places: readonly (readonly [number: number, place: number | null])[];
  readonly atLoad: readonly number[];
  /** `election`: those that replace the roles of a server for themselves. */
  readonly tests: 'core' | 'election';
  /** Where to write what is found, a `ManyLine` each. */
  readonly answers: string;
}
export type ManyLine =
  | { readonly number: number; readonly began: true }
  | { readonly number: number; readonly refused: true }
  | { readonly number: number; readonly by: string | null };

/** All tests together take some ten seconds on a quiet machine. */
const PATIENCE_MS = 90_000;

export interface Tries {
  readonly root: string;
  readonly out: string;
  readonly workers: number;
  /** When to begin nothing new, by `Date.now()`. */
  readonly until: number;
  /** Called with each that is done. */
  readonly tell: (result: Result) => void;
}

/** What can be tried: some changes outside of functions cannot be put into a text that holds the others too. */
export function canBeTried(root: string, mutants: readonly Mutant[]): readonly Mutant[] {
  return byFile(mutants).flatMap(([file, mine]) => {
    const left = new Set(switched(file, readFileSync(join(root, file), 'utf8'), [...mine.entries()]).left);
    return mine.filter((_, i) => !left.has(i));
  });
}

/** Tries all until they are done or time is up. What survives the tests of the core and is of the election meets those of the election alone. */
export async function tryAll(mutants: readonly Mutant[], tries: Tries): Promise<void> {
  const again: Mutant[] = [];
  const isElection = ({ file }: Mutant): boolean => file.startsWith('src/zab/election/');
  await inTurns(mutants, 'core', {
    ...tries,
    tell: (result) => {
      if (result.fate === 'survived' && isElection(result)) again.push(mutants.find((mutant) => isSame(mutant, result)) ?? result);
      else tries.tell(result);
    },
  });
  await inTurns(again, 'election', tries);
}

export function isSame(a: Mutant, b: Mutant): boolean {
  return a.file === b.file && a.kind === b.kind && a.start === b.start && a.from === b.from && a.to === b.to;
}

function byFile(mutants: readonly Mutant[]): readonly (readonly [file: string, mutants: readonly Mutant[]])[] {
  return [...new Set(mutants.map(({ file }) => file))].map((file) => [file, mutants.filter((mutant) => mutant.file === file)]);
}

async function inTurns(mutants: readonly Mutant[], tests: ManyJob['tests'], tries: Tries): Promise<void> {
  const list = join(tries.out, `${tests}.json`);
  writeFileSync(list, JSON.stringify(mutants));
  const places = new Map<number, number | null>();
  const atLoad: number[] = [];
  for (const [file, mine] of byFile(mutants)) {
    const numbered = mine.map((mutant) => [mutants.indexOf(mutant), mutant] as const);
    const made = switched(file, readFileSync(join(tries.root, file), 'utf8'), numbered);
    for (const [number, place] of made.places) places.set(number, place);
    atLoad.push(...made.atLoad);
  }
  const shares = Array.from({ length: tries.workers }, (_, worker) => [...mutants.keys()].filter((i) => i % tries.workers === worker));
  const job = (numbers: readonly number[], worker: number): ManyJob => ({
    mutants: list,
    numbers,
    places: [...places],
    atLoad,
    tests,
    answers: join(tries.out, `${tests}.${worker}.jsonl`),
  });
  await Promise.all(shares.map((share, worker) => oneShare(mutants, share, (numbers) => job(numbers, worker), tries)));
}

async function oneShare(
  mutants: readonly Mutant[],
  numbers: readonly number[],
  jobOf: (numbers: readonly number[]) => ManyJob,
  tries: Tries,
): Promise<void> {
  let left = numbers;
  /** With which a process has come to its end once, which a busy machine can do too. */
  const suspects = new Set<number>();
  while (left.length > 0 && Date.now() < tries.until) {
    const done = new Set<number>();
    let began: number | null = null;
    const hear = (line: ManyLine): void => {
      began = 'began' in line ? line.number : null;
      if ('began' in line) return;
      done.add(line.number);
      const mutant = mutants[line.number];
      if (mutant === undefined) return;
      if ('refused' in line) tries.tell({ ...mutant, fate: 'refused', by: null });
      else tries.tell({ ...mutant, fate: line.by === null ? 'survived' : 'killed', by: line.by });
    };
    await oneProcess(jobOf(left), tries, hear);
    if (Date.now() >= tries.until) return;
    // Endless, or so bad that the process itself came to its end.
    const stuck = began === null ? undefined : mutants[began];
    if (began !== null && stuck !== undefined && suspects.has(began)) {
      done.add(began);
      tries.tell({ ...stuck, fate: 'timeout', by: null });
    } else if (began !== null) suspects.add(began);
    else if (done.size === 0) throw new Error('the tests do not pass even without a change');
    left = left.filter((number) => !done.has(number));
  }
}

/** Resolves when it has come to its end, or was ended because nothing came any more. */
function oneProcess(job: ManyJob, { root, until }: Tries, hear: (line: ManyLine) => void): Promise<void> {
  writeFileSync(job.answers, '');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const jobFile = `${job.answers}.job`;
  writeFileSync(jobFile, JSON.stringify(job));
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/mutate/many.config.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ZABLAB_MUTANTS: jobFile },
  });
  return new Promise((resolve) => {
    let heard = 0;
    let since = Date.now();
    const look = (): void => {
      const lines = readFileSync(job.answers, 'utf8').split('\n').slice(0, -1);
      if (lines.length > heard) since = Date.now();
      for (const line of lines.slice(heard)) hear(JSON.parse(line) as ManyLine);
      heard = lines.length;
    };
    const watch = setInterval(() => {
      look();
      if ((heard > 0 && Date.now() - since > PATIENCE_MS) || Date.now() > until) child.kill('SIGKILL');
    }, 500);
    child.once('exit', () => {
      clearInterval(watch);
      look();
      resolve();
    });
  });
}

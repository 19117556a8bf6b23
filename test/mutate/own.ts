/**
 * Runs the own list: every change of `mutants.ts`, one at a time, against the tests (`many.ts`). What is found is kept in `dist/mutate/own.json`.
 * A change that makes a test endless ends the process that tries it; another one goes on behind it.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsOf, type Mutant, type OwnKind } from './mutants.ts';
import { switched } from './switched.ts';

export interface OwnResult extends Mutant {
  readonly fate: 'killed' | 'survived' | 'timeout';
  /** The test that failed. */
  readonly by: string | null;
}

/** What `many.ts` is to do. */
export interface ManyJob {
  /** A file with all changes as JSON. */
  readonly mutants: string;
  /** Their numbers: places in that list. */
  readonly numbers: readonly number[];
  /** Where to write what is found, a `ManyLine` each. */
  readonly answers: string;
}
export type ManyLine = { readonly number: number; readonly began: true } | { readonly number: number; readonly by: string | null };

const KINDS: readonly OwnKind[] = ['dropped persist', 'dropped send', 'swapped order', 'dropped step'];
/** All tests together take a few seconds on a quiet machine. */
const PATIENCE_MS = 120_000;

const root = process.env['ZABLAB_ROOT'] ?? process.cwd();
const OUT = join(root, 'dist/mutate');
const REPORT = join(OUT, 'own.json');

/** Tries these changes until all are done or time is up; gives what was found. */
async function tryAll(
  mutants: readonly Mutant[],
  numbers: readonly number[],
  worker: number,
  until: number,
): Promise<readonly OwnResult[]> {
  const [list, answers] = [join(OUT, `own-mutants.${worker}.json`), join(OUT, `own-answers.${worker}.jsonl`)];
  writeFileSync(list, JSON.stringify(mutants));
  const found: OwnResult[] = [];
  let left = numbers;
  while (left.length > 0 && Date.now() < until) {
    writeFileSync(answers, '');
    const endless = await trySome({ mutants: list, numbers: left, answers }, until);
    const lines = readFileSync(answers, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as ManyLine);
    const done = new Set<number>();
    for (const line of lines) {
      const mutant = mutants[line.number];
      if ('began' in line || mutant === undefined) continue;
      done.add(line.number);
      found.push({ ...mutant, fate: line.by === null ? 'survived' : 'killed', by: line.by });
    }
    const last = lines.at(-1);
    const stuck = last !== undefined && 'began' in last ? mutants[last.number] : undefined;
    if (endless && last !== undefined && stuck !== undefined) {
      done.add(last.number);
      found.push({ ...stuck, fate: 'timeout', by: null });
    } else if (done.size === 0 && Date.now() < until) throw new Error('the tests do not pass even without a change');
    left = left.filter((number) => !done.has(number));
  }
  return found;
}

/** One process. Resolves to whether it had to be ended because nothing came any more. */
function trySome(job: ManyJob, until: number): Promise<boolean> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/mutate/own.config.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ZABLAB_MUTANTS: JSON.stringify(job) },
  });
  return new Promise((resolve) => {
    let size = 0;
    let since = Date.now();
    let endless = false;
    const watch = setInterval(() => {
      const now = readFileSync(job.answers, 'utf8').length;
      if (now !== size) [size, since] = [now, Date.now()];
      endless = size > 0 && Date.now() - since > PATIENCE_MS;
      if (endless || Date.now() > until) child.kill('SIGKILL');
    }, 1000);
    child.once('exit', () => {
      clearInterval(watch);
      resolve(endless);
    });
  });
}

function isSame(a: Mutant, b: Mutant): boolean {
  return a.file === b.file && a.kind === b.kind && a.start === b.start && a.from === b.from && a.to === b.to;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { minutes: { type: 'string' }, workers: { type: 'string' }, again: { type: 'boolean' } },
  });
  const until = Date.now() + Number(values.minutes ?? 600) * 60_000;
  const workers = Number(values.workers ?? 2);
  mkdirSync(OUT, { recursive: true });
  const all = positionals.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const mutants = mutantsOf(file, text);
    // What is outside of functions is left to Stryker.
    const left = new Set(switched(file, text, [...mutants.entries()]).left);
    return mutants.filter((_, i) => !left.has(i));
  });
  const before = (existsSync(REPORT) ? (JSON.parse(readFileSync(REPORT, 'utf8')) as OwnResult[]) : []).filter(
    (r) => !positionals.includes(r.file) || all.some((mutant) => isSame(r, mutant)),
  );
  const known = (mutant: Mutant): boolean => before.some((r) => isSame(r, mutant) && !(values.again === true && r.fate === 'survived'));
  const waiting = KINDS.flatMap((kind) => [...all.entries()].filter(([, mutant]) => mutant.kind === kind && !known(mutant))).map(
    ([i]) => i,
  );
  const shares = Array.from({ length: workers }, (_, worker) => waiting.filter((_number, i) => i % workers === worker));
  const found = (await Promise.all(shares.map((share, worker) => tryAll(all, share, worker, until)))).flat();
  const results = [...before.filter((r) => !found.some((one) => isSame(one, r))), ...found];
  writeFileSync(REPORT, JSON.stringify(results, null, 1));
}

main().catch((error: unknown) => {
  process.stderr.write(`mutate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});

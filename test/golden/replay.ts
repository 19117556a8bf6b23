/**
 * `npm run golden [-- DIR ...]`: replays recordings of real ensembles and compares what happened. A DIR is a recording, or a folder of recordings, packed
 * or plain; without one, those packed here.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openFolder, openRecording, recordingNames, type Recording } from './archive.ts';
import { replay, SEEDS, type Replayed, type ReplayOptions } from './golden.ts';
import { compareRun, worstKinds, type LogVerdict } from './logs.ts';
import { inDocument, markdownTable } from './table.ts';
import type { Difference } from './tally.ts';

const HELP = `Usage: npm run golden -- [DIR ...] [--seeds N] [--every] [--only TEXT] [--all] [--table] [--write] [--logs]

Replays recordings of real ZooKeeper ensembles in the simulator and compares every fact that does not depend on real timing.

  DIR        a recording, or a folder of recordings; default: those in test/golden and test/golden/heldout
  --seeds N  how many seeds to try where real timing chose one of several outcomes (default 96)
  --every    try all of these seeds, also when one holds: what comes before the race must hold under each
  --only T   only recordings whose name contains T
  --all      print every difference, not only the first
  --table    print the result as the table of docs/fidelity.md
  --write    put that table into docs/fidelity.md
  --logs     compare the servers' logs as well, by kinds of messages: edit distance of whole logs / of each thread alone / real messages
`;

interface Found {
  readonly name: string;
  readonly open: () => Recording;
}

interface Verdict {
  readonly name: string;
  readonly passed: boolean;
  readonly line: string;
  readonly differences: readonly Difference[];
  readonly logs: Logs | null;
  readonly replayed: Replayed | null;
}

type Logs = ReturnType<typeof compareRun>;

/** Recordings in a folder, which may be one itself. */
function findRecordings(folder: string): readonly Found[] {
  if (!existsSync(folder)) throw new Error(`${folder}: there is no such folder`);
  if (existsSync(join(folder, 'scenario.json'))) return [{ name: basename(folder), open: () => openFolder(folder) }];
  const packed = recordingNames(folder);
  const plain = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'scenario.json')));
  const names = [...new Set([...packed, ...plain])].sort();
  if (names.length === 0) throw new Error(`${folder}: no recordings here; a recording is a folder with scenario.json and expected.json`);
  return names.map((name) => ({ name, open: () => openRecording(name, folder) }));
}

/** Never throws for what is in the recording. */
async function verdictOf(name: string, open: () => Recording, options: ReplayOptions, withLogs: boolean): Promise<Verdict> {
  try {
    const recording = open();
    const replayed = await replay(name, recording, options);
    const logs = withLogs ? compareRun(recording, replayed.scenario, replayed.trace) : null;
    return { ...verdict(name, replayed), logs, replayed };
  } catch (error) {
    const line = `FAIL ${name}: 0/0 facts; ${error instanceof Error ? error.message : String(error)}`;
    return { logs: null, name, passed: false, line, differences: [], replayed: null };
  }
}

function verdict(name: string, { comparison, before, seed }: Replayed): Omit<Verdict, 'logs' | 'replayed'> {
  const { held, compared, allowed } = comparison;
  const differences = [...comparison.differences, ...before.differences];
  const first = differences[0];
  const passed = first === undefined;
  const notes = [
    ...(allowed.length === 0 ? [] : [`${allowed.length} allowed otherwise`]),
    ...(seed === 1 || !passed ? [] : [`seed ${seed}`]),
    ...(before.seeds.length === 0 ? [] : [`${before.compared} facts from before the race hold under ${before.seeds.length} other seeds`]),
    ...(first === undefined ? [] : [`first difference: ${first.fact}: expected ${short(first.expected)}, got ${short(first.actual)}`]),
  ];
  return { name, passed, line: `${passed ? 'ok  ' : 'FAIL'} ${name}: ${[`${held}/${compared} facts`, ...notes].join('; ')}`, differences };
}

function logLine({ debug, info }: Logs): string {
  const figures = ({ distance, byThread, real }: LogVerdict) => `${distance}/${byThread}/${real}`;
  return `       logs: INFO ${figures(info)}, with DEBUG ${figures(debug)}; most: ${worstKinds(info.counts, 4)}`;
}

function totalLine(logs: readonly Logs[]): string {
  const total = (level: keyof Logs, figure: 'distance' | 'byThread' | 'real') => logs.reduce((sum, each) => sum + each[level][figure], 0);
  const share = (level: keyof Logs) => {
    const [distance, byThread, real] = [total(level, 'distance'), total(level, 'byThread'), total(level, 'real')];
    const percent = (part: number) => `${((100 * part) / real).toFixed(1)} %`;
    return `${distance} of ${real} (${percent(distance)}), each thread alone ${byThread} (${percent(byThread)})`;
  };
  return `logs: INFO ${share('info')}; with DEBUG ${share('debug')}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      seeds: { type: 'string' },
      every: { type: 'boolean' },
      only: { type: 'string' },
      all: { type: 'boolean' },
      table: { type: 'boolean' },
      write: { type: 'boolean' },
      logs: { type: 'boolean' },
    },
  });
  if (values.help === true) return print(HELP);
  const seeds = Number(values.seeds ?? SEEDS);
  if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds ${values.seeds ?? ''}: expected a whole number from 1`);
  const folders = positionals.length > 0 ? positionals.map((folder) => resolve(folder)) : ownFolders();
  const found = folders.flatMap(findRecordings).filter(({ name }) => name.includes(values.only ?? ''));
  const verdicts: Verdict[] = [];
  for (const { name, open } of found) {
    const result = await verdictOf(name, open, { seeds, every: values.every === true }, values.logs === true);
    verdicts.push(result);
    if (values.table === true && result.passed) continue;
    print(result.line);
    if (result.logs !== null) print(logLine(result.logs));
    if (values.all === true)
      for (const { fact, expected, actual } of result.differences.slice(1, 40))
        print(`       ${fact}: expected ${short(expected)}, got ${short(actual)}`);
  }
  const logs = verdicts.flatMap((result) => (result.logs === null ? [] : [result.logs]));
  if (logs.length > 0) print(totalLine(logs));
  const table = markdownTable(verdicts.flatMap(({ name, replayed }) => (replayed === null ? [] : [{ name, replayed }])));
  if (values.table === true) print(table);
  if (values.write === true) {
    const file = join(projectFolder(), 'docs/fidelity.md');
    writeFileSync(file, inDocument(readFileSync(file, 'utf8'), table));
  }
  const failed = verdicts.filter(({ passed }) => !passed).length;
  print(`${found.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The project, also when this file was bundled elsewhere. */
function projectFolder(): string {
  return process.env['ZABLAB_ROOT'] ?? join(dirname(new URL(import.meta.url).pathname), '../..');
}

/** Where the packed recordings are. */
function ownFolders(): string[] {
  return ['test/golden', 'test/golden/heldout'].map((folder) => join(projectFolder(), folder));
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`golden: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);

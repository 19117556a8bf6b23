/**
 * `npm run golden [-- DIR ...]`: replays recordings of real ensembles and compares what happened. A DIR is a recording, or a folder of recordings, packed
 * or plain; without one, those packed here.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { jsonOf, openFolder, openRecording, recordingNames, type Recording } from './archive.ts';
import type { Comparison, Difference } from './compare.ts';
import { readExpected } from './expected.ts';
import { compareRun, worstKinds, type LogVerdict } from './logs.ts';
import { bestOf } from './runRecording.ts';

const HELP = `Usage: npm run golden -- [DIR ...] [--seeds N] [--only TEXT] [--all] [--logs]

Replays recordings of real ZooKeeper ensembles in the simulator and compares every fact that does not depend on real timing.

  DIR        a recording, or a folder of recordings; default: those in test/golden
  --seeds N  how many seeds to try where real timing chose one of several outcomes (default 24)
  --only T   only recordings whose name contains T
  --all      print every difference, not only the first
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

/** Replays one recording. Never throws for what is in it. */
async function replay(name: string, recording: Recording, seeds: number, withLogs: boolean): Promise<Verdict> {
  try {
    const scenario = parseScenario(jsonOf(recording, 'scenario.json'), `${name}/scenario.json`, PROFILE_3_8_0);
    const best = await bestOf(scenario, readExpected(recording, name), seeds);
    const logs = withLogs ? compareRun(recording, scenario, best.trace) : null;
    return { ...verdict(name, best.comparison, best.seed), logs };
  } catch (error) {
    return {
      logs: null,
      name,
      passed: false,
      line: `${name}: 0/0 facts; ${error instanceof Error ? error.message : String(error)}`,
      differences: [],
    };
  }
}

function verdict(name: string, { held, compared, differences, allowed }: Comparison, seed: number): Omit<Verdict, 'logs'> {
  const first = differences[0];
  const notes = [
    ...(seed === 1 || first !== undefined ? [] : [`seed ${seed}`]),
    ...(allowed.length === 0 ? [] : [`${allowed.length} allowed otherwise`]),
    ...(first === undefined ? [] : [`first difference: ${first.fact}: expected ${short(first.expected)}, got ${short(first.actual)}`]),
  ];
  return {
    name,
    passed: first === undefined,
    line: `${first === undefined ? 'ok  ' : 'FAIL'} ${name}: ${held}/${compared} facts${notes.length === 0 ? '' : `; ${notes.join('; ')}`}`,
    differences,
  };
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
      only: { type: 'string' },
      all: { type: 'boolean' },
      logs: { type: 'boolean' },
    },
  });
  if (values.help === true) return print(HELP);
  const seeds = Number(values.seeds ?? 24);
  if (!Number.isInteger(seeds) || seeds < 1) throw new Error(`--seeds ${values.seeds ?? ''}: expected a whole number from 1`);
  const folders = positionals.length > 0 ? positionals.map((folder) => resolve(folder)) : [ownFolder()];
  const found = folders.flatMap(findRecordings).filter(({ name }) => name.includes(values.only ?? ''));
  let failed = 0;
  const logs: Logs[] = [];
  for (const { name, open } of found) {
    const result = await replay(name, open(), seeds, values.logs === true);
    if (!result.passed) failed++;
    print(result.line);
    if (result.logs !== null) {
      logs.push(result.logs);
      print(logLine(result.logs));
    }
    if (values.all === true)
      for (const { fact, expected, actual } of result.differences.slice(1, 40))
        print(`       ${fact}: expected ${short(expected)}, got ${short(actual)}`);
  }
  if (logs.length > 0) print(totalLine(logs));
  print(`${found.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Where the packed recordings are, also when this file was bundled elsewhere. */
function ownFolder(): string {
  const root = process.env['ZABLAB_ROOT'];
  return root === undefined ? dirname(new URL(import.meta.url).pathname) : join(root, 'test/golden');
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

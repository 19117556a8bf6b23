/**
 * `npm run golden:spec [-- DIR ...]`: replays behaviours of the official TLA+ specification with the real servers and compares every state. A DIR is a
 * folder of behaviours (`*.jsonl`) or one such file; without one, those packed here.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { behaviourIds, openBehaviour } from '../archive.ts';
import { readBehaviour } from './behaviour.ts';
import { DIFFERENCES, type DifferenceRule } from './differences.ts';
import { replayBehaviour, type Replayed } from './run.ts';

const HELP = `Usage: npm run golden:spec -- [DIR ...] [--only TEXT] [--all]

Replays behaviours of Apache's TLA+ system specification of ZooKeeper: each action is carried out by our servers, and every state compared.

  DIR        a folder of *.jsonl, or one such file; default: those in test/golden/tla
  --only T   only behaviours whose name contains T
  --all      print every mismatch of the step at which one fails, not only the first
`;

interface Found {
  readonly id: string;
  readonly lines: () => readonly unknown[];
}

function findBehaviours(path: string): readonly Found[] {
  if (!existsSync(path)) throw new Error(`${path}: there is no such file or folder`);
  const files = statSync(path).isDirectory() ? readdirSync(path).filter((name) => name.endsWith('.jsonl')).map((name) => join(path, name)) : [path];
  if (files.length === 0) throw new Error(`${path}: no behaviours here; a behaviour is a file *.jsonl`);
  return files.sort().map((file) => ({ id: basename(file, '.jsonl'), lines: () => linesOf(file) }));
}

function linesOf(file: string): readonly unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line, at) => (line === '' ? undefined : parseLine(line, at + 1)))
    .filter((line) => line !== undefined);
}

function parseLine(line: string, at: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw new Error(`line ${at} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Those kept here. The bundled program is told where that is. */
function packed(): readonly Found[] {
  const root = process.env['ZABLAB_ROOT'];
  const folder = root === undefined ? undefined : join(root, 'test/golden');
  return behaviourIds(folder).map((id) => ({ id, lines: () => openBehaviour(id, folder) }));
}

function attempt({ id, lines }: Found): Replayed {
  try {
    return replayBehaviour(readBehaviour(lines()));
  } catch (error) {
    return { steps: 0, of: 0, fields: 0, leftOut: new Map(), differences: new Map(), failure: { action: id, mismatches: [], reason: String(error) } };
  }
}

function report({ id }: Found, replayed: Replayed, all: boolean): void {
  const { steps, of, fields, failure } = replayed;
  const known = [...replayed.differences.values()].reduce((sum, times) => sum + times, 0);
  console.log(`${failure === null ? 'ok  ' : 'FAIL'} ${id.padEnd(30)} ${steps}/${of} steps, ${fields} fields equal, ${known} known differences`);
  if (failure === null) return;
  console.log(`     step ${steps + 1} ${failure.action}: ${failure.reason}`);
  for (const { where, ours, specification } of all ? failure.mismatches : failure.mismatches.slice(0, 1)) {
    console.log(`       ${where}\n         ours          ${ours}\n         specification ${specification}`);
  }
}

function total(of: (replayed: Replayed) => ReadonlyMap<DifferenceRule, number>, all: readonly Replayed[]): ReadonlyMap<DifferenceRule, number> {
  const sums = new Map<DifferenceRule, number>();
  for (const replayed of all) for (const [rule, times] of of(replayed)) sums.set(rule, (sums.get(rule) ?? 0) + times);
  return sums;
}

function summary(all: readonly Replayed[]): void {
  const taken = total(({ differences }) => differences, all);
  const leftOut = total((replayed) => replayed.leftOut, all);
  console.log('\nKnown differences (docs/fidelity.md), and how often each came up:');
  for (const [rule, { kind }] of Object.entries(DIFFERENCES)) {
    const times = (taken.get(rule as DifferenceRule) ?? 0) + (leftOut.get(rule as DifferenceRule) ?? 0);
    console.log(`  ${kind.padEnd(12)} ${rule.padEnd(26)} ${times === 0 ? 'throughout' : times}`);
  }
  const steps = all.reduce((sum, replayed) => sum + replayed.steps, 0);
  const fields = all.reduce((sum, replayed) => sum + replayed.fields, 0);
  const failed = all.filter(({ failure }) => failure !== null).length;
  console.log(`\n${steps} steps, ${fields} fields compared`);
  console.log(`${all.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', default: '' }, all: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const found = (positionals.length === 0 ? packed() : positionals.flatMap(findBehaviours)).filter(({ id }) => id.includes(values.only));
  const all = found.map((behaviour) => {
    const replayed = attempt(behaviour);
    report(behaviour, replayed, values.all);
    return replayed;
  });
  summary(all);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}

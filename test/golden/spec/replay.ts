/**
 * `npm run golden:spec [-- DIR ...]`: replays behaviours of the official TLA+ specification with the real servers and compares every state. A DIR is a
 * folder of behaviours (`*.jsonl`, `*.jsonl.gz`) or one such file; without one, those kept here.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBehaviour } from './behaviour.ts';
import { DIFFERENCES, type DifferenceRule } from './differences.ts';
import { findBehaviours, ownBehaviours, type Found } from './find.ts';
import { replayBehaviour, type Replayed } from './run.ts';

const HELP = `Usage: npm run golden:spec -- [DIR ...] [--only TEXT] [--all]

Replays behaviours of Apache's TLA+ system specification of ZooKeeper: each action is carried out by our servers, and every state compared.

  DIR        a folder of *.jsonl or *.jsonl.gz, or one such file; default: those in test/golden/tla and test/golden/spec/more
  --only T   only behaviours whose name contains T
  --all      print every mismatch of the step at which one fails, not only the first, and where outcomes differed
`;

/** Those kept here. The bundled program is told where that is. */
function own(): readonly Found[] {
  const root = process.env['ZABLAB_ROOT'];
  return root === undefined ? ownBehaviours() : ownBehaviours(join(root, 'test/golden'));
}

function attempt({ id, lines }: Found): Replayed {
  try {
    return replayBehaviour(readBehaviour(lines()));
  } catch (error) {
    return {
      steps: 0,
      of: 0,
      fields: 0,
      noted: new Map(),
      differences: new Map(),
      failure: { action: id, mismatches: [], reason: error instanceof Error ? error.message : String(error) },
    };
  }
}

function report({ id }: Found, replayed: Replayed, all: boolean): void {
  const { steps, of, fields, failure } = replayed;
  const known = [...replayed.differences.values()].reduce((sum, times) => sum + times, 0);
  console.log(
    `${failure === null ? 'ok  ' : 'FAIL'} ${id.padEnd(30)} ${steps}/${of} steps, ${fields} fields equal, ${known} known differences`,
  );
  if (all) console.log(`     ${steeredOf(replayed)}`);
  if (failure === null) return;
  console.log(of === 0 ? `     it cannot be read: ${failure.reason}` : `     step ${steps + 1} ${failure.action}: ${failure.reason}`);
  for (const { where, ours, specification } of all ? failure.mismatches : failure.mismatches.slice(0, 1)) {
    console.log(`       ${where}\n         ours          ${ours}\n         specification ${specification}`);
  }
}

/** Where the outcomes differed and the replay went on from the specification's. */
function steeredOf({ differences }: Replayed): string {
  const steered = [...differences].filter(([rule]) => DIFFERENCES[rule].kind === 'steered');
  return steered.length === 0 ? 'no outcome differed' : steered.map(([rule, times]) => `${rule} ${times}`).join(', ');
}

function total(
  of: (replayed: Replayed) => ReadonlyMap<DifferenceRule, number>,
  all: readonly Replayed[],
): ReadonlyMap<DifferenceRule, number> {
  const sums = new Map<DifferenceRule, number>();
  for (const replayed of all) for (const [rule, times] of of(replayed)) sums.set(rule, (sums.get(rule) ?? 0) + times);
  return sums;
}

function summary(all: readonly Replayed[]): void {
  const taken = total(({ differences }) => differences, all);
  const noted = total((replayed) => replayed.noted, all);
  console.log('\nKnown differences (docs/fidelity.md), and how often each came up:');
  for (const [rule, { kind }] of Object.entries(DIFFERENCES)) {
    const times = (taken.get(rule as DifferenceRule) ?? 0) + (noted.get(rule as DifferenceRule) ?? 0);
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
  const found = (positionals.length === 0 ? own() : positionals.flatMap(findBehaviours)).filter(({ id }) => id.includes(values.only));
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

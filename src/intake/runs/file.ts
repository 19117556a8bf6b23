/**
 * A run as a file, `.zablab.json`, possibly gzipped: scenario, seed, disks, all branches as commands, playhead and view, and the trace of the branch
 * on screen if it is wanted (for other programs; it is not read back, since the commands give it again). The browser remembers runs in the same form.
 */
import { Gunzip } from 'fflate';
import * as v from 'valibot';
import { fromUtf8, type Sid } from '../../base/ids.ts';
import type { GivenCommand } from '../../ensemble/hooks.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { commandsOf, LONGEST_NAME, type Branches } from '../../trace/branches.ts';
import { eventToJson, plain } from '../../trace/json.ts';
import { inflatedText } from './bounded.ts';
import { plainCommand, readCommand } from './commands.ts';
import { disksFrom, disksSchema, plainDisks } from './disks.ts';
import { RunError } from './errors.ts';
import { digestSchema, idSchema, lengthSchema, positionSchema, RUN_LIMITS, seedSchema, stepSchema, viewSchema } from './record.ts';
import type { RunBranch, RunRecord } from './record.ts';

const VERSION = 1;

/** What a file ends with. */
export const RUN_FILE = '.zablab.json';

/**
 * The text of a file.
 *
 * @param trace events to write into it, one a line.
 */
export function writeRunFile(run: RunRecord, trace: Iterable<TraceEvent> | null = null): string {
  const head = JSON.stringify(plainRun(run), null, 1).replace(/\n}$/, '');
  if (trace === null) return `${head}\n}\n`;
  const lines: string[] = [];
  for (const event of trace) lines.push(eventToJson(event));
  return `${head},\n "trace": [\n${lines.join(',\n')}\n]\n}\n`;
}

function plainRun(run: RunRecord): Readonly<Record<string, unknown>> {
  return {
    zablab: 'run',
    version: VERSION,
    scenario: plain(run.scenario),
    seed: run.seed,
    ...(run.disks.size > 0 && { disks: plainDisks(run.disks) }),
    playhead: run.n,
    digest: run.digest,
    view: run.view,
    active: run.branches?.active ?? 1,
    branches: branchesOf(run).map(({ commands, ...branch }) => ({ ...branch, commands: commands.map(plainGiven) })),
  };
}

/** The branches of a record; the commands of a run with one future count as given at its end where their place is not known. */
export function branchesOf(run: RunRecord): readonly RunBranch[] {
  if (run.branches !== null) return run.branches.list;
  const commands = run.commands.map((given): GivenCommand => ({ n: 0, ...given }));
  return [{ id: 1, parent: null, forkN: 0, name: null, commands, length: run.length }];
}

function plainGiven({ command, ...place }: GivenCommand): Readonly<Record<string, unknown>> {
  return { ...place, command: plainCommand(command) };
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading.

const timeMessage = 'virtual ms';
const givenSchema = v.object({
  n: lengthSchema,
  step: stepSchema,
  at: v.pipe(v.number(timeMessage), v.minValue(0, timeMessage), v.maxValue(1e12, timeMessage)),
  waited: v.optional(v.literal(true)),
  command: v.unknown(),
});
const branchSchema = v.object({
  id: idSchema,
  parent: v.nullable(idSchema),
  forkN: lengthSchema,
  name: v.nullable(v.pipe(v.string('a name'), v.maxLength(LONGEST_NAME, 'a shorter name'))),
  length: lengthSchema,
  commands: v.pipe(v.array(givenSchema, 'a list of commands'), v.maxLength(RUN_LIMITS.commands, `at most ${RUN_LIMITS.commands} commands`)),
});
const runSchema = v.object({
  scenario: v.looseObject({}, 'a scenario'),
  seed: seedSchema,
  disks: v.optional(disksSchema, {}),
  playhead: positionSchema,
  digest: v.optional(digestSchema, ''),
  view: v.optional(viewSchema, {}),
  active: idSchema,
  branches: v.pipe(
    v.array(branchSchema, 'a list of branches'),
    v.minLength(1, 'at least one branch'),
    v.maxLength(RUN_LIMITS.branches, `at most ${RUN_LIMITS.branches} branches`),
  ),
});
type Raw = v.InferOutput<typeof runSchema>;

/** Whether this is a run, as opposed to a scenario or anything else in JSON. */
export function isRunFile(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'zablab' in value && value.zablab === 'run';
}

/**
 * The text of a file that may be gzipped.
 *
 * @throws RunError
 */
export function runFileText(bytes: Uint8Array, source: string): string {
  const tooLarge = (): RunError =>
    new RunError('tooLarge', source, `it has more than ${RUN_LIMITS.file} bytes, which is the most that is read`);
  if (bytes.length > RUN_LIMITS.file) throw tooLarge();
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return fromUtf8(bytes);
  const read = inflatedText(new Gunzip(), bytes, RUN_LIMITS.fileJson);
  if (read === 'tooLarge') throw tooLarge();
  if (read === 'cut') throw new RunError('cut', source, 'the end of the compressed file is missing, or bytes in it are wrong');
  return read.text;
}

/**
 * Reads what `writeRunFile` wrote, as JSON data.
 *
 * @param sidsOf the servers of a scenario; throws when it is none.
 * @throws RunError, and what `sidsOf` throws.
 */
export function readRun(value: unknown, source: string, sidsOf: (scenario: unknown) => readonly Sid[]): RunRecord {
  if (!isRunFile(value)) throw new RunError('damaged', source, 'this is not a run that was saved by Zablab');
  const version = (value as { readonly version?: unknown }).version;
  if (typeof version === 'number' && version > VERSION)
    throw new RunError(
      'newer',
      source,
      `it was saved by a newer version of Zablab (${version}; this one reads up to ${VERSION})`,
      '',
      String(version),
    );
  const checked = v.safeParse(runSchema, value);
  if (!checked.success) {
    const issue = checked.issues[0];
    const path = v.getDotPath(issue) ?? '';
    throw new RunError('wrong', source, `field ${path}: expected ${issue.message}`, path, issue.message);
  }
  const raw = checked.output;
  const sids = sidsOf(raw.scenario);
  const list = raw.branches.map((branch, i) => branchFrom(branch, i, source, sids));
  checkTree(list, raw, source);
  const { branches, length } = joined(list, raw.active);
  return {
    scenario: raw.scenario,
    seed: raw.seed,
    disks: disksFrom(raw.disks, source),
    commands: commandsOf(branches, raw.active),
    length,
    n: Math.min(raw.playhead, length - 1),
    digest: raw.digest,
    view: raw.view,
    branches: list.length === 1 ? null : { list, active: raw.active },
  };
}

function joined(list: readonly RunBranch[], active: number): { readonly branches: Branches; readonly length: number } {
  const branches = branchesFrom({ list, active });
  return { branches, length: list.find(({ id }) => id === active)?.length ?? 0 };
}

/** Branches as files hold them. */
export function storedBranches({ list, active }: Branches): NonNullable<RunRecord['branches']> {
  return {
    list: list.map(({ id, parent, forkN, name, commands, length }) => ({ id, parent, forkN, name, commands, length })),
    active,
  };
}

/** The branches of a run that was opened: commands only, until one is shown. */
export function branchesFrom({ list, active }: NonNullable<RunRecord['branches']>): Branches {
  return {
    list: list.map((branch) => ({ ...branch, events: null, shown: 0 })),
    active,
    next: Math.max(...list.map(({ id }) => id)) + 1,
  };
}

function branchFrom(raw: Raw['branches'][number], i: number, source: string, sids: readonly Sid[]): RunBranch {
  const path = `branches[${i}]`;
  let before: { readonly n: number; readonly step: number } = { n: raw.forkN, step: 0 };
  const commands = raw.commands.map(({ waited, ...given }, k): GivenCommand => {
    const where = `${path}.commands[${k}]`;
    if (given.n < before.n || given.step < before.step || given.n >= raw.length)
      throw new RunError('wrong', source, `${where}: expected the commands of a branch in their order, at its own events`, where);
    before = given;
    return { ...given, command: readCommand(given.command, source, `${where}.command`, sids), ...(waited === true && { waited }) };
  });
  return { ...raw, commands };
}

function checkTree(list: readonly RunBranch[], { active }: Raw, source: string): void {
  const byId = new Map(list.map((branch) => [branch.id, branch]));
  const refuse = (i: number, expected: string): never => {
    throw new RunError('wrong', source, `branches[${i}]: expected ${expected}`, `branches[${i}]`, expected);
  };
  if (byId.size !== list.length) refuse(0, 'every branch to have an id of its own');
  if (!byId.has(active)) throw new RunError('wrong', source, `active: there is no branch ${active}`, 'active');
  list.forEach((branch, i) => {
    const parent = branch.parent === null ? null : byId.get(branch.parent);
    if (parent === undefined) refuse(i, `a parent among the branches, not ${branch.parent}`);
    else if (parent === null && (branch.forkN !== 0 || list.some((other) => other.parent === null && other !== branch)))
      refuse(i, 'exactly one branch without a parent, which begins at 0');
    else if (parent !== null && (branch.forkN > parent.length || branch.forkN < parent.forkN))
      refuse(i, 'it to begin among the events of its parent');
    if (branch.length < branch.forkN) refuse(i, 'it to be as long at least as what it shares');
    let above: RunBranch | undefined = branch;
    for (let steps = 0; above !== undefined && above.parent !== null; steps++) {
      if (steps > list.length) refuse(i, 'no branch to hang from itself');
      above = byId.get(above.parent);
    }
  });
}

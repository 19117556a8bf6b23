/** Runs as files: all branches, disks and view come back; whatever else a file holds is refused by name. */
import { gzipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Run } from '../../../src/app/engine/run.svelte.ts';
import { utf8 } from '../../../src/base/ids.ts';
import { digestOf } from '../../../src/ensemble/digest.ts';
import { RunError } from '../../../src/intake/runs/errors.ts';
import { branchesFrom, isRunFile, storedBranches, writeRunFile } from '../../../src/intake/runs/file.ts';
import { runOfFile, type OpenedRun } from '../../../src/intake/runs/open.ts';
import type { RunRecord } from '../../../src/intake/runs/record.ts';
import { diskOf, exportFiles } from '../../../src/store/disk.ts';
import { InlineEngine } from '../../app/engine/inlineEngine.ts';
import { known, lived, pictureOf } from './runs.ts';

const SCENARIO = { servers: 3, steps: [{ start: 'all' }] };
const opened = (text: string): OpenedRun => runOfFile(utf8(text), 'my.zablab.json');

/** A run with three branches, as the page writes it down, and what each of them shows. */
async function branched(): Promise<{ readonly record: RunRecord; readonly digests: Readonly<Record<number, string>> }> {
  const run = new Run('test', new InlineEngine(SCENARIO));
  run.pause();
  await run.ahead(900);
  for (const [at, sid] of [
    [700, 1],
    [800, 2],
  ] as const) {
    run.seek(at);
    await run.command({ type: 'kill', sid });
    await run.ahead(200);
  }
  await run.nameBranch(1, 'as it was');
  const digests: Record<number, string> = {};
  for (const id of [1, 3, 2]) {
    await run.showBranch(id);
    digests[id] = digestOf(run.timeline.events);
  }
  run.seek(750);
  const now = run.branchesNow();
  if (now === null || run.source === null) throw new Error('the run has branches');
  const view = { server: 2, speed: 3 };
  return {
    record: { ...run.source, commands: run.commands, length: run.length, n: 750, digest: '', view, branches: storedBranches(now) },
    digests,
  };
}

/** The page's way of opening a record. */
async function reopened({ run: record }: OpenedRun): Promise<Run> {
  const run = new Run('again', new InlineEngine(record.scenario, record.seed, record.disks));
  const branches = record.branches === null ? null : branchesFrom(record.branches);
  await run.restore({ shared: 0, commands: record.commands, length: record.length }, record.n, branches);
  return run;
}

describe('a saved run', () => {
  test('comes back with its branches, each as it was', async () => {
    const { record, digests } = await branched();
    const run = await reopened(opened(writeRunFile(record)));
    expect(run.n).toBe(750);
    expect(run.branches?.list.map(({ id, parent, forkN, name }) => [id, parent, forkN, name])).toEqual([
      [1, null, 0, 'as it was'],
      [2, 1, 701, null],
      [3, 2, 801, null],
    ]);
    expect(run.branches?.active).toBe(2);
    expect(digestOf(run.timeline.events)).toBe(digests[2]);
    for (const id of [3, 1, 2, 3]) {
      await run.showBranch(id);
      expect(digestOf(run.timeline.events)).toBe(digests[id]);
    }
    run.seek(650);
    await run.command({ type: 'kill', sid: 3 });
    expect(run.branches?.active).toBe(4);
  });

  test('is the same compressed, and with its trace, which has one event a line', async () => {
    const run = await lived(SCENARIO, 3, [[800, { type: 'kill', sid: 2 }]], 100);
    const { ensemble } = new InlineEngine(SCENARIO, 3);
    ensemble.replay({ shared: 0, commands: run.commands, length: run.length });
    const text = writeRunFile({ ...run, view: { server: 1 } }, ensemble.trace);
    expect(text.split('\n').filter((line) => /^\{.*\},?$/.test(line))).toHaveLength(run.length);
    expect((JSON.parse(text) as { trace: unknown[] }).trace).toHaveLength(run.length);
    const plain = opened(writeRunFile({ ...run, view: { server: 1 } }));
    expect(opened(text)).toEqual(plain);
    expect(runOfFile(gzipSync(utf8(text)), 'my.zablab.json.gz').run).toEqual(plain.run);
    expect(pictureOf(plain)).toMatchObject({ n: run.n, digest: run.digest, length: run.length });
  });

  test('brings the disks it began with, preallocation and all', async () => {
    const before = new InlineEngine(known('kill-the-leader'), 1).ensemble;
    before.run({ events: 1500 });
    const disks = new Map([1, 2, 3].map((sid) => [sid, diskOf(exportFiles(before.disk(sid), { padTo: 2 ** 27 }))] as const));
    const engine = new InlineEngine(SCENARIO, 1, disks);
    await engine.advance(600);
    const { ensemble } = engine;
    const record: RunRecord = { ...engine.source, commands: [], length: 600, n: 599, digest: '', view: {}, branches: null };
    const { run } = opened(writeRunFile(record));
    const sizes = (from: typeof disks): unknown =>
      [...from].map(([sid, { files }]) => [sid, Object.entries(files).map(([name, { length, size }]) => [name, length, size])]);
    expect(sizes(new Map(run.disks))).toEqual(sizes(disks));
    expect(pictureOf(opened(writeRunFile(record))).digest).toBe(digestOf(ensemble.trace, 600));
  });
});

describe('a file that cannot be opened says why', async () => {
  const { record } = await branched();
  const good = JSON.parse(writeRunFile(record)) as Record<string, unknown> & { branches: Record<string, unknown>[] };
  const refusal = (value: unknown): RunError | null => {
    try {
      opened(typeof value === 'string' ? value : JSON.stringify(value));
      return null;
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      return error;
    }
  };
  const branch = (i: number, change: object): unknown => ({
    ...good,
    branches: good.branches.map((one, at) => (at === i ? { ...one, ...change } : one)),
  });
  const command = { n: 750, step: 2000, at: 0, command: { type: 'kill', sid: 1 } };

  test('the good one can', () => expect(refusal(good)).toBeNull());

  test.each<[string, unknown, string, string]>([
    ['no JSON', '{"zablab": "run",', 'damaged', 'this is not JSON'],
    ['something else', { zablab: 'lesson' }, 'damaged', 'not a run'],
    ['a later version', { ...good, version: 2 }, 'newer', 'newer version of Zablab (2;'],
    ['a scenario that is none', { ...good, scenario: { servers: 0 } }, 'wrong', 'its scenario: servers'],
    ['a seed that is none', { ...good, seed: 1.5 }, 'wrong', 'field seed: expected a whole number'],
    ['a playhead beyond all bounds', { ...good, playhead: 1e12 }, 'wrong', 'field playhead'],
    ['an active branch that is not there', { ...good, active: 9 }, 'wrong', 'there is no branch 9'],
    ['two branches of one id', branch(1, { id: 1 }), 'wrong', 'an id of its own'],
    ['a parent that is not there', branch(1, { parent: 7 }), 'wrong', 'branches[1]: expected a parent among the branches, not 7'],
    ['a second root', branch(1, { parent: null }), 'wrong', 'without a parent'],
    ['a branch that hangs from itself', branch(1, { parent: 3, forkN: 801 }), 'wrong', 'branches[1]'],
    [
      'a branch that begins after its parent',
      branch(1, { forkN: 99_999, length: 100_000, commands: [] }),
      'wrong',
      'among the events of its parent',
    ],
    ['commands in another order', branch(2, { commands: [command, { ...command, n: 740 }] }), 'wrong', 'branches[2].commands[0]'],
    [
      'a command of no server',
      branch(0, { commands: [{ ...command, command: { type: 'kill', sid: 8 } }] }),
      'wrong',
      'branches[0].commands[0].command',
    ],
    [
      'a disk that is no base64',
      { ...good, disks: { 1: { currentEpoch: { base64: '%' } } } },
      'wrong',
      'disks.1.currentEpoch: expected base64',
    ],
    ['a file that climbs', { ...good, disks: { 1: { '../x': { base64: '' } } } }, 'wrong', 'field disks.1'],
  ])('%s', (_what, value, problem, message) => {
    const error = refusal(value);
    expect(error?.problem).toBe(problem);
    expect(error?.message).toContain(message);
  });

  test('compressed: cut, wrong, or a bomb', () => {
    const bytes = gzipSync(utf8(JSON.stringify(good)));
    const problem = (file: Uint8Array): unknown => {
      try {
        return runOfFile(file, 'my.gz');
      } catch (error) {
        return error instanceof RunError ? error.problem : error;
      }
    };
    expect(problem(bytes.subarray(0, bytes.length - 20))).toBe('cut');
    expect(problem(new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 255, 255]))).toBe('cut');
  });

  test('any JSON whatever is opened or refused, never more', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => refusal({ ...good, branches: [value] }) !== undefined));
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        (value) => refusal({ zablab: 'run', version: 1, ...(value as object) }) !== null,
      ),
    );
  });

  test('a scenario is no run', () => expect(isRunFile(SCENARIO)).toBe(false));
});

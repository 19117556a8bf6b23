import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZxid, zxid } from '../../src/base/zxid.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { SCENARIOS } from '../../src/ensemble/scenarios/index.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { historiesAt } from '../../src/trace/parted/histories.ts';
import { partedByHistory, partingOf, type Parting } from '../../src/trace/parted/parting.ts';
import { lookOn, NOT_LOOKED } from '../../src/trace/parted/watch.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import { jsonOf, openRecording } from '../golden/archive.ts';
import { replay } from '../golden/golden.ts';

const traceOf = async (raw: unknown, name: string, seed = 1): Promise<readonly TraceEvent[]> => {
  const scenario = parseScenario(raw, name, PROFILE_3_8_0);
  return (await runScenario(scenario, new InlineHost(step as Core), { seed })).ensemble.trace;
};
const pairsOf = (trace: readonly TraceEvent[]) => lookOn(NOT_LOOKED, trace, trace.length - 1).pairs;
const explained = (trace: readonly TraceEvent[], a: number, b: number): Parting => {
  const pair = pairsOf(trace).find((found) => found.a === a && found.b === b);
  if (pair === undefined) throw new Error(`${a} and ${b} have not parted`);
  return partingOf(trace, trace.length - 1, pair);
};
const decidedAt = (trace: readonly TraceEvent[], n: number) => trace[n]?.decisions.map(({ rule }) => rule);

/** Each side's first own txn: what it is, and that the server took it in with the event that is named. */
function firstOwn(trace: readonly TraceEvent[], told: Parting) {
  const row = told.rows[told.point];
  return [
    [row?.a, told.a],
    [row?.b, told.b],
  ].map(([taken, sid]) => {
    if (taken === null || taken === undefined || typeof taken === 'number') return null;
    const event = trace[taken.n];
    expect(event?.actor).toEqual({ kind: 'server', sid });
    expect(
      event?.log.some((change) => (change.change === 'append' ? change.cell.cxid === taken.cell.cxid : change.change === 'reset')),
    ).toBe(true);
    return `${taken.cell.type} ${taken.cell.path ?? ''}`;
  });
}

describe('an epoch number used twice', () => {
  it('old backups on a majority: parted at the first txn of the epoch, after both epoch files were put back', async () => {
    const trace = await traceOf(SCENARIOS['old-backup-on-majority'], 'old-backup-on-majority');
    const told = explained(trace, 1, 3);
    expect([told.kind, told.at]).toEqual(['otherTxn', zxid(2, 1)]);
    expect(firstOwn(trace, told)).toEqual(['createSession ', 'createSession ']);
    expect(told.tree).toMatchObject({ onlyA: ['/new'], onlyB: ['/precious'], more: 0 });
    if (told.cause.cause !== 'epochReused') throw new Error(told.cause.cause);
    expect(told.cause.disks.map(({ sid, how }) => [sid, how])).toEqual([
      [1, 'restored'],
      [2, 'restored'],
    ]);
    for (const { n } of [told.cause.first, told.cause.second]) expect(decidedAt(trace, n)).toContain('leader.established');
    expect(told.cause.first.leader).not.toBe(told.cause.second.leader);
  });

  it('two wiped disks: from the very first txn', async () => {
    const trace = await traceOf(SCENARIOS['wiped-majority'], 'wiped-majority');
    const told = explained(trace, 2, 3);
    expect([told.kind, told.at, told.earlier, told.point]).toEqual(['otherTxn', zxid(1, 1), 0, 0]);
    expect(told.cause).toMatchObject({ cause: 'epochReused', epoch: 1, disks: [{ how: 'wiped' }, { how: 'wiped' }] });
    expect(told.tree).toMatchObject({ onlyA: ['/b0', '/b1'], onlyB: ['/a0', '/a1'] });
    // What came later is the same on both again.
    expect(told.rows.slice(3).every(({ same }) => same)).toBe(true);
  });

  it.each([
    ['14b-old-backup-on-majority', zxid(2, 1), ['/n0', '/n1'], ['/b0', '/b1']],
    ['24b-wiped-majority', zxid(1, 1), ['/fresh'], ['/a0']],
  ] as const)('%s, replayed: as the real servers parted', async (name, at, onlyA, onlyB) => {
    const recording = openRecording(name);
    const { trace } = await replay(name, recording, { seeds: 1 });
    const told = explained(trace, 1, 3);
    expect([told.kind, told.at, told.cause.cause]).toEqual(['otherTxn', at, 'epochReused']);
    expect([told.tree?.onlyA, told.tree?.onlyB]).toEqual([onlyA, onlyB]);
    // The recorder found the same nodes on the real disks.
    const { servers } = jsonOf(recording, 'expected.json') as {
      servers: Record<string, { recovered: { tree?: { path: string }[]; sameAs?: string } }>;
    };
    const real = (sid: string): string[] => {
      const { tree, sameAs } = servers[sid]?.recovered ?? {};
      return sameAs === undefined ? (tree ?? []).map(({ path }) => path) : real(sameAs);
    };
    expect(real('1').filter((path) => !real('3').includes(path))).toEqual(onlyA);
    expect(real('3').filter((path) => !real('1').includes(path))).toEqual(onlyB);
  });
});

describe('a logger that died of the null pointer', () => {
  it('leaves a hole: memory had the txns, the log has not', async () => {
    const trace = await traceOf(SCENARIOS['log-hole-after-stall'], 'log-hole-after-stall');
    const told = explained(trace, 1, 2);
    expect([told.kind, told.cause.cause]).toEqual(['onlyB', 'loggerDied']);
    if (told.cause.cause !== 'loggerDied') return;
    const { takenN, lostN, syncN, readN, queued } = told.cause;
    expect(takenN < lostN && lostN < syncN && syncN < readN).toBe(true);
    expect(decidedAt(trace, lostN)).toContain('learner.gaveUp');
    expect(decidedAt(trace, syncN)).toContain('sync.opened');
    expect(trace[readN]?.what.type).toBe('boot');
    expect(queued).toBeGreaterThan(1);
    expect(told.tree?.onlyA).toEqual([]);
    expect(told.tree?.onlyB.every((path) => path.startsWith('/q/n'))).toBe(true);
    expect(told.tree?.onlyB.length).toBe(told.rows.filter(({ same }) => !same).length);
  });

  it('27-log-hole-after-stall, replayed: the hole is among the txns that were in flight', async () => {
    const { trace } = await replay('27-log-hole-after-stall', openRecording('27-log-hole-after-stall'), { seeds: 1 });
    const told = explained(trace, 1, 2);
    expect([told.kind, told.cause.cause]).toEqual(['onlyB', 'loggerDied']);
    expect(told.rows[told.point]?.b?.cell.path).toMatch(/^\/q\/n/);
    expect(told.tree?.more).toBeGreaterThanOrEqual(0);
  });

  it('or a txn that only the log has, until it is read', async () => {
    const trace = await traceOf(SCENARIOS['proposal-of-the-dead'], 'proposal-of-the-dead');
    const told = explained(trace, 1, 2);
    expect([told.kind, told.cause.cause, told.rows[told.point]?.a?.cell.path]).toEqual(['onlyA', 'loggedTooLate', '/lost']);
    expect(told.tree).toMatchObject({ onlyA: ['/lost'], onlyB: [] });
  });

  it('05e-killed-leader-kernel-still-delivers, replayed: no memory has it; whoever restarts has', async () => {
    const name = '05e-killed-leader-kernel-still-delivers';
    const { trace } = await replay(name, openRecording(name), { seeds: 1 });
    expect(pairsOf(trace)).toEqual([]);
    const scenario = jsonOf(openRecording(name), 'scenario.json') as { steps: unknown[] };
    const more = [{ kill: 1 }, { start: [1] }, { wait: 'serving', s: 1 }, { op: 'create', session: 'z', path: '/z' }];
    const longer = { ...scenario, steps: [...scenario.steps, { op: 'connect', session: 'z', to: 2 }, ...more, { sleep: 1 }] };
    const told = explained(await traceOf(longer, name), 1, 2);
    expect([told.kind, told.cause.cause, told.tree?.onlyA]).toEqual(['onlyA', 'loggedTooLate', ['/lost']]);
  });
});

describe('servers that have not parted', () => {
  const ops = fc.array(fc.constantFrom('kill', 'isolate', 'pause', 'write', 'write', 'crash'), { minLength: 3, maxLength: 7 });

  it('are never reported: random faults under sound, while disks stay', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        ops,
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 7, maxLength: 7 }),
        async (acts, seed, sids) => {
          const undo = {
            kill: (sid: number) => ({ start: [sid] }),
            crash: (sid: number) => ({ start: [sid] }),
            isolate: () => ({ heal: 1 }),
            pause: (sid: number) => ({ cont: sid }),
          };
          const steps = acts.flatMap((act, i): unknown[] => {
            const sid = sids[i] as number;
            if (act === 'write') return [{ op: 'create', session: 'c', path: `/w${i}`, bg: 1 }, { sleep: 0.2 }];
            return [{ [act]: sid }, { sleep: 2.5 }, undo[act](sid), { sleep: 1.5 }];
          });
          const raw = {
            servers: 3,
            profile: 'sound',
            steps: [
              { start: [1, 2, 3] },
              { wait: 'quorum' },
              { op: 'connect', session: 'c', to: [1, 2, 3], timeout: 20000 },
              ...steps,
              { sleep: 2 },
            ],
          };
          const scenario = parseScenario(raw, 'random');
          const { trace } = (await runScenario(scenario, new InlineHost(step as Core), { seed, limitMs: 120_000 })).ensemble;
          for (let n = 0; n < trace.length; n += 25) expect(lookOn(NOT_LOOKED, trace, n).pairs).toEqual([]);
          expect(partedByHistory(trace, trace.length - 1)).toBeNull();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('looking on from anywhere finds the same as looking from the beginning', async () => {
    const trace = await traceOf(SCENARIOS['wiped-majority'], 'wiped-majority');
    const all = lookOn(NOT_LOOKED, trace, trace.length - 1);
    for (const n of [0, 100, 250, 260, trace.length - 2])
      expect(lookOn(lookOn(NOT_LOOKED, trace, n), trace, trace.length - 1).pairs).toEqual(all.pairs);
    const [pair] = all.pairs;
    if (pair === undefined) throw new Error('none');
    expect(lookOn(NOT_LOOKED, trace, pair.n - 1).pairs).toEqual([]);
    expect(lookOn(NOT_LOOKED, trace, pair.n).pairs.map(({ zxid: at }) => formatZxid(at))).toContain(formatZxid(pair.zxid));
  });
});

describe('a trace without digests and disks', () => {
  it('still tells by its histories that servers parted, and says what it cannot', async () => {
    const whole = await traceOf(SCENARIOS['wiped-majority'], 'wiped-majority');
    const told = whole.map((event): TraceEvent => {
      return { ...event, effects: [], changes: event.changes === null ? null : { ...event.changes, digest: 0 } };
    });
    expect(pairsOf(told)).toEqual([]);
    const pair = partedByHistory(told, told.length - 1);
    expect(pair).toEqual({ a: 1, b: 3 });
    const parting = partingOf(told, told.length - 1, pair ?? { a: 1, b: 2 });
    expect([parting.kind, parting.reported, parting.tree]).toEqual(['otherTxn', null, null]);
    expect(historiesAt([], -1).size).toBe(0);
  });
});

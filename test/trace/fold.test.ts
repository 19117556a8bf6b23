import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listOf } from '../../src/base/chunked.ts';
import { utf8 } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { diskAt } from '../../src/trace/disk.ts';
import { emptyView, foldEvent } from '../../src/trace/fold.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { cellState, newestCells, STRIP_CELLS, visibleDiscards } from '../../src/trace/strip.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { linkState } from '../../src/trace/view.ts';
import type { EnsembleView, ServerState } from '../../src/trace/view.ts';
import type { Member } from '../../src/zab/types.ts';
import { append, cell, eventOf, flight, receive, server, traceOf, world } from './events.ts';
import type { Sketch } from './events.ts';

const MEMBERS: readonly Member[] = [1, 2, 3].map((sid) => ({ sid, type: 'participant' }));
const viewAfter = (...sketches: readonly Sketch[]): EnsembleView => traceOf(...sketches).reduce(foldEvent, emptyView(MEMBERS));
const one = (view: EnsembleView, sid = 1): ServerState => view.servers[sid] as ServerState;
const zxids = (state: ServerState): string[] => newestCells(state.log, 9).map((kept) => `${kept.zxid.epoch}:${kept.zxid.counter}`);
const boot = (sid: number): Sketch => ({ actor: { kind: 'server', sid }, what: { type: 'boot', sid } });

describe('foldEvent', () => {
  test('shares what an event does not touch', () => {
    const before = viewAfter(boot(1), boot(2));
    const after = foldEvent(before, eventOf(2, server(1, { changes: { role: 'LEADING' } })));
    expect(one(after).role).toBe('LEADING');
    expect(after.servers[2]).toBe(before.servers[2]);
    expect(foldEvent(before, eventOf(2, server(1, { changes: {} }))).servers).toBe(before.servers);
  });

  test('a process ends: memory is gone, the past of the disk stays', () => {
    const exit = { type: 'processEnded' as const, sid: 1, exitCode: null, message: null, lost: [] };
    const view = viewAfter(
      boot(1),
      server(1, { changes: { role: 'LEADING', serving: true, currentEpoch: 4, lastLogged: zxid(4, 2) }, log: append(cell(4, 1)) }),
      world({ ...exit, how: 'kill' }),
    );
    expect(one(view)).toMatchObject({ up: 'down', role: 'LOOKING', serving: false, currentEpoch: 4, lastLogged: zxid(4, 2), exit: null });
    expect(zxids(one(view))).toEqual(['4:1']);
    expect(one(viewAfter(boot(1), world({ ...exit, how: 'exit', exitCode: 1, message: 'no disk' })))).toMatchObject({
      up: 'crashed',
      exit: { code: 1, message: 'no disk' },
    });
    expect(one(viewAfter(boot(1), world({ ...exit, how: 'exit', exitCode: 0 })))).toMatchObject({ up: 'down', exit: { code: 0 } });
  });

  test('pause and resume', () => {
    const pause = world({ type: 'command', command: { type: 'pause', sid: 1 } });
    const resume = world({ type: 'command', command: { type: 'resume', sid: 1 } });
    expect(one(viewAfter(boot(1), pause)).up).toBe('paused');
    expect(one(viewAfter(boot(1), pause, resume)).up).toBe('up');
    expect(one(viewAfter(pause)).up).toBe('down');
  });

  test('links: cut one way, slow, partition, heal', () => {
    const command = (what: Extract<TraceEvent['what'], { type: 'command' }>['command']): Sketch =>
      world({ type: 'command', command: what });
    const cut = viewAfter(command({ type: 'cut', from: 1, to: 2, oneWay: true }));
    expect([linkState(cut, 1, 2).cut, linkState(cut, 2, 1).cut]).toEqual([true, false]);
    const slow = viewAfter(command({ type: 'slow', from: 1, to: 3, delayMs: 50 }));
    expect([linkState(slow, 1, 3), linkState(slow, 3, 1).slowMs]).toEqual([{ cut: false, slowMs: 50 }, 50]);
    const split = [command({ type: 'partition', groups: [[1, 2], [3]] })];
    expect(Object.keys(viewAfter(...split).links).sort()).toEqual(['1>3', '2>3', '3>1', '3>2']);
    expect(Object.keys(viewAfter(...split, command({ type: 'heal', from: 1, to: 3 })).links).sort()).toEqual(['2>3', '3>2']);
    expect(viewAfter(...split, command({ type: 'heal' })).links).toEqual({});
  });

  test('messages fly until they are received, or their connection or receiver is gone', () => {
    const sent = server(1, { sent: [flight(4, 1, 2), flight(7, 1, 2), flight(9, 1, 3)] });
    const ids = (view: EnsembleView): number[] => view.flights.map(({ id }) => id);
    expect(ids(viewAfter(sent))).toEqual([4, 7, 9]);
    expect(ids(viewAfter(sent, receive(2, 1, 7)))).toEqual([4, 9]);
    expect(ids(viewAfter(sent, world({ type: 'connectionClosed', conn: 1, lost: [4, 9] })))).toEqual([7]);
    expect(ids(viewAfter(sent, world({ type: 'processEnded', sid: 2, how: 'kill', exitCode: null, message: null, lost: [4] })))).toEqual([
      7, 9,
    ]);
  });

  test('violations and voids are kept with their position', () => {
    const breach = { kind: 'noLeader', calmMs: 1_000 } as const;
    const view = viewAfter(
      world({ type: 'guaranteeVoid', guarantee: 'agreement', breach, after: [{ kind: 'wiped', sid: 2 }] }),
      world({ type: 'violation', invariant: 'agreement', breach, known: ['ZOOKEEPER-4712'], source: 'I-3' }),
    );
    expect(view.voids).toEqual([{ n: 0, guarantee: 'agreement', breach, after: [{ kind: 'wiped', sid: 2 }] }]);
    expect(view.violation).toEqual({ n: 1, invariant: 'agreement', breach, known: ['ZOOKEEPER-4712'], source: 'I-3' });
  });

  test('files: an fsync covers what was written when it was asked for', () => {
    const write = server(1, {
      effects: [
        {
          type: 'disk',
          ops: [
            { op: 'create', file: 'log.1' },
            { op: 'append', file: 'log.1', bytes: utf8('abc') },
            { op: 'allocate', file: 'log.1', size: 64 },
          ],
        },
        { type: 'fsync', token: 5, files: ['log.1'] },
        { type: 'disk', ops: [{ op: 'append', file: 'log.1', bytes: utf8('de') }] },
      ],
    });
    const synced: Sketch = { actor: { kind: 'server', sid: 1 }, what: { type: 'fsynced', token: 5 } };
    expect(one(viewAfter(write)).files).toEqual([{ name: 'log.1', length: 5, size: 64, synced: -1 }]);
    expect(one(viewAfter(write, synced)).files).toEqual([{ name: 'log.1', length: 5, size: 64, synced: 3 }]);
    const trace = traceOf(
      write,
      synced,
      world({ type: 'command', command: { type: 'wipe', sid: 1 } }, { disk: { sid: 1, reset: true, ops: [] } }),
    );
    expect(diskAt(trace, 1, 0).files['log.1']).toMatchObject({ length: 5, synced: -1 });
    expect(diskAt(trace, 1, 1).files['log.1']).toMatchObject({ length: 5, size: 64, synced: 3 });
    expect(diskAt(trace, 1, 2).files).toEqual({});
    expect(diskAt(trace, 1, 0).files['log.1']).toMatchObject({ length: 5, synced: -1 });
    expect(one(trace.reduce(foldEvent, emptyView(MEMBERS))).files).toEqual([]);
  });
});

test('a full disk takes nothing that needs space', () => {
  const full = world({ type: 'command', command: { type: 'diskFull', sid: 1, full: true } });
  const write = server(1, { effects: [{ type: 'disk', ops: [{ op: 'create', file: 'log.1' }] }] });
  expect(one(viewAfter(full, write)).files).toEqual([]);
  expect(diskAt(traceOf(full, write), 1, 1).files).toEqual({});
  expect(one(viewAfter(full, world({ type: 'command', command: { type: 'diskFull', sid: 1, full: false } }), write)).files).toHaveLength(1);
});

describe('the log strip', () => {
  test('a truncated cell is struck for a while', () => {
    const view = viewAfter(
      server(1, { log: append(cell(1, 1), cell(1, 2), cell(1, 3)) }),
      server(1, { log: [{ change: 'truncate', to: zxid(1, 1) }] }),
    );
    expect(zxids(one(view))).toEqual(['1:1']);
    expect(one(view).log.total).toBe(1);
    expect(visibleDiscards(one(view).log, 100).map((gone) => gone.cell.zxid.counter)).toEqual([2, 3]);
    expect(visibleDiscards(one(view).log, 99_999)).toEqual([]);
    expect(cellState(one(view).log.discarded[0]?.cell ?? cell(9, 9), one(view))).toBe('discarded');
  });

  test('a reset keeps what is the same and strikes what is not', () => {
    const same = cell(1, 1);
    const view = viewAfter(
      server(1, { log: append(same, cell(1, 2), cell(1, 3)) }),
      server(1, { log: [{ change: 'reset', base: zxid(0, 0), cells: [same, cell(1, 2, '/else')] }] }),
    );
    expect(zxids(one(view))).toEqual(['1:1', '1:2']);
    expect(one(view).log.discarded.map((gone) => gone.cell.path)).toEqual(['/1-2', '/1-3']);
  });

  test('holds at most 512 cells and counts all', () => {
    const cells = Array.from({ length: 700 }, (_, i) => cell(1, i + 1));
    const { log } = one(viewAfter(server(1, { log: append(...cells) })));
    expect([log.total, newestCells(log, 9999).length, newestCells(log, 1)[0]?.zxid.counter]).toEqual([700, STRIP_CELLS, 700]);
  });

  test.each([
    [4, 'proposed'],
    [3, 'logged'],
    [2, 'synced'],
    [1, 'applied'],
  ] as const)('txn %i is %s', (counter, state) => {
    const server1 = {
      ...one(viewAfter()),
      lastLogged: zxid(1, 3),
      lastSynced: zxid(1, 2),
      committedZxid: zxid(1, 1),
      lastZxid: zxid(1, 1),
    };
    expect(cellState(cell(1, counter), server1)).toBe(state);
    expect(cellState(cell(1, counter), { ...server1, committedZxid: zxid(1, 9), lastZxid: zxid(0, 0) })).toBe('committed');
  });
});

/** Random but plausible traces: ids of flights rise and each lands at most once. */
const traces = fc
  .array(fc.record({ sid: fc.integer({ min: 1, max: 3 }), kind: fc.nat({ max: 6 }), x: fc.nat({ max: 5 }) }), { maxLength: 450 })
  .map((steps) => {
    let id = 0;
    const flying: number[] = [];
    return traceOf(
      ...steps.map(({ sid, kind, x }, n): Sketch => {
        if (kind === 0) {
          flying.push(id);
          return server(sid, { sent: [flight(id++, sid, (sid % 3) + 1)] });
        }
        if (kind === 1 && flying.length > 0) return receive(sid, (sid % 3) + 1, flying.splice(x % flying.length, 1)[0] ?? 0);
        if (kind === 2) return server(sid, { log: append(cell(1, n + 1)), changes: { lastLogged: zxid(1, n + 1) } });
        if (kind === 3) return server(sid, { changes: { role: x > 2 ? 'LEADING' : 'FOLLOWING', currentEpoch: x } });
        if (kind === 4) return world({ type: 'command', command: { type: x > 2 ? 'pause' : 'resume', sid } });
        if (kind === 5) return server(sid, { log: [{ change: 'truncate', to: zxid(1, x * 20) }] });
        return server(sid, { decisions: [{ rule: 'leader.alive', synced: [sid], outcome: 'quorum' }] });
      }),
    );
  });

describe('Timeline', () => {
  test('seeking equals folding from the start, in any order', () => {
    fc.assert(
      fc.property(traces, fc.array(fc.nat({ max: 460 }), { maxLength: 12 }), (trace, seeks) => {
        const timeline = new Timeline(MEMBERS, trace);
        for (const n of seeks) expect(timeline.viewAt(n)).toEqual(trace.slice(0, n + 1).reduce(foldEvent, emptyView(MEMBERS)));
      }),
      { numRuns: 60 },
    );
  });

  test('seeking in a real run equals folding from the start, and leaves all other views as they were', () => {
    const ensemble = ledEnsemble(3);
    ensemble.command({ type: 'connect', client: 1 });
    ensemble.run({ untilMs: ensemble.now + 500 });
    ensemble.command({
      type: 'request',
      client: 1,
      request: { op: 'create', path: '/a', data: null, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' },
    });
    ensemble.command({ type: 'powerLoss', sid: 2 });
    ensemble.run({ untilMs: ensemble.now + 500 });
    ensemble.command({ type: 'start', sid: 2 });
    ensemble.run({ untilMs: ensemble.now + 1000 });
    const { trace } = ensemble;
    const timeline = new Timeline(ensemble.options.config.members, trace);
    const late = timeline.viewAt(trace.length - 2);
    let view = emptyView(ensemble.options.config.members);
    for (const event of trace) {
      view = foldEvent(view, event);
      expect(timeline.viewAt(event.n)).toEqual(view);
      if (event.n === trace.length - 2) expect(late).toEqual(view);
    }
  });

  test('a branch forgets the future and nothing else', () => {
    fc.assert(
      fc.property(traces, fc.nat({ max: 450 }), (trace, n) => {
        const timeline = new Timeline(MEMBERS, trace);
        timeline.truncated(n);
        const fresh = new Timeline(MEMBERS, trace.slice(0, n));
        expect(timeline.head).toEqual(fresh.head);
        for (const sid of [1, 2, 3]) expect(timeline.index.bands(sid)).toEqual(fresh.index.bands(sid));
        expect(timeline.index.flights.between(0, n)).toEqual(fresh.index.flights.between(0, n));
        timeline.appended(trace.slice(Math.min(n, trace.length)));
        expect(timeline.viewAt(trace.length - 1)).toEqual(trace.reduce(foldEvent, emptyView(MEMBERS)));
      }),
      { numRuns: 40 },
    );
  });

  test('stepping gives the very same views, and a gap is refused', () => {
    const timeline = new Timeline(MEMBERS, traceOf(boot(1), boot(2), boot(3)));
    expect(timeline.viewAt(1)).toBe(timeline.viewAt(1));
    expect(timeline.viewAt(-1)).toEqual(emptyView(MEMBERS));
    expect(timeline.viewAt(99)).toBe(timeline.head);
    expect(() => timeline.appended([eventOf(5, boot(1))])).toThrow('event 5 cannot follow event 2');
  });

  test('message lines in a window are those a scan finds', () => {
    fc.assert(
      fc.property(traces, fc.nat({ max: 450 }), fc.nat({ max: 100 }), (trace, from, span) => {
        const { flights } = new Timeline(MEMBERS, trace).index;
        const all = flights.between(0, trace.length);
        expect(all).toHaveLength(flights.count);
        const wanted = all.filter((line) => line.sentN <= from + span && line.endN >= from);
        expect(flights.between(from, from + span)).toEqual(wanted);
        expect(flights.during(from, from + span)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('bands, landmarks and leaders', () => {
    const { index } = new Timeline(
      MEMBERS,
      traceOf(
        boot(1),
        server(1, { changes: { role: 'LEADING' } }),
        server(1, {
          changes: { currentEpoch: 1 },
          decisions: [{ rule: 'leader.established', epoch: 1, supporters: [1, 2], zxid: zxid(1, 0) }],
        }),
        world({ type: 'command', command: { type: 'pause', sid: 1 } }),
        world({ type: 'command', command: { type: 'resume', sid: 1 } }),
        world({ type: 'processEnded', sid: 1, how: 'kill', exitCode: null, message: null, lost: [] }),
      ),
    );
    expect(index.bands(1).map(({ from, to, role, epoch }) => [from, to, role, epoch])).toEqual([
      [0, 1, 'LOOKING', 0],
      [1, 2, 'LEADING', 0],
      [2, 3, 'LEADING', 1],
      [3, 4, 'PAUSED', 1],
      [4, 5, 'LEADING', 1],
      [5, Infinity, 'DOWN', 1],
    ]);
    expect(index.positions('roleChange')).toEqual([0, 1, 3, 4, 5]);
    expect([index.next('fault', -1), index.next('fault', 3), index.previous('fault', 4), index.next('fault', 5)]).toEqual([3, 4, 3, null]);
    expect(index.leaders()).toEqual([{ sid: 1, epoch: 1, n: 2, at: 2 }]);
    expect([index.lastDecision(1, 'leader.established', 5), index.lastDecision(1, 'leader.established', 1)]).toEqual([2, -1]);
    expect([index.positionAt(2.5), index.positionAt(-1)]).toEqual([2, -1]);
  });
});

test('views survive structuredClone', () => {
  const view = viewAfter(boot(1), server(1, { log: append(cell(1, 1)) }));
  expect(structuredClone(view)).toEqual(view);
  expect(one(view).log.cells).toEqual(listOf([cell(1, 1)]));
});

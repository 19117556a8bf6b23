/** Logs as a trace: what the recordings truly were, told by the views that also tell simulated runs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZxid } from '../../../src/base/zxid.ts';
import type { TraceEvent } from '../../../src/ensemble/types.ts';
import { understand } from '../../../src/intake/logs/case.ts';
import type { LogCase, PlacedRecord, ReadTrace } from '../../../src/intake/logs/model.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { buildTrace, buildTraceSteps, frameOf } from '../../../src/intake/logs/trace.ts';
import { fromUtf8, utf8, type Sid } from '../../../src/base/ids.ts';
import { captionOf } from '../../../src/trace/narrate.ts';
import { en } from '../../../src/trace/narrate/en.ts';
import { zh } from '../../../src/trace/narrate/zh.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import type { RoleBand } from '../../../src/trace/traceIndex.ts';
import { whyRole, whySync, whyVote } from '../../../src/trace/why.ts';
import type { Decision, RuleId } from '../../../src/zab/types.ts';
import { openRecording, recordingNames } from '../../golden/archive.ts';
import { caseOf, heard } from './build.ts';
import { endOf, logBytes, logNames, truthOf, worstTime } from './goldenLogs.ts';

type Form = 'full' | 'info';

function recorded(name: string, form: Form): LogCase {
  const recording = openRecording(name);
  return understand(
    [...logNames(recording).values()].map((path, i) => readLog(i, path, logBytes(recording, path, form))),
    {},
  );
}

function decisions<R extends RuleId>(
  events: readonly TraceEvent[],
  rule: R,
): { readonly sid: Sid; readonly event: TraceEvent; readonly decision: Extract<Decision, { rule: R }> }[] {
  return events.flatMap((event) =>
    event.decisions.flatMap((decision) =>
      decision.rule === rule && event.actor.kind === 'server'
        ? [{ sid: event.actor.sid, event, decision: decision as Extract<Decision, { rule: R }> }]
        : [],
    ),
  );
}

/** Stretches of one role, whatever the epoch. A process that never came to an election had none. */
function rolesOf({ index }: Timeline, sid: Sid): RoleBand[] {
  const merged: RoleBand[] = [];
  for (const band of index.bands(sid)) {
    const last = merged.at(-1);
    if (last?.role === band.role) merged[merged.length - 1] = { ...last, to: band.to, toAt: band.toAt };
    else merged.push(band);
  }
  const elections = index.decisionsOf(sid, 'election.start');
  return merged.filter(({ role, from, to }) => role !== 'DOWN' && (role !== 'LOOKING' || elections.some((n) => n > from && n < to)));
}

/** What holds of every trace, whatever it was made from. */
function checkWhole({ events, members }: ReadTrace): Timeline {
  const timeline = new Timeline(members, events);
  const sent = new Map<number, number>();
  const wrong: string[] = [];
  let at = 0;
  let lastFlight = 0;
  events.forEach((event, n) => {
    if (event.n !== n) wrong.push(`event ${event.n} stands at ${n}`);
    if (event.at < at) wrong.push(`event ${n} goes back in time`);
    at = event.at;
    if (event.cause >= n) wrong.push(`event ${n} was caused by a later one`);
    if (event.origin === undefined) wrong.push(`event ${n} has no origin`);
    if (event.what.type === 'receive') {
      if (sent.get(event.what.flight) !== event.cause) wrong.push(`flight ${event.what.flight} of event ${n} was not sent by its cause`);
      sent.delete(event.what.flight);
    }
    for (const flight of event.sent) {
      if (flight.id <= lastFlight) wrong.push(`flight ${flight.id} is out of order`);
      lastFlight = flight.id;
      sent.set(flight.id, n);
    }
  });
  expect(wrong).toEqual([]);
  return timeline;
}

describe.each(['full', 'info'] as const)('recordings, %s logs', (form) => {
  it.each(recordingNames())('%s', (name) => {
    const recording = openRecording(name);
    const truth = truthOf(recording);
    const trace = buildTrace(recorded(name, form));
    const timeline = checkWhole(trace);
    const { events } = trace;
    const end = endOf(recording) - trace.zero;
    // Roles: the bands of the timeline. A process is drawn as LOOKING from its start on; the log says so when it begins an election.
    for (const [sid, lines] of truth.roles) {
      const bands = rolesOf(timeline, sid)
        .filter(({ fromAt }) => fromAt <= end)
        .map(({ role, fromAt }) => ({ says: role, at: role === 'LOOKING' ? null : trace.zero + fromAt }));
      const true_ = lines.filter(({ says }) => says !== 'DOWN').map(({ says, at }) => ({ says, at: says === 'LOOKING' ? null : at }));
      expect(
        bands.map(({ says }) => says),
        `roles of ${sid}`,
      ).toEqual(true_.map(({ says }) => says));
      // "Peer state changed" stands a little before the role's own line.
      expect(worstTime(bands, true_), `times of ${sid}`).toBeLessThanOrEqual(100);
    }
    // Leaders: epoch, supporters, and the vote that won.
    const told = decisions(events, 'leader.established').map(({ sid, event, decision: { epoch, supporters } }) => {
      const won = events[timeline.index.lastDecision(sid, 'vote.final', event.n)]?.decisions.find(({ rule }) => rule === 'vote.final');
      const vote =
        won?.rule === 'vote.final' ? `(${won.vote.peerEpoch}, ${formatZxid(won.vote.zxid)}) of round ${won.vote.electionEpoch}` : '';
      return `leader ${sid} epoch ${epoch} supporters ${supporters.toSorted((a, b) => a - b).join()} by vote ${vote}`;
    });
    const established = truth.elections.map(({ says }) => says.replace(/, ended by .*/, '')).filter((says) => !says.includes('epoch null'));
    expect(told).toEqual(established);
    // Syncs: the leader's choices.
    const syncs = decisions(events, 'sync.mode').map(
      ({ sid, decision: { learner, mode, zxidSent, peerLastZxid } }) =>
        `${sid} to ${learner}: ${mode} ${formatZxid(zxidSent)} from ${formatZxid(peerLastZxid)}`,
    );
    expect(syncs.sort()).toEqual(truth.syncs.map(({ says }) => says.replace(/, completed.*/, '')).sort());
    // At the end of the recording everybody has the epoch of the last leader that it followed.
    const view = timeline.viewAt(timeline.index.positionAt(end));
    for (const server of Object.values(view.servers))
      if (server.serving && server.leader !== null) expect(server.currentEpoch).toBe(view.servers[server.leader]?.currentEpoch);
    // INFO lines never show a vote being sent; DEBUG lines do.
    const votes = events.flatMap(({ sent }) => sent).filter(({ message }) => message.kind === 'NOTIFICATION');
    expect(votes.length).toBeGreaterThan(0);
    if (form === 'info') expect(votes.every(({ inferred }) => inferred === true)).toBe(true);
    else expect(votes.some(({ inferred }) => inferred === undefined)).toBe(true);
  });
});

it('loses no record: each has its event, in order, with log and line', () => {
  const logs = recorded('05g-epoch-beats-zxid', 'full');
  const own = buildTrace(logs).events.filter(({ origin }) => origin?.inferred === undefined);
  // A start makes two events: the process, and its boot.
  const lines = own.filter(({ what }) => what.type !== 'boot').map(({ origin }) => `${origin?.log}:${origin?.line}`);
  expect(lines).toEqual(logs.records.map(({ log, line }) => `${log}:${line}`));
});

it('says why, as of a simulated run', () => {
  const trace = buildTrace(recorded('04-kill-leader-5', 'info'));
  const timeline = new Timeline(trace.members, trace.events);
  const second = timeline.index.leaders()[1]!;
  expect(whyRole(timeline, 4, second.n, en).sentence).toMatch(
    /Server 4 ends its election .* vote for 4 .*leads epoch 2 from 0x200000000 with 1, 2 and 4/,
  );
  expect(whyVote(timeline, 1, second.n, en).sentence).toMatch(
    /Server 1 now votes for \d instead of \d, as \d does: epoch 1 = 1, zxid 0x100000004 = 0x100000004, and sid/,
  );
  expect(whySync(timeline, 1, second.n, en).sentence).toContain("its last zxid 0x100000004 is the leader's own");
});

it.each([
  ['en', en],
  ['zh', zh],
] as const)('tells the second election of five servers from INFO lines alone (%s)', async (code, language) => {
  const trace = buildTrace(recorded('04-kill-leader-5', 'info'));
  const timeline = new Timeline(trace.members, trace.events);
  const [, second] = timeline.index.leaders();
  const from = timeline.index.bands(4).find(({ role, fromAt }) => role === 'LOOKING' && fromAt > 1000)!.from;
  const story = trace.events
    .slice(from, second!.n + 1)
    .filter(({ what, decisions: made, changes }) => what.type !== 'logLine' || made.length > 0 || changes?.role !== undefined)
    .map((event) => `${event.origin?.inferred === true ? '~' : ' '} ${captionOf(event, timeline.viewAt(event.n), language)}`);
  await expect(`${story.join('\n')}\n`).toMatchFileSnapshot(`written/election.${code}.txt`);
});

it('comes in pieces that follow each other', () => {
  const logs = recorded('06b-follower-behind-snap', 'full');
  const many: LogCase = {
    ...logs,
    records: Array.from({ length: 9 }, (_, i) => logs.records.map((one) => ({ ...one, t: one.t + i * 60_000 }))).flat(),
  };
  const chunks = [...buildTraceSteps(many)];
  expect(chunks.length).toBeGreaterThan(1);
  const whole = buildTrace(many);
  expect(chunks.flat()).toEqual(whole.events);
  expect(frameOf(many)).toEqual({ members: whole.members, config: whole.config, zero: whole.zero });
});

describe('a small case', () => {
  const boot = (at: string, sid: Sid) => [
    `12:00:${at}.000 [main:QuorumPeerMain@152] Starting quorum peer, myid=${sid}`,
    `12:00:${at}.100 LOOKING`,
    `12:00:${at}.101 New election. My id = ${sid}, proposed zxid=0x100000003`,
    heard(`12:00:${at}.102`, 'LOOKING', sid, 'LOOKING', sid, '0x100000003', 1, 1),
  ];
  const two = caseOf({
    1: [
      ...boot('01', 1),
      heard('12:00:01.200', 'LOOKING', 3, 'LOOKING', 3, '0x100000003', 1, 1),
      heard('12:00:01.202', 'LOOKING', 1, 'LOOKING', 3, '0x100000003', 1, 1),
      '12:00:01.450 FOLLOWING',
    ],
    2: [
      ...boot('01', 2),
      heard('12:00:01.204', 'LOOKING', 1, 'LOOKING', 3, '0x100000003', 1, 1),
      heard('12:00:01.205', 'LOOKING', 3, 'LOOKING', 3, '0x100000003', 1, 1),
    ],
  });
  const trace = buildTrace(two);
  const timeline = checkWhole(trace);

  it('knows the server without a log from what others heard', () => {
    expect(trace.members.map(({ sid }) => sid)).toEqual([1, 2, 3]);
    const [first] = decisions(trace.events, 'vote.order');
    const before = timeline.viewAt(first!.event.n - 1).servers[3]!;
    expect([before.up, before.role, before.vote.leader]).toEqual(['up', 'LOOKING', 3]);
    expect(timeline.index.eventsOf(3).every((n) => trace.events[n]?.origin?.inferred === true)).toBe(true);
  });

  it('computes the comparison that decided, and who supports the winner', () => {
    expect(decisions(trace.events, 'vote.order').map(({ sid, decision: { from, outcome, by } }) => [sid, from, outcome, by])).toEqual([
      [1, 3, 'adopted', 'sid'],
      [2, 1, 'adopted', 'sid'],
      [2, 3, 'kept', 'same'],
    ]);
    const [final] = decisions(trace.events, 'vote.final');
    expect(final?.sid).toBe(1);
    expect(final?.decision).toMatchObject({
      supporters: [1, 3],
      role: 'FOLLOWING',
      vote: { leader: 3, electionEpoch: 1, peerEpoch: 1 },
      tookMs: 349,
    });
  });

  it('dates a vote by its sender’s own copy of it', () => {
    const arrival = trace.events.find(({ actor, what }) => actor.kind === 'server' && actor.sid === 2 && what.type === 'receive')!;
    const sending = trace.events[arrival.cause]!;
    expect([sending.at, sending.origin?.inferred, sending.sent[0]?.inferred]).toEqual([202, undefined, true]);
  });
});

it('infers what older versions do not say: the epoch, NEWLEADER and UPTODATE of a follower', () => {
  const start = (sid: Sid) => [
    `12:00:01.000 [main:QuorumPeerMain@127] Starting quorum peer, myid=${sid}`,
    '12:00:01.100 LOOKING',
    `12:00:01.101 New election. My id = ${sid}, proposed zxid=0x100000003`,
    heard(`12:00:01.1${sid}2`, 'LOOKING', 2, 'LOOKING', 2, '0x100000003', 1, 1),
    heard(`12:00:01.1${sid}3`, 'LOOKING', 1, 'LOOKING', 2, '0x100000003', 1, 1),
  ];
  const trace = buildTrace(
    caseOf({
      1: [
        ...start(1),
        '12:00:01.350 FOLLOWING',
        '12:00:01.360 Getting a diff from the leader 0x100000003',
        '12:00:01.400 Snapshotting: 0x100000003 to /data/version-2/snapshot.100000003',
      ],
      2: [
        ...start(2),
        '12:00:01.350 LEADING',
        '12:00:01.355 Follower sid: 1 : info : 10.0.0.1:2888:3888:participant',
        '12:00:01.358 Synchronizing with Follower sid: 1 maxCommittedLog=0x100000003 minCommittedLog=0x100000001 peerLastZxid=0x100000003',
        '12:00:01.390 Have quorum of supporters, sids: [ 1,2 ]; starting up and setting last processed zxid: 0x200000000',
      ],
    }),
  );
  const timeline = checkWhole(trace);
  expect(timeline.head.servers[1]).toMatchObject({
    role: 'FOLLOWING',
    leader: 2,
    acceptedEpoch: 2,
    currentEpoch: 2,
    serving: true,
    phase: 'following.broadcast',
  });
  const heardBy1 = trace.events.flatMap(({ actor, what }) =>
    actor.kind === 'server' && actor.sid === 1 && what.type === 'receive' && what.message.kind !== 'NOTIFICATION'
      ? [what.message.kind]
      : [],
  );
  expect(heardBy1).toEqual(['LEADERINFO', 'DIFF', 'NEWLEADER', 'UPTODATE']);
  expect(decisions(trace.events, 'sync.mode').map(({ decision: { mode, because } }) => [mode, because])).toEqual([['DIFF', 'same']]);
});

describe('a process that ends', () => {
  it('without a word is noticed by the others; one that was killed and started again has a gap', () => {
    const trace = buildTrace(recorded('04-kill-leader-5', 'info'));
    const timeline = new Timeline(trace.members, trace.events);
    const downs = timeline.index.bands(5).filter(({ role, fromAt }) => role === 'DOWN' && fromAt > 0);
    // Killed at 3229 ms after the recording's own zero; the first connection broke 12 ms later.
    expect(downs.length).toBeGreaterThan(0);
    const zero = Date.parse('2026-11-20T23:22:57.250Z');
    const killed = downs[0]!.fromAt + trace.zero - zero;
    expect(killed).toBeGreaterThan(3100);
    expect(killed).toBeLessThan(3300);
    expect(trace.events[downs[0]!.from]?.origin?.inferred).toBe(true);
  });

  it('by itself says so, with its code', () => {
    const trace = buildTrace(recorded('16-log-crc-middle', 'info'));
    const ends = trace.events.filter(({ what }) => what.type === 'processEnded' && what.how === 'exit');
    expect(ends.length).toBeGreaterThan(0);
    for (const { origin } of ends) expect(origin?.inferred).toBeUndefined();
    expect(decisions(trace.events, 'recovery.failed').length).toBeGreaterThan(0);
  });
});

it('reads any subset of the lines of a recording into a whole trace', () => {
  const recording = openRecording('02-boot-1-2-then-3');
  const logs = [...logNames(recording).values()].map((path) => [path, fromUtf8(logBytes(recording, path, 'full')).split('\n')] as const);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 40 }), fc.nat({ max: 9 }), (dice, least) => {
      const read = logs.map(([path, lines], i) => {
        const kept = lines.filter((_, n) => (dice[(n * (i + 3)) % dice.length] as number) >= least);
        return readLog(i, path, utf8(kept.join('\n')));
      });
      const timeline = checkWhole(buildTrace(understand(read, {})));
      expect(() => timeline.head).not.toThrow();
    }),
    { numRuns: 60 },
  );
});

it('makes a whole trace of any records in any order, said by anybody', () => {
  const logs = recorded('11-observers', 'full');
  const pool = logs.records;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: pool.length - 1 }), fc.integer({ min: -1, max: 6 }), fc.nat({ max: 40 })), { maxLength: 300 }),
      (picks) => {
        let t = logs.zero;
        const records = picks.map(([i, sid, ms]): PlacedRecord => {
          const record = pool[i]!;
          t += ms;
          return { ...record, sid: sid < 1 ? record.sid : sid, t, impossible: null };
        });
        const timeline = checkWhole(buildTrace({ ...logs, records }));
        expect(() => timeline.head).not.toThrow();
        for (const event of timeline.events) expect(captionOf(event, timeline.head, en)).not.toMatch(/undefined|NaN/);
      },
    ),
    { numRuns: 60 },
  );
});

it('marks an order that cannot be, on the event that came too early', () => {
  const logs = recorded('01-fresh-boot-3', 'info');
  const at = logs.records.findIndex(({ fact, sid }) => fact.kind === 'notification' && fact.from !== sid);
  const records = logs.records.map((one, i) => (i === at ? { ...one, impossible: at + 5 } : one));
  const { events } = buildTrace({ ...logs, records });
  const early = events.find(({ origin }) => origin?.impossible !== undefined)!;
  expect(early.origin).toMatchObject({ line: records[at]!.line, log: records[at]!.log });
  const late = events[early.origin!.impossible!]!;
  expect(late.origin).toMatchObject({ line: records[at + 5]!.line, log: records[at + 5]!.log });
});

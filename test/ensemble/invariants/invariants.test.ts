import { describe, expect, test } from 'vitest';
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import { limitOf } from '../../../src/ensemble/invariants/calm.ts';
import { INVARIANTS } from '../../../src/ensemble/invariantList.ts';
import type { InvariantName } from '../../../src/ensemble/invariantList.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import type { Finding } from '../../../src/ensemble/invariants.ts';
import type { Command, OpOutcome } from '../../../src/ensemble/types.ts';
import { configOf } from '../../../src/ensemble/options.ts';
import { violationText, voidText } from '../../../src/trace/findings/words.ts';
import { PROFILE_3_8_0 } from '../../../src/zab/profile.ts';
import type { Decision, EnsembleConfig, LogCell, Message } from '../../../src/zab/types.ts';
import { append, cell, flight, server, traceOf, world } from '../../trace/events.ts';
import type { Sketch } from '../../trace/events.ts';

const CONFIG: EnsembleConfig = configOf([1, 2, 3]);

const [A, B, C] = [cell(1, 1), cell(1, 2), cell(1, 3)];
const other = (of: LogCell): LogCell => ({ ...of, path: '/other', cxid: 99 });

const ZERO = zxid(0, 0);
const epochWon = (sid: number, epoch: number): Sketch =>
  server(sid, {
    decisions: [
      { rule: 'epoch.ack', from: sid, theirEpoch: 0, theirZxid: ZERO, myEpoch: 0, myZxid: ZERO, acked: [1, 2], outcome: 'quorum' },
    ],
    changes: { role: 'LEADING', acceptedEpoch: epoch, currentEpoch: epoch, zabState: 'SYNCHRONIZATION' },
  });
const established = (sid: number, epoch: number): Sketch =>
  server(sid, {
    decisions: [{ rule: 'leader.established', epoch, supporters: [1, 2], zxid: zxid(epoch, 0) }],
    changes: { zabState: 'BROADCAST', serving: true, lastZxid: zxid(epoch, 0) },
  });
const leads = (sid: number, epoch: number): Sketch[] => [epochWon(sid, epoch), established(sid, epoch)];
const joins = (sid: number, epoch: number): Sketch =>
  server(sid, { changes: { role: 'FOLLOWING', acceptedEpoch: epoch, currentEpoch: epoch, zabState: 'BROADCAST', serving: true } });
/** Takes in txns, and has them on its disk at once. */
const logs = (sid: number, ...cells: LogCell[]): Sketch =>
  server(sid, { log: append(...cells), changes: { lastSynced: cells.at(-1)?.zxid ?? ZERO } });
const commits = (sid: number, { zxid: at }: LogCell, acks = [2, 3]): Sketch => {
  const decision: Decision = { rule: 'proposal.ack', zxid: at, from: 2, acks, voters: 3, outcome: 'committed' };
  return server(sid, { decisions: [decision], changes: { lastZxid: at } });
};
const applies = (sid: number, { zxid: at }: LogCell, digest?: number): Sketch =>
  server(sid, { changes: { lastZxid: at, ...(digest === undefined ? {} : { digest }) } });
const replicated = (...cells: LogCell[]): Sketch[] =>
  cells.flatMap((txn) => [logs(3, txn), logs(2, txn), logs(1, txn), commits(3, txn), applies(2, txn), applies(1, txn)]);
const command = (what: Command): Sketch => world({ type: 'command', command: what });
const dies = (sid: number): Sketch => world({ type: 'processEnded', sid, how: 'kill', exitCode: null, message: null, lost: [] });
const recovers = (sid: number, ...cells: LogCell[]): Sketch =>
  server(sid, {
    what: { type: 'boot', sid },
    log: [{ change: 'reset', base: ZERO, cells }],
    changes: {
      role: 'LOOKING',
      zabState: 'ELECTION',
      serving: false,
      lastZxid: cells.at(-1)?.zxid ?? ZERO,
      lastSynced: cells.at(-1)?.zxid ?? ZERO,
      acceptedEpoch: cells.at(-1)?.zxid.epoch ?? 0,
      currentEpoch: cells.at(-1)?.zxid.epoch ?? 0,
    },
  });
const outcome = (txn: LogCell, what: OpOutcome['outcome'] = 'acked'): Sketch => ({
  actor: { kind: 'client', client: 1 },
  what: { type: 'timer', timer: 'test' },
  outcomes: [
    {
      client: 1,
      xid: txn.cxid,
      op: { op: 'delete', path: txn.path ?? '', version: -1 },
      outcome: what,
      err: 'OK',
      zxid: txn.zxid,
      result: { kind: 'none' },
      sentAt: 0,
    },
  ],
});
const reply = (epoch: number, counter: number, session?: '0x1' | '0x2'): Sketch => ({
  actor: { kind: 'client', client: 1 },
  client: session === undefined ? null : { session },
  what: {
    type: 'received',
    flight: 1,
    message: { kind: 'Reply', xid: 1, zxid: zxid(epoch, counter), err: 'OK', result: { kind: 'none' } },
  },
});

const LIMIT = limitOf(CONFIG);
const up = (sid: number): Sketch => world({ type: 'processStarted', sid });
/** Much later nothing has happened. */
const late = (limits: number): Sketch => server(3, { at: limits * LIMIT });
const asked = (sid: number, txn: LogCell): Sketch =>
  server(sid, { decisions: [{ rule: 'request.validated', zxid: txn.zxid, op: 'create', path: txn.path, err: 'OK', session: '0x1' }] });
const hears = (sid: number, from: number, message: Message): Sketch =>
  server(sid, { what: { type: 'receive', conn: 1, flight: 1, from: { kind: 'server', sid: from }, message } });
const syncMode = (learner: number, mode: 'DIFF' | 'TRUNC', peer: Zxid, zxidSent: Zxid, queued: number): Decision => ({
  rule: 'sync.mode',
  learner,
  mode,
  peerLastZxid: peer,
  minCommittedLog: A.zxid,
  maxCommittedLog: C.zxid,
  lastProcessedZxid: C.zxid,
  zxidSent,
  queued,
  source: 'committedLog',
  because: mode === 'DIFF' ? 'inCommittedLog' : 'ahead',
  forwardFrom: C.zxid,
});
/** A leader tells a learner to cut its history. */
const cuts = (leader: number, learner: number, to: Zxid): Sketch =>
  server(leader, {
    decisions: [syncMode(learner, 'TRUNC', C.zxid, to, 0)],
    sent: [flight(1, leader, learner, { kind: 'TRUNC', zxid: to })],
  });
/** A leader synchronizes a learner by DIFF from `peer` on with these txns. */
const sends = (leader: number, learner: number, peer: Zxid, ...cells: LogCell[]): Sketch =>
  server(leader, {
    decisions: [syncMode(learner, 'DIFF', peer, C.zxid, cells.length)],
    sent: cells.flatMap(({ zxid: at }, i) =>
      (['PROPOSAL', 'COMMIT'] as const).map((kind, j) => flight(2 * i + j, leader, learner, { kind, zxid: at } as Message)),
    ),
  });
/** A leader syncs a learner that lacks nothing, and hands it a proposal of its own that no quorum has acknowledged. */
const forwards = (leader: number, learner: number, peer: Zxid, { zxid: at }: LogCell): Sketch =>
  server(leader, {
    decisions: [syncMode(learner, 'DIFF', peer, peer, 0)],
    sent: [flight(0, leader, learner, { kind: 'PROPOSAL', zxid: at } as Message)],
  });

function watch(sketches: readonly Sketch[], config = CONFIG): (Finding & { n: number })[] {
  const invariants = new Invariants(config);
  return traceOf(...sketches).flatMap((event) => {
    const finding = invariants.observe(event);
    return finding === null ? [] : [{ ...finding, n: event.n }];
  });
}

const NEXT = { ...cell(2, 1), cxid: 9 };
const START = [...leads(3, 1), joins(2, 1), joins(1, 1)];
const holds: readonly (readonly [InvariantName, string, readonly Sketch[]])[] = [
  ['one leader per epoch', 'leaders of two epochs overlap', [...leads(3, 1), ...leads(2, 2)]],
  [
    'consecutive proposals',
    'counters start again at 1 in each epoch',
    [...START, ...replicated(A, B), dies(3), ...leads(2, 2), logs(2, cell(2, 1))],
  ],
  [
    'agreement',
    'an uncommitted txn is replaced',
    [
      ...START,
      ...replicated(A),
      logs(3, B),
      dies(3),
      ...leads(2, 2),
      joins(1, 2),
      recovers(3, A, B),
      server(3, { log: [{ change: 'truncate', to: A.zxid }] }),
      joins(3, 2),
    ],
  ],
  ['no acknowledged write is lost', 'the new leader has it', [...START, ...replicated(A), outcome(A), dies(3), ...leads(2, 2)]],
  ['reply means committed', 'after the commit', [...START, ...replicated(A), outcome(A)]],
  [
    'sync gives the committed txns',
    'a leader that was overtaken forwards a proposal of its own',
    [...START, ...replicated(A), ...leads(2, 2), logs(2, NEXT), logs(1, NEXT), commits(2, NEXT, [1, 2]), forwards(3, 1, A.zxid, B)],
  ],
  ['reply means committed', 'an unknown outcome says nothing', [...START, outcome(A, 'unknown')]],
  [
    'applied is a prefix of committed',
    'a follower is behind',
    [...START, logs(3, A), logs(2, A), logs(1, A), commits(3, A), logs(3, B), logs(2, B), commits(3, B), applies(1, A)],
  ],
  ['epochs are ordered', 'accepted is ahead of current', [server(1, { changes: { acceptedEpoch: 3, currentEpoch: 2 } })]],
  ['promises are kept', 'epochs rise', [server(1, { changes: { acceptedEpoch: 1 } }), server(1, { changes: { acceptedEpoch: 4 } })]],
  [
    'a leader has all committed txns',
    'and more of its own',
    [...START, ...replicated(A), logs(3, B), logs(2, B), dies(3), epochWon(2, 2), logs(1, B), established(2, 2)],
  ],
  [
    'a client never goes back',
    'equal zxids are no step back, and a new session starts over',
    [reply(1, 5, '0x1'), reply(1, 5), reply(1, 2, '0x2')],
  ],
  [
    'equal trees',
    'at different zxids digests differ',
    [...START, ...replicated(A, B), applies(1, A, 7), applies(2, B, 8), applies(1, B, 8)].slice(0, -3),
  ],
];

const breaks: readonly (readonly [InvariantName, string, readonly Sketch[], RegExp])[] = [
  [
    'one leader per epoch',
    'two epoch quorums',
    [...leads(3, 1), dies(3), epochWon(2, 1)],
    /Server 2 has a quorum for epoch 1, which server 3 had/,
  ],
  [
    'one leader per epoch',
    'two at the same time',
    [epochWon(3, 1), server(2, { changes: { role: 'LEADING', acceptedEpoch: 1, currentEpoch: 1, zabState: 'BROADCAST' } })],
    /Servers 3 and 2 both lead epoch 1/,
  ],
  ['consecutive proposals', 'a counter is skipped', [...START, logs(3, A), logs(3, C)], /0x100000003 after counter 1/],
  [
    'only what was proposed',
    'a number beyond what the leader has proposed',
    [...START, logs(3, A), logs(1, A, B)],
    /Server 1 takes in 0x100000002 .*, which no leader has proposed/,
  ],
  [
    'committed is never cut',
    'a TRUNC goes too far back',
    [...START, ...replicated(A, B), cuts(3, 1, A.zxid)],
    /Leader 3 tells server 1 to go back to 0x100000001, and so to cut 0x100000002 \(create \/1-2\), which was committed/,
  ],
  [
    'agreement',
    'other content under a committed zxid',
    [...START, logs(3, A), logs(2, A), commits(3, A), logs(1, other(A)), applies(1, A)],
    /Server 1 has applied 0x100000001 \(create \/other\) where 0x100000001 \(create \/1-1\)/,
  ],
  [
    'no acknowledged write is lost',
    'the new leader lacks it',
    [...START, logs(3, A), logs(1, A), commits(3, A, [1, 3]), outcome(A), dies(3), ...leads(2, 2)],
    /Server 2 leads epoch 2 without 0x100000001 .*Client 1 was told/,
  ],
  [
    'reply means committed',
    'before the commit',
    [...START, logs(3, A), outcome(A)],
    /Client 1 is told that delete \/1-1 succeeded at 0x100000001, but only 0x0/,
  ],
  [
    'reply means committed',
    'another txn has that zxid',
    [...START, ...replicated(A, B), outcome({ ...A, zxid: B.zxid })],
    /Client 1 is told that delete \/1-1 succeeded at 0x100000002, but what was committed there is 0x100000002 \(create \/1-2\)/,
  ],
  [
    'applied is a prefix of committed',
    'a phantom',
    [...START, ...replicated(A), logs(1, B), applies(1, B)],
    /Server 1 .* shows 0x100000002 .* never committed/,
  ],
  [
    'applied is a prefix of committed',
    'a hole',
    [...START, ...replicated(A, B, C), dies(1), recovers(1, A, C), joins(1, 1), applies(1, C)],
    /Server 1 .* without 0x100000002/,
  ],
  [
    'epochs are ordered',
    'current ahead of accepted',
    [server(1, { changes: { acceptedEpoch: 1, currentEpoch: 2 } })],
    /epoch 2 but has accepted only 1/,
  ],
  [
    'epochs are ordered',
    'a logged txn of a later epoch',
    [joins(1, 1), server(1, { changes: { lastLogged: zxid(2, 1) } })],
    /logged 0x200000001, but its current epoch is 1/,
  ],
  [
    'promises are kept',
    'an epoch is forgotten',
    [server(1, { changes: { acceptedEpoch: 4 } }), server(1, { changes: { acceptedEpoch: 3 } })],
    /accepted epoch 4 and goes back to 3/,
  ],
  [
    'promises are kept',
    'an older epoch is acknowledged',
    [
      server(1, { changes: { role: 'FOLLOWING', zabState: 'DISCOVERY', acceptedEpoch: 4, currentEpoch: 3 } }),
      {
        ...hears(1, 3, { kind: 'LEADERINFO', epoch: 3 }),
        sent: [flight(1, 1, 3, { kind: 'ACKEPOCH', lastZxid: ZERO, currentEpoch: 2 })],
      },
    ],
    /Server 1 had accepted epoch 4 and now counts for epoch 3/,
  ],
  [
    'a leader has all committed txns',
    'nobody was told yet',
    [...START, logs(3, A), logs(1, A), commits(3, A, [1, 3]), dies(3), ...leads(2, 2)],
    /Server 2 leads epoch 2 without 0x100000001/,
  ],
  ['a client never goes back', 'a stale server answers', [reply(1, 5, '0x1'), reply(1, 4)], /had seen 0x100000005 .* 0x100000004/],
  [
    'equal trees',
    'one digest differs',
    [...START, logs(3, A), logs(1, A), logs(2, A), commits(3, A), applies(1, A, 7), applies(2, A, 8)],
    /Servers 1 and 2 .*digests 7 and 8/,
  ],
  [
    'what was cut stays cut',
    'a snapshot brings it back',
    [
      server(1, {
        decisions: [{ rule: 'sync.truncated', to: A.zxid, from: B.zxid, outcome: 'done' }],
        log: [
          { change: 'truncate', to: A.zxid },
          { change: 'reset', base: B.zxid, cells: [] },
        ],
      }),
    ],
    /go back to 0x100000001, and has read its snapshot up to 0x100000002/,
  ],
  [
    'committed is durable',
    'an acknowledgement before the fsync',
    [...START, logs(3, A), server(2, { log: append(A) }), commits(3, A)],
    /on the word of server 2, whose disk ends at 0x0/,
  ],
  [
    'an epoch stands on its history',
    'the epoch comes first',
    [...START, ...replicated(A), dies(3), epochWon(2, 2), recovers(3), joins(3, 2)],
    /Server 3 is in epoch 2, .* up to 0x100000001, but its disk ends at 0x0/,
  ],
  [
    'sync gives the committed txns',
    'one is left out',
    [...START, ...replicated(A, B, C), sends(3, 1, ZERO, A, C)],
    /sends 0x100000003 to server 1 where 0x100000002 .* comes next/,
  ],
  [
    'sync gives the committed txns',
    'to a learner with something else',
    [...START, ...replicated(A, C), sends(3, 1, B.zxid, C)],
    /sends DIFF from 0x100000002 on to server 1, but that was never committed/,
  ],
  ['a history ascends', 'an older txn comes later', [logs(1, B), logs(1, other(A))], /0x100000001 .* behind 0x100000002/],
  ['proposals follow one another', 'one is missing', [logs(1, A), logs(1, C)], /0x100000003 .* behind 0x100000001: what is between/],
  [
    'messages come in their phase',
    'UPTODATE to a leader',
    [...leads(3, 1), hears(3, 1, { kind: 'UPTODATE' })],
    /gets UPTODATE while it is LEADING/,
  ],
  [
    'messages come in their phase',
    'DIFF to a server that serves',
    [joins(1, 1), hears(1, 3, { kind: 'DIFF', zxid: A.zxid })],
    /gets DIFF while it is FOLLOWING in BROADCAST/,
  ],
  [
    'commits match proposals',
    'the server ends',
    [server(1, { decisions: [{ rule: 'commit.unexpected', zxid: B.zxid, head: A.zxid, outcome: 'exit' }] })],
    /told to commit 0x100000002, but its oldest proposal is 0x100000001/,
  ],
  [
    'commits match proposals',
    'a learner gives up its leader',
    [server(1, { decisions: [{ rule: 'commit.unexpected', zxid: B.zxid, head: null, outcome: 'gaveUp' }] })],
    /gives up its leader: COMMIT of 0x100000002 with no proposal queued/,
  ],
  [
    'commits match proposals',
    'one is skipped',
    [...START, ...replicated(A), logs(3, B, C), logs(2, B, C), commits(3, C)],
    /commits 0x100000003 after 0x100000001/,
  ],
  [
    'acks match',
    'of a proposal, in place of NEWLEADER',
    [server(3, { decisions: [{ rule: 'newLeader.ack', from: 1, zxid: A.zxid, epoch: 2, acked: [3], outcome: 'wrongEpoch' }] })],
    /waits for server 1 to acknowledge NEWLEADER, and gets an acknowledgement of 0x100000001/,
  ],
  ['values have their shape', 'LOOKING in BROADCAST', [server(1, { changes: { zabState: 'BROADCAST' } })], /it is LOOKING in BROADCAST/],
  ['values have their shape', 'half an epoch', [server(1, { changes: { acceptedEpoch: 1.5 } })], /acceptedEpoch is 1.5/],
  [
    'a session has one owner',
    'two clients',
    [reply(1, 1, '0x1'), { ...reply(1, 2, '0x1'), actor: { kind: 'client', client: 2 } }],
    /Client 2 is given session 0x1, which client 1 has/,
  ],
  [
    'a closed session stays closed',
    'a create after the closing',
    [...START, ...replicated(A, { ...B, type: 'closeSession', path: null }, C)],
    /0x100000003 .* for session 0x1, which was closed at 0x100000002/,
  ],
  ['a leader emerges', 'nobody leads', [up(1), up(2), late(10)], /nothing has happened to it for .* but it has no leader/],
  [
    'requests are answered',
    'one waits for ever',
    [up(2), up(3), ...leads(3, 1), asked(3, A), late(10)],
    /Leader 3 has proposed 0x100000001 .* and has not committed it/,
  ],
  [
    'learners get to serve',
    'one does not',
    [up(2), up(3), ...leads(3, 1), server(2, { changes: { role: 'FOLLOWING', zabState: 'DISCOVERY' } }), late(30)],
    /Server 2 is up and connected to leader 3/,
  ],
  [
    'epochs settle',
    'a new one out of nothing',
    [up(2), up(3), { ...epochWon(3, 2), at: 10 * LIMIT }],
    /Server 3 begins epoch 2, .* s after anything happened/,
  ],
  [
    'silent sessions end',
    'one stays',
    [up(2), up(3), ...leads(3, 1), reply(1, 1, '0x1'), command({ type: 'abandon', client: 1 }), late(10)],
    /The client of session 0x1 is gone/,
  ],
  [
    'no server ends by itself',
    'exit code 12',
    [world({ type: 'processEnded', sid: 1, how: 'exit', exitCode: 12, message: 'Committing zxid', lost: [] })],
    /Server 1 has ended with exit code 12: Committing zxid/,
  ],
];

/** A finding in English. */
function said(finding: Finding | undefined): string {
  if (finding?.void !== undefined) return voidText(finding.void, 'en');
  return finding?.violation === undefined ? '' : violationText(finding.violation, 'en');
}

describe('invariants', () => {
  test.each(holds)('%s holds: %s', (_name, _how, sketches) => {
    expect(watch(sketches)).toEqual([]);
  });

  test.each(breaks)('%s is violated: %s', (name, _how, sketches, says) => {
    const found = watch(sketches);
    const mine = found.find((finding) => finding.violation?.invariant === name);
    expect(said(mine)).toMatch(says);
    expect(mine?.violation?.source).toBe(INVARIANTS[name].source);
  });

  test('a violation that the profile is known for names the issue', () => {
    const hole = breaks.find(([, how]) => how === 'a hole')?.[2] ?? [];
    expect(watch(hole, { ...CONFIG, profile: PROFILE_3_8_0 })[0]?.violation?.known).toEqual(['ZOOKEEPER-4712']);
    expect(watch(hole)[0]?.violation?.known).toEqual([]);
  });
});

describe('the person makes a guarantee void', () => {
  const all = [...START, ...replicated(A, B), outcome(B), dies(1), dies(2), dies(3)];

  test('a wiped majority loses acknowledged writes and reuses an epoch: both are said, once, and nothing is called a violation', () => {
    const A2 = other(A);
    const found = watch([
      ...all,
      command({ type: 'wipe', sid: 1 }),
      command({ type: 'wipe', sid: 2 }),
      recovers(1),
      recovers(2),
      ...leads(2, 1),
      joins(1, 1),
      logs(2, A2),
      logs(1, A2),
      commits(2, A2),
      applies(1, A2),
      recovers(3, A, B),
      server(3, { log: [{ change: 'truncate', to: A.zxid }] }),
      joins(3, 1),
      applies(3, A),
    ]);
    expect(found.filter((finding) => finding.violation !== undefined)).toEqual([]);
    expect(found.map((finding) => finding.void?.guarantee)).toEqual(['one leader per epoch', 'no acknowledged write is lost', 'agreement']);
    expect(said(found[1])).toMatch(
      /without 0x100000001 .*Client 1 was told.*disk of server 1 was wiped, and the disk of server 2 was wiped/,
    );
  });

  test('an old backup on a majority', () => {
    const found = watch([
      ...all,
      command({ type: 'restore', sid: 1, name: 'old' }),
      command({ type: 'restore', sid: 2, name: 'old' }),
      recovers(1, A),
      recovers(2, A),
      ...leads(2, 2),
    ]);
    expect(found.map((finding) => finding.void?.guarantee)).toEqual(['no acknowledged write is lost']);
    expect(said(found[0])).toMatch(/without 0x100000002.*replaced by the backup "old"/);
  });

  test('one wiped disk of the two that hold a txn is enough (n = 3)', () => {
    const found = watch([
      ...START,
      logs(3, A),
      logs(2, A),
      commits(3, A),
      dies(3),
      dies(2),
      command({ type: 'wipe', sid: 2 }),
      recovers(2),
      ...leads(1, 2),
    ]);
    expect(found.map((finding) => finding.void?.guarantee)).toEqual(['a leader has all committed txns']);
  });

  test('a wiped minority voids nothing: a leader without the txn is then a violation', () => {
    const wiped = [...all, command({ type: 'wipe', sid: 1 }), recovers(1)];
    expect(watch([...wiped, recovers(2, A, B), epochWon(2, 2), logs(1, A, B), established(2, 2)])).toEqual([]);
    expect(watch([...wiped, recovers(2, A, B), ...leads(1, 2)])[0]?.violation?.invariant).toBe('no acknowledged write is lost');
  });

  test('a power loss is no excuse, unless forceSync=no', () => {
    const lost = [
      ...all,
      command({ type: 'powerLoss', sid: 1 }),
      command({ type: 'powerLoss', sid: 2 }),
      recovers(1, A),
      recovers(2, A),
      ...leads(2, 2),
    ];
    expect(watch(lost)[0]?.violation?.invariant).toBe('no acknowledged write is lost');
    expect(said(watch(lost, { ...CONFIG, forceSync: false })[0])).toContain('forceSync=no');
  });
});

test('a checkpoint brings back exactly what was known, also when the other branch went wrong', () => {
  const past = traceOf(...START, ...replicated(A, B), outcome(A));
  const bad = traceOf(...past, dies(3), epochWon(2, 1)).slice(past.length);
  const invariants = new Invariants(CONFIG);
  for (const event of past) expect(invariants.observe(event)).toBeNull();
  const checkpoint = invariants.checkpoint();
  for (let branch = 0; branch < 2; branch++) {
    expect(bad.map((event) => invariants.observe(event)).some((finding) => finding?.violation?.invariant === 'one leader per epoch')).toBe(
      true,
    );
    invariants.restore(checkpoint);
    for (const event of traceOf(...past, ...replicated(C), outcome(C)).slice(past.length)) expect(invariants.observe(event)).toBeNull();
    invariants.restore(checkpoint);
  }
});

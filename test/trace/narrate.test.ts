import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import { INVARIANTS } from '../../src/ensemble/invariantList.ts';
import type { Command, TraceEvent, WorldEvent } from '../../src/ensemble/types.ts';
import { eventToJson, traceToJsonLines } from '../../src/trace/json.ts';
import { emptyView, foldEvent } from '../../src/trace/fold.ts';
import { explain } from '../../src/trace/explain.ts';
import { guaranteeName } from '../../src/trace/guarantees.ts';
import { captionOf, messageLabel, messageTitle, sentenceOf } from '../../src/trace/narrate.ts';
import { LANGUAGES } from '../../src/trace/narrate/languages.ts';
import { REASONS } from '../../src/trace/narrate/reasons.ts';
import { plainText } from '../../src/trace/narrate/text.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { whyRole, whySync, whyVote } from '../../src/trace/why.ts';
import type { Decision, Message, RuleId, Vote } from '../../src/zab/types.ts';
import { eventOf, server, traceOf, world } from './events.ts';
import type { Sketch } from './events.ts';

const LANGS = ['en', 'zh'] as const;
const vote = (leader: number, epoch = 0, counter = 0): Vote => ({ leader, zxid: zxid(epoch, counter), electionEpoch: 1, peerEpoch: epoch });
const Z = zxid(4, 7);
const P = '0x400000007';

/** One or more decisions of every rule, with numbers that the sentence must contain. */
const DECISIONS: { readonly [R in RuleId]: readonly (readonly [Decision & { rule: R }, readonly (string | number)[]])[] } = {
  'election.start': [[{ rule: 'election.start', round: 31, vote: vote(2, 4, 7), after: 'lostLeader' }, [31, P, 4]]],
  'vote.order': [
    [{ rule: 'vote.order', from: 1, theirs: vote(5), mine: vote(3), outcome: 'adopted', by: 'sid' }, ['0 = 0', '0x0 = 0x0', '5 > 3']],
    [{ rule: 'vote.order', from: 1, theirs: vote(5, 1), mine: vote(3, 2), outcome: 'kept', by: 'peerEpoch' }, ['2 > 1']],
    [
      { rule: 'vote.order', from: 1, theirs: vote(5, 4, 6), mine: vote(3, 4, 7), outcome: 'kept', by: 'zxid' },
      [`${P} > 0x400000006`, '4 = 4'],
    ],
    [{ rule: 'vote.order', from: 1, theirs: vote(3), mine: vote(3), outcome: 'kept', by: 'same' }, ['3 = 3']],
    [{ rule: 'vote.order', from: 1, theirs: vote(5, 9), mine: vote(3), outcome: 'kept', by: 'weight' }, ['9 > 0']],
  ],
  'vote.round': [
    [{ rule: 'vote.round', from: 1, theirRound: 12, myRound: 34, outcome: 'ignored' }, [12, 34]],
    [{ rule: 'vote.round', from: 1, theirRound: 35, myRound: 34, outcome: 'caughtUp' }, [35, 34]],
  ],
  'vote.rejected': [[{ rule: 'vote.rejected', from: 7, leader: 8, reason: 'senderNotVoter' }, [7, 8]]],
  'vote.quorum': [
    [{ rule: 'vote.quorum', vote: vote(8), supporters: [2, 8, 6], voters: 15, outcome: 'quorum' }, [8, 3, 15]],
    [{ rule: 'vote.quorum', vote: vote(8), supporters: [2], voters: 15, outcome: 'notYet' }, [8, 1, 15]],
  ],
  'vote.final': [[{ rule: 'vote.final', vote: vote(8), supporters: [2, 8], role: 'FOLLOWING', waitedMs: 200, tookMs: 231 }, [8, 200, 231]]],
  'vote.established': [
    [
      {
        rule: 'vote.established',
        from: 3,
        leader: 8,
        supporters: [3, 8],
        leaderConfirmed: true,
        sameRound: false,
        outcome: 'joined',
        role: 'FOLLOWING',
      },
      [3, 8],
    ],
    [
      {
        rule: 'vote.established',
        from: 3,
        leader: 8,
        supporters: [3],
        leaderConfirmed: false,
        sameRound: false,
        outcome: 'notYet',
        role: 'FOLLOWING',
      },
      [3, 8],
    ],
  ],
  'election.backoff': [[{ rule: 'election.backoff', waitedMs: 400, nextMs: 800, action: 'resend' }, [400, 800]]],
  'connection.order': [
    [{ rule: 'connection.order', peer: 5, initiator: 2, outcome: 'dropped' }, ['2 < 5']],
    [{ rule: 'connection.order', peer: 5, initiator: 5, outcome: 'kept' }, ['5 > 2']],
  ],
  'epoch.propose': (['notYet', 'decided', 'alreadyDecided'] as const).map(
    (outcome) => [{ rule: 'epoch.propose', from: 3, theirAcceptedEpoch: 41, epoch: 42, heard: [2, 3], outcome }, [3, 41, 42]] as const,
  ),
  'epoch.accept': (['accepted', 'alreadyAccepted', 'refused'] as const).map(
    (outcome, i) => [{ rule: 'epoch.accept', leader: 9, epoch: 42 - i, acceptedEpoch: 41, outcome }, [9, 42 - i, 41]] as const,
  ),
  'epoch.ack': (['counted', 'notCounted', 'ahead', 'late', 'quorum'] as const).map(
    (outcome) =>
      [
        { rule: 'epoch.ack', from: 3, theirEpoch: 4, theirZxid: Z, myEpoch: 5, myZxid: zxid(5, 1), acked: [2, 3], outcome },
        [3, 4, P],
      ] as const,
  ),
  'sync.mode': (
    [
      'forced',
      'same',
      'ahead',
      'inCommittedLog',
      'diverged',
      'divergedEpoch',
      'inTxnLog',
      'txnLogUnusable',
      'txnLogGap',
      'txnLogDisabled',
      'unhandled',
    ] as const
  ).map(
    (because) =>
      [
        {
          rule: 'sync.mode',
          learner: 3,
          mode: 'DIFF',
          peerLastZxid: Z,
          minCommittedLog: zxid(4, 1),
          maxCommittedLog: zxid(4, 9),
          lastProcessedZxid: zxid(4, 9),
          zxidSent: zxid(4, 9),
          queued: 2,
          source: 'committedLog',
          because,
          forwardFrom: Z,
        },
        [P, '0x400000009', 2, 3],
      ] as const,
  ),
  'sync.opened': [[{ rule: 'sync.opened', leader: 9, mode: 'TRUNC', zxid: Z, myZxid: zxid(4, 8) }, [P, '0x400000008', 'TRUNC', 9]]],
  'sync.truncated': [
    [{ rule: 'sync.truncated', to: Z, from: zxid(4, 9), outcome: 'done' }, [P, '0x400000009']],
    [{ rule: 'sync.truncated', to: Z, from: zxid(4, 9), outcome: 'failed', message: 'no file' }, [P, 'no file']],
  ],
  'newLeader.received': [[{ rule: 'newLeader.received', epoch: 42, snapshot: true, logged: 17, left: 19 }, [42, 17, 19]]],
  'newLeader.ack': (['counted', 'wrongEpoch', 'late', 'observer', 'quorum'] as const).map(
    (outcome) => [{ rule: 'newLeader.ack', from: 3, zxid: Z, epoch: 4, acked: [2, 3], outcome }, [3, 4, P]] as const,
  ),
  'leader.established': [[{ rule: 'leader.established', epoch: 42, supporters: [2, 3], zxid: Z }, [42, P]]],
  'learner.serving': [[{ rule: 'learner.serving', leader: 9, epoch: 42, zxid: Z, waiting: 17 }, [9, 42, P, 17]]],
  'request.validated': [
    [{ rule: 'request.validated', zxid: Z, op: 'create', path: '/a', err: 'OK', session: '0x77' }, [P, '/a', '0x77']],
    [{ rule: 'request.validated', zxid: Z, op: 'create', path: '/a', err: 'NODEEXISTS', session: '0x77' }, [P, 'NODEEXISTS']],
  ],
  'proposal.ack': (['notYet', 'committed', 'waitsForEarlier', 'alreadyCommitted', 'unknown', 'observer'] as const).map(
    (outcome) =>
      [
        { rule: 'proposal.ack', zxid: Z, from: 3, acks: [2, 3], voters: 15, outcome },
        outcome === 'alreadyCommitted' || outcome === 'unknown' ? [P, 3] : [P, 3, 2, 15],
      ] as const,
  ),
  'commit.unexpected': [
    [{ rule: 'commit.unexpected', zxid: Z, head: zxid(4, 6), outcome: 'exit' }, [P, '0x400000006', 12]],
    [{ rule: 'commit.unexpected', zxid: Z, head: null, outcome: 'ignored' }, [P]],
  ],
  'leader.alive': (['quorum', 'lost'] as const).map((outcome) => [{ rule: 'leader.alive', synced: [2, 8], outcome }, [2, 8]] as const),
  'learner.tooSlow': [[{ rule: 'learner.tooSlow', learner: 8, zxid: Z, waitedMs: 4321, limitMs: 4000 }, [8, P, 4321, 4000]]],
  'leader.gaveUp': (
    ['epochTimeout', 'epochAckTimeout', 'newLeaderTimeout', 'quorumLost', 'internalError', 'zxidRollover', 'stopped'] as const
  ).map((reason) => [{ rule: 'leader.gaveUp', reason, synced: [2, 8] }, [2, 8]] as const),
  'learner.gaveUp': (
    [
      'leaderUnknown',
      'cannotConnect',
      'connectionLost',
      'readTimeout',
      'epochTooOld',
      'unexpectedPacket',
      'truncFailed',
      'nonContinuous',
      'commitMismatch',
      'diskFailure',
      'stopped',
    ] as const
  ).map((reason) => [{ rule: 'learner.gaveUp', reason, leader: 8, detail: 'more' }, [8, 'more']] as const),
  'handler.closed': (['disconnected', 'readTimeout', 'transactionTimeout', 'ahead', 'protocol', 'leaderStopped'] as const).map(
    (reason) => [{ rule: 'handler.closed', learner: 8, reason }, [8]] as const,
  ),
  'session.created': [[{ rule: 'session.created', session: '0x77', requestedMs: 100, timeoutMs: 4000 }, ['0x77', 100, 4000]]],
  'session.expired': [[{ rule: 'session.expired', session: '0x77', timeoutMs: 4000 }, ['0x77', 4000]]],
  'session.revalidated': (['valid', 'expired'] as const).map(
    (outcome) => [{ rule: 'session.revalidated', session: '0x77', outcome }, ['0x77']] as const,
  ),
  'client.refused': (['aheadOfServer', 'notServing', 'wrongPassword'] as const).map(
    (reason) =>
      [{ rule: 'client.refused', reason, clientZxid: Z, serverZxid: zxid(4, 2), session: '0x77' }, [P, '0x400000002', '0x77']] as const,
  ),
  'recovery.step': [
    [{ rule: 'recovery.step', what: { step: 'snapshotSkipped', file: 'snapshot.7', reason: 'too short' } }, ['snapshot.7', 'too short']],
    [{ rule: 'recovery.step', what: { step: 'snapshotLoaded', file: 'snapshot.7', zxid: Z, nodes: 55, sessions: 66 } }, [P, 55, 66]],
    [{ rule: 'recovery.step', what: { step: 'noSnapshot' } }, [2]],
    [
      { rule: 'recovery.step', what: { step: 'logReplayed', file: 'log.7', first: Z, last: zxid(4, 9), count: 33, end: 'partial' } },
      [P, '0x400000009', 33],
    ],
    [{ rule: 'recovery.step', what: { step: 'epochs', acceptedEpoch: 44, currentEpoch: 43, rebuilt: ['currentEpoch'] } }, [44, 43]],
  ],
  'recovery.done': [[{ rule: 'recovery.done', zxid: Z, nodes: 55, sessions: 66 }, [P, 55, 66]]],
  'recovery.failed': [
    [{ rule: 'recovery.failed', message: 'bad CRC', exitCode: 14, file: 'log.7', offset: 4096 }, ['bad CRC', 14, 'log.7', 4096]],
  ],
  fastForward: [[{ rule: 'fastForward', from: Z, to: zxid(4, 9), txns: 22 }, [P, '0x400000009', 22]]],
  'snapshot.due': (['started', 'busy'] as const).map(
    (outcome) => [{ rule: 'snapshot.due', txns: 77, threshold: 76, outcome }, [77, 76]] as const,
  ),
  'snapshot.taken': (['snapCount', 'leading', 'synchronized', 'empty'] as const).map(
    (why) => [{ rule: 'snapshot.taken', file: 'snapshot.7', why, nodes: 55 }, ['snapshot.7', 55]] as const,
  ),
  purge: [[{ rule: 'purge', deleted: ['log.1', 'log.2'] }, ['log.1', 'log.2', 2]]],
  'digest.mismatch': [[{ rule: 'digest.mismatch', zxid: Z, expected: 111, actual: 222 }, [P, 111, 222]]],
};

function checkText(text: string): void {
  expect(text).not.toBe('');
  expect(text).not.toMatch(/undefined|null|NaN|\[object|<\/?\w+>|\p{Cc}/u);
}

describe.each(LANGS)('decisions in %s', (lang) => {
  test.each(Object.entries(DECISIONS))('%s', (rule, cases) => {
    expect(cases.length).toBeGreaterThan(0);
    for (const [decision, contains] of cases) {
      const { sentence, rule: words, numbers, source } = explain(decision, 2, LANGUAGES[lang]);
      checkText(sentence);
      checkText(words);
      expect(sentence).toContain('2');
      expect(sentence).toMatch(lang === 'zh' ? /。$/ : /\.$/);
      for (const part of contains) expect(sentence).toContain(String(part));
      for (const [label, theirs, mine] of numbers) {
        checkText(label);
        expect(`${theirs}${mine}`).not.toBe('');
      }
      expect(source.java).toMatch(/^\w+\.\w+$/);
      expect(source.reference).toMatch(/^[A-Z]-\d+$/);
      expect(rule).toBe(decision.rule);
    }
  });
});

test('the sentence of a vote reads as promised', () => {
  const decision: Decision = { rule: 'vote.order', from: 1, theirs: vote(1), mine: vote(3), outcome: 'kept', by: 'sid' };
  expect(sentenceOf(decision, 2, LANGUAGES.en)).toBe(
    "Server 2 keeps its vote for 3 against 1's vote for 1: epoch 0 = 0, zxid 0x0 = 0x0, and sid 3 > 1.",
  );
  expect(sentenceOf(decision, 2, LANGUAGES.zh)).toBe('服务器 2 仍投 3，不采纳 1 投给 1 的票：epoch 0 = 0，zxid 0x0 = 0x0，且 sid 3 > 1。');
});

const MESSAGES: readonly (readonly [Message, string, string])[] = [
  [{ kind: 'NOTIFICATION', state: 'LOOKING', vote: vote(3), version: 2 }, 'NO', '3 · 0x0'],
  [{ kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 3 }, 'FI', 'e3'],
  [{ kind: 'OBSERVERINFO', sid: 1, acceptedEpoch: 3 }, 'OI', 'e3'],
  [{ kind: 'LEADERINFO', epoch: 4 }, 'LI', 'e4'],
  [{ kind: 'ACKEPOCH', lastZxid: Z, currentEpoch: 3 }, 'AE', `e3 · ${P}`],
  [{ kind: 'DIFF', zxid: Z }, 'DF', P],
  [{ kind: 'TRUNC', zxid: Z }, 'TR', P],
  [{ kind: 'COMMIT', zxid: Z }, 'CM', P],
  [{ kind: 'NEWLEADER', zxid: Z }, 'NL', P],
  [{ kind: 'ACK', zxid: Z }, 'AK', P],
  [{ kind: 'UPTODATE' }, 'UD', ''],
  [{ kind: 'PING', zxid: Z }, 'PI', P],
  [{ kind: 'SYNC' }, 'SY', ''],
  [{ kind: 'REQUEST', session: '0x7', cxid: 1, op: { op: 'delete', path: '/a', version: -1 } }, 'RQ', 'delete /a'],
  [{ kind: 'REVALIDATE', session: '0x7' }, 'RV', '0x7'],
  [
    {
      kind: 'PROPOSAL',
      zxid: Z,
      bytes: new Uint8Array(),
      txn: { session: '0x7', cxid: 1, zxid: Z, time: 0, digest: null, body: { type: 'delete', path: '/a' } },
    },
    'PR',
    P,
  ],
  [
    {
      kind: 'INFORM',
      zxid: Z,
      bytes: new Uint8Array(),
      txn: { session: '0x7', cxid: 1, zxid: Z, time: 0, digest: null, body: { type: 'closeSession', paths: null } },
    },
    'IN',
    P,
  ],
  [{ kind: 'ConnectRequest', lastZxidSeen: Z, timeoutMs: 4000, session: '0x0', password: new Uint8Array() }, 'CQ', P],
  [{ kind: 'Request', xid: 1, op: { op: 'multi', ops: [] } }, 'RQ', 'multi (0)'],
  [{ kind: 'ClientPing' }, 'PI', ''],
  [{ kind: 'ConnectResponse', timeoutMs: 4000, session: '0x7', password: new Uint8Array() }, 'CR', '0x7'],
  [{ kind: 'Reply', xid: 1, zxid: Z, err: 'NONODE', result: { kind: 'none' } }, 'RE', 'NONODE'],
  [{ kind: 'PingReply', zxid: Z }, 'PI', P],
];

test.each(MESSAGES)('message %#: label, title and caption', (message, code, text) => {
  expect(messageLabel(message)).toEqual({ code, text });
  const event = eventOf(0, {
    actor: { kind: 'server', sid: 1 },
    what: { type: 'receive', conn: 1, flight: 1, from: { kind: 'server', sid: 2 }, message },
  });
  for (const lang of LANGS) {
    expect(messageTitle(message, LANGUAGES[lang])).toContain(`(${message.kind})`);
    checkText(captionOf(event, emptyView([{ sid: 1 }]), LANGUAGES[lang]));
  }
});

const COMMANDS: readonly Command[] = [
  ...(['start', 'restart', 'kill', 'crash', 'powerLoss', 'stop', 'pause', 'resume', 'wipe'] as const).map(
    (type) => ({ type, sid: 3 }) as const,
  ),
  { type: 'cut', from: 3, to: 1, oneWay: true },
  { type: 'heal' },
  { type: 'heal', from: 3, to: 1 },
  { type: 'partition', groups: [[1, 2], [3]] },
  { type: 'slow', from: 3, to: 1, delayMs: 50 },
  { type: 'reset', from: 3, to: 1 },
  { type: 'skew', sid: 3, rate: 1.1 },
  { type: 'slowDisk', sid: 3, fsyncMs: 40 },
  { type: 'diskFull', sid: 3, full: true },
  { type: 'flipByte', sid: 3, file: 'log.1', offset: 9 },
  { type: 'cutFile', sid: 3, file: 'log.1', length: 9 },
  { type: 'deleteFile', sid: 3, file: 'log.1' },
  { type: 'writeFile', sid: 3, file: 'log.1', content: '' },
  { type: 'backup', sid: 3, name: 'old' },
  { type: 'restore', sid: 3, name: 'old', from: 1 },
  { type: 'connect', client: 1, name: 'ada' },
  { type: 'request', client: 1, request: { op: 'closeSession' } },
  { type: 'close', client: 1 },
  { type: 'abandon', client: 1 },
];
const WORLD: readonly WorldEvent[] = [
  ...COMMANDS.map((command) => ({ type: 'command', command }) as const),
  { type: 'processStarted', sid: 1 },
  ...(['kill', 'crash', 'powerLoss', 'exit'] as const).map(
    (how) => ({ type: 'processEnded', sid: 1, how, exitCode: null, message: null, lost: [] }) as const,
  ),
  { type: 'connectionOpened', conn: 1, channel: 'quorum', from: { kind: 'server', sid: 1 }, to: { kind: 'client', client: 2 } },
  { type: 'connectionClosed', conn: 1, lost: [1] },
  { type: 'note', text: 'x' },
  { type: 'violation', invariant: 'agreement', sentence: 's', source: 'I-3' },
  { type: 'guaranteeVoid', guarantee: 'agreement', sentence: 's' },
];
const EVENTS: readonly Sketch[] = [
  ...WORLD.map((what) => world(what)),
  server(1, { changes: { role: 'LOOKING' } }),
  server(1, { changes: { role: 'FOLLOWING', leader: 3 } }),
  server(1, { changes: { role: 'LEADING' } }),
  server(1, { changes: { lastZxid: Z } }),
  server(1, { effects: [{ type: 'exit', code: 12, message: 'bad' }] }),
  server(1, { what: { type: 'boot', sid: 1 } }),
  server(1, { what: { type: 'stop' } }),
  server(1, { what: { type: 'fsynced', token: 1 } }),
  server(1, { what: { type: 'diskError', message: 'full' } }),
  server(1, { what: { type: 'disconnected', conn: 1, reason: 'reset' } }),
  server(1, { what: { type: 'accepted', channel: 'client', conn: 1, peer: 1 } }),
  server(1, { what: { type: 'connected', channel: 'election', conn: 1, peer: 2 } }),
  server(1, { what: { type: 'connectFailed', channel: 'quorum', peer: 2, reason: 'refused' } }),
  ...(
    [
      'poll',
      'finalizeWait',
      'connectRetry',
      'connectBudget',
      'read',
      'epochLimit',
      'epochAckLimit',
      'newLeaderLimit',
      'tick',
      'sessions',
      'containers',
      'observerDelay',
      'snapshot',
      'purge',
      'handler:3',
      'cnx:2',
    ] as const
  ).map((timer) => server(1, { what: { type: 'timer', timer } })),
  ...(
    [
      { type: 'started', servers: [1, 2], timeoutMs: 4000, name: null },
      { type: 'connected', sid: 1 },
      { type: 'connectFailed', sid: 1 },
      { type: 'disconnected', sid: 1 },
      { type: 'requested', xid: 1, op: { op: 'exists', path: '/a' } },
      { type: 'received', flight: 1, message: { kind: 'PingReply', zxid: Z } },
      { type: 'timer', timer: 'ping' },
      { type: 'closed' },
    ] as const
  ).map((what): Sketch => ({ actor: { kind: 'client', client: 1 }, what })),
  ...(['acked', 'rejected', 'unknown'] as const).map((outcome): Sketch => ({
    actor: { kind: 'client', client: 1 },
    what: { type: 'closed' },
    outcomes: [
      { client: 1, xid: 1, op: { op: 'exists', path: '/a' }, outcome, err: 'NONODE', zxid: Z, result: { kind: 'none' }, sentAt: 0 },
    ],
  })),
];

test.each(LANGS)('every event has a caption of its own in %s', (lang) => {
  const captions = traceOf(...EVENTS).map((event) => captionOf(event, foldEvent(emptyView([{ sid: 1 }]), event), LANGUAGES[lang]));
  captions.forEach(checkText);
  // start and pause of different servers aside, no two of these events are told alike ("stop" comes as a command and as a signal).
  expect(new Set(captions).size).toBeGreaterThanOrEqual(EVENTS.length - 3);
  if (lang === 'zh') for (const caption of captions.filter((text) => text !== 'x')) expect(caption).toMatch(/\p{Script=Han}/u);
});

test('every invariant has a name in each language; one from elsewhere keeps its own', () => {
  for (const name of Object.keys(INVARIANTS)) {
    expect(guaranteeName(name, 'en')).toBe(name);
    expect(guaranteeName(name, 'zh')).toMatch(/\p{Script=Han}/u);
  }
  expect(guaranteeName('toString', 'zh')).toBe('toString');
});

test('paths and names from outside stay plain text, whatever is in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...LANGS), (text, lang) => {
      const decision: Decision = { rule: 'request.validated', zxid: Z, op: 'create', path: `/${text}`, err: 'OK', session: '0x7' };
      const sentence = sentenceOf(decision, 1, LANGUAGES[lang]);
      expect(sentence).toContain(plainText(`/${text}`));
      expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
  expect(plainText('/<b>&amp;')).toBe('/<b>&amp;');
  expect(plainText('a\u202Eb\n')).toBe('a\\u{202e}b\\u{a}');
  expect(plainText('x'.repeat(999)).length).toBeLessThan(130);
});

describe('why', () => {
  const members = [1, 2].map((sid) => ({ sid, type: 'participant' }) as const);
  const boot = (sid: number): Sketch => ({
    actor: { kind: 'server', sid },
    what: { type: 'boot', sid },
    decisions: [{ rule: 'election.start', round: 1, vote: vote(sid), after: 'boot' }],
  });
  const decides = (sid: number, decision: Decision, changes: TraceEvent['changes'] = null): Sketch =>
    server(sid, { decisions: [decision], changes });
  const timeline = new Timeline(
    members,
    traceOf(
      boot(1),
      decides(
        1,
        { rule: 'vote.order', from: 2, theirs: vote(2), mine: vote(1), outcome: 'adopted', by: 'sid' },
        { vote: vote(2), election: { state: 'collecting', round: 1, votes: [], outOfElection: [], supporters: [1], waitMs: 400 } },
      ),
      decides(
        1,
        { rule: 'vote.final', vote: vote(2), supporters: [1, 2], role: 'FOLLOWING', waitedMs: 200, tookMs: 300 },
        { role: 'FOLLOWING', election: null },
      ),
      boot(2),
      decides(2, { ...(DECISIONS['sync.mode'][0]?.[0] as Decision & { rule: 'sync.mode' }), learner: 1 }),
      decides(1, { rule: 'learner.serving', leader: 2, epoch: 1, zxid: Z, waiting: 0 }),
    ),
  );

  test.each(LANGS)('role, vote and sync in %s', (lang) => {
    expect(whyRole(timeline, 1, -1, LANGUAGES[lang])).toEqual({ sentence: REASONS[lang].why.down(1), positions: [] });
    expect(whyVote(timeline, 1, 0, LANGUAGES[lang]).positions).toEqual([0]);
    expect(whyRole(timeline, 1, 1, LANGUAGES[lang])).toMatchObject({ positions: [0] });
    expect(whyRole(timeline, 1, 1, LANGUAGES[lang]).sentence).toContain('400 ms');
    expect(whyVote(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [1] });
    expect(whyRole(timeline, 1, 3, LANGUAGES[lang])).toMatchObject({ positions: [2] });
    expect(whyRole(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [2, 5] });
    expect(whySync(timeline, 1, 3, LANGUAGES[lang]).positions).toEqual([]);
    expect(whySync(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [4] });
  });
});

describe('JSON lines', () => {
  test('keys are sorted, bytes readable', () => {
    const event = eventOf(
      3,
      server(1, {
        effects: [
          {
            type: 'disk',
            ops: [
              { op: 'append', file: 'f', bytes: new TextEncoder().encode('hé') },
              { op: 'append', file: 'f', bytes: Uint8Array.of(255, 0) },
            ],
          },
        ],
      }),
    );
    const line = eventToJson(event);
    expect(line).toContain('{"bytes":{"utf8":"hé"},"file":"f","op":"append"}');
    expect(line).toContain('{"base64":"/wA="}');
    expect(line.startsWith('{"actor":{"kind":"server","sid":1},"at":3,')).toBe(true);
    expect(line).not.toContain('\n');
    expect(traceToJsonLines([event, event]).split('\n')).toEqual([line, line, '']);
  });
});

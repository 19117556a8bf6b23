import { expect, test } from 'vitest';
import { INVARIANTS } from '../../../src/ensemble/invariantList.ts';
import type { Command, WorldEvent } from '../../../src/ensemble/types.ts';
import { emptyView, foldEvent } from '../../../src/trace/fold.ts';
import { guaranteeName } from '../../../src/trace/guarantees.ts';
import { captionOf, messageLabel, messageTitle } from '../../../src/trace/narrate.ts';
import { LANGUAGES } from '../../../src/trace/narrate/languages.ts';
import type { Message } from '../../../src/zab/types.ts';
import { eventOf, server, traceOf, world } from '../events.ts';
import type { Sketch } from '../events.ts';
import { checkText, LANGS, P, vote, Z } from './said.ts';

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
  { type: 'violation', invariant: 'a leader emerges', breach: { kind: 'noLeader', calmMs: 1_000 }, known: [], source: 'I-40' },
  { type: 'guaranteeVoid', guarantee: 'agreement', breach: { kind: 'noLeader', calmMs: 1_000 }, after: [{ kind: 'wiped', sid: 2 }] },
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

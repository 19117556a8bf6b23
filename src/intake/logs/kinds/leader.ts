/** The leader's side: Leader, LearnerHandler. Source: their LOG calls, 3.3.0 to mainline. */
import type { Sid } from '../../../base/ids.ts';
import type { SyncMode } from '../../../zab/types.ts';
import type { LogFact, LoggedException } from '../facts.ts';
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { addressOf, anyZxid, hexZxid, modeOf, sidOf, sidsOf } from './values.ts';

type Syncing = Extract<LogFact, { kind: 'synchronizing' }>;

function synchronizing(message: string): Reading {
  const learner = sidOf(/ sid: (\d+)/.exec(message)?.[1]);
  const peerLastZxid = zxidAfter(message, 'peerLastZxid');
  if (learner === null || peerLastZxid === null) return null;
  const fact: Syncing = {
    kind: 'synchronizing',
    learner,
    peerLastZxid,
    minCommittedLog: zxidAfter(message, 'minCommittedLog'),
    maxCommittedLog: zxidAfter(message, 'maxCommittedLog'),
    lastProcessedZxid: zxidAfter(message, 'lastProcessedZxid'),
  };
  return fact;
}

/** `name=0x1`, and `name =1`, `name = 1` of 3.3: hex without `0x`. */
function zxidAfter(message: string, name: string): ReturnType<typeof hexZxid> {
  const at = message.indexOf(name);
  return at < 0
    ? null
    : hexZxid(/^ ?= ?((?:0x)?[0-9a-f]{1,16})(?![0-9a-f])/.exec(message.slice(at + name.length, at + name.length + 24))?.[1]);
}

function sync(learner: Sid | null, mode: SyncMode | null, zxid: ReturnType<typeof hexZxid>): LogFact | null {
  return mode === null ? null : { kind: 'sync', learner, mode, zxid };
}

function arrived(message: string, entry: Entry): Reading {
  const g = /^Follower sid: (\d+) (?:: info : (.*)|not in the current config (\S+))/.exec(message);
  const learner = sidOf(g?.[1]);
  if (g === null || learner === null) return null;
  const info = g[2] ?? '';
  // Before 3.5 the member is printed as an object: org.apache.zookeeper.server.quorum.QuorumPeer$QuorumServer@1b2c3d.
  const address = info === '' || info === 'null' || info.includes('QuorumServer@') ? threadAddress(entry.thread) : addressOf(info);
  return { kind: 'learnerArrived', learner, observer: info.includes(':observer') || info.includes(';observer'), address };
}

function threadAddress(thread: string): string | null {
  return thread.startsWith('LearnerHandler-') ? addressOf(thread.slice('LearnerHandler-'.length)) : null;
}

function established(message: string): Reading {
  const g = /^Have quorum of supporters(?:, sids: \[(.*)\])?; starting up and setting last processed zxid: ?(\S+)/.exec(message);
  const zxid = anyZxid(g?.[2]);
  if (g === null || zxid === null) return null;
  return { kind: 'established', supporters: g[1] === undefined ? [] : sidsOf(g[1]), zxid };
}

/** Until 3.5 the reason stands in an exception that is logged for its trace: `java.lang.Exception: shutdown Leader! reason: …`. */
function shutdown(message: string, entry: Entry): Reading {
  const thrown = entry.exception?.message ?? '';
  if (thrown.startsWith('shutdown Follower')) return { kind: 'learnerShutdown', observer: false };
  if (thrown.startsWith('shutdown Observer')) return { kind: 'learnerShutdown', observer: true };
  const reason = /^Shutdown called\. For the reason ?(.*)/.exec(message)?.[1] ?? /reason: ?(.*)/.exec(thrown)?.[1];
  if (reason !== undefined) return leaderShutdown(reason);
  if (entry.logger === 'Follower' || entry.logger === 'Observer') return { kind: 'learnerShutdown', observer: entry.logger === 'Observer' };
  return entry.logger === 'Leader' ? leaderShutdown('') : 'noise';
}

export function leaderShutdown(reason: string): LogFact {
  const sids = /synced with[^[]{0,40}\[ ?([^\]]{0,400})/.exec(reason.slice(0, 1000));
  const list = sids?.[1];
  return { kind: 'leaderShutdown', reason: addressOf(reason), synced: list === undefined ? null : sidsOf(list) };
}

const WAITS: readonly (readonly [string, Extract<LogFact, { kind: 'quorumTimeout' }>['what']])[] = [
  ['waiting for epoch from quorum', 'epoch'],
  ['waiting for epoch to be acked by quorum', 'epochAck'],
  ['waiting for NEWLEADER to be acked by quorum', 'newLeaderAck'],
];

/** What the leader waited for in vain; the exception names it. Null for every other exception. */
export function quorumTimeout(exception: LoggedException | null): LogFact | null {
  if (exception === null) return null;
  for (const { message } of [exception, ...exception.causes])
    for (const [words, what] of WAITS) if (message.includes(words)) return { kind: 'quorumTimeout', what };
  return null;
}

/** In LearnerHandler: the timeout of its wait, an epoch answered wrongly, or a learner that is gone. */
function handlerException(_message: string, entry: Entry): Reading {
  if (entry.logger !== 'LearnerHandler' && !entry.thread.startsWith('LearnerHandler')) return null;
  const timeout = quorumTimeout(entry.exception);
  if (timeout !== null) return timeout;
  const words = entry.exception?.message ?? '';
  if (words.includes('ahead of the leader') || words.includes('less than accepted epoch'))
    return { kind: 'ackEpochRefused', message: addressOf(words) };
  return { kind: 'learnerGone', learner: entry.learner, address: threadAddress(entry.thread) ?? '', exception: entry.exception };
}

function source(from: 'committedLog' | 'txnlog' | null, note: boolean): (g: RegExpExecArray, entry: Entry) => Reading {
  return (g, entry) => {
    const learner = sidOf(g[1]) ?? entry.learner;
    return learner === null ? 'noise' : { kind: 'syncSource', learner, source: from, note: note ? addressOf(g[0]) : null };
  };
}

function newLeader(kind: 'newLeaderSent' | 'newLeaderAcked' | 'upToDateSent'): (g: RegExpExecArray) => Reading {
  return (g) => {
    const learner = sidOf(g[1]);
    return learner === null ? null : { kind, learner };
  };
}

export const LEADER: readonly Rule[] = [
  rule('Follower sid: ', arrived),
  rule('Synchronizing with ', synchronizing),
  pattern('Sending DIFF zxid', /^Sending DIFF zxid=(\S+) +for peer sid: ?(\d+)/, (g) => sync(sidOf(g[2]), 'DIFF', hexZxid(g[1]))),
  pattern('Sending TRUNC zxid', /^Sending TRUNC zxid=(\S+) +for peer sid: ?(\d+)/, (g) => sync(sidOf(g[2]), 'TRUNC', hexZxid(g[1]))),
  pattern('Sending TRUNC to follower', /^Sending TRUNC to follower zxidToSend=(\S+) +for peer sid: ?(\d+)/, (g) =>
    sync(sidOf(g[2]), 'TRUNC', hexZxid(g[1])),
  ),
  pattern(
    'Sending snapshot ',
    /^Sending snapshot last zxid of peer is \S+ +zxid of leader is \S+?,? ?sen[dt] zxid of db as (\S+?)(?:,|$)/,
    (g, entry) => sync(entry.learner, 'SNAP', hexZxid(g[1])),
  ),
  // 3.4: `Sending SNAP` is followed by the line above, which says more. 3.3 says `Sending diff`.
  pattern('Sending SNAP', /^Sending SNAP\s*$/, () => 'noise'),
  pattern('Sending ', /^Sending (DIFF|TRUNC|diff)\s*$/, (g, entry) => sync(entry.learner, modeOf(g[1]), null)),
  pattern('Using committedLog for peer', /^Using committedLog for peer sid: (\d+)/, source('committedLog', false)),
  pattern('Use txnlog and committedLog', /^Use txnlog and committedLog for peer sid: (\d+)/, source('txnlog', false)),
  pattern('Cannot send TRUNC to peer', /^Cannot send TRUNC to peer sid: (\d+) .*/, source(null, true)),
  pattern('Unhandled scenario for peer', /^Unhandled scenario for peer sid: (\d+).*/, source(null, true)),
  pattern('Unhandled proposal scenario', /^Unhandled proposal scenario()/, source(null, true)),
  pattern('Detected gap between', /^Detected gap between end of txnlog: .*()/, source(null, true)),
  pattern('leader and follower are in sync', /^leader and follower are in sync.*()/, source(null, true)),
  pattern('committedLog is empty but', /^committedLog is empty but leader and follower are in sync.*()/, source(null, true)),
  pattern('Forcing snapshot sync', /^Forcing snapshot sync.*()/, source(null, true)),
  pattern('Start forwarding ', /^Start forwarding (\S+) for peer sid: (\d+)/, (g) => {
    const [from, learner] = [hexZxid(g[1]), sidOf(g[2])];
    return from === null || learner === null ? null : { kind: 'forwarding', learner, from };
  }),
  pattern('Sending NEWLEADER message to ', /^Sending NEWLEADER message to (\d+)/, newLeader('newLeaderSent')),
  pattern('Received NEWLEADER-ACK message from ', /^Received NEWLEADER-ACK message from (\d+)/, newLeader('newLeaderAcked')),
  pattern('Sending UPTODATE message to ', /^Sending UPTODATE message to (\d+)/, newLeader('upToDateSent')),
  rule('Have quorum of supporters', established),
  rule('Shutdown called', shutdown),
  rule('shutdown called', shutdown),
  pattern('NEWLEADER ACK from sid: ', /^NEWLEADER ACK from sid: \d+ is from a different epoch.*/, (g) => ({
    kind: 'ackEpochRefused',
    message: addressOf(g[0]),
  })),
  pattern('*******', /^\*+ GOODBYE (?:sid:(-?\d+) )?(\S*) \*+/, (g, entry) => ({
    kind: 'learnerGone',
    learner: sidOf(g[1]) ?? entry.learner,
    address: addressOf(g[2]),
    exception: entry.exception,
  })),
  // The packet stands first: its type, zxid and data.
  pattern('', /^.{0,200} is not ACKEPOCH$/, (g) => ({ kind: 'ackEpochRefused', message: addressOf(g[0]) })),
  rule('Unexpected exception', handlerException),
  pattern("Couldn't bind to ", /^Couldn't bind to (?:port )?(\S+)/, (g, entry) => ({
    kind: 'cannotBind',
    address: addressOf(g[1]),
    exception: entry.exception,
  })),
  ...noise(
    'TCP NoDelay set to',
    'Proposing:: ping',
    'outstanding is',
    'Quit leading due to',
    'NEWLEADER proposal has Zxid',
    'Shutting down',
    'exception while shutting down acceptor',
    'Exception while shutting down acceptor',
    'Exception while accepting follower',
    'Enough followers present',
    'Dynamic reconfig',
    'proposal has already been committed',
    'Synchronously closing socket to learner',
    'Asynchronously closing socket to learner',
    'Closing connection to peer due to transaction timeout',
    'Exception while sending packets in LearnerHandler',
    'Ignoring unexpected exception',
    'Ignoring error closing connection to learner',
    'Error closing socket for handler',
    'Exception while closing socket',
    'Next packet was supposed to be an ACK',
    'First packet ',
    'Queueing committedLog',
    'Received ACK from Observer',
    'Sending proposals to follower',
    'Sending TRUNC to follower zxidToSend',
    'proposal size is',
    'proposals is empty',
    'Count for zxid',
    'Committing a reconfiguration',
    'Trying to commit future proposal',
    'This leader is not the designated leader',
    'set lastSeenQuorumVerifier to currentQuorumVerifier',
    'too many concurrent',
    'Ack zxid',
    'outstanding proposal',
    'Starting ObserverMaster',
    'ACK for ',
    'unexpected quorum packet',
    'Set max',
    'First is ',
    'Commiting zxid',
    'Committing zxid',
    'Going to com',
    'Error closing socket',
    'Exception while connecting to quorum learner',
    'not all the Learner',
    'Somehow session',
    'Committed request not found',
    'Unexpected interruption',
    'Attempting to start sending thread',
    'terminating learner handler',
  ),
];

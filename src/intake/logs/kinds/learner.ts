/** The learner's side: Learner, Follower, Observer. Source: their LOG calls and the exceptions they throw, 3.3.0 to mainline. */
import type { LogFact } from '../facts.ts';
import { quorumTimeout, leaderShutdown } from './leader.ts';
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { addressOf, anyZxid, hexNumber, hexZxid, msOf, sidOf, whyOf } from './values.ts';

/**
 * `Leaders epoch, 2 is less than accepted epoch, 4` (Learner, 3.4 on, decimal), of an exception.
 * Null for other exceptions.
 */
function refusedEpoch(entry: Entry): LogFact | null {
  const { exception } = entry;
  if (exception === null) return null;
  for (const { message } of [exception, ...exception.causes]) {
    const g = /Leaders? epoch, ?(\d+) is less than accepted epoch, ?(\d+)/.exec(message);
    const [leaderEpoch, myEpoch] = [sidOf(g?.[1]), sidOf(g?.[2])];
    if (leaderEpoch !== null && myEpoch !== null) return { kind: 'epochRefused', leaderEpoch, myEpoch };
  }
  return null;
}

/** Follower: an epoch by itself, or the zxid that starts it, both in hex. */
function refused(message: string): Reading {
  const g = /epoch ([0-9a-f]{1,16}) is less than our (?:accepted )?epoch ([0-9a-f]{1,16})/.exec(message);
  const mine = hexNumber(g?.[2]);
  const zxid = hexZxid(g?.[1]);
  if (mine === null || zxid === null) return null;
  return { kind: 'epochRefused', leaderEpoch: zxid.epoch > 0 ? zxid.epoch : zxid.counter, myEpoch: mine };
}

function learnerException(message: string, entry: Entry): Reading {
  const fact: LogFact = { kind: 'learnerException', observer: message.includes('observing'), exception: entry.exception };
  const epoch = refusedEpoch(entry);
  return epoch === null ? fact : [epoch, fact];
}

/** Of the connection to the leader: the address stands last. 3.3 and 3.4 print no time left. */
function unreachable(message: string, entry: Entry): Reading {
  const g = /^Unexpected exception, .*?tries=(\d+),(?: remaining init limit=-?\d+,)? connecting to (\S+)/.exec(message);
  if (g === null) return null;
  return {
    kind: 'cannotReachLeader',
    address: addressOf(g[2]),
    tries: msOf(g[1]),
    why: whyOf(entry.exception, entry.exception === null ? g[2] : ''),
    exception: entry.exception,
  };
}

/** QuorumPeer and Learner log any exception as `Unexpected exception`; what it was shows in the exception. */
function unexpected(_message: string, entry: Entry): Reading {
  const known = quorumTimeout(entry.exception) ?? refusedEpoch(entry);
  if (known !== null) return known;
  if (entry.logger === 'Learner')
    return { kind: 'cannotReachLeader', address: null, tries: null, why: whyOf(entry.exception), exception: entry.exception };
  return 'noise';
}

function getting(mode: 'DIFF' | 'SNAP' | 'TRUNC'): (g: RegExpExecArray) => Reading {
  return (g) => ({ kind: 'gettingSync', mode, zxid: hexZxid(g[1]) });
}

export const LEARNER: readonly Rule[] = [
  pattern('Getting a diff from the leader', /^Getting a diff from the leader ?(0x[0-9a-f]+)?/, getting('DIFF')),
  pattern('Getting a snapshot from leader', /^Getting a snapshot from leader ?(0x[0-9a-f]+)?/, getting('SNAP')),
  pattern('Truncating log to get in sync', /^Truncating log to get in sync with the leader ?(0x[0-9a-f]+)?/, getting('TRUNC')),
  rule('Learner received NEWLEADER message', () => ({ kind: 'newLeaderReceived' })),
  rule('Learner received UPTODATE message', () => ({ kind: 'upToDateReceived' })),
  pattern('Successfully connected to leader', /^Successfully connected to leader, using address: (\S+)/, (g) => ({
    kind: 'connectedToLeader',
    address: addressOf(g[1]),
  })),
  pattern('Following new leader', /^Following new leader sid=(\d+) addr=(\S+)/, (g) => ({
    kind: 'following',
    leader: sidOf(g[1]),
    address: addressOf(g[2]),
    observer: false,
  })),
  pattern('Observing new leader', /^Observing new leader sid=(\d+) addr=(\S+)/, (g) => ({
    kind: 'following',
    leader: sidOf(g[1]),
    address: addressOf(g[2]),
    observer: true,
  })),
  pattern('Observing ', /^Observing (\S+)\s*$/, (g) => ({ kind: 'following', leader: null, address: addressOf(g[1]), observer: true })),
  rule('Exception when following the leader', learnerException),
  rule('Exception when observing the leader', learnerException),
  rule('shutdown Follower', () => ({ kind: 'learnerShutdown', observer: false })),
  rule('shutdown Observer', () => ({ kind: 'learnerShutdown', observer: true })),
  // The exception of 3.3 to 3.5 alone, when a paste begins with it.
  pattern('shutdown Leader! ', /^shutdown Leader! reason: ?(.*)/, (g) => leaderShutdown(g[1] ?? '')),
  pattern(
    'Disconnected from leader',
    /^Disconnected from leader(?: \(with address: (\S+)\))?\.(?: Was connected for (-?\d+)ms\.)?(?: Sync state: (true|false))?/,
    (g) => ({
      kind: 'disconnected',
      address: g[1] === undefined ? null : addressOf(g[1]),
      wasConnectedMs: msOf(g[2]),
      synced: g[3] === undefined ? null : g[3] === 'true',
    }),
  ),
  pattern('Got zxid ', /^Got zxid (0x[0-9a-f]+) expected (0x[0-9a-f]+)/, (g) => {
    const [got, expected] = [hexZxid(g[1]), hexZxid(g[2])];
    return got === null || expected === null ? null : { kind: 'unexpectedZxid', got, expected };
  }),
  pattern('Committing ', /^Committing (\S+?),? but next (?:proposal is|pending txn) (\S+)/, (g) => {
    const [got, expected] = [anyZxid(g[1]), anyZxid(g[2])];
    return got === null || expected === null ? null : { kind: 'unexpectedZxid', got, expected };
  }),
  pattern('Committing zxid ', /^Committing zxid (\S+) but next pending txn (\S+)/, (g) => {
    const [got, expected] = [hexZxid(g[1]), hexZxid(g[2])];
    return got === null || expected === null ? null : { kind: 'unexpectedZxid', got, expected };
  }),
  rule('Leader epoch ', refused),
  rule('Proposed leader epoch ', refused),
  pattern("Couldn't find the leader with id", /^Couldn't find the leader with id = (-?\d+)/, () => ({
    kind: 'cannotReachLeader',
    address: null,
    tries: null,
    why: 'other',
    exception: null,
  })),
  rule('Unexpected exception, ', unreachable),
  pattern('Failed connect to ', /^Failed connect to (\S+)/, (g, entry) => ({
    kind: 'cannotReachLeader',
    address: addressOf(g[1]),
    tries: null,
    why: whyOf(entry.exception),
    exception: entry.exception,
  })),
  pattern('Not able to truncate the log', /^Not able to truncate the log.*/, (g, entry) => ({
    kind: 'diskError',
    message: addressOf(g[0]),
    exception: entry.exception,
  })),
  rule('Unexpected exception', unexpected),
  ...noise(
    'Revalidating client',
    'leaderConnectDelayDuringRetryMs',
    'Reset config node content',
    'Connection to the leader is already established',
    'Waiting for ',
    'Closing connection to leader, exception during packet send',
    'Ignoring error closing connection to leader',
    'connectToLeader exceeded on retries',
    'initLimit exceeded on retries',
    'Interrupted while trying to connect to Leader',
    'Setting leader epoch',
    'Sent NEWLEADER ack',
    'Set the current epoch',
    'It took ',
    'DIFF sync got',
    'Forcing a snapshot write',
    'Missing session',
    'Unknown packet type',
    'Got unexpected packet from leader',
    'First packet should have been NEWLEADER',
    'Committing 0x',
    'error getting zxid',
    'Received an UPTODATE message after',
    'not all the LeaderConnector',
    'Missing signature',
    'Not expecting a sync',
    'Already connected to requested learner master',
    'Ignoring commit',
    'Ignoring proposal',
    'No learner master found',
  ),
];

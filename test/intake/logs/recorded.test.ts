/** The logs of recorded ensembles, line by line: nothing unread that matters, and what was read prints as it was written. */
import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../src/base/ids.ts';
import { formatZxid, type Zxid } from '../../../src/base/zxid.ts';
import type { FactKind, LogFact } from '../../../src/intake/logs/facts.ts';
import { readMessage } from '../../../src/intake/logs/kinds/index.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { openRecording, recordingNames } from '../../golden/archive.ts';
import { logBytes, logNames } from './goldenLogs.ts';

/** Messages of 3.8.0 that are known to tell nothing of what a log is read for, by how they begin. */
const NOISE = [
  'Address of remote peer',
  'Attempting to send lastMessage',
  'Calling SendWorker.finish',
  'Close of session',
  'Closing connection to leader, exception',
  'CommitProcessor exited loop',
  'Configuring CommitProcessor',
  'Configuring NIO connection handler',
  'Connected to server',
  'Connection request to server id',
  'Create new connection to server',
  'Draining request throttler',
  'Dynamic reconfig',
  'Election port bind maximum retries',
  'Exception while sending packets',
  'Exception while shutting down acceptor',
  'FollowerRequestProcessor exited loop',
  'I am a participant',
  'I am an observer',
  'Ignoring unexpected exception',
  'Initial message parsed',
  'Initialized FollowerRequestProcessor',
  'Initializing leader election protocol',
  'Interrupted while waiting for message',
  'Interrupting SendWorker thread',
  'Listener thread started',
  'Local session',
  'Number of connection processing threads',
  'ObserverRequestProcessor exited loop',
  'On disk txn sync',
  'Opening channel to server',
  'Oracle indicates',
  'Port unification disabled',
  'PrepRequestProcessor',
  'Processing request:: ',
  'Purge task',
  'Queue size',
  'QuorumPeer communication is not secured',
  'Reading configuration from',
  'Receive new notification message',
  'Reconfig feature is disabled',
  'RecvWorker',
  'Removing entry from senderWorkerMap',
  'RequestThrottler shutdown',
  'Reset config node content',
  'Revalidating client',
  'SendWorker thread started',
  'Server \\d+ knows',
  'SessionTrackerImpl exited loop',
  'Shutting down',
  'Snapshot taken in',
  'Starting quorum peer$',
  'Stat command output',
  'Sync handling of connection request',
  'SyncRequestProcessor exited',
  'Synchronously closing socket',
  'TCP NoDelay set to',
  'The configured commitLogCount',
  'The digest ',
  'The large request threshold',
  'The max bytes for all large requests',
  'There is a connection already',
  'Too busy to snap',
  'Txnlog size',
  'Unable to find proposals from txnlog',
  // Of a client's connection.
  'Unexpected exception$',
  'Using checkIntervalMs',
  'Using insecure',
  'Using org.apache.zookeeper.server.NIOServerCnxnFactory',
  'Waiting for \\d+ ms before reconnecting',
  'leaderConnectDelayDuringRetryMs',
  'maxCnxns is not configured',
  'metricsProvider.className',
  'multiAddress.reachabilityCheckTimeoutMs',
  'observerMasterPort is not set',
  'outstanding is 0',
  'proposal has already been committed',
  'secureClientPort is not set',
  'set lastSeenQuorumVerifier',
  'shutdown of request processor complete',
  'startConnection',
  'syncEnabled',
];
const NOISY = new RegExp(`^(?:${NOISE.join('|')})`);

/** −1 is printed unsigned: the round of a vote that no election gave. */
const hex = (value: Zxid | number): string =>
  typeof value !== 'number' ? formatZxid(value) : value < 0 ? '0xffffffffffffffff' : `0x${value.toString(16)}`;
/** An observer's vote names nobody: `Long.MIN_VALUE` in each field. */
const plain = (line: string): string =>
  line
    .replaceAll('-9223372036854775808', '-1')
    .replaceAll('0x8000000000000000', '0x0')
    .replaceAll('  ', ' ')
    .replace(/(for id \d+),/, '$1');

/** What a fact would print in 3.8.0, for the kinds that hold all of their message. */
function printed(fact: LogFact): string | null {
  switch (fact.kind) {
    case 'notification': {
      const { leader, zxid, round, peerEpoch } = fact.vote;
      return (
        `Notification: my state:${fact.myState}; n.sid:${fact.from}, n.state:${fact.state}, n.leader:${leader}, n.round:${hex(round!)}, ` +
        `n.peerEpoch:${hex(Math.max(0, peerEpoch!))}, n.zxid:${hex(zxid)}, message format version:0x2, n.config version:${hex(fact.configVersion!)}`
      );
    }
    case 'sending': {
      const { leader, zxid, round, peerEpoch } = fact.vote;
      return (
        `Sending Notification: ${leader} (n.leader), ${hex(zxid)} (n.zxid), ${hex(round!)} (n.round), ${fact.to} (recipient), ` +
        `${fact.myid} (myid), ${hex(Math.max(0, peerEpoch!))} (n.peerEpoch)`
      );
    }
    case 'addingVote':
      return `Adding vote: from=${fact.from}, proposed leader=${fact.vote.leader}, proposed zxid=${hex(fact.vote.zxid)}, proposed election epoch=${hex(fact.vote.round!)}`;
    case 'newElection':
      return `New election. My id = ${fact.myid}, proposed zxid=${hex(fact.zxid)}`;
    case 'leavingElection':
      return `About to leave FLE instance: leader=${fact.leader}, zxid=${hex(fact.zxid)}, my id=${fact.myid}, my state=${fact.role}`;
    case 'electionTook':
      return `${fact.role} - LEADER ELECTION TOOK - ${fact.ms} MS`;
    case 'role':
      return fact.role;
    case 'phase':
      return `Peer state changed: ${fact.words.join(' - ')}`;
    case 'established':
      return `Have quorum of supporters, sids: [[${fact.supporters.join(', ')}]]; starting up and setting last processed zxid: ${hex(fact.zxid)}`;
    case 'synchronizing':
      return `Synchronizing with Learner sid: ${fact.learner} maxCommittedLog=${hex(fact.maxCommittedLog!)} minCommittedLog=${hex(fact.minCommittedLog!)} lastProcessedZxid=${hex(fact.lastProcessedZxid!)} peerLastZxid=${hex(fact.peerLastZxid)}`;
    case 'cannotOpen':
      return `Cannot open channel to ${fact.to} at election address ${fact.address}`;
    case 'connectionBroken':
      return fact.myid === null ? null : `for id ${fact.peer} my id = ${fact.myid}`;
    case 'unexpectedZxid':
      return `Got zxid ${hex(fact.got)} expected ${hex(fact.expected)}`;
    case 'disconnected':
      return `Disconnected from leader (with address: ${fact.address}). Was connected for ${fact.wasConnectedMs}ms. Sync state: ${fact.synced}`;
    case 'forwarding':
      return `Start forwarding ${hex(fact.from)} for peer sid: ${fact.learner}`;
    case 'epochFileMissing':
      return `${fact.file} not found! Creating with a reasonable default of ${fact.epoch}.`;
    default:
      return null;
  }
}

/** Kinds that `printed` checks everywhere. */
const PRINTED: readonly FactKind[] = [
  'notification',
  'sending',
  'addingVote',
  'newElection',
  'established',
  'synchronizing',
  'role',
  'phase',
];

describe.each(recordingNames())('%s', (name) => {
  const recording = openRecording(name);

  it('every entry is known; what is left out is noise', () => {
    for (const path of logNames(recording).values()) {
      const log = readLog(0, path, logBytes(recording, path, 'full'));
      expect(log.unknown, path).toEqual([]);
      expect(log.counts.unknown).toBe(0);
      expect(log.notes).toEqual([]);
      expect(Object.keys(log.layouts)).toEqual(['C1']);
      const told = new Set(log.records.map((record) => record.line));
      fromUtf8(logBytes(recording, path, 'full'))
        .split('\n')
        .forEach((line, i) => {
          const message = /^\d{4}-\d\d-\d\d \S+ \[myid:\d*\] - [A-Z]+ +\[.*?\] - (.*)$/.exec(line)?.[1];
          if (message === undefined || told.has(i + 1)) return;
          expect(message, `${path}:${i + 1}`).toMatch(NOISY);
        });
    }
  });

  it('what was read prints as it was written', () => {
    const seen = new Set<FactKind>();
    for (const path of logNames(recording).values()) {
      const bytes = logBytes(recording, path, 'full');
      const lines = fromUtf8(bytes).split('\n');
      for (const record of readLog(0, path, bytes).records) {
        const text = printed(record.fact);
        if (text === null) continue;
        seen.add(record.fact.kind);
        expect(plain(lines[record.line - 1]!), `${path}:${record.line}`).toContain(text);
        expect(new Date(record.at!).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)).toBe(
          lines[record.line - 1]!.slice(0, 23),
        );
      }
    }
    for (const kind of PRINTED) expect(seen, kind).toContain(kind);
  });

  it('without DEBUG the other entries say the same', () => {
    for (const path of logNames(recording).values()) {
      const facts = (form: 'full' | 'info'): readonly unknown[] =>
        readLog(0, path, logBytes(recording, path, form))
          .records.filter((record) => record.level !== 'DEBUG')
          .map(({ at, sid: of, level, fact }) => ({ at, of, level, fact }));
      expect(facts('info')).toEqual(facts('full'));
    }
  });
});

it('rules never take a message of another kind for theirs', () => {
  const entry = { level: 'INFO', logger: '', thread: '', exception: null, learner: null } as const;
  for (const message of [
    '',
    ' ',
    'LOOKING for trouble',
    'Notification',
    '7',
    '12 apples',
    'Sending',
    'id: x',
    'constructor',
    '__proto__',
    'toString',
  ])
    expect(readMessage(message, entry), message).toBeNull();
});

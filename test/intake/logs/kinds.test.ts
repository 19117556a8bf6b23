/**
 * What each message says, by the version that prints it. The comment above a group is the call in ZooKeeper's source; values are invented.
 */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/base/ids.ts';
import type { LogFact } from '../../../src/intake/logs/facts.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';

const z = (epoch: number, counter: number): object => ({ epoch, counter });

/** The facts of one message, in the layout C1, with the lines of a trace below. */
function facts(
  logger: string,
  message: string,
  trace: readonly string[] = [],
  thread = 'QuorumPeer[myid=1]/0.0.0.0:2181',
): readonly LogFact[] {
  const text = [`2018-09-04 10:11:12,345 [myid:1] - WARN  [${thread}:${logger}@1] - ${message}`, ...trace].join('\n');
  return readLog(0, 'x', utf8(text)).records.map((record) => record.fact);
}

type Row = readonly [version: string, logger: string, message: string, fact: object];

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows)('%s %s: %s', (_version, logger, message, fact) => {
      expect(facts(logger, message)).toEqual([fact]);
    });
  });
}

const vote = (leader: number, zxid: object, round: number | null, peerEpoch: number | null): object => ({ leader, zxid, round, peerEpoch });

// FastLeaderElection.printNotification, and LOG.info("Notification: " + …) in WorkerReceiver.run
table('Notification', [
  [
    '3.3.0',
    'FastLeaderElection',
    'Notification: 2, 4294967301, 1, 1, LOOKING, LOOKING, 2',
    { kind: 'notification', from: 2, state: 'LOOKING', vote: vote(2, z(1, 5), 1, null), myState: 'LOOKING', configVersion: null },
  ],
  [
    '3.3.6',
    'FastLeaderElection',
    'Notification: 2 (n.leader), 4294967301 (n.zxid), 1 (n.round), LOOKING (n.state), 2 (n.sid), FOLLOWING (my state)',
    { kind: 'notification', from: 2, state: 'LOOKING', vote: vote(2, z(1, 5), 1, null), myState: 'FOLLOWING', configVersion: null },
  ],
  [
    '3.4.0',
    'FastLeaderElection',
    'Notification: 2 (n.leader), 4294967301 (n.zxid), 3 (n.round), LEADING (n.state), 2 (n.sid), 1 (n.peerEPoch), LOOKING (my state)',
    { kind: 'notification', from: 2, state: 'LEADING', vote: vote(2, z(1, 5), 3, 1), myState: 'LOOKING', configVersion: null },
  ],
  [
    '3.4.5',
    'FastLeaderElection',
    'Notification: 3 (n.leader), 0x2a00000005 (n.zxid), 0x1f (n.round), LOOKING (n.state), 12 (n.sid), 0x2a (n.peerEPoch), LOOKING (my state)',
    { kind: 'notification', from: 12, state: 'LOOKING', vote: vote(3, z(42, 5), 31, 42), myState: 'LOOKING', configVersion: null },
  ],
  [
    '3.4.6',
    'FastLeaderElection',
    'Notification: 1 (message format version), 3 (n.leader), 0x100000005 (n.zxid), 0x2 (n.round), LOOKING (n.state), 3 (n.sid), 0x1 (n.peerEpoch) LOOKING (my state)',
    { kind: 'notification', from: 3, state: 'LOOKING', vote: vote(3, z(1, 5), 2, 1), myState: 'LOOKING', configVersion: null },
  ],
  [
    '3.5.8',
    'FastLeaderElection',
    'Notification: 2 (message format version), 3 (n.leader), 0x100000005 (n.zxid), 0x2 (n.round), FOLLOWING (n.state), 1 (n.sid), 0x1 (n.peerEPoch), LOOKING (my state)1a0000000b (n.config version)',
    {
      kind: 'notification',
      from: 1,
      state: 'FOLLOWING',
      vote: vote(3, z(1, 5), 2, 1),
      myState: 'LOOKING',
      configVersion: 0x1a0000000b,
    },
  ],
  [
    '3.6.0',
    'FastLeaderElection$Messenger$WorkerReceiver',
    'Notification: my state:LOOKING; n.sid:0, n.state:LOOKING, n.leader:255, n.round:0x2, n.peerEpoch:0x1, n.zxid:0x100000005, message format version:0x2, n.config version:0x0',
    { kind: 'notification', from: 0, state: 'LOOKING', vote: vote(255, z(1, 5), 2, 1), myState: 'LOOKING', configVersion: 0 },
  ],
  [
    '3.8.0, of an observer',
    'FastLeaderElection',
    'Notification: my state:LEADING; n.sid:5, n.state:LOOKING, n.leader:-9223372036854775808, n.round:0x1, n.peerEpoch:0x8000000000000000, n.zxid:0x8000000000000000, message format version:0x2, n.config version:0x0',
    { kind: 'notification', from: 5, state: 'LOOKING', vote: vote(-1, z(0, 0), 1, -1), myState: 'LEADING', configVersion: 0 },
  ],
  [
    '3.6.3, an untrusted empty database',
    'FastLeaderElection',
    'Notification: my state:LOOKING; n.sid:2, n.state:LOOKING, n.leader:2, n.round:0x1, n.peerEpoch:0x0, n.zxid:0xffffffffffffffff, message format version:0x2, n.config version:0x0',
    { kind: 'notification', from: 2, state: 'LOOKING', vote: vote(2, z(-1, 0xffff_ffff), 1, 0), myState: 'LOOKING', configVersion: 0 },
  ],
]);

// LOG.debug("Sending Notification: …") in sendNotifications, "Sending new notification" in WorkerReceiver, updateProposal, totalOrderPredicate, lookForLeader
table('FastLeaderElection', [
  [
    '3.4.0',
    'FastLeaderElection',
    'Sending Notification: 1 (n.leader), 4294967301 (n.zxid), 2 (n.round), 3 (recipient), 1 (myid), 1 (n.peerEpoch)',
    { kind: 'sending', myid: 1, to: 3, vote: vote(1, z(1, 5), 2, 1) },
  ],
  [
    '3.8.0',
    'FastLeaderElection',
    'Sending Notification: 1 (n.leader), 0x100000005 (n.zxid), 0x2 (n.round), 3 (recipient), 1 (myid), 0x1 (n.peerEpoch) ',
    { kind: 'sending', myid: 1, to: 3, vote: vote(1, z(1, 5), 2, 1) },
  ],
  [
    '3.9.3',
    'FastLeaderElection',
    'Sending Notification: 1 (n.leader), 0x100000005 (n.zxid), 0x1 (n.peerEpoch), 0x2 (n.round), 3 (recipient), 1 (myid) ',
    { kind: 'sending', myid: 1, to: 3, vote: vote(1, z(1, 5), 2, 1) },
  ],
  [
    '3.4.5',
    'FastLeaderElection',
    'Sending new notification. My id = 3 recipient=1 zxid=0x100000005 leader=3',
    { kind: 'answering', myid: 3, to: 1, leader: 3, zxid: z(1, 5) },
  ],
  [
    '3.4.0',
    'FastLeaderElection',
    'Sending new notification. My id = 3, Recipient = 1 zxid =4294967301 leader=3',
    { kind: 'answering', myid: 3, to: 1, leader: 3, zxid: z(1, 5) },
  ],
  [
    '3.8.0',
    'FastLeaderElection',
    'Sending new notification. My id =3 recipient=1 zxid=0x100000005 leader=3 config version = 0',
    { kind: 'answering', myid: 3, to: 1, leader: 3, zxid: z(1, 5) },
  ],
  [
    '3.8.0',
    'FastLeaderElection',
    'Updating proposal: 3 (newleader), 0x100000005 (newzxid), -9223372036854775808 (oldleader), 0x8000000000000000 (oldzxid)',
    { kind: 'proposal', leader: 3, zxid: z(1, 5), oldLeader: -1, oldZxid: z(0, 0) },
  ],
  [
    '3.4.5',
    'FastLeaderElection',
    'id: 3, proposed id: 1, zxid: 0x100000005, proposed zxid: 0x0',
    { kind: 'comparing', leader: 3, zxid: z(1, 5), myLeader: 1, myZxid: z(0, 0) },
  ],
  [
    '3.3.6',
    'FastLeaderElection',
    'id: 3, proposed id: 1, zxid: 4294967301, proposed zxid: 0',
    { kind: 'comparing', leader: 3, zxid: z(1, 5), myLeader: 1, myZxid: z(0, 0) },
  ],
  [
    '3.9.3',
    'FastLeaderElection',
    'id: 3, proposed id: 1, zxid: 0x100000005, proposed zxid: 0x0, epoch: 0x1, proposed epoch: 0x0',
    { kind: 'comparing', leader: 3, zxid: z(1, 5), myLeader: 1, myZxid: z(0, 0) },
  ],
  [
    '3.3.6',
    'FastLeaderElection',
    'Adding vote: From = 2, Proposed leader = 3, Porposed zxid = 4294967301, Proposed epoch = 1',
    { kind: 'addingVote', from: 2, vote: vote(3, z(1, 5), 1, null) },
  ],
  [
    '3.4.5',
    'FastLeaderElection',
    'Adding vote: from=2, proposed leader=3, proposed zxid=0x100000005, proposed election epoch=0x1',
    { kind: 'addingVote', from: 2, vote: vote(3, z(1, 5), 1, null) },
  ],
  [
    '3.4.5',
    'FastLeaderElection',
    'Notification election epoch is smaller than logicalclock. n.electionEpoch = 0x1, logicalclock=0x2f',
    { kind: 'olderRound', theirs: 1, mine: 47 },
  ],
  [
    '3.3.6',
    'FastLeaderElection',
    'Notification epoch is smaller than logicalclock. n.epoch = 1, Logical clock12',
    { kind: 'olderRound', theirs: 1, mine: 12 },
  ],
  ['3.3.6', 'FastLeaderElection', 'New election. My id =  2, Proposed zxid = 4294967301', { kind: 'newElection', myid: 2, zxid: z(1, 5) }],
  ['3.4.5', 'FastLeaderElection', 'New election. My id =  2, proposed zxid=0x100000005', { kind: 'newElection', myid: 2, zxid: z(1, 5) }],
  ['3.6.0', 'FastLeaderElection', 'New election. My id = 255, proposed zxid=0x0', { kind: 'newElection', myid: 255, zxid: z(0, 0) }],
  [
    '3.4.0',
    'FastLeaderElection',
    'About to leave FLE instance: Leader= 3, Zxid = 4294967301, My id = 2, My state = FOLLOWING',
    { kind: 'leavingElection', myid: 2, leader: 3, zxid: z(1, 5), role: 'FOLLOWING' },
  ],
  [
    '3.8.0',
    'FastLeaderElection',
    'About to leave FLE instance: leader=3, zxid=0x100000005, my id=3, my state=LEADING',
    { kind: 'leavingElection', myid: 3, leader: 3, zxid: z(1, 5), role: 'LEADING' },
  ],
  ['3.3.6', 'FastLeaderElection', 'Notification time out: 51200', { kind: 'notificationTimeout', ms: 51_200 }],
  ['3.8.0', 'FastLeaderElection', 'Notification time out: 400 ms', { kind: 'notificationTimeout', ms: 400 }],
]);

// LOG.info("LOOKING") and so on in QuorumPeer.run; "… - LEADER ELECTION TOOK - " in Leader.lead, Follower.followLeader
table('roles', [
  ['3.3', 'QuorumPeer', 'OBSERVING', { kind: 'role', role: 'OBSERVING' }],
  ['3.4.5', 'Leader', 'LEADING - LEADER ELECTION TOOK - 1234', { kind: 'electionTook', role: 'LEADING', ms: 1234 }],
  ['3.5.5', 'Follower', 'FOLLOWING - LEADER ELECTION TOOK - 212 MS', { kind: 'electionTook', role: 'FOLLOWING', ms: 212 }],
  [
    '3.6',
    'QuorumPeer',
    'Peer state changed: following - synchronization - diff',
    { kind: 'phase', words: ['following', 'synchronization', 'diff'] },
  ],
  ['3.6', 'QuorumPeer', 'Peer state changed: looking', { kind: 'phase', words: ['looking'] }],
  ['3.5', 'QuorumPeer', 'PeerState set to LOOKING', { kind: 'setLooking' }],
]);

// QuorumCnxManager: receiveConnection, initiateConnection, connectOne, Listener, SendWorker, RecvWorker; QuorumServer.recreateSocketAddresses
table('connections', [
  [
    '3.4.6',
    'QuorumCnxManager',
    'Have smaller server identifier, so dropping the connection: (3, 1)',
    { kind: 'connectionOrder', myid: 1, peer: 3, outcome: 'dropped' },
  ],
  [
    '3.5.8',
    'QuorumCnxManager',
    'Have smaller server identifier, so dropping the connection: (myId:1 --> sid:3)',
    { kind: 'connectionOrder', myid: 1, peer: 3, outcome: 'dropped' },
  ],
  [
    '3.8',
    'QuorumCnxManager',
    'Have larger server identifier, so keeping the connection: (myId:3 --> sid:1)',
    { kind: 'connectionOrder', myid: 3, peer: 1, outcome: 'kept' },
  ],
  [
    '3.4',
    'QuorumCnxManager$Listener',
    'Received connection request /10.0.0.2:40112',
    { kind: 'connectionRequest', address: '/10.0.0.2:40112' },
  ],
  [
    '3.8',
    'QuorumCnxManager',
    'Received connection request from /10.0.0.2:40112',
    { kind: 'connectionRequest', address: '/10.0.0.2:40112' },
  ],
  ['3.4', 'QuorumCnxManager', 'My election bind port: /0.0.0.0:3888', { kind: 'electionPort', sid: null, address: '/0.0.0.0:3888' }],
  ['3.3', 'QuorumCnxManager', 'My election bind port: 3888', { kind: 'electionPort', sid: null, address: '3888' }],
  [
    '3.8',
    'QuorumCnxManager',
    '2 is accepting connections now, my election bind port: zk2/10.0.0.2:3888',
    { kind: 'electionPort', sid: 2, address: 'zk2/10.0.0.2:3888' },
  ],
  ['3.6', 'QuorumCnxManager', 'Send worker leaving thread id 3 my id = 1', { kind: 'workerLeaving', peer: 3 }],
  ['3.5', 'QuorumCnxManager', 'Send worker leaving thread  id 3 my id = 1', { kind: 'workerLeaving', peer: 3 }],
  ['3.4.14', 'QuorumPeer$QuorumServer', 'Failed to resolve address: zk9.example', { kind: 'unresolved', host: 'zk9.example' }],
  ['3.4.14', 'QuorumPeer$QuorumServer', 'Resolved hostname: zk2 to address: zk2/10.0.0.2', { kind: 'resolved', host: 'zk2' }],
  [
    '3.4',
    'QuorumCnxManager',
    'Cannot open channel to 2 at election address zk2/<unresolved>:3888',
    { kind: 'cannotOpen', to: 2, address: 'zk2/<unresolved>:3888', why: 'unresolved', exception: null },
  ],
  [
    '3.6.0',
    'QuorumCnxManager',
    'None of the addresses (zk2/10.0.0.2:3888) are reachable for sid 2',
    { kind: 'cannotOpen', to: 2, address: 'zk2/10.0.0.2:3888', why: 'unreachable', exception: null },
  ],
  [
    '3.4',
    'QuorumCnxManager',
    'Connection broken for id 3, my id = 1, error = ',
    { kind: 'connectionBroken', peer: 3, myid: 1, exception: null },
  ],
  [
    '3.5.8',
    'QuorumCnxManager',
    'We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.',
    {
      kind: 'badConnection',
      why: 'unknownSid',
      message: 'We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.',
    },
  ],
  [
    '3.6',
    'QuorumCnxManager',
    "As I'm leaving the listener thread, I won't be able to participate in leader election any longer: 0.0.0.0:3888",
    { kind: 'cannotBind', address: '0.0.0.0:3888', exception: null },
  ],
]);

describe('why a connection failed', () => {
  it.each([
    ['java.net.ConnectException: Connection refused (Connection refused)', 'refused'],
    ['java.net.SocketTimeoutException: connect timed out', 'timeout'],
    ['java.net.UnknownHostException: zk3', 'unresolved'],
    ['java.nio.channels.UnresolvedAddressException', 'unresolved'],
    ['java.net.NoRouteToHostException: No route to host (Host unreachable)', 'unreachable'],
    ['javax.net.ssl.SSLHandshakeException: Remote host closed connection during handshake', 'tls'],
    ['java.net.SocketException: Connection reset', 'reset'],
    ['java.io.IOException: x', 'other'],
  ])('%s', (exception, why) => {
    const trace = [exception, '\tat java.net.Socket.connect(Socket.java:1)'];
    expect(facts('QuorumCnxManager', 'Cannot open channel to 3 at election address zk3/10.0.0.3:3888', trace)).toMatchObject([
      { kind: 'cannotOpen', to: 3, why, exception: { type: exception.split(':')[0]!.split('.').pop() } },
    ]);
    expect(facts('Learner', 'Unexpected exception, tries=1, connecting to zk3/10.0.0.3:2888', trace)).toMatchObject([
      { kind: 'cannotReachLeader', tries: 1, address: 'zk3/10.0.0.3:2888', why },
    ]);
  });

  it('a message at the election port that is none', () => {
    const of = (exception: string): unknown =>
      (facts('QuorumCnxManager', 'Initial message parsing error!', [exception])[0] as { readonly why?: string }).why;
    const named = (text: string): string =>
      `org.apache.zookeeper.server.quorum.QuorumCnxManager$InitialMessage$InitialMessageException: ${text}`;
    expect(of(named('Got unrecognized protocol version 369295872'))).toBe('protocol');
    expect(of(named('Bad port number: x'))).toBe('port');
    expect(of(named('Badly formed address: zk1'))).toBe('port');
    expect(of('javax.net.ssl.SSLException: Unsupported or unrecognized SSL message')).toBe('tls');
  });
});

// LearnerHandler.run, syncFollower, queueCommittedProposals; Leader.lead, processAck, shutdown
table('on the leader', [
  [
    '3.6',
    'LearnerHandler',
    'Synchronizing with Learner sid: 3 maxCommittedLog=0x100000009 minCommittedLog=0x100000001 lastProcessedZxid=0x100000009 peerLastZxid=0x100000005',
    {
      kind: 'synchronizing',
      learner: 3,
      peerLastZxid: z(1, 5),
      minCommittedLog: z(1, 1),
      maxCommittedLog: z(1, 9),
      lastProcessedZxid: z(1, 9),
    },
  ],
  [
    '3.4.5',
    'LearnerHandler',
    'Synchronizing with Follower sid: 3 maxCommittedLog=0x100000009 minCommittedLog=0x100000001 peerLastZxid=0x100000005',
    {
      kind: 'synchronizing',
      learner: 3,
      peerLastZxid: z(1, 5),
      minCommittedLog: z(1, 1),
      maxCommittedLog: z(1, 9),
      lastProcessedZxid: null,
    },
  ],
  [
    '3.3.6',
    'LearnerHandler',
    'Synchronizing with Follower sid: 3 maxCommittedLog =100000009 minCommittedLog = 100000001 peerLastZxid = 100000005',
    {
      kind: 'synchronizing',
      learner: 3,
      peerLastZxid: z(1, 5),
      minCommittedLog: z(1, 1),
      maxCommittedLog: z(1, 9),
      lastProcessedZxid: null,
    },
  ],
  ['3.6', 'LearnerHandler', 'Sending DIFF zxid=0x100000009  for peer sid: 3', { kind: 'sync', learner: 3, mode: 'DIFF', zxid: z(1, 9) }],
  ['3.5', 'LearnerHandler', 'Sending DIFF zxid=0x100000009 for peer sid: 3', { kind: 'sync', learner: 3, mode: 'DIFF', zxid: z(1, 9) }],
  ['3.5', 'LearnerHandler', 'Sending TRUNC zxid=0x100000004 for peer sid: 3', { kind: 'sync', learner: 3, mode: 'TRUNC', zxid: z(1, 4) }],
  [
    '3.8',
    'LearnerHandler',
    'Sending TRUNC to follower zxidToSend=0x100000004 for peer sid:3',
    { kind: 'sync', learner: 3, mode: 'TRUNC', zxid: z(1, 4) },
  ],
  [
    '3.6',
    'LearnerHandler',
    'Sending snapshot last zxid of peer is 0x0, zxid of leader is 0x100000009, send zxid of db as 0x100000008, 1 concurrent snapshot sync, snapshot sync was exempt from throttle',
    { kind: 'sync', learner: null, mode: 'SNAP', zxid: z(1, 8) },
  ],
  [
    '3.4',
    'LearnerHandler',
    'Sending snapshot last zxid of peer is 0x0  zxid of leader is 0x100000009sent zxid of db as 0x100000008',
    { kind: 'sync', learner: null, mode: 'SNAP', zxid: z(1, 8) },
  ],
  ['3.4.5', 'LearnerHandler', 'Sending DIFF', { kind: 'sync', learner: null, mode: 'DIFF', zxid: null }],
  ['3.3.6', 'LearnerHandler', 'Sending diff', { kind: 'sync', learner: null, mode: 'DIFF', zxid: null }],
  ['3.3.6', 'LearnerHandler', 'Sending TRUNC', { kind: 'sync', learner: null, mode: 'TRUNC', zxid: null }],
  ['3.8', 'LearnerHandler', 'Using committedLog for peer sid: 3', { kind: 'syncSource', learner: 3, source: 'committedLog', note: null }],
  [
    '3.8',
    'LearnerHandler',
    'Use txnlog and committedLog for peer sid: 3',
    { kind: 'syncSource', learner: 3, source: 'txnlog', note: null },
  ],
  [
    '3.8',
    'LearnerHandler',
    'Cannot send TRUNC to peer sid: 3 peer zxid is from different epoch',
    { kind: 'syncSource', learner: 3, source: null, note: 'Cannot send TRUNC to peer sid: 3 peer zxid is from different epoch' },
  ],
  ['3.8', 'LearnerHandler', 'Start forwarding 0x100000009 for peer sid: 3', { kind: 'forwarding', learner: 3, from: z(1, 9) }],
  ['3.8', 'LearnerHandler', 'Sending NEWLEADER message to 3', { kind: 'newLeaderSent', learner: 3 }],
  ['3.4.6', 'LearnerHandler', 'Received NEWLEADER-ACK message from 3', { kind: 'newLeaderAcked', learner: 3 }],
  ['3.8', 'LearnerHandler', 'Sending UPTODATE message to 3', { kind: 'upToDateSent', learner: 3 }],
  [
    '3.3.6',
    'Leader',
    'Have quorum of supporters; starting up and setting last processed zxid: 8589934592',
    { kind: 'established', supporters: [], zxid: z(2, 0) },
  ],
  [
    '3.4.5',
    'Leader',
    'Have quorum of supporters; starting up and setting last processed zxid: 0x200000000',
    { kind: 'established', supporters: [], zxid: z(2, 0) },
  ],
  [
    '3.4.6',
    'Leader',
    'Have quorum of supporters, sids: [ 3,1,2 ]; starting up and setting last processed zxid: 0x200000000',
    { kind: 'established', supporters: [1, 2, 3], zxid: z(2, 0) },
  ],
  [
    '3.5.8',
    'Leader',
    'Have quorum of supporters, sids: [ [1, 2] ]; starting up and setting last processed zxid: 0x200000000',
    { kind: 'established', supporters: [1, 2], zxid: z(2, 0) },
  ],
  [
    '3.8, during a reconfiguration',
    'Leader',
    'Have quorum of supporters, sids: [[1, 2],[2, 4]]; starting up and setting last processed zxid: 0x200000000',
    { kind: 'established', supporters: [1, 2], zxid: z(2, 0) },
  ],
  [
    '3.6',
    'Leader',
    'Shutdown called. For the reason Not sufficient followers synced, only synced with sids: [ [2] ]',
    { kind: 'leaderShutdown', reason: 'Not sufficient followers synced, only synced with sids: [ [2] ]', synced: [2] },
  ],
  [
    '3.6',
    'Leader',
    'Shutdown called. For the reason quorum Peer shutdown',
    { kind: 'leaderShutdown', reason: 'quorum Peer shutdown', synced: null },
  ],
  [
    '3.4',
    'LearnerHandler',
    'ACK 100000000 null is not ACKEPOCH',
    { kind: 'ackEpochRefused', message: 'ACK 100000000 null is not ACKEPOCH' },
  ],
  [
    '3.3',
    'LearnerHandler',
    '******* GOODBYE /10.0.0.3:40100 ********',
    { kind: 'learnerGone', learner: null, address: '/10.0.0.3:40100', exception: null },
  ],
  [
    'mainline',
    'LearnerHandler',
    '******* GOODBYE sid:3 /10.0.0.3:40100 ********',
    { kind: 'learnerGone', learner: 3, address: '/10.0.0.3:40100', exception: null },
  ],
  ['3.4', 'Leader', "Couldn't bind to /10.0.0.1:2888", { kind: 'cannotBind', address: '/10.0.0.1:2888', exception: null }],
  ['3.3', 'Leader', "Couldn't bind to port 2888", { kind: 'cannotBind', address: '2888', exception: null }],
]);

describe('on the leader, over several lines', () => {
  it('3.3 to 3.5 name the reason of a shutdown in an exception', () => {
    const trace = [
      'java.lang.Exception: shutdown Leader! reason: Not sufficient followers synced, only synced with sids: [ 1 ]',
      '\tat x.Leader.shutdown(Leader.java:1)',
    ];
    expect(facts('Leader', 'Shutdown called', trace)).toEqual([
      { kind: 'leaderShutdown', reason: 'Not sufficient followers synced, only synced with sids: [ 1 ]', synced: [1] },
    ]);
    expect(facts('Learner', 'shutdown called', ['java.lang.Exception: shutdown Follower'])).toEqual([
      { kind: 'learnerShutdown', observer: false },
    ]);
    expect(facts('Learner', 'shutdown called', ['java.lang.Exception: shutdown Observer'])).toEqual([
      { kind: 'learnerShutdown', observer: true },
    ]);
  });

  it('a handler serves the learner that it has named', () => {
    const line = (message: string): string =>
      `2018-09-04 10:11:12,345 [myid:1] - INFO  [LearnerHandler-/10.0.0.3:40100:LearnerHandler@1] - ${message}`;
    const text = [
      line('Follower sid: 3 : info : org.apache.zookeeper.server.quorum.QuorumPeer$QuorumServer@1b2c3d4e'),
      line('Synchronizing with Follower sid: 3 maxCommittedLog=0x0 minCommittedLog=0x0 peerLastZxid=0x0'),
      line('Sending SNAP'),
      line('Sending snapshot last zxid of peer is 0x0  zxid of leader is 0x200000000sent zxid of db as 0x100000004'),
      line('******* GOODBYE /10.0.0.3:40100 ********'),
    ].join('\n');
    expect(readLog(0, 'x', utf8(text)).records.map((record) => record.fact)).toMatchObject([
      { kind: 'learnerArrived', learner: 3, address: '/10.0.0.3:40100' },
      { kind: 'synchronizing', learner: 3 },
      { kind: 'sync', learner: 3, mode: 'SNAP', zxid: z(1, 4) },
      { kind: 'learnerGone', learner: 3 },
    ]);
  });

  it.each([
    ['Timeout while waiting for epoch from quorum', 'epoch'],
    ['Timeout while waiting for epoch to be acked by quorum', 'epochAck'],
    ['Timeout while waiting for NEWLEADER to be acked by quorum', 'newLeaderAck'],
  ])('%s', (words, what) => {
    const trace = [`java.lang.InterruptedException: ${words}`, '\tat x.Leader.y(Leader.java:1)'];
    expect(facts('QuorumPeer', 'Unexpected exception', trace)).toEqual([{ kind: 'quorumTimeout', what }]);
    expect(
      facts('LearnerHandler', 'Unexpected exception causing shutdown while sock still open', trace, 'LearnerHandler-/10.0.0.3:1'),
    ).toEqual([{ kind: 'quorumTimeout', what }]);
  });

  it('a handler whose learner is gone', () => {
    expect(
      facts(
        'LearnerHandler',
        'Unexpected exception in LearnerHandler: ',
        ['java.net.SocketTimeoutException: Read timed out'],
        'LearnerHandler-/10.0.0.3:40100',
      ),
    ).toMatchObject([{ kind: 'learnerGone', address: '/10.0.0.3:40100', exception: { type: 'SocketTimeoutException' } }]);
  });
});

// Learner.connectToLeader, registerWithLeader, syncWithLeader; Follower.followLeader, Observer.observeLeader
table('on the learner', [
  ['3.3', 'Learner', 'Getting a diff from the leader 0x0', { kind: 'gettingSync', mode: 'DIFF', zxid: z(0, 0) }],
  ['3.3', 'Learner', 'Getting a snapshot from leader', { kind: 'gettingSync', mode: 'SNAP', zxid: null }],
  ['3.5', 'Learner', 'Getting a snapshot from leader 0x200000000', { kind: 'gettingSync', mode: 'SNAP', zxid: z(2, 0) }],
  ['3.3', 'Learner', 'Truncating log to get in sync with the leader 0x100000004', { kind: 'gettingSync', mode: 'TRUNC', zxid: z(1, 4) }],
  ['3.5', 'Learner', 'Learner received NEWLEADER message', { kind: 'newLeaderReceived' }],
  ['3.5', 'Learner', 'Learner received UPTODATE message', { kind: 'upToDateReceived' }],
  [
    '3.6',
    'Learner',
    'Successfully connected to leader, using address: zk3/10.0.0.3:2888',
    { kind: 'connectedToLeader', address: 'zk3/10.0.0.3:2888' },
  ],
  ['3.3', 'Observer', 'Observing zk3/10.0.0.3:2888', { kind: 'following', leader: null, address: 'zk3/10.0.0.3:2888', observer: true }],
  [
    '3.6',
    'Observer',
    'Observing new leader sid=3 addr=zk3/10.0.0.3:2888',
    { kind: 'following', leader: 3, address: 'zk3/10.0.0.3:2888', observer: true },
  ],
  ['3.6', 'Follower', 'shutdown Follower', { kind: 'learnerShutdown', observer: false }],
  [
    '3.6',
    'Follower',
    'Disconnected from leader (with address: zk3/10.0.0.3:2888). Was connected for 3012ms. Sync state: false',
    { kind: 'disconnected', address: 'zk3/10.0.0.3:2888', wasConnectedMs: 3012, synced: false },
  ],
  ['3.4', 'Follower', 'Got zxid 0x200000001 expected 0x1', { kind: 'unexpectedZxid', got: z(2, 1), expected: z(0, 1) }],
  [
    '3.4',
    'FollowerZooKeeperServer',
    'Committing zxid 0x200000002 but next pending txn 0x200000001',
    { kind: 'unexpectedZxid', got: z(2, 2), expected: z(2, 1) },
  ],
  ['3.3.6', 'Follower', 'Leader epoch 1 is less than our epoch 2a', { kind: 'epochRefused', leaderEpoch: 1, myEpoch: 42 }],
  [
    '3.4',
    'Follower',
    'Proposed leader epoch 100000000 is less than our accepted epoch 2a',
    { kind: 'epochRefused', leaderEpoch: 1, myEpoch: 42 },
  ],
  [
    '3.5.5',
    'Learner',
    'Unexpected exception, retries exceeded. tries=4, remaining init limit=120, connecting to zk3/10.0.0.3:2888',
    { kind: 'cannotReachLeader', address: 'zk3/10.0.0.3:2888', tries: 4, why: 'other', exception: null },
  ],
  [
    '3.4',
    'Learner',
    "Couldn't find the leader with id = 4",
    { kind: 'cannotReachLeader', address: null, tries: null, why: 'other', exception: null },
  ],
]);

describe('on the learner, over several lines', () => {
  it('an epoch that it cannot accept is told by the exception, in decimal', () => {
    const trace = [
      'java.io.IOException: Leaders epoch, 12 is less than accepted epoch, 14',
      '\tat x.Learner.registerWithLeader(Learner.java:1)',
    ];
    expect(facts('Follower', 'Exception when following the leader', trace)).toMatchObject([
      { kind: 'epochRefused', leaderEpoch: 12, myEpoch: 14 },
      { kind: 'learnerException', observer: false },
    ]);
  });
});

// FileTxnSnapLog, FileSnap, SnapStream, Util, FileTxnLog, ZKDatabase, DataTree.reportDigestMismatch, PurgeTxnLog; QuorumPeer.loadDataBase
table('disk', [
  [
    '3.4.5',
    'QuorumPeer',
    'currentEpoch not found! Creating with a reasonable default of 3. This should only happen when you are upgrading your installation',
    { kind: 'epochFileMissing', file: 'currentEpoch', epoch: 3 },
  ],
  [
    '3.3',
    'FileSnap',
    'Reading snapshot /data/version-2/snapshot.100000004',
    { kind: 'readingSnapshot', file: '/data/version-2/snapshot.100000004' },
  ],
  [
    '3.6',
    'ZKDatabase',
    'Snapshot loaded in 5 ms, highest zxid is 0x100000004, digest is 1371985504',
    { kind: 'snapshotLoaded', zxid: z(1, 4) },
  ],
  ['3.6', 'FileTxnSnapLog', '17 txns loaded in 3 ms', { kind: 'txnsLoaded', txns: 17 }],
  ['3.3', 'FileTxnSnapLog', 'Snapshotting: 100000004', { kind: 'snapshotting', zxid: z(1, 4), file: 'snapshot.100000004' }],
  [
    '3.4.5',
    'FileTxnSnapLog',
    'Snapshotting: 0x100000004 to /data/version-2/snapshot.100000004',
    { kind: 'snapshotting', zxid: z(1, 4), file: '/data/version-2/snapshot.100000004' },
  ],
  ['3.3', 'FileTxnLog', 'Creating new log file: log.100000005', { kind: 'newLogFile', file: 'log.100000005' }],
  [
    '3.4',
    'FileTxnLog',
    'fsync-ing the write ahead log in SyncThread:1 took 2345ms which will adversely effect operation latency. See the ZooKeeper troubleshooting guide',
    { kind: 'slowFsync', ms: 2345, bytes: null },
  ],
  [
    '3.6',
    'FileTxnLog',
    'fsync-ing the write ahead log in SyncThread:1 took 2345ms which will adversely effect operation latency.File size is 67108880 bytes. See the ZooKeeper troubleshooting guide',
    { kind: 'slowFsync', ms: 2345, bytes: 67_108_880 },
  ],
  [
    '3.6',
    'SnapStream',
    'Invalid snapshot snapshot.10000000d. len = 900, byte = 3',
    { kind: 'badFile', file: 'snapshot.10000000d', message: 'Invalid snapshot snapshot.10000000d. len = 900, byte = 3', exception: null },
  ],
  [
    '3.4',
    'FileSnap',
    'problem reading snap file /data/version-2/snapshot.10000000d',
    {
      kind: 'badFile',
      file: '/data/version-2/snapshot.10000000d',
      message: 'problem reading snap file /data/version-2/snapshot.10000000d',
      exception: null,
    },
  ],
  ['3.6', 'RateLogger', 'Message:Digests are not matching. Value is Zxid. Value:4294967309', { kind: 'digestMismatch', zxid: z(1, 13) }],
  [
    'mainline',
    'RateLogger',
    '[12 times] Message: Digests are not matching. Value is Zxid. Last value:4294967309',
    { kind: 'digestMismatch', zxid: z(1, 13) },
  ],
  [
    '3.5.5',
    'FileTxnSnapLog',
    '4294967309(highestZxid) > 4294967301(next log) for type 1',
    { kind: 'diskError', message: '4294967309(highestZxid) > 4294967301(next log) for type 1', exception: null },
  ],
  ['3.4', 'PurgeTxnLog', 'Removing file: Nov 4, 2018, 1:02:03 PM\t/data/version-2/log.1', { kind: 'purge', file: '/data/version-2/log.1' }],
]);

// QuorumPeerMain, QuorumPeerConfig, QuorumPeer's setters, Environment.logEnv, ServiceUtils, ZooKeeperCriticalThread
table('process', [
  ['3.4', 'QuorumPeerMain', 'Starting quorum peer', { kind: 'starting', myid: null }],
  ['3.6.3', 'QuorumPeerMain', 'Starting quorum peer, myid=7', { kind: 'starting', myid: 7 }],
  [
    '3.8',
    'Environment',
    'Server environment:zookeeper.version=3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC',
    { kind: 'version', version: '3.8.0' },
  ],
  ['3.3', 'QuorumPeer', 'tickTime set to 2000', { kind: 'setting', name: 'tickTime', value: '2000' }],
  ['3.8', 'ZooKeeperServer', 'minSessionTimeout set to 4000 ms', { kind: 'setting', name: 'minSessionTimeout', value: '4000' }],
  ['3.8', 'ZKDatabase', 'zookeeper.snapshotSizeFactor = 0.33', { kind: 'setting', name: 'zookeeper.snapshotSizeFactor', value: '0.33' }],
  [
    '3.8',
    'FileTxnSnapLog',
    'zookeeper.snapshot.trust.empty : false',
    { kind: 'setting', name: 'zookeeper.snapshot.trust.empty', value: 'false' },
  ],
  ['3.6', 'JvmPauseMonitor', 'Detected pause in JVM or host machine (eg GC): pause of approximately 5123ms', { kind: 'pause', ms: 5123 }],
  ['3.4', 'QuorumPeerMain', 'Exiting normally', { kind: 'exiting', code: 0, message: 'Exiting normally', exception: null }],
  ['3.6', 'ServiceUtils', 'Exiting JVM with code 1', { kind: 'exiting', code: 1, message: 'Exiting JVM with code 1', exception: null }],
  [
    '3.5',
    'ZooKeeperCriticalThread',
    'Severe unrecoverable error, from thread : SyncThread:1',
    { kind: 'threadDied', message: 'Severe unrecoverable error, from thread : SyncThread:1', exception: null },
  ],
]);

describe('process, over several lines', () => {
  it('an invalid configuration', () => {
    const trace = [
      'org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing /conf/zoo.cfg',
      '\tat x.QuorumPeerConfig.parse(QuorumPeerConfig.java:1)',
      'Caused by: java.lang.IllegalArgumentException: myid file is missing',
    ];
    expect(facts('QuorumPeerMain', 'Invalid config, exiting abnormally', trace, 'main')).toMatchObject([
      { kind: 'configError', message: 'Error processing /conf/zoo.cfg: myid file is missing' },
      { kind: 'exiting', exception: { type: 'ConfigException' } },
    ]);
  });

  it('out of memory', () => {
    const trace = ['java.lang.OutOfMemoryError: Java heap space'];
    expect(facts('ZooKeeperCriticalThread', 'Severe unrecoverable error, from thread : CommitProcessor:1', trace)).toMatchObject([
      { kind: 'outOfMemory' },
    ]);
  });
});

// Leader.propose, CommitProcessor.commit, *SessionTracker, QuorumZooKeeperServer, NIOServerCnxn
table('transactions, sessions', [
  [
    '3.8',
    'Leader',
    'Proposing:: sessionid:0x1000034a5b60000 type:create cxid:0x1f zxid:0x100000004 txntype:1 reqpath:n/a',
    { kind: 'proposing', zxid: z(1, 4), type: 'create', session: '0x1000034a5b60000', cxid: 31 },
  ],
  [
    '3.8, of a server with a high sid',
    'CommitProcessor',
    'Committing request:: sessionid:0xff00034a5b60001 type:closeSession cxid:0x2 zxid:0x100000005 txntype:-11 reqpath:n/a',
    { kind: 'committing', zxid: z(1, 5), type: 'closeSession', session: '0xff00034a5b60001', cxid: 2 },
  ],
  [
    '3.6',
    'LearnerSessionTracker',
    'Committing global session 0x1000034a5b60000',
    { kind: 'sessionCommitted', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'ZooKeeperServer',
    'Established session 0x1000034a5b60000 with negotiated timeout 6000 for client /10.0.0.9:1',
    { kind: 'sessionCommitted', session: '0x1000034a5b60000' },
  ],
  [
    '3.6',
    'QuorumZooKeeperServer',
    'Submitting global closeSession request for session 0x1000034a5b60000',
    { kind: 'sessionClosing', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'ZooKeeperServer',
    'Expiring session 0x1000034a5b60000, timeout of 4000ms exceeded',
    { kind: 'sessionExpired', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'NIOServerCnxn',
    'Exception causing close of session 0x0 due to java.io.IOException: ZooKeeperServer not running',
    { kind: 'notServing' },
  ],
  ['3.8', 'ZooKeeperServer', 'forcibly expiring session 0x1000034a5b60000', { kind: 'sessionExpired', session: '0x1000034a5b60000' }],
  ['3.8', 'NettyServerCnxn', 'Closing connection to /10.0.0.9:1 because the server is not ready', { kind: 'notServing' }],
  ['3.6', 'ZooKeeperServer', 'shutting down', { kind: 'serving', serving: false }],
]);

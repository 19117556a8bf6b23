import { table, vote, z } from './saying.ts';

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

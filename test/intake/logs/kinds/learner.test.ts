import { describe, expect, it } from 'vitest';
import { facts, table, z } from './saying.ts';

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

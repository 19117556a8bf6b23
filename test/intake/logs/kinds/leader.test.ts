import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../../src/base/ids.ts';
import { readLog } from '../../../../src/intake/logs/reader.ts';
import { facts, table, z } from './saying.ts';

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

/** Cases about epochs, histories, limits and quorums. */
import { heard } from './build.ts';
import {
  type DiagnosisCase,
  MEMBERS,
  TICKS,
  TIMED_OUT,
  arrived,
  elected,
  followerOf3,
  following,
  leaderOf3,
  looking,
  notified,
  synchronizing,
} from './diagnoseLines.ts';

const GOODBYE = (at: string): readonly string[] => [
  `${at} ERROR [LearnerHandler-/10.0.0.1:4000:LearnerHandler@719] Unexpected exception in LearnerHandler: `,
  ...TIMED_OUT,
  `${at} WARN [LearnerHandler-/10.0.0.1:4000:LearnerHandler@735] ******* GOODBYE /10.0.0.1:4000 ********`,
];
const FSYNC = (ms: number): string =>
  `12:00:05.000 WARN [SyncThread:1:FileTxnLog@1] fsync-ing the write ahead log in SyncThread:1 took ${ms}ms which will adversely effect operation latency. File size is 67108880 bytes. See the ZooKeeper troubleshooting guide`;
const SHUT = (at: string): string =>
  `${at} [QuorumPeer:Leader@819] Shutdown called. For the reason Not sufficient followers synced, only synced with sids: [ [3] ]`;

export const LIMIT_CASES: readonly DiagnosisCase[] = [
  {
    rule: 'epoch.refused',
    logs: { 1: followerOf3(1, following('12:00:01.000'), 'java.io.IOException: Leaders epoch, 2 is less than accepted epoch, 4') },
    servers: [1],
    says: ['Server 1 refused a leader at 12:00:01.000 whose epoch 2 is less than 4'],
    quiet: { 1: followerOf3(1, following('12:00:01.000'), 'java.io.EOFException') },
  },
  {
    rule: 'epoch.ahead',
    logs: {
      3: leaderOf3(
        '12:00:01.000 ERROR [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Unexpected exception causing shutdown while sock still open',
        'java.io.IOException: Follower is ahead of the leader, leader summary: 1 (current epoch), 4294967301 (last zxid)',
      ),
    },
    servers: [3],
    says: ['Leader 3 refused a follower that is ahead of it'],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'epoch.reused',
    logs: { 3: leaderOf3('12:00:04.000 LOOKING'), 2: elected(2, '12:00:30', '0x100000003', 1, '1, 2') },
    servers: [2, 3],
    says: ['Epoch 2 was used twice, by the leaders 3 and 2'],
    quiet: { 3: leaderOf3('12:00:04.000 LOOKING'), 2: elected(2, '12:00:30', '0x200000003', 2, '1, 2') },
  },
  {
    rule: 'epoch.diverged',
    logs: {
      3: leaderOf3('12:00:04.000 LOOKING'),
      2: [
        ...elected(2, '12:00:30', '0x100000003', 1, '2, 3'),
        synchronizing('12:00:40.000', '0x200000009', '0x200000002'),
        '12:00:40.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending TRUNC zxid=0x200000002 for peer sid: 1',
      ],
    },
    servers: [1, 2],
    unsure: true,
    says: [
      'Server 1 (at 0x200000009) was brought in line with leader 2 by TRUNC to 0x200000002 at 12:00:40',
      'under epoch 2, which was used before',
    ],
    quiet: {
      3: leaderOf3(
        synchronizing('12:00:40.000', '0x200000009', '0x200000002'),
        '12:00:40.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending TRUNC zxid=0x200000002 for peer sid: 1',
      ),
    },
  },
  {
    rule: 'epoch.forgotten',
    logs: { 3: leaderOf3('12:00:04.000 LOOKING'), 2: elected(2, '12:00:30', '0x100000003', 1, '1, 2') },
    servers: [2],
    says: [
      'Server 2 was elected at 12:00:30.300 with a history of epoch 1, although a quorum under server 3 had established epoch 2 before: a majority (1 and 2)',
    ],
    quiet: { 3: leaderOf3('12:00:04.000 LOOKING'), 2: elected(2, '12:00:30', '0x200000003', 2, '1, 2') },
  },
  {
    rule: 'epoch.files',
    logs: {
      1: [
        '12:00:00.100 ERROR [main:QuorumPeer@1] Unable to load database on disk',
        'java.io.IOException: The current epoch, 0, is older than the last zxid, 4294967301',
      ],
    },
    servers: [1],
    says: [
      'Server 1 does not start because its epoch files contradict its history ("The current epoch, 0, is older than the last zxid, 4294967301")',
    ],
    quiet: { 1: ['12:00:00.100 ERROR [main:QuorumPeer@1] Unable to load database on disk', 'java.io.IOException: CRC check failed'] },
  },
  {
    rule: 'epoch.fileMissing',
    logs: {
      1: [
        '12:00:00.100 [main:QuorumPeer@1] acceptedEpoch not found! Creating with a reasonable default of 3. This should only happen when you are upgrading your installation',
      ],
    },
    servers: [1],
    note: true,
    says: ['acceptedEpoch was missing on server 1 at 12:00:00.100 although it has a history; rebuilt as epoch 3'],
    quiet: {
      1: [
        '12:00:00.100 [main:QuorumPeer@1] acceptedEpoch not found! Creating with a reasonable default of 0. This should only happen when you are upgrading your installation',
      ],
    },
  },
  {
    rule: 'history.cut',
    logs: {
      3: leaderOf3(
        synchronizing('12:00:01.000', '0x100000007', '0x100000005'),
        '12:00:01.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending TRUNC zxid=0x100000005 for peer sid: 1',
      ),
    },
    servers: [1, 3],
    note: true,
    says: ['Leader 3 told server 1 at 12:00:01', 'cut its log from 0x100000007 back to 0x100000005'],
    quiet: {
      3: leaderOf3(
        synchronizing('12:00:01.000', '0x100000004', '0x100000005'),
        '12:00:01.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending DIFF zxid=0x100000005 for peer sid: 1',
      ),
    },
  },

  {
    rule: 'history.replaced',
    logs: {
      3: leaderOf3(
        synchronizing('12:00:01.000', '0x100000007', '0x200000005'),
        '12:00:01.001 WARN [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Cannot send TRUNC to peer sid: 1 peer zxid is from different epoch',
        '12:00:01.002 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending snapshot last zxid of peer is 0x100000007, zxid of leader is 0x200000005, send zxid of db as 0x200000005, 1 concurrent snapshot sync, snapshot sync was exempt from throttle',
      ),
    },
    servers: [1, 3],
    note: true,
    says: ['Server 1 ended at 0x100000007, which is not in the history of leader 3; it got a whole snapshot of 0x200000005'],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'history.jump',
    logs: { 1: followerOf3(1, '12:00:09.000 WARN [QuorumPeer:Follower@1] Got zxid 0x200000009 expected 0x200000004') },
    servers: [1],
    unsure: true,
    says: ['Server 1 received 0x200000009 where 0x200000004 was the next at 12:00:09.000'],
    // The first of an epoch always follows an older one.
    quiet: { 1: followerOf3(1, '12:00:09.000 WARN [QuorumPeer:Follower@1] Got zxid 0x200000001 expected 0x1') },
  },
  {
    rule: 'sync.snapshot',
    logs: {
      3: leaderOf3(
        synchronizing('12:00:01.000', '0x100000002', '0x100000905'),
        '12:00:01.002 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending snapshot last zxid of peer is 0x100000002, zxid of leader is 0x100000905, send zxid of db as 0x100000905, 1 concurrent snapshot sync, snapshot sync was exempt from throttle',
      ),
    },
    servers: [1, 3],
    note: true,
    says: ['Server 1 (at 0x100000002) was too far behind leader 3 for a DIFF and got the whole snapshot'],
    quiet: {
      3: leaderOf3(
        synchronizing('12:00:01.000', '0x100000002', '0x100000905'),
        '12:00:01.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending DIFF zxid=0x100000905 for peer sid: 1',
      ),
    },
  },
  {
    rule: 'initLimit.leader',
    logs: {
      3: [
        ...TICKS,
        '12:00:00.000 LOOKING',
        '12:00:00.300 LEADING',
        '12:00:20.300 WARN [QuorumPeer:QuorumPeer@1] Unexpected exception',
        'java.lang.InterruptedException: Timeout while waiting for epoch from quorum',
        '12:00:20.400 LOOKING',
      ],
    },
    servers: [3],
    says: ['Leader 3 waited initLimit (20.0 s) for a quorum to connect and name its epochs and gave up at 12:00:20.300'],
    quiet: { 3: leaderOf3(SHUT('12:00:09.000'), '12:00:09.010 LOOKING') },
  },
  {
    rule: 'initLimit.learner',
    logs: {
      1: [...TICKS, '12:00:00.200 LOOKING', '12:00:00.400 FOLLOWING', following('12:00:20.400'), ...TIMED_OUT, '12:00:20.500 LOOKING'],
    },
    servers: [1],
    says: ['Server 1 waited for the leader while being synchronized, and initLimit (20.0 s) passed at 12:00:20.400'],
    quiet: { 1: followerOf3(1, following('12:00:20.400'), ...TIMED_OUT, '12:00:20.500 LOOKING') },
  },
  {
    rule: 'syncLimit.learner',
    logs: {
      1: followerOf3(1, following('12:00:20.400'), ...TIMED_OUT, '12:00:20.500 LOOKING'),
      2: followerOf3(2, following('12:00:20.600'), ...TIMED_OUT, '12:00:20.700 LOOKING'),
    },
    servers: [1, 2, 3],
    says: ['Servers 1 and 2 heard nothing from leader 3', 'for syncLimit (10.0 s) and left it twice between 12:00:20.400 and 12:00:20.600'],
    quiet: { 1: followerOf3(1, following('12:00:20.400'), 'java.io.EOFException', '12:00:20.500 LOOKING') },
  },
  {
    rule: 'syncLimit.leader',
    logs: { 3: leaderOf3(arrived('12:00:01.000', 1), ...GOODBYE('12:00:15.000')) },
    servers: [1, 3],
    says: ['Leader 3 heard nothing from server 1 for syncLimit (10.0 s) and closed the connection at 12:00:15.000'],
    quiet: {
      3: leaderOf3(
        arrived('12:00:01.000', 1),
        '12:00:15.000 WARN [LearnerHandler-/10.0.0.1:4000:LearnerHandler@735] ******* GOODBYE /10.0.0.1:4000 ********',
      ),
    },
  },
  {
    rule: 'quorum.lost',
    logs: { 3: [...MEMBERS, ...leaderOf3(SHUT('12:00:09.000'), '12:00:09.010 LOOKING')] },
    servers: [3],
    says: ['Leader 3 gave up at 12:00:09.000 because only 1 of 3 voters was in sync (server 3); 2 are needed'],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'quorum.gone',
    logs: { 3: [...leaderOf3(...MEMBERS, SHUT('12:00:09.000'), '12:00:09.010 LOOKING', notified('12:00:19.000', 6400))] },
    servers: [3],
    says: ['After the leadership of server 3 ended', 'server 3 waits, and 2 of 3 voters are needed'],
    quiet: { 3: leaderOf3(...MEMBERS, SHUT('12:00:09.000'), '12:00:09.010 LOOKING', '12:00:12.000 FOLLOWING') },
  },
  {
    rule: 'quorum.notHeard',
    logs: { 1: looking(...MEMBERS, heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0'), notified('12:00:12.200', 6400)) },
    servers: [1],
    says: [
      'Server 1 looked for a leader for 12.0 s from 12:00:00.200 on and heard only server 1 of 3 voters; 2 are needed. Not heard: 2 and 3.',
    ],
    quiet: { 1: looking(...MEMBERS, heard('12:00:00.300', 'LOOKING', 2, 'LOOKING', 2, '0x0'), notified('12:00:12.200', 6400)) },
  },
  {
    rule: 'quorum.leaderNotHeard',
    logs: { 1: looking(...MEMBERS, heard('12:00:01.000', 'LOOKING', 2, 'FOLLOWING', 3, '0x5'), notified('12:00:09.000', 6400)) },
    servers: [1, 3],
    says: ['Server 1 knew from server 2 that server 3 leads, but did not hear server 3 itself for 8.0 s'],
    quiet: {
      1: looking(
        ...MEMBERS,
        heard('12:00:01.000', 'LOOKING', 2, 'FOLLOWING', 3, '0x5'),
        heard('12:00:01.100', 'LOOKING', 3, 'LEADING', 3, '0x5'),
        notified('12:00:09.000', 6400),
      ),
    },
  },
  {
    rule: 'votes.split',
    logs: {
      1: looking(
        ...MEMBERS,
        heard('12:00:01.000', 'LOOKING', 1, 'LOOKING', 1, '0x5'),
        heard('12:00:01.100', 'LOOKING', 2, 'LOOKING', 2, '0x4'),
        notified('12:00:09.000', 6400),
      ),
    },
    servers: [1],
    unsure: true,
    says: ['Server 1 looked for a leader for 8.8 s', 'it heard servers 1 and 2 of 3 voters; the votes it saw were for 1 and 2'],
    quiet: { 1: looking(...MEMBERS, notified('12:00:09.000', 6400)) },
  },
  {
    rule: 'flapping',
    logs: {
      3: [0, 1, 2].flatMap((i) => [...elected(3, `12:0${i}:00`, `0x${i + 1}00000005`, i + 1, '2, 3', i + 1), SHUT(`12:0${i}:30.000`)]),
    },
    servers: [3],
    says: ['3 leaderships within 2 min 0 s from 12:00:00.300 on (leaders 3, 3 and 3)'],
    quiet: {
      3: [0, 3].flatMap((i) => [...elected(3, `12:${i}0:00`, `0x${i + 1}00000005`, i + 1, '2, 3', i + 1), SHUT(`12:${i}0:30.000`)]),
    },
  },
  {
    rule: 'restless',
    logs: { 1: [0, 1, 2, 3, 4, 5].flatMap((i) => [`12:0${i}:00.000 LOOKING`, `12:0${i}:01.000 FOLLOWING`]) },
    servers: [1],
    says: ['Server 1 went back to LOOKING 5 times within 4 min 0 s from 12:01:00.000 on'],
    // A server that was started again and again did not fall out.
    quiet: {
      1: [0, 1, 2, 3, 4, 5].flatMap((i) => [
        `12:0${i}:00.000 [main:QuorumPeerMain@1] Starting quorum peer, myid=1`,
        `12:0${i}:00.500 LOOKING`,
        `12:0${i}:01.000 FOLLOWING`,
      ]),
    },
  },
  {
    rule: 'election.backoff',
    logs: { 1: looking(notified('12:00:03.000', 3200), notified('12:00:07.000', 6400), '12:00:13.200 FOLLOWING') },
    servers: [1],
    note: true,
    says: ['Server 1 found its leader late (13.0 s after 12:00:00.200)', 'had grown to 6.4 s'],
    quiet: { 1: looking('12:00:00.900 FOLLOWING') },
  },
  {
    rule: 'fsync.slow',
    logs: { 1: followerOf3(1, FSYNC(1200), FSYNC(7500)) },
    servers: [1],
    says: ['2 fsyncs of server 1 were slow, the worst took 7.5 s (75 % of syncLimit)'],
    quiet: { 1: followerOf3(1) },
  },
  {
    rule: 'stall',
    logs: {
      3: leaderOf3(arrived('12:00:01.000', 1), SHUT('12:00:25.000'), '12:00:25.100 LOOKING'),
      1: followerOf3(
        1,
        following('12:00:20.400'),
        ...TIMED_OUT,
        '12:00:20.500 LOOKING',
        heard('12:00:25.300', 'LOOKING', 3, 'LOOKING', 3, '0x5'),
      ),
    },
    servers: [3],
    unsure: true,
    says: ['Server 3 stood still for about 24.0 s from 12:00:01.000 on: its log is silent, server 1 waited for it in vain'],
    // Cut off, and alive: it gives up when the others do.
    quiet: {
      3: leaderOf3(arrived('12:00:01.000', 1), SHUT('12:00:20.500'), '12:00:20.600 LOOKING'),
      1: followerOf3(1, following('12:00:20.400'), ...TIMED_OUT, '12:00:20.500 LOOKING'),
    },
  },
];

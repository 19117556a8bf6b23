/** Cases about leaders, votes, connections, ids and members. */
import { heard } from './build.ts';
import {
  type DiagnosisCase,
  MEMBERS,
  REFUSED,
  arrived,
  bad,
  cannot,
  followerOf3,
  leaderOf3,
  looking,
  notified,
  unreach,
} from './diagnoseLines.ts';

/** What a reconfig makes servers say that changes the leader. */
const HANDED_OVER = [
  '12:00:08.990 WARN [LearnerHandler-/10.0.0.1:4000:QuorumPeer@1859] Restarting Leader Election',
  '12:00:09.000 WARN [LearnerHandler-/10.0.0.1:4000:QuorumPeer@2458] Suggested leader: 2',
];

export const CASES: readonly DiagnosisCase[] = [
  {
    rule: 'leader.established',
    logs: {
      3: leaderOf3(
        '12:00:09.000 [QuorumPeer:Leader@819] Shutdown called. For the reason Not sufficient followers synced, only synced with sids: [ [3] ]',
        '12:00:09.010 LOOKING',
      ),
    },
    servers: [3],
    note: true,
    says: [
      'Server 3 became leader at 12:00:00.300 with epoch 2; servers 2 and 3',
      'took 300 ms',
      'ended after 8.7 s',
      '"Not sufficient followers synced, only synced with sids: [ [3] ]"',
    ],
    quiet: { 3: ['12:00:00.000 LOOKING', '12:00:00.300 FOLLOWING'] },
  },
  {
    rule: 'leader.notEstablished',
    logs: {
      3: [
        '12:00:00.000 LOOKING',
        '12:00:00.300 LEADING',
        '12:00:20.300 [QuorumPeer:Leader@1] Shutdown called. For the reason Waiting for a quorum of followers, only synced with sids: [ [3] ]',
        '12:00:20.400 LOOKING',
      ],
    },
    servers: [3],
    says: ['Server 3 was elected at 12:00:00.300 but never had a quorum behind it', 'gave up after 20'],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'leader.replaced',
    logs: { 3: leaderOf3(...HANDED_OVER) },
    servers: [2, 3],
    note: true,
    says: ['A new configuration took effect at 12:00:09.000: leader 3 is not its leader and hands over to server 2'],
    // A follower says the same of whom it follows next.
    quiet: { 2: ['12:00:00.000 LOOKING', '12:00:00.300 FOLLOWING', ...HANDED_OVER] },
  },
  {
    rule: 'leader.none',
    logs: { 1: looking(notified('12:00:09.000', 6400)), 2: ['12:00:00.200 LOOKING', notified('12:00:09.000', 6400)] },
    servers: [1, 2],
    says: ['There is no leader in these logs: servers 1 and 2 looked for one'],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'looking.atEnd',
    logs: { 1: looking(notified('12:00:09.200', 6400)) },
    servers: [1],
    says: ['Server 1 is still LOOKING when its log ends', '9.0 s', 'since 12:00:00.200'],
    quiet: { 1: looking('12:00:09.200 FOLLOWING') },
  },
  {
    rule: 'why.vote',
    logs: {
      3: leaderOf3(),
      1: ['12:00:00.000 LOOKING', heard('12:00:00.020', 'LOOKING', 1, 'LOOKING', 1, '0x100000007', 1, 0), '12:00:00.300 FOLLOWING'],
    },
    servers: [3],
    note: true,
    says: [
      'beats the next best, (epoch 0, zxid 0x100000007, id 1): its epoch is higher, and epochs are compared first',
      'Others in the running: 1.',
    ],
    quiet: { 3: leaderOf3() },
  },
  {
    rule: 'why.alone',
    logs: { 3: leaderOf3() },
    servers: [3],
    note: true,
    unsure: true,
    says: ['Server 3 won at 12:00:00.300 with the vote (epoch 1, zxid 0x100000005, id 3); no other candidate shows'],
    quiet: { 3: leaderOf3(), 1: followerOf3(1) },
  },
  {
    rule: 'why.notHeard',
    logs: {
      3: leaderOf3(),
      5: [
        '12:00:00.000 LOOKING',
        heard('12:00:00.020', 'LOOKING', 5, 'LOOKING', 5, '0x100000009', 1, 1),
        notified('12:00:00.900', 400),
        '12:00:01.500 FOLLOWING',
      ],
    },
    servers: [3, 5],
    says: [
      'Server 5 was LOOKING too and had the higher vote (epoch 1, zxid 0x100000009, id 5), but server 3',
      'What only server 5 had is dropped',
    ],
    quiet: { 3: leaderOf3(), 1: followerOf3(1) },
  },
  {
    rule: 'why.joined',
    logs: {
      3: leaderOf3(),
      1: ['12:00:05.000 LOOKING', heard('12:00:05.010', 'LOOKING', 3, 'LEADING', 3, '0x100000005', 1, 2), '12:00:05.100 FOLLOWING'],
    },
    servers: [1, 3],
    note: true,
    says: ['Server 1 joined the established leader 3 (epoch 2) at 12:00:05.100, 100 ms after it began to look'],
    quiet: { 3: leaderOf3(), 1: followerOf3(1) },
  },
  unreach('reach.refused', REFUSED[0] ?? '', 'connection refused (the host answers, nothing listens at that port)'),
  unreach('reach.timeout', 'java.net.SocketTimeoutException: connect timed out', 'timed out (nothing answers)'),
  unreach('reach.unresolved', 'java.net.UnknownHostException: zk2', 'the name could not be resolved'),
  unreach('reach.unreachable', 'java.net.NoRouteToHostException: No route to host', 'no route to the host'),
  unreach('reach.reset', 'java.net.SocketException: Connection reset', 'the connection was reset'),
  unreach('reach.tls', 'javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_unknown', 'the TLS handshake failed'),
  unreach('reach.other', 'java.io.IOException: something new', 'IOException: something new'),
  {
    rule: 'reach.name',
    logs: {
      1: looking('12:00:02.000 WARN [QuorumPeer:QuorumPeer$QuorumServer@1] Failed to resolve address: zk7', notified('12:00:09.000', 6400)),
    },
    servers: [1],
    says: ['Server 1 could not resolve the name zk7 at 12:00:02.000'],
    quiet: { 1: looking() },
  },
  {
    rule: 'reach.leader',
    logs: {
      1: [
        '12:00:00.200 LOOKING',
        '12:00:00.400 FOLLOWING',
        ...['12:00:01.000', '12:00:02.000', '12:00:03.000'].flatMap((at) => [
          `${at} WARN [LeaderConnector-zk3/10.0.0.3:2888:Learner$LeaderConnector@1] Unexpected exception, tries=0, remaining init limit=9000, connecting to zk3/10.0.0.3:2888`,
          ...REFUSED,
        ]),
      ],
    },
    servers: [1],
    says: [
      "Server 1 could not connect to its leader's quorum port zk3/10.0.0.3:2888",
      'ConnectException: Connection refused',
      '3 times between 12:00:01.000 and 12:00:03.000',
    ],
    quiet: { 1: followerOf3(1) },
  },
  {
    rule: 'reach.oneWay',
    logs: {
      1: ['12:00:00.200 LOOKING', notified('12:00:03.000', 3200), '12:00:06.000 FOLLOWING'],
      3: leaderOf3(...['12:00:01.000', '12:00:02.000', '12:00:04.000'].map((at) => heard(at, 'LEADING', 1, 'LOOKING', 1, '0x0'))),
    },
    servers: [1, 3],
    unsure: true,
    says: ['Server 3 heard server 1 3 times between 12:00:01.000 and 12:00:04.000, but server 1 heard nothing from server 3'],
    quiet: {
      1: ['12:00:00.200 LOOKING', heard('12:00:01.010', 'LOOKING', 3, 'LEADING', 3, '0x0'), '12:00:06.000 FOLLOWING'],
      3: leaderOf3(...['12:00:01.000', '12:00:02.000', '12:00:04.000'].map((at) => heard(at, 'LEADING', 1, 'LOOKING', 1, '0x0'))),
    },
  },
  {
    rule: 'silent.member',
    logs: { 1: looking(heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0'), ...cannot('12:00:01.000', 2, ...REFUSED)) },
    servers: [2],
    unsure: true,
    says: ['Server 2 was never heard', 'Connections to it failed (refused)'],
    quiet: {
      1: looking(heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0'), heard('12:00:00.400', 'LOOKING', 2, 'LOOKING', 2, '0x0')),
    },
  },
  {
    rule: 'silent.server',
    logs: {
      1: [
        '12:00:00.100 [main:QuorumPeerMain@1] Starting quorum peer, myid=1',
        '12:00:00.200 ERROR [main:QuorumPeerMain@1] Exiting JVM with code 1',
      ],
    },
    servers: [1],
    says: ['Server 1 never took part in an election', 'Its process ended before that'],
    quiet: { 1: looking(heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0')) },
  },
  {
    rule: 'port.auth',
    logs: {
      1: looking(
        '12:00:05.000 ERROR [QuorumConnectionThread-[myid=1]-1:QuorumCnxManager@1] Exception handling connection, addr: /10.0.0.2:4444, closing server connection',
        'javax.security.sasl.SaslException: Authentication failed against server addr: zk1',
      ),
    },
    servers: [1],
    says: ['refused connections at its election port at 12:00:05.000 because authentication failed'],
    quiet: { 1: looking(bad('Exception handling connection, addr: /10.0.0.2:4444, closing server connection')) },
  },
  {
    rule: 'port.tls',
    logs: {
      1: looking(
        bad('Exception handling connection, addr: /10.0.0.2:4444, closing server connection'),
        'javax.net.ssl.SSLException: Unsupported or unrecognized SSL message',
      ),
    },
    servers: [1],
    says: ['TLS failed at the election port of server 1 at 12:00:05.000'],
    quiet: { 1: looking() },
  },
  {
    rule: 'port.garbage',
    logs: {
      1: looking(
        bad('Initial message parsing error!'),
        'org.apache.zookeeper.server.quorum.QuorumCnxManager$InitialMessage$InitialMessageException: Got unrecognized protocol version 1195725856',
      ),
    },
    servers: [1],
    says: ['not a ZooKeeper server talks to the election port of server 1'],
    quiet: { 1: looking() },
  },
  {
    rule: 'port.other',
    logs: { 1: looking(bad('Exception handling connection, addr: /10.0.0.2:4444, closing server connection'), 'java.io.IOException: odd') },
    servers: [1],
    says: ['Server 1 dropped connections at its election port'],
    quiet: { 1: looking() },
  },
  {
    rule: 'sid.same',
    logs: { 1: looking(heard('12:00:05.000', 'LOOKING', 1, 'LEADING', 1, '0x100000000')) },
    servers: [1],
    says: ['Another process uses the id of server 1', 'at 12:00:05.000'],
    // A server that has just left LOOKING answers its own late vote.
    quiet: { 1: [...followerOf3(1), heard('12:00:00.600', 'FOLLOWING', 1, 'FOLLOWING', 3, '0x100000005')] },
  },
  {
    rule: 'sid.twoVotes',
    logs: { 1: looking(...['0x5', '0x9', '0x5', '0x9'].map((zxid, i) => heard(`12:00:0${i + 1}.000`, 'LOOKING', 2, 'LOOKING', 2, zxid))) },
    servers: [2],
    unsure: true,
    says: ['Server 1 heard votes of server 2 for itself that go back and forth between 0x5 and 0x9'],
    quiet: { 1: looking(...['0x5', '0x5', '0x9', '0x9'].map((zxid, i) => heard(`12:00:0${i + 1}.000`, 'LOOKING', 2, 'LOOKING', 2, zxid))) },
  },
  {
    rule: 'sid.twoAddresses',
    logs: { 3: leaderOf3(arrived('12:00:01.000', 2), arrived('12:00:02.000', 2, '10.0.0.77')) },
    servers: [2],
    unsure: true,
    says: ['Server id 2 joined from 2 different addresses: 10.0.0.2 and 10.0.0.77'],
    quiet: { 3: leaderOf3(arrived('12:00:01.000', 2), arrived('12:00:02.000', 2)) },
  },
  {
    rule: 'sid.notMember',
    logs: {
      4: [
        '12:00:00.100 ERROR [main:QuorumPeerMain@1] Unexpected exception, exiting abnormally',
        'java.lang.RuntimeException: My id 4 not in the peer list',
      ],
    },
    servers: [4],
    says: ['Server 4 is not in its own member list'],
    quiet: { 1: looking() },
  },
  {
    rule: 'sid.unknown',
    logs: {
      1: looking('12:00:05.000 WARN [WorkerReceiver[myid=1]:FastLeaderElection@1] Ignoring notification for non-cluster member 9'),
    },
    servers: [1],
    says: ['refused messages of a server id that its member list does not have'],
    quiet: {
      1: looking(bad('We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.')),
    },
  },
  {
    rule: 'members.differ',
    logs: { 1: looking(...MEMBERS), 2: ['12:00:00.200 LOOKING', ...MEMBERS.slice(0, 2), 'server.3=zk9:2888:3888:participant'] },
    servers: [1, 2],
    says: ['Servers 1 and 2 have different member lists: they disagree about server 3'],
    quiet: { 1: looking(...MEMBERS), 2: ['12:00:00.200 LOOKING', ...MEMBERS] },
  },
  {
    rule: 'members.versions',
    logs: {
      1: looking(
        heard('12:00:01.000', 'LOOKING', 2, 'LOOKING', 2, '0x0', 1, 0, 0),
        heard('12:00:01.100', 'LOOKING', 3, 'LOOKING', 3, '0x0', 1, 0, 0x100000010),
      ),
    },
    servers: [2],
    unsure: true,
    says: ['Server 2 last announced an older configuration than version 0x100000010'],
    quiet: {
      1: looking(heard('12:00:01.000', 'LOOKING', 2, 'LOOKING', 2, '0x0'), heard('12:00:01.100', 'LOOKING', 3, 'LOOKING', 3, '0x0')),
    },
  },
  {
    rule: 'members.weights',
    logs: { 1: looking(...MEMBERS, 'weight.1=1'), 2: ['12:00:00.200 LOOKING', ...MEMBERS, 'weight.1=3'] },
    servers: [1, 2],
    says: ['The servers do not agree about weight.1'],
    quiet: { 1: looking(...MEMBERS, 'weight.1=3'), 2: ['12:00:00.200 LOOKING', ...MEMBERS, 'weight.1=3'] },
  },
  {
    rule: 'vote.stranger',
    logs: { 1: looking(...MEMBERS, heard('12:00:01.000', 'LOOKING', 2, 'LOOKING', 9, '0x0')) },
    servers: [2],
    says: ['Server 2 voted for server 9, which is in no member list of these logs, once'],
    quiet: { 1: looking(...MEMBERS, heard('12:00:01.000', 'LOOKING', 2, 'LOOKING', 3, '0x0')) },
  },
  {
    rule: 'storm',
    logs: {
      1: looking(
        ...Array.from(
          { length: 12 },
          (_, i) => `12:00:${10 + i}.000 WARN [RecvWorker:2:QuorumCnxManager$RecvWorker@1] Connection broken for id 2, my id = 1`,
        ),
      ),
    },
    servers: [1, 2],
    unsure: true,
    says: ['Server 1 lost its election connection to server 2 again and again: 12 times'],
    quiet: {
      1: looking(
        ...Array.from(
          { length: 12 },
          (_, i) => `12:${10 + i}:00.000 WARN [RecvWorker:2:QuorumCnxManager$RecvWorker@1] Connection broken for id 2, my id = 1`,
        ),
      ),
    },
  },
];

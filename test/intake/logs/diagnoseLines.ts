/** What the cases of the diagnosis are made of: lines of members, elections, roles and synchronizations, in the words of ZooKeeper. */
import type { Sid } from '../../../src/base/ids.ts';
import type { FindingRule } from '../../../src/intake/logs/diagnose/words.ts';
import { heard, type Line } from './build.ts';

export type Logs = Readonly<Record<Sid, readonly Line[]>>;

export interface DiagnosisCase {
  readonly rule: FindingRule;
  readonly logs: Logs;
  /** Texts of nobody known, by name. */
  readonly others?: Readonly<Record<string, string>>;
  readonly servers: readonly Sid[];
  /** What the sentence must say. */
  readonly says: readonly string[];
  readonly unsure?: true;
  readonly note?: true;
  /** Logs in which the rule has nothing to say. */
  readonly quiet: Logs;
  readonly quietOthers?: Readonly<Record<string, string>>;
}

export const MEMBERS = ['server.1=zk1:2888:3888:participant', 'server.2=zk2:2888:3888:participant', 'server.3=zk3:2888:3888:participant'];
export const TICKS: readonly Line[] = [
  '12:00:00.000 [main:QuorumPeer@1] tickTime set to 2000',
  '12:00:00.000 [main:QuorumPeer@1] initLimit set to 10',
  '12:00:00.000 [main:QuorumPeer@1] syncLimit set to 5',
];
export const BOOT: readonly Line[] = ['12:00:00.100 [main:QuorumPeerMain@1] Starting quorum peer, myid=1', '12:00:00.200 LOOKING'];
export const REFUSED = ['java.net.ConnectException: Connection refused', '\tat java.net.Socket.connect(Socket.java:1)'];
export const TIMED_OUT = [
  'java.net.SocketTimeoutException: Read timed out',
  '\tat java.net.SocketInputStream.read(SocketInputStream.java:1)',
];

/** Server 2 looks, is elected against server 1 and leads. */
export const elected = (sid: Sid, at: string, zxid: string, epoch: number, supporters: string, round = 1): readonly Line[] => [
  `${at}.000 LOOKING`,
  `${at}.001 [QuorumPeer:FastLeaderElection@946] New election. My id = ${sid}, proposed zxid=${zxid}`,
  heard(`${at}.010`, 'LOOKING', sid, 'LOOKING', sid, zxid, round, epoch),
  `${at}.300 LEADING`,
  `${at}.301 [QuorumPeer:Leader@588] LEADING - LEADER ELECTION TOOK - 300 MS`,
  `${at}.500 [QuorumPeer:Leader@1519] Have quorum of supporters, sids: [[${supporters}]]; starting up and setting last processed zxid: 0x${epoch + 1}00000000`,
];

export const cannot = (at: string, to: Sid, ...stack: readonly string[]): readonly Line[] => [
  `${at} WARN [QuorumConnectionThread-[myid=1]-1:QuorumCnxManager@401] Cannot open channel to ${to} at election address zk${to}/10.0.0.${to}:3888`,
  ...stack,
];
export const notified = (at: string, ms: number): Line => `${at} [QuorumPeer:FastLeaderElection@996] Notification time out: ${ms} ms`;

/** A server that looks for long, and what it hears. */
export const looking = (...lines: readonly Line[]): readonly Line[] => [...BOOT, notified('12:00:00.400', 400), ...lines];

export const bad = (text: string): Line => `12:00:05.000 ERROR [ListenerHandler-zk1/10.0.0.1:3888:QuorumCnxManager@1] ${text}`;
export const unreach = (rule: FindingRule, exception: string, says: string): DiagnosisCase => ({
  rule,
  logs: { 1: looking(...cannot('12:00:01.000', 2, exception), ...cannot('12:00:05.000', 2, exception), notified('12:00:09.000', 6400)) },
  servers: [1, 2],
  says: [
    'Server 1 could not open the election connection to server 2 at zk2/10.0.0.2:3888',
    says,
    'twice between 12:00:01.000 and 12:00:05.000',
  ],
  quiet: { 1: looking(notified('12:00:09.000', 6400)) },
});

export const leaderOf3 = (...after: readonly Line[]): readonly Line[] => [
  ...TICKS,
  ...elected(3, '12:00:00', '0x100000005', 1, '2, 3'),
  ...after,
];
export const followerOf3 = (sid: Sid, ...after: readonly Line[]): readonly Line[] => [
  ...TICKS,
  '12:00:00.000 LOOKING',
  heard('12:00:00.020', 'LOOKING', sid, 'LOOKING', sid, '0x100000005', 1, 1),
  heard('12:00:00.030', 'LOOKING', 3, 'LOOKING', 3, '0x100000005', 1, 1),
  '12:00:00.300 FOLLOWING',
  '12:00:00.550 [QuorumPeer:QuorumPeer@917] Peer state changed: following - broadcast',
  ...after,
];
export const following = (at: string): Line => `${at} WARN [QuorumPeer:Follower@1] Exception when following the leader`;
export const synchronizing = (at: string, peer: string, max: string): Line =>
  `${at} [LearnerHandler-/10.0.0.1:4000:LearnerHandler@805] Synchronizing with Learner sid: 1 maxCommittedLog=${max} minCommittedLog=0x100000001 lastProcessedZxid=${max} peerLastZxid=${peer}`;
export const arrived = (at: string, sid: Sid, address = `10.0.0.${sid}`): Line =>
  `${at} [LearnerHandler-/${address}:4000:LearnerHandler@510] Follower sid: ${sid} : info : ${address}:2888:3888:participant`;

/** The ready scenarios, by name, in the order in which they are offered. Checked by `parseScenario` when they are used. */
import firstElection from './first-election.json';
import killTheLeader from './kill-the-leader.json';
import splitAndHeal from './split-and-heal.json';
import leaderInMinority from './leader-in-minority.json';
import powerLossOfAll from './power-loss-of-all.json';
import followerBehindDiff from './follower-behind-diff.json';
import followerFarBehindSnap from './follower-far-behind-snap.json';
import uncommittedTailTrunc from './uncommitted-tail-trunc.json';
import observers from './observers.json';
import zombieLeader from './zombie-leader.json';
import rollingRestart from './rolling-restart.json';
import epochBeatsZxid from './epoch-beats-zxid.json';
import tornLogTail from './torn-log-tail.json';
import oldBackupOnMajority from './old-backup-on-majority.json';
import wipedMajority from './wiped-majority.json';
import logHoleAfterStall from './log-hole-after-stall.json';
import proposalOfTheDead from './proposal-of-the-dead.json';
import slowDisk from './slow-disk.json';
import hierarchicalQuorum from './hierarchical-quorum.json';
import sessionExpiryFailover from './session-expiry-failover.json';

export const SCENARIOS: Readonly<Record<string, unknown>> = {
  'first-election': firstElection,
  'kill-the-leader': killTheLeader,
  'split-and-heal': splitAndHeal,
  'leader-in-minority': leaderInMinority,
  'power-loss-of-all': powerLossOfAll,
  'follower-behind-diff': followerBehindDiff,
  'follower-far-behind-snap': followerFarBehindSnap,
  'uncommitted-tail-trunc': uncommittedTailTrunc,
  observers: observers,
  'zombie-leader': zombieLeader,
  'rolling-restart': rollingRestart,
  'epoch-beats-zxid': epochBeatsZxid,
  'torn-log-tail': tornLogTail,
  'old-backup-on-majority': oldBackupOnMajority,
  'slow-disk': slowDisk,
  'hierarchical-quorum': hierarchicalQuorum,
  'session-expiry-failover': sessionExpiryFailover,
  'wiped-majority': wipedMajority,
  'log-hole-after-stall': logHoleAfterStall,
  'proposal-of-the-dead': proposalOfTheDead,
};

/**
 * Where each rule is written down: in ZooKeeper's Java, in the official TLA+ system specification where it has an action for it, and in the
 * rule list of the reference.
 */
import type { RuleId } from '../../zab/types.ts';

export interface RuleSource {
  /** Class and method. */
  readonly java: string;
  /** Action of the specification's `Next` (`zookeeper-specifications/system-spec/zk-3.7/ZkV3_7_0.tla`) in which the rule is applied. */
  readonly spec?: string;
  /** The operator of `ZkV3_7_0.tla` or `FastLeaderElection.tla` that says the rule itself; on its own where several actions use it. */
  readonly operator?: string;
  readonly reference: string;
}

export const SOURCES: Readonly<Record<RuleId, RuleSource>> = {
  'election.start': { java: 'FastLeaderElection.lookForLeader', operator: 'ZabTimeout', reference: 'E-31' },
  'vote.order': {
    java: 'FastLeaderElection.totalOrderPredicate',
    spec: 'FLEHandleNotmsg',
    operator: 'TotalOrderPredicate',
    reference: 'E-44',
  },
  'vote.round': { java: 'FastLeaderElection.lookForLeader', spec: 'FLEHandleNotmsg', operator: 'HandleNotmsg', reference: 'E-34' },
  'vote.rejected': { java: 'FastLeaderElection.validVoter', reference: 'E-33' },
  'vote.quorum': { java: 'FastLeaderElection.getVoteTracker', spec: 'FLEHandleNotmsg', operator: 'HasQuorums', reference: 'E-38' },
  'vote.final': { java: 'FastLeaderElection.lookForLeader', spec: 'FLEWaitNewNotmsg', operator: 'WaitNewNotmsg', reference: 'E-38' },
  'vote.established': { java: 'FastLeaderElection.checkLeader', spec: 'FLEHandleNotmsg', operator: 'CheckLeader', reference: 'E-41' },
  'election.backoff': { java: 'FastLeaderElection.lookForLeader', spec: 'FLENotmsgTimeout', reference: 'E-45' },
  'connection.order': { java: 'QuorumCnxManager.handleConnection', reference: 'E-13' },
  'epoch.propose': {
    java: 'Leader.getEpochToPropose',
    spec: 'LeaderProcessFOLLOWERINFO',
    operator: 'WaitingForNewEpoch',
    reference: 'D-11',
  },
  'epoch.accept': { java: 'Learner.registerWithLeader', spec: 'FollowerProcessLEADERINFO', reference: 'D-14' },
  'epoch.ack': { java: 'Leader.waitForEpochAck', spec: 'LeaderProcessACKEPOCH', operator: 'IsMoreRecentThan', reference: 'D-15' },
  'sync.mode': { java: 'LearnerHandler.syncFollower', spec: 'LeaderSyncFollower', operator: 'SyncFollower', reference: 'D-31' },
  'sync.opened': { java: 'Learner.syncWithLeader', spec: 'FollowerProcessSyncMessage', reference: 'D-50' },
  'sync.truncated': { java: 'ZKDatabase.truncateLog', spec: 'FollowerProcessSyncMessage', operator: 'TruncateLog', reference: 'R-50' },
  'newLeader.received': { java: 'Learner.syncWithLeader', spec: 'FollowerProcessNEWLEADER', reference: 'D-52' },
  'newLeader.ack': { java: 'Leader.waitForNewLeaderAck', spec: 'LeaderProcessACKLD', operator: 'QuorumFormed', reference: 'D-40' },
  'leader.established': { java: 'Leader.startZkServer', spec: 'LeaderProcessACKLD', operator: 'StartZkServer', reference: 'D-42' },
  'learner.serving': { java: 'Learner.syncWithLeader', spec: 'FollowerProcessUPTODATE', reference: 'D-53' },
  'request.validated': { java: 'PrepRequestProcessor.pRequest', spec: 'LeaderProcessRequest', reference: 'B-2' },
  'proposal.ack': { java: 'Leader.tryToCommit', spec: 'LeaderProcessACK', operator: 'LeaderTryToCommit', reference: 'B-16' },
  'commit.unexpected': { java: 'FollowerZooKeeperServer.commit', spec: 'FollowerProcessCOMMIT', reference: 'B-17' },
  'leader.alive': { java: 'Leader.lead', reference: 'B-60' },
  'learner.tooSlow': { java: 'LearnerHandler.SyncLimitCheck', reference: 'B-62' },
  'leader.gaveUp': { java: 'Leader.shutdown', operator: 'LeaderShutdown', reference: 'B-64' },
  'learner.gaveUp': { java: 'Learner.shutdown', operator: 'FollowerShutdown', reference: 'D-60' },
  'handler.closed': { java: 'LearnerHandler.shutdown', reference: 'D-65' },
  'session.created': { java: 'ZooKeeperServer.processConnectRequest', reference: 'B-100' },
  'session.expired': { java: 'SessionTrackerImpl.run', reference: 'B-103' },
  'session.revalidated': { java: 'LearnerHandler.run', reference: 'B-107' },
  'client.refused': { java: 'ZooKeeperServer.processConnectRequest', reference: 'W-11' },
  'recovery.step': { java: 'FileTxnSnapLog.restore', reference: 'R-45' },
  'recovery.done': { java: 'ZKDatabase.loadDataBase', spec: 'NodeStart', reference: 'R-46' },
  'recovery.failed': { java: 'QuorumPeer.loadDataBase', reference: 'R-61' },
  fastForward: { java: 'ZKDatabase.fastForwardDataBase', reference: 'R-30' },
  'snapshot.due': { java: 'SyncRequestProcessor.shouldSnapshot', operator: 'ShouldSnapshot', reference: 'B-33' },
  'snapshot.taken': { java: 'ZooKeeperServer.takeSnapshot', reference: 'R-38' },
  purge: { java: 'PurgeTxnLog.purgeOlderSnapshots', reference: 'R-80' },
  'digest.mismatch': { java: 'DataTree.compareDigest', reference: 'R-73' },
};

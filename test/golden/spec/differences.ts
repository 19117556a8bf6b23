/**
 * Where the implementation truly differs from the specification. Each has a rule, says what either side does and where that stands in ZooKeeper's source,
 * and what the replay does about it. Nothing else is let pass.
 *
 * - `notCompared`: the one side has no such thing; the field is left out, and counted.
 * - `translated`: both have it, under another name or number; it is compared after translation.
 * - `grain`: what is two steps there is one step here; the scheduler puts the parts where they belong.
 * - `steered`: the outcomes differ. That ours is what the source says is checked, then the replay goes on from the specification's.
 */
export interface KnownDifference {
  readonly kind: 'notCompared' | 'translated' | 'grain' | 'steered';
  readonly specification: string;
  readonly implementation: string;
  readonly source: string;
}

export const DIFFERENCES = {
  checkersOwn: {
    kind: 'notCompared',
    specification:
      '`initialHistory`, `verify` and `recorder`, the epoch in history entries and the version counters of votes serve its own checks and budgets',
    implementation: 'has no such variables',
    source: '`ZkV3_7_0.tla`, section "Variables only used in verifying properties"',
  },
  snapshotEveryTwo: {
    kind: 'notCompared',
    specification: '`lastSnapshot`: a snapshot after every two commits, none when a leader begins',
    implementation: 'after snapCount/2 plus a random number of txns, and whenever a leader begins',
    source: '`SyncRequestProcessor.shouldSnapshot`, `Leader.lead` → `ZooKeeperServer.loadData`',
  },
  committedOutsideBroadcast: {
    kind: 'notCompared',
    specification: '`lastCommitted` goes on while a server looks for a leader and is synchronized',
    implementation: 'only a leader has it (`Leader.lastCommitted`); on followers it is what was applied, so it is compared in BROADCAST',
    source: '`Leader.lastCommitted`, `FollowerZooKeeperServer.commit`',
  },
  roleMemory: {
    kind: 'notCompared',
    specification: 'what a leader, a follower or a voter knew stays in its variables after the role has ended',
    implementation: '`Leader`, `Learner` and the local variables of `lookForLeader` are gone with the role',
    source: '`QuorumPeer.run`, `FastLeaderElection.lookForLeader`',
  },
  ackBookkeeping: {
    kind: 'notCompared',
    specification: '`ackSid` is kept for the whole history, also for what is committed',
    implementation: 'acknowledgements are counted while a proposal is outstanding; they are compared for those',
    source: '`Leader.outstandingProposals`, `Leader.processAck`',
  },
  connectedFlags: {
    kind: 'notCompared',
    specification: '`connecting` and `ackldRecv` note beside each sid whether it is still connected',
    implementation: 'sets of sids that never shrink; the sids are compared',
    source: '`Leader.connectingFollowers`, `Leader.newLeaderProposal`, `Leader.removeLearnerHandler`',
  },
  leaderItself: {
    kind: 'translated',
    specification: 'the leader is in `learners`, `electing` and `ackldRecv` from the beginning',
    implementation: 'has no handler for itself, and adds itself to each set when its own main thread gets there',
    source: '`Leader.lead`: `waitForEpochAck`, `waitForNewLeaderAck` of `self.getMyId()`',
  },
  roundsFromOne: {
    kind: 'translated',
    specification: 'the first election has round 0',
    implementation: '`logicalclock` is raised before the first vote: every round is one higher',
    source: '`FastLeaderElection.lookForLeader`: `logicalclock.incrementAndGet()`',
  },
  ownVote: {
    kind: 'translated',
    specification: 'a server counts itself among those who agree, without a row in `receiveVotes`',
    implementation: 'its own vote comes through `recvqueue` and has a row in `recvset`',
    source: '`FastLeaderElection.sendNotifications`, `QuorumCnxManager.toSend`',
  },
  diffZxid: {
    kind: 'translated',
    specification: 'DIFF names the zxid of the learner',
    implementation: 'names the last committed one where the learner lacks some; nobody reads it',
    source: '`LearnerHandler.queueCommittedProposals`: `queueOpPacket(Leader.DIFF, lastCommittedZxid)`',
  },
  ackOfUptodate: {
    kind: 'translated',
    specification: 'UPTODATE is not acknowledged ("Here we ignore ack of UPTODATE")',
    implementation: 'an ACK that the leader ignores; it is left out of the links compared and delivered in its turn',
    source: '`Learner.syncWithLeader`: `writePacket(ack, true)` at its end; `Leader.processAck`: `(zxid & 0xffffffffL) == 0`',
  },
  snapshotInMemory: {
    kind: 'translated',
    specification: 'history is what SNAP holds, as soon as it has arrived',
    implementation:
      'it is in memory only, until a snapshot is written at NEWLEADER (ZOOKEEPER-3642); until then memory is compared, else the disk',
    source: '`Learner.syncWithLeader`: `snapshotNeeded`',
  },
  receiveThenHandle: {
    kind: 'grain',
    specification: 'the WorkerReceiver takes a notification and answers it in one step, `lookForLeader` handles it in another',
    implementation: 'both in one step of ours: at the first its answer is taken, at the second all the rest',
    source: '`FastLeaderElection.Messenger.WorkerReceiver.run`',
  },
  finalizeThenHandle: {
    kind: 'grain',
    specification: 'that a better vote ends the wait, and handling it, are two steps',
    implementation: 'one step of ours; that it would end the wait is checked at the first, it is carried out at the second',
    source: '`FastLeaderElection.lookForLeader`, `finalizeWait`',
  },
  tellsAtOnce: {
    kind: 'grain',
    specification: 'at the start, and when its leader has shut down, a server tells its vote only when its timeout signal is handled',
    implementation: '`sendNotifications` right at the beginning of `lookForLeader`; these first messages are taken off the wire',
    source: '`FastLeaderElection.lookForLeader`',
  },
  queuedSync: {
    kind: 'grain',
    specification: 'a quorum of ACKEPOCHs, and what is sent to each learner, are separate steps',
    implementation: 'one step of ours; what the handler queued waits until the step that sends it',
    source: '`LearnerHandler.run`: `waitForEpochAck`, then `syncFollower`, then `startSendingPackets`',
  },
  quorumLossAtOnce: {
    kind: 'grain',
    specification: 'a leader that loses its quorum shuts down in the same step',
    implementation: 'notices at its next tick or when a limit has passed; those timers fire',
    source: '`Leader.lead`, main loop; `getEpochToPropose`, `waitForEpochAck`, `waitForNewLeaderAck`',
  },
  memoryOfTheDead: {
    kind: 'steered',
    specification:
      'a server that crashes keeps its round (and, when LOOKING, all votes); one that followed even tells its new vote as it crashes',
    implementation:
      'a new process begins at round 1 with no votes; it boots from its disk when it crashes, and is given the election memory of the old one',
    source: '`FastLeaderElection.logicalclock`, `QuorumPeer.start`',
  },
  newEpochZxid: {
    kind: 'steered',
    specification: 'an established leader’s lastProcessed is the end of its history',
    implementation: 'it is the first zxid of its epoch (`0x200000000`), which then is also what it votes with',
    source: '`Leader.startZkServer`: `setlastProcessedZxid(zk.getZxid())`',
  },
  committedLogWindow: {
    kind: 'steered',
    specification: 'a leader can send proposals from the last snapshot on; who lacks more gets SNAP',
    implementation:
      'the last 500 commits, and the txn log behind them; both are cut down to the specification’s window before the decision is made',
    source: '`ZKDatabase.addCommittedProposal`, `LearnerHandler.syncFollower`',
  },
  truncLeavesTxns: {
    kind: 'steered',
    specification: 'TRUNC cuts everything behind the zxid it names',
    implementation:
      'when the log does not hold that zxid, the txn behind it survives, and so does what a newer snapshot holds (ZOOKEEPER-1549, 4837)',
    source: '`FileTxnLog.truncate`, `FileTxnSnapLog.truncateLog`',
  },
  voteEquality: {
    kind: 'steered',
    specification: 'votes of servers that have a leader agree when leader, zxid, epoch and round do',
    implementation: 'when leader and epoch do',
    source: '`Vote.equals`',
  },
  ownVoteCounts: {
    kind: 'steered',
    specification:
      'hearing of an established leader, a server does not count its own vote among those who agree; nor does it count anew when it tells its vote once more',
    implementation: 'its own row in `recvset` counts like any other, and its own vote comes back to it like any other',
    source: '`FastLeaderElection.receivedFollowingNotification`, `getVoteTracker`',
  },
  oracle: {
    kind: 'steered',
    specification: 'one notification of a LEADING server of the same round is enough to follow it',
    implementation: 'only where an oracle is configured',
    source: '`FastLeaderElection.receivedLeadingNotification`: `getNeedOracle`',
  },
  aheadOfLeader: {
    kind: 'steered',
    specification: 'a follower that is more recent makes the leader shut down',
    implementation: 'ends the handler of that follower; the leader goes on waiting',
    source: '`Leader.waitForEpochAck`: the IOException is caught in `LearnerHandler.run`',
  },
  ackInOrder: {
    kind: 'steered',
    specification: 'an ACK whose predecessor is not in `ackSid` is an error and not counted, which is so after SNAP',
    implementation: 'every ACK of an outstanding proposal counts',
    source: '`Leader.processAck`',
  },
  commitInSync: {
    kind: 'steered',
    specification: 'a COMMIT between NEWLEADER and UPTODATE, for a txn logged at NEWLEADER, is kept until UPTODATE',
    implementation: 'fails with a null pointer, the follower starts over (ZOOKEEPER-4394)',
    source: '`Learner.syncWithLeader`: `packetsNotCommitted.peekFirst()` (3.6.3–3.8.4)',
  },
  interruptedSync: {
    kind: 'steered',
    specification: 'what SNAP and TRUNC brought, and the txns committed behind them, is history at once',
    implementation:
      'in memory only until a snapshot is written at NEWLEADER; a role that ends before has lost it (ZOOKEEPER-3642) or has it nowhere but in memory (5094)',
    source: '`Learner.syncWithLeader`: `snapshotNeeded`; `Learner.shutdown`: `zk.shutdown(self.getSyncMode().equals(SNAP))`',
  },
  caughtUpOnlyWhenRunning: {
    kind: 'steered',
    specification: 'whoever begins to look for a leader votes with the end of its history',
    implementation:
      'only a server that was running catches its memory up with its log; one that was still synchronized votes with what it had applied',
    source: '`ZooKeeperServer.shutdown`: `canShutdown`, `ZKDatabase.fastForwardDataBase`',
  },
} as const satisfies Record<string, KnownDifference>;

export type DifferenceRule = keyof typeof DIFFERENCES;

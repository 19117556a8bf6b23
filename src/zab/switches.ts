/**
 * Where versions of ZooKeeper behave differently, one named rule each. A profile is one choice for every rule.
 * Which version has which rule: see `docs/fidelity.md`.
 */
export interface Profile {
  readonly name: string;
  /**
   * What a learner does at NEWLEADER, and in which order (`Learner.syncWithLeader`). Three of these were released:
   * - `epochFirst`: currentEpoch, then proposals handed to the logger thread, then ACK (3.6.3–3.8.4; ZOOKEEPER-4643, 4646, 4685)
   * - `appendAll`: append and fsync every queued proposal, then currentEpoch, then ACK (3.8.5, 3.9.2; ZOOKEEPER-4394)
   * - `appendCommitted`: append, apply and fsync the committed ones only, then currentEpoch, then ACK (3.9.3 and later)
   * - `ackFirst`: currentEpoch, then ACK; what was queued is logged at UPTODATE (until 3.6.2; ZOOKEEPER-3911)
   *
   * The others are `appendCommitted` with one defect each, to tell the three of `epochFirst` apart:
   * - `epochThenHistory`: currentEpoch is on the disk a moment before the history that it stands for (ZOOKEEPER-4643)
   * - `ackBeforeFlush`: the committed ones go to the logger thread, and NEWLEADER is acknowledged without waiting for it (ZOOKEEPER-4646)
   * - `proposalAckFirst`: the logger thread acknowledges them before NEWLEADER is acknowledged (ZOOKEEPER-4685)
   */
  readonly newLeaderOrder:
    'epochFirst' | 'appendAll' | 'appendCommitted' | 'ackFirst' | 'epochThenHistory' | 'ackBeforeFlush' | 'proposalAckFirst';
  /** When a role ends: whether the logger is drained before memory is fast-forwarded from the log (ZOOKEEPER-4712; 3.9.3). */
  readonly shutdownOrder: 'fastForwardFirst' | 'drainFirst';
  /** A gap in the proposals a learner gets during sync: a warning, or reason to start over (ZOOKEEPER-4925; 3.9.4). */
  readonly proposalGap: 'warned' | 'refused';
  /** `check` outside a multi (ZOOKEEPER-2623; rejected since 3.8.5 and 3.9.3). */
  readonly checkOutsideMulti: 'accepted' | 'rejected';
  /** create2 inside a multi is decoded as create (until 3.8) or keeps its type. */
  readonly create2InMulti: 'asCreate' | 'own';
  /** Version −1 after 2^31 changes, or skipped (ZOOKEEPER-4743). */
  readonly versionWrap: 'minusOne' | 'skipped';
  /** A newest txn log of length 0: start aborts, or the file is deleted. */
  readonly emptyNewestLog: 'aborts' | 'deleted';
  /** Whether snapshots end with a third section holding lastProcessedZxid (3.9). */
  readonly snapshotLastZxidSection: boolean;
  /** Whether `exists` needs READ on a node that exists (3.8.5, 3.9.3). */
  readonly existsNeedsRead: boolean;
  /** Never-used containers are deleted after this many ms; 0 is never. */
  readonly containerNeverUsedMs: number;

  // What all releases that can be chosen have in common, and older or wrong ones do otherwise.

  /** Where a server knows from which epochs it has promised: their own files, or only the epoch of its last txn (until 3.3; ZOOKEEPER-335). */
  readonly epochMemory: 'files' | 'lastTxn';
  /** What makes one vote better than another. Only the first is ZooKeeper; tutorials tell of a hash of the sid, and of the sid alone. */
  readonly voteOrder: 'epochZxidSid' | 'hash' | 'sid';
  /** Whose acknowledgements commit a proposal. Tutorials say: all followers'. */
  readonly commitNeeds: 'quorum' | 'all';
  /** What makes a txn durable. Tutorials say: memory is written to the disk now and then, here as snapshots. */
  readonly durability: 'txnLog' | 'snapshotsOnly';
  /** A learner whose last txn is not in the leader's history: it is found and cut, or taken for one that is (until 3.3.3; ZOOKEEPER-1154). */
  readonly divergedPeer: 'found' | 'overlooked';
  /** What a leader sends to a learner that has more than it: TRUNC; SNAP (3.4.9 with an empty committedLog; ZOOKEEPER-2832); nothing but what follows. */
  readonly rollback: 'TRUNC' | 'SNAP' | 'never';
  /** Where TRUNC cuts a log that does not hold the zxid: behind the first later txn (all releases), or before it. */
  readonly truncTarget: 'firstNotOlder' | 'exact';
  /** Snapshots newer than the point of a TRUNC: kept, and loaded (all releases; ZOOKEEPER-1549, 4837), or deleted. */
  readonly truncSnapshots: 'kept' | 'deleted';
  /** Whether a learner looks at what TRUNC left, and asks for SNAP where that is not what the leader meant. */
  readonly truncResult: 'assumed' | 'checked';
  /** Log files that are there when SNAP is stored: kept (all releases; ZOOKEEPER-2832), or deleted, since the snapshot replaces them. */
  readonly snapLogs: 'kept' | 'deleted';
  /** DIFF moves lastProcessedZxid before its txns arrive (3.4.0–3.4.10, 3.5.3; ZOOKEEPER-2355). */
  readonly diffZxid: 'stays' | 'moves';
  /** Whether a role that ends fast-forwards memory from the log (not in 3.4.10, 3.4.11, 3.5.3; ZOOKEEPER-2845). */
  readonly roleEnd: 'fastForwards' | 'leavesMemory';
  /**
   * What a start reads from the log may be in the page cache only, since a kill does not wait for an fsync: it is believed to be durable (all releases), or
   * made so.
   */
  readonly recoveredLog: 'believed' | 'synced';
  /**
   * A snapshot that is being written when a role ends goes on with memory, which is then fast-forwarded by txns that may never be committed (all
   * releases), or with the tree as it was.
   */
  readonly snapshotAtRoleEnd: 'followsMemory' | 'keepsTree';
  /**
   * How a snapshot gets its name: its file is written in place and left to the operating system, so one of the same name, which may be all there is, is
   * gone from the first byte on (all releases); or it is written beside it, made durable, and renamed.
   */
  readonly snapshotFile: 'inPlace' | 'atomic';
  /**
   * A learner that comes back within an epoch is told to cut the proposals that are not committed, and gets them again. Whether its acknowledgements of them
   * count although its disk has lost them (all releases), or have to be given anew.
   */
  readonly ackOfTheCut: 'counts' | 'forgotten';
  /** NEWLEADER goes through the queue of what is sent to a learner, or overtakes it (until 3.5.4; ZOOKEEPER-3104). */
  readonly newLeaderPlace: 'queued' | 'overtakes';
  /** Whether lastProcessedZxid moves with the last operation of a multi or with the first (until 3.5.4; ZOOKEEPER-3127). */
  readonly multiZxid: 'withLast' | 'withFirst';
  /**
   * A sync that ends before NEWLEADER leaves what it brought in memory only: that is kept (until 3.6.2; ZOOKEEPER-3642), given up after SNAP (all releases
   * since; ZOOKEEPER-5094), or given up after TRUNC as well.
   */
  readonly interruptedSync: 'kept' | 'snapGivenUp' | 'givenUp';
  /** Whether what a learner applies during sync enters committedLog (not before 3.9.4; ZOOKEEPER-4925). */
  readonly syncApply: 'forgotten' | 'remembered';
  /** A disk that failed: memory, which may be ahead of it, is kept (all releases; ZOOKEEPER-4882), or read again. */
  readonly diskError: 'memoryKept' | 'memoryReloaded';
}

/**
 * Where versions of ZooKeeper behave differently, one named rule each. A profile is one choice for every rule.
 * Which version has which rule: see `docs/fidelity.md`.
 */
export interface Profile {
  readonly name: string;
  /**
   * What a learner does at NEWLEADER, and in which order (`Learner.syncWithLeader`).
   * - `epochFirst`: currentEpoch, then proposals handed to the logger thread, then ACK (3.6.3–3.8.4; ZOOKEEPER-4643, 4646, 4685)
   * - `appendAll`: append and fsync every queued proposal, then currentEpoch, then ACK (3.8.5, 3.9.2; ZOOKEEPER-4394)
   * - `appendCommitted`: append, apply and fsync the committed ones only, then currentEpoch, then ACK (3.9.3 and later)
   */
  readonly newLeaderOrder: 'epochFirst' | 'appendAll' | 'appendCommitted';
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
}

/** As the recordings were made. */
export const PROFILE_3_8_0: Profile = {
  name: '3.8.0',
  newLeaderOrder: 'epochFirst',
  shutdownOrder: 'fastForwardFirst',
  proposalGap: 'warned',
  checkOutsideMulti: 'accepted',
  create2InMulti: 'asCreate',
  versionWrap: 'minusOne',
  emptyNewestLog: 'aborts',
  snapshotLastZxidSection: false,
  existsNeedsRead: false,
  containerNeverUsedMs: 0,
};

/** Mainline: the app's default. */
export const PROFILE_CURRENT: Profile = {
  name: 'current',
  newLeaderOrder: 'appendCommitted',
  shutdownOrder: 'drainFirst',
  proposalGap: 'refused',
  checkOutsideMulti: 'rejected',
  create2InMulti: 'own',
  versionWrap: 'skipped',
  emptyNewestLog: 'deleted',
  snapshotLastZxidSection: true,
  existsNeedsRead: true,
  containerNeverUsedMs: 300_000,
};

export const PROFILES: Readonly<Record<string, Profile>> = { [PROFILE_3_8_0.name]: PROFILE_3_8_0, [PROFILE_CURRENT.name]: PROFILE_CURRENT };

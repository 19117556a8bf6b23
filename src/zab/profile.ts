/**
 * Which version of ZooKeeper does what, as found in the sources at the release tags. What the switches mean: `switches.ts`.
 */
import type { Profile } from './switches.ts';

export type { Profile } from './switches.ts';
export { VARIANTS, withVariants } from './variants.ts';

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
  epochMemory: 'files',
  voteOrder: 'epochZxidSid',
  commitNeeds: 'quorum',
  durability: 'txnLog',
  divergedPeer: 'found',
  rollback: 'TRUNC',
  truncTarget: 'firstNotOlder',
  truncSnapshots: 'kept',
  truncResult: 'assumed',
  snapLogs: 'kept',
  diffZxid: 'stays',
  roleEnd: 'fastForwards',
  snapshotAtRoleEnd: 'followsMemory',
  recoveredLog: 'believed',
  snapshotFile: 'inPlace',
  ackOfTheCut: 'counts',
  newLeaderPlace: 'queued',
  multiZxid: 'withLast',
  interruptedSync: 'snapGivenUp',
  syncApply: 'forgotten',
  diskError: 'memoryKept',
};

/** The end of the 3.8 line. */
export const PROFILE_3_8_6: Profile = {
  ...PROFILE_3_8_0,
  name: '3.8.6',
  newLeaderOrder: 'appendAll',
  checkOutsideMulti: 'rejected',
  create2InMulti: 'own',
  existsNeedsRead: true,
};

export const PROFILE_3_9_3: Profile = {
  ...PROFILE_3_8_6,
  name: '3.9.3',
  newLeaderOrder: 'appendCommitted',
  shutdownOrder: 'drainFirst',
  emptyNewestLog: 'deleted',
  snapshotLastZxidSection: true,
};

/** Mainline, with the defects that are open there: the app's default. */
export const PROFILE_CURRENT: Profile = {
  ...PROFILE_3_9_3,
  name: 'current',
  proposalGap: 'refused',
  versionWrap: 'skipped',
  containerNeverUsedMs: 300_000,
  syncApply: 'remembered',
};

/** Mainline with its open defects mended: what ZooKeeper promises should hold whatever happens. */
export const PROFILE_SOUND: Profile = {
  ...PROFILE_CURRENT,
  name: 'sound',
  truncTarget: 'exact',
  truncSnapshots: 'deleted',
  truncResult: 'checked',
  snapLogs: 'deleted',
  snapshotAtRoleEnd: 'keepsTree',
  recoveredLog: 'synced',
  snapshotFile: 'atomic',
  ackOfTheCut: 'forgotten',
  interruptedSync: 'givenUp',
  diskError: 'memoryReloaded',
};

export const PROFILES: Readonly<Record<string, Profile>> = {
  '3.8.0': PROFILE_3_8_0,
  '3.8.6': PROFILE_3_8_6,
  '3.9.3': PROFILE_3_9_3,
  current: PROFILE_CURRENT,
  sound: PROFILE_SOUND,
};

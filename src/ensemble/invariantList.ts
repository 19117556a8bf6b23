/** The invariants by name, and where each comes from. What each says: `trace/findings/`. */
import type { Profile } from '../zab/profile.ts';

export type InvariantName =
  | 'one leader per epoch'
  | 'consecutive proposals'
  | 'only what was proposed'
  | 'agreement'
  | 'no acknowledged write is lost'
  | 'reply means committed'
  | 'applied is a prefix of committed'
  | 'epochs are ordered'
  | 'promises are kept'
  | 'a leader has all committed txns'
  | 'a client never goes back'
  | 'equal trees'
  | 'what was cut stays cut'
  | 'committed is never cut'
  | 'committed is durable'
  | 'an epoch stands on its history'
  | 'sync gives the committed txns'
  | 'a history ascends'
  | 'proposals follow one another'
  | 'messages come in their phase'
  | 'commits match proposals'
  | 'acks match'
  | 'values have their shape'
  | 'a session has one owner'
  | 'a closed session stays closed'
  | 'a leader emerges'
  | 'requests are answered'
  | 'learners get to serve'
  | 'epochs settle'
  | 'silent sessions end'
  | 'no server ends by itself';

export interface InvariantInfo {
  /** Rule ids of `reference/06` A, names in the TLA+ specifications (P: Zab.tla, S: ZkV3_7_0.tla), the paper. */
  readonly source: string;
}

export const INVARIANTS: Readonly<Record<InvariantName, InvariantInfo>> = {
  'one leader per epoch': { source: 'I-1, I-2; Leadership1, Leadership2 (P, S)' },
  'consecutive proposals': { source: 'I-32; Zab paper, primary order' },
  'only what was proposed': { source: 'I-4; Integrity (P, S); Zab paper, integrity' },
  agreement: { source: 'I-3, I-5, I-6, I-7, I-8, I-20; PrefixConsistency, Agreement, TotalOrder (P, S)' },
  'no acknowledged write is lost': { source: 'I-20, I-22; Zab paper, integrity and primary integrity' },
  'reply means committed': { source: 'I-22' },
  'applied is a prefix of committed': { source: 'I-27, I-4; Integrity, PrefixConsistency (P, S)' },
  'epochs are ordered': { source: 'I-24; QuorumPeer.loadDataBase' },
  'promises are kept': { source: 'I-23; Zab paper, discovery' },
  'a leader has all committed txns': { source: 'I-26, I-9; PrimaryIntegrity (P, S)' },
  'a client never goes back': { source: "I-28; ZooKeeper programmer's guide, single system image" },
  'equal trees': { source: 'I-30; DataTree.compareDigest' },
  'what was cut stays cut': { source: 'I-27; Learner.syncWithLeader, TRUNC' },
  'committed is never cut': { source: 'I-10b, I-20; proposalInconsistent (S)' },
  'committed is durable': { source: 'I-21; Zab paper, quorum intersection' },
  'an epoch stands on its history': { source: 'I-25; Zab paper, synchronization' },
  'sync gives the committed txns': { source: 'I-31; LearnerHandler.syncFollower' },
  'a history ascends': { source: 'I-7, I-8; LocalPrimaryOrder, GlobalPrimaryOrder (P, S)' },
  'proposals follow one another': { source: 'I-7, I-10b; LocalPrimaryOrder, proposalInconsistent (S)' },
  'messages come in their phase': { source: 'I-10a, I-10e; stateInconsistent, messageIllegal (S)' },
  'commits match proposals': { source: 'I-10c; commitInconsistent (S)' },
  'acks match': { source: 'I-10d; ackInconsistent (S)' },
  'values have their shape': { source: 'I-11; TypeOK (S)' },
  'a session has one owner': { source: 'I-29; SessionTracker.setOwner, checkSession' },
  'a closed session stays closed': { source: 'I-29; PrepRequestProcessor, SessionTracker.checkSession' },
  'a leader emerges': { source: 'I-40; reference/06 A.5' },
  'requests are answered': { source: 'I-41; reference/06 A.5' },
  'learners get to serve': { source: 'I-42; reference/06 A.5' },
  'epochs settle': { source: 'I-43; reference/06 A.5' },
  'silent sessions end': { source: 'I-44; SessionTrackerImpl' },
  'no server ends by itself': { source: 'I-45; ExitCode' },
};

/**
 * Whether a released version breaks an invariant in the course of its normal work, as 3.8.0 does whenever a learner gets txns in a sync. Under such a
 * profile a run is to show what comes of it, and does not stop where it becomes possible.
 */
export function isLeftToConsequences(name: InvariantName, { name: version, newLeaderOrder, shutdownOrder }: Profile): boolean {
  if (version !== '3.8.0' && version !== '3.8.6') return false;
  switch (name) {
    case 'committed is durable':
    case 'an epoch stands on its history':
    case 'acks match':
      return newLeaderOrder === 'epochFirst';
    case 'commits match proposals':
      return newLeaderOrder !== 'appendCommitted';
    case 'proposals follow one another':
    case 'a history ascends':
      return shutdownOrder === 'fastForwardFirst';
    default:
      return false;
  }
}

/** Known defects of a profile's ZooKeeper version that can break an invariant, for the person who meets one. */
export function knownCauses(name: InvariantName, profile: Profile, hasTruncated: boolean): readonly string[] {
  const issues: string[] = [];
  if (name === 'no acknowledged write is lost' || name === 'a leader has all committed txns') {
    if (profile.newLeaderOrder === 'epochFirst') issues.push('ZOOKEEPER-4643', 'ZOOKEEPER-4646');
  } else if (name === 'applied is a prefix of committed' || name === 'agreement' || name === 'equal trees') {
    if (profile.shutdownOrder === 'fastForwardFirst') issues.push('ZOOKEEPER-4712');
    if (profile.newLeaderOrder === 'appendCommitted' && profile.proposalGap === 'warned') issues.push('ZOOKEEPER-4925');
    if (hasTruncated) issues.push('ZOOKEEPER-1549 / 4837');
  }
  return issues;
}

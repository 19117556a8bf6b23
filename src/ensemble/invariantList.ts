/** The invariants by name: what each says, and where it comes from. */
import type { Profile } from '../zab/profile.ts';

export type InvariantName =
  | 'one leader per epoch'
  | 'consecutive proposals'
  | 'agreement'
  | 'no acknowledged write is lost'
  | 'reply means committed'
  | 'applied is a prefix of committed'
  | 'epochs are ordered'
  | 'promises are kept'
  | 'a leader has all committed txns'
  | 'a client never goes back'
  | 'equal trees';

export interface InvariantInfo {
  /** What must hold, in one sentence. */
  readonly says: string;
  /** Rule ids of `reference/06` A, names in the TLA+ specifications (P: Zab.tla, S: ZkV3_7_0.tla), the paper. */
  readonly source: string;
}

export const INVARIANTS: Readonly<Record<InvariantName, InvariantInfo>> = {
  'one leader per epoch': {
    says: 'At most one server is ever established as leader of an epoch.',
    source: 'I-1, I-2; Leadership1, Leadership2 (P, S)',
  },
  'consecutive proposals': { says: 'The zxids proposed in an epoch count from 1 without a gap.', source: 'I-32; Zab paper, primary order' },
  agreement: {
    says: 'Committed txns are the same, in the same order, on every server.',
    source: 'I-3, I-5, I-6, I-7, I-8, I-20; PrefixConsistency, Agreement, TotalOrder (P, S)',
  },
  'no acknowledged write is lost': {
    says: 'A write that a client was told succeeded is never lost while the disks of a quorum survive.',
    source: 'I-20, I-22; Zab paper, integrity and primary integrity',
  },
  'reply means committed': { says: 'A client hears that a write succeeded only after it was committed.', source: 'I-22' },
  'applied is a prefix of committed': {
    says: 'A serving server has applied the committed txns up to some point, all of them and nothing else.',
    source: 'I-27, I-4; Integrity, PrefixConsistency (P, S)',
  },
  'epochs are ordered': {
    says: 'currentEpoch is never newer than acceptedEpoch, nor the last logged txn newer than either.',
    source: 'I-24; QuorumPeer.loadDataBase',
  },
  'promises are kept': {
    says: 'A server never goes back to an epoch older than one it has accepted.',
    source: 'I-23; Zab paper, discovery',
  },
  'a leader has all committed txns': {
    says: 'The history of a new leader contains every txn committed in earlier epochs.',
    source: 'I-26, I-9; PrimaryIntegrity (P, S)',
  },
  'a client never goes back': {
    says: 'The zxids a client sees in one session never decrease.',
    source: "I-28; ZooKeeper programmer's guide, single system image",
  },
  'equal trees': { says: 'Servers that have applied up to the same zxid have the same tree.', source: 'I-30; DataTree.compareDigest' },
};

/** Known defects of a profile's ZooKeeper version that can break an invariant, for the person who meets one. Empty when none is known. */
export function knownCauses(name: InvariantName, profile: Profile, hasTruncated: boolean): string {
  const issues: string[] = [];
  if (name === 'no acknowledged write is lost' || name === 'a leader has all committed txns') {
    if (profile.newLeaderOrder === 'epochFirst') issues.push('ZOOKEEPER-4643', 'ZOOKEEPER-4646');
  } else if (name === 'applied is a prefix of committed' || name === 'agreement' || name === 'equal trees') {
    if (profile.shutdownOrder === 'fastForwardFirst') issues.push('ZOOKEEPER-4712');
    if (profile.newLeaderOrder === 'appendCommitted' && profile.proposalGap === 'warned') issues.push('ZOOKEEPER-4925');
    if (hasTruncated) issues.push('ZOOKEEPER-1549 / 4837');
  }
  return issues.length === 0 ? '' : ` Known in this version: ${issues.join(', ')}.`;
}

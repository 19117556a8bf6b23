/** The invariants by name: what each says, and where it comes from. */
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
  'only what was proposed': {
    says: 'A server takes in only what the leader of the epoch has proposed.',
    source: 'I-4; Integrity (P, S); Zab paper, integrity',
  },
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
  'what was cut stays cut': {
    says: 'What a leader has told a server to truncate does not come back from its disk.',
    source: 'I-27; Learner.syncWithLeader, TRUNC',
  },
  'committed is never cut': {
    says: 'A server is never told to truncate what is committed.',
    source: 'I-10b, I-20; proposalInconsistent (S)',
  },
  'committed is durable': {
    says: 'What is committed is on the disks of a quorum before anybody hears of it.',
    source: 'I-21; Zab paper, quorum intersection',
  },
  'an epoch stands on its history': {
    says: 'A server makes an epoch its own only when the history that the epoch began with is on its disk.',
    source: 'I-25; Zab paper, synchronization',
  },
  'sync gives the committed txns': {
    says: 'A leader brings a learner up to date with the committed txns, one after the other, from one on that the learner has.',
    source: 'I-31; LearnerHandler.syncFollower',
  },
  'a history ascends': {
    says: 'The txns of a history have ascending zxids.',
    source: 'I-7, I-8; LocalPrimaryOrder, GlobalPrimaryOrder (P, S)',
  },
  'proposals follow one another': {
    says: 'Within an epoch a server takes in txns without a gap.',
    source: 'I-7, I-10b; LocalPrimaryOrder, proposalInconsistent (S)',
  },
  'messages come in their phase': {
    says: 'A message comes only while its receiver is in the role and the phase for it.',
    source: 'I-10a, I-10e; stateInconsistent, messageIllegal (S)',
  },
  'commits match proposals': {
    says: 'A COMMIT is for the oldest proposal that waits for one.',
    source: 'I-10c; commitInconsistent (S)',
  },
  'acks match': {
    says: 'An acknowledgement is for what its leader waits to have acknowledged.',
    source: 'I-10d; ackInconsistent (S)',
  },
  'values have their shape': { says: 'Epochs, zxids, roles and phases are such as there are.', source: 'I-11; TypeOK (S)' },
  'a session has one owner': {
    says: 'A session belongs to one client, whose requests take effect in the order in which they were made.',
    source: 'I-29; SessionTracker.setOwner, checkSession',
  },
  'a closed session stays closed': {
    says: 'Nothing is done for a session, and no ephemeral is its own, once it is closed.',
    source: 'I-29; PrepRequestProcessor, SessionTracker.checkSession',
  },
  'a leader emerges': {
    says: 'When a quorum is up and connected and nobody disturbs it, it has a leader before long.',
    source: 'I-40; reference/06 A.5',
  },
  'requests are answered': {
    says: 'What a leader has proposed is committed before long, while a quorum is with it.',
    source: 'I-41; reference/06 A.5',
  },
  'learners get to serve': {
    says: 'A server that is up and connected to a leader serves clients before long.',
    source: 'I-42; reference/06 A.5',
  },
  'epochs settle': { says: 'When nobody disturbs the ensemble, epochs stop increasing.', source: 'I-43; reference/06 A.5' },
  'silent sessions end': { says: 'A session that nobody touches is closed after its timeout.', source: 'I-44; SessionTrackerImpl' },
  'no server ends by itself': { says: 'A server whose disk is well does not end by itself.', source: 'I-45; ExitCode' },
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

/** Votes: which one is better, when two are the same, and who supports one. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import { isVoter, weightOf } from '../quorum.ts';
import type { Server } from '../state.ts';
import type { EnsembleConfig, Role, Vote } from '../types.ts';

/** Version of the notification format since ZooKeeper 3.5. */
export const NOTIFICATION_VERSION = 2;

/** zxid −1, as a pair: where a server whose empty database is not to be trusted stands, and votes (E-2, E-33). */
export const NO_ZXID: Zxid = { epoch: -1, counter: 0xffff_ffff };

/** Stands for Long.MIN_VALUE, an observer's vote for nobody. */
const NOBODY: Vote = { leader: -1, zxid: { epoch: 0, counter: 0 }, electionEpoch: 0, peerEpoch: -1 };

export type OrderedBy = 'peerEpoch' | 'zxid' | 'sid' | 'same' | 'weight';

/** Whether one vote beats another, and which field decided. */
export interface Order {
  readonly beats: boolean;
  readonly by: OrderedBy;
}

/**
 * Whether `next` beats `current`: newer epoch, else newer zxid, else higher sid. A candidate without weight never wins.
 *
 * Source: `FastLeaderElection.totalOrderPredicate` (E-44).
 */
export function beats(next: Vote, current: Vote, config: EnsembleConfig): Order {
  if (weightOf(config, next.leader) === 0) return { beats: false, by: 'weight' };
  if (config.profile.voteOrder !== 'epochZxidSid') return beatsBySid(next.leader, current.leader, config.profile.voteOrder);
  if (next.peerEpoch !== current.peerEpoch) return { beats: next.peerEpoch > current.peerEpoch, by: 'peerEpoch' };
  const byZxid = compareZxid(next.zxid, current.zxid);
  if (byZxid !== 0) return { beats: byZxid > 0, by: 'zxid' };
  if (next.leader !== current.leader) return { beats: next.leader > current.leader, by: 'sid' };
  return { beats: false, by: 'same' };
}

/** What tutorials tell instead: the sid alone decides, or its place on a ring. */
function beatsBySid(next: Sid, current: Sid, by: 'hash' | 'sid'): Order {
  if (next === current) return { beats: false, by: 'same' };
  const place = by === 'sid' ? (sid: Sid): number => sid : hashOf;
  return { beats: place(next) > place(current), by: 'sid' };
}

/** A sid's place on the ring: Knuth's multiplicative hash, which gives no two sids the same. */
function hashOf(sid: Sid): number {
  return Math.imul(sid, 2_654_435_761) >>> 0;
}

/** A vote as it is compared: with the state of its sender, and the version of its message where that was kept. */
export interface StatedVote {
  readonly state: Role;
  readonly vote: Vote;
  readonly version: number;
}

/**
 * Whether two votes count as the same. Servers that are looking must agree in every field. Members of an established ensemble
 * may report different rounds and zxids, so there leader and epoch are enough; and the leader alone, when only one side has a version.
 *
 * Source: `Vote.equals` (E-7).
 */
export function sameVote(a: StatedVote, b: StatedVote): boolean {
  if (a.vote.leader !== b.vote.leader) return false;
  if (a.state === 'LOOKING' || b.state === 'LOOKING') {
    return a.vote.electionEpoch === b.vote.electionEpoch && a.vote.peerEpoch === b.vote.peerEpoch && sameZxid(a.vote.zxid, b.vote.zxid);
  }
  const oneHasVersion = a.version > 0 !== b.version > 0;
  return oneHasVersion || a.vote.peerEpoch === b.vote.peerEpoch;
}

/** A row of `recvset` (kept without version, E-8) or `outofelection`. */
export interface KeptVote {
  readonly sid: Sid;
  readonly state: Role;
  readonly vote: Vote;
  readonly version?: number;
}

/**
 * The voters whose kept vote is the same as this one, lowest sid first.
 *
 * Source: `FastLeaderElection.getVoteTracker`, `SyncedLearnerTracker.addAck`.
 */
export function supportersOf(votes: Readonly<Record<Sid, KeptVote>>, vote: StatedVote, config: EnsembleConfig): readonly Sid[] {
  const supporters: Sid[] = [];
  for (const row of Object.values(votes)) {
    const kept: StatedVote = { state: row.state, vote: row.vote, version: row.version ?? 0 };
    if (isVoter(config, row.sid) && sameVote(vote, kept)) supporters.push(row.sid);
  }
  return supporters;
}

/** What `ownVote` needs to know of a server. */
type Candidate = Pick<Server, 'sid' | 'config' | 'currentEpoch' | 'tree'>;

/** The vote a server starts an election with: for itself if it is a voter, else for nobody (E-31). */
export function ownVote(s: Candidate, round: number): Vote {
  if (!isVoter(s.config, s.sid)) return { ...NOBODY, electionEpoch: round };
  return { leader: s.sid, zxid: s.tree.lastProcessedZxid, electionEpoch: round, peerEpoch: s.currentEpoch };
}

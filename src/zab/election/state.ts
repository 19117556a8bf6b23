/** State of the election layer: one election (`FastLeaderElection.lookForLeader`) and the connections that carry votes (`QuorumCnxManager`). */
import type { Sid } from '../../base/ids.ts';
import type { ConnId, ElectionMessage, Vote, VoteRow } from '../types.ts';

/** One call of `lookForLeader`. */
export interface Election {
  /** Value of the `election` machine. */
  readonly phase: string;
  /** The vote this server would cast for itself, fixed for the whole call (E-31) but for its `electionEpoch`, the round it began with. */
  readonly ownVote: Vote;
  /** Whom this server votes for; `electionEpoch` is always the current round. */
  readonly proposal: Vote;
  /** Votes of this round. */
  readonly recvset: Readonly<Record<Sid, VoteRow>>;
  /** What servers said that have a leader already, whatever their round. */
  readonly outOfElection: Readonly<Record<Sid, VoteRow & { readonly version: number }>>;
  /** Who voted as this server when votes were last counted. */
  readonly supporters: readonly Sid[];
  /** Current notification timeout, ms (E-45). */
  readonly waitMs: number;
  readonly startedAt: number;
}

/** One peer as `QuorumCnxManager` sees it: outbox of one message, last message sent, connection. */
export interface PeerCnx {
  readonly conn: ConnId | null;
  /** The one slot of `queueSendMap`; a newer message replaces it. Null is empty. */
  readonly outbox: ElectionMessage | null;
  readonly queueExists: boolean;
  readonly lastSent: ElectionMessage | null;
  /** A connection attempt of ours is under way. */
  readonly connecting: boolean;
}

/** A voter's message as it waits in `recvqueue`. */
export interface Notification {
  readonly from: Sid;
  readonly message: ElectionMessage;
}

export interface ElectionLayer {
  /** Logical clock: survives role changes, not the process (E-1). */
  readonly round: number;
  /** Null unless an election is held. */
  readonly election: Election | null;
  /**
   * `recvqueue`: a server's own votes reach it this way (E-15). Empty between steps, except while a LOOKING observer waits before
   * it begins a new election.
   */
  readonly recvqueue: readonly Notification[];
  readonly peers: Readonly<Record<Sid, PeerCnx>>;
  /** Which peer an election connection belongs to. */
  readonly byConn: Readonly<Record<ConnId, Sid>>;
  /** sids whose votes made this server leader (`leadingVoteSet`). */
  readonly leadingVoteSet: readonly Sid[];
}

/** The election layer of a process that has just started. */
export const NEW_ELECTION_LAYER: ElectionLayer = { round: 0, election: null, recvqueue: [], peers: {}, byConn: {}, leadingVoteSet: [] };

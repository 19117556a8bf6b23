/** What a server looks like from outside: the part of its state that views show. Plain, small, immutable. */
import type { SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ConnId, Role, SyncMode, Vote, ZabState } from './types.ts';

export interface VoteRow {
  readonly sid: Sid;
  readonly state: Role;
  readonly vote: Vote;
}

export interface LearnerRow {
  readonly sid: Sid;
  readonly observer: boolean;
  /** How far this learner's handler has come. */
  readonly stage: 'connected' | 'epochProposed' | 'epochAcked' | 'synchronizing' | 'newLeaderAcked' | 'serving';
  readonly mode: SyncMode | null;
  /** Tick by which something must be heard from it. */
  readonly deadlineTick: number;
}

export interface ProposalRow {
  readonly zxid: Zxid;
  readonly op: string;
  readonly path: string | null;
  readonly acks: readonly Sid[];
  /** Value of the `proposal` machine on the leader. */
  readonly phase: string;
}

export interface ServerView {
  readonly sid: Sid;
  /** Value of the `server` machine, dotted: `following.synchronization`. */
  readonly phase: string;
  readonly role: Role;
  readonly zabState: ZabState;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  /** currentVote: whom this server believes in; in an election, its proposal. */
  readonly vote: Vote;
  /** Last txn applied to the tree. */
  readonly lastZxid: Zxid;
  /** Last txn written to the log; last txn made durable. */
  readonly lastLogged: Zxid;
  readonly lastSynced: Zxid;
  readonly committedZxid: Zxid;
  readonly serving: boolean;
  /** Whom it follows (learners) or itself (leader), else null. */
  readonly leader: Sid | null;
  readonly election: {
    /** Value of the `election` machine. */
    readonly state: string;
    readonly round: number;
    readonly votes: readonly VoteRow[];
    readonly outOfElection: readonly VoteRow[];
    readonly supporters: readonly Sid[];
    readonly waitMs: number;
  } | null;
  readonly leading: {
    readonly epoch: number | null;
    readonly tick: number;
    readonly epochHeard: readonly Sid[];
    readonly epochAcked: readonly Sid[];
    readonly newLeaderAcked: readonly Sid[];
    readonly learners: readonly LearnerRow[];
    /** Oldest outstanding proposals first; at most 8, `outstandingCount` tells all. */
    readonly outstanding: readonly ProposalRow[];
    readonly outstandingCount: number;
  } | null;
  readonly learning: {
    readonly mode: SyncMode | null;
    /** Proposals received but not committed. */
    readonly pending: number;
  } | null;
  /** Value of the `snapshot` machine, and what it writes. */
  readonly snapshot: { readonly state: string; readonly file: string | null };
  /** Value of the `recovery` machine. */
  readonly recovery: string;
  readonly nodes: number;
  readonly digest: number;
  readonly digestMismatches: number;
  readonly sessions: number;
  readonly clients: readonly { readonly conn: ConnId; readonly client: number; readonly session: SessionId }[];
  /** Queued, being flushed. */
  readonly syncQueue: readonly [queued: number, flushing: number];
}

/** One txn of a server's history, as a log strip shows it. Its fill follows from `lastLogged`, `lastSynced`, `committedZxid`, `lastZxid`. */
export interface LogCell {
  readonly zxid: Zxid;
  readonly type: string;
  readonly path: string | null;
  readonly session: SessionId;
  /** With the session, tells two txns of the same zxid apart. */
  readonly cxid: number;
}

/** How the history of a server changed in a step. */
export type LogChange =
  /** A proposal arrived (or was made): it is in memory, soon in the log. */
  | { readonly change: 'append'; readonly cell: LogCell }
  /** Later txns were cut off. */
  | { readonly change: 'truncate'; readonly to: Zxid }
  /** After recovery or SNAP: all before `base` is in a snapshot; `cells` are the known txns after it, oldest first (at most 500). */
  | { readonly change: 'reset'; readonly base: Zxid; readonly cells: readonly LogCell[] };

/** What is known of a server at one point of the logs. Changes in place while the events are made; what goes into events is not changed. */
import { ZXID_ZERO } from '../../../base/zxid.ts';
import type { Sid } from '../../../base/ids.ts';
import type { Zxid } from '../../../base/zxid.ts';
import type { Actor, Peer } from '../../../ensemble/types.ts';
import type { KeptVote } from '../../../zab/election/votes.ts';
import type { LearnerRow, Message, Role, ServerView, SyncMode, Vote } from '../../../zab/types.ts';

/** Nothing, shared by all events. */
export const NONE: readonly never[] = Object.freeze([]);

/** A vote that was heard. */
export interface HeardVote {
  readonly from: Sid;
  readonly state: Role;
  readonly vote: Vote;
  readonly version: number;
}

/** An election under way. */
export interface KnownElection {
  state: 'collecting' | 'finalizing' | 'decided';
  readonly startedAt: number;
  own: Vote;
  proposal: Vote;
  votes: Readonly<Record<Sid, KeptVote>>;
  outOfElection: Readonly<Record<Sid, KeptVote>>;
  supporters: readonly Sid[];
  waitMs: number;
  /** It has found a leader that others follow already. */
  joined: boolean;
}

/** A leadership. */
export interface KnownLeading {
  /** As it will be established, or as follows from what its learners had accepted. */
  readonly epochTold: number | null;
  epoch: number | null;
  heard: readonly Sid[];
  acked: readonly Sid[];
  newLeaderAcked: readonly Sid[];
  rows: readonly LearnerRow[];
  established: boolean;
}

/** How far a learner has come with its leader. */
export type LearnerStage = 'none' | 'discovery' | 'synchronization' | 'newLeader' | 'broadcast';

/** A message on its way to a server. */
export interface OnItsWay {
  readonly flight: number;
  /** Position of the event that sent it. */
  readonly n: number;
  readonly conn: number;
  readonly message: Message;
}

export interface Known {
  readonly sid: Sid;
  readonly actor: Actor;
  readonly peer: Peer;
  readonly hasLog: boolean;
  /** Its log has no lines for NEWLEADER and UPTODATE: older versions write none. */
  readonly quiet: boolean;
  up: boolean;
  /** It ran, and ended: what seems to come from it later was on its way. */
  ended: boolean;
  /** Position of the last event of this process, or −1. */
  last: number;
  role: Role;
  /** The role before this one; null since the process started. */
  before: Role | null;
  phase: string;
  round: number;
  vote: Vote;
  /** Votes heard before the election began: they wait in the queue. */
  queue: HeardVote[];
  election: KnownElection | null;
  zxid: Zxid;
  acceptedEpoch: number;
  currentEpoch: number;
  leader: Sid | null;
  leading: KnownLeading | null;
  stage: LearnerStage;
  mode: SyncMode | null;
  /** The zxid it was told to come to. */
  syncTo: Zxid | null;
  serving: boolean;
  /** It has said why it gave up its role. */
  gaveUp: boolean;
  /** Messages of the leader's protocol on their way to it, by sender and kind. */
  readonly inbox: Map<string, OnItsWay>;
  /** Packets it has sent to each learner, or its leader, since that began to follow: `2/UPTODATE`. */
  readonly packets: Set<string>;
  /** What the leader said about the sync of a learner before the mode. */
  readonly remarks: Map<Sid, SyncRemark>;
  lastHeard: HeardVote | null;
}

/** What a leader said about the sync of a learner before it chose. */
export interface SyncRemark {
  readonly source: 'committedLog' | 'txnlog' | null;
  readonly note: string | null;
  readonly numbers: SyncNumbers | null;
}

/** The numbers that a leader compares. */
export interface SyncNumbers {
  readonly peerLastZxid: Zxid;
  readonly minCommittedLog: Zxid;
  readonly maxCommittedLog: Zxid;
  readonly lastProcessedZxid: Zxid;
}

export type Changes = { -readonly [K in keyof ServerView]?: ServerView[K] };

/** A server of which nothing is known yet. */
export function unknownServer(sid: Sid, hasLog: boolean, quiet: boolean): Known {
  return {
    sid,
    actor: { kind: 'server', sid },
    peer: { kind: 'server', sid },
    hasLog,
    quiet,
    up: false,
    ended: false,
    last: -1,
    role: 'LOOKING',
    before: null,
    phase: 'down',
    round: 0,
    vote: { leader: sid, zxid: ZXID_ZERO, electionEpoch: 0, peerEpoch: 0 },
    queue: [],
    election: null,
    zxid: ZXID_ZERO,
    acceptedEpoch: 0,
    currentEpoch: 0,
    leader: null,
    leading: null,
    stage: 'none',
    mode: null,
    syncTo: null,
    serving: false,
    gaveUp: false,
    inbox: new Map(),
    packets: new Set(),
    remarks: new Map(),
    lastHeard: null,
  };
}

/** What is left when the process has ended: its disk. */
export function forget(s: Known): void {
  s.up = false;
  s.ended = true;
  s.last = -1;
  s.role = 'LOOKING';
  s.before = null;
  s.phase = 'down';
  s.round = 0;
  s.queue = [];
  s.election = null;
  s.leader = null;
  s.leading = null;
  s.stage = 'none';
  s.mode = null;
  s.syncTo = null;
  s.serving = false;
  s.gaveUp = false;
  s.inbox.clear();
  s.packets.clear();
  s.remarks.clear();
  s.lastHeard = null;
}

/** The election as views show it. */
export function electionView(s: Known): ServerView['election'] {
  const { election } = s;
  if (election === null) return null;
  return {
    state: election.state,
    round: s.round,
    votes: rowsOf(election.votes),
    outOfElection: rowsOf(election.outOfElection),
    supporters: election.supporters,
    waitMs: election.waitMs,
  };
}

function rowsOf(votes: Readonly<Record<Sid, KeptVote>>): readonly KeptVote[] {
  const rows = Object.values(votes);
  return rows.length === 0 ? NONE : rows;
}

/** The leadership as views show it. What logs do not tell (ticks, outstanding proposals) stays at nothing. */
export function leadingView({ leading }: Known): ServerView['leading'] {
  if (leading === null) return null;
  return {
    epoch: leading.epoch,
    tick: 0,
    epochHeard: leading.heard,
    epochAcked: leading.acked,
    newLeaderAcked: leading.newLeaderAcked,
    learners: leading.rows,
    outstanding: NONE,
    outstandingCount: 0,
  };
}

/** The list with one sid more, ascending. */
export function withSid(sids: readonly Sid[], sid: Sid): readonly Sid[] {
  return sids.includes(sid) ? sids : [...sids, sid].sort((a, b) => a - b);
}

/**
 * What does not hold, as data: which finding it is, and its values. Words are made of it where somebody reads it (`trace/findings/`), in the
 * reader's language.
 */
import type { SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { LogCell, MessageKind, Role, ZabState } from '../zab/types.ts';
import type { ClientId } from './types.ts';

/** A txn as far as a reader needs it to know which one is meant. */
export type NamedTxn = Omit<LogCell, 'cxid'>;

/** That a client was told that a write succeeded. */
export interface Told {
  readonly client: ClientId;
  /** `create /a`. */
  readonly op: string;
  readonly zxid: Zxid;
}

/** What a check found. Durations are virtual ms. */
export type Breach =
  // Committed txns.
  /** A new leader without a committed txn; `told` is the first client that was told of this one or a later one. */
  | { readonly kind: 'leaderLacks'; readonly sid: Sid; readonly epoch: number; readonly txn: NamedTxn; readonly told: Told | null }
  | { readonly kind: 'commitsOther'; readonly leader: Sid; readonly txn: NamedTxn; readonly committed: NamedTxn }
  | { readonly kind: 'cutsCommitted'; readonly leader: Sid; readonly sid: Sid; readonly to: Zxid; readonly txn: NamedTxn }
  | { readonly kind: 'appliedOther'; readonly sid: Sid; readonly txn: NamedTxn; readonly committed: NamedTxn }
  /** It serves clients at `zxid`, and has passed over a committed txn, or shows one that is not committed. */
  | { readonly kind: 'servesWithout' | 'showsUncommitted'; readonly sid: Sid; readonly zxid: Zxid; readonly txn: NamedTxn }
  | {
      readonly kind: 'treesDiffer';
      readonly sids: readonly [Sid, Sid];
      readonly zxid: Zxid;
      readonly digests: readonly [number, number];
    }
  // What clients are told.
  | { readonly kind: 'toldUncommitted'; readonly told: Told; /** The last one that is committed. */ readonly committed: Zxid }
  | { readonly kind: 'toldOther'; readonly told: Told; readonly committed: NamedTxn | null }
  | { readonly kind: 'clientWentBack'; readonly client: ClientId; readonly seen: Zxid; readonly zxid: Zxid }
  // Disks. `ends` is where what is durable ends.
  | { readonly kind: 'notDurable'; readonly leader: Sid; readonly taken: 'txn' | 'history'; readonly sid: Sid; readonly ends: Zxid }
  | { readonly kind: 'epochUnfounded'; readonly sid: Sid; readonly epoch: number; readonly initial: Zxid; readonly ends: Zxid }
  /** What was cut was read again, from the log or from a snapshot: two defects. */
  | { readonly kind: 'cutCameBack'; readonly sid: Sid; readonly to: Zxid; readonly from: 'log' | 'snapshot'; readonly last: Zxid }
  // Leaders and epochs.
  | { readonly kind: 'epochWonTwice'; readonly sid: Sid; readonly epoch: number; readonly other: Sid }
  /** Two that lead are in one epoch, or have at least accepted the same one. */
  | { readonly kind: 'bothLead' | 'bothAccepted'; readonly sids: readonly [Sid, Sid]; readonly epoch: number }
  | { readonly kind: 'epochWentBack'; readonly sid: Sid; readonly accepted: number; readonly epoch: number }
  | { readonly kind: 'epochNotAccepted'; readonly sid: Sid; readonly epoch: number; readonly accepted: number }
  | { readonly kind: 'loggedBeyondEpoch'; readonly sid: Sid; readonly zxid: Zxid; readonly epoch: number }
  | { readonly kind: 'promiseBroken'; readonly sid: Sid; readonly accepted: number; readonly epoch: number }
  | { readonly kind: 'neverProposed'; readonly sid: Sid; readonly txn: NamedTxn }
  | { readonly kind: 'otherProposed'; readonly sid: Sid; readonly txn: NamedTxn; readonly proposed: NamedTxn }
  /** The last one before was `counter` of `epoch`. */
  | {
      readonly kind: 'proposalGap';
      readonly leader: Sid;
      readonly leads: number;
      readonly zxid: Zxid;
      readonly counter: number;
      readonly epoch: number;
    }
  // Messages, and the shape of things.
  | { readonly kind: 'outOfPhase'; readonly sid: Sid; readonly message: MessageKind; readonly role: Role; readonly zabState: ZabState }
  /** A learner gives up its leader for a packet that it does not expect. */
  | { readonly kind: 'packetRefused'; readonly sid: Sid; /** Its kind, where it is known. */ readonly packet: string | null }
  | { readonly kind: 'commitRefused'; readonly sid: Sid; readonly zxid: Zxid }
  | { readonly kind: 'commitUnexpected'; readonly sid: Sid; readonly zxid: Zxid; /** The oldest proposal. */ readonly head: Zxid | null }
  /** `after` is null at the beginning of an epoch. */
  | { readonly kind: 'commitOutOfOrder'; readonly leader: Sid; readonly zxid: Zxid; readonly after: Zxid | null }
  | { readonly kind: 'newLeaderAck'; readonly leader: Sid; readonly epoch: number; readonly from: Sid; readonly zxid: Zxid }
  | { readonly kind: 'unknownAck'; readonly leader: Sid; readonly from: Sid; readonly zxid: Zxid }
  /** A txn enters a history where it cannot follow, or with a gap before it. */
  | { readonly kind: 'historyDescends' | 'historyGap'; readonly sid: Sid; readonly txn: NamedTxn; readonly last: Zxid }
  | { readonly kind: 'badEpoch'; readonly sid: Sid; readonly field: 'acceptedEpoch' | 'currentEpoch'; readonly epoch: number }
  | { readonly kind: 'badZxid'; readonly sid: Sid; readonly field: 'lastZxid' | 'lastLogged'; readonly zxid: Zxid }
  | { readonly kind: 'badPhase'; readonly sid: Sid; readonly role: Role; readonly zabState: ZabState }
  // Syncs.
  | { readonly kind: 'syncFromElsewhere'; readonly leader: Sid; readonly mode: string; readonly from: Zxid; readonly learner: Sid }
  | { readonly kind: 'syncSkips'; readonly leader: Sid; readonly zxid: Zxid; readonly learner: Sid; readonly next: NamedTxn }
  // Sessions.
  | { readonly kind: 'closedSessionActs'; readonly txn: NamedTxn; readonly closed: Zxid }
  | { readonly kind: 'requestsReordered'; readonly txn: NamedTxn; readonly cxid: number; readonly last: number }
  | {
      readonly kind: 'closedSessionOwns';
      readonly client: ClientId;
      readonly session: SessionId;
      readonly zxid: Zxid;
      readonly closed: Zxid;
    }
  | { readonly kind: 'sessionShared'; readonly client: ClientId; readonly session: SessionId; readonly other: ClientId }
  // A calm ensemble gets somewhere. `calmMs` is for how long nothing has happened to it.
  | { readonly kind: 'serverEnded'; readonly sid: Sid; readonly exitCode: number | null; readonly message: string | null }
  | { readonly kind: 'epochUnsettled'; readonly sid: Sid; readonly epoch: number; readonly calmMs: number }
  | { readonly kind: 'noLeader'; readonly calmMs: number }
  | { readonly kind: 'doesNotServe'; readonly sid: Sid; readonly leader: Sid; readonly calmMs: number }
  | { readonly kind: 'notAnswered'; readonly leader: Sid; readonly zxid: Zxid; readonly waitedMs: number }
  | { readonly kind: 'sessionRemains'; readonly session: SessionId }
  // Zablab itself has failed: what a hunt reports when no check could.
  | { readonly kind: 'simulatorFailed'; readonly message: string };

export type BreachKind = Breach['kind'];

/** What a person did to a server that makes a guarantee void. */
export type Deed =
  | { readonly kind: 'wiped' | 'diskFull'; readonly sid: Sid }
  /** Power was lost while forceSync=no lets the server acknowledge before its disk has the data. */
  | { readonly kind: 'powerLost'; readonly sid: Sid }
  | { readonly kind: 'restored'; readonly sid: Sid; /** Name of the backup. */ readonly name: string }
  | { readonly kind: 'fileDamaged' | 'fileCut' | 'fileDeleted' | 'fileReplaced'; readonly sid: Sid; readonly file: string };

export type DeedKind = Deed['kind'];

/** What a finding keeps of a txn. */
export function txnOf({ zxid, type, path, session }: LogCell): NamedTxn {
  return { zxid, type, path, session };
}

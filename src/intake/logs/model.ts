/** Server logs of one case, understood: whose they are, when things happened, and what came of it. */
import type { Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { EnsembleConfig, Member, Role, SyncMode } from '../../zab/types.ts';
import type { LogRecord, ReadLog } from './facts.ts';

/** How a server of the logs is known. */
export interface LogServer {
  readonly sid: Sid;
  /** Numbers of the logs that hold its lines. */
  readonly logs: readonly number[];
  /** What told its sid, the strongest first: `[myid:N]` or a thread name, "My id = N", the votes, the file name, the person. */
  readonly knownBy: 'myid' | 'myIdLine' | 'votes' | 'fileName' | 'person' | 'guess';
  /** Of QuorumPeer or the environment lines; null where no line tells. */
  readonly version: string | null;
  readonly observer: boolean;
}

/** A log, or a part of one, whose server nothing tells for certain: the person is asked. */
export interface UnknownServer {
  readonly log: number;
  /** Host of the transport prefix when one log holds several servers. */
  readonly host: string | null;
  /** Best first; may be empty. */
  readonly suggestions: readonly { readonly sid: Sid; readonly because: string }[];
}

/** What a person answered: the sid of a log (`"0"`) or of a host in it (`"0/zk-1"`). */
export type Answers = Readonly<Record<string, Sid>>;

/** How far a server's clock is ahead of the reference server's, as causes and effects tell. */
export interface ClockOffset {
  readonly offsetMs: number;
  /** The true offset lies within ± this; Infinity when nothing ties this clock to the others. */
  readonly uncertainMs: number;
  /** Pairs of cause and effect that it rests on. */
  readonly pairs: number;
}

/** A record with its server and its place in time. */
export interface PlacedRecord extends LogRecord {
  readonly sid: Sid;
  /** Ms since 1970 on the reference clock. */
  readonly t: number;
  /** Index (in `LogCase.records`) of a record that must have come before this one and does not. */
  readonly impossible: number | null;
}

/** The logs of all servers, in one order. */
export interface LogCase {
  readonly logs: readonly ReadLog[];
  readonly servers: readonly LogServer[];
  readonly unknown: readonly UnknownServer[];
  readonly clocks: ReadonlyMap<Sid, ClockOffset>;
  /** In the order of `t`. */
  readonly records: readonly PlacedRecord[];
  /** `t` of the first record: ms 0 of the trace. */
  readonly zero: number;
}

/** `t` in ms after `LogCase.zero`. */
export interface ReadRole {
  readonly t: number;
  readonly role: Role | 'DOWN';
}

/** One established or attempted leadership. */
export interface ReadElection {
  readonly leader: Sid;
  /** Null while it never came to be established. */
  readonly epoch: number | null;
  readonly established: boolean;
  /** Who acknowledged NEWLEADER, the leader included, ascending; empty when it was never established. */
  readonly supporters: readonly Sid[];
  /** From LOOKING to LEADING, by the timestamps, ms. */
  readonly tookMs: number;
  readonly t: number;
  /** The vote that won, as far as logs tell. */
  readonly vote: { readonly leader: Sid; readonly zxid: Zxid | null; readonly round: number | null; readonly peerEpoch: number | null };
  /** When and why it ended; null while it lasts or nothing tells. */
  readonly ended: { readonly t: number; readonly reason: string | null } | null;
}

export interface ReadSync {
  readonly leader: Sid;
  readonly learner: Sid;
  readonly mode: SyncMode;
  /** What the learner had. */
  readonly peerLastZxid: Zxid | null;
  /** What it was told: `zxidSent` of the leader's decision. */
  readonly zxid: Zxid | null;
  readonly completed: boolean;
  readonly t: number;
}

/** A vote that a server held: its own proposal as it changed. */
export interface ReadVote {
  readonly t: number;
  readonly leader: Sid;
  readonly zxid: Zxid;
  readonly round: number | null;
  readonly peerEpoch: number | null;
}

/** What came of it, without the details: printed by `zablab import --json`. */
export interface LogSummary {
  readonly servers: readonly {
    readonly sid: Sid;
    readonly version: string | null;
    readonly observer: boolean;
    readonly roles: readonly ReadRole[];
    readonly votes: readonly ReadVote[];
  }[];
  readonly elections: readonly ReadElection[];
  readonly syncs: readonly ReadSync[];
}

/** Lines that show something. */
export interface Evidence {
  readonly log: number;
  readonly line: number;
}

/** Something that is wrong, or worth knowing. The sentence is made from `rule` and `values` in the reader's language. */
export interface Finding {
  readonly rule: string;
  /** `unsure`: the logs allow another reading. */
  readonly certainty: 'certain' | 'unsure';
  readonly severity: 'problem' | 'note';
  readonly servers: readonly Sid[];
  readonly values: Readonly<Record<string, string | number | readonly (string | number)[]>>;
  /** The most telling lines first, at most 20. */
  readonly lines: readonly Evidence[];
  /** Ms after `LogCase.zero`. */
  readonly t: number | null;
}

/** A trace that was made from logs: for every view the same as a simulated one. */
export interface ReadTrace {
  readonly members: readonly Member[];
  /** As far as the logs say; ZooKeeper's defaults otherwise. */
  readonly config: EnsembleConfig;
  readonly events: readonly TraceEvent[];
  /** Wall clock of virtual time 0, ms since 1970. */
  readonly zero: number;
}

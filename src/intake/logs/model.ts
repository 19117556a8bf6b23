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
  /**
   * What told its sid, the strongest first: the person, `[myid:N]` or a thread name, "My id = N", the votes, the name of the file or
   * of the host; `guess` when it is only the best suggestion (then the log is among `unknown` too).
   */
  readonly knownBy: 'person' | 'myid' | 'myIdLine' | 'votes' | 'fileName' | 'host' | 'guess';
  /** Of QuorumPeer or the environment lines; null where no line tells. */
  readonly version: string | null;
  readonly observer: boolean;
  /** Hosts that transport prefixes or a host column name for it. */
  readonly hosts: readonly string[];
  /** Its own election addresses, as "my election bind port" tells; without wildcards such as `0.0.0.0`. */
  readonly addresses: readonly string[];
}

/** Why a sid is suggested: a key of the words that people read. */
export type SuggestionReason =
  /** The first vote after "New election" names its own sender. */
  | 'ownVote'
  /** It leads, and this is the supporter that is no learner of its. */
  | 'leads'
  /** The name of the file or folder has this number. */
  | 'fileName'
  /** The name of the host has this number. */
  | 'hostName'
  /** The name has the number before: hosts are counted from 0, ids from 1. */
  | 'countedFromZero'
  /** All other members of the ensemble have a log. */
  | 'onlyOneLeft'
  /** A member without a log that this server never speaks of as another one. */
  | 'neverAPeer'
  /** Nothing tells: the lowest id that is free. */
  | 'free'
  /** The lines tell, but there are more servers than any ensemble has: this one is left out. */
  | 'tooMany';

/** A log, or a part of one, whose server nothing tells for certain: the person is asked. */
export interface UnknownServer {
  readonly log: number;
  /** Host of the transport prefix when one log holds several servers. */
  readonly host: string | null;
  /** Best first; may be empty. */
  readonly suggestions: readonly { readonly sid: Sid; readonly because: SuggestionReason }[];
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

/** Another process with the id of a server of the case: two servers were given the same myid, or texts of two ensembles are mixed. */
export interface DuplicateServer {
  readonly sid: Sid;
  readonly logs: readonly number[];
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
  /** What tells them apart: both wrote at the same time, and beyond that their hosts or addresses differ. */
  readonly because: 'overlap' | 'hosts' | 'addresses';
  /** Its records, in its own order. They are not among `LogCase.records`: one server can't be told in two ways at once. */
  readonly records: readonly LogRecord[];
}

/** A server's clock was set back while it ran; its later records were moved on by `ms`, so that its time never runs backwards. */
export interface ClockStep {
  readonly sid: Sid;
  readonly log: number;
  /** First line after the step. */
  readonly line: number;
  readonly ms: number;
}

/** The logs of all servers, in one order. */
export interface LogCase {
  readonly logs: readonly ReadLog[];
  readonly servers: readonly LogServer[];
  readonly unknown: readonly UnknownServer[];
  readonly clocks: ReadonlyMap<Sid, ClockOffset>;
  /** Empty when each id belongs to one server. */
  readonly duplicates: readonly DuplicateServer[];
  readonly clockSteps: readonly ClockStep[];
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
  /** Whether the learner got UPTODATE; null when no line tells. */
  readonly completed: boolean | null;
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

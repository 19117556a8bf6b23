/**
 * The words of the world around the servers: what a person or a script commands, what clients do, and the events that
 * are recorded. One `TraceEvent` per thing that happened; every view is a fold of them.
 */
import type { SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { DiskOp } from '../store/types.ts';
import type { ClientOp, ErrorCode, OpResult } from '../tree/types.ts';
import type { Channel, ConnId, Decision, Effect, Input, LogChange, Message, ServerView } from '../zab/types.ts';
import type { Breach, Deed } from './breach.ts';

/** A client's number, from 1. On the stage: "client a", "client b", ... */
export type ClientId = number;

// ---------------------------------------------------------------------------------------------------------------------
// Commands: everything that is done to an ensemble from outside, by a person, a lesson, a script or a link.

export type Command =
  /** Starts the process of a server that is down (`start` and `restart` are the same). */
  | { readonly type: 'start' | 'restart'; readonly sid: Sid }
  /** SIGKILL: memory is gone, written bytes stay, the kernel still sends what was in its socket buffers, then FIN. */
  | { readonly type: 'kill'; readonly sid: Sid }
  /** The host goes silent: like kill, but peers see nothing at all. Written bytes stay. */
  | { readonly type: 'crash'; readonly sid: Sid }
  /** Like crash, and only what was fsynced stays. */
  | { readonly type: 'powerLoss'; readonly sid: Sid }
  /** SIGTERM. */
  | { readonly type: 'stop'; readonly sid: Sid }
  /** SIGSTOP and SIGCONT. */
  | { readonly type: 'pause' | 'resume'; readonly sid: Sid }
  /** Empties the data directory of a server that is down. */
  | { readonly type: 'wipe'; readonly sid: Sid }
  /** Drops all packets between two servers, both ways or only from → to. */
  | { readonly type: 'cut'; readonly from: Sid; readonly to: Sid; readonly oneWay?: boolean }
  /** Undoes cuts and slowness of one link (both ways unless `oneWay`), or of all links. */
  | { readonly type: 'heal'; readonly from?: Sid; readonly to?: Sid; readonly oneWay?: boolean }
  /** Cuts every link between different groups. */
  | { readonly type: 'partition'; readonly groups: readonly (readonly Sid[])[] }
  /** Extra one-way delay in ms, on both directions of a link, or only from → to. */
  | { readonly type: 'slow'; readonly from: Sid; readonly to: Sid; readonly delayMs: number; readonly oneWay?: boolean }
  /** The oldest packet on its way from one server to another, and the fsync under way on a server's disk: it arrives, or ends, now. */
  | { readonly type: 'hurry'; readonly from: Sid; readonly to: Sid; readonly channel: Channel }
  | { readonly type: 'hurryDisk'; readonly sid: Sid }
  /** Resets the connections between two servers. */
  | { readonly type: 'reset'; readonly from: Sid; readonly to: Sid }
  /** How fast a server's clock runs: 1 is right, 1.1 gains 10 %. */
  | { readonly type: 'skew'; readonly sid: Sid; readonly rate: number }
  /** Time of one fsync in ms from now on. */
  | { readonly type: 'slowDisk'; readonly sid: Sid; readonly fsyncMs: number }
  | { readonly type: 'diskFull'; readonly sid: Sid; readonly full: boolean }
  /** Damages a file of a server that is down: flips one byte, cuts the file, or deletes it. */
  | { readonly type: 'flipByte'; readonly sid: Sid; readonly file: string; readonly offset: number }
  | {
      readonly type: 'cutFile';
      readonly sid: Sid;
      readonly file: string;
      readonly length: number;
      /** Pad back to the old size with zeros. */ readonly zeroed?: boolean;
    }
  | { readonly type: 'deleteFile'; readonly sid: Sid; readonly file: string }
  | { readonly type: 'writeFile'; readonly sid: Sid; readonly file: string; /** Base64. */ readonly content: string }
  /** Keeps a copy of a server's data directory under a name; puts one back (of the same or another server). */
  | { readonly type: 'backup'; readonly sid: Sid; readonly name: string }
  | { readonly type: 'restore'; readonly sid: Sid; readonly name: string; readonly from?: Sid }
  /** A new client; `servers` is its connect string in order (default: all participants and observers, shuffled by the seed). */
  | {
      readonly type: 'connect';
      readonly client: ClientId;
      readonly servers?: readonly Sid[];
      readonly timeoutMs?: number;
      /** A name shown beside its letter. */ readonly name?: string;
    }
  | { readonly type: 'request'; readonly client: ClientId; readonly request: ClientOp }
  /** Sends closeSession; `abandon` vanishes without it. */
  | { readonly type: 'close' | 'abandon'; readonly client: ClientId };

export type CommandType = Command['type'];

// ---------------------------------------------------------------------------------------------------------------------
// Events.

export type Actor =
  { readonly kind: 'server'; readonly sid: Sid } | { readonly kind: 'client'; readonly client: ClientId } | { readonly kind: 'world' };

/** An end of a connection: a server, or a client. */
export type Peer = { readonly kind: 'server'; readonly sid: Sid } | { readonly kind: 'client'; readonly client: ClientId };

/** A message on its way. */
export interface Flight {
  readonly id: number;
  readonly conn: ConnId;
  readonly channel: Channel;
  readonly from: Peer;
  readonly to: Peer;
  readonly message: Message;
  /** When it will arrive as far as is known when it is sent, virtual ms; null while the link is cut. */
  readonly eta: number | null;
  /** Nobody saw it being sent: it follows from something else (traces read from logs). Drawn dashed. */
  readonly inferred?: true;
}

/** Where an event of a trace that was read from logs comes from. */
export interface Origin {
  /** Number of the log, in the order in which they were read, and line in it, from 1; line 0 for an event that follows from others. */
  readonly log: number;
  readonly line: number;
  /** The servers' clocks agree only so well: this event may be so many ms earlier or later against other servers. */
  readonly uncertainMs: number;
  /** No line says this: it follows from others. */
  readonly inferred?: true;
  /** It cannot have been in this order, whatever the clocks: the position of the event that should have come first. */
  readonly impossible?: number;
}

/** What a client experiences. */
export type ClientInput =
  | { readonly type: 'started'; readonly servers: readonly Sid[]; readonly timeoutMs: number; readonly name: string | null }
  | { readonly type: 'connected' | 'connectFailed' | 'disconnected'; readonly sid: Sid }
  | { readonly type: 'requested'; readonly xid: number; readonly op: ClientOp }
  | { readonly type: 'received'; readonly flight: number; readonly message: Message }
  | { readonly type: 'timer'; readonly timer: string }
  | { readonly type: 'closed' };

/** What became of a request, as the client knows it: `unknown` after a lost connection or an expired session. */
export interface OpOutcome {
  readonly client: ClientId;
  readonly xid: number;
  readonly op: ClientOp;
  readonly outcome: 'acked' | 'rejected' | 'unknown';
  readonly err: ErrorCode;
  readonly zxid: Zxid | null;
  readonly result: OpResult;
  readonly sentAt: number;
}

export interface ClientView {
  readonly client: ClientId;
  readonly name: string | null;
  readonly state: 'connecting' | 'connected' | 'expired' | 'closed' | 'abandoned';
  /** Whom it is connected to, or trying. */
  readonly sid: Sid | null;
  readonly session: SessionId;
  readonly timeoutMs: number;
  readonly lastZxid: Zxid;
  readonly waiting: number;
}

export type WorldEvent =
  | { readonly type: 'command'; readonly command: Command }
  /** A process came up, or ended (`exit` by itself, the others by command). `lost` are flights that it had not read, or that were still held by its host. */
  | { readonly type: 'processStarted'; readonly sid: Sid }
  | {
      readonly type: 'processEnded';
      readonly sid: Sid;
      readonly how: 'kill' | 'crash' | 'powerLoss' | 'exit';
      readonly exitCode: number | null;
      readonly message: string | null;
      readonly lost: readonly number[];
    }
  | { readonly type: 'connectionOpened'; readonly conn: ConnId; readonly channel: Channel; readonly from: Peer; readonly to: Peer }
  | { readonly type: 'connectionClosed'; readonly conn: ConnId; readonly lost: readonly number[] }
  /** Something that scripts and lessons say. */
  | { readonly type: 'note'; readonly text: string }
  /** An invariant does not hold. The run stops here. */
  | {
      readonly type: 'violation';
      readonly invariant: string;
      readonly breach: Breach;
      /** Issues of known defects of the version that can be the cause. */
      readonly known: readonly string[];
      /** Where the invariant comes from. */
      readonly source: string;
    }
  /** The person's own action made a guarantee void: said instead of a violation. */
  | { readonly type: 'guaranteeVoid'; readonly guarantee: string; readonly breach: Breach; readonly after: readonly Deed[] };

export interface TraceEvent {
  /** Position in the trace, from 0. */
  readonly n: number;
  /** Virtual ms. */
  readonly at: number;
  readonly actor: Actor;
  /** Position of the event that led here (that sent the message, set the timer, gave the command), or −1. */
  readonly cause: number;
  /**
   * What happened. A server's `boot` input is recorded without configuration and disk; a `receive` input has the flight's id.
   */
  readonly what: RecordedInput | ClientInput | WorldEvent;
  /** Messages this event put on the wire. */
  readonly sent: readonly Flight[];
  /** Everything else a server asked for: timers, disk, connections. */
  readonly effects: readonly Effect[];
  readonly decisions: readonly Decision[];
  /** Server events: fields of its view that changed. Client events: likewise. */
  readonly changes: Partial<ServerView> | null;
  readonly client: Partial<ClientView> | null;
  readonly log: readonly LogChange[];
  /** Client requests that ended here. */
  readonly outcomes: readonly OpOutcome[];
  /** Changes to a disk made by a person (wipe, restore, damage, power loss), on `disk.sid`. `reset` starts from an empty disk. */
  readonly disk: { readonly sid: Sid; readonly reset: boolean; readonly ops: readonly DiskOp[] } | null;
  /** Only in traces that were read from logs. */
  readonly origin?: Origin;
}

export type RecordedInput =
  | Exclude<Input, { type: 'boot' } | { type: 'receive' }>
  | { readonly type: 'boot'; readonly sid: Sid }
  /** A line of a server's log, in a trace that was read from logs; `text` is its message. */
  | { readonly type: 'logLine'; readonly text: string }
  | { readonly type: 'receive'; readonly conn: ConnId; readonly flight: number; readonly from: Peer; readonly message: Message };

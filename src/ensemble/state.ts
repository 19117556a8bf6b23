/**
 * The state of the world. Its containers and the objects directly in them are changed in place, for speed; everything deeper is immutable.
 * So a key frame is `copyState`: shallow copies, a few microseconds, no matter how long the run is.
 */
import type { Bytes, SessionId, Sid } from '../base/ids.ts';
import { randomStream, type RandomState } from '../base/random.ts';
import type { Zxid } from '../base/zxid.ts';
import { emptyDisk } from '../store/disk.ts';
import type { Disk } from '../store/types.ts';
import type { ClientOp } from '../tree/types.ts';
import type { Channel, ConnId, Input, ServerView, TimerName } from '../zab/types.ts';
import type { WorldOptions } from './options.ts';
import type { Queue } from './queue.ts';
import type { ClientId, ClientView, Flight, OpOutcome } from './types.ts';

/** A machine on the network: a server by its sid, a client by its number negated. */
export type NodeId = number;

export const clientNode = (client: ClientId): NodeId => -client;

/** What travels in one direction of a connection, in order. `cause` is the position of the event that sent it. */
export type Segment =
  | { readonly kind: 'data'; readonly flight: Flight; readonly cause: number }
  /** The acceptor's half of the handshake; the initiator's half, with its initial message. */
  | { readonly kind: 'synAck' | 'open'; readonly cause: number }
  | { readonly kind: 'fin' | 'rst'; readonly cause: number };

/** Which half of a connection: 0 is the initiator, 1 the acceptor. Pipe 0 leads from end 0 to end 1. */
export type End = 0 | 1;

/** One direction. What the link drops, the sender's kernel holds and sends again. */
export interface Pipe {
  /** Latest arrival so far: later segments do not overtake it. */
  last: number;
  /** Segments in the queue, and how many of them were sent again. */
  flying: number;
  replaying: number;
  held: Segment[];
  /** Retransmissions of the first held segment so far; −1 when none is planned. */
  tries: number;
  /** The sending host is gone: nothing can be sent again. */
  broken: boolean;
  /** Something was lost for good: nothing behind it is ever delivered. */
  holed: boolean;
}

export interface Connection {
  readonly id: ConnId;
  readonly channel: Channel;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Position of the `connectionOpened` event; −1 before. */
  opened: number;
  ends: [EndState, EndState];
  pipes: [Pipe, Pipe];
  /** Flights that never reached a process. */
  lost: readonly number[];
}
export type EndState = 'opening' | 'open' | 'closed';

/** A connect call under way. */
export interface Attempt {
  readonly id: number;
  readonly channel: Channel;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly startedAt: number;
  readonly cause: number;
  /** SYNs sent. */
  readonly tries: number;
}

/** One direction between two nodes. */
export interface Link {
  readonly from: NodeId;
  readonly to: NodeId;
  cut: boolean;
  delayMs: number;
  random: RandomState;
}

/** A timer that is set. `armed` is the time of its entry in the queue; an entry that comes too early is put back, so that resetting is cheap. */
export interface TimerRecord {
  readonly due: number;
  readonly seq: number;
  readonly cause: number;
  readonly armed: number;
}

export interface TimerHolder {
  readonly timers: Map<string, TimerRecord>;
  /** Speed of this node's clock. */
  rate: number;
}

/** An input that waits for a process: a segment in its socket buffer, a finished fsync, an overdue timer. */
export type Waiting =
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | { readonly kind: 'input'; readonly input: Input; readonly cause: number; readonly flight: Flight | null };

export interface Fsync {
  readonly token: number;
  /** Length of each file when the fsync was asked for: what it makes durable. */
  readonly lengths: readonly (readonly [file: string, length: number])[];
  readonly cause: number;
}

/** One server's host: its process, clock and disk. */
export interface Process extends TimerHolder {
  readonly sid: Sid;
  /** False after a crash or power loss: nothing answers. */
  hostUp: boolean;
  state: 'down' | 'starting' | 'running';
  /** Counts starts. */
  incarnation: number;
  paused: boolean;
  listening: Readonly<Record<Channel, boolean>>;
  /** What its process has not read yet; empty unless it is or was paused. */
  inbox: Waiting[];
  overdue: readonly TimerName[];
  /** The server's clock showed `clockLocal` at world time `clockWorld`. */
  clockLocal: number;
  clockWorld: number;
  disk: Disk;
  fsyncs: Fsync[];
  /** Set by the `slowDisk` command. */
  fsyncMs: number | null;
  diskFull: boolean;
  /** When each file was last written to. */
  readonly writtenAt: Map<string, number>;
  random: RandomState;
  /** Null while the process is down. */
  view: ServerView | null;
}

export interface PendingOp {
  readonly xid: number;
  readonly op: ClientOp;
  readonly sentAt: number;
}

/** A client library and its one session (`ClientCnxn`). */
export interface Client extends TimerHolder {
  readonly client: ClientId;
  readonly name: string | null;
  /** In the order in which they are tried. */
  readonly servers: readonly Sid[];
  readonly requestedMs: number;
  state: ClientView['state'];
  /** Index into `servers`, and where a round began (`StaticHostProvider`). */
  current: number;
  lastIndex: number;
  firstConnect: boolean;
  sid: Sid | null;
  conn: ConnId | null;
  session: SessionId;
  password: Bytes;
  timeoutMs: number;
  lastZxid: Zxid;
  nextXid: number;
  /** Sent, waiting for replies in this order. */
  pending: PendingOp[];
  /** Not sent yet. */
  queued: PendingOp[];
  closing: boolean;
  random: RandomState;
  /** What ended, oldest first; copies share the array, of which the first `endedCount` count. */
  readonly ended: OpOutcome[];
  endedCount: number;
}

export type Scheduled =
  | {
      readonly kind: 'arrive';
      readonly conn: ConnId;
      readonly end: End;
      readonly segment: Segment;
      /** Sent again after it had been held. */ readonly again: boolean;
    }
  | { readonly kind: 'retransmit'; readonly conn: ConnId; readonly end: End }
  | { readonly kind: 'syn' | 'refused'; readonly attempt: number }
  | { readonly kind: 'timer'; readonly node: NodeId; readonly timer: string }
  | { readonly kind: 'fsync'; readonly sid: Sid; readonly incarnation: number }
  | { readonly kind: 'boot'; readonly sid: Sid; readonly incarnation: number; readonly cause: number }
  | { readonly kind: 'input'; readonly sid: Sid; readonly incarnation: number; readonly input: Input; readonly cause: number }
  | { readonly kind: 'disconnectClient'; readonly client: ClientId; readonly conn: ConnId; readonly cause: number }
  /** Hands the next waiting input to a process that was resumed. */
  | { readonly kind: 'drain'; readonly sid: Sid; readonly incarnation: number }
  /** The driver wants to be asked. */
  | { readonly kind: 'driver' };

export interface WorldState {
  now: number;
  seq: number;
  /** Queue entries worked off so far. */
  steps: number;
  /** The clock has gone on since the last of them. */
  waited: boolean;
  /** Numbers for connections, flights and connection attempts. */
  nextConn: number;
  nextFlight: number;
  nextAttempt: number;
  queue: Queue<Scheduled>;
  processes: Map<Sid, Process>;
  links: Map<number, Link>;
  connections: Map<ConnId, Connection>;
  attempts: Map<number, Attempt>;
  clients: Map<ClientId, Client>;
  /** By `sid/name`. */
  backups: Map<string, Disk>;
}

export const NOT_LISTENING: Process['listening'] = { election: false, quorum: false, client: false };

export function initialState(options: WorldOptions): WorldState {
  const processes = options.config.members.map(({ sid }) => [sid, newProcess(sid, options.seed)] as const);
  return {
    now: 0,
    seq: 0,
    steps: 0,
    waited: false,
    nextConn: 1,
    nextFlight: 1,
    nextAttempt: 1,
    queue: [],
    processes: new Map(processes),
    links: new Map(),
    connections: new Map(),
    attempts: new Map(),
    clients: new Map(),
    backups: new Map(),
  };
}

function newProcess(sid: Sid, seed: number): Process {
  return {
    sid,
    hostUp: true,
    state: 'down',
    incarnation: 0,
    paused: false,
    listening: NOT_LISTENING,
    inbox: [],
    overdue: [],
    timers: new Map(),
    rate: 1,
    clockLocal: 0,
    clockWorld: 0,
    disk: emptyDisk(),
    fsyncs: [],
    fsyncMs: null,
    diskFull: false,
    writtenAt: new Map(),
    random: randomStream(seed, `host ${sid}`),
    view: null,
  };
}

/** A copy that later changes of either do not touch. */
export function copyState(state: WorldState): WorldState {
  return {
    ...state,
    queue: state.queue.slice(),
    processes: copyMap(state.processes, copyProcess),
    links: copyMap(state.links, (link) => ({ ...link })),
    connections: copyMap(state.connections, copyConnection),
    attempts: new Map(state.attempts),
    clients: copyMap(state.clients, copyClient),
    backups: new Map(state.backups),
  };
}

function copyProcess(process: Process): Process {
  return {
    ...process,
    timers: new Map(process.timers),
    writtenAt: new Map(process.writtenAt),
    inbox: process.inbox.slice(),
    fsyncs: process.fsyncs.slice(),
    view: process.view === null ? null : { ...process.view },
  };
}

function copyConnection(connection: Connection): Connection {
  const [there, back] = connection.pipes;
  return { ...connection, ends: [...connection.ends], pipes: [copyPipe(there), copyPipe(back)] };
}

function copyPipe(pipe: Pipe): Pipe {
  return { ...pipe, held: pipe.held.slice() };
}

function copyClient(client: Client): Client {
  return { ...client, timers: new Map(client.timers), pending: client.pending.slice(), queued: client.queued.slice() };
}

function copyMap<K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> {
  const next = new Map<K, V>();
  for (const [key, value] of map) next.set(key, copy(value));
  return next;
}

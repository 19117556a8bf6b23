/**
 * What the writer of one server's log remembers between events: what Java keeps in fields and threads, and a trace does not repeat.
 * Mutable while a log is written, and seen by nobody else.
 */
import type { SessionId, Sid } from '../../base/ids.ts';
import { formatZxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { emptyDisk } from '../../store/disk.ts';
import type { Disk } from '../../store/types.ts';
import type { TxnType } from '../../tree/types.ts';
import type { Channel, ConnId, Decision, EnsembleConfig, Member, RuleId, ServerView, Vote } from '../../zab/types.ts';
import { threads, type Level, type LogMessage } from './line.ts';

/** Where servers are, as their logs print it. */
export interface LogOptions {
  /** DEBUG lines of `org.apache.zookeeper.server.quorum` too. Default false: INFO and above only. */
  readonly debug?: boolean;
  /** IP address of a server. Default 10.77.0.N, as in the recordings. */
  readonly address?: (sid: Sid) => string;
  readonly clientPort?: number;
  readonly quorumPort?: number;
  readonly electionPort?: number;
  /** `dataDir` of zoo.cfg. Default `./data`. */
  readonly dataDir?: string;
  /** The server's disk before the first event, if it was not empty. */
  readonly disk?: Disk;
}

/** A txn between proposal and commit. */
export interface Underway {
  readonly session: SessionId;
  readonly cxid: number;
  readonly zxid: Zxid;
  /** What was asked for; on learners, the type of the txn. */
  readonly type: string;
  readonly txnType: TxnType;
}

export interface Pen {
  readonly sid: Sid;
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly options: Required<Omit<LogOptions, 'disk'>>;
  /** Thread of QuorumPeer, where most happens. */
  readonly peer: string;
  /** Messages of the event that is being written. */
  said: LogMessage[];
  /** Messages of threads that come to it a little later: behind the others of the event. */
  later: LogMessage[];
  /** Virtual ms of that event. */
  now: number;
  /** The server as it was before the event. */
  before: Partial<ServerView>;
  disk: Disk;
  /** fsyncs that were asked for: when. */
  readonly fsyncs: Map<number, { readonly at: number; readonly file: string }>;
  /** Messages of static initializers: once in a process. */
  readonly loaded: Set<string>;
  readonly conns: Map<ConnId, { readonly channel: Channel; readonly peer: number }>;

  /** When files were last written, virtual ms. */
  readonly written: Map<string, number>;
  /** The latest connection from each learner. */
  readonly handlers: Map<Sid, ConnId>;

  // FastLeaderElection and QuorumCnxManager
  /** `proposedLeader`, `proposedZxid`, `proposedEpoch`: they outlive elections. */
  proposal: { readonly leader: Sid; readonly zxid: Zxid; readonly peerEpoch: number } | null;
  round: number;
  startedAt: number;
  /** Votes of its own that wait in `recvqueue`. */
  ownVotes: number;
  /** Peers with a connection for votes, by connection. */
  readonly links: Map<Sid, ConnId>;
  readonly connecting: Set<Sid>;
  /** Whether a vote waits for a connection to this peer (`queued`), or one was sent before. */
  readonly outbox: Map<Sid, 'queued' | 'sent'>;
  connectionThread: number;

  // Learner
  learner: {
    readonly leader: Sid;
    readonly since: number;
    connectedAt: number | null;
    tries: number;
    /** `lastQueued` of `Learner.syncWithLeader`, then of `Follower`. */
    lastQueued: Zxid | null;
    serving: boolean;
    /** Committed while synchronizing: told to CommitProcessor at UPTODATE. */
    committed: Zxid[];
  } | null;

  // Leader
  /** Handlers that end with the leader: their exceptions come late. */
  closing: { readonly learner: Sid; readonly conn: ConnId | null }[];
  committedLogEmpty: boolean;
  readonly underway: Map<string, Underway>;
}

const DEFAULTS = {
  debug: false,
  address: (sid: Sid) => `10.77.0.${sid}`,
  clientPort: 2181,
  quorumPort: 2888,
  electionPort: 3888,
  dataDir: './data',
} as const;

export function newPen(members: readonly Member[], config: EnsembleConfig, sid: Sid, { disk, ...options }: LogOptions): Pen {
  const all = { ...DEFAULTS, ...options };
  return {
    sid,
    members,
    config,
    options: all,
    peer: threads.peer(sid, all.clientPort),
    said: [],
    later: [],
    now: 0,
    before: {},
    disk: disk ?? emptyDisk(),
    fsyncs: new Map(),
    loaded: new Set(),
    conns: new Map(),
    written: new Map(),
    handlers: new Map(),
    ...FRESH,
    closing: [],
    links: new Map(),
    connecting: new Set(),
    outbox: new Map(),
    underway: new Map(),
  };
}

const FRESH = { proposal: null, round: 0, startedAt: 0, ownVotes: 0, connectionThread: 0, learner: null, committedLogEmpty: true } as const;

/** A new process knows nothing but its disk. */
export function restart(pen: Pen): void {
  Object.assign(pen, FRESH, { before: {}, closing: [] });
  for (const memory of [pen.fsyncs, pen.loaded, pen.conns, pen.handlers, pen.links, pen.connecting, pen.outbox, pen.underway])
    memory.clear();
}

/** Lines for one kind of decision. */
export type DecisionLines<R extends RuleId> = (pen: Pen, decision: Extract<Decision, { rule: R }>, event: TraceEvent) => void;

export function say(pen: Pen, level: Level, thread: string, at: string, text: string, stack?: readonly string[]): void {
  pen.said.push({ level, thread, at, text, ...(stack === undefined ? {} : { stack }) });
}

export function info(pen: Pen, thread: string, at: string, text: string): void {
  say(pen, 'INFO', thread, at, text);
}

export function debug(pen: Pen, thread: string, at: string, text: string): void {
  if (pen.options.debug) say(pen, 'DEBUG', thread, at, text);
}

/** What a class says when it is loaded: in a process only once. */
export function once(pen: Pen, thread: string, lines: readonly (readonly [at: string, text: string])[]): void {
  for (const [at, text] of lines) {
    if (pen.loaded.has(at)) continue;
    pen.loaded.add(at);
    info(pen, thread, at, text);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Addresses.

export function quorumAddress(pen: Pen, sid: Sid): string {
  return `/${pen.options.address(sid)}:${pen.options.quorumPort}`;
}

export function electionAddress(pen: Pen, sid: Sid): string {
  return `/${pen.options.address(sid)}:${pen.options.electionPort}`;
}

/** First port that Linux gives to outgoing connections, and how many there are. */
const EPHEMERAL_PORTS = [32768, 28232] as const;

/** Where a connection of server `sid` comes from: the port follows from the connection's number. */
export function remoteAddress(pen: Pen, sid: Sid, conn: ConnId): string {
  return `/${pen.options.address(sid)}:${EPHEMERAL_PORTS[0] + ((conn * 7919) % EPHEMERAL_PORTS[1])}`;
}

/** Thread of the LearnerHandler of `learner`, over `conn` or the latest connection from there. */
export function handlerThread(pen: Pen, learner: Sid, conn: ConnId | null): string {
  return `LearnerHandler-${remoteAddress(pen, learner, conn ?? pen.handlers.get(learner) ?? 0)}`;
}

export function isObserver(pen: Pen, sid: Sid): boolean {
  return pen.members.some((member) => member.sid === sid && member.type === 'observer');
}

export function voterSids(pen: Pen): readonly Sid[] {
  return pen.members
    .filter(({ type }) => type === 'participant')
    .map(({ sid }) => sid)
    .sort((a, b) => a - b);
}

export function electionMs(pen: Pen): number {
  return Math.max(0, Math.round(pen.now - pen.startedAt));
}

// ---------------------------------------------------------------------------------------------------------------------
// Values.

/** Long.MIN_VALUE, by which observers name nobody: as an id, and in hex. */
const NOBODY = '-9223372036854775808';
const NO_NUMBER = '0x8000000000000000';

function isNobody(vote: Pick<Vote, 'leader' | 'peerEpoch'>): boolean {
  return vote.leader === -1 && vote.peerEpoch === -1;
}

/** A vote's leader, zxid and peerEpoch as Java prints them. */
export function voteText(vote: Pick<Vote, 'leader' | 'zxid' | 'peerEpoch'>): {
  readonly leader: string;
  readonly zxid: string;
  readonly peerEpoch: string;
} {
  if (isNobody(vote)) return { leader: NOBODY, zxid: NO_NUMBER, peerEpoch: NO_NUMBER };
  return {
    leader: String(vote.leader),
    zxid: formatZxid(vote.zxid),
    peerEpoch: vote.peerEpoch < 0 ? '0xffffffffffffffff' : `0x${vote.peerEpoch.toString(16)}`,
  };
}

export function zxidKey({ epoch, counter }: Zxid): string {
  return `${epoch}:${counter}`;
}

/** `[1, 2]`, as a Java set of ids prints. */
export function sidSet(sids: readonly Sid[]): string {
  return `[${[...sids].sort((a, b) => a - b).join(', ')}]`;
}

/**
 * Everything one server knows, as plain immutable data. Split by who uses it: the roles (`leading`, `learning`), the request
 * pipeline (`logger`, `snapshotting`, `clients`), the election layer (`cnx`), and what comes from the disk.
 */
import type { Bytes, SessionId, Sid } from '../base/ids.ts';
import type { ChunkedList } from '../base/chunked.ts';
import type { RandomState } from '../base/random.ts';
import type { Zxid } from '../base/zxid.ts';
import type { SnapshotWriter } from '../store/snapshot.ts';
import type { LogWriter } from '../store/txnLog.ts';
import type { Disk } from '../store/types.ts';
import type { Applied } from '../tree/apply.ts';
import type { Tracker } from '../tree/sessions.ts';
import type { ClientOp, DataTree, ErrorCode, Txn } from '../tree/types.ts';
import type { ElectionLayer } from './election/state.ts';
import type { ConnId, EnsembleConfig, LearnerRow, Role, SyncMode, Vote, ZabState } from './types.ts';

/** A txn with the bytes that are proposed and logged. */
export interface LoggedTxn {
  readonly txn: Txn;
  readonly bytes: Bytes;
}

/** SyncRequestProcessor: txns waiting for the log, and the batch that is being fsynced. */
export interface Logger {
  readonly queue: readonly LoggedTxn[];
  readonly flushing: readonly LoggedTxn[];
  /** Token of the fsync under way, or null. */
  readonly token: number | null;
  /** Txns logged since the last snapshot was begun, and the count that begins the next one (B-33). */
  readonly txnsSinceSnapshot: number;
  readonly snapshotAt: number;
}

/** A snapshot being written while txns go on (`ZooKeeperServer.takeSnapshot` in its own thread). */
export interface SnapshotTask {
  readonly file: string;
  /** The file that is being written: `file` itself, or one beside it that takes its name when it is complete. */
  readonly part: string;
  /** The tree it goes on to write when the server has taken over another one meanwhile; null while it writes the server's own. */
  readonly tree: DataTree | null;
  readonly writer: SnapshotWriter;
}

/** A request of a client of this server that has not been answered. */
export interface PendingRequest {
  readonly xid: number;
  /** Pings go through the queue like requests do. */
  readonly op: ClientOp | { readonly op: 'ping' };
  /** Whether it waits for a commit (or for SYNC); reads behind it wait for it (B-42). */
  readonly needsCommit: boolean;
  /** What the leader's session check said of a request that takes no zxid; OK on learners, which do not check. */
  readonly err: ErrorCode;
}

export interface ClientCnxn {
  readonly conn: ConnId;
  readonly client: number;
  /** `0x0` until the session is established. */
  readonly session: SessionId;
  readonly timeoutMs: number;
  readonly stage: 'new' | 'creating' | 'revalidating' | 'established';
  readonly pending: readonly PendingRequest[];
}

/** `Follower` / `Observer`: what a learner keeps while it has (or looks for) a leader. */
export interface Learning {
  readonly leader: Sid;
  readonly conn: ConnId | null;
  readonly attempts: number;
  /** When something was last heard on the connection, and how long silence is tolerated, ms. */
  readonly lastHeard: number;
  readonly readTimeoutMs: number;
  readonly epoch: number;
  readonly mode: SyncMode | null;
  readonly snapshotNeeded: boolean;
  readonly writeToTxnLog: boolean;
  /** `packetsNotLogged` and `packetsCommitted` of `Learner.syncWithLeader`. */
  readonly notLogged: readonly LoggedTxn[];
  readonly committed: readonly Zxid[];
  /** `requestsToAck`: logged at NEWLEADER, acknowledged at UPTODATE. */
  readonly toAck: readonly Zxid[];
  /** Last zxid queued, for the continuity check (D-51); `0x0` before the first. */
  readonly lastQueued: Zxid;
  /** `FollowerZooKeeperServer.pendingTxns`. */
  readonly pendingTxns: ChunkedList<LoggedTxn>;
  /** Connections that wait for SYNC, in order. */
  readonly pendingSyncs: readonly { readonly conn: ConnId; readonly xid: number }[];
  /** Sessions heard from since the last PING, with their timeout in ms. */
  readonly touched: Readonly<Record<SessionId, number>>;
}

/** One `LearnerHandler`. */
export interface Handler {
  readonly conn: ConnId;
  readonly sid: Sid;
  readonly observer: boolean;
  /** FOLLOWERINFO or OBSERVERINFO has arrived. */
  readonly introduced: boolean;
  readonly stage: LearnerRow['stage'];
  readonly mode: SyncMode | null;
  /** Last zxid of the learner, from its ACKEPOCH. */
  readonly peerLastZxid: Zxid;
  /** It could not carry out TRUNC, and asks for SNAP instead. */
  readonly wantsSnapshot: boolean;
  readonly deadlineTick: number;
  readonly lastHeard: number;
  readonly readTimeoutMs: number;
  /** In `forwardingFollowers` / `observingLearners`. */
  readonly forwarding: boolean;
  /** NEWLEADER has been sent: the sender thread runs, pings may go out. */
  readonly sending: boolean;
  /** `SyncLimitCheck`: the oldest watched proposal and the one after it; null when nothing is watched. */
  readonly watched: { readonly zxid: Zxid; readonly since: number } | null;
  readonly watchedNext: { readonly zxid: Zxid; readonly since: number } | null;
}

export interface Proposal extends LoggedTxn {
  readonly acks: readonly Sid[];
  /** Value of the `proposal` machine on the leader. */
  readonly phase: string;
  /** The tree once this txn is applied, and what its client will be answered. */
  readonly applied: Applied;
}

/** `Leader`. */
export interface Leading {
  readonly since: number;
  readonly tick: number;
  readonly skipCheck: boolean;
  /** `leaderStateSummary`, fixed for the whole leadership. */
  readonly summary: { readonly currentEpoch: number; readonly lastZxid: Zxid };
  /** Highest epoch to propose so far; −1 before anybody was heard. */
  readonly epoch: number;
  readonly epochDecided: boolean;
  readonly epochHeard: readonly Sid[];
  readonly epochAcked: readonly Sid[];
  readonly epochAgreed: boolean;
  readonly newLeaderAcked: readonly Sid[];
  readonly established: boolean;
  readonly handlers: Readonly<Record<ConnId, Handler>>;
  /** What views show of the handlers; replaced only when that changes. */
  readonly learners: readonly LearnerRow[];
  readonly lastProposed: Zxid;
  readonly lastCommitted: Zxid;
  readonly outstanding: ChunkedList<Proposal>;
  /** The tree with every proposal applied: what validation looks at (`outstandingChanges`). */
  readonly ahead: DataTree;
  readonly tracker: Tracker;
  /** SYNC answers that wait for a proposal to commit (B-50). */
  readonly pendingSyncs: readonly { readonly conn: ConnId; readonly zxid: Zxid }[];
}

export interface Server {
  readonly sid: Sid;
  readonly config: EnsembleConfig;
  /** Value of the `server` machine. */
  readonly phase: string;
  readonly role: Role;
  readonly zabState: ZabState;
  readonly random: RandomState;
  readonly nextToken: number;

  readonly disk: Disk;
  readonly log: LogWriter;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly tree: DataTree;
  readonly committedLog: ChunkedList<LoggedTxn>;
  readonly lastLogged: Zxid;
  readonly lastSynced: Zxid;
  readonly committedZxid: Zxid;
  readonly digestMismatches: number;
  /** A multi of which only the first operation is applied; a single step, except where ZOOKEEPER-3127 is not mended. */
  readonly halfMulti: { readonly item: LoggedTxn; readonly applied: Applied } | null;
  /** A TRUNC could not be carried out: the next leader is asked for SNAP. */
  readonly wantsSnapshot: boolean;
  /** Value of the `recovery` machine. */
  readonly recoveryPhase: string;

  readonly vote: Vote;
  readonly cnx: ElectionLayer;

  readonly logger: Logger;
  readonly snapshotting: SnapshotTask | null;
  /** Value of the `snapshot` machine. */
  readonly snapshotPhase: string;

  /** Clients are served (`ZooKeeperServer` running). */
  readonly serving: boolean;
  readonly clients: Readonly<Record<ConnId, ClientCnxn>>;
  /** Connections by session, for those established or being created here. */
  readonly connOfSession: Readonly<Record<SessionId, ConnId>>;
  readonly nextSession: SessionId;

  readonly learning: Learning | null;
  readonly leading: Leading | null;
}

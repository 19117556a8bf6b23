/**
 * The words of one server: what reaches it, what it asks of the world, what it says to others, and why it decided.
 * `step(server, input, now)` in `server.ts` is the only way in, `Effect` the only way out.
 */
import type { Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Disk, DiskOp } from '../store/types.ts';
import type { Decision } from './decisions.ts';
import type { Message } from './messages.ts';
import type { Profile } from './profile.ts';
import type { LogChange, ServerView } from './serverView.ts';

export type { Acl, ClientOp, DataTree } from '../tree/types.ts';
export type { Disk } from '../store/types.ts';
export type * from './decisions.ts';
export type * from './messages.ts';
export type * from './serverView.ts';

// ---------------------------------------------------------------------------------------------------------------------
// Configuration.

export interface Member {
  readonly sid: Sid;
  readonly type: 'participant' | 'observer';
  /** Default 1. Used only with groups, as in ZooKeeper (`weight.N`). */
  readonly weight?: number;
  /** Hierarchical quorums (`group.N`); either every participant has one or none. */
  readonly group?: number;
}

/** The same for all servers of an ensemble: zoo.cfg, system properties, and the rules of the ZooKeeper version. */
export interface EnsembleConfig {
  readonly members: readonly Member[];
  readonly tickTimeMs: number;
  readonly initLimitTicks: number;
  readonly syncLimitTicks: number;
  readonly snapCount: number;
  /** `zookeeper.snapshotSizeFactor`; negative switches txn-log sync off. */
  readonly snapshotSizeFactor: number;
  /** `zookeeper.commitLogCount`; values below 500 are raised to 500. */
  readonly commitLogCount: number;
  readonly preAllocSizeKb: number;
  /** `zookeeper.fastleader.maxNotificationInterval`, ms. */
  readonly maxNotificationIntervalMs: number;
  /** `zookeeper.cnxTimeout`, ms. */
  readonly cnxTimeoutMs: number;
  readonly autopurge: { readonly retain: number; readonly intervalHours: number } | null;
  /** `zookeeper.extendedTypesEnabled` (TTL nodes). */
  readonly extendedTypes: boolean;
  readonly digestEnabled: boolean;
  readonly forceSync: boolean;
  /** `zookeeper.maxBatchSize` of SyncRequestProcessor. */
  readonly maxBatchSize: number;
  readonly leaderServes: boolean;
  /** `zookeeper.enforceQuota`: whether hard limits refuse writes. No unless told. */
  readonly enforceQuota?: boolean;
  /** `zookeeper.snapshot.trust.empty`: whether logs may be read without a snapshot. No unless told. */
  readonly trustEmptySnapshot?: boolean;
  /** `zookeeper.db.autocreate`: whether a server with an empty disk may vote. Yes unless told. */
  readonly autocreate?: boolean;
  /** Wall clock at virtual time 0, ms since 1970; txn headers and Stats use it. */
  readonly wallClockAtZero: number;
  readonly profile: Profile;
}

export type Role = 'LOOKING' | ElectedRole;
/** What an election makes of a server. */
export type ElectedRole = 'FOLLOWING' | 'LEADING' | 'OBSERVING';
export type ZabState = 'ELECTION' | 'DISCOVERY' | 'SYNCHRONIZATION' | 'BROADCAST';
export type SyncMode = 'DIFF' | 'TRUNC' | 'SNAP';

/** A vote for a leader. Observers' votes name sid −1 with zxid `0x0` and epoch −1 (the real ones use Long.MIN_VALUE). */
export interface Vote {
  readonly leader: Sid;
  readonly zxid: Zxid;
  readonly electionEpoch: number;
  readonly peerEpoch: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Inputs, effects, and what a step gives.

/** A connection, numbered by the world. Both ends use the same number. */
export type ConnId = number;
export type Channel = 'election' | 'quorum' | 'client';

/** Named per server; setting one again replaces it. */
export type TimerName =
  | 'poll'
  | 'finalizeWait' // election
  | 'connectRetry'
  | 'connectBudget' // learner looks for its leader
  | 'read' // learner's read timeout
  | 'epochLimit'
  | 'epochAckLimit'
  | 'newLeaderLimit' // leader waits for its quorums, initLimit ticks each
  | 'tick' // leader's main loop, every tickTime/2
  | 'sessions'
  | 'containers' // leader's session buckets, container manager
  | 'observerDelay' // observer waits before a new election
  | 'logger' // the logger thread wakes up
  | 'newLeader' // a learner between the two writes at NEWLEADER
  | 'multi' // the rest of a multi that is half applied
  | 'snapshot' // next slice of a fuzzy snapshot
  | 'purge'
  | `handler:${ConnId}` // LearnerHandler's read timeout
  | `cnx:${Sid}`; // election connection attempt, cnxTimeout

export type Input =
  /** A process starts: what it knows is its configuration and its disk. Always the first input. */
  | {
      readonly type: 'boot';
      readonly sid: Sid;
      readonly config: EnsembleConfig;
      readonly disk: Disk;
      /** For the snapshot roll and delays; differs per boot. */ readonly seed: number;
    }
  /** A connection that this server asked for is open. */
  | { readonly type: 'connected'; readonly channel: Channel; readonly conn: ConnId; readonly peer: Sid }
  | { readonly type: 'connectFailed'; readonly channel: Channel; readonly peer: Sid; readonly reason: 'refused' | 'timeout' }
  /** Somebody connected to this server; `peer` is known from the initial message (for clients, their number). */
  | { readonly type: 'accepted'; readonly channel: Channel; readonly conn: ConnId; readonly peer: number }
  | { readonly type: 'receive'; readonly conn: ConnId; readonly message: Message }
  | { readonly type: 'disconnected'; readonly conn: ConnId; readonly reason: 'closed' | 'reset' }
  | { readonly type: 'timer'; readonly timer: TimerName }
  /** The disk has made durable what the `fsync` effect with this token asked for. */
  | { readonly type: 'fsynced'; readonly token: number }
  /** A write failed. `file` is the one it was for, `disk` what the disk really holds; a server that is not told goes on believing its own copy. */
  | { readonly type: 'diskError'; readonly message: string; readonly file?: string; readonly disk?: Disk }
  /** SIGTERM. */
  | { readonly type: 'stop' };

export type Effect =
  | { readonly type: 'send'; readonly conn: ConnId; readonly message: Message }
  | { readonly type: 'connect'; readonly channel: 'election' | 'quorum'; readonly to: Sid }
  | { readonly type: 'close'; readonly conn: ConnId }
  /** Opens or closes a listening socket. A closed port refuses connections at once. */
  | { readonly type: 'listen'; readonly channel: Channel; readonly open: boolean }
  | { readonly type: 'setTimer'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly type: 'cancelTimer'; readonly timer: TimerName }
  /** Written at once (to the page cache; `writeAtomic` and `fsync` ops are durable at once). */
  | { readonly type: 'disk'; readonly ops: readonly DiskOp[] }
  /** Asynchronous fsync of these files; answered by `fsynced` with the token. */
  | { readonly type: 'fsync'; readonly token: number; readonly files: readonly string[] }
  /** The process ends by itself. */
  | { readonly type: 'exit'; readonly code: number; readonly message: string };

/** What one step gave. `changes` are the fields of the view that differ from before the step. */
export interface StepOutput {
  readonly effects: readonly Effect[];
  readonly decisions: readonly Decision[];
  readonly changes: Partial<ServerView>;
  readonly log: readonly LogChange[];
}

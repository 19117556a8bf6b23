/**
 * The words of one server: what reaches it, what it asks of the world, what it says to others, and why it decided.
 * `step(server, input, now)` in `server.ts` is the only way in, `Effect` the only way out.
 */
import type { Bytes, SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Disk, DiskOp, RecoveryStep } from '../store/types.ts';
import type { Acl, ClientOp, DataTree, ErrorCode, OpResult, Txn } from '../tree/types.ts';
import type { Profile } from './profile.ts';

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

export type Role = 'LOOKING' | 'FOLLOWING' | 'LEADING' | 'OBSERVING';
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
// Messages. `kind` is what the stage prints; quorum packets carry their real names.

export type ElectionMessage = { readonly kind: 'NOTIFICATION'; readonly state: Role; readonly vote: Vote; readonly version: number };

export type QuorumPacket =
  | { readonly kind: 'FOLLOWERINFO' | 'OBSERVERINFO'; readonly sid: Sid; readonly acceptedEpoch: number }
  | { readonly kind: 'LEADERINFO'; readonly epoch: number }
  /** `currentEpoch` is −1 for "I have accepted this epoch before: sync me, but do not count me". */
  | {
      readonly kind: 'ACKEPOCH';
      readonly lastZxid: Zxid;
      readonly currentEpoch: number;
      /** A learner that could not carry out TRUNC. */ readonly wantsSnapshot?: true;
    }
  | { readonly kind: 'DIFF' | 'TRUNC'; readonly zxid: Zxid }
  | { readonly kind: 'SNAP'; readonly zxid: Zxid; readonly tree: DataTree }
  | { readonly kind: 'PROPOSAL'; readonly zxid: Zxid; readonly txn: Txn; /** As logged. */ readonly bytes: Bytes }
  | { readonly kind: 'INFORM'; readonly zxid: Zxid; readonly txn: Txn; readonly bytes: Bytes }
  | { readonly kind: 'COMMIT'; readonly zxid: Zxid }
  | { readonly kind: 'NEWLEADER'; readonly zxid: Zxid }
  | { readonly kind: 'ACK'; readonly zxid: Zxid }
  | { readonly kind: 'UPTODATE' }
  | { readonly kind: 'REQUEST'; readonly session: SessionId; readonly cxid: number; readonly op: ClientOp }
  | {
      readonly kind: 'PING';
      readonly zxid: Zxid;
      /** Learner's answer: sessions touched since the last one. */ readonly touched?: readonly (readonly [SessionId, number])[];
    }
  | { readonly kind: 'REVALIDATE'; readonly session: SessionId; readonly timeoutMs?: number; readonly valid?: boolean }
  | { readonly kind: 'SYNC' };

export type ClientMessage =
  | {
      readonly kind: 'ConnectRequest';
      readonly lastZxidSeen: Zxid;
      readonly timeoutMs: number;
      readonly session: SessionId;
      readonly password: Bytes;
    }
  | { readonly kind: 'Request'; readonly xid: number; readonly op: ClientOp }
  /** xid −2. */
  | { readonly kind: 'ClientPing' };

export type ServerMessage =
  /** `timeoutMs` 0 means refused: the session has expired or the password is wrong. */
  | { readonly kind: 'ConnectResponse'; readonly timeoutMs: number; readonly session: SessionId; readonly password: Bytes }
  | { readonly kind: 'Reply'; readonly xid: number; readonly zxid: Zxid; readonly err: ErrorCode; readonly result: OpResult }
  | { readonly kind: 'PingReply'; readonly zxid: Zxid };

export type Message = ElectionMessage | QuorumPacket | ClientMessage | ServerMessage;
export type MessageKind = Message['kind'];

// ---------------------------------------------------------------------------------------------------------------------
// Inputs and effects.

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

// ---------------------------------------------------------------------------------------------------------------------
// Decisions: each rule that decided something, with both sides' numbers. Narration, explanations and checks are built on these.

export type LeaderGiveUp =
  'epochTimeout' | 'epochAckTimeout' | 'newLeaderTimeout' | 'quorumLost' | 'internalError' | 'zxidRollover' | 'stopped';
export type LearnerGiveUp =
  | 'leaderUnknown'
  | 'cannotConnect'
  | 'connectionLost'
  | 'readTimeout'
  | 'epochTooOld'
  | 'unexpectedPacket'
  | 'truncFailed'
  | 'nonContinuous'
  | 'commitMismatch'
  | 'diskFailure'
  | 'stopped';

export type Decision =
  // election
  | {
      readonly rule: 'election.start';
      readonly round: number;
      readonly vote: Vote;
      /** why it is looking */ readonly after: 'boot' | 'lostLeader' | 'gaveUpLeading';
    }
  | {
      readonly rule: 'vote.order';
      readonly from: Sid;
      readonly theirs: Vote;
      readonly mine: Vote;
      /** `swallowed`: heard during finalizeWait and no better; it is counted nowhere. */ readonly outcome:
        'adopted' | 'kept' | 'swallowed';
      readonly by: 'peerEpoch' | 'zxid' | 'sid' | 'same' | 'weight';
    }
  | {
      readonly rule: 'vote.round';
      readonly from: Sid;
      readonly theirRound: number;
      readonly myRound: number;
      readonly outcome: 'caughtUp' | 'ignored';
    }
  | {
      readonly rule: 'vote.rejected';
      readonly from: Sid;
      readonly leader: Sid;
      readonly reason: 'senderNotVoter' | 'leaderNotVoter' | 'emptyDatabase';
    }
  | {
      readonly rule: 'vote.quorum';
      readonly vote: Vote;
      readonly supporters: readonly Sid[];
      readonly voters: number;
      readonly outcome: 'quorum' | 'notYet';
    }
  | {
      readonly rule: 'vote.final';
      readonly vote: Vote;
      readonly supporters: readonly Sid[];
      readonly role: Role;
      readonly waitedMs: number;
      readonly tookMs: number;
    }
  | {
      readonly rule: 'vote.established';
      readonly from: Sid;
      readonly leader: Sid;
      readonly supporters: readonly Sid[];
      readonly leaderConfirmed: boolean;
      readonly sameRound: boolean;
      readonly outcome: 'joined' | 'notYet';
      readonly role: Role;
    }
  | { readonly rule: 'election.backoff'; readonly waitedMs: number; readonly nextMs: number; readonly action: 'resend' | 'reconnect' }
  | {
      readonly rule: 'connection.order';
      readonly peer: Sid;
      readonly initiator: Sid;
      readonly outcome: 'kept' | 'dropped' | 'dropped, connecting back';
    }
  // discovery
  | {
      readonly rule: 'epoch.propose';
      readonly from: Sid;
      readonly theirAcceptedEpoch: number;
      readonly epoch: number;
      readonly heard: readonly Sid[];
      readonly outcome: 'notYet' | 'decided' | 'alreadyDecided';
    }
  | {
      readonly rule: 'epoch.accept';
      readonly leader: Sid;
      readonly epoch: number;
      readonly acceptedEpoch: number;
      readonly outcome: 'accepted' | 'alreadyAccepted' | 'refused';
    }
  | {
      readonly rule: 'epoch.ack';
      readonly from: Sid;
      readonly theirEpoch: number;
      readonly theirZxid: Zxid;
      readonly myEpoch: number;
      readonly myZxid: Zxid;
      readonly acked: readonly Sid[];
      readonly outcome: 'counted' | 'notCounted' | 'ahead' | 'late' | 'quorum';
    }
  // synchronization
  | {
      readonly rule: 'sync.mode';
      readonly learner: Sid;
      readonly mode: SyncMode;
      readonly peerLastZxid: Zxid;
      readonly minCommittedLog: Zxid;
      readonly maxCommittedLog: Zxid;
      readonly lastProcessedZxid: Zxid;
      readonly zxidSent: Zxid;
      readonly queued: number;
      readonly source: 'committedLog' | 'txnlog+committedLog' | null;
      /** Which line of the decision list (`LearnerHandler.syncFollower`) applied. */
      readonly because:
        | 'forced'
        | 'same'
        | 'ahead'
        | 'inCommittedLog'
        | 'diverged'
        | 'divergedEpoch'
        | 'inTxnLog'
        | 'txnLogUnusable'
        | 'txnLogGap'
        | 'txnLogDisabled'
        | 'unhandled';
      readonly forwardFrom: Zxid;
    }
  | { readonly rule: 'sync.opened'; readonly leader: Sid; readonly mode: SyncMode; readonly zxid: Zxid; readonly myZxid: Zxid }
  | {
      readonly rule: 'sync.truncated';
      readonly to: Zxid;
      readonly from: Zxid;
      readonly outcome: 'done' | 'failed';
      readonly message?: string;
    }
  | {
      readonly rule: 'newLeader.received';
      readonly epoch: number;
      readonly snapshot: boolean;
      readonly logged: number;
      readonly left: number;
    }
  | {
      readonly rule: 'newLeader.ack';
      readonly from: Sid;
      readonly zxid: Zxid;
      readonly epoch: number;
      readonly acked: readonly Sid[];
      readonly outcome: 'counted' | 'wrongEpoch' | 'late' | 'observer' | 'quorum';
    }
  | { readonly rule: 'leader.established'; readonly epoch: number; readonly supporters: readonly Sid[]; readonly zxid: Zxid }
  | { readonly rule: 'learner.serving'; readonly leader: Sid; readonly epoch: number; readonly zxid: Zxid; readonly waiting: number }
  // broadcast
  | {
      readonly rule: 'request.validated';
      readonly zxid: Zxid;
      readonly op: string;
      readonly path: string | null;
      readonly err: ErrorCode;
      readonly session: SessionId;
    }
  | {
      readonly rule: 'proposal.ack';
      readonly zxid: Zxid;
      readonly from: Sid;
      readonly acks: readonly Sid[];
      readonly voters: number;
      readonly outcome: 'notYet' | 'committed' | 'waitsForEarlier' | 'alreadyCommitted' | 'unknown' | 'observer';
    }
  | { readonly rule: 'commit.unexpected'; readonly zxid: Zxid; readonly head: Zxid | null; readonly outcome: 'ignored' | 'exit' }
  | { readonly rule: 'leader.alive'; readonly synced: readonly Sid[]; readonly outcome: 'quorum' | 'lost' }
  | { readonly rule: 'learner.tooSlow'; readonly learner: Sid; readonly zxid: Zxid; readonly waitedMs: number; readonly limitMs: number }
  | { readonly rule: 'leader.gaveUp'; readonly reason: LeaderGiveUp; readonly synced: readonly Sid[] }
  | { readonly rule: 'learner.gaveUp'; readonly reason: LearnerGiveUp; readonly leader: Sid; readonly detail?: string }
  | {
      readonly rule: 'handler.closed';
      readonly learner: Sid;
      readonly reason: 'disconnected' | 'readTimeout' | 'transactionTimeout' | 'ahead' | 'protocol' | 'leaderStopped';
    }
  // sessions and clients
  | { readonly rule: 'session.created'; readonly session: SessionId; readonly requestedMs: number; readonly timeoutMs: number }
  | { readonly rule: 'session.expired'; readonly session: SessionId; readonly timeoutMs: number }
  | { readonly rule: 'session.revalidated'; readonly session: SessionId; readonly outcome: 'valid' | 'expired' }
  | {
      readonly rule: 'client.refused';
      readonly reason: 'aheadOfServer' | 'notServing' | 'wrongPassword';
      readonly clientZxid: Zxid;
      readonly serverZxid: Zxid;
      readonly session: SessionId;
    }
  // storage
  | { readonly rule: 'recovery.step'; readonly what: RecoveryStep }
  | { readonly rule: 'recovery.done'; readonly zxid: Zxid; readonly nodes: number; readonly sessions: number }
  | {
      readonly rule: 'recovery.failed';
      readonly message: string;
      readonly exitCode: number;
      readonly file?: string;
      readonly offset?: number;
    }
  | { readonly rule: 'fastForward'; readonly from: Zxid; readonly to: Zxid; readonly txns: number }
  | { readonly rule: 'snapshot.due'; readonly txns: number; readonly threshold: number; readonly outcome: 'started' | 'busy' }
  | {
      readonly rule: 'snapshot.taken';
      readonly file: string;
      readonly why: 'snapCount' | 'leading' | 'synchronized' | 'empty';
      readonly nodes: number;
    }
  | { readonly rule: 'purge'; readonly deleted: readonly string[] }
  | { readonly rule: 'digest.mismatch'; readonly zxid: Zxid; readonly expected: number; readonly actual: number };

export type RuleId = Decision['rule'];

// ---------------------------------------------------------------------------------------------------------------------
// What a server looks like from outside: the part of its state that views show. Plain, small, immutable.

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

/** What one step gave. `changes` are the fields of the view that differ from before the step. */
export interface StepOutput {
  readonly effects: readonly Effect[];
  readonly decisions: readonly Decision[];
  readonly changes: Partial<ServerView>;
  readonly log: readonly LogChange[];
}

export type { Acl, ClientOp, DataTree, Disk };

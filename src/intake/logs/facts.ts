/**
 * What a line of a ZooKeeper server log can say about elections, connections, synchronization, epochs, disks and health: the words
 * between the reader of lines and everything that is made of them. 3.3 to 3.9; a form that a version does not have is simply absent.
 */
import type { SessionId, Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { Role, SyncMode } from '../../zab/types.ts';

/** A vote as logs print it. What a form leaves out is null. */
export interface LoggedVote {
  readonly leader: Sid;
  readonly zxid: Zxid;
  /** electionEpoch; −1 for a vote that no election gave (printed as 0xffffffffffffffff). */
  readonly round: number | null;
  /** −1 for an observer's. */
  readonly peerEpoch: number | null;
}

/** Why a connection could not be opened. */
export type Unreachable = 'refused' | 'timeout' | 'unresolved' | 'unreachable' | 'reset' | 'tls' | 'other';

/** An exception below a line: its class without the package, its message, and those of its causes, outermost first. */
export interface LoggedException {
  readonly type: string;
  readonly message: string;
  readonly causes: readonly { readonly type: string; readonly message: string }[];
}

export type LogFact =
  // the process
  | { readonly kind: 'starting'; readonly myid: Sid | null }
  | { readonly kind: 'version'; readonly version: string }
  /** tickTime, initLimit, syncLimit, minSessionTimeout, snapCount, …: as printed. */
  | { readonly kind: 'setting'; readonly name: string; readonly value: string }
  /** A member of the configuration: `server.3=zk3:2888:3888:participant`, as far as printed. */
  | { readonly kind: 'member'; readonly sid: Sid; readonly address: string; readonly observer: boolean }
  | { readonly kind: 'electionPort'; readonly sid: Sid | null; readonly address: string }
  | { readonly kind: 'cannotBind'; readonly address: string; readonly exception: LoggedException | null }
  | { readonly kind: 'configError'; readonly message: string }
  /** The process ends by itself. */
  | { readonly kind: 'exiting'; readonly code: number | null; readonly message: string; readonly exception: LoggedException | null }
  // roles
  /** LOOKING, FOLLOWING, LEADING, OBSERVING. */
  | { readonly kind: 'role'; readonly role: Role }
  /** `Peer state changed: following - synchronization - diff`: the words after the colon, split at ` - `. */
  | { readonly kind: 'phase'; readonly words: readonly string[] }
  | { readonly kind: 'setLooking' }
  | { readonly kind: 'electionTook'; readonly role: Role; readonly ms: number }
  /** A new configuration (reconfig) takes effect: the process makes its election anew and binds its port again. */
  | { readonly kind: 'electionRestarted' }
  /** The new configuration's leader: whoever is no follower of it takes its next role without looking. Null where it names nobody. */
  | { readonly kind: 'suggestedLeader'; readonly leader: Sid | null }
  // votes
  | { readonly kind: 'newElection'; readonly myid: Sid; readonly zxid: Zxid }
  | {
      readonly kind: 'notification';
      /** n.sid */ readonly from: Sid;
      /** n.state */ readonly state: Role;
      readonly vote: LoggedVote;
      readonly myState: Role | null;
      readonly configVersion: number | null;
    }
  /** DEBUG: `Sending Notification`. */
  | { readonly kind: 'sending'; readonly myid: Sid; readonly to: Sid; readonly vote: LoggedVote }
  /** DEBUG: `Sending new notification`, the answer to a looking server. */
  | { readonly kind: 'answering'; readonly myid: Sid; readonly to: Sid; readonly leader: Sid; readonly zxid: Zxid }
  /** DEBUG: `Updating proposal`. */
  | { readonly kind: 'proposal'; readonly leader: Sid; readonly zxid: Zxid; readonly oldLeader: Sid; readonly oldZxid: Zxid }
  /** DEBUG: the vote comparison. */
  | { readonly kind: 'comparing'; readonly leader: Sid; readonly zxid: Zxid; readonly myLeader: Sid; readonly myZxid: Zxid }
  /** DEBUG: `Adding vote`. */
  | { readonly kind: 'addingVote'; readonly from: Sid; readonly vote: LoggedVote }
  /** DEBUG: a vote of an earlier round is not counted. */
  | { readonly kind: 'olderRound'; readonly theirs: number; readonly mine: number }
  /** DEBUG: `About to leave FLE instance`. */
  | { readonly kind: 'leavingElection'; readonly myid: Sid; readonly leader: Sid; readonly zxid: Zxid; readonly role: Role }
  | { readonly kind: 'notificationTimeout'; readonly ms: number | null }
  // election connections
  | {
      readonly kind: 'cannotOpen';
      readonly to: Sid;
      readonly address: string;
      readonly why: Unreachable;
      readonly exception: LoggedException | null;
    }
  | { readonly kind: 'unresolved'; readonly host: string }
  | { readonly kind: 'resolved'; readonly host: string }
  | { readonly kind: 'connectionRequest'; readonly address: string }
  /** `Have smaller / larger server identifier`. */
  | { readonly kind: 'connectionOrder'; readonly myid: Sid | null; readonly peer: Sid; readonly outcome: 'dropped' | 'kept' }
  | { readonly kind: 'connectionBroken'; readonly peer: Sid; readonly myid: Sid | null; readonly exception: LoggedException | null }
  | { readonly kind: 'workerLeaving'; readonly peer: Sid }
  /** A message at the election port that is none: another protocol, TLS on one side only, wrong port, unknown sid. */
  | { readonly kind: 'badConnection'; readonly why: 'tls' | 'protocol' | 'unknownSid' | 'port' | 'other'; readonly message: string }
  /** QuorumPeer's wait for the leader's or a learner's connection. */
  | {
      readonly kind: 'cannotReachLeader';
      readonly address: string | null;
      readonly tries: number | null;
      readonly why: Unreachable;
      readonly exception: LoggedException | null;
    }
  | { readonly kind: 'connectedToLeader'; readonly address: string | null }
  // discovery and synchronization, on the leader
  | { readonly kind: 'learnerArrived'; readonly learner: Sid; readonly observer: boolean; readonly address: string | null }
  | {
      readonly kind: 'synchronizing';
      readonly learner: Sid;
      readonly peerLastZxid: Zxid;
      readonly minCommittedLog: Zxid | null;
      readonly maxCommittedLog: Zxid | null;
      readonly lastProcessedZxid: Zxid | null;
    }
  /** What the leader sends the learner; null where the line does not say for whom, or which zxid. */
  | { readonly kind: 'sync'; readonly learner: Sid | null; readonly mode: SyncMode; readonly zxid: Zxid | null }
  /** `Using committedLog`, txnlog and so on: where the DIFF comes from, and remarks such as "Cannot send TRUNC". */
  | { readonly kind: 'syncSource'; readonly learner: Sid; readonly source: 'committedLog' | 'txnlog' | null; readonly note: string | null }
  | { readonly kind: 'forwarding'; readonly learner: Sid; readonly from: Zxid }
  | { readonly kind: 'newLeaderSent' | 'newLeaderAcked' | 'upToDateSent'; readonly learner: Sid }
  | { readonly kind: 'established'; readonly supporters: readonly Sid[]; readonly zxid: Zxid }
  | { readonly kind: 'ackEpochRefused'; readonly message: string }
  /** `GOODBYE`; the learner where the line, or what its thread said before, tells. */
  | { readonly kind: 'learnerGone'; readonly learner: Sid | null; readonly address: string; readonly exception: LoggedException | null }
  /** `Shutdown called. For the reason …` (3.8), or the exception's own text. */
  | { readonly kind: 'leaderShutdown'; readonly reason: string; readonly synced: readonly Sid[] | null }
  /** The leader or its handler says why it waits no longer: `Timeout while waiting for epoch from quorum`, …. */
  | { readonly kind: 'quorumTimeout'; readonly what: 'epoch' | 'epochAck' | 'newLeaderAck' }
  // the same on the learner
  | { readonly kind: 'following'; readonly leader: Sid | null; readonly address: string | null; readonly observer: boolean }
  | { readonly kind: 'epochRefused'; readonly leaderEpoch: number; readonly myEpoch: number }
  | { readonly kind: 'gettingSync'; readonly mode: SyncMode; readonly zxid: Zxid | null }
  | { readonly kind: 'newLeaderReceived' | 'upToDateReceived' }
  | { readonly kind: 'learnerException'; readonly observer: boolean; readonly exception: LoggedException | null }
  | { readonly kind: 'learnerShutdown'; readonly observer: boolean }
  | {
      readonly kind: 'disconnected';
      readonly address: string | null;
      readonly wasConnectedMs: number | null;
      readonly synced: boolean | null;
    }
  | { readonly kind: 'unexpectedZxid'; readonly got: Zxid; readonly expected: Zxid }
  // disk
  | { readonly kind: 'epochFileMissing'; readonly file: 'currentEpoch' | 'acceptedEpoch'; readonly epoch: number }
  | { readonly kind: 'readingSnapshot'; readonly file: string }
  | { readonly kind: 'snapshotLoaded'; readonly zxid: Zxid }
  | { readonly kind: 'txnsLoaded'; readonly txns: number }
  | { readonly kind: 'snapshotting'; readonly zxid: Zxid; readonly file: string }
  | { readonly kind: 'newLogFile'; readonly file: string }
  | { readonly kind: 'loadFailed'; readonly message: string; readonly exception: LoggedException | null }
  | { readonly kind: 'badFile'; readonly file: string | null; readonly message: string; readonly exception: LoggedException | null }
  | { readonly kind: 'digestMismatch'; readonly zxid: Zxid | null }
  | { readonly kind: 'slowFsync'; readonly ms: number; readonly bytes: number | null }
  | { readonly kind: 'diskError'; readonly message: string; readonly exception: LoggedException | null }
  | { readonly kind: 'purge'; readonly file: string | null }
  // transactions, sessions
  /** DEBUG of the leader: `Proposing::`. */
  | {
      readonly kind: 'proposing' | 'committing';
      readonly zxid: Zxid;
      readonly type: string;
      readonly session: SessionId;
      readonly cxid: number;
    }
  | { readonly kind: 'sessionCommitted' | 'sessionClosing' | 'sessionExpired'; readonly session: SessionId }
  | { readonly kind: 'serving'; readonly serving: boolean }
  /** The client port refuses: "ZooKeeperServer not running". */
  | { readonly kind: 'notServing' }
  /** JvmPauseMonitor: the process stood still, for garbage collection or with its machine. */
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'outOfMemory' | 'threadDied'; readonly message: string; readonly exception: LoggedException | null };

export type FactKind = LogFact['kind'];

/** One fact, and where it stands. */
export interface LogRecord {
  /** Number of the log it was read from. */
  readonly log: number;
  /** First line of the entry, from 1. */
  readonly line: number;
  /** As printed, read as UTC: ms since 1970. Null where the line has no time and none before it in the log has. */
  readonly at: number | null;
  /** As far as the line itself tells: `[myid:3]`, or the thread's name. */
  readonly sid: Sid | null;
  /** Where the line came from, as a transport prefix or a host column says: `zk_2_1`, `zk-1`, `node0`. */
  readonly host: string | null;
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly fact: LogFact;
}

/** What the reader made of one text. */
export interface ReadLog {
  /** Its number, as in the records. */
  readonly log: number;
  readonly name: string;
  readonly bytes: number;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';
  readonly lines: number;
  /** How many lines each layout of the reference had: `C1`…`C10`, `P1`…`P6`. */
  readonly layouts: Readonly<Record<string, number>>;
  readonly records: readonly LogRecord[];
  /** Lines that were read as log entries and say nothing that is known here, by their shape; at most 200 shapes, the most frequent first. */
  readonly unknown: readonly { readonly shape: string; readonly count: number; readonly line: number }[];
  /**
   * How many entries gave a fact, how many are known to say nothing of interest, how many were not known; how many lines were stack
   * frames, and how many were no log lines at all.
   */
  readonly counts: {
    readonly known: number;
    readonly noise: number;
    readonly unknown: number;
    readonly stack: number;
    readonly other: number;
  };
  /** What was wrong with the text, for people: cut, too long lines, a strange encoding. */
  readonly notes: readonly { readonly line: number; readonly text: string }[];
  /** Byte offset of each line's start, line 1 first: `lineText` in reader.ts shows any line of the text without splitting it again. */
  readonly starts: Uint32Array;
}

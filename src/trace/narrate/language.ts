/** What a language must be able to say. A missing rule, message or command is a compile error. */
import type { Sid } from '../../base/ids.ts';
import type { ClientId, ClientView, Command, CommandType, OpOutcome, Peer, WorldEvent } from '../../ensemble/types.ts';
import type { Channel, Decision, LeaderGiveUp, LearnerGiveUp, Message, MessageKind, Role, RuleId, SyncMode } from '../../zab/types.ts';

export type Lang = 'en' | 'zh';

/** The member of a union whose discriminant may be `V` (members may share one shape under several names). */
export type OneOf<U, K extends PropertyKey, V> = U extends Readonly<Record<K, infer X>> ? (V extends X ? U : never) : never;

export type DecisionOf<R extends RuleId> = OneOf<Decision, 'rule', R>;
export type MessageOf<K extends MessageKind> = OneOf<Message, 'kind', K>;
export type CommandOf<T extends CommandType> = OneOf<Command, 'type', T>;
export type WorldOf<T extends WorldEvent['type']> = OneOf<WorldEvent, 'type', T>;

/** Names of the numbers that an explanation lists. */
export type Label =
  | 'epoch'
  | 'zxid'
  | 'sid'
  | 'round'
  | 'weight'
  | 'supporters'
  | 'votersNeeded'
  | 'waited'
  | 'next'
  | 'took'
  | 'acceptedEpoch'
  | 'currentEpoch'
  | 'newEpoch'
  | 'lastZxid'
  | 'minCommittedLog'
  | 'maxCommittedLog'
  | 'zxidSent'
  | 'queued'
  | 'acks'
  | 'timeout'
  | 'limit'
  | 'session'
  | 'txns'
  | 'threshold'
  | 'nodes'
  | 'sessions'
  | 'digest'
  | 'exitCode'
  | 'offset'
  | 'initiator'
  | 'error'
  | 'leader'
  | 'heard'
  | 'logged'
  | 'left'
  | 'from'
  | 'to'
  | 'path'
  | 'files';

/** The kind of a timer: its name without the connection or server it is for. */
export type TimerKind =
  | 'poll'
  | 'finalizeWait'
  | 'connectRetry'
  | 'connectBudget'
  | 'read'
  | 'epochLimit'
  | 'epochAckLimit'
  | 'newLeaderLimit'
  | 'tick'
  | 'sessions'
  | 'containers'
  | 'observerDelay'
  | 'logger'
  | 'snapshot'
  | 'purge'
  | 'handler'
  | 'cnx';

/** What events and messages say. */
export interface Language {
  readonly code: Lang;
  /** One sentence for each rule, from the view of server `me`. */
  readonly decisions: { readonly [R in RuleId]: (decision: DecisionOf<R>, me: Sid) => string };
  /** What a message says, as a predicate that follows its sender: "votes for 3 …". */
  readonly messages: { readonly [K in MessageKind]: (message: MessageOf<K>) => string };
  readonly titles: Readonly<Record<MessageKind, string>>;
  readonly timers: Readonly<Record<TimerKind, string>>;
  /** `who` names clients, as they are called at that moment. */
  readonly commands: { readonly [T in CommandType]: (command: CommandOf<T>, who: (client: ClientId) => string) => string };
  readonly world: {
    readonly [T in Exclude<WorldEvent['type'], 'command'>]: (event: WorldOf<T>, who: (client: ClientId) => string) => string;
  };
  readonly events: {
    readonly boot: (sid: Sid) => string;
    /** No line of its log says it. */
    readonly inferred: (sid: Sid) => string;
    readonly logLine: (sid: Sid, text: string) => string;
    readonly connected: (sid: Sid, channel: Channel, peer: string) => string;
    readonly connectFailed: (sid: Sid, channel: Channel, peer: string, reason: 'refused' | 'timeout') => string;
    readonly accepted: (sid: Sid, channel: Channel, peer: string) => string;
    readonly receive: (to: string, from: string, says: string) => string;
    readonly disconnected: (sid: Sid, reason: 'closed' | 'reset') => string;
    readonly timer: (sid: Sid, timer: string) => string;
    readonly fsynced: (sid: Sid, upTo: string) => string;
    readonly diskError: (sid: Sid, message: string) => string;
    readonly stop: (sid: Sid) => string;
    readonly exit: (sid: Sid, code: number, message: string) => string;
    readonly roleChange: (sid: Sid, role: Role, leader: Sid | null, epoch: number) => string;
    readonly logged: (sid: Sid, zxid: string, type: string, path: string | null) => string;
    readonly applied: (sid: Sid, zxid: string) => string;
    readonly clientStarted: (client: string, servers: readonly Sid[], timeoutMs: number) => string;
    readonly clientConnected: (client: string, sid: Sid) => string;
    readonly clientConnectFailed: (client: string, sid: Sid) => string;
    readonly clientDisconnected: (client: string, sid: Sid) => string;
    readonly clientRequested: (client: string, op: string) => string;
    readonly clientTimer: (client: string, timer: string) => string;
    readonly clientClosed: (client: string) => string;
    readonly clientState: (client: string, state: ClientView['state'], session: string) => string;
    readonly outcome: (client: string, outcome: OpOutcome, op: string) => string;
  };
  readonly server: (sid: Sid) => string;
  /** A server that a client talks to, when its number is not at hand. */
  readonly unnamedServer: string;
  readonly client: (client: ClientId, name: string | null) => string;
  readonly peer: (peer: Peer, who: (client: ClientId) => string) => string;
  readonly role: Readonly<Record<Role, string>>;
  readonly mode: Readonly<Record<SyncMode, string>>;
  readonly leaderGaveUp: Readonly<Record<LeaderGiveUp, string>>;
  readonly learnerGaveUp: Readonly<Record<LearnerGiveUp, string>>;
  readonly sids: (sids: readonly Sid[]) => string;
  /** Ends one sentence and starts the next. */
  readonly join: (sentences: readonly string[]) => string;
}

/** What stands behind a decision: its rule, names for its numbers, and answers to "why?". Only needed where somebody asks. */
export interface Reasons {
  /** The rule itself, in words. */
  readonly rules: Readonly<Record<RuleId, string>>;
  readonly labels: Readonly<Record<Label, string>>;
  readonly why: {
    readonly down: (sid: Sid) => string;
    readonly paused: (sid: Sid) => string;
    readonly noDecision: (sid: Sid) => string;
    readonly stillLooking: (sid: Sid, supporters: readonly Sid[], leader: Sid, waitMs: number) => string;
    readonly waitsFinal: (sid: Sid, leader: Sid, untilMs: number | null) => string;
    readonly ownVote: (sid: Sid, zxid: string, epoch: number) => string;
    readonly noSync: (sid: Sid) => string;
  };
}

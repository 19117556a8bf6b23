/**
 * What a predicate may ask about a single event, besides what a claim may ask about the moment: for search, filters and breakpoints.
 * A fact may have several values at once (an event may have three decisions); a comparison holds if it holds for one of them.
 */
import type { SessionId } from '../../base/ids.ts';
import type { ClientInput, CommandType, RecordedInput, TraceEvent, WorldEvent } from '../../ensemble/types.ts';
import { clientOfEvent, EVENT_KINDS, kindOf, messageOf, pathsOf, senderOfEvent, serverOfEvent, sessionsOf } from '../about.ts';
import type { TimerKind } from '../narrate/language.ts';
import { letter } from '../narrate/text.ts';
import { MESSAGE_KINDS, ROLES, RULES } from './facts.ts';

export type EventValueType = 'sid' | 'word' | 'client' | 'session' | 'path' | 'number';
export type EventValue = string | number;

export interface EventFact {
  readonly gives: EventValueType;
  /** Words it may be compared with; any, where they are not listed. */
  readonly words?: readonly string[];
  readonly read: (event: TraceEvent) => readonly EventValue[];
}

type What = (RecordedInput | ClientInput | WorldEvent)['type'];

/** Records, so that a new kind of event, command or timer is a compile error here. */
const WHATS: Readonly<Record<What, true>> = {
  boot: true,
  logLine: true,
  connected: true,
  connectFailed: true,
  accepted: true,
  receive: true,
  disconnected: true,
  timer: true,
  fsynced: true,
  diskError: true,
  stop: true,
  started: true,
  requested: true,
  received: true,
  closed: true,
  command: true,
  processStarted: true,
  processEnded: true,
  connectionOpened: true,
  connectionClosed: true,
  note: true,
  violation: true,
  guaranteeVoid: true,
};
const COMMANDS: Readonly<Record<CommandType, true>> = {
  start: true,
  restart: true,
  kill: true,
  crash: true,
  powerLoss: true,
  stop: true,
  pause: true,
  resume: true,
  wipe: true,
  cut: true,
  heal: true,
  partition: true,
  slow: true,
  hurry: true,
  hurryDisk: true,
  reset: true,
  skew: true,
  slowDisk: true,
  diskFull: true,
  flipByte: true,
  cutFile: true,
  deleteFile: true,
  writeFile: true,
  backup: true,
  restore: true,
  connect: true,
  request: true,
  close: true,
  abandon: true,
};
const TIMERS: Readonly<Record<TimerKind, true>> = {
  poll: true,
  finalizeWait: true,
  connectRetry: true,
  connectBudget: true,
  read: true,
  epochLimit: true,
  epochAckLimit: true,
  newLeaderLimit: true,
  tick: true,
  sessions: true,
  containers: true,
  observerDelay: true,
  logger: true,
  snapshot: true,
  purge: true,
  handler: true,
  cnx: true,
};
/** Timers of clients. */
const CLIENT_TIMERS = ['connect', 'ping', 'reconnect'];

const TABLE = {
  /** The part of the protocol to which it belongs. */
  kind: word(EVENT_KINDS, (event) => [kindOf(event)]),
  /** What happened, by its name in the trace. */
  event: word(Object.keys(WHATS), ({ what }) => [what.type]),
  /** The server that did it, or to which it was done. */
  server: fact('sid', (event) => some(serverOfEvent(event))),
  client: fact('client', (event) => some(clientOfEvent(event)).map(letter)),
  /** Rules that decided something, and how. */
  decision: word(RULES, ({ decisions }) => decisions.map(({ rule }) => rule)),
  'decision.outcome': fact('word', ({ decisions }) => decisions.flatMap((decision) => ('outcome' in decision ? [decision.outcome] : []))),
  /** The message that arrives. */
  message: word(MESSAGE_KINDS, (event) => some(messageOf(event)?.kind)),
  'message.from': fact('sid', (event) => {
    const from = senderOfEvent(event);
    return from?.kind === 'server' ? [from.sid] : [];
  }),
  /** Messages that it sends. */
  sends: word(MESSAGE_KINDS, ({ sent }) => sent.map(({ message }) => message.kind)),
  'sends.to': fact('sid', ({ sent }) => sent.flatMap(({ to }) => (to.kind === 'server' ? [to.sid] : []))),
  timer: word([...Object.keys(TIMERS), ...CLIENT_TIMERS], ({ what }) => (what.type === 'timer' ? some(what.timer.split(':', 1)[0]) : [])),
  command: word(Object.keys(COMMANDS), ({ what }) => (what.type === 'command' ? [what.command.type] : [])),
  /** The role that its server takes here. */
  becomes: word(ROLES, (event) => becomes(event)),
  session: fact('session', (event) => sessionsOf(event)),
  path: fact('path', (event) => pathsOf(event)),
  /** Position of the event; virtual ms at which it happened. */
  n: fact('number', ({ n }) => [n]),
  at: fact('number', ({ at }) => [at]),
} satisfies Record<string, EventFact>;

export type EventFactName = keyof typeof TABLE;
export const EVENT_FACTS: Readonly<Record<EventFactName, EventFact>> = TABLE;

export function isEventFactName(name: string): name is EventFactName {
  return Object.hasOwn(EVENT_FACTS, name);
}

/** Reads a session id in any spelling: without leading zeros, in lower case, as sessions are kept. */
export function sessionOf(text: string): SessionId {
  return `0x${text
    .slice(2)
    .toLowerCase()
    .replace(/^0+(?=.)/, '')}`;
}

function fact(gives: EventValueType, read: EventFact['read']): EventFact {
  return { gives, read };
}

function word(words: readonly string[], read: EventFact['read']): EventFact & { readonly words: readonly string[] } {
  return { gives: 'word', words, read };
}

function some<T>(value: T | null | undefined): readonly T[] {
  return value === null || value === undefined ? [] : [value];
}

function becomes({ changes, what }: TraceEvent): readonly string[] {
  if (what.type === 'processEnded') return ['DOWN'];
  if (what.type === 'processStarted') return ['LOOKING'];
  if (what.type === 'command' && what.command.type === 'pause') return ['PAUSED'];
  return what.type === 'boot' ? [] : some(changes?.role);
}

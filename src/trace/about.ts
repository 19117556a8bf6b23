/** What an event is about: what kind of thing happened, and which servers, clients, sessions and paths it names. */
import type { SessionId, Sid } from '../base/ids.ts';
import type { ClientId, Command, Flight, Peer, TraceEvent } from '../ensemble/types.ts';
import type { ClientOp, Txn } from '../tree/types.ts';
import type { Decision, Message, MessageKind } from '../zab/types.ts';
import type { TimerKind } from './narrate/language.ts';

/** Parts of the protocol, as the legend names them, and what lies around it. */
export const EVENT_KINDS = [
  'election',
  'discovery',
  'synchronization',
  'broadcast',
  'heartbeat',
  'client',
  'connection',
  'disk',
  'process',
  'command',
  'line',
  'note',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const OF_MESSAGE: Readonly<Record<MessageKind, EventKind>> = {
  NOTIFICATION: 'election',
  FOLLOWERINFO: 'discovery',
  OBSERVERINFO: 'discovery',
  LEADERINFO: 'discovery',
  ACKEPOCH: 'discovery',
  DIFF: 'synchronization',
  TRUNC: 'synchronization',
  SNAP: 'synchronization',
  NEWLEADER: 'synchronization',
  UPTODATE: 'synchronization',
  PROPOSAL: 'broadcast',
  ACK: 'broadcast',
  COMMIT: 'broadcast',
  INFORM: 'broadcast',
  REQUEST: 'broadcast',
  SYNC: 'broadcast',
  REVALIDATE: 'client',
  PING: 'heartbeat',
  ConnectRequest: 'client',
  Request: 'client',
  ClientPing: 'heartbeat',
  ConnectResponse: 'client',
  Reply: 'client',
  PingReply: 'heartbeat',
};

const OF_TIMER: Readonly<Record<TimerKind, EventKind>> = {
  poll: 'election',
  finalizeWait: 'election',
  observerDelay: 'election',
  connectRetry: 'discovery',
  connectBudget: 'discovery',
  epochLimit: 'discovery',
  epochAckLimit: 'discovery',
  newLeaderLimit: 'synchronization',
  read: 'heartbeat',
  tick: 'heartbeat',
  handler: 'heartbeat',
  sessions: 'client',
  containers: 'client',
  logger: 'disk',
  snapshot: 'disk',
  purge: 'disk',
  cnx: 'connection',
};

export function kindOfMessage({ kind }: Message): EventKind {
  return OF_MESSAGE[kind];
}

export function kindOf({ actor, what }: TraceEvent): EventKind {
  switch (what.type) {
    case 'command':
      return 'command';
    case 'processStarted':
    case 'processEnded':
    case 'boot':
    case 'stop':
      return 'process';
    case 'note':
    case 'violation':
    case 'guaranteeVoid':
      return 'note';
    case 'logLine':
      return 'line';
    case 'fsynced':
    case 'diskError':
      return 'disk';
    case 'receive':
    case 'received':
      return kindOfMessage(what.message);
    case 'timer': {
      const kind = what.timer.split(':', 1)[0] as TimerKind;
      return actor.kind === 'client' ? 'client' : Object.hasOwn(OF_TIMER, kind) ? OF_TIMER[kind] : 'note';
    }
    case 'started':
    case 'requested':
    case 'closed':
      return 'client';
    default:
      return actor.kind === 'client' ? 'client' : 'connection';
  }
}

/** The server that did something, or to which something was done; null where it is about none, or about several. */
export function serverOfEvent({ actor, what }: TraceEvent): Sid | null {
  if (actor.kind === 'server') return actor.sid;
  if (what.type === 'processStarted' || what.type === 'processEnded') return what.sid;
  return what.type === 'command' && 'sid' in what.command ? what.command.sid : null;
}

/** The client that did something, or for whom something is commanded. */
export function clientOfEvent({ actor, what }: TraceEvent): ClientId | null {
  if (actor.kind === 'client') return actor.client;
  return what.type === 'command' && 'client' in what.command ? what.command.client : null;
}

/** The message that arrives with an event; null for every other event. */
export function messageOf({ what }: TraceEvent): Message | null {
  return what.type === 'receive' || what.type === 'received' ? what.message : null;
}

/** Who sent the message that arrives with an event, as far as the event says. */
export function senderOfEvent({ what }: TraceEvent): Peer | null {
  return what.type === 'receive' ? what.from : null;
}

/** Every session that an event names: in its message, what it sends, its decisions, its txns, the client's own. */
export function sessionsOf(event: TraceEvent): readonly SessionId[] {
  const found: SessionId[] = [];
  eachMessage(event, (message) => found.push(...sessionsOfMessage(message)));
  for (const decision of event.decisions) if ('session' in decision) found.push(decision.session);
  for (const change of event.log) if (change.change === 'append') found.push(change.cell.session);
  if (event.client?.session !== undefined) found.push(event.client.session);
  return found;
}

/** Every path that an event names: asked for, proposed, logged, answered. */
export function pathsOf(event: TraceEvent): readonly string[] {
  const found: string[] = [];
  const { what } = event;
  eachMessage(event, (message) => found.push(...pathsOfMessage(message)));
  for (const decision of event.decisions) decisionPath(decision, found);
  for (const change of event.log) if (change.change === 'append' && change.cell.path !== null) found.push(change.cell.path);
  for (const { op } of event.outcomes) opPaths(op, found);
  if (what.type === 'requested') opPaths(what.op, found);
  else if (what.type === 'command') commandPaths(what.command, found);
  return found;
}

/** The session that a message names. */
export function sessionsOfMessage(message: Message): readonly SessionId[] {
  if ('session' in message) return [message.session];
  return 'txn' in message ? [message.txn.session] : [];
}

/** Every path that a message names. */
export function pathsOfMessage(message: Message): readonly string[] {
  const found: string[] = [];
  if ('op' in message) opPaths(message.op, found);
  else if ('txn' in message) txnPaths(message.txn.body, found);
  return found;
}

function eachMessage(event: TraceEvent, visit: (message: Message) => void): void {
  const received = messageOf(event);
  if (received !== null) visit(received);
  event.sent.forEach(({ message }: Flight) => visit(message));
}

function opPaths(op: ClientOp, found: string[]): void {
  if ('path' in op) found.push(op.path);
  else if ('ops' in op) for (const part of op.ops) opPaths(part, found);
}

function txnPaths(body: Txn['body'], found: string[]): void {
  if ('path' in body) found.push(body.path);
  else if ('paths' in body) found.push(...(body.paths ?? []));
  else if ('txns' in body) for (const part of body.txns) txnPaths(part, found);
}

function decisionPath(decision: Decision, found: string[]): void {
  if (decision.rule === 'request.validated' && decision.path !== null) found.push(decision.path);
}

function commandPaths(command: Command, found: string[]): void {
  if (command.type === 'request') opPaths(command.request, found);
}

/**
 * What servers and clients do to the world: each of their steps becomes one event of the trace, and what they asked for is carried out.
 */
import type { ClientOp } from '../tree/types.ts';
import type { Effect, Input, ServerMessage, ServerView, StepOutput } from '../zab/types.ts';
import {
  abandonClient,
  clientView,
  closeClient,
  connectNext,
  onClientTimer,
  onConnected,
  onDisconnected,
  onMessage,
  request,
  type ClientOut,
  type ClientTimer,
} from './clients.ts';
import { cancelAttempt, connect } from './connect.ts';
import { closeEnd, sendMessage } from './connections.ts';
import { requestFsync, writeDisk } from './disks.ts';
import { endProcess, setListening } from './processes.ts';
import { clientNode, type Client, type Process } from './state.ts';
import { cancelTimer, setTimer } from './timers.ts';
import type { ClientInput, ClientView, Flight, OpOutcome, RecordedInput } from './types.ts';
import { append, clientPeer, drawLag, NONE, serverPeer, type World } from './world.ts';

/** Records a server's step and does what it asked for. */
export function applyServerStep(
  world: World,
  process: Process,
  input: Input,
  flight: Flight | null,
  cause: number,
  output: StepOutput,
): void {
  const { effects } = output;
  const event = append(world, {
    n: world.trace.length,
    at: world.state.now,
    actor: serverPeer(process.sid),
    cause,
    what: recorded(input, flight),
    sent: NONE,
    effects: withoutSends(effects),
    decisions: kept(output.decisions),
    changes: isEmpty(output.changes) ? NO_CHANGES : output.changes,
    client: null,
    log: kept(output.log),
    outcomes: NONE,
    disk: null,
  });
  process.view = Object.assign(process.view ?? ({} as ServerView), output.changes);
  const sent: Flight[] = [];
  let refused = false;
  for (const effect of effects) {
    if (process.state !== 'running') break;
    if (effect.type === 'disk' && !refused) refused = !writeDisk(world, process, effect.ops);
    // Who is told that the disk is full does not get to what it was to do after writing.
    else if (effect.type !== 'disk' && !(refused && FOLLOWS_WRITING.has(effect.type))) applyEffect(world, process, effect, sent);
  }
  event.sent = kept(sent);
}

/** Lists for the trace, of which there are many: all empty ones are the same list, and others have no room to grow (that of V8 is 16 items). */
function kept<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list.slice();
}

const NO_CHANGES: Partial<ServerView> = {};

function isEmpty(changes: Partial<ServerView>): boolean {
  for (const _field in changes) return false;
  return true;
}

function withoutSends(effects: readonly Effect[]): readonly Effect[] {
  let others = 0;
  for (const effect of effects) if (effect.type !== 'send') others++;
  if (others === 0) return NONE;
  const list = new Array<Effect>(others);
  for (let from = 0, to = 0; to < others; from++) {
    const effect = effects[from] as Effect;
    if (effect.type !== 'send') list[to++] = effect;
  }
  return list;
}

function recorded(input: Input, flight: Flight | null): RecordedInput {
  if (input.type === 'boot') return { type: 'boot', sid: input.sid };
  if (input.type === 'diskError') return { type: 'diskError', message: input.message };
  if (input.type !== 'receive') return input;
  if (flight === null) throw new Error('a message without a flight');
  return { type: 'receive', conn: input.conn, flight: flight.id, from: flight.from, message: input.message };
}

const FOLLOWS_WRITING: ReadonlySet<Effect['type']> = new Set<Effect['type']>(['fsync', 'send']);

function applyEffect(world: World, process: Process, effect: Exclude<Effect, { type: 'disk' }>, sent: Flight[]): void {
  switch (effect.type) {
    case 'send': {
      const flight = sendMessage(world, effect.conn, process.sid, effect.message);
      if (flight !== null) sent.push(flight);
      return;
    }
    case 'setTimer': {
      const late = effect.timer === 'read' ? drawLag(world, process) : 0;
      return setTimer(world, process.sid, process, effect.timer, effect.afterMs + late);
    }
    case 'cancelTimer':
      return cancelTimer(process, effect.timer);
    case 'fsync':
      return requestFsync(world, process, effect.token, effect.files);
    case 'connect':
      return connect(world, process.sid, effect.to, effect.channel);
    case 'close':
      return closeEnd(world, effect.conn, process.sid);
    case 'listen':
      return setListening(process, effect.channel, effect.open);
    case 'exit':
      return endProcess(world, process, 'exit', effect.code, effect.message);
  }
}

/** What a client is told, by the network or by its application. */
export type ClientTold =
  | { readonly type: 'start' }
  | { readonly type: 'request'; readonly op: ClientOp }
  | { readonly type: 'close' | 'abandon' }
  | { readonly type: 'timer'; readonly timer: ClientTimer }
  | { readonly type: 'input'; readonly input: Input; readonly flight: Flight | null };

/** A client's step: one event. What it does not care about (a connection it has given up) leaves no trace. */
export function stepClient(world: World, client: Client, told: ClientTold, cause: number): void {
  const before = clientView(client);
  const n = world.trace.length;
  const outcomes: OpOutcome[] = [];
  const sent: Flight[] = [];
  const causeBefore = world.cause;
  world.cause = n;
  const what = tell(client, told, world.state.now, outOf(world, client, sent, outcomes));
  if (what === null) {
    world.cause = causeBefore;
    return;
  }
  const view = clientView(client);
  append(world, {
    n,
    at: world.state.now,
    actor: clientPeer(client.client),
    cause,
    what,
    sent: kept(sent),
    effects: NONE,
    decisions: NONE,
    changes: null,
    client: told.type === 'start' ? view : difference(before, view),
    log: NONE,
    outcomes: kept(outcomes),
    disk: null,
  });
}

function tell(client: Client, told: ClientTold, now: number, out: ClientOut): ClientInput | null {
  switch (told.type) {
    case 'start':
      connectNext(client, out);
      return { type: 'started', servers: client.servers, timeoutMs: client.requestedMs, name: client.name };
    case 'request':
      return { type: 'requested', xid: request(client, told.op, now, out), op: told.op };
    case 'close': {
      const xid = closeClient(client, now, out);
      return xid === null ? { type: 'closed' } : { type: 'requested', xid, op: { op: 'closeSession' } };
    }
    case 'abandon':
      abandonClient(client, out);
      return { type: 'closed' };
    case 'timer':
      onClientTimer(client, told.timer, out);
      return { type: 'timer', timer: told.timer };
    case 'input':
      return hear(client, told.input, told.flight, now, out);
  }
}

function hear(client: Client, input: Input, flight: Flight | null, now: number, out: ClientOut): ClientInput | null {
  const sid = client.sid ?? 0;
  switch (input.type) {
    case 'connected':
      onConnected(client, input.conn, out);
      return { type: 'connected', sid };
    case 'connectFailed':
      onDisconnected(client, out);
      return { type: 'connectFailed', sid };
    case 'disconnected':
      if (input.conn !== client.conn) return null;
      onDisconnected(client, out);
      return { type: 'disconnected', sid };
    case 'receive':
      if (input.conn !== client.conn || flight === null) return null;
      onMessage(client, input.message as ServerMessage, now, out);
      return { type: 'received', flight: flight.id, message: input.message };
    default:
      return null;
  }
}

function outOf(world: World, client: Client, sent: Flight[], outcomes: OpOutcome[]): ClientOut {
  const node = clientNode(client.client);
  return {
    connect: (sid) => connect(world, node, sid, 'client'),
    giveUpConnect: (sid) => cancelAttempt(world, node, sid, 'client'),
    send: (conn, message) => {
      const flight = sendMessage(world, conn, node, message);
      if (flight !== null) sent.push(flight);
    },
    close: (conn) => closeEnd(world, conn, node),
    setTimer: (timer, afterMs) => setTimer(world, node, client, timer, afterMs),
    cancelTimer: (timer) => cancelTimer(client, timer),
    outcome: (outcome) => {
      client.ended[client.endedCount++] = outcome;
      outcomes.push(outcome);
    },
  };
}

function difference(before: ClientView, after: ClientView): Partial<ClientView> {
  const changes: { -readonly [K in keyof ClientView]?: ClientView[K] } = {};
  if (before.state !== after.state) changes.state = after.state;
  if (before.sid !== after.sid) changes.sid = after.sid;
  if (before.session !== after.session) changes.session = after.session;
  if (before.timeoutMs !== after.timeoutMs) changes.timeoutMs = after.timeoutMs;
  if (before.lastZxid !== after.lastZxid) changes.lastZxid = after.lastZxid;
  if (before.waiting !== after.waiting) changes.waiting = after.waiting;
  return changes;
}

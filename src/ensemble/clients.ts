/**
 * One client library: which server it tries, its session, its requests in order (`ClientCnxn`). Changes the client it is given and says
 * what it wants of the world.
 */
import type { Sid } from '../base/ids.ts';
import { NO_SESSION } from '../base/ids.ts';
import { drawInt, randomStream, type RandomState } from '../base/random.ts';
import { ZXID_ZERO, compareZxid, type Zxid } from '../base/zxid.ts';
import type { ClientOp, ErrorCode, OpResult } from '../tree/types.ts';
import type { ClientMessage, ConnId, ServerMessage } from '../zab/types.ts';
import type { Client, PendingOp } from './state.ts';
import type { ClientId, ClientView, OpOutcome } from './types.ts';

export type ClientTimer = 'connect' | 'read' | 'ping' | 'reconnect';

export interface ClientOut {
  connect(sid: Sid): void;
  giveUpConnect(sid: Sid): void;
  send(conn: ConnId, message: ClientMessage): void;
  close(conn: ConnId): void;
  setTimer(timer: ClientTimer, afterMs: number): void;
  cancelTimer(timer: ClientTimer): void;
  outcome(outcome: OpOutcome): void;
}

const PASSWORD_LENGTH = 16;
/** `ClientCnxn.SendThread.run`: MAX_SEND_PING_INTERVAL, and the second taken off the ping time after a quiet second. */
const MAX_PING_INTERVAL_MS = 10_000;
const PING_MARGIN_MS = 1000;
/** `StaticHostProvider.next(1000)`: the pause after trying every server. */
const SPIN_DELAY_MS = 1000;
/** `ClientCnxn.SendThread.startConnect`: at most so long before a reconnect. */
const RECONNECT_SPREAD_MS = 1000;
const NO_RESULT: OpResult = { kind: 'none' };

/** @param servers the connect string in order; `shuffled` for the default one. */
export function newClient(client: ClientId, servers: readonly Sid[], requestedMs: number, name: string | null, seed: number): Client {
  return {
    client,
    name,
    servers,
    requestedMs,
    state: 'connecting',
    current: -1,
    lastIndex: -1,
    firstConnect: true,
    sid: null,
    conn: null,
    session: NO_SESSION,
    password: new Uint8Array(PASSWORD_LENGTH),
    timeoutMs: requestedMs,
    lastZxid: ZXID_ZERO,
    nextXid: 1,
    pending: [],
    queued: [],
    closing: false,
    random: randomStream(seed, `client ${client}`),
    ended: [],
    endedCount: 0,
    timers: new Map(),
    rate: 1,
  };
}

/** The servers in an order drawn from the stream (`StaticHostProvider.shuffle`). */
export function shuffled(servers: readonly Sid[], stream: RandomState): readonly Sid[] {
  const order = servers.slice();
  let random = stream;
  for (let i = order.length - 1; i > 0; i--) {
    const [j, next] = drawInt(random, i + 1);
    random = next;
    [order[i], order[j]] = [order[j] as Sid, order[i] as Sid];
  }
  return order;
}

export function clientView(client: Client): ClientView {
  return {
    client: client.client,
    name: client.name,
    state: client.state,
    sid: client.sid,
    session: client.session,
    timeoutMs: client.timeoutMs,
    lastZxid: client.lastZxid,
    waiting: client.pending.length + client.queued.length,
  };
}

export function isOver(client: Client): boolean {
  return client.state === 'closed' || client.state === 'expired' || client.state === 'abandoned';
}

/** The next server of the list; after a whole round, or once it has been connected, with a pause first. Source: `StaticHostProvider.next`, `startConnect`. */
export function connectNext(client: Client, out: ClientOut): void {
  client.current = (client.current + 1) % client.servers.length;
  let pause = client.current === client.lastIndex ? SPIN_DELAY_MS : 0;
  if (client.lastIndex < 0) client.lastIndex = 0;
  if (!client.firstConnect) {
    const [wait, random] = drawInt(client.random, RECONNECT_SPREAD_MS);
    client.random = random;
    pause += wait;
  }
  client.state = 'connecting';
  client.sid = client.servers[client.current] ?? null;
  if (pause > 0) out.setTimer('reconnect', pause);
  else startConnect(client, out);
}

function startConnect(client: Client, out: ClientOut): void {
  if (client.sid === null) return;
  out.setTimer('connect', client.timeoutMs / client.servers.length);
  out.connect(client.sid);
}

/** TCP is open: ask for the session, old or new. Source: `primeConnection`. */
export function onConnected(client: Client, conn: ConnId, out: ClientOut): void {
  client.conn = conn;
  client.firstConnect = false;
  out.send(conn, {
    kind: 'ConnectRequest',
    lastZxidSeen: client.lastZxid,
    timeoutMs: client.requestedMs,
    session: client.session,
    password: client.password,
  });
}

/** The attempt failed, or the connection is gone. Source: `SendThread.cleanup`: all that waits is in doubt. */
export function onDisconnected(client: Client, out: ClientOut): void {
  dropConnection(client, out);
  failAll(client, 'CONNECTIONLOSS', out);
  if (client.closing) client.state = 'closed';
  else connectNext(client, out);
}

export function onClientTimer(client: Client, timer: ClientTimer, out: ClientOut): void {
  switch (timer) {
    case 'reconnect':
      return startConnect(client, out);
    case 'ping':
      return ping(client, out);
    case 'connect':
    case 'read':
      hangUp(client, out);
      return onDisconnected(client, out);
  }
}

function ping(client: Client, out: ClientOut): void {
  if (client.conn === null || client.state !== 'connected') return;
  out.send(client.conn, { kind: 'ClientPing' });
  out.setTimer('ping', pingAfter(client));
}

/** Idle time until a ping, ms. */
function pingAfter(client: Client): number {
  const half = readTimeout(client) / 2;
  return Math.min(MAX_PING_INTERVAL_MS, half <= PING_MARGIN_MS ? half : Math.max(PING_MARGIN_MS, half - PING_MARGIN_MS));
}

function readTimeout(client: Client): number {
  return (client.timeoutMs * 2) / 3;
}

export function onMessage(client: Client, message: ServerMessage, now: number, out: ClientOut): void {
  if (message.kind === 'ConnectResponse') return onConnectResponse(client, message, out);
  out.setTimer('read', readTimeout(client));
  if (message.kind === 'Reply') onReply(client, message, now, out);
}

/** Source: `SendThread.onConnected`. A timeout of 0 says that the session has expired. */
function onConnectResponse(client: Client, response: Extract<ServerMessage, { kind: 'ConnectResponse' }>, out: ClientOut): void {
  out.cancelTimer('connect');
  if (response.timeoutMs <= 0) return expire(client, out);
  client.state = 'connected';
  client.timeoutMs = response.timeoutMs;
  client.session = response.session;
  client.password = response.password;
  client.lastIndex = client.current;
  out.setTimer('read', readTimeout(client));
  out.setTimer('ping', pingAfter(client));
  for (const op of client.queued.splice(0)) sendOp(client, op, out);
}

function expire(client: Client, out: ClientOut): void {
  hangUp(client, out);
  dropConnection(client, out);
  failAll(client, 'SESSIONEXPIRED', out);
  client.state = 'expired';
}

/** Replies come in the order of the requests. Source: `SendThread.readResponse`. */
function onReply(client: Client, reply: Extract<ServerMessage, { kind: 'Reply' }>, now: number, out: ClientOut): void {
  const op = client.pending[0];
  // What a server does not take is answered before what it was asked earlier (`UnimplementedRequestProcessor`): "Xid out of order", and the connection is given up.
  if (op !== undefined && op.xid !== reply.xid && reply.err === 'UNIMPLEMENTED') {
    hangUp(client, out);
    return onDisconnected(client, out);
  }
  if (op === undefined || op.xid !== reply.xid)
    throw new Error(`client ${client.client} at ${now} ms got a reply to request ${reply.xid}, expected ${op?.xid ?? 'none'}`);
  client.pending.shift();
  if (compareZxid(reply.zxid, client.lastZxid) > 0) client.lastZxid = reply.zxid;
  const err = errorOf(reply.err, reply.result);
  end(client, op, err === 'OK' ? 'acked' : 'rejected', err, reply.zxid, reply.result, out);
  if (op.op.op !== 'closeSession') return;
  hangUp(client, out);
  dropConnection(client, out);
  failAll(client, 'CONNECTIONLOSS', out);
  client.state = 'closed';
}

/** A failed multi has no error in its header; the op that failed says why, those after it RUNTIMEINCONSISTENCY (W-35). */
function errorOf(err: ErrorCode, result: OpResult): ErrorCode {
  if (err !== 'OK' || result.kind !== 'multi') return err;
  const failed =
    result.results.find((one) => one.err !== 'OK' && one.err !== 'RUNTIMEINCONSISTENCY') ?? result.results.find((one) => one.err !== 'OK');
  return failed?.err ?? 'OK';
}

/** A request by the application: sent at once, or kept until there is a session. Gives its xid. */
export function request(client: Client, op: ClientOp, now: number, out: ClientOut): number {
  const pending: PendingOp = { xid: client.nextXid++, op, sentAt: now };
  if (client.state === 'connected') sendOp(client, pending, out);
  else if (client.state === 'expired') end(client, pending, 'rejected', 'SESSIONEXPIRED', null, NO_RESULT, out);
  else client.queued.push(pending);
  return pending.xid;
}

function sendOp(client: Client, op: PendingOp, out: ClientOut): void {
  if (client.conn === null) return;
  client.pending.push(op);
  out.send(client.conn, { kind: 'Request', xid: op.xid, op: op.op });
  out.setTimer('ping', pingAfter(client));
}

/** Ends the session in good order: closeSession is the last request. */
export function closeClient(client: Client, now: number, out: ClientOut): number | null {
  if (client.state === 'expired') {
    client.state = 'closed';
    return null;
  }
  client.closing = true;
  return request(client, { op: 'closeSession' }, now, out);
}

/** The application is gone without a word: its socket closes, its session lives on until it expires. */
export function abandonClient(client: Client, out: ClientOut): void {
  hangUp(client, out);
  dropConnection(client, out);
  failAll(client, 'CONNECTIONLOSS', out);
  client.state = 'abandoned';
}

function hangUp(client: Client, out: ClientOut): void {
  if (client.conn !== null) out.close(client.conn);
  else if (client.sid !== null) out.giveUpConnect(client.sid);
}

function dropConnection(client: Client, out: ClientOut): void {
  client.conn = null;
  client.sid = null;
  for (const timer of ['connect', 'read', 'ping', 'reconnect'] as const) out.cancelTimer(timer);
}

function failAll(client: Client, err: ErrorCode, out: ClientOut): void {
  for (const op of [...client.pending.splice(0), ...client.queued.splice(0)]) end(client, op, 'unknown', err, null, NO_RESULT, out);
}

function end(
  client: Client,
  op: PendingOp,
  outcome: OpOutcome['outcome'],
  err: ErrorCode,
  zxid: Zxid | null,
  result: OpResult,
  out: ClientOut,
): void {
  out.outcome({ client: client.client, xid: op.xid, op: op.op, outcome, err, zxid, result, sentAt: op.sentAt });
}

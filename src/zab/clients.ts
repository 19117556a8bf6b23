/**
 * Serving clients: sessions are established, requests are answered in order, reads from this server's own tree.
 *
 * Source: `ZooKeeperServer.processConnectRequest`, `FollowerRequestProcessor`, `CommitProcessor`, `FinalRequestProcessor`.
 */
import { NO_SESSION, type SessionId } from '../base/ids.ts';
import { ZXID_ZERO, compareZxid } from '../base/zxid.ts';
import { writeResult } from '../tree/prep.ts';
import { read } from '../tree/read.ts';
import { checkSession, negotiateTimeout, nextSessionId, sessionPassword, setOwner, touch } from '../tree/sessions.ts';
import type { ClientOp, ErrorCode, OpResult, Txn, TxnResult, WriteOp } from '../tree/types.ts';
import { without } from './copies.ts';
import { close, decide, edit, send, type Draft } from './draft.ts';
import { submit } from './leader/requests.ts';
import type { ClientCnxn, PendingRequest } from './state.ts';
import type { ClientMessage, ConnId } from './types.ts';

const NO_PASSWORD = new Uint8Array(16);
const NO_RESULT: OpResult = { kind: 'none' };
/** `ClientCnxn.PING_XID`. */
const PING_XID = -2;

/** How the leader knows sessions of its own clients; those of learners belong to their handler's connection. */
export const OWN_CLIENT = 'self';

/** Every connection has the address of its client as identity (B-86). */
const AUTH_IDS = [{ scheme: 'ip', id: '127.0.0.1' }];

export function onClientAccepted(d: Draft, conn: ConnId, client: number): void {
  if (!d.s.serving) {
    refuse(d, conn, 'notServing', NO_SESSION);
    return;
  }
  setClient(d, { conn, client, session: NO_SESSION, timeoutMs: 0, stage: 'new', pending: [] });
}

export function onClientMessage(d: Draft, conn: ConnId, message: ClientMessage): void {
  const client = d.s.clients[conn];
  if (client === undefined) return;
  switch (message.kind) {
    case 'ConnectRequest':
      connectSession(d, client, message);
      return;
    case 'ClientPing':
      if (client.stage === 'established' && touchSession(d, client)) queueLocal(d, client, PING_XID, { op: 'ping' });
      return;
    case 'Request':
      if (client.stage !== 'established') dropClient(d, conn);
      else takeRequest(d, client, message.xid, message.op);
  }
}

export function onClientDisconnected(d: Draft, conn: ConnId): void {
  forgetClient(d, conn);
}

/** Ends all client connections; their sessions stay. */
export function closeAllClients(d: Draft): void {
  for (const { conn } of Object.values(d.s.clients)) close(d, conn);
  d.s.clients = {};
  d.s.connOfSession = {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Sessions.

/** The checks and their order are those of `ZooKeeperServer.processConnectRequest` (W-11). */
function connectSession(d: Draft, client: ClientCnxn, request: Extract<ClientMessage, { kind: 'ConnectRequest' }>): void {
  if (compareZxid(request.lastZxidSeen, d.s.tree.lastProcessedZxid) > 0) {
    decide(d, {
      rule: 'client.refused',
      reason: 'aheadOfServer',
      clientZxid: request.lastZxidSeen,
      serverZxid: d.s.tree.lastProcessedZxid,
      session: request.session,
    });
    dropClient(d, client.conn);
    return;
  }
  const timeoutMs = negotiateTimeout(request.timeoutMs, d.s.config.tickTimeMs);
  if (request.session === NO_SESSION) createSession(d, client, request.timeoutMs, timeoutMs);
  else reopenSession(d, client, request.session, timeoutMs, request.password);
}

function createSession(d: Draft, client: ClientCnxn, requestedMs: number, timeoutMs: number): void {
  const session = d.s.nextSession;
  d.s.nextSession = nextSessionId(session);
  decide(d, { rule: 'session.created', session, requestedMs, timeoutMs });
  setClient(d, { ...client, session, timeoutMs, stage: 'creating' });
  toLeader(d, { conn: client.conn, session }, 0, { op: 'createSession', timeoutMs });
}

/** Whoever asks for a session takes it from the connection that has it here, even with a wrong password. Source: `ZooKeeperServer.reopenSession`, `Learner.validateSession`. */
function reopenSession(d: Draft, client: ClientCnxn, session: SessionId, timeoutMs: number, password: Uint8Array): void {
  const older = d.s.connOfSession[session];
  if (older !== undefined) dropClient(d, older);
  if (!samePassword(password, sessionPassword(session))) {
    decide(d, {
      rule: 'client.refused',
      reason: 'wrongPassword',
      clientZxid: d.s.tree.lastProcessedZxid,
      serverZxid: d.s.tree.lastProcessedZxid,
      session,
    });
    expireClient(d, client.conn);
    return;
  }
  setClient(d, { ...client, session, timeoutMs, stage: 'revalidating' });
  if (d.s.leading !== null) {
    const { tracker, known } = touch(d.s.leading.tracker, session, timeoutMs, d.now);
    edit(d, 'leading').tracker = setOwner(tracker, session, OWN_CLIENT);
    finishReopening(d, session, known);
    return;
  }
  const conn = d.s.learning?.conn ?? null;
  if (conn !== null) send(d, conn, { kind: 'REVALIDATE', session, timeoutMs });
}

/** The leader has said whether a session that came from another server is alive (B-107). */
export function finishReopening(d: Draft, session: SessionId, valid: boolean): void {
  const conn = d.s.connOfSession[session];
  const client = conn === undefined ? undefined : d.s.clients[conn];
  if (client?.stage !== 'revalidating') return;
  decide(d, { rule: 'session.revalidated', session, outcome: valid ? 'valid' : 'expired' });
  if (valid) establish(d, client);
  else expireClient(d, client.conn);
}

function establish(d: Draft, client: ClientCnxn): void {
  setClient(d, { ...client, stage: 'established' });
  send(d, client.conn, {
    kind: 'ConnectResponse',
    timeoutMs: client.timeoutMs,
    session: client.session,
    password: sessionPassword(client.session),
  });
}

/** Tells a client that its session is gone: timeout 0, then the connection closes (W-13). */
function expireClient(d: Draft, conn: ConnId): void {
  send(d, conn, { kind: 'ConnectResponse', timeoutMs: 0, session: NO_SESSION, password: NO_PASSWORD });
  dropClient(d, conn);
}

/**
 * A sign of life. Only the leader counts time; learners pass it on with their next PING (B-104).
 *
 * @returns false when the leader knows that the session is closing or gone: what came with the sign of life is ignored then.
 * Source: `ZooKeeperServer.touch`, `LearnerSessionTracker.touchSession`.
 */
function touchSession(d: Draft, client: ClientCnxn): boolean {
  if (d.s.leading !== null) {
    const { tracker, known } = touch(d.s.leading.tracker, client.session, client.timeoutMs, d.now);
    if (tracker !== d.s.leading.tracker) edit(d, 'leading').tracker = tracker;
    return known;
  }
  if (d.s.learning !== null && d.s.learning.touched[client.session] !== client.timeoutMs) {
    edit(d, 'learning').touched = { ...d.s.learning.touched, [client.session]: client.timeoutMs };
  }
  return true;
}

// ---------------------------------------------------------------------------------------------------------------------
// Requests.

/** Whether the request waits for a commit before it and whatever follows it in its session can be answered (B-41). */
function needsCommit(d: Draft, op: ClientOp): boolean {
  switch (op.op) {
    case 'getData':
    case 'exists':
    case 'getChildren':
    case 'getChildren2':
    case 'getACL':
    case 'getEphemerals':
    case 'getAllChildrenNumber':
    case 'multiRead':
      return false;
    case 'sync':
      return d.s.leading === null;
    default:
      return true;
  }
}

function takeRequest(d: Draft, client: ClientCnxn, xid: number, op: ClientOp): void {
  if (!touchSession(d, client)) return;
  if (d.s.config.profile.checkOutsideMulti === 'rejected' && op.op === 'check') {
    // Refused when submitted: no zxid is used, and the connection closes (ZOOKEEPER-2623).
    send(d, client.conn, { kind: 'Reply', xid, zxid: ZXID_ZERO, err: 'UNIMPLEMENTED', result: NO_RESULT });
    dropClient(d, client.conn);
    return;
  }
  if (!needsCommit(d, op)) {
    queueLocal(d, client, xid, op);
    return;
  }
  setClient(d, withPending(client, [...client.pending, { xid, op, needsCommit: true, err: 'OK' }]));
  toLeader(d, client, xid, op);
}

/** A request that takes no zxid: answered at once, or behind the writes of its session that came before it (B-42). */
function queueLocal(d: Draft, client: ClientCnxn, xid: number, op: PendingRequest['op']): void {
  const request: PendingRequest = { xid, op, needsCommit: false, err: checkLocal(d, client.session) };
  if (client.pending.length === 0) answerRead(d, client, request);
  else setClient(d, withPending(client, [...client.pending, request]));
}

/** On the leader even reads pass the session check (B-72). A session that was served here before has an owner. Source: `PrepRequestProcessor.pRequestHelper`. */
function checkLocal(d: Draft, session: SessionId): ErrorCode {
  return d.s.leading === null ? 'OK' : checkSession(d.s.leading.tracker, session, OWN_CLIENT);
}

/** Hands a request to the leader: to itself, or over the network. Source: `FollowerRequestProcessor.run`, `LeaderRequestProcessor`. */
function toLeader(d: Draft, { conn, session }: Pick<ClientCnxn, 'conn' | 'session'>, cxid: number, op: ClientOp): void {
  if (d.s.leading !== null) {
    submit(d, { session, cxid, op: op as WriteOp, owner: OWN_CLIENT });
    return;
  }
  const learning = d.s.learning;
  if (learning === null || learning.conn === null) return;
  if (op.op === 'sync') edit(d, 'learning').pendingSyncs = [...learning.pendingSyncs, { conn, xid: cxid }];
  send(d, learning.conn, { kind: 'REQUEST', session, cxid, op });
}

function answerRead(d: Draft, client: ClientCnxn, { xid, op, err: refused }: PendingRequest): void {
  if (refused !== 'OK') {
    reply(d, client.conn, xid, refused, NO_RESULT);
  } else if (op.op === 'ping') {
    send(d, client.conn, { kind: 'PingReply', zxid: d.s.tree.lastProcessedZxid });
  } else {
    const rules = { existsNeedsRead: d.s.config.profile.existsNeedsRead };
    const { err, result } = read(d.s.tree, op, AUTH_IDS, client.session, rules);
    reply(d, client.conn, xid, err, result);
  }
}

/** SESSIONMOVED is no answer: the connection is closed, because the client is connected elsewhere (B-108). Source: `FinalRequestProcessor.processRequest`. */
function reply(d: Draft, conn: ConnId, xid: number, err: ErrorCode, result: OpResult): void {
  if (err === 'SESSIONMOVED') dropClient(d, conn);
  else send(d, conn, { kind: 'Reply', xid, zxid: d.s.tree.lastProcessedZxid, err, result });
}

/** A txn was applied; if a client of this server asked for it, it is answered now, and the reads behind it too (B-43, B-44). */
export function answerCommitted(d: Draft, txn: Txn, applied: TxnResult): void {
  const conn = d.s.connOfSession[txn.session];
  const client = conn === undefined ? undefined : d.s.clients[conn];
  if (client === undefined) return;
  if (txn.body.type === 'createSession') {
    if (client.stage === 'creating') establish(d, client);
    return;
  }
  const head = client.pending[0];
  if (head !== undefined && head.xid === txn.cxid && head.needsCommit) {
    const { err, result } = writeResult(applied, head.op as WriteOp);
    complete(d, client, err, result);
  }
  if (txn.body.type === 'closeSession') dropClient(d, client.conn);
}

/** SYNC came back from the leader: everything committed before it has been applied here. */
export function answerSync(d: Draft, conn: ConnId, xid: number): void {
  const client = d.s.clients[conn];
  const head = client?.pending[0];
  if (client === undefined || head?.xid !== xid || head.op.op !== 'sync') return;
  complete(d, client, 'OK', { kind: 'path', path: head.op.path });
}

/** Answers the head of a session's queue and the reads that waited behind it. */
function complete(d: Draft, client: ClientCnxn, err: ErrorCode, result: OpResult): void {
  const [head, ...rest] = client.pending;
  if (head === undefined) return;
  reply(d, client.conn, head.xid, err, result);
  const next = rest.findIndex((request) => request.needsCommit);
  const ready = next < 0 ? rest : rest.slice(0, next);
  for (const request of ready) if (d.s.clients[client.conn] !== undefined) answerRead(d, client, request);
  if (d.s.clients[client.conn] !== undefined) setClient(d, withPending(client, rest.slice(ready.length)));
}

// ---------------------------------------------------------------------------------------------------------------------
// Connections.

function withPending({ conn, client, session, timeoutMs, stage }: ClientCnxn, pending: readonly PendingRequest[]): ClientCnxn {
  return { conn, client, session, timeoutMs, stage, pending };
}

function setClient(d: Draft, client: ClientCnxn): void {
  d.s.clients = { ...d.s.clients, [client.conn]: client };
  if (client.session !== NO_SESSION && d.s.connOfSession[client.session] !== client.conn)
    d.s.connOfSession = { ...d.s.connOfSession, [client.session]: client.conn };
}

function forgetClient(d: Draft, conn: ConnId): void {
  const { [conn]: gone, ...others } = d.s.clients;
  if (gone === undefined) return;
  d.s.clients = others;
  // Nobody else has it: whoever asks for a session ends the connection that has it here before it gets it.
  d.s.connOfSession = without(d.s.connOfSession, gone.session);
}

function dropClient(d: Draft, conn: ConnId): void {
  close(d, conn);
  forgetClient(d, conn);
}

function refuse(d: Draft, conn: ConnId, reason: 'notServing', session: SessionId): void {
  decide(d, { rule: 'client.refused', reason, clientZxid: d.s.tree.lastProcessedZxid, serverZxid: d.s.tree.lastProcessedZxid, session });
  close(d, conn);
}

function samePassword(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

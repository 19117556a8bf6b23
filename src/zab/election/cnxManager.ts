/**
 * The connections that carry votes (`QuorumCnxManager`). Two servers share at most one, and the larger sid must have opened it: a
 * smaller one that calls is dropped and called back. Nothing reconnects by itself; the next message to send does.
 *
 * Each peer has an outbox of one message, in which a newer message replaces an older one. While a connection is up its SendWorker
 * empties the outbox at once, so here a message stays in it only while there is none.
 */
import type { Sid } from '../../base/ids.ts';
import { cancelTimer, close, connect, decide, listen, send, setTimer, type Draft } from '../draft.ts';
import type { ConnId, Decision, ElectionMessage } from '../types.ts';
import type { ElectionLayer, PeerCnx } from './state.ts';

const NEW_PEER: PeerCnx = { conn: null, outbox: null, queueExists: false, lastSent: null, connecting: false };

function peerOf(d: Draft, sid: Sid): PeerCnx {
  return d.s.cnx.peers[sid] ?? NEW_PEER;
}

function setPeer(d: Draft, sid: Sid, changes: Partial<PeerCnx>): void {
  d.s.cnx = { ...d.s.cnx, peers: { ...d.s.cnx.peers, [sid]: { ...peerOf(d, sid), ...changes } } };
}

function withoutConn(byConn: ElectionLayer['byConn'], conn: ConnId): ElectionLayer['byConn'] {
  return Object.fromEntries(Object.entries(byConn).filter(([key]) => Number(key) !== conn));
}

/** Opens the election port. Source: `QuorumCnxManager.Listener.run`. */
export function startCnx(d: Draft): void {
  listen(d, 'election', true);
}

/** Who is at the other end of an election connection; undefined if the connection is not, or no longer, one of ours. */
export function electionPeer(d: Draft, conn: ConnId): Sid | undefined {
  return d.s.cnx.byConn[conn];
}

/**
 * Leaves a message to another server in its outbox and sees to a connection.
 *
 * Source: `QuorumCnxManager.toSend`, `SendWorker.run` (E-13, E-16). A server's own votes do not come this way (E-15).
 */
export function toSend(d: Draft, sid: Sid, message: ElectionMessage): void {
  const { conn } = peerOf(d, sid);
  if (conn === null) {
    setPeer(d, sid, { queueExists: true, outbox: message });
    connectOne(d, sid);
  } else {
    setPeer(d, sid, { queueExists: true, lastSent: message });
    send(d, conn, message);
  }
}

/** Begins to connect, unless there is a connection or an attempt. Source: `QuorumCnxManager.connectOne`, `initiateConnectionAsync`. */
function connectOne(d: Draft, sid: Sid): void {
  const peer = peerOf(d, sid);
  if (peer.conn !== null || peer.connecting) return;
  setPeer(d, sid, { connecting: true });
  setTimer(d, `cnx:${sid}`, d.s.config.cnxTimeoutMs);
  connect(d, 'election', sid);
}

/** Connects to every server there has ever been a message for. Source: `QuorumCnxManager.connectAll`. */
export function connectAll(d: Draft): void {
  for (const [sid, peer] of Object.entries(d.s.cnx.peers)) {
    if (peer.queueExists) connectOne(d, Number(sid));
  }
}

/** Whether any outbox is empty: one reachable peer is enough. Source: `QuorumCnxManager.haveDelivered` (E-18). */
export function haveDelivered(d: Draft): boolean {
  return Object.values(d.s.cnx.peers).some((peer) => peer.queueExists && peer.outbox === null);
}

/** Our attempt succeeded. Source: `QuorumCnxManager.startConnection` (E-13.3). */
export function onElectionConnected(d: Draft, conn: ConnId, peer: Sid): void {
  // An attempt that was given up closes its socket, however it ends.
  if (!peerOf(d, peer).connecting) return close(d, conn);
  endAttempt(d, peer);
  if (peer > d.s.sid) {
    order(d, peer, d.s.sid, 'dropped');
    close(d, conn);
  } else {
    order(d, peer, d.s.sid, 'kept');
    startWorkers(d, conn, peer);
  }
}

/** A peer has connected to us. Source: `QuorumCnxManager.handleConnection` (E-13.4). */
export function onElectionAccepted(d: Draft, conn: ConnId, peer: Sid): void {
  if (peer < d.s.sid) {
    order(d, peer, peer, 'dropped, connecting back');
    // The peer would not call if it believed in the connection we may still have.
    finishWorkers(d, peer);
    close(d, conn);
    connectOne(d, peer);
  } else {
    order(d, peer, peer, 'kept');
    startWorkers(d, conn, peer);
  }
}

/** Our attempt failed. What is in the outbox waits for the next one. Source: `QuorumCnxManager.initiateConnection`. */
export function onElectionConnectFailed(d: Draft, peer: Sid): void {
  endAttempt(d, peer);
}

/** Our attempt has taken `cnxTimeout`. */
export function onCnxTimer(d: Draft, peer: Sid): void {
  setPeer(d, peer, { connecting: false });
}

function endAttempt(d: Draft, peer: Sid): void {
  cancelTimer(d, `cnx:${peer}`);
  setPeer(d, peer, { connecting: false });
}

/** The other side closed, or its host reset the connection. Nobody reconnects now. Source: `RecvWorker.run` (E-17). */
export function onElectionDisconnected(d: Draft, conn: ConnId): void {
  const sid = electionPeer(d, conn);
  if (sid === undefined) return;
  forget(d, conn, sid);
}

function forget(d: Draft, conn: ConnId, sid: Sid): void {
  d.s.cnx = { ...d.s.cnx, byConn: withoutConn(d.s.cnx.byConn, conn) };
  setPeer(d, sid, { conn: null });
}

/** Source: `SendWorker.finish`. */
function finishWorkers(d: Draft, sid: Sid): void {
  const { conn } = peerOf(d, sid);
  if (conn === null) return;
  close(d, conn);
  forget(d, conn, sid);
}

/**
 * Takes a connection into use, in place of the one there may be. What waits in the outbox is sent; if nothing waits, the last
 * message is sent again, however old it is, because it may have been lost with the connection before.
 *
 * Source: `SendWorker.run` (E-16).
 */
function startWorkers(d: Draft, conn: ConnId, sid: Sid): void {
  finishWorkers(d, sid);
  const { outbox, lastSent } = peerOf(d, sid);
  const first = outbox ?? lastSent;
  d.s.cnx = { ...d.s.cnx, byConn: { ...d.s.cnx.byConn, [conn]: sid } };
  setPeer(d, sid, { conn, queueExists: true, outbox: null, lastSent: first });
  if (first !== null) send(d, conn, first);
}

function order(d: Draft, peer: Sid, initiator: Sid, outcome: Extract<Decision, { rule: 'connection.order' }>['outcome']): void {
  decide(d, { rule: 'connection.order', peer, initiator, outcome });
}

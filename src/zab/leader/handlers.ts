/**
 * LearnerHandlers: one per connected learner, from its first packet to its last.
 *
 * Source: `LearnerHandler.run`.
 */
import { sameZxid } from '../../base/zxid.ts';
import { setOwner, touch } from '../../tree/sessions.ts';
import type { WriteOp } from '../../tree/types.ts';
import { copyHandler, without } from '../copies.ts';
import { cancelTimer, close, decide, edit, send, setTimer, type Draft } from '../draft.ts';
import type { Handler } from '../state.ts';
import type { ConnId, Decision, QuorumPacket } from '../types.ts';
import { processAck } from './broadcast.ts';
import { hearEpoch, hearEpochAckOf } from './epochs.ts';
import { hearNewLeaderAck } from './newLeader.ts';
import { processSync, submit } from './requests.ts';

type Packet<K extends QuorumPacket['kind']> = Extract<QuorumPacket, { kind: K }>;
type CloseReason = Extract<Decision, { rule: 'handler.closed' }>['reason'];

export function setHandler(d: Draft, handler: Handler): void {
  if (d.s.leading === null) return;
  const before = d.s.leading.handlers[handler.conn];
  setHandlers(d, { ...d.s.leading.handlers, [handler.conn]: handler }, before === undefined || !looksTheSame(before, handler));
}

function setHandlers(d: Draft, handlers: Readonly<Record<ConnId, Handler>>, visibly: boolean): void {
  const leading = edit(d, 'leading');
  leading.handlers = handlers;
  if (visibly)
    leading.learners = Object.values(handlers).map(({ sid, observer, stage, mode, deadlineTick }) => ({
      sid,
      observer,
      stage,
      mode,
      deadlineTick,
    }));
}

function looksTheSame(a: Handler, b: Handler): boolean {
  return a.sid === b.sid && a.observer === b.observer && a.stage === b.stage && a.mode === b.mode && a.deadlineTick === b.deadlineTick;
}

export function handlerOf(d: Draft, conn: ConnId): Handler | undefined {
  return d.s.leading?.handlers[conn];
}

/** A learner has connected to the quorum port; it will introduce itself. */
export function onLearnerAccepted(d: Draft, conn: ConnId, sid: number): void {
  const leading = d.s.leading;
  if (leading === null) {
    close(d, conn);
    return;
  }
  const { tickTimeMs, initLimitTicks, syncLimitTicks } = d.s.config;
  setHandler(d, {
    conn,
    sid,
    observer: false,
    introduced: false,
    stage: 'connected',
    mode: null,
    peerLastZxid: d.s.tree.lastProcessedZxid,
    wantsSnapshot: false,
    deadlineTick: leading.tick + initLimitTicks + syncLimitTicks,
    lastHeard: d.now,
    readTimeoutMs: tickTimeMs * initLimitTicks,
    forwarding: false,
    sending: false,
    watched: null,
    watchedNext: null,
  });
  setTimer(d, `handler:${conn}`, tickTimeMs * initLimitTicks);
}

/**
 * Any packet is a sign of life: it moves the deadline of the quorum check and the read timeout. An ACK also ends the watch on its proposal;
 * both in one go, because this is the most frequent packet of all.
 */
export function noteHeard(d: Draft, conn: ConnId, packet: QuorumPacket): void {
  const handler = handlerOf(d, conn);
  const tick = d.s.leading?.tick ?? 0;
  if (handler === undefined) return;
  const deadlineTick = handler.stage === 'serving' ? tick + d.s.config.syncLimitTicks : handler.deadlineTick;
  const done = packet.kind === 'ACK' && handler.watched !== null && sameZxid(handler.watched.zxid, packet.zxid);
  const doneNext = packet.kind === 'ACK' && handler.watchedNext !== null && sameZxid(handler.watchedNext.zxid, packet.zxid);
  const next = copyHandler(handler);
  next.lastHeard = d.now;
  next.deadlineTick = deadlineTick;
  if (done) {
    next.watched = handler.watchedNext;
    next.watchedNext = null;
  } else if (doneNext) next.watchedNext = null;
  setHandler(d, next);
}

/** Silence for too long? The timer is set again for what is left otherwise. */
export function onHandlerTimer(d: Draft, conn: ConnId): void {
  const handler = handlerOf(d, conn);
  if (handler === undefined) return;
  const left = handler.lastHeard + handler.readTimeoutMs - d.now;
  if (left > 0) setTimer(d, `handler:${conn}`, left);
  else closeHandler(d, conn, 'readTimeout');
}

export function closeHandler(d: Draft, conn: ConnId, reason: CloseReason): void {
  close(d, conn);
  dropHandler(d, conn, reason);
}

/** The learner is gone. What it has acknowledged still counts (D-18, B-22). Source: `Leader.removeLearnerHandler`. */
export function dropHandler(d: Draft, conn: ConnId, reason: CloseReason): void {
  const leading = d.s.leading;
  const handler = leading?.handlers[conn];
  if (leading === null || handler === undefined) return;
  setHandlers(d, without(leading.handlers, conn), true);
  edit(d, 'leading').pendingSyncs = leading.pendingSyncs.filter((waiting) => waiting.conn !== conn);
  cancelTimer(d, `handler:${conn}`);
  decide(d, { rule: 'handler.closed', learner: handler.sid, reason });
}

// ---------------------------------------------------------------------------------------------------------------------
// Packets, in the order a learner sends them.

/** Source: `LearnerHandler.run`, first packet. */
export function hearLearner(d: Draft, conn: ConnId, packet: Packet<'FOLLOWERINFO' | 'OBSERVERINFO'>): void {
  const handler = handlerOf(d, conn);
  if (handler === undefined || handler.stage !== 'connected') return;
  setHandler(d, { ...handler, sid: packet.sid, observer: packet.kind === 'OBSERVERINFO', introduced: true });
  hearEpoch(d, packet.sid, packet.acceptedEpoch);
  if (d.s.leading?.epochDecided === true) proposeEpochTo(d, conn);
}

/** Sends LEADERINFO to a learner that has introduced itself. */
export function proposeEpochTo(d: Draft, conn: ConnId): void {
  const handler = handlerOf(d, conn);
  if (handler?.stage !== 'connected' || !handler.introduced || d.s.leading === null) return;
  // From here on the handler reads again, and its limit starts anew.
  setHandler(d, { ...handler, stage: 'epochProposed', lastHeard: d.now });
  send(d, conn, { kind: 'LEADERINFO', epoch: d.s.leading.epoch });
}

export function hearEpochAck(d: Draft, conn: ConnId, packet: Packet<'ACKEPOCH'>): void {
  const handler = handlerOf(d, conn);
  if (handler?.stage !== 'epochProposed') return;
  setHandler(d, { ...handler, stage: 'epochAcked', peerLastZxid: packet.lastZxid, wantsSnapshot: packet.wantsSnapshot === true });
  hearEpochAckOf(d, conn, packet.currentEpoch, packet.lastZxid);
}

/** The first ACK of a learner answers NEWLEADER, whatever its zxid (D-40); the later ones acknowledge proposals. */
export function hearAck(d: Draft, conn: ConnId, packet: Packet<'ACK'>): void {
  const handler = handlerOf(d, conn);
  if (handler === undefined) return;
  if (handler.stage === 'synchronizing') {
    hearNewLeaderAck(d, conn, packet.zxid);
    return;
  }
  if (handler.stage !== 'serving') return;
  if (d.s.config.profile.ackOfTheCut === 'forgotten' && hasComeBack(d, handler)) return;
  processAck(d, handler.sid, packet.zxid);
}

/** Whether the learner has been synchronized on a later connection: what still comes over this one is of before. */
function hasComeBack(d: Draft, { conn, sid }: Handler): boolean {
  return Object.values(d.s.leading?.handlers ?? {}).some((other) => other.sid === sid && other.conn > conn && other.forwarding);
}

/** A learner's answer to PING brings the sessions that were heard from there. */
export function hearPing(d: Draft, _conn: ConnId, packet: Packet<'PING'>): void {
  const leading = d.s.leading;
  if (leading === null || packet.touched === undefined) return;
  let tracker = leading.tracker;
  for (const [session, timeoutMs] of packet.touched) ({ tracker } = touch(tracker, session, timeoutMs, d.now));
  edit(d, 'leading').tracker = tracker;
}

export function hearRequest(d: Draft, conn: ConnId, packet: Packet<'REQUEST'>): void {
  if (packet.op.op === 'sync') processSync(d, conn, packet.session);
  else submit(d, { session: packet.session, cxid: packet.cxid, op: packet.op as WriteOp, owner: conn });
}

/** Source: `LearnerHandler.run` REVALIDATE, `Leader.revalidateSession`. */
export function hearRevalidate(d: Draft, conn: ConnId, packet: Packet<'REVALIDATE'>): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const { tracker, known } = touch(leading.tracker, packet.session, packet.timeoutMs, d.now);
  edit(d, 'leading').tracker = known ? setOwner(tracker, packet.session, conn) : tracker;
  decide(d, { rule: 'session.revalidated', session: packet.session, outcome: known ? 'valid' : 'expired' });
  send(d, conn, { kind: 'REVALIDATE', session: packet.session, valid: known });
}

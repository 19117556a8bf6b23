/**
 * A learner in broadcast: log and acknowledge, apply what is committed, answer pings.
 *
 * Source: `Follower.processPacket`, `FollowerZooKeeperServer`, `Observer.processPacket`, `Learner.ping`.
 */
import { listAt, listPush, listShift } from '../../base/chunked.ts';
import type { SessionId } from '../../base/ids.ts';
import { sameZxid, type Zxid } from '../../base/zxid.ts';
import { answerSync, finishReopening } from '../clients.ts';
import { applyCommitted } from '../commit.ts';
import { decide, edit, send, type Draft } from '../draft.ts';
import { enqueue } from '../logger.ts';
import { exit, loseLeader } from '../roles.ts';
import type { LoggedTxn } from '../state.ts';
import type { ConnId, QuorumPacket } from '../types.ts';
import { updateLearning } from './follow.ts';

type Packet<K extends QuorumPacket['kind']> = Extract<QuorumPacket, { kind: K }>;

export function logProposal(d: Draft, _conn: ConnId, packet: Packet<'PROPOSAL'>): void {
  followProposal(d, { txn: packet.txn, bytes: packet.bytes });
}

/** Source: `FollowerZooKeeperServer.logRequest`. */
export function followProposal(d: Draft, item: LoggedTxn): void {
  const learning = d.s.learning;
  if (learning === null) return;
  edit(d, 'learning').pendingTxns = listPush(learning.pendingTxns, item);
  enqueue(d, item);
}

export function commitProposal(d: Draft, _conn: ConnId, packet: Packet<'COMMIT'>): void {
  commitZxid(d, packet.zxid);
}

/**
 * Applies the oldest pending proposal, on the leader's word; this server's own fsync may still be under way (B-19).
 *
 * Source: `FollowerZooKeeperServer.commit`.
 */
export function commitZxid(d: Draft, z: Zxid): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const head = listAt(learning.pendingTxns, 0);
  if (head === undefined) {
    decide(d, { rule: 'commit.unexpected', zxid: z, head: null, outcome: 'ignored' });
    return;
  }
  if (!sameZxid(head.txn.zxid, z)) {
    decide(d, { rule: 'commit.unexpected', zxid: z, head: head.txn.zxid, outcome: 'exit' });
    exit(d, 12, `Committing zxid ${z.epoch}:${z.counter} but next pending txn is ${head.txn.zxid.epoch}:${head.txn.zxid.counter}`);
    return;
  }
  edit(d, 'learning').pendingTxns = listShift(learning.pendingTxns);
  applyCommitted(d, head);
}

/** Observers are told only what is committed, with its content; they log it too, but acknowledge nothing. */
export function commitInform(d: Draft, _conn: ConnId, packet: Packet<'INFORM'>): void {
  const item: LoggedTxn = { txn: packet.txn, bytes: packet.bytes };
  enqueue(d, item);
  applyCommitted(d, item);
}

/** Answers with the sessions heard from since the last time: only the leader expires sessions. */
export function answerPing(d: Draft, conn: ConnId, packet: Packet<'PING'>): void {
  const touched = Object.entries(d.s.learning?.touched ?? {}) as [SessionId, number][];
  updateLearning(d, { touched: {} });
  send(d, conn, { kind: 'PING', zxid: packet.zxid, touched });
}

export function sessionRevalidated(d: Draft, _conn: ConnId, packet: Packet<'REVALIDATE'>): void {
  finishReopening(d, packet.session, packet.valid === true);
}

export function releaseSync(d: Draft): void {
  const [head, ...rest] = d.s.learning?.pendingSyncs ?? [];
  if (head === undefined) return;
  updateLearning(d, { pendingSyncs: rest });
  answerSync(d, head.conn, head.xid);
}

/** A packet that has no business in this phase. */
export function refusePacket(d: Draft, _conn: ConnId, packet: QuorumPacket): void {
  loseLeader(d, 'unexpectedPacket', packet.kind);
}

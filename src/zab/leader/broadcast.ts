/**
 * Broadcast: propose, collect acknowledgements, commit. Two messages a follower and write, no abort.
 *
 * Source: `Leader.propose`, `Leader.processAck`, `Leader.tryToCommit`, `Leader.commit`, `Leader.inform`; Zab paper, phase 3.
 */
import { listAt, listItems, listOf, listPush, listSet, listShift } from '../../base/chunked.ts';
import type { Sid } from '../../base/ids.ts';
import { compareZxid, isNewEpochZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import { encodeTxn } from '../../store/txnCodec.ts';
import type { Applied } from '../../tree/apply.ts';
import type { Txn } from '../../tree/types.ts';
import { applyCommitted } from '../commit.ts';
import { copyHandler } from '../copies.ts';
import { decide, edit, send, type Draft } from '../draft.ts';
import { enqueue } from '../logger.ts';
import { proposalStepper } from '../machines/proposal.ts';
import { isQuorum, isVoter, voters } from '../quorum.ts';
import type { Handler, Proposal } from '../state.ts';
import type { ConnId, QuorumPacket } from '../types.ts';

/** Proposes a txn to every forwarding follower and queues it for the leader's own log. */
export function propose(d: Draft, txn: Txn, applied: Applied): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const proposal: Proposal = { txn, bytes: encodeTxn(txn), acks: [], phase: proposalStepper.initial, applied };
  const mine = edit(d, 'leading');
  mine.lastProposed = txn.zxid;
  mine.ahead = applied.tree;
  mine.outstanding = listPush(leading.outstanding, proposal);
  const packet: QuorumPacket = { kind: 'PROPOSAL', zxid: txn.zxid, txn, bytes: proposal.bytes };
  const seen = { zxid: txn.zxid, since: d.now };
  const handlers: Record<ConnId, Handler> = { ...leading.handlers };
  for (const handler of Object.values(leading.handlers)) {
    if (!handler.forwarding || handler.observer) continue;
    send(d, handler.conn, packet);
    handlers[handler.conn] = watching(handler, seen);
  }
  mine.handlers = handlers;
  enqueue(d, proposal);
}

/**
 * Remembers when a proposal went out, at most two of them (B-62); `noteHeard` takes them out. Nothing is watched before the learner
 * has acknowledged NEWLEADER. Source: `LearnerHandler.SyncLimitCheck`.
 */
function watching(handler: Handler, seen: NonNullable<Handler['watched']>): Handler {
  if (handler.stage !== 'serving') return handler;
  const next = copyHandler(handler);
  if (handler.watched === null) next.watched = seen;
  else next.watchedNext = seen;
  return next;
}

/**
 * Somebody (the leader itself included) has made a proposal durable.
 *
 * Source: `Leader.processAck`.
 */
export function processAck(d: Draft, from: Sid, zxid: Zxid): void {
  const leading = d.s.leading;
  if (leading === null || !leading.established || isNewEpochZxid(zxid)) return;
  const head = listAt(leading.outstanding, 0);
  if (head === undefined || compareZxid(zxid, leading.lastCommitted) <= 0) {
    decide(d, {
      rule: 'proposal.ack',
      zxid,
      from,
      acks: [],
      voters: voters(d.s.config).length,
      outcome: head === undefined && compareZxid(zxid, leading.lastCommitted) > 0 ? 'unknown' : 'alreadyCommitted',
    });
    return;
  }
  // Zxids of an epoch are consecutive, so the position follows from the counter.
  const at = zxid.counter - head.txn.zxid.counter;
  const proposal = zxid.epoch === head.txn.zxid.epoch ? listAt(leading.outstanding, at) : undefined;
  if (proposal === undefined) {
    decide(d, { rule: 'proposal.ack', zxid, from, acks: [], voters: voters(d.s.config).length, outcome: 'unknown' });
    return;
  }
  if (!isVoter(d.s.config, from)) {
    decide(d, { rule: 'proposal.ack', zxid, from, acks: proposal.acks, voters: voters(d.s.config).length, outcome: 'observer' });
    return;
  }
  const acks = proposal.acks.includes(from) ? proposal.acks : proposal.acks.concat(from);
  const phase =
    from === d.s.sid ? proposalStepper.step(proposalStepper.step(proposal.phase, 'written').phase, 'fsynced').phase : proposal.phase;
  edit(d, 'leading').outstanding = listSet(leading.outstanding, at, {
    txn: proposal.txn,
    bytes: proposal.bytes,
    applied: proposal.applied,
    acks,
    phase,
  });
  const quorum = d.s.config.profile.commitNeeds === 'all' ? acks.length === voters(d.s.config).length : isQuorum(d.s.config, acks);
  decide(d, {
    rule: 'proposal.ack',
    zxid,
    from,
    acks,
    voters: voters(d.s.config).length,
    outcome: !quorum ? 'notYet' : at > 0 ? 'waitsForEarlier' : 'committed',
  });
  if (quorum && at === 0) commitHead(d);
}

/**
 * A learner gets everything outstanding again, since the sync before that cut what it had of it: what it acknowledged earlier is not on its disk any
 * more. No release does so: `Leader.processAck` counts sids, and `LearnerHandler.syncFollower` sends TRUNC to whoever has more than is committed.
 */
export function forgetAcks(d: Draft, sid: Sid): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const forgotten = (proposal: Proposal): Proposal => ({ ...proposal, acks: proposal.acks.filter((other) => other !== sid) });
  edit(d, 'leading').outstanding = listOf(Array.from(listItems(leading.outstanding), forgotten));
}

/** The oldest outstanding proposal has its quorum. Source: `Leader.tryToCommit`, `Leader.commit`, `Leader.inform`. */
function commitHead(d: Draft): void {
  const leading = d.s.leading;
  const proposal = leading === null ? undefined : listAt(leading.outstanding, 0);
  if (leading === null || proposal === undefined) return;
  const { txn, bytes } = proposal;
  const mine = edit(d, 'leading');
  mine.outstanding = listShift(leading.outstanding);
  mine.lastCommitted = txn.zxid;
  const commit: QuorumPacket = { kind: 'COMMIT', zxid: txn.zxid };
  const inform: QuorumPacket = { kind: 'INFORM', zxid: txn.zxid, txn, bytes };
  for (const handler of Object.values(leading.handlers)) {
    if (handler.forwarding) send(d, handler.conn, handler.observer ? inform : commit);
  }
  // Without `applied`: committedLog must not hold on to the tree of each of its txns.
  applyCommitted(d, { txn, bytes }, proposal.applied);
  answerSyncs(d, txn.zxid);
}

/** Answers the syncs that waited for this zxid, behind its COMMIT on the same connection (B-50). */
function answerSyncs(d: Draft, zxid: Zxid): void {
  const leading = d.s.leading;
  if (leading === null) return;
  for (const waiting of leading.pendingSyncs) if (sameZxid(waiting.zxid, zxid)) send(d, waiting.conn, { kind: 'SYNC' });
  edit(d, 'leading').pendingSyncs = leading.pendingSyncs.filter((waiting) => !sameZxid(waiting.zxid, zxid));
}

/**
 * Synchronization, the learner's side: take what the leader sends, make it durable, say so, and begin to serve when told.
 * The order of the writes at NEWLEADER is where most of ZooKeeper's data-loss bugs lived; `Profile.newLeaderOrder` has all three.
 *
 * Source: `Learner.syncWithLeader`; Zab paper, phase 2.
 */
import { listPush } from '../../base/chunked.ts';
import { sameZxid, zxid, type Zxid } from '../../base/zxid.ts';
import { applyTxn } from '../../tree/apply.ts';
import { firstSessionId } from '../../tree/sessions.ts';
import { epochOp } from '../../store/recovery.ts';
import { truncateLogs } from '../../store/txnLog.ts';
import { applyCommitted } from '../commit.ts';
import { arrivalOf, forgetCommitted, reloadFromDisk, takeSnapshotNow, writeConfigNode } from '../database.ts';
import { decide, send, setTimer, write, type Draft } from '../draft.ts';
import { updateElectionVote } from '../election/lookForLeader.ts';
import { appendToLog, commitLogNow, enqueue } from '../logger.ts';
import { leaveTreeToSnapshot } from '../snapshotting.ts';
import { exit, loseLeader } from '../roles.ts';
import type { LoggedTxn } from '../state.ts';
import type { ConnId, QuorumPacket } from '../types.ts';
import { commitZxid, followProposal } from './broadcast.ts';
import { updateLearning } from './follow.ts';

type Packet<K extends QuorumPacket['kind']> = Extract<QuorumPacket, { kind: K }>;

/** The opening packet says how the learner's history must change. */
export function openSync(d: Draft, _conn: ConnId, packet: Packet<'DIFF' | 'TRUNC' | 'SNAP'>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  decide(d, { rule: 'sync.opened', leader: learning.leader, mode: packet.kind, zxid: packet.zxid, myZxid: d.s.tree.lastProcessedZxid });
  switch (packet.kind) {
    case 'DIFF':
      // lastProcessedZxid stays: the txns are still to come (ZOOKEEPER-2355).
      updateLearning(d, { mode: 'DIFF', snapshotNeeded: false, writeToTxnLog: true });
      break;
    case 'SNAP':
      leaveTreeToSnapshot(d);
      d.s.tree = { ...packet.tree, lastProcessedZxid: packet.zxid };
      forgetCommitted(d);
      d.log.push({ change: 'reset', base: packet.zxid, cells: [] });
      updateLearning(d, { mode: 'SNAP' });
      break;
    case 'TRUNC':
      if (!truncate(d, packet.zxid)) return;
      updateLearning(d, { mode: 'TRUNC' });
  }
  writeConfigNode(d);
}

/**
 * Cuts the log behind `to` and reads the disk again. A snapshot newer than `to` is not removed, so what was cut can come back with it
 * (ZOOKEEPER-1549, still open as 4837).
 *
 * @returns false when the process ended.
 */
function truncate(d: Draft, to: Zxid): boolean {
  const from = d.s.tree.lastProcessedZxid;
  const cut = truncateLogs(d.s.disk, to);
  if (!cut.ok) {
    decide(d, { rule: 'sync.truncated', to, from, outcome: 'failed', message: cut.failure.message });
    exit(d, cut.failure.exitCode, cut.failure.message);
    return false;
  }
  write(d, cut.ops);
  d.log.push({ change: 'truncate', to });
  if (!reloadFromDisk(d, 'newLog')) return false;
  d.s.tree = { ...d.s.tree, lastProcessedZxid: to };
  d.s.lastLogged = to;
  d.s.lastSynced = to;
  decide(d, { rule: 'sync.truncated', to, from, outcome: 'done' });
  return true;
}

export function queueProposal(d: Draft, _conn: ConnId, packet: Packet<'PROPOSAL'>): void {
  const learning = d.s.learning;
  if (learning === null || !isContinuous(d, packet.zxid)) return;
  updateLearning(d, { notLogged: [...learning.notLogged, { txn: packet.txn, bytes: packet.bytes }], lastQueued: packet.zxid });
}

/** A gap behind the first proposal, within an epoch: mainline starts over, earlier versions log a warning (D-51). The first one always passes: `0x0` is of an older epoch. Source: `Learner.enforceContinuousProposal`. */
function isContinuous(d: Draft, next: Zxid): boolean {
  const last = d.s.learning?.lastQueued;
  if (last === undefined || d.s.config.profile.proposalGap === 'warned') return true;
  if (next.epoch > last.epoch || (next.epoch === last.epoch && next.counter === last.counter + 1)) return true;
  loseLeader(d, 'nonContinuous', `got ${next.epoch}:${next.counter} behind ${last.epoch}:${last.counter}`);
  return false;
}

export function queueCommit(d: Draft, _conn: ConnId, packet: Packet<'COMMIT'>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const head = learning.notLogged[0];
  if (head === undefined) {
    // With epochFirst and appendAll the proposal was handed on at NEWLEADER and its COMMIT finds nothing: these versions fail here (ZOOKEEPER-4394).
    loseLeader(d, 'unexpectedPacket', `COMMIT of ${packet.zxid.epoch}:${packet.zxid.counter} with no proposal queued`);
    return;
  }
  if (!learning.writeToTxnLog) {
    if (!sameZxid(head.txn.zxid, packet.zxid)) {
      decide(d, { rule: 'commit.unexpected', zxid: packet.zxid, head: head.txn.zxid, outcome: 'ignored' });
      return;
    }
    updateLearning(d, { notLogged: learning.notLogged.slice(1) });
    applyUnlogged(d, head);
    return;
  }
  updateLearning(d, { committed: [...learning.committed, packet.zxid] });
}

export function queueInform(d: Draft, _conn: ConnId, packet: Packet<'INFORM'>): void {
  const learning = d.s.learning;
  if (learning === null || !isContinuous(d, packet.zxid)) return;
  const item: LoggedTxn = { txn: packet.txn, bytes: packet.bytes };
  updateLearning(d, { lastQueued: packet.zxid });
  if (!learning.writeToTxnLog) applyUnlogged(d, item);
  else updateLearning(d, { notLogged: [...learning.notLogged, item], committed: [...learning.committed, packet.zxid] });
}

/** Before NEWLEADER, SNAP and TRUNC syncs apply to memory only; the snapshot taken at NEWLEADER will hold it. Source: `ZooKeeperServer.processTxn(hdr, txn)`. */
function applyUnlogged(d: Draft, item: LoggedTxn): void {
  d.log.push(arrivalOf(item.txn));
  if (d.s.config.profile.proposalGap === 'refused') applyCommitted(d, item);
  // These versions leave committedLog with a hole (ZOOKEEPER-4925).
  else d.s.tree = applyTxn(d.s.tree, item.txn).tree;
}

/** NEWLEADER: everything that the leader's history held when it was fixed has been sent. Source: D-52. */
export function takeNewLeader(d: Draft, conn: ConnId, packet: Packet<'NEWLEADER'>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const epoch = packet.zxid.epoch;
  if (learning.snapshotNeeded) {
    takeSnapshotNow(d, 'synchronized', learning.mode === 'SNAP');
    d.s.lastLogged = d.s.tree.lastProcessedZxid;
    d.s.lastSynced = d.s.tree.lastProcessedZxid;
  }
  updateLearning(d, { writeToTxnLog: true, snapshotNeeded: false });
  const before = learning.notLogged.length;
  switch (d.s.config.profile.newLeaderOrder) {
    case 'epochFirst':
      persistCurrentEpoch(d, epoch);
      handToLogger(d);
      break;
    case 'appendAll':
      appendQueued(d);
      persistCurrentEpoch(d, epoch);
      break;
    case 'appendCommitted':
      appendAndApplyCommitted(d);
      persistCurrentEpoch(d, epoch);
  }
  const left = d.s.learning?.notLogged.length ?? 0;
  decide(d, { rule: 'newLeader.received', epoch, snapshot: learning.snapshotNeeded, logged: before - left, left });
  const readTimeoutMs = d.s.config.syncLimitTicks * d.s.config.tickTimeMs;
  updateLearning(d, { readTimeoutMs });
  setTimer(d, 'read', readTimeoutMs);
  send(d, conn, { kind: 'ACK', zxid: zxid(epoch, 0) });
}

function persistCurrentEpoch(d: Draft, epoch: number): void {
  d.s.currentEpoch = epoch;
  write(d, [epochOp('currentEpoch', epoch)]);
}

/** 3.6.3–3.8.4: the logger thread gets them, and NEWLEADER is acknowledged without waiting for it (ZOOKEEPER-4646). */
function handToLogger(d: Draft): void {
  if (d.s.role === 'OBSERVING') return;
  const queued = d.s.learning?.notLogged ?? [];
  updateLearning(d, { notLogged: [] });
  for (const item of queued) followProposal(d, item);
}

/** 3.8.5, 3.9.2: all of them into the log, committed or not, before the acknowledgement. */
function appendQueued(d: Draft): void {
  if (d.s.role === 'OBSERVING') return;
  const queued = d.s.learning?.notLogged ?? [];
  updateLearning(d, { notLogged: [] });
  for (const item of queued) {
    d.log.push(arrivalOf(item.txn));
    appendToLog(d, item);
    const learning = d.s.learning;
    if (learning !== null) updateLearning(d, { pendingTxns: listPush(learning.pendingTxns, item) });
  }
  commitLogNow(d);
}

/** 3.9.3 and later: what is known to be committed goes to log and memory; the rest waits for UPTODATE. Observers wait with everything. */
function appendAndApplyCommitted(d: Draft): void {
  const learning = d.s.learning;
  if (learning === null || d.s.role === 'OBSERVING' || learning.committed.length === 0) return;
  let taken = 0;
  for (const z of learning.committed) {
    const item = learning.notLogged[taken];
    if (item === undefined || !sameZxid(item.txn.zxid, z)) {
      decide(d, { rule: 'commit.unexpected', zxid: z, head: item?.txn.zxid ?? null, outcome: 'ignored' });
      continue;
    }
    taken++;
    d.log.push(arrivalOf(item.txn));
    appendToLog(d, item);
    applyCommitted(d, item);
  }
  updateLearning(d, { notLogged: learning.notLogged.slice(taken), committed: [] });
  commitLogNow(d);
}

/** UPTODATE: a quorum has done the same. Serve clients, log and commit what is left (D-53). */
export function startServing(d: Draft, conn: ConnId): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const { notLogged, committed, epoch, leader } = learning;
  updateLearning(d, { notLogged: [], committed: [] });
  send(d, conn, { kind: 'ACK', zxid: zxid(epoch, 0) });
  d.s.nextSession = firstSessionId(d.s.config.wallClockAtZero + d.now, d.s.sid);
  d.s.serving = true;
  d.s.committedZxid = d.s.tree.lastProcessedZxid;
  updateElectionVote(d, epoch);
  decide(d, { rule: 'learner.serving', leader, epoch, zxid: d.s.tree.lastProcessedZxid, waiting: notLogged.length });
  if (d.s.role === 'OBSERVING') {
    let next = 0;
    for (const item of notLogged) {
      const z = committed[next];
      if (z === undefined || !sameZxid(item.txn.zxid, z)) continue;
      next++;
      enqueue(d, item);
      applyCommitted(d, item);
    }
    return;
  }
  for (const item of notLogged) followProposal(d, item);
  for (const z of committed) commitZxid(d, z);
}

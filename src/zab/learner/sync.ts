/**
 * Synchronization, the learner's side: take what the leader sends, make it durable, say so, and begin to serve when told.
 * The order of the writes at NEWLEADER is where most of ZooKeeper's data-loss bugs lived; `Profile.newLeaderOrder` has all three.
 *
 * Source: `Learner.syncWithLeader`; Zab paper, phase 2.
 */
import { listPush } from '../../base/chunked.ts';
import { draw } from '../../base/random.ts';
import { formatZxid, sameZxid, zxid, type Zxid } from '../../base/zxid.ts';
import { applyTxn } from '../../tree/apply.ts';
import { firstSessionId } from '../../tree/sessions.ts';
import { epochOp } from '../../store/recovery.ts';
import { datedFiles } from '../../store/names.ts';
import { newLogWriter, truncateLogs } from '../../store/txnLog.ts';
import type { Disk, DiskOp } from '../../store/types.ts';
import { applyCommitted } from '../commit.ts';
import { arrivalOf, forgetCommitted, isLater, leadsTo, reloadFromDisk, takeSnapshotNow, writeConfigNode } from '../database.ts';
import { decide, send, setTimer, write, type Draft } from '../draft.ts';
import { updateElectionVote } from '../election/lookForLeader.ts';
import type { Profile } from '../switches.ts';
import { appendToLog, commitLogNow, enqueue } from '../logger.ts';
import { replaceFiles, leaveTreeToSnapshot } from '../snapshotting.ts';
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
      // lastProcessedZxid stays: the txns are still to come.
      if (d.s.config.profile.diffZxid === 'moves') d.s.tree = { ...d.s.tree, lastProcessedZxid: packet.zxid };
      updateLearning(d, { mode: 'DIFF', snapshotNeeded: false, writeToTxnLog: true });
      break;
    case 'SNAP':
      leaveTreeToSnapshot(d);
      d.s.tree = { ...packet.tree, lastProcessedZxid: packet.zxid };
      d.s.wantsSnapshot = false;
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
 * Cuts the log behind `to` and reads the disk again. Where a snapshot newer than `to` is not removed, what was cut can come back with it
 * (ZOOKEEPER-1549, still open as 4837).
 *
 * @returns false when the process ended, or gave up because its disk cannot be brought to `to`.
 */
function truncate(d: Draft, to: Zxid): boolean {
  const from = d.s.tree.lastProcessedZxid;
  const { truncTarget, truncSnapshots, truncResult } = d.s.config.profile;
  const cut = truncateLogs(d.s.disk, to, { exact: truncTarget === 'exact' });
  if (!cut.ok) {
    decide(d, { rule: 'sync.truncated', to, from, outcome: 'failed', message: cut.failure.message });
    exit(d, cut.failure.exitCode, cut.failure.message);
    return false;
  }
  const ops = truncSnapshots === 'deleted' ? [...cut.ops, ...deletionsBeyond(d.s.disk, to)] : cut.ops;
  if (truncResult === 'checked' && !leadsTo(d, ops, to)) {
    d.s.wantsSnapshot = true;
    loseLeader(d, 'truncFailed', `the disk cannot be brought back to ${formatZxid(to)}`);
    return false;
  }
  replaceFiles(d, ops);
  d.log.push({ change: 'truncate', to });
  if (!reloadFromDisk(d, 'newLog')) return false;
  d.s.tree = { ...d.s.tree, lastProcessedZxid: to };
  d.s.lastLogged = to;
  d.s.lastSynced = to;
  decide(d, { rule: 'sync.truncated', to, from, outcome: 'done' });
  return true;
}

/** Deletes the snapshots that hold more than `to`. */
function deletionsBeyond(disk: Disk, to: Zxid): readonly DiskOp[] {
  return datedFiles(disk, 'snapshot').flatMap(({ name, zxid: at }): DiskOp[] => (isLater(at, to) ? [{ op: 'delete', file: name }] : []));
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
  loseLeader(d, 'nonContinuous', `got ${formatZxid(next)} behind ${formatZxid(last)}`);
  return false;
}

export function queueCommit(d: Draft, _conn: ConnId, packet: Packet<'COMMIT'>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const head = learning.notLogged[0];
  if (head === undefined) {
    // With epochFirst and appendAll the proposal was handed on at NEWLEADER and its COMMIT finds nothing: these versions fail here (ZOOKEEPER-4394).
    decide(d, { rule: 'commit.unexpected', zxid: packet.zxid, head: null, outcome: 'gaveUp' });
    loseLeader(d, 'commitMismatch');
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
  applyInSync(d, item);
}

/** Versions that forget what they apply here leave committedLog with a hole (ZOOKEEPER-4925). */
function applyInSync(d: Draft, item: LoggedTxn): void {
  if (d.s.config.profile.syncApply === 'remembered') applyCommitted(d, item);
  else d.s.tree = applyTxn(d.s.tree, item.txn).tree;
}

/** NEWLEADER: everything that the leader's history held when it was fixed has been sent. Source: D-52. */
export function takeNewLeader(d: Draft, conn: ConnId, packet: Packet<'NEWLEADER'>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const epoch = packet.zxid.epoch;
  if (learning.snapshotNeeded) {
    takeSnapshotNow(d, 'synchronized', learning.mode === 'SNAP');
    if (learning.mode === 'SNAP' && d.s.config.profile.snapLogs === 'deleted') dropLogs(d);
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
      break;
    case 'ackFirst':
      persistCurrentEpoch(d, epoch);
      break;
    case 'epochThenHistory':
      persistCurrentEpoch(d, epoch);
      return pauseAtNewLeader(d);
    case 'ackBeforeFlush':
      handCommittedToLogger(d);
      persistCurrentEpoch(d, epoch);
      break;
    case 'proposalAckFirst':
      handCommittedToLogger(d);
      return pauseAtNewLeader(d);
  }
  acknowledgeNewLeader(d, conn, epoch, learning.snapshotNeeded, before);
}

/** How long a learner may be between two writes at NEWLEADER, ms. */
const NEW_LEADER_PAUSE_MS = 1;

/** Whether NEWLEADER is handled in two steps, with a timer between them. */
export function pausesAtNewLeader({ newLeaderOrder }: Profile): boolean {
  return newLeaderOrder === 'epochThenHistory' || newLeaderOrder === 'proposalAckFirst';
}

function pauseAtNewLeader(d: Draft): void {
  const [part, random] = draw(d.s.random);
  d.s.random = random;
  setTimer(d, 'newLeader', (1 + part) * NEW_LEADER_PAUSE_MS);
}

/** The rest of what is done at NEWLEADER, where it is not one step. */
export function onNewLeaderTimer(d: Draft): void {
  const { learning } = d.s;
  if (learning === null || learning.conn === null) return;
  const before = learning.notLogged.length;
  if (d.s.config.profile.newLeaderOrder === 'epochThenHistory') appendAndApplyCommitted(d);
  else persistCurrentEpoch(d, learning.epoch);
  acknowledgeNewLeader(d, learning.conn, learning.epoch, false, before);
}

function acknowledgeNewLeader(d: Draft, conn: ConnId, epoch: number, snapshot: boolean, before: number): void {
  const left = d.s.learning?.notLogged.length ?? 0;
  decide(d, { rule: 'newLeader.received', epoch, snapshot, logged: before - left, left });
  const readTimeoutMs = d.s.config.syncLimitTicks * d.s.config.tickTimeMs;
  updateLearning(d, { readTimeoutMs });
  setTimer(d, 'read', readTimeoutMs);
  send(d, conn, { kind: 'ACK', zxid: zxid(epoch, 0) });
}

function persistCurrentEpoch(d: Draft, epoch: number): void {
  d.s.currentEpoch = epoch;
  write(d, [epochOp('currentEpoch', epoch)]);
}

/** The snapshot just stored is all there is: a log that was there before may hold what it lacks. */
function dropLogs(d: Draft): void {
  const stored = d.s.tree.lastProcessedZxid;
  const logs = datedFiles(d.s.disk, 'log').map(({ name }): DiskOp => ({ op: 'delete', file: name }));
  replaceFiles(d, [...logs, ...deletionsBeyond(d.s.disk, stored)]);
  d.s.log = newLogWriter();
}

/** Like `appendAndApplyCommitted`, but the log is left to the logger thread. */
function handCommittedToLogger(d: Draft): void {
  if (d.s.role === 'OBSERVING') return;
  for (const item of takeCommitted(d)) {
    enqueue(d, item);
    applyInSync(d, item);
  }
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
    if (learning === null) continue;
    updateLearning(d, { pendingTxns: listPush(learning.pendingTxns, item), toAck: [...learning.toAck, item.txn.zxid] });
  }
  commitLogNow(d);
}

/** 3.9.3 and later: what is known to be committed goes to log and memory; the rest waits for UPTODATE. Observers wait with everything. */
function appendAndApplyCommitted(d: Draft): void {
  if (d.s.role === 'OBSERVING') return;
  const items = takeCommitted(d);
  if (items.length === 0) return;
  for (const item of items) {
    d.log.push(arrivalOf(item.txn));
    appendToLog(d, item);
    applyInSync(d, item);
  }
  commitLogNow(d);
}

/** Takes what is known to be committed out of the queue, in order. */
function takeCommitted(d: Draft): readonly LoggedTxn[] {
  const learning = d.s.learning;
  if (learning === null) return [];
  const items: LoggedTxn[] = [];
  for (const z of learning.committed) {
    const item = learning.notLogged[items.length];
    if (item === undefined || !sameZxid(item.txn.zxid, z))
      decide(d, { rule: 'commit.unexpected', zxid: z, head: item?.txn.zxid ?? null, outcome: 'ignored' });
    else items.push(item);
  }
  updateLearning(d, { notLogged: learning.notLogged.slice(items.length), committed: [] });
  return items;
}

/** UPTODATE: a quorum has done the same. Serve clients, log and commit what is left (D-53). */
export function startServing(d: Draft, conn: ConnId): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const { notLogged, committed, toAck, epoch, leader } = learning;
  updateLearning(d, { notLogged: [], committed: [], toAck: [] });
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
      if (z === undefined) {
        // A null pointer in Java.
        loseLeader(d, 'unexpectedPacket', `UPTODATE with no COMMIT of ${formatZxid(item.txn.zxid)}`);
        return;
      }
      if (!sameZxid(item.txn.zxid, z)) continue;
      next++;
      enqueue(d, item);
      applyCommitted(d, item);
    }
    return;
  }
  for (const z of toAck) send(d, conn, { kind: 'ACK', zxid: z });
  for (const item of notLogged) followProposal(d, item);
  for (const z of committed) commitZxid(d, z);
}

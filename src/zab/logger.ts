/**
 * The path of a txn to the disk. Requests queue; a batch is appended and fsynced; whatever arrived meanwhile is the next batch
 * (group commit). Only when the disk says so are they passed on: a follower's ACK, the leader's own ACK.
 *
 * Source: `SyncRequestProcessor`, `SendAckRequestProcessor`, `AckRequestProcessor`.
 */
import { draw, drawInt } from '../base/random.ts';
import { snapshotName } from '../store/snapshot.ts';
import { appendTxn, commitLog, newLogWriter, rollLog } from '../store/txnLog.ts';
import { decide, edit, send, setTimer, write, type Draft } from './draft.ts';
import { arrivalOf, beginSnapshot, isLater, reloadFromDisk, snapshotFormat } from './database.ts';
import { processAck } from './leader/broadcast.ts';
import { snapshotStepper } from './machines/snapshot.ts';
import type { Logger, LoggedTxn } from './state.ts';

/** Time between two slices of a fuzzy snapshot, ms, and nodes in a slice. */
const SLICE_MS = 1;
export const SLICE_NODES = 64;

const NOTHING: readonly LoggedTxn[] = [];

/** A logger with nothing to do. */
export function idleLogger(snapshotAt: number): Logger {
  return { queue: NOTHING, flushing: NOTHING, token: null, txnsSinceSnapshot: 0, snapshotAt };
}

/** Number of txns after which the next snapshot is begun: half of snapCount and a random part of the other half (B-33). */
export function rollSnapshotAt(d: Draft): number {
  const half = Math.floor(Math.max(2, d.s.config.snapCount) / 2);
  const [extra, random] = drawInt(d.s.random, half);
  d.s.random = random;
  return half + extra;
}

/** Until an idle logger thread has taken a txn from its queue: at most so long, ms. */
const WAKE_UP_MS = 0.2;

/** Queues a txn for the log. A logger that was idle takes a moment to wake up; a role that ends within it races with the write. */
export function enqueue(d: Draft, item: LoggedTxn): void {
  d.log.push(arrivalOf(item.txn));
  const { queue, token } = d.s.logger;
  if (token === null && queue.length === 0) {
    const [part, random] = draw(d.s.random);
    d.s.random = random;
    setTimer(d, 'logger', part * WAKE_UP_MS);
  }
  edit(d, 'logger').queue = [...queue, item];
}

/** Appends the next batch and asks the disk to make it durable: when the logger thread wakes up, and whenever a batch is done. */
export function flush(d: Draft): void {
  const batch = takeBatch(d);
  if (batch.length === 0) return;
  const token = d.s.nextToken;
  d.s.nextToken = token + 1;
  const logger = edit(d, 'logger');
  logger.flushing = batch;
  logger.token = token;
  // Old files are closed when it is done: a role that ends meanwhile waits for all of them.
  d.effects.push({ type: 'fsync', token, files: d.s.log.streamsToFlush });
}

/** Moves up to maxBatchSize queued txns into the log file, and begins a snapshot when one is due. */
function takeBatch(d: Draft, most = d.s.config.maxBatchSize): readonly LoggedTxn[] {
  const { queue } = d.s.logger;
  const batch = queue.length <= most ? queue : queue.slice(0, most);
  edit(d, 'logger').queue = queue === batch ? NOTHING : queue.slice(batch.length);
  for (const item of batch) {
    appendToLog(d, item);
    if (d.s.logger.txnsSinceSnapshot > d.s.logger.snapshotAt) beginSnapshotIfIdle(d, d.s.logger.txnsSinceSnapshot);
  }
  return batch;
}

/** Writes one txn to the log. Source: `ZKDatabase.append`. */
export function appendToLog(d: Draft, item: LoggedTxn): void {
  if (d.s.config.profile.durability === 'txnLog') {
    const { log, ops } = appendTxn(d.s.disk, d.s.log, item.bytes, item.txn.zxid, { preAllocSizeKb: d.s.config.preAllocSizeKb });
    d.s.log = log;
    write(d, ops);
  }
  d.s.lastLogged = item.txn.zxid;
  edit(d, 'logger').txnsSinceSnapshot = d.s.logger.txnsSinceSnapshot + 1;
}

/** Everything appended is durable: old log files are closed. Source: `FileTxnLog.commit`. */
function closeOldLogs(d: Draft): void {
  if (d.s.log.streamsToFlush.length > 1) d.s.log = commitLog(d.s.log).log;
}

/** Makes everything appended so far durable before going on, as a learner does at NEWLEADER. Blocks in the real server; takes no time here. */
export function commitLogNow(d: Draft): void {
  write(
    d,
    d.s.log.streamsToFlush.map((file) => ({ op: 'fsync', file })),
  );
  closeOldLogs(d);
  d.s.lastSynced = d.s.lastLogged;
}

/** The disk has made a batch durable: pass it on and go for the next. */
export function onFsynced(d: Draft, token: number): void {
  if (d.s.logger.token !== token) return;
  closeOldLogs(d);
  const batch = d.s.logger.flushing;
  const logger = edit(d, 'logger');
  logger.flushing = NOTHING;
  logger.token = null;
  const last = batch.at(-1);
  if (last !== undefined && isLater(last.txn.zxid, d.s.lastSynced)) d.s.lastSynced = last.txn.zxid;
  for (const item of batch) acknowledge(d, item);
  flush(d);
}

/** Source: `SendAckRequestProcessor.processRequest`, `AckRequestProcessor.processRequest`. */
function acknowledge(d: Draft, { txn }: LoggedTxn): void {
  if (d.s.leading !== null) processAck(d, d.s.sid, txn.zxid);
  else if (d.s.role === 'FOLLOWING') {
    const conn = d.s.learning?.conn ?? null;
    if (conn !== null) send(d, conn, { kind: 'ACK', zxid: txn.zxid });
  }
}

/** Writes and makes durable everything still queued; nothing is acknowledged any more. Source: `SyncRequestProcessor.shutdown`. */
export function drainLogger(d: Draft): void {
  for (let batch = takeBatch(d); batch.length > 0; batch = takeBatch(d));
  commitLogNow(d);
  Object.assign(edit(d, 'logger'), { flushing: NOTHING, token: null });
}

/** The logger thread died of its disk: nothing that was not durable counts any more, and it writes nothing more. Source: `SyncRequestProcessor.run`. */
export function failLogger(d: Draft): void {
  Object.assign(edit(d, 'logger'), { queue: NOTHING, flushing: NOTHING, token: null });
  d.s.lastLogged = d.s.lastSynced;
  if (d.s.log.streamsToFlush.some((file) => d.s.disk.files[file] === undefined)) d.s.log = newLogWriter();
  // Else memory may hold txns that the log lacks, and never gets (ZOOKEEPER-4882).
  if (d.s.config.profile.diskError === 'memoryReloaded') reloadFromDisk(d, 'sameLog');
}

/**
 * The logger thread of a follower that is gone. It finishes the batch it is at, finds nobody to acknowledge to, and dies of a null pointer: what was
 * queued behind that batch is lost. Source: `SendAckRequestProcessor.flush` before 3.9.3.
 *
 * @param catchUp fast-forwards memory from the log. Whether a logger that is only just waking up writes its batch before or after that is a race
 * between two threads, drawn here (recordings 05i and 05e are its two outcomes); one that is already writing is first. So is how much of a whole
 * queue was there when it woke up, while the main thread was still reading proposals: the rest is lost (recording 27).
 */
export function orphanLogger(d: Draft, catchUp: () => void): void {
  const isLate = d.s.logger.token === null && d.s.logger.queue.length > 0 && tossCoin(d);
  if (isLate) catchUp();
  if (d.s.logger.token === null) takeBatch(d, thereWhenAwake(d));
  commitLogNow(d);
  Object.assign(edit(d, 'logger'), { queue: NOTHING, flushing: NOTHING, token: null });
  if (!isLate) catchUp();
}

/** What the main thread reads while the logger wakes up: it is there in any case. */
const READ_MEANWHILE = 8;

/** Source: `SyncRequestProcessor.run` flushes as soon as it finds its queue empty, however much comes in a moment later. */
function thereWhenAwake(d: Draft): number {
  const { maxBatchSize } = d.s.config;
  const { length } = d.s.logger.queue;
  if (length <= READ_MEANWHILE) return Math.min(maxBatchSize, length);
  const [more, random] = drawInt(d.s.random, length - READ_MEANWHILE + 1);
  d.s.random = random;
  return Math.min(maxBatchSize, READ_MEANWHILE + more);
}

function tossCoin(d: Draft): boolean {
  const [part, random] = draw(d.s.random);
  d.s.random = random;
  return part < 0.5;
}

/** Source: `SyncRequestProcessor.shouldSnapshot` and `run`: roll the log, snapshot in the background, unless one is being taken. */
function beginSnapshotIfIdle(d: Draft, txns: number): void {
  const threshold = d.s.logger.snapshotAt;
  const snapshotAt = rollSnapshotAt(d);
  Object.assign(edit(d, 'logger'), { txnsSinceSnapshot: 0, snapshotAt });
  d.s.log = rollLog(d.s.log);
  const begun = snapshotStepper.step(d.s.snapshotPhase, 'begin');
  decide(d, { rule: 'snapshot.due', txns, threshold, outcome: begun.allowed ? 'started' : 'busy' });
  if (!begun.allowed) return;
  const file = snapshotName(d.s.tree.lastProcessedZxid);
  const part = d.s.config.profile.snapshotFile === 'atomic' ? `${file}.tmp` : file;
  write(d, [{ op: 'create', file: part }]);
  d.s.snapshotPhase = begun.phase;
  d.s.snapshotting = { file, part, tree: null, writer: beginSnapshot(d.s.tree, snapshotFormat(d.s.config)) };
  setTimer(d, 'snapshot', SLICE_MS);
}

export { SLICE_MS };

/**
 * What servers say of their files: recovery, snapshots, new logs, slow fsyncs, purges, and damage that ends the process.
 *
 * Source: `FileTxnSnapLog`, `FileSnap`, `FileTxnLog`, `ZKDatabase`, `QuorumPeer.loadDataBase`, `SyncRequestProcessor`, `PurgeTxnLog`.
 */
import { isoTime } from '../../base/utc.ts';
import { formatZxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { fileSize, hasFile, readFile } from '../../store/disk.ts';
import { datedFiles, zxidOfName } from '../../store/names.ts';
import { parseSnapshotFile, type SnapshotDigest } from '../../store/snapshotFile.ts';
import type { DiskOp } from '../../store/types.ts';
import { threads } from './line.ts';
import { info, once, say, type DecisionLines, type Pen } from './pen.ts';
import { cannotRun, thrown } from './stacks.ts';

/** fsyncs that take longer than this are worth a warning, ms. Source: `zookeeper.fsync.warningthresholdms`. */
const SLOW_FSYNC_MS = 1000;

const PURGE = 'PurgeTask';

function path(pen: Pen, file: string): string {
  return `${pen.options.dataDir}/version-2/${file}`;
}

function snapshotting(pen: Pen, thread: string, file: string): void {
  const zxid = zxidOfName(file, 'snapshot');
  info(pen, thread, 'FileTxnSnapLog@479', `Snapshotting: 0x${zxid === null ? '0' : formatZxid(zxid).slice(2)} to ${path(pen, file)}`);
}

// ---------------------------------------------------------------------------------------------------------------------
// Recovery.

/** A snapshot is read: 3.8.0 says which digest it carries. */
function readingSnapshot(pen: Pen, thread: string, file: string): void {
  info(pen, thread, 'FileSnap@85', `Reading snapshot ${path(pen, file)}`);
  if (!pen.config.digestEnabled) return;
  const digest = digestIn(pen, file);
  if (digest === null) return info(pen, thread, 'DataTree@1723', 'The digest value is empty in snapshot');
  const values = `digest version of ${digest.digestVersion}, with zxid as ${formatZxid(digest.zxid)}, and digest value as ${digest.digest}`;
  info(pen, thread, 'DataTree@1716', `The digest in the snapshot has ${values}`);
}

function digestIn(pen: Pen, file: string): SnapshotDigest | null {
  if (!hasFile(pen.disk, file)) return null;
  try {
    const { digest } = parseSnapshotFile(readFile(pen.disk, file));
    return digest === null || (digest.zxid.epoch === 0 && digest.zxid.counter === 0) ? null : digest;
  } catch {
    // A damaged file has no digest; that it is damaged is said elsewhere.
    return null;
  }
}

function databaseLoaded(pen: Pen, thread: string, zxid: Zxid, digest: number | undefined): void {
  const text = `Snapshot loaded in 1 ms, highest zxid is ${formatZxid(zxid)}, digest is ${digest ?? 0}`;
  info(pen, thread, 'ZKDatabase@289', text);
}

export function txnsLoaded(pen: Pen, thread: string, txns: number): void {
  info(pen, thread, 'FileTxnSnapLog@372', `${txns} txns loaded in 0 ms`);
}

/** All of recovery: its steps in the order in which the server takes them, then success or the end of the process. */
export function recoveryLines(pen: Pen, event: TraceEvent): void {
  const main = threads.main;
  const steps = event.decisions.flatMap((decision) => (decision.rule === 'recovery.step' ? [decision.what] : []));
  const failure = event.decisions.find((decision) => decision.rule === 'recovery.failed');
  let txns = 0;
  for (const what of steps) {
    if (what.step === 'noSnapshot') {
      if (failure === undefined) snapshotting(pen, main, 'snapshot.0');
    } else if (what.step === 'snapshotLoaded') readingSnapshot(pen, main, what.file);
    else if (what.step === 'snapshotSkipped') skipped(pen, what.file, what.reason);
    else if (what.step === 'logReplayed') {
      txns += what.count;
      if (what.end === 'partial') say(pen, 'ERROR', main, 'Util@166', 'Last transaction was partial.');
    }
  }
  const loaded = failure === undefined || /^The (current|accepted) epoch/.test(failure.message);
  if (loaded) {
    if (txns > 0) txnsLoaded(pen, main, txns);
    databaseLoaded(pen, main, highestZxid(event), event.changes?.digest);
    for (const what of steps) if (what.step === 'epochs') rebuilt(pen, what);
  }
  if (failure !== undefined) cannotStart(pen, failure.message, failure.exitCode);
}

function highestZxid(event: TraceEvent): Zxid {
  for (const decision of event.decisions) {
    if (decision.rule === 'recovery.done') return decision.zxid;
    if (decision.rule === 'recovery.step' && decision.what.step === 'logReplayed' && decision.what.last !== null) return decision.what.last;
  }
  return { epoch: 0, counter: 0 };
}

function rebuilt(
  pen: Pen,
  step: { readonly currentEpoch: number; readonly acceptedEpoch: number; readonly rebuilt: readonly ('acceptedEpoch' | 'currentEpoch')[] },
): void {
  for (const file of step.rebuilt) {
    const at = file === 'currentEpoch' ? 'QuorumPeer@1158' : 'QuorumPeer@1186';
    const what = `${file} not found! Creating with a reasonable default of ${step[file]}.`;
    info(pen, threads.main, at, `${what} This should only happen when you are upgrading your installation`);
  }
}

/** A snapshot without its seal is passed over when files are listed; a damaged one, when it is read. */
function skipped(pen: Pen, file: string, reason: string): void {
  const main = threads.main;
  if (reason.startsWith('Invalid snapshot')) {
    const bytes = readFile(pen.disk, file);
    const last = bytes.at(-1) ?? 0;
    return info(pen, main, 'SnapStream@321', `Invalid snapshot ${file}. len = ${bytes.length}, byte = ${last}`);
  }
  info(pen, main, 'FileSnap@85', `Reading snapshot ${path(pen, file)}`);
  const message = reason.startsWith('CRC corruption') ? 'CRC corruption' : reason;
  const frame = 'org.apache.zookeeper.server.persistence.FileSnap.deserialize(FileSnap.java:90)';
  const stack = thrown('java.io.IOException', message, frame);
  say(pen, 'WARN', main, 'FileSnap@105', `problem reading snap file ${path(pen, file)}`, stack);
}

function cannotStart(pen: Pen, message: string, exitCode: number): void {
  const { failed, exiting } = cannotRun(message);
  say(pen, 'ERROR', threads.main, 'QuorumPeer@1200', 'Unable to load database on disk', failed);
  say(pen, 'ERROR', threads.main, 'QuorumPeerMain@114', 'Unexpected exception, exiting abnormally', exiting);
  exitLine(pen, threads.main, exitCode);
}

/** Source: `ServiceUtils.requestSystemExit`. */
export function exitLine(pen: Pen, thread: string, code: number): void {
  say(pen, 'ERROR', thread, 'ServiceUtils@42', `Exiting JVM with code ${code}`);
}

/** The database is read again, as after TRUNC. */
export function reloadLines(pen: Pen, zxid: Zxid, txns: number, digest: number | undefined): void {
  const newest = datedFiles(pen.disk, 'snapshot').at(-1);
  if (newest !== undefined) readingSnapshot(pen, pen.peer, newest.name);
  if (txns > 0) txnsLoaded(pen, pen.peer, txns);
  databaseLoaded(pen, pen.peer, zxid, digest);
}

// ---------------------------------------------------------------------------------------------------------------------
// Writing.

/** Log files that an event began. Source: `FileTxnLog.append`. */
export function newLogLines(pen: Pen, ops: readonly DiskOp[]): void {
  for (const op of ops) {
    if (op.op === 'create' && op.file.startsWith('log.'))
      info(pen, threads.sync(pen.sid), 'FileTxnLog@285', `Creating new log file: ${op.file}`);
  }
}

export const snapshotTaken: DecisionLines<'snapshot.taken'> = (pen, { file, why }) => {
  const thread = why === 'snapCount' ? threads.snapshot : pen.peer;
  if (why !== 'snapCount') snapshotting(pen, thread, file);
  info(pen, thread, 'ZooKeeperServer@547', 'Snapshot taken in 0 ms');
};

export const snapshotDue: DecisionLines<'snapshot.due'> = (pen, { outcome }, event) => {
  if (outcome === 'busy') return say(pen, 'WARN', threads.sync(pen.sid), 'SyncRequestProcessor@188', 'Too busy to snap, skipping');
  for (const effect of event.effects) {
    if (effect.type !== 'disk') continue;
    for (const op of effect.ops) if (op.op === 'create' && op.file.startsWith('snapshot.')) snapshotting(pen, threads.snapshot, op.file);
  }
};

export function fsyncedLines(pen: Pen, token: number): void {
  const asked = pen.fsyncs.get(token);
  pen.fsyncs.delete(token);
  if (asked === undefined || pen.now - asked.at <= SLOW_FSYNC_MS) return;
  const took = `took ${Math.round(pen.now - asked.at)}ms which will adversely effect operation latency.`;
  const size = `File size is ${fileSize(pen.disk, asked.file)} bytes. See the ZooKeeper troubleshooting guide`;
  const thread = threads.sync(pen.sid);
  say(pen, 'WARN', thread, 'FileTxnLog@394', `fsync-ing the write ahead log in ${thread} ${took}${size}`);
}

/** A write failed: a snapshot that cannot be written ends the process, a txn log its logger thread. Source: `ZooKeeperServer.takeSnapshot`, `ZooKeeperCriticalThread.handleException`. */
export function diskErrorLines(pen: Pen, message: string, file: string | undefined): void {
  if (file?.startsWith('snapshot.') === true) {
    const frame = 'org.apache.zookeeper.server.persistence.FileTxnSnapLog.save(FileTxnSnapLog.java:480)';
    const stack = thrown('java.io.IOException', message, frame);
    return say(pen, 'ERROR', threads.snapshot, 'ZooKeeperServer@541', 'Severe unrecoverable error, exiting', stack);
  }
  const thread = threads.sync(pen.sid);
  const frame = 'org.apache.zookeeper.server.persistence.FileTxnLog.append(FileTxnLog.java:293)';
  const stack = thrown('java.io.IOException', message, frame);
  say(pen, 'ERROR', thread, 'ZooKeeperCriticalThread@49', `Severe unrecoverable error, from thread : ${thread}`, stack);
  info(pen, thread, 'ZooKeeperServerListenerImpl@43', `Thread ${thread} exits, error code 1`);
  info(pen, thread, 'SyncRequestProcessor@224', 'SyncRequestProcessor exited!');
}

/** The process ends by itself, and says so once. SIGTERM is no such end: nothing is printed then. */
export function exitLines(pen: Pen, code: number): void {
  if (code !== 143 && !pen.said.some(({ at }) => at === 'ServiceUtils@42')) exitLine(pen, pen.peer, code);
}

/** The purge at start. Source: `DatadirCleanupManager.PurgeTask`, `PurgeTxnLog.purge`. */
export function purgeLines(pen: Pen, event: TraceEvent): void {
  info(pen, PURGE, 'DatadirCleanupManager$PurgeTask@139', 'Purge task started.');
  info(pen, PURGE, 'FileTxnSnapLog@124', 'zookeeper.snapshot.trust.empty : false');
  once(pen, PURGE, [['SnapStream@61', 'zookeeper.snapshot.compression.method = CHECKED']]);
  for (const decision of event.decisions) {
    if (decision.rule !== 'purge') continue;
    for (const file of decision.deleted)
      info(pen, PURGE, 'PurgeTxnLog@157', `Removing file: ${dateTime(pen, pen.written.get(file) ?? 0)}\t${path(pen, file)}`);
  }
  info(pen, PURGE, 'DatadirCleanupManager$PurgeTask@145', 'Purge task completed.');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 20, 2026, 11:29:48 PM`: Java's `DateFormat.getDateTimeInstance()` in English. */
function dateTime(pen: Pen, at: number): string {
  const [year, month, day, hour = 0, minute, second] = (isoTime(pen.config.wallClockAtZero + at).match(/\d+/g) ?? []).map(Number);
  const two = (n: number | undefined) => String(n ?? 0).padStart(2, '0');
  const date = `${MONTHS[(month ?? 1) - 1] ?? ''} ${day ?? 1}, ${year ?? 0}`;
  return `${date}, ${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}:${two(second)} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** Source: `DataTree.compareDigest`, `DataTree.reportDigestMismatch`. */
export const digestMismatch: DecisionLines<'digest.mismatch'> = (pen, { zxid, expected, actual }) => {
  const thread = threads.commit(pen.sid);
  // Said once: the same message again is counted, not printed, and the first mismatch is told in full.
  if (pen.loaded.has('DataTree@1818')) return;
  pen.loaded.add('DataTree@1818');
  const decimal = (BigInt(zxid.epoch) << 32n) | BigInt(zxid.counter);
  say(pen, 'WARN', thread, 'RateLogger@87', `Message:Digests are not matching. Value is Zxid. Value:${decimal}`);
  const text = `First digest mismatch on txn: ${decimal}, expected digest is 2,${expected}\n, actual digest is ${actual}, `;
  say(pen, 'ERROR', thread, 'DataTree@1818', text);
};

/**
 * The txn log of a server: a row of files, written at the end of the newest, read from any zxid on, cut when a leader says so.
 *
 * Source: `FileTxnLog`, `FilePadding`, `ZKDatabase.getProposalsFromTxnLog`.
 */
import type { Bytes } from '../base/ids.ts';
import { compareZxid, type Zxid } from '../base/zxid.ts';
import type { Txn } from '../tree/types.ts';
import { fileSize, readFile } from './disk.ts';
import { StoreError } from './errors.ts';
import { encodeLogHeader, encodeRecord, LOG_HEADER_SIZE, logSteps, type LogStep } from './logFile.ts';
import { datedFiles, logName, type DatedFile } from './names.ts';
import type { Disk, DiskOp, StoreFailure } from './types.ts';

export { scanLog, type LogEnd, type LogRecord, type LogScan } from './logFile.ts';

/** What the logger remembers of the files it writes; the rest is on the disk. */
export interface LogWriter {
  /** The file being appended to, or null when the next txn starts a new one. */
  readonly file: string | null;
  /** Files to be made durable by the next commit, oldest first; the newest stays in the list after it. */
  readonly streamsToFlush: readonly string[];
  /** Where the space made in advance in that file ends, also where a large txn was written beyond it. Source: `FilePadding.currentSize`. */
  readonly size: number;
}

export interface LogChange {
  readonly log: LogWriter;
  readonly ops: readonly DiskOp[];
}

export function newLogWriter(): LogWriter {
  return { file: null, streamsToFlush: [], size: 0 };
}

/** Space kept free behind the position before the file is extended. Source: `FilePadding.calculateFileSizeWithPadding`. */
const PADDING_MARGIN = 4096;

/**
 * Writes a txn at the end of the log; not durable before `commitLog`. A file is named after its first txn.
 *
 * @param disk what the server sees, with all earlier ops applied.
 * @param options.preAllocSizeKb step by which the file is extended with zeros; 0 switches that off.
 *
 * Source: `FileTxnLog.append`.
 */
export function appendTxn(
  disk: Disk,
  log: LogWriter,
  txnBytes: Bytes,
  zxid: Zxid,
  options: { readonly preAllocSizeKb: number },
): LogChange {
  const ops: DiskOp[] = [];
  const file = log.file ?? logName(zxid);
  let position = LOG_HEADER_SIZE;
  let size = LOG_HEADER_SIZE;
  if (log.file === null) {
    ops.push({ op: 'create', file }, { op: 'append', file, bytes: encodeLogHeader() });
  } else {
    position = readFile(disk, file).length;
    // A disk that was full may hold less than was made.
    size = Math.min(log.size, fileSize(disk, file));
  }
  const padded = paddedSize(position, size, options.preAllocSizeKb * 1024);
  if (padded !== size) ops.push({ op: 'allocate', file, size: padded });
  ops.push({ op: 'append', file, bytes: encodeRecord(txnBytes) });
  const streamsToFlush = log.file === null ? [...log.streamsToFlush, file] : log.streamsToFlush;
  // A copy has no room to grow: traces keep very many of these lists.
  return { log: { file, streamsToFlush, size: padded }, ops: ops.slice() };
}

/** Makes all that was appended durable, and closes all files but the newest. Source: `FileTxnLog.commit`. */
export function commitLog(log: LogWriter): LogChange {
  return {
    log: { file: log.file, streamsToFlush: log.streamsToFlush.slice(-1), size: log.size },
    ops: log.streamsToFlush.map((file) => ({ op: 'fsync', file })),
  };
}

/** The next txn starts a new file; the old one still waits for its fsync. Source: `FileTxnLog.rollLog`. */
export function rollLog(log: LogWriter): LogWriter {
  return { ...log, file: null };
}

/** File size after making room. Source: `FilePadding.calculateFileSizeWithPadding`. */
function paddedSize(position: number, size: number, step: number): number {
  if (step <= 0 || position + PADDING_MARGIN < size) return size;
  if (position <= size) return size + step;
  return position + step - (position % step);
}

// ---------------------------------------------------------------------------------------------------------------------
// Reading.

export interface ReadOptions {
  /** Mainline: a newest log file of length 0 is skipped (and deleted by `recover`) instead of ending the process. */
  readonly deleteEmptyNewestLog?: boolean;
}

export interface LoggedTxn {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
  readonly txn: Txn;
  readonly bytes: Bytes;
}

/** A txn, or the (normal) end of one file. */
export type LogVisit =
  ({ readonly kind: 'txn' } & LoggedTxn) | { readonly kind: 'end'; readonly file: string; readonly end: 'eof' | 'zeroPadding' | 'partial' };

/**
 * Logged txns from the first one not older than `from`, across files; once one is found, all later ones come, whatever their zxid.
 *
 * A record that was not written to its end is taken for the end of its file: later records in it are not seen, later files are.
 *
 * @throws StoreError on a wrong checksum, a wrong magic number, a file shorter than its header, an unknown txn type.
 *
 * Source: `FileTxnLog.FileTxnIterator`.
 */
export function* readTxns(disk: Disk, from: Zxid, options: ReadOptions = {}): Generator<LoggedTxn, void> {
  let reached = false;
  for (const visit of visitLogs(disk, from, options)) {
    if (visit.kind === 'end') continue;
    reached ||= compareZxid(visit.txn.zxid, from) >= 0;
    if (reached) yield visit;
  }
}

/** Everything in the files that may hold `from` or later txns, without skipping to it. */
export function* visitLogs(disk: Disk, from: Zxid, options: ReadOptions = {}): Generator<LogVisit, void> {
  const skipped = options.deleteEmptyNewestLog === true ? emptyNewestLog(disk) : null;
  for (const { name } of logsFrom(disk, from)) {
    if (name === skipped) continue;
    for (const step of logSteps(readFile(disk, name), fileSize(disk, name))) yield visitOf(name, step);
  }
}

/** The newest log file, if it has no bytes at all: it was created and the power went before its header was written. */
export function emptyNewestLog(disk: Disk): string | null {
  const newest = datedFiles(disk, 'log').at(-1)?.name;
  return newest !== undefined && fileSize(disk, newest) === 0 ? newest : null;
}

/** All logs that start at `from` or later, and the last one that starts before. Source: `FileTxnIterator.init`. */
function logsFrom(disk: Disk, from: Zxid): DatedFile[] {
  const files = datedFiles(disk, 'log');
  const first = files.findLastIndex((file) => compareZxid(file.zxid, from) < 0);
  return files.slice(Math.max(0, first));
}

function visitOf(file: string, step: LogStep): LogVisit {
  if (step.kind === 'record') return { kind: 'txn', file, offset: step.offset, size: step.size, txn: step.txn, bytes: step.bytes };
  if (step.failure !== null) throw new StoreError({ ...step.failure, file });
  return { kind: 'end', file, end: step.end as 'eof' | 'zeroPadding' | 'partial' };
}

// ---------------------------------------------------------------------------------------------------------------------
// Truncation.

const NOTHING_TO_TRUNCATE =
  'No log files found to truncate! This could happen if you still have snapshots from an old setup or log files were ' +
  'deleted accidentally or dataLogDir was changed in zoo.cfg.';

export interface TruncateOptions extends ReadOptions {
  /** Nothing newer than `to` survives, whether the log holds `to` or not. No release does so. */
  readonly exact?: boolean;
}

/**
 * Cuts the log behind the first txn not older than `to`, and deletes all later files. If the log does not hold `to` itself but has a later
 * txn, that later txn survives. Nothing is fsynced.
 *
 * @returns a failure when no txn is as new as `to`, or the log cannot be read that far; the learner then gives up with exit code 13.
 *
 * Source: `FileTxnLog.truncate`, `Learner.syncWithLeader`.
 */
export function truncateLogs(
  disk: Disk,
  to: Zxid,
  options: TruncateOptions = {},
): { readonly ok: true; readonly ops: DiskOp[] } | { readonly ok: false; readonly failure: StoreFailure } {
  try {
    const found = readTxns(disk, to, options).next();
    if (found.done === true)
      return options.exact === true ? { ok: true, ops: [] } : { ok: false, failure: { message: NOTHING_TO_TRUNCATE, exitCode: 13 } };
    const { file, offset, size, txn } = found.value;
    const end = options.exact === true && compareZxid(txn.zxid, to) > 0 ? offset : offset + size;
    const files = datedFiles(disk, 'log');
    const later = files.slice(files.findIndex(({ name }) => name === file) + 1);
    return {
      ok: true,
      ops: [{ op: 'truncate', file, length: end }, ...later.map(({ name }): DiskOp => ({ op: 'delete', file: name }))],
    };
  } catch (error) {
    if (error instanceof StoreError) return { ok: false, failure: { ...error.failure, exitCode: 13 } };
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// What a leader reads for a learner.

/**
 * Bytes in the log files behind the one that holds the first txn to be sent, preallocated zeros included.
 *
 * Source: `FileTxnIterator.getStorageSize` (which no longer counts the file it has opened).
 */
export function logSizeFrom(disk: Disk, from: Zxid): number {
  const names = logsFrom(disk, from).map(({ name }) => name);
  const first = visitLogs(disk, from);
  for (const visit of first) {
    if (visit.kind === 'txn') return sizeOf(disk, names.slice(names.indexOf(visit.file) + 1));
  }
  return 0;
}

/**
 * Txns from the log for a learner whose last one is `start`, from the beginning of the file that holds it (the caller skips those the learner has).
 *
 * @param sizeLimit most bytes of log worth reading (`ZKDatabase.calculateTxnLogSizeLimit`: newest snapshot × snapshotSizeFactor); 0 is no limit,
 * negative switches this off.
 * @returns null when the log cannot serve: switched off, nothing there, it starts after `start`, too long, or unreadable at its start. Iterating throws
 * StoreError where the log turns out damaged further on.
 *
 * Source: `ZKDatabase.getProposalsFromTxnLog`.
 */
export function proposalsFromTxnLog(
  disk: Disk,
  start: Zxid,
  sizeLimit: number,
): Iterable<{ readonly txn: Txn; readonly bytes: Bytes }> | null {
  if (sizeLimit < 0) return null;
  try {
    const first = firstLogged(disk, start);
    if (first === null || compareZxid(first.zxid, start) > 0) return null;
    if (sizeLimit > 0 && logSizeFrom(disk, start) > sizeLimit) return null;
  } catch (error) {
    if (error instanceof StoreError) return null;
    throw error;
  }
  return { [Symbol.iterator]: () => loggedTxns(disk, start) };
}

/**
 * How much log is worth sending instead of a snapshot, in bytes: the size of the newest snapshot times the factor, 0 without a snapshot.
 *
 * Source: `ZKDatabase.calculateTxnLogSizeLimit`.
 */
export function txnLogSizeLimit(newestSnapshotBytes: number, snapshotSizeFactor: number): number {
  return Math.trunc(newestSnapshotBytes * snapshotSizeFactor);
}

/** Oldest txn in the file that would serve `from`, or null when no file has one. */
function firstLogged(disk: Disk, from: Zxid): Txn | null {
  const { value } = loggedTxns(disk, from).next();
  return value?.txn ?? null;
}

function* loggedTxns(disk: Disk, from: Zxid): Generator<LoggedTxn, undefined> {
  for (const visit of visitLogs(disk, from)) if (visit.kind === 'txn') yield visit;
  return undefined;
}

function sizeOf(disk: Disk, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + fileSize(disk, name), 0);
}

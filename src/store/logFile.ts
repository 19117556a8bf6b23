/**
 * One txn log file: a header, then records of checksum, length, txn bytes and an end mark.
 *
 * Source: `FileTxnLog.FileTxnIterator.next`, `Util.readTxnBytes`, `FileHeader`.
 */
import type { Bytes } from '../base/ids.ts';
import type { Txn } from '../tree/types.ts';
import { adler32 } from './adler.ts';
import { EndOfBytes, StoreError } from './errors.ts';
import { copyOf, JuteReader, JuteWriter, MAX_LENGTH } from './jute.ts';
import { decodeTxn } from './txnCodec.ts';
import type { StoreFailure } from './types.ts';

/** "ZKLG". */
export const LOG_MAGIC = 0x5a4b4c47;
const LOG_VERSION = 2;
export const LOG_HEADER_SIZE = 16;
/** Checksum (long) and length (int) in front of the txn bytes. */
export const RECORD_HEAD_SIZE = 12;
/** "B": the record was written to its end. */
const END_OF_RECORD = 0x42;

export interface LogRecord {
  /** Where the record starts in its file, and how many bytes it takes, end mark included. */
  readonly offset: number;
  readonly size: number;
  readonly txn: Txn;
  /** The txn bytes: what was proposed. A copy. */
  readonly bytes: Bytes;
}

/**
 * How reading a file ended. `eof`, `zeroPadding` and `partial` (a record that was not written to its end) are normal;
 * the others abort recovery.
 */
export type LogEnd = 'eof' | 'zeroPadding' | 'partial' | 'shortHeader' | 'badMagic' | 'crc' | 'unreadable';

export interface LogScan {
  readonly records: readonly LogRecord[];
  readonly end: LogEnd;
  /** Byte offset of the first thing that is not a whole record. */
  readonly endOffset: number;
  /** What recovery would die of, if it would. */
  readonly failure: StoreFailure | null;
}

export type LogStep =
  | ({ readonly kind: 'record' } & LogRecord)
  | { readonly kind: 'end'; readonly end: LogEnd; readonly offset: number; readonly failure: StoreFailure | null };

export function encodeLogHeader(): Bytes {
  return new JuteWriter(LOG_HEADER_SIZE).int(LOG_MAGIC).int(LOG_VERSION).long(0).bytes();
}

/** A txn as a log record. The checksum covers the txn bytes only, neither the length nor the end mark. */
export function encodeRecord(txnBytes: Bytes): Bytes {
  let record = records.get(txnBytes);
  if (record === undefined) {
    record = new JuteWriter(txnBytes.length + RECORD_HEAD_SIZE + 1).long(adler32(txnBytes)).buffer(txnBytes).byte(END_OF_RECORD).bytes();
    records.set(txnBytes, record);
  }
  return record;
}

/** The same record goes into every server's log: where servers share a thread they share the bytes. */
const records = new WeakMap<Bytes, Bytes>();

/** All of a file at once, never throwing: damage is reported in the result. `size` adds preallocated zeros behind the bytes. */
export function scanLog(bytes: Bytes, size: number = bytes.length): LogScan {
  const records: LogRecord[] = [];
  for (const step of logSteps(bytes, size)) {
    if (step.kind === 'end') return { records, end: step.end, endOffset: step.offset, failure: step.failure };
    const { offset, size: recordSize, txn, bytes: txnBytes } = step;
    records.push({ offset, size: recordSize, txn, bytes: txnBytes });
  }
  throw new Error('a log ended without saying how');
}

/** The records of a file, then how it ends. `size` is the file's size: bytes beyond those given are zeros. */
export function* logSteps(bytes: Bytes, size: number): Generator<LogStep, void> {
  const bad = headerFailure(bytes, size);
  if (bad !== null) {
    yield bad;
    return;
  }
  let offset = LOG_HEADER_SIZE;
  for (;;) {
    const step = readRecord(bytes, size, offset);
    yield step;
    if (step.kind === 'end') return;
    offset += step.size;
  }
}

/** What is wrong with the first bytes of a log file of this size, or null. */
export function headerFailure(bytes: Bytes, size: number): Extract<LogStep, { kind: 'end' }> | null {
  if (size < LOG_HEADER_SIZE)
    return failed('shortHeader', `EOFException: the log is ${size} bytes long, shorter than its 16 byte header`, size);
  const magic = intAt(bytes, 0);
  return magic === LOG_MAGIC ? null : failed('badMagic', `Transaction log has invalid magic number ${magic} != ${LOG_MAGIC}`, 0);
}

/**
 * The record at an offset, or how the file ends there. `bytes` hold the record whole, or all that is left of the file.
 *
 * The order of the tests is that of the real reader: a record without its end mark is never checked against its checksum.
 */
export function readRecord(bytes: Bytes, size: number, offset: number): LogStep {
  if (offset === size) return ended('eof', offset);
  if (offset >= bytes.length) return ended('zeroPadding', offset);
  if (offset + RECORD_HEAD_SIZE > size) return ended('partial', offset);
  const length = intAt(bytes, offset + 8);
  if (length === 0) return ended(longIsZero(bytes, offset) ? 'zeroPadding' : 'partial', offset);
  if (length < 0 || length > MAX_LENGTH) return failed('unreadable', `Unreasonable length = ${length}`, offset + 8);
  const start = offset + RECORD_HEAD_SIZE;
  const mark = start + length;
  if (bytes[mark] !== END_OF_RECORD) return ended('partial', offset);
  const txnBytes = copyOf(bytes.subarray(start, mark));
  if (intAt(bytes, offset) !== 0 || intAt(bytes, offset + 4) >>> 0 !== adler32(txnBytes)) return failed('crc', 'CRC check failed', offset);
  return decoded(txnBytes, offset);
}

function decoded(bytes: Bytes, offset: number): LogStep {
  try {
    const txn = decodeTxn(bytes, offset + RECORD_HEAD_SIZE);
    return { kind: 'record', offset, size: RECORD_HEAD_SIZE + bytes.length + 1, txn, bytes };
  } catch (error) {
    // A record that is whole but too short for its fields counts as the end of the file, like any EOFException.
    if (error instanceof EndOfBytes) return ended('partial', offset);
    if (error instanceof StoreError) return { kind: 'end', end: 'unreadable', offset, failure: error.failure };
    throw error;
  }
}

function ended(end: LogEnd, offset: number): LogStep {
  return { kind: 'end', end, offset, failure: null };
}

function failed(end: LogEnd, message: string, offset: number): Extract<LogStep, { kind: 'end' }> {
  return { kind: 'end', end, offset, failure: { message, exitCode: 1, offset } };
}

/** A signed int; bytes beyond the written ones are zeros. */
function intAt(bytes: Bytes, at: number): number {
  if (at + 4 <= bytes.length) return new JuteReader(bytes.subarray(at, at + 4)).int('int');
  const padded = new Uint8Array(4);
  padded.set(bytes.subarray(at, at + 4));
  return intAt(padded, 0);
}

function longIsZero(bytes: Bytes, at: number): boolean {
  return intAt(bytes, at) === 0 && intAt(bytes, at + 4) === 0;
}

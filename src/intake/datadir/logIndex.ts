/**
 * The records of a txn log, listed without holding them: about 13 bytes of memory for each, whatever its size. The file is read once, in pieces.
 */
import type { Bytes } from '../../base/ids.ts';
import { zxid, type Zxid } from '../../base/zxid.ts';
import { headerFailure, LOG_HEADER_SIZE, readRecord, RECORD_HEAD_SIZE, type LogEnd, type LogStep } from '../../store/logFile.ts';
import { MAX_LENGTH } from '../../store/jute.ts';
import type { StoreFailure } from '../../store/types.ts';
import { txnTypeName, txnTypeNumber } from '../../tree/opcodes.ts';
import type { TxnType } from '../../tree/types.ts';
import { checkCancelled, type IntakeFile, type Watch } from '../files.ts';

/** What the index tells of a record without reading it. */
export interface IndexedRecord {
  readonly index: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes, from the checksum to the end mark. */
  readonly length: number;
  readonly zxid: Zxid;
  readonly type: TxnType;
  /** Adler-32 of the txn bytes: with the length, what tells two txns of the same zxid apart. */
  readonly checksum: number;
}

const EVERY = 1024;

/** Grows by a quarter, so that a long list never needs twice its size. */
class Column<A extends Uint32Array | Int8Array> {
  #values: A;
  #count = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#values = make(64);
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = this.#make(Math.ceil(this.#count * 1.25) + 64);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count++] = value;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  get bytes(): number {
    return this.#values.byteLength;
  }
}

/** Grows while a log is read; afterwards it does not change any more. */
export class LogIndex {
  #count = 0;
  readonly #counters = new Column((length) => new Uint32Array(length));
  readonly #lengths = new Column((length) => new Uint32Array(length));
  readonly #checksums = new Column((length) => new Uint32Array(length));
  readonly #types = new Column((length) => new Int8Array(length));
  /** Where the epoch changes: from this record on it is that. */
  readonly #epochs: { readonly from: number; readonly epoch: number }[] = [];
  /** Offsets of every 1024th record. */
  readonly #offsets: number[] = [];

  get count(): number {
    return this.#count;
  }

  /** Bytes of memory, roughly. */
  get memory(): number {
    return (
      this.#counters.bytes +
      this.#lengths.bytes +
      this.#checksums.bytes +
      this.#types.bytes +
      16 * (this.#epochs.length + this.#offsets.length)
    );
  }

  add(offset: number, length: number, at: Zxid, type: TxnType, checksum: number): void {
    if (this.#count % EVERY === 0) this.#offsets.push(offset);
    if (this.#epochs.at(-1)?.epoch !== at.epoch) this.#epochs.push({ from: this.#count, epoch: at.epoch });
    this.#counters.push(at.counter);
    this.#lengths.push(length);
    this.#checksums.push(checksum);
    this.#types.push(txnTypeNumber(type));
    this.#count++;
  }

  /** Undefined outside 0 … count − 1. */
  at(index: number): IndexedRecord | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    let offset = this.#offsets[Math.floor(index / EVERY)] ?? 0;
    for (let i = index - (index % EVERY); i < index; i++) offset += this.#lengths.at(i);
    return this.#record(index, offset);
  }

  /** Records `from` to, not including, `to`. */
  *range(from: number, to: number = this.#count): Generator<IndexedRecord> {
    let offset = this.at(from)?.offset ?? 0;
    for (let i = Math.max(0, from); i < Math.min(to, this.#count); i++) {
      const record = this.#record(i, offset);
      yield record;
      offset += record.length;
    }
  }

  zxidAt(index: number): Zxid {
    return zxid(this.#epochAt(index), this.#counters.at(index));
  }

  /** Where the epochs begin: the first record of each stretch. */
  get epochs(): readonly { readonly from: number; readonly epoch: number }[] {
    return this.#epochs;
  }

  checksumAt(index: number): number {
    return this.#checksums.at(index);
  }

  lengthAt(index: number): number {
    return this.#lengths.at(index);
  }

  #record(index: number, offset: number): IndexedRecord {
    const type = txnTypeName(this.#types.at(index)) ?? 'error';
    return { index, offset, length: this.#lengths.at(index), zxid: this.zxidAt(index), type, checksum: this.#checksums.at(index) };
  }

  #epochAt(index: number): number {
    let low = 0;
    let high = this.#epochs.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#epochs[middle]?.from ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#epochs[low]?.epoch ?? 0;
  }
}

/** A log file, read to its end. */
export interface IndexedLog {
  readonly index: LogIndex;
  readonly end: LogEnd;
  /** Byte of the first thing that is not a whole record. */
  readonly endOffset: number;
  /** What recovery dies of if it reads this file. */
  readonly failure: StoreFailure | null;
  /** One past the last byte that is not zero, if it lies behind `endOffset`; else `endOffset`. */
  readonly writtenTo: number;
  /** Whole records behind damage that only spoils one record; no server reads them. */
  readonly behind: { readonly count: number; readonly last: Zxid } | null;
}

const PIECE = 1 << 22;

/**
 * Lists a log. Rejects only with IntakeCancelled and with what the file's own `read` rejects with.
 */
export async function indexLog(file: IntakeFile, watch: Watch = {}): Promise<IndexedLog> {
  const index = new LogIndex();
  const window = new Window(file, watch);
  const bad = headerFailure(await window.at(0, LOG_HEADER_SIZE), file.size);
  if (bad !== null) return finish(window, index, bad, null);
  let offset = LOG_HEADER_SIZE;
  for (;;) {
    const read = recordAt(window, offset);
    const step = read instanceof Promise ? await read : read;
    if (step.kind === 'end') return finish(window, index, step, step.end === 'crc' ? await recordsBehind(window, offset) : null);
    // It was just read, so it is in the window.
    index.add(offset, step.size, step.txn.zxid, step.txn.body.type, intAt(window.here(offset, RECORD_HEAD_SIZE) as Bytes, 4) >>> 0);
    offset += step.size;
  }
}

/** What stands at an offset, in the words of the real reader; offsets from the start of the file. Waits only where the window has to move. */
function recordAt(window: Window, offset: number): LogStep | Promise<LogStep> {
  const head = window.here(offset, RECORD_HEAD_SIZE);
  if (head === null) return window.at(offset, RECORD_HEAD_SIZE).then(() => recordAt(window, offset));
  const claimed = head.length < RECORD_HEAD_SIZE ? 0 : intAt(head, 8);
  const needed = RECORD_HEAD_SIZE + Math.max(0, Math.min(claimed, MAX_LENGTH)) + 1;
  const record = window.here(offset, needed);
  if (record === null) return window.at(offset, needed).then(() => recordAt(window, offset));
  const step = readRecord(record, window.size - offset, 0);
  if (step.kind === 'record') return { ...step, offset };
  const { failure } = step;
  return {
    ...step,
    offset: offset + step.offset,
    failure: failure === null ? null : { ...failure, offset: offset + (failure.offset ?? 0) },
  };
}

/** The record at `offset` has a wrong checksum and an end mark: whole records may follow it. */
async function recordsBehind(window: Window, offset: number): Promise<IndexedLog['behind']> {
  let at = offset + RECORD_HEAD_SIZE + intAt(await window.at(offset, RECORD_HEAD_SIZE), 8) + 1;
  let count = 0;
  let last: Zxid | null = null;
  for (let step = await recordAt(window, at); step.kind === 'record'; step = await recordAt(window, at)) {
    last = step.txn.zxid;
    count++;
    at += step.size;
  }
  return last === null ? null : { count, last };
}

async function finish(
  window: Window,
  index: LogIndex,
  end: Extract<LogStep, { kind: 'end' }>,
  behind: IndexedLog['behind'],
): Promise<IndexedLog> {
  const endOffset = Math.min(end.offset, window.size);
  return { index, end: end.end, endOffset, failure: end.failure, writtenTo: await lastNonZero(window, endOffset), behind };
}

async function lastNonZero(window: Window, from: number): Promise<number> {
  let last = from;
  for (let at = from; at < window.size; at += PIECE) {
    const bytes = await window.at(at, PIECE);
    for (let i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] !== 0) {
        last = at + i + 1;
        break;
      }
    }
    if (bytes.length === 0) break;
  }
  return last;
}

/** A signed int, four bytes. */
function intAt(bytes: Bytes, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** A piece of the file in memory, moved along as the reading goes. */
class Window {
  readonly #file: IntakeFile;
  readonly #watch: Watch;
  #bytes: Bytes = new Uint8Array();
  #from = 0;

  constructor(file: IntakeFile, watch: Watch) {
    this.#file = file;
    this.#watch = watch;
  }

  get size(): number {
    return this.#file.size;
  }

  /** `length` bytes from `offset` on, or those up to the end of the file, if they are in the window. */
  here(offset: number, length: number): Bytes | null {
    const end = Math.min(offset + length, this.size);
    return offset < this.#from || end > this.#from + this.#bytes.length
      ? null
      : this.#bytes.subarray(offset - this.#from, end - this.#from);
  }

  /** The same, moving the window if need be; valid until the next call. */
  async at(offset: number, length: number): Promise<Bytes> {
    const end = Math.min(offset + length, this.size);
    if (this.here(offset, length) === null) {
      checkCancelled(this.#watch);
      this.#watch.progress?.(this.#file.path, Math.min(offset, this.size), this.size);
      this.#bytes = await this.#file.read(offset, Math.min(this.size, offset + Math.max(length, PIECE)));
      this.#from = offset;
      if (this.#bytes.length < end - offset)
        throw new Error(`${this.#file.path} has ${this.size} bytes, but ends at byte ${offset + this.#bytes.length}`);
    }
    return this.#bytes.subarray(offset - this.#from, end - this.#from);
  }
}

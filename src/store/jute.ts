/**
 * Jute, the encoding of every ZooKeeper file and message: big-endian numbers, length-prefixed strings, buffers and vectors,
 * −1 for null, records as their fields in order.
 *
 * Source: `BinaryOutputArchive`, `BinaryInputArchive`.
 */
import { sessionHalves, sessionId, type Bytes, type SessionId } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import { EndOfBytes, StoreError } from './errors.ts';

/** A 64-bit value: its unsigned halves, a session id, a zxid, or a whole number up to 2^53 either way. */
export type Long = number | SessionId | Zxid | { readonly high: number; readonly low: number };

const TWO_32 = 0x1_0000_0000;

/** Longest string or buffer a reader accepts: `jute.maxbuffer` (1048575) and as much again for extra fields. */
export const MAX_LENGTH = 2 * 0xfffff;

/** Collects fields in order; `bytes()` gives what was written so far. */
export class JuteWriter {
  #bytes: Bytes;
  #length = 0;

  /** @param capacity first guess at the size, in bytes; the writer grows as needed. */
  constructor(capacity = 128) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of all bytes written. */
  bytes(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  /** The bytes written from an offset on, without copying; valid until the next write. */
  view(from = 0): Bytes {
    return this.#bytes.subarray(from, this.#length);
  }

  byte(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  bool(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  int(value: number): this {
    const at = this.#reserve(4);
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
    return this;
  }

  long(value: Long): this {
    if (typeof value === 'number') return this.int(Math.floor(value / TWO_32)).int(value % TWO_32);
    if (typeof value === 'string') return this.long(sessionHalves(value));
    return 'epoch' in value ? this.int(value.epoch).int(value.counter) : this.int(value.high).int(value.low);
  }

  /** Like Java, encodes each UTF-16 unit on its own: a character beyond U+FFFF becomes two sequences of three bytes. */
  string(value: string | null): this {
    if (value === null) return this.int(-1);
    const lengthAt = this.#reserve(4 + 3 * value.length);
    let at = lengthAt + 4;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) this.#bytes[at++] = unit;
      else if (unit < 0x800) {
        this.#bytes[at++] = 0xc0 | (unit >> 6);
        this.#bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        this.#bytes[at++] = 0xe0 | (unit >> 12);
        this.#bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        this.#bytes[at++] = 0x80 | (unit & 0x3f);
      }
    }
    this.#length = lengthAt;
    this.int(at - lengthAt - 4);
    this.#length = at;
    return this;
  }

  buffer(value: Bytes | null): this {
    return value === null ? this.int(-1) : this.int(value.length).raw(value);
  }

  /** The count in front of a vector's elements; null for a null vector. */
  vector(count: number | null): this {
    return this.int(count ?? -1);
  }

  /** Bytes that are already encoded. */
  raw(value: Bytes): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length = at + count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
    }
    return at;
  }
}

/** A plain copy, also of a Node Buffer, whose own `slice` would share memory. */
export function copyOf(bytes: Bytes): Bytes {
  return new Uint8Array(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads fields in order.
 *
 * Every method throws `EndOfBytes` when the bytes end first, and `StoreError` when a length makes no sense; both name the offset
 * counted from the start of the file (`base` is the offset of the first byte in it).
 */
export class JuteReader {
  readonly #bytes: Bytes;
  readonly #base: number;
  #at = 0;

  constructor(bytes: Bytes, base = 0) {
    this.#bytes = bytes;
    this.#base = base;
  }

  /** Offset in the file of the next byte to be read. */
  get offset(): number {
    return this.#base + this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  byte(field: string): number {
    return this.#bytes[this.#take(1, field)] as number;
  }

  bool(field: string): boolean {
    return this.byte(field) !== 0;
  }

  int(field: string): number {
    const at = this.#take(4, field);
    const bytes = this.#bytes;
    return ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  }

  /** A signed long as a number; exact up to 2^53 either way. */
  long(field: string): number {
    this.#need(8, field);
    return this.int(field) * TWO_32 + (this.int(field) >>> 0);
  }

  session(field: string): SessionId {
    this.#need(8, field);
    return sessionId(this.int(field), this.int(field));
  }

  /** Compares like the signed long that it is: the epoch of a zxid with its highest bit set is negative. */
  zxid(field: string): Zxid {
    this.#need(8, field);
    return { epoch: this.int(field), counter: this.int(field) >>> 0 };
  }

  string(field: string): string | null {
    const length = this.#length(field);
    if (length < 0) return null;
    const at = this.#take(length, field);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** A copy of the bytes, so that what is decoded does not hold on to the file. */
  buffer(field: string): Bytes | null {
    const length = this.#length(field);
    if (length < 0) return null;
    const at = this.#take(length, field);
    return copyOf(this.#bytes.subarray(at, at + length));
  }

  /** Element count of a vector, or null. */
  vector(field: string): number | null {
    const count = this.int(field);
    return count < 0 ? null : count;
  }

  #length(field: string): number {
    const offset = this.offset;
    const length = this.int(field);
    if (length < -1 || length > MAX_LENGTH)
      throw new StoreError({ message: `Unreasonable length = ${length} of ${field}`, exitCode: 1, offset });
    return length;
  }

  #take(count: number, field: string): number {
    this.#need(count, field);
    const at = this.#at;
    this.#at = at + count;
    return at;
  }

  #need(count: number, field: string): void {
    if (count <= this.remaining) return;
    const message = `EOFException: ${field} needs ${count} bytes, only ${this.remaining} are left`;
    throw new EndOfBytes({ message, exitCode: 1, offset: this.offset });
  }
}

/** Expanded bytes that are kept: zeros, of which a preallocated txn log is mostly made, take no room. */
import type { Bytes } from '../../base/ids.ts';

const CHUNK = 1 << 16;

export class SparseBytes {
  /** Whole chunks but for the last; null is a chunk of zeros. */
  readonly #chunks: (Bytes | null)[] = [];
  #open: Bytes = new Uint8Array(CHUNK);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of memory taken by closed chunks. */
  #held = 0;
  get held(): number {
    return this.#held;
  }

  append(bytes: Bytes): void {
    for (let at = 0; at < bytes.length;) {
      const used = this.#size % CHUNK;
      const count = Math.min(CHUNK - used, bytes.length - at);
      this.#open.set(bytes.subarray(at, at + count), used);
      at += count;
      this.#size += count;
      if (this.#size % CHUNK === 0) this.#close();
    }
  }

  /** No more bytes come. */
  seal(): void {
    const used = this.#size % CHUNK;
    this.#open = this.#open.slice(0, used);
    this.#held += used;
  }

  /** A copy of the bytes from `from` to `to`, both inside. */
  read(from: number, to: number): Bytes {
    const out = new Uint8Array(to - from);
    for (let at = from; at < to;) {
      const index = Math.floor(at / CHUNK);
      const within = at - index * CHUNK;
      const count = Math.min(CHUNK - within, to - at);
      const chunk = index < this.#chunks.length ? this.#chunks[index] : this.#open;
      if (chunk !== null && chunk !== undefined) out.set(chunk.subarray(within, within + count), at - from);
      at += count;
    }
    return out;
  }

  #close(): void {
    const empty = this.#open.every((byte) => byte === 0);
    this.#chunks.push(empty ? null : this.#open);
    if (!empty) this.#held += CHUNK;
    this.#open = empty ? this.#open : new Uint8Array(CHUNK);
  }
}

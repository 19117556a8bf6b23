/**
 * A compressed stretch of a file, as a file. It is expanded once when it is opened, to check it; what fits the budget stays in memory, the rest is expanded
 * again from its start when it is read (going on from where the last reading was, if that is before what is wanted).
 */
import { Gunzip, Inflate } from 'fflate';
import type { Bytes } from '../../base/ids.ts';
import { crc32 } from '../../tree/digest.ts';
import { checkCancelled, IntakeCancelled, type IntakeFile, type Watch, wordsOf } from '../files.ts';
import type { Budget } from './limits.ts';
import { SparseBytes } from './sparse.ts';

export type Packing = 'deflate' | 'gzip';

/** Compressed bytes handed over at once: bounds what one step can expand to. */
const STEP = 1 << 14;
const READ = 1 << 20;

/** How far expanding came. */
export interface Inflation {
  /** Null when nothing could be kept of it. */
  readonly file: IntakeFile | null;
  /** CRC-32 of the expanded bytes. */
  readonly crc: number;
  readonly size: number;
  /** Gzip members behind the first; only without them does the last checksum cover the whole. */
  readonly moreMembers: number;
  /** What went wrong on the way; null when nothing did. */
  readonly failed: 'tooLarge' | 'bomb' | { readonly words: string } | null;
}

/**
 * Expands, checks and keeps.
 *
 * @param source the compressed bytes, nothing else.
 * @param most bytes that may come out; more is a lie or a bomb.
 */
export async function inflate(
  source: IntakeFile,
  path: string,
  packing: Packing,
  most: number,
  budget: Budget,
  watch: Watch,
): Promise<Inflation> {
  let kept: SparseBytes | null = new SparseBytes();
  let crc = 0;
  let size = 0;
  let failed: Inflation['failed'] = null;
  const stream = new Stream(source, packing);
  const room = Math.min(most, budget.left);
  try {
    for (let piece = await stream.next(); piece !== null; piece = await stream.next()) {
      checkCancelled(watch);
      watch.progress?.(path, stream.consumed, source.size);
      const usable = piece.subarray(0, Math.max(0, room - size));
      crc = crc32(usable, crc);
      size += usable.length;
      kept?.append(usable);
      if (usable.length < piece.length) {
        failed = 'tooLarge';
        break;
      }
      if (budget.bomb(path, stream.consumed, size) !== null) {
        failed = 'bomb';
        break;
      }
      if (kept !== null && kept.held > budget.limits.keptBytes) kept = null;
    }
  } catch (error) {
    if (error instanceof IntakeCancelled) throw error;
    failed = { words: wordsOf(error) };
  }
  budget.takeExpanded(path, stream.consumed, size);
  if (failed === 'bomb') return { file: null, crc, size, moreMembers: stream.moreMembers, failed };
  kept?.seal();
  if (kept !== null && budget.keep(kept.held)) return { file: keptFile(path, kept), crc, size, moreMembers: stream.moreMembers, failed };
  return { file: streamedFile(path, size, () => new Stream(source, packing)), crc, size, moreMembers: stream.moreMembers, failed };
}

function keptFile(path: string, kept: SparseBytes): IntakeFile {
  const { size } = kept;
  return {
    path,
    size,
    read: (from, to) => Promise.resolve(kept.read(Math.min(from, size), Math.max(Math.min(from, size), Math.min(to, size)))),
  };
}

/** Reads one after the other share one stream; a reading that goes back starts a new one. */
function streamedFile(path: string, size: number, open: () => Stream): IntakeFile {
  let stream = open();
  let piece: Bytes = new Uint8Array();
  let pieceAt = 0;
  let last: Promise<unknown> = Promise.resolve();
  const read = async (from: number, to: number): Promise<Bytes> => {
    const end = Math.min(to, size);
    const out = new Uint8Array(Math.max(0, end - from));
    if (from < pieceAt) {
      stream = open();
      piece = new Uint8Array();
      pieceAt = 0;
    }
    for (let at = from; at < end;) {
      if (at < pieceAt + piece.length) {
        const part = piece.subarray(at - pieceAt, end - pieceAt);
        out.set(part, at - from);
        at += part.length;
        continue;
      }
      const next = await stream.next();
      if (next === null) return out.subarray(0, at - from);
      pieceAt += piece.length;
      piece = next;
    }
    return out;
  };
  return {
    path,
    size,
    read(from, to) {
      const mine = last.then(() => read(from, to));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** Pulls expanded bytes out of compressed ones, a piece at a time. */
class Stream {
  readonly #source: IntakeFile;
  readonly #inflater: Inflate | Gunzip;
  #buffer: Bytes = new Uint8Array();
  #bufferAt = 0;
  #out: Bytes[] = [];
  consumed = 0;
  moreMembers = 0;

  constructor(source: IntakeFile, packing: Packing) {
    this.#source = source;
    const onData = (bytes: Bytes): void => {
      if (bytes.length > 0) this.#out.push(bytes);
    };
    if (packing === 'deflate') this.#inflater = new Inflate(onData);
    else {
      this.#inflater = new Gunzip(onData);
      this.#inflater.onmember = () => this.moreMembers++;
    }
  }

  /** Null at the end of the compressed bytes. @throws Error where they make no sense. */
  async next(): Promise<Bytes | null> {
    for (;;) {
      const ready = this.#out.shift();
      if (ready !== undefined) return ready;
      if (this.consumed >= this.#source.size) return null;
      if (this.consumed >= this.#bufferAt + this.#buffer.length) {
        this.#bufferAt = this.consumed;
        this.#buffer = await this.#source.read(this.consumed, this.consumed + READ);
        if (this.#buffer.length === 0) return null;
      }
      const within = this.consumed - this.#bufferAt;
      // A copy: the inflater may keep what it was given.
      const step = this.#buffer.slice(within, within + STEP);
      this.consumed += step.length;
      this.#inflater.push(step, false);
    }
  }
}

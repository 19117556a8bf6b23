/**
 * Files from outside, as every reader of this room sees them: a path, a size, and bytes on demand. The page makes them of Blobs, the command line of
 * files on a disk, an archive of its entries.
 */
import type { Bytes } from '../base/ids.ts';

export interface IntakeFile {
  /** With `/`, relative to what was dropped or named: `zk1/data/version-2/log.100000001`. Never climbs, never absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /**
   * The bytes from `from` up to, not including, `to`; fewer when the file ends before.
   *
   * Rejects when the file cannot be read (any more); the error's message says why.
   */
  read(from: number, to: number): Promise<Bytes>;
}

/** Who waits for a long reading: is told how far it is, and may end it. */
export interface Watch {
  /** @param what path of the file being read; @param done, @param total bytes. */
  readonly progress?: (what: string, done: number, total: number) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** The person ended the reading. */
export class IntakeCancelled extends Error {
  override readonly name = 'IntakeCancelled';

  constructor() {
    super('the reading was cancelled');
  }
}

/** @throws IntakeCancelled */
export function checkCancelled(watch: Watch): void {
  if (watch.signal?.aborted === true) throw new IntakeCancelled();
}

/** Bytes that are in memory already, as a file. */
export function memoryFile(path: string, bytes: Bytes): IntakeFile {
  return {
    path,
    size: bytes.length,
    read: (from, to) => Promise.resolve(bytes.subarray(clip(from, bytes.length), clip(to, bytes.length))),
  };
}

/** A stretch of a file, as a file. */
export function partOf(file: IntakeFile, path: string, from: number, size: number): IntakeFile {
  return { path, size, read: (start, end) => file.read(from + clip(start, size), from + clip(end, size)) };
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All but the last part of a path; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What an error has to say, whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function clip(at: number, size: number): number {
  return Math.max(0, Math.min(at, size));
}

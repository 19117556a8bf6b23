/** A data directory as a simulated server's disk, to boot from. */
import type { Bytes } from '../../base/ids.ts';
import { compareZxid } from '../../base/zxid.ts';
import type { Disk, DiskFile } from '../../store/types.ts';
import { checkCancelled, type IntakeFile, type Watch } from '../files.ts';
import type { FileReport, LogReport, SnapshotReport } from './types.ts';

/** Bytes that a disk may hold in memory. */
export const DISK_BYTES = 512 * 1024 ** 2;

export type DiskResult =
  | {
      readonly disk: Disk;
      /** Older files that no start reads, left out because all together are too large. They would have served learners that are far behind. */
      readonly leftOut: readonly string[];
    }
  | { readonly refused: string };

/** What `toDisk` needs of a report. */
export interface DiskSource {
  readonly path: string;
  readonly files: readonly FileReport[];
  readonly logs: readonly LogReport[];
  readonly snapshots: readonly SnapshotReport[];
}

const PIECE = 1 << 22;

/**
 * Reads the files into a disk. If they are too large together, only those that a start reads: from the newest whole snapshot on.
 *
 * @param most bytes, preallocated zeros not counted. Rejects with IntakeCancelled, or with what a file's `read` rejects with.
 */
export async function toDisk(source: DiskSource, watch: Watch = {}, most: number = DISK_BYTES): Promise<DiskResult> {
  const all = source.files.filter(({ kind }) => kind === 'log' || kind === 'snapshot' || kind === 'epoch');
  const needed = totalOf(all) <= most ? all : neededFiles(source, all);
  const bytes = totalOf(needed);
  if (bytes > most)
    return {
      refused: `${source.path === '' ? 'The directory' : source.path} needs ${bytes} bytes to start from; at most ${most} are taken into memory.`,
    };
  const files: Record<string, DiskFile> = {};
  for (const file of needed) {
    const written = await readWhole(file.file, writtenBytes(file), watch);
    // No copy is made: these may be hundreds of megabytes.
    files[file.name] = {
      buffer: { bytes: written, used: written.length },
      length: written.length,
      size: file.size,
      synced: written.length,
    };
  }
  return { disk: { files }, leftOut: all.filter((file) => !needed.includes(file)).map(({ name }) => name) };
}

/**
 * The first `size` bytes of a file.
 *
 * @throws Error when the file ends before.
 */
export async function readWhole(file: IntakeFile, size: number, watch: Watch): Promise<Bytes> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    checkCancelled(watch);
    watch.progress?.(file.path, at, size);
    const piece = await file.read(at, Math.min(size, at + PIECE));
    if (piece.length === 0) throw new Error(`${file.path} ends at byte ${at}, before its ${size} bytes`);
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The newest whole snapshot, the damaged ones that are tried before it, the logs from there on, and the epoch files. */
function neededFiles({ logs, snapshots }: DiskSource, all: readonly FileReport[]): readonly FileReport[] {
  const base = snapshots.findLast(({ valid }) => valid);
  if (base === undefined) return all;
  const firstLog = logs.findLastIndex(({ index, first }) => index.count > 0 && first !== null && compareZxid(first, base.zxid) <= 0);
  return all.filter((file) => {
    if (file.kind === 'snapshot') return compareZxid(file.zxid, base.zxid) >= 0;
    return file.kind !== 'log' || logs.indexOf(file) >= firstLog;
  });
}

function totalOf(files: readonly FileReport[]): number {
  return files.reduce((sum, file) => sum + writtenBytes(file), 0);
}

function writtenBytes(file: FileReport): number {
  return file.kind === 'log' ? file.writtenTo : file.size;
}

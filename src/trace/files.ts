/** What a view knows of a server's files: names and sizes, folded from disk operations. The bytes are in `disk.ts`, on demand. */
import type { DiskOp } from '../store/types.ts';

export interface FileView {
  readonly name: string;
  /** Bytes written. */
  readonly length: number;
  /** Bytes with preallocated zeros. */
  readonly size: number;
  /** Bytes a power loss leaves; −1 if the file itself would be gone. */
  readonly synced: number;
}

/** By name, in order of creation. */
export type Files = readonly FileView[];

/** How long files were when an fsync with this token was asked for. */
export interface PendingSync {
  readonly token: number;
  readonly lengths: readonly (readonly [name: string, length: number])[];
}

export function changeFiles(files: Files, op: DiskOp): Files {
  const i = files.findIndex((file) => file.name === op.file);
  if (op.op === 'delete') return i < 0 ? files : files.filter((_, at) => at !== i);
  const before = files[i];
  const next = files.slice();
  next[i < 0 ? files.length : i] = changedFile(before ?? { name: op.file, length: 0, size: 0, synced: -1 }, op, before !== undefined);
  return next;
}

function changedFile(file: FileView, op: Exclude<DiskOp, { op: 'delete' }>, existed: boolean): FileView {
  switch (op.op) {
    case 'create':
      return { name: file.name, length: 0, size: 0, synced: existed ? 0 : -1 };
    case 'append': {
      const length = file.length + op.bytes.length;
      return { name: file.name, length, size: Math.max(file.size, length), synced: file.synced };
    }
    case 'allocate':
      return { ...file, size: Math.max(file.size, op.size) };
    case 'truncate': {
      const length = Math.min(file.length, op.length);
      return { name: file.name, length, size: op.length, synced: Math.min(file.synced, length) };
    }
    case 'writeAtomic':
      return { name: file.name, length: op.bytes.length, size: op.bytes.length, synced: op.bytes.length };
    case 'fsync':
      return { ...file, synced: file.length };
  }
}

/** The ops that reach a disk: on a full one, those before the first that needs space. */
export function writtenOps(ops: readonly DiskOp[], full: boolean): readonly DiskOp[] {
  if (!full) return ops;
  const first = ops.findIndex(({ op }) => op === 'create' || op === 'append' || op === 'allocate' || op === 'writeAtomic');
  return first < 0 ? ops : ops.slice(0, first);
}

/** Remembers what an asynchronous fsync will have covered when it ends. */
export function syncAsked(files: Files, token: number, names: readonly string[]): PendingSync {
  const asked = files.filter((file) => names.includes(file.name));
  return { token, lengths: asked.map((file) => [file.name, file.length] as const) };
}

export function syncDone(files: Files, done: PendingSync): Files {
  return files.map((file) => {
    const length = done.lengths.find(([name]) => name === file.name)?.[1];
    return length === undefined || length <= file.synced ? file : { ...file, synced: Math.min(length, file.length) };
  });
}

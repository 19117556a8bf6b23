/**
 * The disk of one server: a value that changes by `DiskOp`s. Knows what is written, what is preallocated, and what an fsync has made safe.
 */
import type { Bytes } from '../base/ids.ts';
import { copyOf } from './jute.ts';
import { datedFiles, zxidOfName } from './names.ts';
import type { Disk, DiskFile, DiskOp } from './types.ts';

const FIRST_CAPACITY = 256;
const EXPORT_PADDING = 1 << 16;

export function emptyDisk(): Disk {
  return { files: {} };
}

/**
 * A disk holding these files, all of them safe. Zeros at the end of a txn log are taken as preallocation and not kept in memory;
 * they are still part of the file's size and readers see them.
 */
export function diskOf(files: Readonly<Record<string, Bytes>>): Disk {
  return { files: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, importedFile(name, bytes)])) };
}

/**
 * The disk after one change. The buffer of a file that is appended to is shared by its versions, see `DiskFile`.
 *
 * @throws Error when a file that does not exist is appended to, allocated, truncated or fsynced: a defect of the caller, not of the data.
 */
export function applyDiskOp(disk: Disk, op: DiskOp): Disk {
  return { files: changed(disk.files, op) };
}

export function applyDiskOps(disk: Disk, ops: readonly DiskOp[]): Disk {
  return ops.reduce(applyDiskOp, disk);
}

/**
 * What was written to a file, without the preallocated zeros behind it (see `fileSize`). A view: it costs nothing and must not be changed.
 *
 * @throws Error when there is no such file.
 */
export function readFile(disk: Disk, name: string): Bytes {
  const file = existing(disk.files, name);
  return file.buffer.bytes.subarray(0, file.length);
}

/** Size of a file in bytes, with its preallocated zeros. */
export function fileSize(disk: Disk, name: string): number {
  return existing(disk.files, name).size;
}

export function hasFile(disk: Disk, name: string): boolean {
  return disk.files[name] !== undefined;
}

/** All names: epoch files and the like by name, then logs, then snapshots, each by the zxid in the name. */
export function fileNames(disk: Disk): string[] {
  const others = Object.keys(disk.files).filter((name) => zxidOfName(name, 'log') === null && zxidOfName(name, 'snapshot') === null);
  return [...others.sort(), ...datedFiles(disk, 'log').map((file) => file.name), ...datedFiles(disk, 'snapshot').map((file) => file.name)];
}

/**
 * What a power loss leaves: of each file the part that was fsynced. Space that was preallocated behind it reads as zeros afterwards; where no content is
 * safe the file's size is not either, since its journal entry waits for the data (ext4, `data=ordered`). A file whose creation was never made safe is gone.
 *
 * @param keepTorn one file of which some bytes behind the safe part happened to reach the disk: a torn write.
 */
export function afterPowerLoss(disk: Disk, keepTorn?: { readonly file: string; readonly bytes: number }): Disk {
  const files: Record<string, DiskFile> = {};
  for (const [name, file] of Object.entries(disk.files)) {
    const torn = keepTorn?.file === name ? Math.max(0, keepTorn.bytes) : 0;
    if (file.synced < 0 && torn === 0) continue;
    const kept = file.synced <= 0 && torn > 0 ? Math.max(torn, SECTOR_SIZE) : Math.max(0, file.synced) + torn;
    const length = Math.min(file.length, kept);
    files[name] = { buffer: file.buffer, length, size: length > 0 && file.size > file.length ? file.size : length, synced: length };
  }
  return { files };
}

/** Bytes that a disk writes whole or not at all. */
const SECTOR_SIZE = 512;

/**
 * What the operating system does by itself within half a minute or so: everything written so far becomes safe. ZooKeeper never fsyncs most of
 * its snapshots and relies on this.
 */
export function writeBackOps(disk: Disk): DiskOp[] {
  return fileNames(disk)
    .filter((name) => existing(disk.files, name).synced < readFile(disk, name).length)
    .map((file) => ({ op: 'fsync', file }));
}

/** The same disk with buffers of its own, for a cold backup or another thread. */
export function copyDisk(disk: Disk): Disk {
  return {
    files: Object.fromEntries(
      Object.entries(disk.files).map(([name, file]) => {
        const bytes = copyOf(file.buffer.bytes.subarray(0, file.length));
        return [name, { ...file, buffer: { bytes, used: file.length } }];
      }),
    ),
  };
}

/**
 * The files as they would stand in a real `version-2/`, each with its own bytes.
 *
 * @param options.padTo preallocated zeros are written only for files of at most this size in bytes (64 KiB unless told), since the
 * usual preallocation is 64 MiB a log. ZooKeeper reads a log the same with and without them.
 */
export function exportFiles(disk: Disk, options: { readonly padTo?: number } = {}): Record<string, Bytes> {
  const padTo = options.padTo ?? EXPORT_PADDING;
  const exported: Record<string, Bytes> = {};
  for (const name of fileNames(disk)) {
    const written = readFile(disk, name);
    const size = fileSize(disk, name);
    const bytes = new Uint8Array(size <= padTo ? size : written.length);
    bytes.set(written);
    exported[name] = bytes;
  }
  return exported;
}

type Files = Disk['files'];

function changed(files: Files, op: DiskOp): Files {
  switch (op.op) {
    case 'create':
      return { ...files, [op.file]: createdFile(op, (files[op.file]?.synced ?? -1) >= 0) };
    case 'append':
      return { ...files, [op.file]: appended(existing(files, op.file), op.bytes) };
    case 'allocate':
      return withFile(files, op.file, (file) => ({ ...file, size: Math.max(file.size, op.size) }));
    case 'truncate':
      return withFile(files, op.file, (file) => truncated(file, op.length));
    case 'writeAtomic':
      return { ...without(files, `${op.file}.tmp`), [op.file]: writtenFile(copyOf(op.bytes)) };
    case 'fsync':
      return withFile(files, op.file, (file) => ({ ...file, synced: file.length }));
    case 'delete':
      return without(files, op.file);
  }
}

function without(files: Files, unwanted: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== unwanted));
}

function withFile(files: Files, name: string, change: (file: DiskFile) => DiskFile): Files {
  return { ...files, [name]: change(existing(files, name)) };
}

function existing(files: Files, name: string): DiskFile {
  const file = files[name];
  if (file === undefined) throw new Error(`no file ${name} on this disk, which has ${Object.keys(files).join(', ') || 'no files'}`);
  return file;
}

function writtenFile(bytes: Bytes): DiskFile {
  return { buffer: { bytes, used: bytes.length }, length: bytes.length, size: bytes.length, synced: bytes.length };
}

/** Whoever does the same op shares the buffer, see `appended`. */
function createdFile(op: DiskOp, wasSafe: boolean): DiskFile {
  let buffer = created.get(op);
  if (buffer === undefined) created.set(op, (buffer = { bytes: new Uint8Array(), used: 0 }));
  return { buffer, length: 0, size: 0, synced: wasSafe ? 0 : -1 };
}

const created = new WeakMap<DiskOp, DiskFile['buffer']>();

function importedFile(name: string, bytes: Bytes): DiskFile {
  let length = bytes.length;
  if (zxidOfName(name, 'log') !== null) while (bytes[length - 1] === 0) length--;
  return { ...writtenFile(copyOf(bytes.subarray(0, length))), size: bytes.length };
}

/**
 * Writes behind the newest version of the file; an older one goes on in a buffer of its own. A second owner that writes the very same bytes, as
 * the world does after the server, shares them.
 */
function appended(file: DiskFile, bytes: Bytes): DiskFile {
  const length = file.length + bytes.length;
  let { buffer } = file;
  if (!holds(buffer, file.length, bytes)) {
    if (buffer.used !== file.length) buffer = { bytes: buffer.bytes.slice(0, file.length), used: file.length };
    if (length > buffer.bytes.length) buffer.bytes = roomier(buffer.bytes, file.length, length);
    buffer.bytes.set(bytes, file.length);
    buffer.used = length;
  }
  return { buffer, length, size: Math.max(file.size, length), synced: file.synced };
}

function holds({ bytes, used }: DiskFile['buffer'], at: number, wanted: Bytes): boolean {
  if (used < at + wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function roomier(bytes: Bytes, used: number, needed: number): Bytes {
  const larger = new Uint8Array(Math.max(FIRST_CAPACITY, needed, 2 * used));
  larger.set(bytes.subarray(0, used));
  return larger;
}

/** Extends with zeros if need be, as `RandomAccessFile.setLength` does. */
function truncated(file: DiskFile, to: number): DiskFile {
  const length = Math.min(file.length, to);
  return { buffer: file.buffer, length, size: to, synced: Math.min(file.synced, length) };
}

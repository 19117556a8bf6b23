/**
 * The world's copy of each server's disk: what a process has written, what an fsync has made safe, and what is left after a power loss.
 * A server keeps its own copy in memory; after a crash only this one counts.
 */
import type { Bytes } from '../base/ids.ts';
import { draw, drawInt } from '../base/random.ts';
import { afterPowerLoss, applyDiskOp, applyDiskOps, copyDisk } from '../store/disk.ts';
import { zxidOfName } from '../store/names.ts';
import type { Disk, DiskFile, DiskOp } from '../store/types.ts';
import type { Process } from './state.ts';
import { drawSpread, inMicroseconds, schedule, type World } from './world.ts';

/** What the operating system says (ENOSPC). */
export const NO_SPACE = 'No space left on device';

/**
 * A server writes. On a full disk all before the first op that needs space is done, and the process is told.
 *
 * @returns false when an op was refused.
 */
export function writeDisk(world: World, process: Process, ops: readonly DiskOp[]): boolean {
  for (const { op, file } of ops) {
    if (op === 'delete') process.writtenAt.delete(file);
    else process.writtenAt.set(file, world.state.now);
  }
  if (!process.diskFull && !wasRefused(process.disk, ops[0])) {
    process.disk = ops.length === 1 ? applyDiskOp(process.disk, ops[0] as DiskOp) : applyDiskOps(process.disk, ops);
    return true;
  }
  const first = ops.findIndex(needsSpace);
  const done = first < 0 ? ops : ops.slice(0, first);
  process.disk = applyDiskOps(
    process.disk,
    done.filter((op) => !wasRefused(process.disk, op)),
  );
  if (first < 0) return true;
  schedule(world, world.state.now, {
    kind: 'input',
    sid: process.sid,
    incarnation: process.incarnation,
    input: {
      type: 'diskError',
      message: `${ops[first]?.file}: ${NO_SPACE}`,
      disk: copyDisk(process.disk),
      ...(ops[first] === undefined ? {} : { file: ops[first].file }),
    },
    cause: world.cause,
  });
  return false;
}

/** The file was to be made while the disk was full, and the process has not been told yet. */
function wasRefused(disk: Disk, op: DiskOp | undefined): boolean {
  return op !== undefined && op.op !== 'create' && op.op !== 'writeAtomic' && op.op !== 'delete' && disk.files[op.file] === undefined;
}

function needsSpace(op: DiskOp): boolean {
  return op.op === 'create' || op.op === 'append' || op.op === 'allocate' || op.op === 'writeAtomic';
}

/** A server asks for an fsync. A disk does one at a time. */
export function requestFsync(world: World, process: Process, token: number, files: readonly string[]): void {
  const lengths = files.map((file) => [file, process.disk.files[file]?.length ?? 0] as const);
  process.fsyncs.push({ token, lengths, cause: world.cause });
  if (process.fsyncs.length === 1) startFsync(world, process);
}

function startFsync(world: World, process: Process): void {
  const spread = process.fsyncMs === null ? world.options.fsync : { meanMs: process.fsyncMs, jitterMs: 0 };
  const at = inMicroseconds(world.state.now + drawSpread(process, spread));
  schedule(world, at, { kind: 'fsync', sid: process.sid, incarnation: process.incarnation });
}

/** The oldest fsync is done: what had been written when it was asked for is safe. */
export function finishFsync(world: World, process: Process): void {
  const done = process.fsyncs.shift();
  for (const [file, length] of done?.lengths ?? []) process.disk = makeSafe(process.disk, file, length);
  if (process.fsyncs.length > 0) startFsync(world, process);
}

/** A file may have been cut or deleted since; an fsync never makes it less safe. */
function makeSafe(disk: Disk, name: string, upTo: number): Disk {
  const file = disk.files[name];
  const synced = file === undefined ? 0 : Math.min(upTo, file.length);
  if (file === undefined || synced <= file.synced) return disk;
  return { files: { ...disk.files, [name]: { ...file, synced } } };
}

/**
 * What the kernel has written back by itself: everything after half a minute; a file that replaced an older one of its name with the next commit
 * of the file system's journal, which any fsync brings about (ext4, `auto_da_alloc`). Without the latter a new leader that writes `snapshot.0`
 * over the only snapshot it has would lose both in a power loss.
 */
function writtenBack(world: World, process: Process): Disk {
  const before = world.state.now - world.options.writebackMs;
  const files = Object.entries(process.disk.files);
  const writtenAt = (name: string): number => process.writtenAt.get(name) ?? -Infinity;
  const journalCommit = Math.max(-Infinity, ...files.filter(([, file]) => file.synced === file.length).map(([name]) => writtenAt(name)));
  let { disk } = process;
  for (const [name, file] of files) {
    const replacedOlder = file.synced >= 0 && zxidOfName(name, 'snapshot') !== null;
    if (writtenAt(name) <= (replacedOlder ? Math.max(before, journalCommit) : before)) disk = makeSafe(disk, name, file.length);
  }
  return disk;
}

/** Loses what was not safe; by chance a part of one file's unsafe bytes survives: a torn write. */
export function losePower(world: World, process: Process): void {
  process.disk = writtenBack(world, process);
  const unsafe = Object.entries(process.disk.files).filter(([, file]) => file.synced >= 0 && file.length > file.synced);
  const [chance, afterChance] = draw(process.random);
  const [which, afterWhich] = drawInt(afterChance, Math.max(1, unsafe.length));
  const [file, state] = unsafe[which] ?? [];
  const [bytes, afterBytes] = drawInt(afterWhich, Math.max(1, state === undefined ? 1 : state.length - state.synced));
  process.random = afterBytes;
  const torn = file !== undefined && chance < world.options.tornWriteChance;
  process.disk = afterPowerLoss(process.disk, torn ? { file, bytes } : undefined);
}

/** The ops that make this disk out of an empty one, in the order of `names`: that of creation unless told. They share its bytes. */
export function opsOf(disk: Disk, names: readonly string[] = Object.keys(disk.files)): DiskOp[] {
  return names.flatMap((file) => {
    const { buffer, length, size } = disk.files[file] as DiskFile;
    const written: DiskOp = { op: 'writeAtomic', file, bytes: buffer.bytes.subarray(0, length) };
    return size > length ? [written, { op: 'allocate', file, size } as const] : [written];
  });
}

/** Replaces a file's content, keeping its preallocated size if that is larger. */
export function rewriteFile(disk: Disk, file: string, bytes: Bytes, size: number): DiskOp[] {
  const written: DiskOp = { op: 'writeAtomic', file, bytes };
  return size > bytes.length && disk.files[file] !== undefined ? [written, { op: 'allocate', file, size }] : [written];
}

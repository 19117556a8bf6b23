/**
 * `currentEpoch` and `acceptedEpoch`: a decimal number and nothing else.
 *
 * Source: `QuorumPeer.readLongFromFile`, `QuorumPeer.writeLongToFile`, `QuorumPeer.loadDataBase`.
 */
import { fromUtf8, utf8 } from '../base/ids.ts';
import { type Zxid } from '../base/zxid.ts';
import { hasFile, readFile } from './disk.ts';
import { StoreError } from './errors.ts';
import type { Disk, DiskOp } from './types.ts';

export type EpochFile = 'currentEpoch' | 'acceptedEpoch';

export interface Epochs {
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  /** Files that were missing or behind, and were written anew. */
  readonly rebuilt: readonly EpochFile[];
  readonly ops: readonly DiskOp[];
}

/** Writes an epoch file; durable at once (tmp, fsync, rename). */
export function epochOp(name: EpochFile, value: number): DiskOp {
  return { op: 'writeAtomic', file: name, bytes: utf8(String(value)) };
}

/**
 * The number in an epoch file, or null if the file does not exist.
 *
 * @throws StoreError when there is something else than a number in it.
 */
export function readEpochFile(disk: Disk, name: string): number | null {
  if (!hasFile(disk, name)) return null;
  const line = fromUtf8(readFile(disk, name)).split(/\r?\n|\r/, 1)[0] ?? '';
  if (!/^[+-]?[0-9]{1,16}$/.test(line))
    throw new StoreError({ message: `Found ${line === '' ? 'null' : line} in ${name}`, exitCode: 1, file: name, offset: 0 });
  return Number(line);
}

/**
 * Reads both files and mends what may be mended: a missing file takes the epoch of the last zxid; a current epoch behind it takes the value
 * that a crash left in `currentEpoch.tmp`.
 *
 * @throws StoreError when the files contradict the log or each other; the process ends.
 */
export function loadEpochs(disk: Disk, last: Zxid): Epochs {
  const rebuilt: EpochFile[] = [];
  const ops: DiskOp[] = [];
  const write = (name: EpochFile, value: number): number => {
    rebuilt.push(name);
    ops.push(epochOp(name, value));
    return value;
  };
  let currentEpoch = readEpochFile(disk, 'currentEpoch') ?? write('currentEpoch', last.epoch);
  if (last.epoch > currentEpoch) {
    const unfinished = readEpochFile(disk, 'currentEpoch.tmp');
    if (unfinished === null) throw olderThanLog(currentEpoch, last);
    currentEpoch = write('currentEpoch', unfinished);
  }
  const acceptedEpoch = readEpochFile(disk, 'acceptedEpoch') ?? write('acceptedEpoch', last.epoch);
  if (acceptedEpoch < currentEpoch) throw acceptedBehind(acceptedEpoch, currentEpoch);
  return { acceptedEpoch, currentEpoch, rebuilt, ops };
}

function olderThanLog(currentEpoch: number, last: Zxid): StoreError {
  const message = `The current epoch, ${currentEpoch.toString(16)}, is older than the last zxid, ${last.epoch * 0x1_0000_0000 + last.counter}`;
  return new StoreError({ message, exitCode: 1, file: 'currentEpoch' });
}

function acceptedBehind(acceptedEpoch: number, currentEpoch: number): StoreError {
  const message = `The accepted epoch, ${acceptedEpoch.toString(16)} is less than the current epoch, ${currentEpoch.toString(16)}`;
  return new StoreError({ message, exitCode: 1, file: 'acceptedEpoch' });
}

/** Source: `PurgeTxnLog`, `DatadirCleanupManager`. */
import { compareZxid } from '../base/zxid.ts';
import { readFile } from './disk.ts';
import { datedFiles } from './names.ts';
import { looksValid } from './snapshotFile.ts';
import type { Disk, DiskOp } from './types.ts';

/** Fewest snapshots that may be kept (`autopurge.snapRetainCount`). */
export const MIN_RETAINED = 3;

/**
 * What autopurge deletes: everything older than the `retain` newest snapshots, except the log that the oldest of them needs. Snapshots whose
 * end is cut off do not count as kept; damage further inside is not noticed.
 *
 * @throws RangeError when fewer than 3 are to be kept.
 */
export function purgeOps(disk: Disk, retain: number): DiskOp[] {
  if (retain < MIN_RETAINED) throw new RangeError(`cannot keep ${retain} snapshots: the count should be ${MIN_RETAINED} or more`);
  const snapshots = datedFiles(disk, 'snapshot');
  const kept = snapshots.filter(({ name }) => looksValid(readFile(disk, name))).slice(-retain);
  const oldest = kept[0];
  if (oldest === undefined) return [];
  const logs = datedFiles(disk, 'log');
  const neededLog = logs.findLast(({ zxid }) => compareZxid(zxid, oldest.zxid) <= 0);
  return [...logs, ...snapshots]
    .filter((file) => compareZxid(file.zxid, oldest.zxid) < 0 && file.name !== neededLog?.name)
    .map(({ name }) => ({ op: 'delete', file: name }));
}

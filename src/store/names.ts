/**
 * Names of the files in a data directory.
 *
 * Source: `Util.makeLogName`, `Util.makeSnapshotName`, `Util.getZxidFromName`, `Util.sortDataDir`.
 */
import { compareZxid, zxidHex, type Zxid } from '../base/zxid.ts';
import type { Disk } from './types.ts';

export type DatedPrefix = 'log' | 'snapshot';

/** `log.100000001`, after the first txn in it. */
export function logName(first: Zxid): string {
  return `log.${zxidHex(first)}`;
}

/** `snapshot.100000007`, after the last txn that was processed when it was begun. */
export function snapshotName(last: Zxid): string {
  return `snapshot.${zxidHex(last)}`;
}

/** The zxid in a file's name, or null if the file is not of this kind: the number is a signed long. An extension (`.gz`) is allowed. */
export function zxidOfName(name: string, prefix: DatedPrefix): Zxid | null {
  const [kind, hex] = name.split('.');
  if (kind !== prefix || hex === undefined || !/^[0-7]?[0-9a-f]{1,15}$/i.test(hex)) return null;
  return { epoch: hex.length > 8 ? parseInt(hex.slice(0, -8), 16) : 0, counter: parseInt(hex.slice(-8), 16) };
}

export interface DatedFile {
  readonly name: string;
  readonly zxid: Zxid;
}

/** Files of one kind, oldest first: ordered by the number in the name, not by its text. */
export function datedFiles(disk: Disk, prefix: DatedPrefix): DatedFile[] {
  const found: DatedFile[] = [];
  for (const name of Object.keys(disk.files).sort()) {
    const zxid = zxidOfName(name, prefix);
    if (zxid !== null) found.push({ name, zxid });
  }
  return found.sort((a, b) => compareZxid(a.zxid, b.zxid));
}

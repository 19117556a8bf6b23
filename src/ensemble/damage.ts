/** Damage to the files of a stopped server, where the recordings did it: which record, which byte. */
import type { Sid } from '../base/ids.ts';
import { readFile } from '../store/disk.ts';
import { LOG_HEADER_SIZE, scanLog, type LogRecord } from '../store/logFile.ts';
import { datedFiles } from '../store/names.ts';
import type { Disk } from '../store/types.ts';
import type { Step } from './steps.ts';
import type { Command } from './types.ts';

type StepFor<A extends Step['action']> = Extract<Step, { action: A }>;

/** First byte of a record's path: past checksum and length (12), txn header (32) and the path's length (4). */
const PATH_IN_RECORD = 48;

/** Cuts the newest log in the middle of a record (`back` 1 is the last), or `keep` bytes after its start; `zero` fills up with zeros to the old size. */
export function tearLog(step: StepFor<'tear_log'>, sid: Sid, disk: Disk): readonly Command[] {
  const log = newestLog(disk);
  const record = log?.records.at(-step.back) ?? log?.records[0];
  if (log === undefined || record === undefined) return [];
  const length = Math.max(0, record.offset + (step.keep ?? Math.floor(record.size / 2)));
  return [{ type: 'cutFile', sid, file: log.name, length, ...(step.mode === 'zero' ? { zeroed: true } : {}) }];
}

/** Flips one byte in the path of a record of the newest log; `txn` counts records from 0, or from the end if negative. */
export function corruptLog(step: StepFor<'corrupt_log'>, sid: Sid, disk: Disk): readonly Command[] {
  const log = newestLog(disk);
  const record = log?.records.at(step.txn);
  if (log === undefined || record === undefined) return [];
  return [{ type: 'flipByte', sid, file: log.name, offset: record.offset + Math.min(PATH_IN_RECORD, record.size - 2) }];
}

/** Cuts the newest snapshot in half, or flips the byte in its middle. */
export function corruptSnapshot(step: StepFor<'corrupt_snap'>, sid: Sid, disk: Disk): readonly Command[] {
  const file = datedFiles(disk, 'snapshot').at(-1)?.name;
  if (file === undefined) return [];
  const middle = Math.floor((disk.files[file]?.size ?? 0) / 2);
  return [step.mode === 'truncate' ? { type: 'cutFile', sid, file, length: middle } : { type: 'flipByte', sid, file, offset: middle }];
}

/** Deletes files by name or beginning of the name. */
export function removeFiles(step: StepFor<'rm'>, sid: Sid, disk: Disk): readonly Command[] {
  const doomed = Object.keys(disk.files).filter((file) =>
    step.what.some((what) => file === what || (what.endsWith('.') && file.startsWith(what))),
  );
  return doomed.sort().map((file) => ({ type: 'deleteFile', sid, file }));
}

function newestLog(disk: Disk): { readonly name: string; readonly records: readonly LogRecord[] } | undefined {
  const name = datedFiles(disk, 'log').at(-1)?.name;
  if (name === undefined || (disk.files[name]?.size ?? 0) < LOG_HEADER_SIZE) return undefined;
  return { name, records: scanLog(readFile(disk, name), disk.files[name]?.size).records };
}

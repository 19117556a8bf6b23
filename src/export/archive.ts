/** Simulated servers as files for the real world: data directories that ZooKeeper opens, and logs; as a zip where one file is wanted. */
import { zipSync, type Zippable } from 'fflate';
import { utf8, type Bytes, type Sid } from '../base/ids.ts';
import { utcMs } from '../base/utc.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import { exportFiles } from '../store/disk.ts';
import type { Disk } from '../store/types.ts';
import type { EnsembleConfig, Member } from '../zab/types.ts';
import { serverLog, type LogOptions } from './logs/serverLog.ts';
import { zooCfg, type ServerAddresses } from './zooCfg.ts';

/** Files by their path, with `/`. */
export type Files = Readonly<Record<string, Bytes>>;

/** What a zip can say of a file's time: years 1980 to 2099. */
const ZIP_TIMES = [utcMs(1980, 1, 2), utcMs(2099, 12, 30)] as const;

/**
 * Packs files into a zip. The same files and time give the same bytes.
 *
 * @param wallMs time of all files, ms since 1970.
 */
export function zipOf(files: Files, wallMs: number): Bytes {
  const mtime = Math.min(Math.max(wallMs, ZIP_TIMES[0]), ZIP_TIMES[1]);
  const entries: Zippable = {};
  for (const [path, bytes] of Object.entries(files)) entries[path] = [bytes, { mtime }];
  return zipSync(entries, { level: 6 });
}

/** A server's directory: `version-2/…`, `myid`, and a `zoo.cfg` with which ZooKeeper starts in it. */
export function dataDirFiles(disk: Disk, sid: Sid, config: EnsembleConfig, addresses: ServerAddresses = {}): Files {
  const files: Record<string, Bytes> = { 'zoo.cfg': utf8(zooCfg(sid, config, addresses)), myid: utf8(`${sid}\n`) };
  for (const [name, bytes] of Object.entries(exportFiles(disk))) files[`version-2/${name}`] = bytes;
  return files;
}

/** The same as a zip. */
export function dataDirZip(disk: Disk, sid: Sid, config: EnsembleConfig, addresses: ServerAddresses = {}): Bytes {
  return zipOf(dataDirFiles(disk, sid, config, addresses), config.wallClockAtZero);
}

/** `server-N.log` of each server that is asked for, all of them unless told. */
export function logFiles(
  events: readonly TraceEvent[],
  members: readonly Member[],
  config: EnsembleConfig,
  options: Omit<LogOptions, 'disk'> & { readonly servers?: readonly Sid[]; readonly disks?: ReadonlyMap<Sid, Disk> } = {},
): Files {
  const { servers = members.map(({ sid }) => sid), disks, ...rest } = options;
  const files: Record<string, Bytes> = {};
  for (const sid of servers) {
    const disk = disks?.get(sid);
    files[`server-${sid}.log`] = utf8(serverLog(events, members, config, sid, { ...rest, ...(disk === undefined ? {} : { disk }) }));
  }
  return files;
}

export function logsZip(
  events: readonly TraceEvent[],
  members: readonly Member[],
  config: EnsembleConfig,
  options: Parameters<typeof logFiles>[3] = {},
): Bytes {
  return zipOf(logFiles(events, members, config, options), config.wallClockAtZero);
}

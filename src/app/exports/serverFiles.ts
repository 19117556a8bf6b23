/** The simulated servers' own files, as ZooKeeper would have them. Loaded when somebody saves them. */
import type { Sid } from '../../base/ids.ts';
import { dataDirFiles, logFiles, zipOf, type Files } from '../../export/archive.ts';
import { diskAt } from '../../trace/disk.ts';
import type { Run } from '../engine/run.svelte.ts';

/** A folder for each server, as it is after event `n`; of one server alone, its files without a folder around them. */
export function diskZip(run: Run, sids: readonly Sid[], n: number): Blob {
  const files: Record<string, Files[string]> = {};
  for (const sid of sids) {
    const own = dataDirFiles(diskAt(run.timeline.events, sid, n), sid, run.config);
    for (const [path, bytes] of Object.entries(own)) files[sids.length === 1 ? path : `server-${sid}/${path}`] = bytes;
  }
  return zipped(files, run);
}

/** `server-N.log` of each server, up to event `n`. */
export function logZip(run: Run, n: number): Blob {
  return zipped(logFiles(run.timeline.events.slice(0, n + 1), run.members, run.config), run);
}

function zipped(files: Files, { config }: Run): Blob {
  return new Blob([zipOf(files, config.wallClockAtZero) as BlobPart], { type: 'application/zip' });
}

/** A server's files with their bytes at a position: replayed on demand, since views keep only names and sizes. */
import type { Sid } from '../base/ids.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import { applyDiskOp, applyDiskOps, emptyDisk } from '../store/disk.ts';
import type { Disk, DiskFile } from '../store/types.ts';
import { writtenOps } from './files.ts';

interface Replay {
  readonly trace: readonly TraceEvent[];
  readonly sid: Sid;
  readonly initial: Disk;
  /** The last event replayed. */
  readonly n: number;
  readonly last: TraceEvent | undefined;
  readonly disk: Disk;
  /** The disk has no space left. */
  readonly full: boolean;
  readonly pending: ReadonlyMap<number, readonly (readonly [file: string, length: number])[]>;
}

const NO_DISK = emptyDisk();
let latest: Replay | null = null;

/**
 * The disk of server `sid` after event `n`.
 *
 * Only events after the last answer are replayed when the same server is asked for a later position of the same trace.
 *
 * @param initial the disk before the first event, if it was not empty.
 */
export function diskAt(trace: readonly TraceEvent[], sid: Sid, n: number, initial: Disk = NO_DISK): Disk {
  const to = Math.min(n, trace.length - 1);
  const from =
    latest !== null && continues(latest, trace, sid, to, initial)
      ? latest
      : { trace, sid, initial, n: -1, last: undefined, disk: initial, full: false, pending: new Map() };
  latest = replay(from, to);
  return latest.disk;
}

function continues(replay: Replay, trace: readonly TraceEvent[], sid: Sid, to: number, initial: Disk): boolean {
  return replay.sid === sid && replay.initial === initial && replay.n <= to && (replay.n < 0 || trace[replay.n] === replay.last);
}

function replay(from: Replay, to: number): Replay {
  let { disk, full } = from;
  const pending = new Map(from.pending);
  for (let n = from.n + 1; n <= to; n++) {
    const event = from.trace[n] as TraceEvent;
    if (event.disk?.sid === from.sid) disk = event.disk.ops.reduce(applyDiskOp, event.disk.reset ? NO_DISK : disk);
    if (event.what.type === 'command' && event.what.command.type === 'diskFull' && event.what.command.sid === from.sid)
      full = event.what.command.full;
    if (event.actor.kind !== 'server' || event.actor.sid !== from.sid) continue;
    if (event.what.type === 'boot') pending.clear();
    for (const effect of event.effects) {
      if (effect.type === 'disk') disk = applyDiskOps(disk, writtenOps(effect.ops, full));
      else if (effect.type === 'fsync')
        pending.set(
          effect.token,
          effect.files.map((file) => [file, disk.files[file]?.length ?? 0]),
        );
    }
    if (event.what.type !== 'fsynced') continue;
    for (const [file, length] of pending.get(event.what.token) ?? []) disk = syncedTo(disk, file, length);
    pending.delete(event.what.token);
  }
  return { ...from, n: to, last: from.trace[to], disk, full, pending };
}

function syncedTo(disk: Disk, name: string, length: number): Disk {
  const file: DiskFile | undefined = disk.files[name];
  if (file === undefined || length <= file.synced) return disk;
  return { files: { ...disk.files, [name]: { ...file, synced: Math.min(length, file.length) } } };
}

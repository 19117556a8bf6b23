/** The way in: data directories that were dropped, chosen, or are those of simulated servers. */
import type { Sid } from '../../base/ids.ts';
import { exportFiles } from '../../store/disk.ts';
import { diskAt } from '../../trace/disk.ts';
import type { Run } from '../engine/run.svelte.ts';
import type { Session } from '../engine/session.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { disks } from './disks.svelte.ts';
import type { Dropped } from './wire.ts';

/**
 * Shows the data directories among these files over the stage; the run goes on behind it. What was shown before stays until the new ones are read.
 *
 * @param name of what was dropped, for the title of a rehearsal.
 * @returns whether there is a directory among them; if not, what was shown before is still there.
 */
export async function openDataDirs(session: Session, files: readonly Dropped[], name: string = nameOf(files)): Promise<boolean> {
  session.run?.pause();
  ui.dialog = 'disks';
  return disks.open(files, { name, simulated: false });
}

/** Shows the directories of simulated servers as they are at the playhead. @param file the one to look at first. */
export async function openServerDirs(run: Run, sid: Sid, file: string | null = null): Promise<boolean> {
  run.pause();
  const sids = run.members.map((member) => member.sid);
  const all = sids.map((one) => {
    const entries = Object.entries(exportFiles(diskAt(run.timeline.events, one, run.n)));
    return entries.map(([path, bytes]): Dropped => ({ path: `server-${one}/version-2/${path}`, blob: new Blob([bytes as BlobPart]) }));
  });
  ui.dialog = 'disks';
  return disks.open(all.flat(), { name: run.name, simulated: true, sid, file });
}

/** `backup` of `backup.zip`, `zk1` of what is in the folder `zk1`. */
function nameOf(files: readonly Dropped[]): string {
  const first = files[0]?.path.split('/')[0] ?? '';
  return first.replace(/(\.tar)?\.(zip|gz|tgz|tar)$/i, '');
}

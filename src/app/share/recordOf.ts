/** The run on screen as a record: what links, files and the browser's memory hold. */
import { storedBranches } from '../../intake/runs/file.ts';
import { TABS, type RunRecord, type RunView } from '../../intake/runs/record.ts';
import { SPEEDS, type Run } from '../engine/run.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { digestUpTo } from './digest.ts';

/** Without a fingerprint, which costs a look at every event. @returns null for a trace that was not made here. */
export function recordOf(run: Run): RunRecord | null {
  const { source, n, length, commands } = run;
  if (source === null) return null;
  const branches = run.branchesNow();
  return {
    ...source,
    commands,
    length,
    n,
    digest: '',
    view: viewOf(run),
    branches: branches === null ? null : storedBranches(branches),
  };
}

/** With its fingerprint. */
export async function signedRecordOf(run: Run): Promise<RunRecord | null> {
  const record = recordOf(run);
  return record === null || record.n < 0 ? record : { ...record, digest: await digestUpTo(run.timeline.events, record.n + 1) };
}

function viewOf(run: Run): RunView {
  const tab = TABS.find((one) => one === ui.tab);
  const speed = SPEEDS.indexOf(run.speed);
  return {
    ...(ui.selection?.kind === 'server' && { server: ui.selection.sid }),
    ...(tab !== undefined && tab !== 'inspect' && { tab }),
    ...(speed >= 0 && run.speed !== 1 && { speed }),
    ...(!run.hideHeartbeats && { heartbeats: true }),
  };
}

/** Puts the page's own state as a record says. */
export function applyView(run: Run, view: RunView): void {
  const speed = view.speed === undefined ? undefined : SPEEDS[view.speed];
  if (speed !== undefined) run.speed = speed;
  if (view.heartbeats === true) run.setHideHeartbeats(false);
  if (view.server !== undefined && run.members.some(({ sid }) => sid === view.server)) ui.select({ kind: 'server', sid: view.server });
  if (view.tab !== undefined) ui.tab = view.tab;
}

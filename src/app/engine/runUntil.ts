import type { EnsembleView } from '../../trace/view.ts';
import type { Run } from './run.svelte.ts';

/** Generates events until the claim holds for the view at the live edge, or `most` events have been made. @returns whether it holds. */
export async function runUntil(run: Run, holds: (view: EnsembleView) => boolean, most = 20_000): Promise<boolean> {
  for (let made = 0; made < most;) {
    if (holds(run.timeline.head)) return true;
    const before = run.length;
    if (!(await run.ahead(20))) return false;
    made += run.length - before;
  }
  return holds(run.timeline.head);
}

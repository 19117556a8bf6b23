/** What a person looks for in one run: hits of a search, filters, a marked event, a second server. Shared by find bar, timeline and inspector. */
import type { Sid } from '../../base/ids.ts';
import type { EventFilter } from '../../trace/search.ts';
import type { Hop } from '../../trace/happenedBefore.ts';
import type { Run } from '../engine/run.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import type { Cones } from '../order/cones.ts';
import type { Hits } from './hits.svelte.ts';
import type { Sieve } from './sieve.svelte.ts';

/** Which bars are open below the stage. The find bar takes the focus whenever `focus` grows. */
export const bars = $state({ find: false, filter: false, stops: false, focus: 0 });

export function openBar(bar: 'find' | 'filter' | 'stops'): void {
  bars[bar] = true;
  ui.bars = true;
}

export class Look {
  text = $state('');
  hits = $state.raw<Hits | null>(null);
  /** The hit that the person went to last. */
  hit = $state.raw<number | null>(null);
  filter = $state.raw<EventFilter>({});
  sieve = $state.raw<Sieve | null>(null);
  /** To this event others are related. */
  marked = $state.raw<number | null>(null);
  cones = $state.raw<Cones | null>(null);
  chain = $state.raw<readonly Hop[]>([]);
  /** Shown beside the server that is selected. */
  second = $state.raw<Sid | null>(null);
}

const looks = new WeakMap<Run, Look>();

export function lookOf(run: Run): Look {
  let look = looks.get(run);
  if (look === undefined) looks.set(run, (look = new Look()));
  return look;
}

/** The event that is selected, or that sent the selected message; else the one at the playhead. */
export function eventInView(run: Run): number {
  const { selection } = ui;
  if (selection?.kind === 'event') return selection.n;
  return selection?.kind === 'message' ? selection.sentN : run.n;
}

/** Marks an event for `happened before`, or takes its mark away. */
export function mark(run: Run, n: number): void {
  const look = lookOf(run);
  if (n < 0) return;
  look.marked = look.marked === n ? null : n;
  ui.bars = true;
}

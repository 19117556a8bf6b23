/** Which event a person means who points at the timeline. */
import type { Sid } from '../../base/ids.ts';
import { atMost } from '../../trace/sorted.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { TimelineScale } from './scale.ts';

/** So near counts as pointing at it, px. */
const NEAR = 8;

/** The event nearest to a pixel: one of the server whose lane it is, if there is one near; else the last one left of it, or −1. */
export function nearestEvent(timeline: Timeline, scale: TimelineScale, x: number, sid: Sid | null): number {
  const own = sid === null ? [] : timeline.index.eventsOf(sid);
  const i = atMost(own, scale.eventAt(x));
  const near = [own[i - 1], own[i]]
    .filter((n) => n !== undefined)
    .toSorted((a, b) => Math.abs(scale.xOf(a) - x) - Math.abs(scale.xOf(b) - x))[0];
  return near !== undefined && Math.abs(scale.xOf(near) - x) <= NEAR ? near : scale.eventAt(x + 2);
}

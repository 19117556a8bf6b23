/** Marks of events that cannot have been in the order in which the logs have them. */
import { serverOfEvent } from '../../trace/about.ts';
import { nextAfter } from '../../trace/sorted.ts';
import type { Surface, TimelinePicture } from './picture.ts';

/** Half the size of a mark, and the room it takes, px. */
const HALF = 4;
const APART = 10;

/** A red cross on the lane, at the upper border of the band. */
export function paintImpossible(context: Surface, { timeline, scale, lanes, ink }: TimelinePicture): void {
  const positions = timeline.index.impossible();
  context.lineWidth = 2;
  context.strokeStyle = ink.broken;
  context.beginPath();
  for (let n = nextAfter(positions, scale.eventAt(-HALF)); n !== null;) {
    const x = scale.xOf(n);
    if (x > scale.width) break;
    const event = timeline.events[n];
    const sid = event === undefined ? null : serverOfEvent(event);
    const lane = sid === null ? undefined : lanes.get(sid);
    if (lane !== undefined) {
      const y = lane.y - lane.half;
      context.moveTo(x - HALF, y - HALF);
      context.lineTo(x + HALF, y + HALF);
      context.moveTo(x - HALF, y + HALF);
      context.lineTo(x + HALF, y - HALF);
    }
    n = nextAfter(positions, Math.max(n, scale.eventAt(x + APART)));
  }
  context.stroke();
}

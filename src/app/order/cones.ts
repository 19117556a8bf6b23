/** The past and the future of an event: what could have led to it, and what it could have led to. */
import { causalFuture, causalPast } from '../../trace/happenedBefore.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Timeline } from '../../trace/timeline.ts';

export interface Cones {
  readonly of: number;
  /** Positions that were looked at; others are in no cone, and not outside either. */
  readonly from: number;
  readonly to: number;
  readonly past: number;
  readonly future: number;
  /** Whether an event is in one of the cones, or was not looked at. */
  readonly has: (n: number) => boolean;
  /** Whether a message flew within one of the cones. */
  readonly hasLine: (line: FlightLine) => boolean;
}

/** How far they are followed, events. */
export const REACH = 100_000;

const PAST = 1;
const FUTURE = 2;

export function conesOf(timeline: Timeline, n: number): Cones {
  const from = Math.max(0, n - REACH);
  const to = Math.min(timeline.length - 1, n + REACH);
  const past = causalPast(timeline, n, from);
  const future = causalFuture(timeline, n, to);
  const marks = new Uint8Array(Math.max(1, to - from + 1));
  for (const at of past) marks[at - from] = PAST;
  for (const at of future) marks[at - from] = FUTURE;
  marks[n - from] = PAST | FUTURE;
  const isOut = (at: number): boolean => at < from || at > to;
  return {
    of: n,
    from,
    to,
    past: past.length,
    future: future.length,
    has: (at) => isOut(at) || marks[at - from] !== 0,
    hasLine: ({ sentN, endN }) => {
      if (isOut(sentN)) return true;
      const sent = marks[sentN - from] as number;
      // What is still on its way belongs to the future of its sender.
      if (isOut(endN)) return (sent & FUTURE) !== 0;
      return (sent & (marks[endN - from] as number)) !== 0;
    },
  };
}

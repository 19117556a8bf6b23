/** Until when a server waits: its timers, read from the effects that set them. */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { atMost } from '../sorted.ts';
import type { Timeline } from '../timeline.ts';

/** A wait that ends by itself. */
export interface Deadline {
  /** Virtual ms. */
  readonly at: number;
  readonly timer: string;
  /** Position of the event that set it. */
  readonly set: number;
}

/** Events of a server that are looked through at most, newest first. */
const MOST_BACK = 20_000;

/** When a timer of server `sid` goes off as things stand after event `n`; null if it is not set, or if the trace does not say. */
export function deadlineOf(timeline: Timeline, sid: Sid, timer: string, n: number): Deadline | null {
  for (const event of lifeBack(timeline, sid, n)) {
    for (const effect of event.effects.toReversed()) {
      if (effect.type === 'cancelTimer' && effect.timer === timer) return null;
      if (effect.type !== 'setTimer' || effect.timer !== timer) continue;
      const at = event.at + effect.afterMs / rateOf(timeline, sid, n);
      // Logs do not show timers that go off: one whose time has passed has.
      return isPast(timeline, at, n) ? null : { at, timer, set: event.n };
    }
    if (event.what.type === 'timer' && event.what.timer === timer) return null;
  }
  return null;
}

/**
 * When a learner gives up its leader: each packet from it starts the wait anew, and the timer only looks whether one has come.
 *
 * Source: `Learner.readPacket` on a socket whose read timeout is initLimit ticks until it is synchronized, then syncLimit ticks.
 */
export function readDeadlineOf(timeline: Timeline, sid: Sid, leader: Sid, n: number): Deadline | null {
  const set = deadlineOf(timeline, sid, 'read', n);
  if (set === null) return null;
  let heard = -Infinity;
  let longest = 0;
  for (const event of lifeBack(timeline, sid, n)) {
    const { what } = event;
    if (
      heard === -Infinity &&
      what.type === 'receive' &&
      what.from.kind === 'server' &&
      what.from.sid === leader &&
      what.message.kind !== 'NOTIFICATION'
    )
      heard = event.at;
    for (const effect of event.effects)
      if (effect.type === 'setTimer' && effect.timer === 'read') longest = Math.max(longest, effect.afterMs);
    if (what.type === 'connected' && 'channel' in what && what.channel === 'quorum') break;
  }
  return { ...set, at: Math.max(set.at, heard + longest / rateOf(timeline, sid, n)) };
}

function isPast({ events }: Timeline, at: number, n: number): boolean {
  return at < (events[Math.min(n, events.length - 1)]?.at ?? 0);
}

/** What a server did since it booted, newest first. */
function* lifeBack(timeline: Timeline, sid: Sid, n: number): Generator<TraceEvent, void, undefined> {
  const positions = timeline.index.eventsOf(sid);
  const newest = atMost(positions, n) - 1;
  for (let i = newest; i >= 0 && i > newest - MOST_BACK; i--) {
    const event = timeline.events[positions[i] as number] as TraceEvent;
    yield event;
    if (event.what.type === 'boot') return;
  }
}

/** How fast a server's clock runs: as the last command about it said. */
function rateOf(timeline: Timeline, sid: Sid, n: number): number {
  const faults = timeline.index.positions('fault');
  for (let i = atMost(faults, n) - 1; i >= 0; i--) {
    const what = timeline.events[faults[i] as number]?.what;
    if (what?.type === 'command' && what.command.type === 'skew' && what.command.sid === sid) return what.command.rate;
  }
  return 1;
}

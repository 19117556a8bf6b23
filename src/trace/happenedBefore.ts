/**
 * Lamport's "happened before": an event comes before another if it could have influenced it. On one server (or client) all that happens is
 * in order; a message is sent before it arrives; and an event comes after the one that caused it. Two events that are not so related are
 * concurrent, whatever the clock says.
 *
 * Server processes, clients and the person who commands are the lines of order. What else the world does (connections that open and close,
 * notes) is on no line: it follows from its cause, and others may follow from it.
 */
import type { TraceEvent } from '../ensemble/types.ts';
import type { Timeline } from './timeline.ts';

/** `s3`, `c1`, `person`: a line on which all events are in order. */
export type Line = `s${number}` | `c${number}` | 'person';

export type Order = 'before' | 'after' | 'concurrent' | 'same';

/** A step of a chain: an event, and how it follows from the one before it. */
export interface Hop {
  readonly n: number;
  /** `order`: later on the same line; `message`: by a message, whose number is given; `cause`: by a timer, the disk, a connection, a command. */
  readonly by: 'start' | 'order' | 'message' | 'cause';
  readonly flight: number | null;
}

export interface Relation {
  readonly order: Order;
  /** From the earlier of the two to the later one with as few messages as possible; empty when they are concurrent. */
  readonly chain: readonly Hop[];
}

export function lineOf({ actor, what }: TraceEvent): Line | null {
  if (actor.kind === 'server') return `s${actor.sid}`;
  if (actor.kind === 'client') return `c${actor.client}`;
  if (what.type === 'processStarted' || what.type === 'processEnded') return `s${what.sid}`;
  return what.type === 'command' ? 'person' : null;
}

/** How event `a` stands to event `b`: `before` means that `a` happened before `b`. Linear in the events between them. */
export function relation(timeline: Timeline, a: number, b: number): Relation {
  if (a === b) return { order: 'same', chain: [] };
  const chain = shortestChain(timeline, Math.min(a, b), Math.max(a, b));
  return { order: chain.length === 0 ? 'concurrent' : a < b ? 'before' : 'after', chain };
}

/** The events from position `from` on that happened before event `n`, ascending. */
export function causalPast(timeline: Timeline, n: number, from: number): readonly number[] {
  const found: number[] = [];
  backwards(timeline, n, Math.max(0, from), (at) => void found.push(at));
  return found.reverse();
}

/** The events up to position `to` that event `n` happened before, ascending. */
export function causalFuture(timeline: Timeline, n: number, to: number): readonly number[] {
  const { events } = timeline;
  const start = events[n];
  if (start === undefined) return [];
  const found: number[] = [];
  const lines = new Set<number>([keyOf(start)]);
  const end = Math.min(to, events.length - 1);
  const inFuture = new Uint8Array(Math.max(1, end - n + 1));
  inFuture[0] = 1;
  for (let at = n + 1; at <= end; at++) {
    const event = events[at] as TraceEvent;
    const key = keyOf(event);
    let follows = key !== NO_LINE && lines.has(key);
    eachCrossing(timeline, event, (from) => (follows ||= from >= n && inFuture[from - n] === 1));
    if (!follows) continue;
    inFuture[at - n] = 1;
    found.push(at);
    lines.add(key);
  }
  return found;
}

/**
 * The vector clock of event `n`: how many events of each line have happened up to it, itself included. Lines without any are left out.
 * Read from the causal past, so that nothing has to be kept for the events that nobody asks about.
 */
export function clockOf(timeline: Timeline, n: number): ReadonlyMap<Line, number> {
  const clock = new Map<Line, number>();
  const count = (at: number): void => {
    const line = lineOf(timeline.events[at] as TraceEvent);
    if (line !== null) clock.set(line, (clock.get(line) ?? 0) + 1);
  };
  if (timeline.events[n] === undefined) return clock;
  count(n);
  backwards(timeline, n, 0, count);
  return clock;
}

export interface Stamped {
  readonly event: TraceEvent;
  /** Null for events on no line; those have the clock of their cause. */
  readonly line: Line | null;
  readonly clock: ReadonlyMap<Line, number>;
}

/**
 * The vector clocks of all events, one after the other. A clock is kept only while an event to come still follows from it, so that a long
 * trace does not fill the memory. Each clock is a value of its own.
 *
 * @param events a trace from its beginning.
 */
export function* vectorClocks(events: readonly TraceEvent[]): Generator<Stamped, void, undefined> {
  const senders = new Map<number, number>();
  const causes = events.map((event) => {
    const found: number[] = [];
    crossing(
      event,
      (flight) => senders.get(flight) ?? -1,
      (from) => found.push(from),
    );
    for (const { id } of event.sent) senders.set(id, event.n);
    return found;
  });
  /** The last event that follows from each, 0 for none. */
  const lastUse = new Int32Array(events.length);
  causes.forEach((froms, n) => froms.forEach((from) => (lastUse[from] = n)));
  const kept = new Map<number, ReadonlyMap<Line, number>>();
  const newest = new Map<Line, ReadonlyMap<Line, number>>();
  for (const event of events) {
    const line = lineOf(event);
    const clock = new Map(line === null ? [] : (newest.get(line) ?? []));
    for (const from of causes[event.n] ?? []) {
      for (const [other, count] of kept.get(from) ?? []) if ((clock.get(other) ?? 0) < count) clock.set(other, count);
      if (lastUse[from] === event.n) kept.delete(from);
    }
    if (line !== null) {
      clock.set(line, (clock.get(line) ?? 0) + 1);
      newest.set(line, clock);
    }
    if (lastUse[event.n] !== 0) kept.set(event.n, clock);
    yield { event, line, clock };
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Inside.

/** Lines as numbers, for walks over very many events. */
const NO_LINE = 0;
const PERSON = 3;

function keyOf({ actor, what }: TraceEvent): number {
  if (actor.kind === 'server') return actor.sid * 4 + 1;
  if (actor.kind === 'client') return actor.client * 4 + 2;
  if (what.type === 'processStarted' || what.type === 'processEnded') return what.sid * 4 + 1;
  return what.type === 'command' ? PERSON : NO_LINE;
}

/** Visits what an event follows from besides the event before it on its line: who sent its message, and its cause. */
function crossing(event: TraceEvent, senderOf: (flight: number) => number, visit: (from: number, by: 'message' | 'cause') => void): void {
  const { n, cause, what } = event;
  const sender = what.type === 'receive' || what.type === 'received' ? senderOf(what.flight) : -1;
  if (sender >= 0 && sender < n) visit(sender, 'message');
  if (cause >= 0 && cause < n && cause !== sender) visit(cause, 'cause');
}

function eachCrossing(timeline: Timeline, event: TraceEvent, visit: (from: number, by: 'message' | 'cause') => void): void {
  const { flights } = timeline.index;
  crossing(event, (flight) => (sends(timeline.events[event.cause], flight) ? event.cause : flights.senderOf(flight)), visit);
}

/** Mostly, who sent the message is the cause. */
function sends(event: TraceEvent | undefined, flight: number): boolean {
  for (const { id } of event?.sent ?? []) if (id === flight) return true;
  return false;
}

/** Visits the past of event `n` down to position `from`, newest first. */
function backwards(timeline: Timeline, n: number, from: number, visit: (at: number) => void): void {
  const { events } = timeline;
  if (events[n] === undefined) return;
  const lines = new Set<number>();
  const wanted = new Uint8Array(n - from + 1);
  wanted[n - from] = 1;
  for (let at = n; at >= from; at--) {
    const event = events[at] as TraceEvent;
    const key = keyOf(event);
    if (wanted[at - from] === 0 && !lines.has(key)) continue;
    if (key !== NO_LINE) lines.add(key);
    eachCrossing(timeline, event, (before) => {
      if (before >= from) wanted[before - from] = 1;
    });
    if (at !== n) visit(at);
  }
}

const WAYS = ['start', 'order', 'message', 'cause'] as const;

/** From `a` to `b`, later: the way with the fewest crossings from line to line, read backwards from `b`. */
function shortestChain(timeline: Timeline, a: number, b: number): readonly Hop[] {
  const { events } = timeline;
  if (events[a] === undefined || events[b] === undefined) return [];
  const size = b - a + 1;
  /** For each event, how many crossings from it to the goal (−1: it does not lead there), where to next, and by what. */
  const hops = new Int32Array(size).fill(-1);
  const to = new Int32Array(size);
  const by = new Uint8Array(size);
  hops[b - a] = 0;
  /** The best event of each line so far from which the goal is reached. */
  const best = new Map<number, number>();
  for (let at = b; at >= a; at--) {
    const i = at - a;
    const event = events[at] as TraceEvent;
    const key = keyOf(event);
    const along = key === NO_LINE ? undefined : best.get(key);
    if (along !== undefined && (hops[i] === -1 || (hops[along - a] as number) < (hops[i] as number))) {
      hops[i] = hops[along - a] as number;
      to[i] = along;
      by[i] = WAYS.indexOf('order');
    } else if (hops[i] === -1) continue;
    else if (key !== NO_LINE) best.set(key, at);
    const next = (hops[i] as number) + 1;
    eachCrossing(timeline, event, (from, how) => {
      const f = from - a;
      if (f < 0 || (hops[f] !== -1 && (hops[f] as number) <= next)) return;
      hops[f] = next;
      to[f] = at;
      by[f] = WAYS.indexOf(how);
    });
  }
  return hops[0] === -1 ? [] : read(events, a, b, to, by);
}

function read(events: readonly TraceEvent[], a: number, b: number, to: Int32Array, by: Uint8Array): readonly Hop[] {
  const chain: Hop[] = [{ n: a, by: 'start', flight: null }];
  for (let at = a; at !== b;) {
    const how = WAYS[by[at - a] as number] as Hop['by'];
    at = to[at - a] as number;
    const what = events[at]?.what;
    const flight = what?.type === 'receive' || what?.type === 'received' ? what.flight : null;
    chain.push({ n: at, by: how, flight: how === 'message' ? flight : null });
  }
  return chain;
}

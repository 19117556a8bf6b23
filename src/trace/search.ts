/**
 * Finding events in a trace: the next or previous one that a predicate describes, and all that pass a filter. Long traces are searched
 * in pieces, so that whoever asks can stop, or show how far it has come; where the index knows the places, only those are looked at.
 */
import type { SessionId, Sid } from '../base/ids.ts';
import type { ClientId, Flight, TraceEvent } from '../ensemble/types.ts';
import {
  clientOfEvent,
  kindOf,
  kindOfMessage,
  pathsOf,
  pathsOfMessage,
  serverOfEvent,
  sessionsOf,
  sessionsOfMessage,
  type EventKind,
} from './about.ts';
import { isMomentary, matcher, type TextOf } from './claim/holds.ts';
import type { AskClaim, EventClaim, Predicate } from './claim/parse.ts';
import { atMost, nextAfter, previousBefore } from './sorted.ts';
import type { Timeline } from './timeline.ts';
import type { RuleId } from '../zab/types.ts';

/** Events looked at between two pauses: a few milliseconds of work, even where every one is told in words or needs a view of its own. */
export const PIECE = 100;

/**
 * Looks for the nearest event after (or before) position `n` at which a predicate holds. One that asks only about the moment, such as
 * `role(2)=LEADING`, is found where it begins to hold. Yields the position it has come to after every piece; returns the position found,
 * or null.
 */
export function* find(
  predicate: Predicate,
  timeline: Timeline,
  n: number,
  direction: 1 | -1,
  textOf: TextOf,
): Generator<number, number | null, undefined> {
  const holds = matcher(predicate, timeline, textOf);
  const momentary = isMomentary(predicate);
  // The position before comes first: counting goes forward.
  const found = (at: number): boolean => (momentary || at === 0 || !holds(at - 1)) && holds(at);
  const places = placesOf(predicate, timeline, !momentary);
  let looked = 0;
  for (const at of walk(places, timeline, n, direction)) {
    if (found(at)) return at;
    if (++looked % PIECE === 0) yield at;
  }
  return null;
}

/** `find` in one go: for command lines and tests. */
export function findNow(predicate: Predicate, timeline: Timeline, n: number, direction: 1 | -1, textOf: TextOf): number | null {
  const search = find(predicate, timeline, n, direction, textOf);
  for (;;) {
    const step = search.next();
    if (step.done === true) return step.value;
  }
}

/** Ascending lists of positions, to be taken together; a position may be in several. */
type Places = readonly (readonly number[])[];

function* walk(places: Places | null, timeline: Timeline, n: number, direction: 1 | -1): Generator<number, void, undefined> {
  if (places === null) {
    for (let at = Math.max(-1, Math.min(n, timeline.length)) + direction; at >= 0 && at < timeline.length; at += direction) yield at;
    return;
  }
  for (let at: number | null = n; (at = nearestOf(places, at, direction)) !== null;) yield at;
}

function nearestOf(places: Places, n: number, direction: 1 | -1): number | null {
  let best: number | null = null;
  for (const list of places) {
    const at = direction > 0 ? nextAfter(list, n) : previousBefore(list, n);
    if (at !== null && (best === null || (direction > 0 ? at < best : at > best))) best = at;
  }
  return best;
}

/** The only positions at which a predicate can hold, or with `begins` those at which it can begin to hold; null when it could be anywhere. */
function placesOf(predicate: Predicate, timeline: Timeline, begins: boolean): Places | null {
  switch (predicate.kind) {
    case 'ask':
      return begins ? placesOfFact(predicate, timeline) : null;
    case 'event':
      return begins ? null : placesOfEvent(predicate, timeline);
    case 'any':
    case 'all': {
      const parts = predicate.of.map((part) => placesOf(part, timeline, begins));
      if (predicate.kind === 'all' && !begins) return parts.reduce(fewer, null);
      // Several things together begin to hold where one of them does.
      const known = parts.filter((part) => part !== null);
      return known.length === parts.length ? known.flat() : null;
    }
    case 'not':
    case 'text':
      return null;
  }
}

/** What only changes where roles do. */
const BY_ROLE: readonly AskClaim['ask']['fact'][] = ['role', 'count', 'up'];

function placesOfFact({ ask, compare }: AskClaim, timeline: Timeline): Places | null {
  const other = compare === null || typeof compare.value !== 'object' || !('ask' in compare.value) ? null : compare.value.ask;
  if (other !== null && !BY_ROLE.includes(other.fact)) return null;
  // Whatever holds from the beginning begins to hold at the first event.
  if (BY_ROLE.includes(ask.fact)) return [[0], timeline.index.positions('roleChange')];
  return other === null && ask.fact === 'decided' ? [[0], ...decidedAt(timeline, ask.args[0] as RuleId)] : null;
}

function placesOfEvent({ fact, compare }: EventClaim, timeline: Timeline): Places | null {
  if (compare !== null && compare.operator !== '=') return null;
  switch (fact) {
    case 'decision':
      return compare === null ? [timeline.index.positions('decision')] : decidedAt(timeline, compare.value as RuleId);
    case 'decision.outcome':
      return [timeline.index.positions('decision')];
    case 'n':
      return compare === null ? null : [[Number(compare.value)].filter((at) => at >= 0 && at < timeline.length)];
    default:
      return null;
  }
}

function decidedAt(timeline: Timeline, rule: RuleId): Places {
  return [...timeline.index.servers()].map((sid) => timeline.index.decisionsOf(sid, rule));
}

function fewer(a: Places | null, b: Places | null): Places | null {
  if (a === null || b === null) return a ?? b;
  const count = (places: Places): number => places.reduce((sum, list) => sum + list.length, 0);
  return count(a) <= count(b) ? a : b;
}

// ---------------------------------------------------------------------------------------------------------------------
// Filters.

/** What is to be shown. A list that is left out lets everything pass; an event must pass all lists. */
export interface EventFilter {
  readonly servers?: readonly Sid[];
  readonly clients?: readonly ClientId[];
  readonly kinds?: readonly EventKind[];
  readonly sessions?: readonly SessionId[];
  /** These paths and everything below them. */
  readonly paths?: readonly string[];
  readonly predicate?: Predicate;
}

/**
 * The positions that pass a filter, found in pieces while the trace grows. Servers and clients are those that act, and those that they
 * speak with: a message that server 2 receives from 3 passes for both.
 */
export class Filtered {
  readonly filter: EventFilter;
  /** Ascending; grows. */
  readonly positions: number[] = [];
  readonly #timeline: Timeline;
  readonly #holds: ((n: number) => boolean) | null;
  #done = 0;

  constructor(filter: EventFilter, timeline: Timeline, textOf: TextOf) {
    this.filter = filter;
    this.#timeline = timeline;
    this.#holds = filter.predicate === undefined ? null : matcher(filter.predicate, timeline, textOf);
  }

  /** How many events have been looked at. */
  get done(): number {
    return this.#done;
  }

  /** Looks at the next events, at most `most`. @returns whether all have been looked at. */
  extend(most = 4_000): boolean {
    const { events } = this.#timeline;
    const end = Math.min(events.length, this.#done + most);
    for (let n = this.#done; n < end; n++) if (this.#passes(events[n] as TraceEvent)) this.positions.push(n);
    this.#done = end;
    return end === events.length;
  }

  /** Forgets what came after: the trace was cut to `length` events. */
  truncated(length: number): void {
    this.positions.length = atMost(this.positions, length - 1);
    this.#done = Math.min(this.#done, length);
  }

  /** Whether a position passes; false while it has not been looked at. */
  has(n: number): boolean {
    return this.positions[atMost(this.positions, n) - 1] === n;
  }

  #passes(event: TraceEvent): boolean {
    const { servers, clients, kinds, sessions, paths } = this.filter;
    if (kinds !== undefined && !kinds.includes(kindOf(event))) return false;
    if (servers !== undefined && !concerns(event, 'server', servers)) return false;
    if (clients !== undefined && !concerns(event, 'client', clients)) return false;
    if (sessions !== undefined && !sessionsOf(event).some((session) => sessions.includes(session))) return false;
    if (paths !== undefined && !pathsOf(event).some((path) => paths.some((wanted) => isBelow(path, wanted)))) return false;
    return this.#holds === null || this.#holds(event.n);
  }
}

/** Whether a message passes a filter: by who sends or gets it, and by what it says. A predicate is about events, and is not asked. */
export function passesFilter({ servers, clients, kinds, sessions, paths }: EventFilter, { from, to, message }: Flight): boolean {
  if (kinds !== undefined && !kinds.includes(kindOfMessage(message))) return false;
  const ends = [from, to];
  if (servers !== undefined && !ends.some((peer) => peer.kind === 'server' && servers.includes(peer.sid))) return false;
  if (clients !== undefined && !ends.some((peer) => peer.kind === 'client' && clients.includes(peer.client))) return false;
  if (sessions !== undefined && !sessionsOfMessage(message).some((session) => sessions.includes(session))) return false;
  return paths === undefined || pathsOfMessage(message).some((path) => paths.some((wanted) => isBelow(path, wanted)));
}

function concerns(event: TraceEvent, kind: 'server' | 'client', ids: readonly number[]): boolean {
  const own = kind === 'server' ? serverOfEvent(event) : clientOfEvent(event);
  if (own !== null && ids.includes(own)) return true;
  const { what } = event;
  if (what.type === 'receive' && what.from.kind === kind && ids.includes(idOf(what.from))) return true;
  if (what.type === 'connectionOpened') return [what.from, what.to].some((peer) => peer.kind === kind && ids.includes(idOf(peer)));
  if (kind === 'server' && what.type === 'command') {
    const { command } = what;
    if ('from' in command && 'to' in command) return [command.from, command.to].some((sid) => sid !== undefined && ids.includes(sid));
  }
  return false;
}

function idOf(peer: { readonly kind: 'server'; readonly sid: Sid } | { readonly kind: 'client'; readonly client: ClientId }): number {
  return peer.kind === 'server' ? peer.sid : peer.client;
}

function isBelow(path: string, wanted: string): boolean {
  return path === wanted || path.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`);
}

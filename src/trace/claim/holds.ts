/** Whether a claim holds at a moment of a trace, where in a trace it does, and what a predicate says of an event. */
import { compareZxid, formatZxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Timeline } from '../timeline.ts';
import { EVENT_FACTS, type EventValue } from './eventFacts.ts';
import { FACTS, momentAt, type FactValue, type Memo, type Moment } from './facts.ts';
import type { Ask, AskClaim, Claim, EventClaim, Joined, Operator, Predicate, TextClaim } from './parse.ts';

export function holds(claim: Claim, at: Moment): boolean {
  return joined(claim, (leaf) => holdsAt(leaf, at));
}

/** Gives the text of an event that is searched: its caption, decisions, messages, log lines. */
export type TextOf = (event: TraceEvent, timeline: Timeline) => string;

/**
 * A predicate as a function of a position: whether it holds for the event there and the moment after it. The moment is only made if it is
 * asked about. Cheapest when asked forward.
 */
export function matcher(predicate: Predicate, timeline: Timeline, textOf: TextOf): (n: number) => boolean {
  const memo: Memo = new Map();
  return (n) => {
    const event = timeline.events[n];
    if (event === undefined) return false;
    let moment: Moment | null = null;
    return joined(predicate, (leaf) => {
      if (leaf.kind === 'event') return holdsFor(leaf, event);
      if (leaf.kind === 'text') return contains(textOf(event, timeline), leaf);
      return holdsAt(leaf, (moment ??= momentAt(timeline, n, memo)));
    });
  };
}

/** Whether a predicate asks about events, and so holds only at them; otherwise it may hold for a while. */
export function isMomentary(predicate: Predicate): boolean {
  if (predicate.kind === 'all' || predicate.kind === 'any') return predicate.of.some(isMomentary);
  if (predicate.kind === 'not') return isMomentary(predicate.of);
  return predicate.kind !== 'ask';
}

function joined<Leaf extends { readonly kind: 'ask' | 'event' | 'text' }>(claim: Joined<Leaf>, says: (leaf: Leaf) => boolean): boolean {
  switch (claim.kind) {
    case 'all':
      return claim.of.every((part) => joined(part, says));
    case 'any':
      return claim.of.some((part) => joined(part, says));
    case 'not':
      return !joined(claim.of, says);
    default:
      return says(claim);
  }
}

function contains(text: string, { text: wanted }: TextClaim): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}

function holdsFor({ fact, compare }: EventClaim, event: TraceEvent): boolean {
  const values: readonly EventValue[] = EVENT_FACTS[fact].read(event);
  if (compare === null) return values.length > 0;
  if (compare.operator === '!=') return !values.includes(compare.value);
  return values.some((value) => compares(value, compare.operator, compare.value));
}

function holdsAt({ ask, compare }: AskClaim, at: Moment): boolean {
  const value = valueOf(ask, at);
  if (compare === null) return isSo(value);
  const wanted = isAsk(compare.value) ? valueOf(compare.value.ask, at) : compare.value;
  if (FACTS[ask.fact].nested === true && isInside(value, wanted)) return compare.operator === '=';
  return wanted !== null && typeof wanted !== 'boolean' && compares(value, compare.operator, wanted);
}

function isAsk(value: unknown): value is { readonly ask: Ask } {
  return typeof value === 'object' && value !== null && 'ask' in value;
}

function isInside(value: FactValue, wanted: FactValue): boolean {
  return typeof value === 'string' && typeof wanted === 'string' && value.startsWith(`${wanted}.`);
}

/** The first position from `from` to `to` (both included) at which a claim holds, or null. */
export function firstHolding(claim: Claim, timeline: Timeline, from: number, to: number): number | null {
  for (let n = Math.max(-1, from); n <= to; n++) if (holds(claim, momentAt(timeline, n))) return n;
  return null;
}

/** A fact as text, for sentences: whole numbers; an en dash where it has no value. */
export function quote(ask: Ask, at: Moment): string {
  const value = valueOf(ask, at);
  if (value === null) return '–';
  if (typeof value === 'number') return String(Math.round(value));
  return isZxid(value) ? formatZxid(value) : String(value);
}

function valueOf({ fact, args }: Ask, at: Moment): FactValue {
  return FACTS[fact].read(at, args);
}

function isSo(value: FactValue): boolean {
  return value !== null && value !== false && value !== 0;
}

function compares(value: FactValue, operator: Operator, wanted: number | string | Zxid): boolean {
  const order = orderOf(value, wanted);
  if (order === null) return false;
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
  }
}

/** Negative, 0 or positive; null where there is nothing to compare. */
function orderOf(value: FactValue, wanted: number | string | Zxid): number | null {
  if (value === null) return null;
  if (isZxid(value)) return isZxid(wanted) ? compareZxid(value, wanted) : null;
  if (typeof value === 'number') return typeof wanted === 'number' ? value - wanted : null;
  return value === wanted ? 0 : 1;
}

function isZxid(value: FactValue): value is Zxid {
  return typeof value === 'object' && value !== null;
}

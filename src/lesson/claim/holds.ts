/** Whether a claim holds at a moment of a trace, and where in a trace it does. */
import { compareZxid, formatZxid, type Zxid } from '../../base/zxid.ts';
import type { Timeline } from '../../trace/timeline.ts';
import { FACTS, momentAt, type FactValue, type Moment } from './facts.ts';
import type { Ask, Claim, Operator } from './parse.ts';

export function holds(claim: Claim, at: Moment): boolean {
  switch (claim.kind) {
    case 'all':
      return claim.of.every((part) => holds(part, at));
    case 'any':
      return claim.of.some((part) => holds(part, at));
    case 'not':
      return !holds(claim.of, at);
    case 'ask': {
      const value = valueOf(claim.ask, at);
      return claim.compare === null ? isSo(value) : compares(value, claim.compare.operator, claim.compare.value);
    }
  }
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

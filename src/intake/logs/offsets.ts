/**
 * Clock offsets from bounds. For servers a and b, every pair "a did it at `ta`, so b saw it at `tb`" says that b's clock is ahead of a's
 * by `tb − ta` at most; pairs the other way bound it from below. All bounds together are a simple temporal network.
 */
import type { Sid } from '../../base/ids.ts';
import type { ClockOffset } from './model.ts';

/** What pairs say of one server's clock against another's: how far `to` is ahead of `from` at most. */
export interface Bound {
  readonly from: Sid;
  readonly to: Sid;
  /** Differences of all pairs, ms: effect on its clock − cause on its clock. */
  readonly differences: readonly number[];
}

/** Logs cut off fractions of a millisecond, and a line may be printed a moment after its thing was done. */
export const SLACK_MS = 2;
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
/** More servers than any ensemble has are not worth the cubic work: they take the bounds to their neighbours only. */
const MOST_CLOSED = 64;

/** Where an offset may lie. */
interface Interval {
  readonly low: number;
  readonly high: number;
}

const ANYWHERE: Interval = { low: -Infinity, high: Infinity };

/** @param sids all servers, ascending; each gets an offset against the one with the most pairs. */
export function offsetsOf(sids: readonly Sid[], bounds: readonly Bound[]): Map<Sid, ClockOffset> {
  const { limits, pairs } = pairwise(bounds);
  const count = (sid: Sid) => sids.reduce((sum, other) => sum + (pairs.get(edge(sid, other)) ?? 0), 0);
  const counts = new Map(sids.map((sid) => [sid, count(sid)]));
  const placed = new Map<Sid, number>();
  const busiest = () => {
    const left = sids.filter((sid) => !placed.has(sid));
    return left.reduce<Sid | null>((best, sid) => (best === null || of(counts, sid) > of(counts, best) ? sid : best), null);
  };
  const reference = busiest();
  if (reference === null) return new Map();
  const closed = close(sids, limits) ?? limits;
  placed.set(reference, 0);
  const tied = new Map<Sid, Interval>([[reference, { low: 0, high: 0 }]]);
  for (;;) {
    // Servers that nothing ties to the reference keep the clock of the busiest of them.
    const next = nearest(sids, placed, pairs) ?? busiest();
    if (next === null) break;
    const choice = choose(feasible(next, placed, closed, pairs));
    placed.set(next, choice);
    const whole = between(closed, reference, next);
    tied.set(next, whole.low <= whole.high ? whole : { low: choice, high: choice });
  }
  return new Map(
    sids.map((sid) => {
      const offsetMs = placed.get(sid) ?? 0;
      const { low, high } = tied.get(sid) ?? ANYWHERE;
      return [sid, { offsetMs, uncertainMs: Math.max(high - offsetMs, offsetMs - low, 0), pairs: of(counts, sid) }];
    }),
  );
}

function of(counts: ReadonlyMap<Sid, number>, sid: Sid): number {
  return counts.get(sid) ?? 0;
}

function edge(from: Sid, to: Sid): string {
  return `${from}>${to}`;
}

type Limits = ReadonlyMap<string, number>;

/** The upper limit of each ordered pair of servers; where both directions contradict, those that contradict fewest pairs. */
function pairwise(bounds: readonly Bound[]): { readonly limits: Limits; readonly pairs: ReadonlyMap<string, number> } {
  const limits = new Map<string, number>();
  const pairs = new Map<string, number>();
  const byEdge = new Map(bounds.map((bound) => [edge(bound.from, bound.to), bound]));
  for (const { from, to, differences } of bounds) {
    const back = byEdge.get(edge(to, from))?.differences ?? [];
    const total = differences.length + back.length;
    pairs.set(edge(from, to), total);
    pairs.set(edge(to, from), total);
    if (limits.has(edge(from, to))) continue;
    const { low, high } = intervalOf(differences, back);
    if (high < Infinity) limits.set(edge(from, to), high);
    if (low > -Infinity) limits.set(edge(to, from), -low);
  }
  return { limits, pairs };
}

/** Where the offset of `to` against `from` lies: below all `forth`, above all negated `back`, within the slack. */
function intervalOf(forth: readonly number[], back: readonly number[]): Interval {
  let high = Infinity;
  for (const difference of forth) high = Math.min(high, difference + SLACK_MS);
  let low = -Infinity;
  for (const difference of back) low = Math.max(low, -difference - SLACK_MS);
  return low <= high ? { low, high } : fewestContradictions(forth, back);
}

/**
 * The stretch that contradicts the fewest pairs: clocks drifted, were set, or lines are missing. Among several the one that allows no
 * correction at all, then the widest.
 */
function fewestContradictions(forth: readonly number[], back: readonly number[]): Interval {
  const highs = forth.map((difference) => difference + SLACK_MS).sort((a, b) => a - b);
  const lows = back.map((difference) => -difference - SLACK_MS).sort((a, b) => a - b);
  let best: Interval = ANYWHERE;
  let fewest = Infinity;
  let h = 0;
  // The best stretch begins at a lower bound: going up from it, only upper bounds are lost.
  lows.forEach((low, k) => {
    while (h < highs.length && (highs[h] ?? 0) < low) h += 1;
    const contradicted = h + (lows.length - k - 1);
    const stretch = { low, high: Math.min(highs[h] ?? Infinity, lows[k + 1] ?? Infinity) };
    if (contradicted > fewest || (contradicted === fewest && !isPlainer(stretch, best))) return;
    fewest = contradicted;
    best = stretch;
  });
  return best;
}

function isPlainer(a: Interval, b: Interval): boolean {
  const zero = ({ low, high }: Interval) => low <= 0 && high >= 0;
  return zero(a) === zero(b) ? a.high - a.low > b.high - b.low : zero(a);
}

/** All limits made as tight as they are through other servers (Floyd and Warshall); null when they contradict each other. */
function close(sids: readonly Sid[], limits: Limits): Limits | null {
  if (sids.length > MOST_CLOSED) return null;
  const tight = new Map(limits);
  for (const via of sids)
    for (const from of sids) {
      const first = tight.get(edge(from, via));
      if (first === undefined || from === via) continue;
      for (const to of sids) {
        const second = tight.get(edge(via, to));
        if (second === undefined) continue;
        if (from === to) {
          if (first + second < 0) return null;
        } else if (first + second < (tight.get(edge(from, to)) ?? Infinity)) tight.set(edge(from, to), first + second);
      }
    }
  return tight;
}

/** The server without an offset that has the most pairs with those that have one; null when none has any. */
function nearest(sids: readonly Sid[], placed: ReadonlyMap<Sid, number>, pairs: ReadonlyMap<string, number>): Sid | null {
  let best: Sid | null = null;
  let most = 0;
  for (const sid of sids) {
    if (placed.has(sid)) continue;
    let count = 0;
    for (const other of placed.keys()) count += pairs.get(edge(other, sid)) ?? 0;
    if (count > most) {
      best = sid;
      most = count;
    }
  }
  return best;
}

function between(limits: Limits, from: Sid, to: Sid): Interval {
  return { low: -(limits.get(edge(to, from)) ?? Infinity), high: limits.get(edge(from, to)) ?? Infinity };
}

/** What all placed servers leave; where they contradict each other, what the one with the most pairs says. */
function feasible(sid: Sid, placed: ReadonlyMap<Sid, number>, limits: Limits, pairs: ReadonlyMap<string, number>): Interval {
  let low = -Infinity;
  let high = Infinity;
  let closest = ANYWHERE;
  let most = 0;
  for (const [other, offset] of placed) {
    const bound = between(limits, other, sid);
    low = Math.max(low, offset + bound.low);
    high = Math.min(high, offset + bound.high);
    const count = pairs.get(edge(other, sid)) ?? 0;
    if (count > most) {
      most = count;
      closest = { low: offset + bound.low, high: offset + bound.high };
    }
  }
  return low <= high ? { low, high } : closest;
}

/** No change if that is allowed, then a whole hour or quarter of one (time zones), then the middle. */
function choose({ low, high }: Interval): number {
  if (low <= 0 && high >= 0) return 0;
  const middle = low === -Infinity ? high : high === Infinity ? low : (low + high) / 2;
  for (const unit of [HOUR_MS, QUARTER_MS]) {
    const whole = roundInto(middle, unit, low, high);
    if (whole !== null) return whole;
  }
  return Math.round(middle * 2) / 2;
}

/** The multiple of the unit nearest to the middle that lies inside. */
function roundInto(middle: number, unit: number, low: number, high: number): number | null {
  const nearest = Math.round(middle / unit) * unit;
  for (const whole of [nearest, nearest - unit, nearest + unit]) if (whole >= low && whole <= high) return whole;
  return null;
}

/** All servers' records in one order of time. A log's own order is never changed, and where the clocks allow it causes come first. */
import type { Sid } from '../../base/ids.ts';
import type { Causes } from './causes.ts';
import type { ClockOffset, PlacedRecord } from './model.ts';
import { SLACK_MS } from './offsets.ts';
import type { Series } from './stays.ts';

/** A record of another server that must come before. */
interface Cause {
  readonly series: number;
  readonly index: number;
}

/**
 * Merges series by corrected time.
 *
 * @param causes pairs that tie them: an effect that stands before its cause by more than the slack is marked `impossible`.
 */
export function merge(all: readonly Series[], clocks: ReadonlyMap<Sid, ClockOffset>, causes: readonly Causes[]): PlacedRecord[] {
  const offsets = all.map(({ sid }) => clocks.get(sid)?.offsetMs ?? 0);
  const needs = latestCauses(all, offsets, causes);
  const places = all.map(({ records }) => new Int32Array(records.length).fill(-1));
  const heads = all.map(() => 0);
  const merged: PlacedRecord[] = [];
  const late: { readonly placed: number; readonly cause: Cause }[] = [];
  let now = -Infinity;
  for (;;) {
    const s = nextSeries(all, offsets, heads, needs, places);
    const series = all[s];
    const i = heads[s] ?? 0;
    const record = series?.records[i];
    if (series === undefined || record === undefined) break;
    now = Math.max(now, (series.at[i] ?? 0) - (offsets[s] ?? 0));
    const cause = needs[s]?.get(i);
    if (cause !== undefined && (places[cause.series]?.[cause.index] ?? -1) < 0) late.push({ placed: merged.length, cause });
    const place = places[s];
    if (place !== undefined) place[i] = merged.length;
    heads[s] = i + 1;
    merged.push({
      log: record.log,
      line: record.line,
      at: record.at,
      sid: series.sid,
      host: record.host,
      level: record.level,
      fact: record.fact,
      t: now,
      impossible: null,
    });
  }
  for (const { placed, cause } of late) {
    const record = merged[placed];
    const before = places[cause.series]?.[cause.index] ?? -1;
    if (record !== undefined && before >= 0) merged[placed] = { ...record, impossible: before };
  }
  return merged;
}

/** Of each effect, the cause that comes last. */
function latestCauses(all: readonly Series[], offsets: readonly number[], causes: readonly Causes[]): Map<number, Cause>[] {
  const number = new Map(all.map(({ sid }, i) => [sid, i]));
  const needs = all.map(() => new Map<number, Cause>());
  const timeOf = ({ series, index }: Cause) => (all[series]?.at[index] ?? 0) - (offsets[series] ?? 0);
  for (const { from, to, cause, effect } of causes) {
    const series = number.get(from);
    const target = needs[number.get(to) ?? -1];
    if (series === undefined || target === undefined) continue;
    effect.forEach((at, k) => {
      const found: Cause = { series, index: cause[k] ?? 0 };
      const known = target.get(at);
      if (known === undefined || timeOf(known) < timeOf(found)) target.set(at, found);
    });
  }
  return needs;
}

/**
 * The series whose next record is due: the earliest, except that an effect waits for a cause within the slack, and so does what must
 * come before that. −1 when all are done.
 */
function nextSeries(
  all: readonly Series[],
  offsets: readonly number[],
  heads: readonly number[],
  needs: readonly ReadonlyMap<number, Cause>[],
  places: readonly Int32Array[],
): number {
  let best = -1;
  let earliest = Infinity;
  for (let s = 0; s < all.length; s += 1) {
    const at = all[s]?.at[heads[s] ?? 0];
    if (at === undefined || at - (offsets[s] ?? 0) >= earliest) continue;
    earliest = at - (offsets[s] ?? 0);
    best = s;
  }
  // No longer than there are series: then they wait for each other in a circle.
  for (let hops = 0; hops < all.length; hops += 1) {
    const cause = needs[best]?.get(heads[best] ?? 0);
    if (cause === undefined || (places[cause.series]?.[cause.index] ?? 0) >= 0) return best;
    const due = (all[cause.series]?.at[cause.index] ?? 0) - (offsets[cause.series] ?? 0);
    if (due > earliest + SLACK_MS) return best;
    best = cause.series;
  }
  return best;
}

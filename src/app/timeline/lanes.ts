/** Where the servers' lanes lie. */
import type { Sid } from '../../base/ids.ts';

export interface Lane {
  /** The middle, px. */
  readonly y: number;
  /** Half the height of its band, px. */
  readonly half: number;
  /** Hidden by a filter: a thin line. */
  readonly folded: boolean;
}

/** Height of a folded lane, px at scale 1. */
const THIN = 12;
const MOST_HALF = 11;

/**
 * From top to bottom in the order of `sids`. Folded lanes are thin, and the others share what is left.
 *
 * @param height of all lanes, px.
 */
export function lanesOf(sids: readonly Sid[], folded: ReadonlySet<Sid>, height: number, textScale: number): ReadonlyMap<Sid, Lane> {
  const open = sids.filter((sid) => !folded.has(sid)).length;
  const thin = open === 0 ? height / Math.max(1, sids.length) : Math.min(THIN * textScale, height / sids.length);
  const wide = open === 0 ? 0 : (height - thin * (sids.length - open)) / open;
  const lanes = new Map<Sid, Lane>();
  let top = 0;
  for (const sid of sids) {
    const isFolded = folded.has(sid);
    const high = isFolded ? thin : wide;
    lanes.set(sid, { y: top + high / 2, half: isFolded ? 1.5 : Math.min(MOST_HALF * textScale, high / 2 - 2), folded: isFolded });
    top += high;
  }
  return lanes;
}

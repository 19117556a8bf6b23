/** Histories as strips: where each stretch of txns stands, from the oldest to the newest. */
import { formatZxid } from '../../base/zxid.ts';
import type { JudgedSpan } from '../../intake/datadir/compare.ts';

/** Stretches that are drawn. */
export const MOST_DRAWN = 400;

export interface StripCell {
  readonly span: JudgedSpan;
  /** Px from the left. */
  readonly x: number;
  readonly width: number;
  /** Whether an epoch begins with it. */
  readonly newEpoch: boolean;
}

/**
 * Widths grow with the logarithm of the number of txns, so that one lost txn is seen beside a million common ones.
 *
 * @param room px; a picture of many stretches is wider.
 */
export function stripCells(spans: readonly JudgedSpan[], room: number): readonly StripCell[] {
  const drawn = spans.slice(0, MOST_DRAWN);
  const weights = drawn.map(({ count }) => 1 + Math.log2(count));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const unit = Math.max(LEAST, Math.min(MOST, room / Math.max(1, total)));
  let x = 0;
  return drawn.map((span, i) => {
    const width = (weights[i] ?? 1) * unit;
    const cell = { span, x, width, newEpoch: drawn[i - 1]?.from.epoch !== span.from.epoch };
    x += width;
    return cell;
  });
}

/** Px for one txn, at least and at most. */
const LEAST = 14;
const MOST = 72;

/** `0x100000003 – 0x100000007`. */
export function spanText({ from, to, count }: JudgedSpan): string {
  return count === 1 ? formatZxid(from) : `${formatZxid(from)} – ${formatZxid(to)}`;
}

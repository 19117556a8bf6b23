/** A small growing curve: points of time and count, thinned out as they become many. Pure. */

export interface Point {
  /** Ms since the start. */
  readonly at: number;
  readonly value: number;
}

const MOST = 240;

/** With one point more; every second one goes when there are too many. */
export function grown(points: readonly Point[], point: Point): readonly Point[] {
  const all = [...points, point];
  return all.length <= MOST ? all : all.filter((_, i) => i % 2 === 1 || i === 0);
}

/** An SVG path through the points: time to the right, up to `width`; the highest value at the top. Empty without two points. */
export function pathOf(points: readonly Point[], width: number, height: number): string {
  const [last] = points.slice(-1);
  if (points.length < 2 || last === undefined || last.at <= 0) return '';
  const most = Math.max(1, ...points.map(({ value }) => value));
  return points
    .map(
      ({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${((at / last.at) * width).toFixed(1)} ${(height - (value / most) * height).toFixed(1)}`,
    )
    .join('');
}

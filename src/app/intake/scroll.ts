/** Scrolling through more lines than a browser can make an element high: the scroll bar is scaled, the lines are not. */

/** Elements higher than this are cut or drawn wrongly by some browsers, px. */
export const MOST_HEIGHT = 8_000_000;

export interface Scroller {
  readonly lines: number;
  /** Height of a row, px. */
  readonly row: number;
  /** Height of what is seen, px. */
  readonly view: number;
}

/** Height of the element that is scrolled, px. */
export function heightOf({ lines, row }: Scroller): number {
  return Math.min(MOST_HEIGHT, lines * row);
}

/** The last position at which a full view of lines is seen: lines above the first one seen, a fraction too. */
export function lastTop({ lines, row, view }: Scroller): number {
  return Math.max(0, lines - view / row);
}

/** Lines above the view at a position of the scroll bar. */
export function topOf(scroller: Scroller, scrollTop: number): number {
  const way = heightOf(scroller) - scroller.view;
  return way <= 0 ? 0 : (Math.max(0, Math.min(way, scrollTop)) / way) * lastTop(scroller);
}

/** The position of the scroll bar with `top` lines above the view. */
export function scrollOf(scroller: Scroller, top: number): number {
  const last = lastTop(scroller);
  return last === 0 ? 0 : (clampedTop(scroller, top) / last) * Math.max(0, heightOf(scroller) - scroller.view);
}

export function clampedTop(scroller: Scroller, top: number): number {
  return Math.max(0, Math.min(lastTop(scroller), top));
}

/** Moves as little as needed to have a line (from 0) in view with some lines around it; far away, it comes to the middle. */
export function topToShow(scroller: Scroller, top: number, line: number): number {
  const seen = scroller.view / scroller.row;
  const around = Math.min(3, Math.max(0, Math.floor((seen - 1) / 2)));
  if (line < top - seen || line > top + 2 * seen) return clampedTop(scroller, line - seen / 2 + 0.5);
  if (line < top + around) return clampedTop(scroller, line - around);
  if (line > top + seen - 1 - around) return clampedTop(scroller, line - seen + 1 + around);
  return clampedTop(scroller, top);
}

/**
 * Which rows of a long table are in the document. Browsers end a page after some millions of pixels, so the height of a longer table is less than that of its rows, and
 * the scroll position counts as a share of the table rather than as pixels.
 */

/** Tallest element that all browsers lay out without error, px. */
const MOST_HEIGHT = 4_000_000;
/** Rows in front of and behind those that are seen. */
const SPARE = 8;

export interface RowWindow {
  /** Height of the whole table, px. */
  readonly height: number;
  /** The rows from `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  /** Where row `from` stands, px from the top of the table. */
  readonly top: number;
}

/** @param scroll px. @param view height of what is seen, px. */
export function rowWindow(count: number, rowHeight: number, scroll: number, view: number): RowWindow {
  const full = count * rowHeight;
  const height = Math.min(full, MOST_HEIGHT);
  const first = firstRow(count, rowHeight, scroll, view);
  const from = Math.max(0, Math.floor(first) - SPARE);
  const to = Math.min(count, Math.ceil(first + view / rowHeight) + SPARE);
  return { height, from, to, top: scroll - (first - from) * rowHeight };
}

/** The scroll position that shows a row, changed as little as possible. */
export function scrollTo(row: number, count: number, rowHeight: number, scroll: number, view: number): number {
  const first = firstRow(count, rowHeight, scroll, view);
  const rows = view / rowHeight;
  if (row >= first && row + 1 <= first + rows) return scroll;
  const wanted = row < first ? row : row + 1 - rows;
  const full = count * rowHeight;
  const most = Math.max(0, full - view);
  const share = most === 0 ? 0 : Math.min(1, Math.max(0, (wanted * rowHeight) / most));
  return share * Math.max(0, Math.min(full, MOST_HEIGHT) - view);
}

/** The row at the upper edge, with the part of it that is out of sight. */
function firstRow(count: number, rowHeight: number, scroll: number, view: number): number {
  const full = count * rowHeight;
  const most = Math.min(full, MOST_HEIGHT) - view;
  if (most <= 0) return 0;
  const share = Math.min(1, Math.max(0, scroll / most));
  return (share * (full - view)) / rowHeight;
}

/** The log strip of a server: the newest txns of its history, and what was just cut off. */
import { emptyList, listAt, listItems, listKeepLast, listLength, listOf, listPush, listSearch, listTruncate } from '../base/chunked.ts';
import type { ChunkedList } from '../base/chunked.ts';
import { compareZxid, sameZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { LogCell, LogChange } from '../zab/types.ts';

/** Most cells a strip holds. */
export const STRIP_CELLS = 512;
/** How long a cut-off cell stays visible, virtual ms, and how many do. */
export const DISCARD_SHOWN_MS = 10_000;
const DISCARDS = 32;

export interface DiscardedCell {
  readonly cell: LogCell;
  /** When it was cut off, virtual ms. */
  readonly at: number;
}

export interface LogStrip {
  /** All up to here is in a snapshot. */
  readonly base: Zxid;
  /** Txns known after `base`; may exceed the cells held. */
  readonly total: number;
  /** The newest at most 512 of them, oldest first. */
  readonly cells: ChunkedList<LogCell>;
  /** Cut off not long ago, oldest zxid first. */
  readonly discarded: readonly DiscardedCell[];
}

export type CellState = 'proposed' | 'logged' | 'synced' | 'committed' | 'applied' | 'discarded';

export const EMPTY_STRIP: LogStrip = { base: ZXID_ZERO, total: 0, cells: emptyList(), discarded: [] };

/** What decides the fill of a server's cells; a `ServerState` is one. */
export interface CellMarks {
  readonly lastLogged: Zxid;
  readonly lastSynced: Zxid;
  readonly committedZxid: Zxid;
  readonly lastZxid: Zxid;
  readonly log: LogStrip;
}

/** How far a txn has come on a server: the furthest of logged, synced (durable), committed, applied. */
export function cellState(cell: LogCell, server: CellMarks): CellState {
  for (const gone of server.log.discarded) if (gone.cell === cell) return 'discarded';
  if (compareZxid(cell.zxid, server.lastZxid) <= 0) return 'applied';
  if (compareZxid(cell.zxid, server.committedZxid) <= 0) return 'committed';
  if (compareZxid(cell.zxid, server.lastSynced) <= 0) return 'synced';
  return compareZxid(cell.zxid, server.lastLogged) <= 0 ? 'logged' : 'proposed';
}

/** The newest `most` cells, oldest first. */
export function newestCells(strip: LogStrip, most: number): readonly LogCell[] {
  return [...listItems(strip.cells, Math.max(0, listLength(strip.cells) - most))];
}

/** The cut-off cells still worth showing at `at`. */
export function visibleDiscards(strip: LogStrip, at: number): readonly DiscardedCell[] {
  return strip.discarded.length === 0 ? strip.discarded : strip.discarded.filter((gone) => at - gone.at < DISCARD_SHOWN_MS);
}

export function changeStrip(strip: LogStrip, change: LogChange, at: number): LogStrip {
  switch (change.change) {
    case 'append':
      return {
        base: strip.base,
        total: strip.total + 1,
        cells: listKeepLast(listPush(strip.cells, change.cell), STRIP_CELLS),
        discarded: visibleDiscards(strip, at),
      };
    case 'truncate': {
      const keep = listSearch(strip.cells, (cell) => compareZxid(cell.zxid, change.to) > 0);
      const cut = [...listItems(strip.cells, keep)];
      return {
        base: strip.base,
        total: strip.total - cut.length,
        cells: listTruncate(strip.cells, keep),
        discarded: withDiscards(strip, cut, at),
      };
    }
    case 'reset': {
      const cells = change.cells.slice(-STRIP_CELLS);
      return {
        base: change.base,
        total: change.cells.length,
        cells: listOf(cells),
        discarded: withDiscards(strip, lost(strip, change), at),
      };
    }
  }
}

function withDiscards(strip: LogStrip, cut: readonly LogCell[], at: number): readonly DiscardedCell[] {
  const before = visibleDiscards(strip, at);
  return cut.length === 0 ? before : [...before, ...cut.map((cell) => ({ cell, at }))].slice(-DISCARDS);
}

/** Cells of the old strip that lie beyond the new base and are not in the new history: walked from the end, where they differ. */
function lost(strip: LogStrip, change: Extract<LogChange, { change: 'reset' }>): LogCell[] {
  const kept = new Map(change.cells.map((cell) => [cell.zxid.epoch * 0x1_0000_0000 + cell.zxid.counter, cell]));
  const gone: LogCell[] = [];
  for (let i = listLength(strip.cells) - 1; i >= 0 && gone.length < DISCARDS; i--) {
    const cell = listAt(strip.cells, i) as LogCell;
    if (compareZxid(cell.zxid, change.base) <= 0) break;
    const other = kept.get(cell.zxid.epoch * 0x1_0000_0000 + cell.zxid.counter);
    if (other === undefined || !sameTxn(other, cell)) gone.push(cell);
  }
  return gone.reverse();
}

/** Whether two cells name the same txn: zxid, and who asked for what. */
export function sameTxn(a: LogCell, b: LogCell): boolean {
  return a === b || (sameZxid(a.zxid, b.zxid) && a.cxid === b.cxid && a.session === b.session && a.type === b.type && a.path === b.path);
}

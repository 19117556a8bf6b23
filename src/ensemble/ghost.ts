/**
 * What no single server knows: which txns are committed, and how much of that each server has. Kept outside the servers, from events only.
 * A server's history is a matched prefix of the committed txns and a short tail beyond it, so that every txn is compared once a server.
 */
import type { Sid } from '../base/ids.ts';
import { compareZxid, maxZxid, sameZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import type { LogCell, LogChange } from '../zab/types.ts';

/** The committed txns in order. Arrays only grow; a checkpoint is their length. */
export interface Committed {
  /** All up to here was there before anything was observed. */
  readonly base: Zxid;
  readonly cells: LogCell[];
  /** Tree digest after the txn of the same index, where a serving server has shown one, and the event that did. */
  readonly digests: (SeenDigest | undefined)[];
}

export interface SeenDigest {
  readonly digest: number;
  readonly sid: Sid;
  readonly n: number;
}

export interface History {
  /** How many committed txns this server's history begins with. */
  matched: number;
  /** What follows them, oldest first. */
  tail: LogCell[];
  /** A snapshot below which nothing is known in detail. */
  base: Zxid;
}

export function emptyCommitted(base: Zxid = ZXID_ZERO): Committed {
  return { base, cells: [], digests: [] };
}

export function emptyHistory(): History {
  return { matched: 0, tail: [], base: ZXID_ZERO };
}

/** Whether two cells are one txn: same zxid, asked for by the same session with the same request. */
export function sameCell(a: LogCell, b: LogCell): boolean {
  return a === b || (sameZxid(a.zxid, b.zxid) && a.cxid === b.cxid && a.session === b.session && a.type === b.type && a.path === b.path);
}

/** How many committed txns have a zxid of at most `zxid`. */
export function countUpTo(committed: Committed, zxid: Zxid): number {
  const { cells } = committed;
  const last = cells.at(-1);
  if (last === undefined || compareZxid(last.zxid, zxid) <= 0) return cells.length;
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareZxid((cells[middle] as LogCell).zxid, zxid) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves tail cells that have become committed into the matched prefix. */
export function align(history: History, committed: Committed): void {
  const { tail } = history;
  let i = 0;
  while (i < tail.length) {
    const cell = committed.cells[history.matched];
    if (cell === undefined || !sameCell(cell, tail[i] as LogCell)) break;
    history.matched++;
    i++;
  }
  if (i > 0) tail.splice(0, i);
}

/**
 * A history changes.
 *
 * @param source whose history a snapshot that it is reset to was made of: its own, or that of the leader that sent it.
 */
export function changeHistory(history: History, change: LogChange, committed: Committed, source: History = history): void {
  switch (change.change) {
    case 'append':
      return add(history, change.cell, committed);
    case 'truncate':
      history.tail = history.tail.filter((cell) => compareZxid(cell.zxid, change.to) <= 0);
      history.matched = Math.min(history.matched, countUpTo(committed, change.to));
      return;
    case 'reset': {
      history.matched = countUpTo(committed, change.base);
      const last = committed.cells[history.matched - 1]?.zxid ?? committed.base;
      // What the snapshot holds beyond the committed txns; some of it may become committed.
      const held = source.tail.filter(({ zxid }) => compareZxid(zxid, last) > 0 && compareZxid(zxid, change.base) <= 0);
      history.base = change.base;
      const from = maxZxid(change.base, committed.base);
      history.tail = held;
      align(history, committed);
      for (const cell of change.cells) if (compareZxid(cell.zxid, from) > 0) add(history, cell, committed);
    }
  }
}

function add(history: History, cell: LogCell, committed: Committed): void {
  const next = history.tail.length === 0 ? committed.cells[history.matched] : undefined;
  if (next !== undefined && sameCell(next, cell)) history.matched++;
  else if (!holds(history, cell, committed)) history.tail.push(cell);
}

/** Whether a txn is logged once more, as when DIFF brings what came into the log after it was read: replaying it again changes nothing. */
function holds({ matched, tail }: History, cell: LogCell, committed: Committed): boolean {
  const last = tail.at(-1) ?? committed.cells[matched - 1];
  if (last === undefined || compareZxid(cell.zxid, last.zxid) > 0) return false;
  if (tail.some((mine) => sameCell(mine, cell))) return true;
  const at = countUpTo(committed, cell.zxid) - 1;
  const known = at < matched ? committed.cells[at] : undefined;
  return known !== undefined && sameCell(known, cell);
}

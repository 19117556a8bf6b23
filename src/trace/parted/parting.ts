/**
 * Explains two servers that report the same zxid and differ: where their histories parted, when each took its own txn in, and what led to it. From the
 * trace alone, so of an imported one as much as it tells.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { sameTxn } from '../strip.ts';
import { causeOf, type Cause } from './cause.ts';
import { historiesAt, type History, type Taken } from './histories.ts';
import { treeDifference, type TreeDifference } from './trees.ts';
import type { PartedPair } from './watch.ts';

/** One zxid of both histories. */
export interface Row {
  readonly zxid: Zxid;
  readonly a: Taken | null;
  readonly b: Taken | null;
  readonly same: boolean;
}

/** How histories part: another txn under the same zxid, or one that only one of them has. */
export type PartingKind = 'otherTxn' | 'onlyA' | 'onlyB' | 'unknown';

export interface Parting {
  readonly a: Sid;
  readonly b: Sid;
  /** What both reported, and since which event they have been known to differ; null when nothing but their histories tells. */
  readonly reported: Zxid | null;
  readonly since: number | null;
  readonly kind: PartingKind;
  /** Null with `unknown`: it happened before what the trace tells. */
  readonly at: Zxid | null;
  /** Around the parting point, oldest first. */
  readonly rows: readonly Row[];
  /** Position of the parting point in `rows`, or −1; and how many zxids come before and after them. */
  readonly point: number;
  readonly earlier: number;
  readonly later: number;
  readonly cause: Cause;
  /** Null when the trace does not hold their disks. */
  readonly tree: TreeDifference | null;
}

const ROWS_BEFORE = 3;
const ROWS_AFTER = 24;

/** @param to position of the playhead. */
export function partingOf(trace: readonly TraceEvent[], to: number, pair: Pick<PartedPair, 'a' | 'b'> & Partial<PartedPair>): Parting {
  const histories = historiesAt(trace, to);
  const [a, b] = [histories.get(pair.a) ?? nothing(pair.a), histories.get(pair.b) ?? nothing(pair.b)];
  const rows = aligned(a, b);
  const point = rows.findIndex(({ same }) => !same);
  const row = rows[point];
  const kind = row === undefined ? 'unknown' : row.a === null ? 'onlyB' : row.b === null ? 'onlyA' : 'otherTxn';
  const from = Math.max(0, (point < 0 ? rows.length : point) - ROWS_BEFORE);
  const shown = rows.slice(from, from + ROWS_BEFORE + ROWS_AFTER);
  return {
    a: pair.a,
    b: pair.b,
    reported: pair.zxid ?? null,
    since: pair.n ?? null,
    kind,
    at: row?.zxid ?? null,
    rows: shown,
    point: point < 0 ? -1 : point - from,
    earlier: from,
    later: rows.length - from - shown.length,
    cause: row === undefined ? { cause: 'unknown' } : causeOf(trace, to, row, { a: pair.a, b: pair.b, others: others(histories, pair) }),
    tree: treeDifference(trace, to, pair.a, pair.b, rows),
  };
}

/**
 * Servers whose histories hold different txns under one zxid, for traces that tell no digests (those read from logs). The first such pair, or null.
 */
export function partedByHistory(trace: readonly TraceEvent[], to: number): Pick<PartedPair, 'a' | 'b'> | null {
  const histories = [...historiesAt(trace, to).values()].toSorted((a, b) => a.sid - b.sid);
  for (const [i, a] of histories.entries())
    for (const b of histories.slice(i + 1))
      if (aligned(a, b).some((row) => row.a !== null && row.b !== null && !row.same)) return { a: a.sid, b: b.sid };
  return null;
}

function nothing(sid: Sid): History {
  return { sid, from: { epoch: 0, counter: 0 }, txns: [] };
}

function others(histories: ReadonlyMap<Sid, History>, pair: Pick<PartedPair, 'a' | 'b'>): readonly History[] {
  return [...histories.values()].filter(({ sid }) => sid !== pair.a && sid !== pair.b);
}

/** Both histories side by side, from where both are known to where the shorter ends. */
function aligned(a: History, b: History): readonly Row[] {
  const from = compareZxid(a.from, b.from) >= 0 ? a.from : b.from;
  const [ours, theirs] = [a, b].map(({ txns }) => txns.filter(({ cell }) => compareZxid(cell.zxid, from) > 0)) as [Taken[], Taken[]];
  const rows: Row[] = [];
  for (let i = 0, j = 0; i < ours.length && j < theirs.length;) {
    const [one, other] = [ours[i] as Taken, theirs[j] as Taken];
    const order = compareZxid(one.cell.zxid, other.cell.zxid);
    const row = { a: order <= 0 ? one : null, b: order >= 0 ? other : null };
    rows.push({ zxid: (row.a ?? other).cell.zxid, ...row, same: order === 0 && sameTxn(one.cell, other.cell) });
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return rows;
}

/** Whether a history holds this txn. */
export function holds({ txns }: History, { cell }: Taken): boolean {
  return txns.some((taken) => sameZxid(taken.cell.zxid, cell.zxid) && sameTxn(taken.cell, cell));
}

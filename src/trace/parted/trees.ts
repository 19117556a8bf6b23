/** What differs in the trees of two servers: read from their disks, and put right where a disk holds more than memory. */
import type { Sid } from '../../base/ids.ts';
import { sameZxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { recover } from '../../store/recovery.ts';
import { getNode, walk } from '../../tree/tree.ts';
import type { DataTree, Znode } from '../../tree/types.ts';
import { diskAt } from '../disk.ts';
import type { Taken } from './histories.ts';

export interface TreeDifference {
  /** Paths, at most `MOST_PATHS` of each. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** Nodes that both have, made or written by different txns, or with other data. */
  readonly other: readonly string[];
  /** How many more there are. */
  readonly more: number;
}

export const MOST_PATHS = 30;

/**
 * Null when the trace does not hold both disks, or one of them cannot be read.
 *
 * @param rows their histories: what only one of them has in its memory may be on both disks.
 */
export function treeDifference(
  trace: readonly TraceEvent[],
  to: number,
  a: Sid,
  b: Sid,
  rows: readonly { readonly a: Taken | null; readonly b: Taken | null }[],
): TreeDifference | null {
  const [one, other] = [treeOn(trace, to, a), treeOn(trace, to, b)];
  if (one === null || other === null) return null;
  const [ours, theirs] = [nodesOf(one), nodesOf(other)];
  for (const row of rows) {
    if (row.a !== null && row.b === null) unmade(theirs, row.a);
    if (row.b !== null && row.a === null) unmade(ours, row.b);
  }
  const onlyA = [...ours.keys()].filter((path) => !theirs.has(path));
  const onlyB = [...theirs.keys()].filter((path) => !ours.has(path));
  const differing = [...ours].flatMap(([path, node]) => {
    const same = theirs.get(path);
    return same === undefined || isSame(node, same) ? [] : [path];
  });
  const lists = [onlyA, onlyB, differing].map((paths) => paths.toSorted());
  const [shownA = [], shownB = [], shown = []] = lists.map((paths) => paths.slice(0, MOST_PATHS));
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  return { onlyA: shownA, onlyB: shownB, other: shown, more: total - shownA.length - shownB.length - shown.length };
}

function treeOn(trace: readonly TraceEvent[], to: number, sid: Sid): DataTree | null {
  const disk = diskAt(trace, sid, to);
  const files = Object.fromEntries(Object.entries(disk.files).filter(([name]) => !name.endsWith('Epoch')));
  if (Object.keys(files).length === 0) return null;
  const outcome = recover(
    { ...disk, files },
    { commitLogCount: 1, trustEmptySnapshot: true, autocreate: true, configData: null, now: 0, deleteEmptyNewestLog: true },
  );
  return outcome.ok ? outcome.recovered.tree : null;
}

/** Takes away the node that this very txn made. */
function unmade(nodes: Map<string, Znode>, { cell }: Taken): void {
  const node = cell.path === null ? undefined : nodes.get(cell.path);
  if (cell.path !== null && node !== undefined && sameZxid(node.stat.czxid, cell.zxid)) nodes.delete(cell.path);
}

function nodesOf(tree: DataTree): Map<string, Znode> {
  const nodes = new Map<string, Znode>();
  for (const { path } of walk(tree)) {
    const node = getNode(tree, path);
    // `/zookeeper` is ZooKeeper's own.
    if (node !== undefined && path !== '' && !/^\/zookeeper(\/|$)/.test(path)) nodes.set(path, node);
  }
  return nodes;
}

function isSame(a: Znode, b: Znode): boolean {
  return sameZxid(a.stat.czxid, b.stat.czxid) && sameZxid(a.stat.mzxid, b.stat.mzxid) && sameBytes(a.data, b.data);
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Recovered trees against each other: servers that show the same zxid should have the same tree. */
import { mapGet } from '../../base/chunked.ts';
import type { Sid } from '../../base/ids.ts';
import { formatZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import { walk } from '../../tree/tree.ts';
import type { DataTree, Znode } from '../../tree/types.ts';
import type { HistorySource } from './history.ts';

export interface NodeDifference {
  readonly path: string;
  /** On which side the node is, or what of it differs. */
  readonly what: 'onlyFirst' | 'onlySecond' | 'data' | 'stat' | 'access';
}

/** Servers with one last zxid whose trees differ. */
export interface TreeGroups {
  readonly zxid: Zxid;
  /** By digest, the larger group first. */
  readonly groups: readonly { readonly sids: readonly Sid[]; readonly digest: number; readonly nodes: number }[];
  /** Between the first two groups, in order of path; `/zookeeper` left out. */
  readonly differences: readonly NodeDifference[];
  readonly more: boolean;
}

const MOST = 100;

export function compareTrees(servers: readonly HistorySource[]): readonly TreeGroups[] {
  const byZxid = new Map<string, Map<number, { sids: Sid[]; tree: DataTree; nodes: number }>>();
  for (const { sid, report } of servers) {
    const { start } = report;
    if (start.starts !== true) continue;
    const key = formatZxid(start.lastZxid);
    const groups = byZxid.get(key) ?? new Map<number, { sids: Sid[]; tree: DataTree; nodes: number }>();
    const group = groups.get(start.tree.digest) ?? { sids: [], tree: start.tree, nodes: start.nodes };
    group.sids.push(sid);
    byZxid.set(key, groups.set(start.tree.digest, group));
  }
  return [...byZxid.values()].flatMap((groups) => {
    const [first, second, ...others] = [...groups]
      .map(([digest, group]) => ({ digest, ...group }))
      .sort((a, b) => b.sids.length - a.sids.length);
    if (first === undefined || second === undefined) return [];
    const differences = differencesOf(first.tree, second.tree, MOST + 1);
    return [
      {
        zxid: first.tree.lastProcessedZxid,
        groups: [first, second, ...others].map(({ sids, digest, nodes }) => ({ sids, digest, nodes })),
        differences: differences.slice(0, MOST),
        more: differences.length > MOST,
      },
    ];
  });
}

function differencesOf(first: DataTree, second: DataTree, most: number): NodeDifference[] {
  const found: NodeDifference[] = [];
  for (const { path, node } of walk(first)) {
    const other = mapGet(second.nodes, path);
    const what = other === undefined ? 'onlyFirst' : differenceOf(first, node, second, other);
    if (what !== null && !path.startsWith('/zookeeper')) found.push({ path: path === '' ? '/' : path, what });
    if (found.length >= most) return found;
  }
  for (const { path } of walk(second)) {
    if (mapGet(first.nodes, path) === undefined && !path.startsWith('/zookeeper')) found.push({ path, what: 'onlySecond' });
    if (found.length >= most) return found;
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function differenceOf(first: DataTree, a: Znode, second: DataTree, b: Znode): NodeDifference['what'] | null {
  if (!sameBytes(a.data, b.data)) return 'data';
  const [x, y] = [a.stat, b.stat];
  const sameStat =
    sameZxid(x.czxid, y.czxid) &&
    sameZxid(x.mzxid, y.mzxid) &&
    sameZxid(x.pzxid, y.pzxid) &&
    x.version === y.version &&
    x.cversion === y.cversion &&
    x.aversion === y.aversion &&
    x.ephemeralOwner === y.ephemeralOwner;
  if (!sameStat) return 'stat';
  return JSON.stringify(first.acls.get(a.acl)) === JSON.stringify(second.acls.get(b.acl)) ? null : 'access';
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

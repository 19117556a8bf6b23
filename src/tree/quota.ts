/**
 * Quotas: a node `/zookeeper/quota<path>/zookeeper_limits` limits how many nodes and bytes may lie at and below `<path>`, and its sibling
 * `zookeeper_stats` counts them. Each server keeps the counts by itself while applying txns.
 *
 * Source: `Quotas`, `StatsTrack`, `PathTrie`. Differs: limits are looked up in the tree instead of in a trie beside it.
 */
import { mapEntries, mapGet, mapSet } from '../base/chunked.ts';
import { fromUtf8, utf8, type Bytes } from '../base/ids.ts';
import { childName, childPath, parentPath } from './paths.ts';
import type { DataTree, Znode } from './types.ts';

const QUOTA = '/zookeeper/quota';
const LIMITS = 'zookeeper_limits';
const STATS = 'zookeeper_stats';

/**
 * Whether a write would exceed a hard limit. Soft limits never refuse anything.
 *
 * @param bytes by how much the data grows, @param count by how many nodes.
 *
 * Source: `ZooKeeperServer.checkQuota`.
 */
export function exceedsQuota(tree: DataTree, path: string, bytes: number, count: number): boolean {
  const quota = quotaOf(tree, path);
  if (quota === null) return false;
  const limit = parseTrack(quota.limits.data);
  const current = parseTrack(quota.stats.data);
  const over = (name: string, hardName: string, growth: number): boolean => {
    const hard = valueOf(limit, hardName);
    return growth !== 0 && hard > -1 && valueOf(current, name) + growth > hard;
  };
  return over('count', 'countHardLimit', count) || over('bytes', 'byteHardLimit', bytes);
}

/**
 * The tree after the statistics took note of a change at `path`.
 *
 * Source: `DataTree.updateQuotaStat`.
 */
export function countChange(tree: DataTree, path: string, bytes: number, count: number): DataTree {
  const quota = quotaOf(tree, path);
  if (quota === null) return tree;
  const track = parseTrack(quota.stats.data);
  track.set('count', valueOf(track, 'count') + count).set('bytes', valueOf(track, 'bytes') + bytes);
  return withStats(tree, quota.statsPath, track);
}

/**
 * The tree after a statistics node was created: it starts with the true counts.
 *
 * Source: end of `DataTree.createNode`.
 */
export function noteCreated(tree: DataTree, path: string): DataTree {
  return path.startsWith(QUOTA) && childName(path) === STATS ? recount(tree, parentPath(path).slice(QUOTA.length)) : tree;
}

/**
 * Counts anew for every limit in the tree; done after loading a snapshot.
 *
 * Source: `DataTree.setupQuota`.
 */
export function recountQuotas(tree: DataTree): DataTree {
  return hasQuotas(tree) ? recountBelow(tree, QUOTA) : tree;
}

function recountBelow(tree: DataTree, path: string): DataTree {
  const node = mapGet(tree.nodes, path);
  if (node === undefined) return tree;
  if (node.children.size === 0 && childName(path) === LIMITS) return recount(tree, parentPath(path).slice(QUOTA.length));
  let next = tree;
  for (const [name] of mapEntries(node.children)) next = recountBelow(next, childPath(path, name));
  return next;
}

function recount(tree: DataTree, prefix: string): DataTree {
  const { bytes, count } = countsAt(tree, prefix);
  return withStats(
    tree,
    `${QUOTA}${prefix}/${STATS}`,
    new Map([
      ['count', count],
      ['bytes', bytes],
    ]),
  );
}

function countsAt(tree: DataTree, path: string): { bytes: number; count: number } {
  const node = mapGet(tree.nodes, path);
  if (node === undefined) return { bytes: 0, count: 0 };
  const total = { bytes: node.data?.length ?? 0, count: 1 };
  for (const [name] of mapEntries(node.children)) {
    const below = countsAt(tree, childPath(path, name));
    total.bytes += below.bytes;
    total.count += below.count;
  }
  return total;
}

function hasQuotas(tree: DataTree): boolean {
  const quota = mapGet(tree.nodes, QUOTA);
  return quota !== undefined && quota.children.size > 0;
}

interface Quota {
  readonly limits: Znode;
  readonly stats: Znode;
  readonly statsPath: string;
}

/** The quota of the longest prefix of `path` that has a limit; null if there is none, or if nothing counts for it. The root cannot have one. */
function quotaOf(tree: DataTree, path: string): Quota | null {
  if (!hasQuotas(tree)) return null;
  for (let prefix = path; prefix !== ''; prefix = parentPath(prefix)) {
    const limits = mapGet(tree.nodes, `${QUOTA}${prefix}/${LIMITS}`);
    if (limits === undefined) continue;
    const statsPath = `${QUOTA}${prefix}/${STATS}`;
    const stats = mapGet(tree.nodes, statsPath);
    return stats === undefined ? null : { limits, stats, statsPath };
  }
  return null;
}

/** Statistics change without a trace in the node's stat, and they are outside the digest. */
function withStats(tree: DataTree, key: string, track: ReadonlyMap<string, number>): DataTree {
  const node = mapGet(tree.nodes, key);
  return node === undefined ? tree : { ...tree, nodes: mapSet(tree.nodes, key, { ...node, data: utf8(formatTrack(track)) }) };
}

/** Reads `count=5,bytes=-1=;countHardLimit=10`. What cannot be read counts as not set. */
function parseTrack(data: Bytes | null): Map<string, number> {
  const track = new Map<string, number>();
  for (const pair of (data === null ? '' : fromUtf8(data)).split(/[,;]/)) {
    const [name, value] = pair.split('=');
    if (name !== undefined && value !== undefined && /^-?\d+$/.test(value)) track.set(name, Number(value));
  }
  return track;
}

/** Count and bytes first, and an odd `=` before what servers older than 3.7 must skip. Source: `StatsTrack.toString`. */
function formatTrack(track: ReadonlyMap<string, number>): string {
  const limits = [...track.keys()].filter((name) => name !== 'count' && name !== 'bytes').sort();
  const extra = limits.map((name) => `;${name}=${valueOf(track, name)}`).join('');
  return `count=${valueOf(track, 'count')},bytes=${valueOf(track, 'bytes')}${extra === '' ? '' : `=${extra}`}`;
}

function valueOf(track: ReadonlyMap<string, number>, name: string): number {
  return track.get(name) ?? -1;
}

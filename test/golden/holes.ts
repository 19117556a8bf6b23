/**
 * A hole in a server's log (ZOOKEEPER-4712): which txns are missing is chance, but nothing else. Two logs of the same server, the recorded one and ours,
 * may differ in txns that were in flight while it stood still, each lacking at most one run of them; and what was read from these logs may differ
 * exactly as far as those txns reach.
 */
import type { NodeFact, ServerFact, TxnFact } from '../../src/ensemble/facts.ts';

export interface Hole {
  readonly reason: string;
  /** Txns that were proposed while the server stood still. */
  readonly zxids: ReadonlySet<string>;
  /** The step with which it first stood still, and how often it did. */
  readonly fromStep: number;
  readonly stalls: number;
}

/** Where the two logs of one server differ. */
export interface HoleFound {
  readonly reason: string;
  /** Txns that only one of the two has. */
  readonly zxids: ReadonlySet<string>;
  /** Nodes that those txns made, changed or removed. */
  readonly paths: ReadonlySet<string>;
  /** Their parents, which count their children and the changes to them. */
  readonly parents: ReadonlySet<string>;
}

/** How the logs differ, or null when they do not, or not only by a hole. */
export function holeFound(hole: Hole, expected: ServerFact, actual: ServerFact): HoleFound | null {
  const [theirs, ours] = [expected.txns, actual.txns].map((txns) => new Set(txns.map(({ zxid }) => zxid))) as [Set<string>, Set<string>];
  const onlyThere = expected.txns.filter(({ zxid }) => !ours.has(zxid));
  const onlyHere = actual.txns.filter(({ zxid }) => !theirs.has(zxid));
  const single = [...onlyThere, ...onlyHere];
  if (single.length === 0 || !single.every(({ zxid }) => hole.zxids.has(zxid))) return null;
  if (runs(missing(hole, theirs)) > hole.stalls || runs(missing(hole, ours)) > hole.stalls) return null;
  const paths = new Set(single.flatMap(pathsOf));
  return { reason: hole.reason, zxids: new Set(single.map(({ zxid }) => zxid)), paths, parents: new Set([...paths].map(parentOf)) };
}

/** Positions of the txns that a log lacks among those in flight. */
function missing({ zxids }: Hole, log: ReadonlySet<string>): readonly number[] {
  return [...zxids].flatMap((zxid, i) => (log.has(zxid) ? [] : [i]));
}

/** The logger's queue is lost in one piece each time: how many pieces there are. */
function runs(positions: readonly number[]): number {
  return positions.filter((position, i) => i === 0 || position !== (positions[i - 1] as number) + 1).length;
}

function pathsOf(txn: TxnFact): readonly string[] {
  const inside = txn['txns'];
  if (Array.isArray(inside)) return (inside as readonly TxnFact[]).flatMap(pathsOf);
  return typeof txn['path'] === 'string' ? [txn['path']] : [];
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** A plain value without the zxids of the hole: files named after one, and positions that are one, may be another of them. */
export function withoutHole(value: unknown, hole: Hole): unknown {
  if (typeof value === 'string') return hole.zxids.has(value) || hole.zxids.has(value.replace(/^log\./, '0x')) ? 'in the hole' : value;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutHole(item, hole));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutHole(field, hole)]));
}

/** A parent without what its children change in it. */
export function withoutChildren(node: NodeFact): NodeFact {
  return { ...node, cversion: 0, pzxid: '0x0', numChildren: -1 };
}

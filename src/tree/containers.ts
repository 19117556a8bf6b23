/** Nodes that the leader deletes by itself: containers that lost their last child, and nodes whose time to live is over. */
import { ttlOf } from './ephemeralType.ts';
import { getNode } from './tree.ts';
import type { DataTree, Znode } from './types.ts';

/** What differs between versions. */
export interface ContainerRules {
  /** How long a container that never had a child is kept, in ms; 0 for ever (`znode.container.maxNeverUsedIntervalMs`; 3.8.0: 0, later 300000). */
  readonly maxNeverUsedIntervalMs: number;
}

/**
 * The paths for which the leader should submit a deleteContainer, containers first, each kind in order of creation.
 *
 * @param now wall-clock ms.
 *
 * Source: `ContainerManager.getCandidates`. Differs: the pace (`znode.container.maxPerMinute`) is the caller's business.
 */
export function containerCandidates(tree: DataTree, now: number, rules: ContainerRules): string[] {
  const isOver = (path: string, claim: (node: Znode) => boolean): boolean => {
    const node = getNode(tree, path);
    return node !== undefined && node.children.size === 0 && claim(node);
  };
  return [
    ...tree.containers.filter((path) => isOver(path, (node) => isUsedUp(node, now, rules))),
    ...tree.ttls.filter((path) => isOver(path, (node) => hasOutlived(node, now))),
  ];
}

/** A container without children counts as new, not as used up, until it has had one. */
function isUsedUp(node: Znode, now: number, { maxNeverUsedIntervalMs }: ContainerRules): boolean {
  return node.stat.cversion > 0 || (maxNeverUsedIntervalMs !== 0 && now - node.stat.mtime > maxNeverUsedIntervalMs);
}

function hasOutlived(node: Znode, now: number): boolean {
  const ttlMs = ttlOf(node.stat.ephemeralOwner);
  return ttlMs !== 0 && now - node.stat.mtime > ttlMs;
}

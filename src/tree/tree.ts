/** The tree as a value: making one, and looking things up in it. */
import { emptyMap, mapEntries, mapGet, mapSet, type ChunkedMap } from '../base/chunked.ts';
import { NO_SESSION, type Bytes, type SessionId } from '../base/ids.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { cacheOf, OPEN_ACL, OPEN_ACL_KEY, READ_ACL } from './aclCache.ts';
import { nodeDigest } from './digest.ts';
import { ownerKind } from './ephemeralType.ts';
import { childName, childPath, nodeKey, parentPath } from './paths.ts';
import { recountQuotas } from './quota.ts';
import type { Acl, DataTree, Stat, StatPersisted, Znode } from './types.ts';

/** What a snapshot holds. Nodes come parents first; the root's path is "". Timeouts are in ms. */
export interface TreeImage {
  readonly sessions: Iterable<readonly [SessionId, number]>;
  readonly acls: ReadonlyMap<number, readonly Acl[]>;
  readonly nodes: Iterable<ImageNode>;
}

export interface ImageNode {
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: number;
  readonly stat: StatPersisted;
}

const CONFIG_PATH = '/zookeeper/config';
const NO_BYTES: Bytes = new Uint8Array(0);
const NEW_STAT: StatPersisted = {
  czxid: ZXID_ZERO,
  mzxid: ZXID_ZERO,
  pzxid: ZXID_ZERO,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: NO_SESSION,
};

/**
 * The tree of a server that has no history: `/`, `/zookeeper`, `/zookeeper/config`, `/zookeeper/quota`.
 *
 * @param configData text of the ensemble's configuration, or null for a standalone server, whose config node stays empty.
 * @param mtime wall-clock ms at which the configuration was written.
 *
 * Source: `DataTree` constructor, `ZKDatabase.initConfigInZKDatabase`.
 */
export function newTree(configData: Bytes | null, mtime = 0): DataTree {
  const builtIn = (path: string): ImageNode => ({ path, data: NO_BYTES, acl: OPEN_ACL_KEY, stat: NEW_STAT });
  const config: ImageNode = { path: CONFIG_PATH, data: NO_BYTES, acl: 1, stat: { ...NEW_STAT, aversion: -1 } };
  const tree = treeOf(
    { sessions: [], acls: new Map([[1, READ_ACL]]), nodes: [builtIn(''), builtIn('/zookeeper'), config, builtIn('/zookeeper/quota')] },
    ZXID_ZERO,
  );
  return configData === null ? tree : withConfig(tree, configData, mtime);
}

/**
 * Writes the configuration of the running ensemble into the tree, as a server does on its own: for its empty tree, and as a learner. It is no txn.
 *
 * @param mtime wall-clock ms.
 *
 * Source: `ZKDatabase.initConfigInZKDatabase`. Differs: the configuration's version is always 0, there being no reconfiguration.
 */
export function withConfig(tree: DataTree, configData: Bytes, mtime: number): DataTree {
  const node = mapGet(tree.nodes, CONFIG_PATH);
  if (node === undefined) return tree;
  const stat: StatPersisted = { ...node.stat, version: -1, mtime, mzxid: ZXID_ZERO };
  return withNode(tree, CONFIG_PATH, node, makeNode(CONFIG_PATH, configData, node.acl, stat, node.children));
}

/**
 * The tree of a snapshot: children, ephemerals, containers, TTL nodes, digest and quota statistics are worked out from the nodes.
 *
 * @throws Error when a node comes before its parent or the root is missing.
 *
 * Source: `DataTree.deserialize`.
 */
export function treeOf(image: TreeImage, lastProcessedZxid: Zxid): DataTree {
  const drafts = new Map<string, { readonly node: ImageNode; children: ChunkedMap<true> }>();
  for (const node of image.nodes) {
    if (node.path !== '') {
      const parent = drafts.get(parentPath(node.path));
      if (!node.path.startsWith('/') || parent === undefined)
        throw new Error(`Invalid Datatree, unable to find parent ${parentPath(node.path)} of path ${node.path}`);
      parent.children = mapSet(parent.children, childName(node.path), true);
    }
    drafts.set(node.path, { node, children: drafts.get(node.path)?.children ?? emptyMap() });
  }
  if (!drafts.has('')) throw new Error('Invalid Datatree, it has no root node');

  let nodes = emptyMap<Znode>();
  let digest = 0;
  let dataSize = ROOT_ALIAS_SIZE;
  const owned = new Map<SessionId, string[]>();
  const containers: string[] = [];
  const ttls: string[] = [];
  for (const [path, { node, children }] of drafts) {
    const znode = makeNode(path, node.data, node.acl, node.stat, children);
    nodes = mapSet(nodes, path, znode);
    digest += znode.digest;
    dataSize += nodeSize(path, znode.data);
    const owner = node.stat.ephemeralOwner;
    const kind = path === '' ? 'void' : ownerKind(owner);
    if (kind === 'container') containers.push(path);
    else if (kind === 'ttl') ttls.push(path);
    else if (kind === 'normal') {
      const paths = owned.get(owner);
      if (paths === undefined) owned.set(owner, [path]);
      else paths.push(path);
    }
  }
  let ephemerals = emptyMap<readonly string[]>();
  for (const [owner, paths] of owned) ephemerals = mapSet(ephemerals, owner, paths);
  let sessions = emptyMap<number>();
  for (const [session, timeoutMs] of image.sessions) sessions = mapSet(sessions, session, timeoutMs);
  const keysInUse = Array.from(drafts.values(), ({ node }) => node.acl);
  return recountQuotas({
    nodes,
    ...cacheOf(image.acls, keysInUse),
    ephemerals,
    containers,
    ttls,
    sessions,
    lastProcessedZxid,
    digest,
    dataSize,
  });
}

/** The real server counts the root under both of its names. */
const ROOT_ALIAS_SIZE = 1;

/** The node at a path, or undefined. The root is "/" or "". */
export function getNode(tree: DataTree, path: string): Znode | undefined {
  return mapGet(tree.nodes, nodeKey(path));
}

/**
 * What a client is shown of a node: `cversion` counts creates and deletes of children, and only sessions are shown as owners.
 *
 * Source: `DataNode.copyStat`.
 */
export function statOf(node: Znode): Stat {
  const stat = node.stat;
  const numChildren = node.children.size;
  return {
    czxid: stat.czxid,
    mzxid: stat.mzxid,
    pzxid: stat.pzxid,
    ctime: stat.ctime,
    mtime: stat.mtime,
    version: stat.version,
    cversion: (stat.cversion * 2 - numChildren) | 0,
    aversion: stat.aversion,
    ephemeralOwner: ownerKind(stat.ephemeralOwner) === 'normal' ? stat.ephemeralOwner : NO_SESSION,
    dataLength: node.data === null ? 0 : node.data.length,
    numChildren,
  };
}

/**
 * The access list of a node, or null when the snapshot this tree was loaded from names one that it does not hold.
 *
 * Source: `ReferenceCountedACLCache.convertLong`, which throws then: every request that looks the list up is answered MARSHALLINGERROR.
 */
export function aclOf(tree: DataTree, node: Znode): readonly Acl[] | null {
  return node.acl === OPEN_ACL_KEY ? OPEN_ACL : (tree.acls.get(node.acl) ?? null);
}

/** Names of a node's children, sorted by UTF-16 units. */
export function childrenOf(node: Znode): string[] {
  return Array.from(mapEntries(node.children), ([name]) => name).sort();
}

/** All nodes, each before its children, siblings sorted by name. The root's path is "". */
export function* walk(tree: DataTree): Generator<{ readonly path: string; readonly node: Znode }> {
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const node = mapGet(tree.nodes, path);
    if (node === undefined) continue;
    yield { path, node };
    if (node.children.size === 0) continue;
    const names = childrenOf(node);
    for (let i = names.length - 1; i >= 0; i--) pending.push(childPath(path, names[i] as string));
  }
}

/** How many nodes the server reports: "" and "/" count as two, so an empty ensemble has 5. */
export function nodeCount(tree: DataTree): number {
  return tree.nodes.size + 1;
}

// ---------------------------------------------------------------------------------------------------------------------
// Building blocks for the rules that change a tree.

/** A node with its digest. `key` is its path; the root's is "". */
export function makeNode(key: string, data: Bytes | null, acl: number, stat: StatPersisted, children: ChunkedMap<true>): Znode {
  return { data, acl, stat, children, digest: nodeDigest(key, data, stat) };
}

/** The tree in which `node` stands where `before` stood. Spelled out because this is the hot path, and copying by spread took a third of it. */
export function withNode(tree: DataTree, key: string, before: Znode, node: Znode): DataTree {
  return {
    nodes: mapSet(tree.nodes, key, node),
    acls: tree.acls,
    aclUses: tree.aclUses,
    nextAclKey: tree.nextAclKey,
    ephemerals: tree.ephemerals,
    containers: tree.containers,
    ttls: tree.ttls,
    sessions: tree.sessions,
    lastProcessedZxid: tree.lastProcessedZxid,
    digest: tree.digest - before.digest + node.digest,
    dataSize: tree.dataSize + dataLength(node.data) - dataLength(before.data),
  };
}

/** What a node adds to `dataSize`. */
export function nodeSize(key: string, data: Bytes | null): number {
  return key.length + dataLength(data);
}

export function dataLength(data: Bytes | null): number {
  return data === null ? 0 : data.length;
}

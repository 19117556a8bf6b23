/**
 * Applying transactions. Every server applies the same txns in the same order, so this must depend on nothing but the tree and the txn.
 * It never fails: what a txn cannot do (because it is replayed onto a fuzzy snapshot that already holds its effect) is reported and left undone.
 *
 * Source: `DataTree.processTxn`.
 */
import { emptyMap, mapDelete, mapGet, mapHas, mapSet, type ChunkedMap } from '../base/chunked.ts';
import { NO_SESSION, type Bytes, type SessionId } from '../base/ids.ts';
import { compareZxid, type Zxid } from '../base/zxid.ts';
import { releaseAcl, takeAcl } from './aclCache.ts';
import { CONTAINER_OWNER, ownerKind, ttlOwner } from './ephemeralType.ts';
import { childName, nodeKey, parentPath } from './paths.ts';
import { countChange, noteCreated } from './quota.ts';
import { dataLength, makeNode, nodeSize, statOf, withNode } from './tree.ts';
import type { Acl, DataTree, ErrorCode, OpResult, StatPersisted, Txn, TxnBody, TxnHeader, TxnResult, TxnType, Znode } from './types.ts';

/** A tree after a txn, and what came of it. */
export interface Applied {
  readonly tree: DataTree;
  readonly result: TxnResult;
}

/** Shared by all results that carry nothing. */
const NOTHING: OpResult = { kind: 'none' };
const DONE: TxnResult = { err: 'OK', result: NOTHING };

/**
 * Applies one txn; `lastProcessedZxid` moves to its zxid even when it changes nothing else.
 *
 * @returns for closeSession, `result` lists the paths that were deleted; for a multi it has one entry an operation.
 *
 * Source: `DataTree.processTxn`, `FileTxnSnapLog.processTransaction` (sessions).
 */
export function applyTxn(tree: DataTree, txn: Txn): Applied {
  const applied = applyBody(tree, txn, txn.body);
  if (compareZxid(txn.zxid, applied.tree.lastProcessedZxid) <= 0) return applied;
  return { tree: at(applied.tree, txn.zxid), result: applied.result };
}

/** Field by field: a spread of an object this wide costs more than applying a txn. */
function at(tree: DataTree, lastProcessedZxid: Zxid): DataTree {
  const { nodes, acls, aclUses, nextAclKey, ephemerals, containers, ttls, sessions, digest, dataSize } = tree;
  return { nodes, acls, aclUses, nextAclKey, ephemerals, containers, ttls, sessions, lastProcessedZxid, digest, dataSize };
}

/** Applies one operation of a txn, leaving `lastProcessedZxid` alone: a multi must not move it before its last operation. */
export function applyBody(tree: DataTree, header: TxnHeader, body: TxnBody): Applied {
  switch (body.type) {
    case 'create':
    case 'create2': {
      const owner = body.ephemeral ? header.session : NO_SESSION;
      return createNode(tree, header, body, owner);
    }
    case 'createContainer':
      return createNode(tree, header, body, CONTAINER_OWNER);
    case 'createTTL':
      return createNode(tree, header, body, ttlOwner(body.ttlMs));
    case 'delete':
    case 'deleteContainer': {
      const { tree: next, err } = deleteNode(tree, body.path, header.zxid);
      return { tree: next, result: outcome(err) };
    }
    case 'setData':
    case 'reconfig':
      return setData(tree, header, body.path, body.data, body.version);
    case 'setACL':
      return setAcl(tree, body.path, body.acl, body.version);
    case 'createSession':
      return { tree: { ...tree, sessions: mapSet(tree.sessions, header.session, body.timeoutMs) }, result: DONE };
    case 'closeSession':
      return closeSession(tree, header, body.paths ?? []);
    case 'error':
      return { tree, result: outcome(body.err) };
    case 'check':
      return { tree, result: DONE };
    case 'multi':
      return applyMulti(tree, header, body.txns);
  }
}

// ---------------------------------------------------------------------------------------------------------------------

interface Creation {
  readonly type: TxnType;
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: readonly Acl[];
  readonly parentCVersion: number;
}

/**
 * A node exists if its parent lists it. One that is in the tree unlisted is left from a fuzzy snapshot in which its parent was deleted by
 * replay and created again; it is replaced.
 *
 * Source: `DataTree.createNode`. Differs: servers since ZOOKEEPER-4846 look for the node itself, and so leave such a child unlisted for ever.
 */
function createNode(tree: DataTree, header: TxnHeader, creation: Creation, owner: SessionId): Applied {
  const { path, data } = creation;
  const parentKey = parentPath(path);
  const parent = mapGet(tree.nodes, parentKey);
  if (parent === undefined) return { tree, result: outcome('NONODE') };
  const { key: acl, cache } = takeAcl(tree, creation.acl);

  const key = nodeKey(path);
  const existing = mapGet(tree.nodes, key);
  if (existing !== undefined && (key === '' || mapHas(parent.children, childName(path)))) {
    const noted: DataTree = { ...tree, ...cache, nodes: mapSet(tree.nodes, key, { ...existing, acl }) };
    return {
      tree: creation.type === 'create' ? raiseParent(noted, parentKey, creation.parentCVersion, header.zxid) : noted,
      result: outcome('NODEEXISTS'),
    };
  }

  const before = existing === undefined ? tree : withoutOrphan(tree, path, existing);
  const node = makeNode(path, data, acl, createdStat(header, owner), emptyMap());
  const children = mapSet(parent.children, childName(path), true);
  const nextParent = makeNode(parentKey, parent.data, parent.acl, raisedStat(parent.stat, creation.parentCVersion, header.zxid), children);
  const owned = withOwned(before, owner, path);
  const created: DataTree = {
    nodes: mapSet(mapSet(before.nodes, parentKey, nextParent), path, node),
    acls: cache.acls,
    aclUses: cache.aclUses,
    nextAclKey: cache.nextAclKey,
    ephemerals: owned.ephemerals,
    containers: owned.containers,
    ttls: owned.ttls,
    sessions: before.sessions,
    lastProcessedZxid: before.lastProcessedZxid,
    digest: before.digest - parent.digest + nextParent.digest + node.digest,
    dataSize: before.dataSize + nodeSize(path, data),
  };
  const result: OpResult = creation.type === 'create' ? { kind: 'path', path } : { kind: 'created', path, stat: statOf(node) };
  return { tree: countChange(noteCreated(created, path), path, dataLength(data), 1), result: { err: 'OK', result } };
}

function withoutOrphan(tree: DataTree, path: string, orphan: Znode): DataTree {
  return {
    ...tree,
    ...withoutOwned(tree, orphan.stat.ephemeralOwner, path),
    nodes: mapDelete(tree.nodes, path),
    digest: tree.digest - orphan.digest,
    dataSize: tree.dataSize - nodeSize(path, orphan.data),
  };
}

/** Source: `DataTree.createStat`. */
function createdStat(header: TxnHeader, owner: SessionId): StatPersisted {
  return {
    czxid: header.zxid,
    mzxid: header.zxid,
    pzxid: header.zxid,
    ctime: header.time,
    mtime: header.time,
    version: 0,
    cversion: 0,
    aversion: 0,
    ephemeralOwner: owner,
  };
}

/**
 * A parent's stat after a create. It only ever rises: replaying a create onto a fuzzy snapshot must not undo later ones.
 *
 * @param parentCVersion what the leader counted; −1 in old logs, which did not record it.
 */
function raisedStat(stat: StatPersisted, parentCVersion: number, zxid: Zxid): StatPersisted {
  const cversion = parentCVersion === -1 ? (stat.cversion + 1) | 0 : parentCVersion;
  return cversion > stat.cversion ? withPzxid(stat, zxid, cversion) : stat;
}

/**
 * A fuzzy snapshot may hold a child and an older state of its parent; the create that fails for the child still mends the parent.
 *
 * Source: `DataTree.setCversionPzxid`.
 */
function raiseParent(tree: DataTree, key: string, parentCVersion: number, zxid: Zxid): DataTree {
  const parent = mapGet(tree.nodes, key);
  if (parent === undefined) return tree;
  const stat = raisedStat(parent.stat, parentCVersion, zxid);
  return withNode(tree, key, parent, makeNode(key, parent.data, parent.acl, stat, parent.children));
}

interface Deleted {
  readonly tree: DataTree;
  readonly err: ErrorCode;
}

/** The parent is brought up to date even when the node is already gone. Source: `DataTree.deleteNode`. */
function deleteNode(tree: DataTree, path: string, zxid: Zxid): Deleted {
  const parentKey = parentPath(path);
  const parent = mapGet(tree.nodes, parentKey);
  if (parent === undefined) return { tree, err: 'NONODE' };
  const stat = compareZxid(zxid, parent.stat.pzxid) > 0 ? withPzxid(parent.stat, zxid, parent.stat.cversion) : parent.stat;
  const orphaned = withNode(
    tree,
    parentKey,
    parent,
    makeNode(parentKey, parent.data, parent.acl, stat, mapDelete(parent.children, childName(path))),
  );

  const node = mapGet(tree.nodes, path);
  if (node === undefined) return { tree: orphaned, err: 'NONODE' };
  const next: DataTree = {
    ...orphaned,
    ...releaseAcl(tree, node.acl),
    ...withoutOwned(tree, node.stat.ephemeralOwner, path),
    nodes: mapDelete(orphaned.nodes, path),
    digest: orphaned.digest - node.digest,
    dataSize: orphaned.dataSize - nodeSize(path, node.data),
  };
  return { tree: countChange(next, path, -dataLength(node.data), -1), err: 'OK' };
}

/** Source: `DataTree.setData`. */
function setData(tree: DataTree, header: TxnHeader, path: string, data: Bytes | null, version: number): Applied {
  const key = nodeKey(path);
  const before = mapGet(tree.nodes, key);
  if (before === undefined) return { tree, result: outcome('NONODE') };
  const old = before.stat;
  const stat: StatPersisted = {
    czxid: old.czxid,
    mzxid: header.zxid,
    pzxid: old.pzxid,
    ctime: old.ctime,
    mtime: header.time,
    version,
    cversion: old.cversion,
    aversion: old.aversion,
    ephemeralOwner: old.ephemeralOwner,
  };
  const node = makeNode(key, data, before.acl, stat, before.children);
  const next = countChange(withNode(tree, key, before, node), path, dataLength(data) - dataLength(before.data), 0);
  return { tree: next, result: { err: 'OK', result: { kind: 'stat', stat: statOf(node) } } };
}

/** The old list is given up before the new one is taken, so that even an equal one may get a new key. Source: `DataTree.setACL`. */
function setAcl(tree: DataTree, path: string, list: readonly Acl[], aversion: number): Applied {
  const key = nodeKey(path);
  const before = mapGet(tree.nodes, key);
  if (before === undefined) return { tree, result: outcome('NONODE') };
  const { key: acl, cache } = takeAcl(releaseAcl(tree, before.acl), list);
  const node = makeNode(key, before.data, acl, { ...before.stat, aversion }, before.children);
  return { tree: withNode({ ...tree, ...cache }, key, before, node), result: { err: 'OK', result: { kind: 'stat', stat: statOf(node) } } };
}

/**
 * Deletes what the leader listed and then whatever else this server holds for the session.
 *
 * Source: `DataTree.killSession`.
 */
function closeSession(tree: DataTree, header: TxnHeader, listed: readonly string[]): Applied {
  const paths = new Set([...listed, ...(mapGet(tree.ephemerals, header.session) ?? [])]);
  const deleted: string[] = [];
  let next: DataTree = {
    ...tree,
    ephemerals: mapDelete(tree.ephemerals, header.session),
    sessions: mapDelete(tree.sessions, header.session),
  };
  for (const path of paths) {
    const { tree: without, err } = deleteNode(next, path, header.zxid);
    next = without;
    if (err === 'OK') deleted.push(path);
  }
  return { tree: next, result: { err: 'OK', result: { kind: 'paths', paths: deleted } } };
}

/** What may stand inside a multi in a log. */
const MULTI_TYPES: ReadonlySet<TxnType> = new Set([
  'create',
  'create2',
  'createTTL',
  'createContainer',
  'delete',
  'deleteContainer',
  'setData',
  'check',
  'error',
]);

/**
 * All or nothing: one error among the operations, put there by the leader, and none of them is done. Those before it report OK, those after
 * it RUNTIMEINCONSISTENCY.
 */
function applyMulti(tree: DataTree, header: TxnHeader, txns: readonly TxnBody[]): Applied {
  const failed = txns.some((txn) => txn.type === 'error');
  const results: TxnResult[] = [];
  let next = tree;
  let err: ErrorCode = 'OK';
  let afterError = false;
  for (const txn of txns) {
    if (!MULTI_TYPES.has(txn.type)) break;
    afterError ||= txn.type === 'error';
    const body: TxnBody = failed && txn.type !== 'error' ? { type: 'error', err: afterError ? 'RUNTIMEINCONSISTENCY' : 'OK' } : txn;
    const applied = applyBody(next, header, body);
    next = applied.tree;
    results.push(applied.result);
    if (err === 'OK') err = applied.result.err;
  }
  return { tree: next, result: { err, result: { kind: 'multi', results } } };
}

// ---------------------------------------------------------------------------------------------------------------------

function outcome(err: ErrorCode): TxnResult {
  return { err, result: NOTHING };
}

function withPzxid(stat: StatPersisted, pzxid: Zxid, cversion: number): StatPersisted {
  return {
    czxid: stat.czxid,
    mzxid: stat.mzxid,
    pzxid,
    ctime: stat.ctime,
    mtime: stat.mtime,
    version: stat.version,
    cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner,
  };
}

/** The lists of nodes whose life depends on something. */
type Owned = Pick<DataTree, 'ephemerals' | 'containers' | 'ttls'>;

function withOwned({ ephemerals, containers, ttls }: Owned, owner: SessionId, path: string): Owned {
  const kind = ownerKind(owner);
  return {
    ephemerals: kind === 'normal' ? mapSet(ephemerals, owner, [...(mapGet(ephemerals, owner) ?? []), path]) : ephemerals,
    containers: kind === 'container' ? [...containers, path] : containers,
    ttls: kind === 'ttl' ? [...ttls, path] : ttls,
  };
}

function withoutOwned({ ephemerals, containers, ttls }: Owned, owner: SessionId, path: string): Owned {
  const kind = ownerKind(owner);
  const others = (paths: readonly string[]): readonly string[] => paths.filter((other) => other !== path);
  return {
    ephemerals: kind === 'normal' ? withoutEphemeral(ephemerals, owner, others(mapGet(ephemerals, owner) ?? [])) : ephemerals,
    containers: kind === 'container' ? others(containers) : containers,
    ttls: kind === 'ttl' ? others(ttls) : ttls,
  };
}

function withoutEphemeral(
  ephemerals: ChunkedMap<readonly string[]>,
  owner: SessionId,
  left: readonly string[],
): ChunkedMap<readonly string[]> {
  return left.length > 0 ? mapSet(ephemerals, owner, left) : mapDelete(ephemerals, owner);
}

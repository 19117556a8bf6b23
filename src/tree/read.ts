/** Requests that change nothing, answered from the tree of the server that got them. Registering watches is the caller's business. */
import { mapEntries, mapGet } from '../base/chunked.ts';
import { NO_SESSION, type SessionId } from '../base/ids.ts';
import { checkAcl, maskAcl, PERMS } from './acl.ts';
import { aclOf, childrenOf, getNode, statOf } from './tree.ts';
import type { Acl, AuthId, ClientOp, DataTree, ErrorCode, OpResult, TxnResult, Znode } from './types.ts';

/** What differs between versions. */
export interface ReadRules {
  /** Since 3.8.5 and 3.9.3 `exists` needs READ on a node that exists; before, it needed nothing. */
  readonly existsNeedsRead: boolean;
}

const MAINLINE: ReadRules = { existsNeedsRead: true };

/**
 * Answers a read. Children are sorted by name (a real server returns them in no order at all).
 *
 * @param session whose ephemerals getEphemerals lists; other reads do not look at it.
 *
 * @returns UNIMPLEMENTED for an operation that is not a read.
 *
 * Source: `FinalRequestProcessor.processRequest`.
 */
export function read(
  tree: DataTree,
  op: ClientOp,
  authIds: readonly AuthId[],
  session: SessionId = NO_SESSION,
  rules: ReadRules = MAINLINE,
): TxnResult {
  switch (op.op) {
    case 'getData':
      return readNode(tree, op.path, PERMS.READ, authIds, (node) => ({ kind: 'data', data: node.data, stat: statOf(node) }));
    case 'exists':
      if (op.path.includes('\0')) return failure('BADARGUMENTS');
      return readNode(tree, op.path, rules.existsNeedsRead ? PERMS.READ : NO_PERMS, authIds, (node) => ({
        kind: 'stat',
        stat: statOf(node),
      }));
    case 'getChildren':
      return readNode(tree, op.path, PERMS.READ, authIds, (node) => ({ kind: 'children', children: childrenOf(node), stat: null }));
    case 'getChildren2':
      return readNode(tree, op.path, PERMS.READ, authIds, (node) => ({ kind: 'children', children: childrenOf(node), stat: statOf(node) }));
    case 'getACL':
      return readNode(tree, op.path, PERMS.READ | PERMS.ADMIN, authIds, (node, acl) => shownAcl(node, acl, authIds));
    case 'getAllChildrenNumber':
      return readNode(tree, op.path, PERMS.READ, authIds, () => ({ kind: 'number', number: countBelow(tree, op.path) }));
    case 'getEphemerals':
      return success({ kind: 'paths', paths: ephemeralsBelow(tree, op.path, session) });
    case 'multiRead':
      if (!op.ops.every(({ op: name }) => name === 'getData' || name === 'getChildren')) return failure('MARSHALLINGERROR');
      return several(op.ops.map((sub) => read(tree, sub, authIds)));
    case 'sync':
      return success({ kind: 'path', path: op.path });
    default:
      return failure('UNIMPLEMENTED');
  }
}

const NO_PERMS = 0;

/** Errors are among the answers, except one that is not about an operation. Source: `FinalRequestProcessor`, multiRead. */
function several(results: readonly TxnResult[]): TxnResult {
  return results.some(({ err }) => err === 'MARSHALLINGERROR') ? failure('MARSHALLINGERROR') : success({ kind: 'multi', results });
}

/** Asks nobody and looks up no access list where no permission is needed. */
function readNode(
  tree: DataTree,
  path: string,
  perms: number,
  authIds: readonly AuthId[],
  answer: (node: Znode, acl: readonly Acl[]) => OpResult,
): TxnResult {
  const node = getNode(tree, path);
  if (node === undefined) return failure('NONODE');
  if (perms === NO_PERMS) return success(answer(node, []));
  const acl = aclOf(tree, node);
  if (acl === null) return failure('MARSHALLINGERROR');
  return checkAcl(acl, perms, authIds) ? success(answer(node, acl)) : failure('NOAUTH');
}

function shownAcl(node: Znode, list: readonly Acl[], authIds: readonly AuthId[]): OpResult {
  return { kind: 'acl', acl: checkAcl(list, PERMS.ADMIN, authIds) ? list : maskAcl(list), stat: statOf(node) };
}

/** Source: `DataTree.getAllChildrenNumber`. */
function countBelow(tree: DataTree, path: string): number {
  if (path === '/') return tree.nodes.size - 1;
  let count = 0;
  for (const [other] of mapEntries(tree.nodes)) if (other.startsWith(`${path}/`)) count++;
  return count;
}

/** The prefix is plain text, not a path: `/a` finds `/ab` as well. */
function ephemeralsBelow(tree: DataTree, prefix: string, session: SessionId): readonly string[] {
  const paths = mapGet(tree.ephemerals, session) ?? [];
  return prefix.trim() === '' || prefix.trim() === '/' ? paths : paths.filter((path) => path.startsWith(prefix));
}

function success(result: OpResult): TxnResult {
  return { err: 'OK', result };
}

function failure(err: ErrorCode): TxnResult {
  return { err, result: { kind: 'none' } };
}

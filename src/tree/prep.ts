/**
 * Validation on the leader: a request becomes the body of a txn. It looks at `ahead`, the tree with every proposal already applied, so a request
 * sees the effect of all that were proposed before it, committed or not. Which test comes first decides the error a client gets.
 *
 * Source: `PrepRequestProcessor.pRequest2Txn`. Differs: the real server keeps a list of outstanding changes instead of a second tree; session
 * checks are the caller's, and come first; quotas are judged by `ahead` instead of by the committed tree.
 */
import { mapGet } from '../base/chunked.ts';
import type { Bytes, SessionId } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import { checkAcl, fixupAcl, PERMS } from './acl.ts';
import { applyBody } from './apply.ts';
import { isValidTtl, ownerKind } from './ephemeralType.ts';
import { isEphemeral, isSequential, isTtlMode } from './opcodes.ts';
import { hasParent, isSpecialPath, parentPath, validatePath } from './paths.ts';
import { exceedsQuota } from './quota.ts';
import { aclOf, dataLength, getNode } from './tree.ts';
import type { Acl, AuthId, ClientOp, DataTree, ErrorCode, StatPersisted, TxnBody, TxnHeader, TxnResult, WriteOp } from './types.ts';

/** What differs between versions and configurations. */
export interface PrepRules {
  /** Up to 3.8.4 and 3.9.2 a `check` outside a multi is accepted, and the log it goes into cannot be read again (ZOOKEEPER-2623). */
  readonly checkOutsideMulti: 'accepted' | 'rejected';
  /** 3.8.0 decodes a create2 inside a multi as a create. */
  readonly create2InMulti: 'asCreate' | 'own';
  /** What follows version −2, which −1 (meaning "any") would be. Skipped to 0 since ZOOKEEPER-4743. */
  readonly versionWrap: 'minusOne' | 'skipped';
  /** `zookeeper.extendedTypesEnabled`: whether TTL nodes may be created. */
  readonly extendedTypes: boolean;
  /** `zookeeper.digest.enabled`. */
  readonly digestEnabled: boolean;
  /** `zookeeper.enforceQuota`: whether hard limits refuse writes. */
  readonly enforceQuota: boolean;
}

/** A write on its way to becoming a txn. */
export interface PrepRequest {
  readonly session: SessionId;
  readonly cxid: number;
  readonly op: WriteOp;
  readonly authIds: readonly AuthId[];
}

/** The body to propose, and why it is an error if it is one. For a failed multi `err` is that of the operation that failed. */
export interface Prepared {
  readonly body: TxnBody;
  readonly err: ErrorCode;
}

/** A request that failed: it is proposed all the same, as an error txn. */
export function failed(err: ErrorCode): Prepared {
  return { body: { type: 'error', err }, err };
}

/**
 * Whether the server takes the request at all. If not it answers UNIMPLEMENTED and closes the connection; no zxid is used.
 *
 * Source: `Request.isValid`, `UnimplementedRequestProcessor`.
 */
export function isValidRequest(op: ClientOp, rules: PrepRules): boolean {
  return op.op !== 'check' || rules.checkOutsideMulti === 'accepted';
}

/**
 * Turns a write into the body of a txn.
 *
 * @param ahead the tree after all earlier proposals, @param time the leader's wall clock in ms.
 *
 * Source: `PrepRequestProcessor.pRequestHelper`.
 */
export function prepare(ahead: DataTree, request: PrepRequest, zxid: Zxid, time: number, rules: PrepRules): Prepared {
  const header: TxnHeader = { session: request.session, cxid: request.cxid, zxid, time };
  if (request.op.op === 'multi') return prepareMulti(ahead, request.op.ops, header, request.authIds, rules);
  if (!isValidRequest(request.op, rules)) return failed('UNIMPLEMENTED');
  const body = prepareOne(ahead, request.op, { session: request.session, authIds: request.authIds, rules });
  return typeof body === 'string' ? failed(body) : { body, err: 'OK' };
}

/**
 * The digest that travels with a txn: that of the tree it leads to. Failed requests carry none.
 *
 * Source: `PrepRequestProcessor.setTxnDigest`.
 */
export function txnDigest(after: DataTree, body: TxnBody, rules: PrepRules): number | null {
  return rules.digestEnabled && body.type !== 'error' ? after.digest : null;
}

/**
 * The answer to the client whose write was applied. A multi that failed is answered OK: its errors are in the body.
 *
 * Source: `FinalRequestProcessor.processRequest`.
 */
export function writeResult(applied: TxnResult, op: WriteOp): TxnResult {
  if (op.op === 'multi') {
    const { result } = applied;
    if (result.kind !== 'multi') return applied;
    const moved = result.results.some(({ err }) => err === 'SESSIONMOVED');
    return moved ? { err: 'SESSIONMOVED', result: { kind: 'none' } } : { err: 'OK', result };
  }
  return op.op === 'closeSession' || applied.err !== 'OK' ? { err: applied.err, result: { kind: 'none' } } : applied;
}

// ---------------------------------------------------------------------------------------------------------------------

type MultiOp = Extract<ClientOp, { op: 'create' | 'create2' | 'delete' | 'setData' | 'check' }>;
type SingleOp = Exclude<WriteOp, { op: 'multi' }>;

function isMultiOp(op: ClientOp): op is MultiOp {
  return op.op === 'create' || op.op === 'create2' || op.op === 'delete' || op.op === 'setData' || op.op === 'check';
}

/** Each operation sees the effect of those before it. After the first failure nothing more is tried, and none of it will be done. */
function prepareMulti(
  ahead: DataTree,
  ops: readonly ClientOp[],
  header: TxnHeader,
  authIds: readonly AuthId[],
  rules: PrepRules,
): Prepared {
  const context: Context = { session: header.session, authIds, rules };
  const txns: TxnBody[] = [];
  let tree = ahead;
  let err: ErrorCode = 'OK';
  for (const op of ops) {
    if (!isMultiOp(op)) return failed('MARSHALLINGERROR');
    const body: TxnBody | ErrorCode = err === 'OK' ? prepareOne(tree, decodedInMulti(op, rules), context) : 'RUNTIMEINCONSISTENCY';
    // Not an error of this operation but of the whole request: `PrepRequestProcessor.pRequestHelper` meets an exception that is no KeeperException.
    if (body === 'MARSHALLINGERROR') return failed(body);
    if (typeof body !== 'string') {
      txns.push(body);
      tree = applyBody(tree, header, body).tree;
    } else {
      txns.push({ type: 'error', err: body });
      if (err === 'OK') err = body;
    }
  }
  return { body: { type: 'multi', txns }, err };
}

/** Source: `MultiOperationRecord.deserialize`. */
function decodedInMulti(op: MultiOp, rules: PrepRules): MultiOp {
  return op.op === 'create2' && rules.create2InMulti === 'asCreate' ? { ...op, op: 'create' } : op;
}

interface Context {
  readonly session: SessionId;
  readonly authIds: readonly AuthId[];
  readonly rules: PrepRules;
}

function prepareOne(ahead: DataTree, op: SingleOp, context: Context): TxnBody | ErrorCode {
  switch (op.op) {
    case 'create':
    case 'create2':
      return prepareCreate(ahead, op, context);
    case 'delete':
      return prepareDelete(ahead, op.path, op.version, context);
    case 'deleteContainer':
      return prepareDeleteContainer(ahead, op.path);
    case 'setData':
      return prepareSetData(ahead, op, context);
    case 'setACL':
      return prepareSetAcl(ahead, op, context);
    case 'check':
      return prepareCheck(ahead, op.path, op.version, context);
    case 'createSession':
      return { type: 'createSession', timeoutMs: op.timeoutMs };
    case 'closeSession':
      return { type: 'closeSession', paths: mapGet(ahead.ephemerals, context.session) ?? [] };
  }
}

/** Source: `PrepRequestProcessor.pRequest2TxnCreate`. */
function prepareCreate(ahead: DataTree, op: Extract<ClientOp, { op: 'create' | 'create2' }>, context: Context): TxnBody | ErrorCode {
  const ttl = isTtlMode(op.mode);
  if (ttl && !context.rules.extendedTypes) return 'UNIMPLEMENTED';
  const ttlMs = op.ttlMs ?? -1;
  if (ttl ? !isValidTtl(ttlMs) : ttlMs >= 0) return 'BADARGUMENTS';
  if (!hasParent(op.path)) return 'BADARGUMENTS';
  const acl = fixupAcl(op.acl, context.authIds);
  if (acl === null) return 'INVALIDACL';
  const parent = recordFor(ahead, parentPath(op.path));
  if (typeof parent === 'string') return parent;
  if (!may(parent, PERMS.CREATE, context)) return 'NOAUTH';
  const path = isSequential(op.mode) ? op.path + sequenceSuffix(parent.stat.cversion) : op.path;
  if (validatePath(path) !== null) return 'BADARGUMENTS';
  const known = recordFor(ahead, path);
  if (known !== 'NONODE') return typeof known === 'string' ? known : 'NODEEXISTS';
  if (ownerKind(parent.stat.ephemeralOwner) === 'normal') return 'NOCHILDRENFOREPHEMERALS';
  const { data } = op;
  if (context.rules.enforceQuota && exceedsQuota(ahead, path, dataLength(data), 1)) return 'QUOTAEXCEEDED';

  const parentCVersion = (parent.stat.cversion + 1) | 0;
  if (op.mode === 'container') return { type: 'createContainer', path, data, acl, parentCVersion };
  if (ttl) return { type: 'createTTL', path, data, acl, parentCVersion, ttlMs };
  return { type: op.op, path, data, acl, ephemeral: isEphemeral(op.mode), parentCVersion };
}

function prepareDelete(ahead: DataTree, path: string, version: number, context: Context): TxnBody | ErrorCode {
  if (!hasParent(path) || isSpecialPath(path)) return 'BADARGUMENTS';
  const parent = recordFor(ahead, parentPath(path));
  if (typeof parent === 'string') return parent;
  if (!may(parent, PERMS.DELETE, context)) return 'NOAUTH';
  const node = recordFor(ahead, path);
  if (typeof node === 'string') return node;
  if (!versionFits(node.stat.version, version)) return 'BADVERSION';
  return node.childCount > 0 ? 'NOTEMPTY' : { type: 'delete', path };
}

function prepareDeleteContainer(ahead: DataTree, path: string): TxnBody | ErrorCode {
  if (!hasParent(path) || isSpecialPath(path)) return 'BADARGUMENTS';
  const node = recordFor(ahead, path);
  if (typeof node === 'string') return node;
  if (node.childCount > 0) return 'NOTEMPTY';
  if (ownerKind(node.stat.ephemeralOwner) === 'normal') return 'BADVERSION';
  const parent = recordFor(ahead, parentPath(path));
  return typeof parent === 'string' ? parent : { type: 'deleteContainer', path };
}

function prepareSetData(ahead: DataTree, op: Extract<ClientOp, { op: 'setData' }>, context: Context): TxnBody | ErrorCode {
  const { path, data } = op;
  if (validatePath(path) !== null) return 'BADARGUMENTS';
  const node = recordFor(ahead, path);
  if (typeof node === 'string') return node;
  if (!may(node, PERMS.WRITE, context)) return 'NOAUTH';
  if (context.rules.enforceQuota && exceedsQuota(ahead, path, dataLength(data) - dataLength(node.data), 0)) return 'QUOTAEXCEEDED';
  if (!versionFits(node.stat.version, op.version)) return 'BADVERSION';
  return { type: 'setData', path, data, version: nextVersion(node.stat.version, context.rules) };
}

function prepareSetAcl(ahead: DataTree, op: Extract<ClientOp, { op: 'setACL' }>, context: Context): TxnBody | ErrorCode {
  const { path } = op;
  if (validatePath(path) !== null) return 'BADARGUMENTS';
  const acl = fixupAcl(op.acl, context.authIds);
  if (acl === null) return 'INVALIDACL';
  const node = recordFor(ahead, path);
  if (typeof node === 'string') return node;
  if (!may(node, PERMS.ADMIN, context)) return 'NOAUTH';
  if (!versionFits(node.stat.aversion, op.version)) return 'BADVERSION';
  return { type: 'setACL', path, acl, version: nextVersion(node.stat.aversion, context.rules) };
}

/** The txn holds the version that a change would have given, not the one that was asked for. */
function prepareCheck(ahead: DataTree, path: string, version: number, context: Context): TxnBody | ErrorCode {
  if (validatePath(path) !== null) return 'BADARGUMENTS';
  const node = recordFor(ahead, path);
  if (typeof node === 'string') return node;
  if (!may(node, PERMS.READ, context)) return 'NOAUTH';
  if (!versionFits(node.stat.version, version)) return 'BADVERSION';
  return { type: 'check', path, version: nextVersion(node.stat.version, context.rules) };
}

// ---------------------------------------------------------------------------------------------------------------------

/** What a request is judged by. Source: `ZooKeeperServer.ChangeRecord`. */
interface ChangeRecord {
  readonly stat: StatPersisted;
  readonly data: Bytes | null;
  readonly childCount: number;
  readonly acl: readonly Acl[];
}

/**
 * What there is at a path, or why nothing can be said of it. The access list is looked up even where nobody asks what it allows.
 *
 * Source: `PrepRequestProcessor.getRecordForPath`.
 */
function recordFor(ahead: DataTree, path: string): ChangeRecord | 'NONODE' | 'MARSHALLINGERROR' {
  const node = getNode(ahead, path);
  if (node === undefined) return 'NONODE';
  const acl = aclOf(ahead, node);
  return acl === null ? 'MARSHALLINGERROR' : { stat: node.stat, data: node.data, childCount: node.children.size, acl };
}

function may({ acl }: ChangeRecord, perm: number, context: Context): boolean {
  return checkAcl(acl, perm, context.authIds);
}

/** Whether an expected version is met; −1 always is. Source: `PrepRequestProcessor.checkAndIncVersion`. */
export function versionFits(current: number, expected: number): boolean {
  return expected === -1 || expected === current;
}

/** The version after a change; a 32-bit integer that wraps. Source: `PrepRequestProcessor.checkAndIncVersion`. */
export function nextVersion(current: number, rules: Pick<PrepRules, 'versionWrap'>): number {
  const next = (current + 1) | 0;
  return next === -1 && rules.versionWrap === 'skipped' ? 0 : next;
}

/** What is appended to the name of a sequential node: the parent's count of creates, as Java's `%010d`. */
export function sequenceSuffix(parentCVersion: number): string {
  return parentCVersion < 0 ? `-${String(-parentCVersion).padStart(9, '0')}` : String(parentCVersion).padStart(10, '0');
}

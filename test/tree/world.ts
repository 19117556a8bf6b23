/** Helpers that let the tests of the tree read like a conversation with one leader. */
import { utf8, type SessionId } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { prepare, writeResult, type PrepRules } from '../../src/tree/prep.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { Acl, AuthId, ClientOp, CreateMode, DataTree, Txn, TxnBody, TxnResult, WriteOp } from '../../src/tree/types.ts';

export const ANYONE: readonly Acl[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];
export const ALICE: AuthId = { scheme: 'digest', id: 'alice:hash' };
export const SESSION: SessionId = '0x100000000000001';
export const TIME = 1_795_215_260_779;

export const MAINLINE: PrepRules = {
  checkOutsideMulti: 'rejected',
  create2InMulti: 'own',
  versionWrap: 'skipped',
  extendedTypes: true,
  digestEnabled: true,
  enforceQuota: false,
};

export function create(
  path: string,
  mode: CreateMode = 'persistent',
  data = '',
  acl = ANYONE,
): Extract<ClientOp, { op: 'create' | 'create2' }> {
  return { op: 'create', path, data: utf8(data), acl, mode };
}

export function txn(counter: number, body: TxnBody, session = SESSION): Txn {
  return { session, cxid: counter, zxid: zxid(1, counter), time: TIME + counter, body, digest: null };
}

/** Everything that happened in one conversation. */
export interface Talk {
  readonly tree: DataTree;
  readonly txns: readonly Txn[];
  readonly replies: readonly TxnResult[];
}

export interface Speaker {
  readonly session?: SessionId;
  readonly authIds?: readonly AuthId[];
  readonly rules?: PrepRules;
}

export const SILENCE: Talk = { tree: newTree(null), txns: [], replies: [] };

/** Validates, proposes and applies each write, one zxid a write. */
export function say(talk: Talk, ops: readonly WriteOp[], { session = SESSION, authIds = [], rules = MAINLINE }: Speaker = {}): Talk {
  let { tree, txns, replies } = talk;
  for (const op of ops) {
    const counter = tree.lastProcessedZxid.counter + 1;
    const { body } = prepare(tree, { session, cxid: counter, op, authIds }, zxid(1, counter), TIME + counter, rules);
    const next = txn(counter, body, session);
    const applied = applyTxn(tree, next);
    tree = applied.tree;
    txns = [...txns, next];
    replies = [...replies, writeResult(applied.result, op)];
  }
  return { tree, txns, replies };
}

export function treeAfter(...ops: WriteOp[]): DataTree {
  return say(SILENCE, ops).tree;
}

/** What a single write is answered after others were applied. */
export function replyTo(tree: DataTree, op: WriteOp, speaker: Speaker = {}): TxnResult {
  return say({ ...SILENCE, tree }, [op], speaker).replies[0] as TxnResult;
}

export function errOf(tree: DataTree, op: WriteOp, speaker: Speaker = {}): string {
  return replyTo(tree, op, speaker).err;
}

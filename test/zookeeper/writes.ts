/** A history for tests: every kind of txn that a disk can hold, made by the rules of the tree. */
import { utf8, type SessionId } from '../../src/base/ids.ts';
import { zxid, type Zxid } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { prepare, txnDigest, type PrepRules } from '../../src/tree/prep.ts';
import type { Acl, CreateMode, DataTree, Txn, WriteOp } from '../../src/tree/types.ts';

const OPEN: readonly Acl[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];
const READ_AND_WRITE: readonly Acl[] = [
  { perms: 3, scheme: 'world', id: 'anyone' },
  { perms: 31, scheme: 'ip', id: '10.0.0.0/8' },
];
const SESSION: SessionId = '0x100003464c50000';

/** The rules of the version that reads the disk. */
const RULES: PrepRules = {
  checkOutsideMulti: 'accepted',
  create2InMulti: 'asCreate',
  versionWrap: 'minusOne',
  extendedTypes: true,
  digestEnabled: true,
  enforceQuota: false,
};

const create = (path: string, mode: CreateMode = 'persistent', data: string | null = path): WriteOp => ({
  op: 'create',
  path,
  data: data === null ? null : utf8(data),
  acl: OPEN,
  mode,
  ...(mode.startsWith('ttl') ? { ttlMs: 3_600_000 } : {}),
});

/** What clients ask, in order. Some requests fail, and are logged as error txns. */
export const REQUESTS: readonly WriteOp[] = [
  { op: 'createSession', timeoutMs: 30_000 },
  create('/app'),
  create('/app/config', 'persistent', null),
  create('/app/job-', 'persistentSequential'),
  create('/app/job-', 'persistentSequential'),
  create('/app/me', 'ephemeral'),
  create('/app/turn-', 'ephemeralSequential'),
  create('/app/box', 'container'),
  create('/app/brief', 'ttl'),
  create('/app'),
  { op: 'setData', path: '/app/config', data: utf8('{"colour":"蓝"}'), version: 0 },
  { op: 'setData', path: '/app/config', data: utf8('wrong version'), version: 0 },
  { op: 'setACL', path: '/app', acl: READ_AND_WRITE, version: 0 },
  { op: 'create2', path: '/with-stat', data: new Uint8Array(0), acl: OPEN, mode: 'persistent' },
  {
    op: 'multi',
    ops: [
      { op: 'check', path: '/app/config', version: 1 },
      create('/m'),
      create('/m/1'),
      { op: 'setData', path: '/m', data: utf8('two'), version: -1 },
    ],
  },
  { op: 'multi', ops: [create('/never'), { op: 'delete', path: '/not-there', version: -1 }] },
  { op: 'delete', path: '/app/job-0000000000', version: -1 },
  create('/app/job-', 'persistentSequential'),
  ...Array.from({ length: 60 }, (_, i) => create(`/many-${i}`, 'persistent', 'x'.repeat(i))),
];

export interface History {
  readonly tree: DataTree;
  readonly txns: readonly Txn[];
}

/** Carries requests out on `tree` as one leader's proposals, the first with `first` as its zxid. */
export function carryOut(tree: DataTree, requests: readonly WriteOp[], first: Zxid): History {
  const txns: Txn[] = [];
  for (const [i, op] of requests.entries()) {
    const header = { session: SESSION, cxid: i, zxid: zxid(first.epoch, first.counter + i), time: 1_700_000_000_000 + i * 10 };
    const { body } = prepare(
      tree,
      { session: SESSION, cxid: i, op, authIds: [{ scheme: 'ip', id: '127.0.0.1' }] },
      header.zxid,
      header.time,
      RULES,
    );
    const after = applyTxn(tree, { ...header, body, digest: null }).tree;
    txns.push({ ...header, body, digest: txnDigest(after, body, RULES) });
    tree = after;
  }
  return { tree, txns };
}

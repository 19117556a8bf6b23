import { describe, expect, test } from 'vitest';
import { utf8, type SessionId } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import {
  failed,
  isValidRequest,
  nextVersion,
  prepare,
  sequenceSuffix,
  txnDigest,
  versionFits,
  writeResult,
  type PrepRules,
} from '../../src/tree/prep.ts';
import { getNode } from '../../src/tree/tree.ts';
import type { Acl, CreateMode, WriteOp } from '../../src/tree/types.ts';
import { ALICE, ANYONE, create, errOf, MAINLINE, replyTo, say, SESSION, SILENCE, treeAfter, txn } from './world.ts';

const NOBODY: readonly Acl[] = [{ perms: 31, scheme: 'digest', id: 'nobody:hash' }];
const READERS: readonly Acl[] = [{ perms: 1, scheme: 'world', id: 'anyone' }];

/** /open with a child; /shut, which nobody may use; /read, which all may read; an ephemeral; a container. */
const tree = treeAfter(
  create('/open'),
  create('/open/child'),
  create('/open/leaf'),
  create('/shut', 'persistent', '', NOBODY),
  create('/read', 'persistent', '', READERS),
  create('/mine', 'ephemeral'),
  create('/box', 'container'),
);

const remove = (path: string, version = -1): WriteOp => ({ op: 'delete', path, version });
const set = (path: string, version = -1): WriteOp => ({ op: 'setData', path, data: utf8('x'), version });
const setAcl = (path: string, version = -1, acl = ANYONE): WriteOp => ({ op: 'setACL', path, acl, version });
const check = (path: string, version = -1): WriteOp => ({ op: 'multi', ops: [{ op: 'check', path, version }] });
const ttl = (path: string, ttlMs: number, mode: CreateMode = 'ttl'): WriteOp => ({ ...create(path, mode), ttlMs });

describe('the first failing test decides the error (B-72)', () => {
  test.each<[string, WriteOp, string]>([
    ['create: a TTL must be positive', ttl('no slash', 0), 'BADARGUMENTS'],
    ['create: a TTL must fit 40 bits', ttl('/t', 0x100_0000_0000), 'BADARGUMENTS'],
    ['create: a TTL mode needs a TTL', create('/t', 'ttl'), 'BADARGUMENTS'],
    ['create: only TTL modes have a TTL', ttl('/t', 5, 'persistent'), 'BADARGUMENTS'],
    ['create: not even a TTL of 0', ttl('/t', 0, 'persistent'), 'BADARGUMENTS'],
    ['create: a negative TTL is none', ttl('/t', -1, 'persistent'), 'OK'],
    ['create: the path needs a slash, even before its ACL is looked at', create('a', 'persistent', '', []), 'BADARGUMENTS'],
    ['create: no NUL in the path', create('/a\0', 'persistent', '', []), 'BADARGUMENTS'],
    ['create: an empty ACL, even before the parent is looked up', create('/none/a', 'persistent', '', []), 'INVALIDACL'],
    ['create: no parent, even if the path is not valid', create('/none/../a'), 'NONODE'],
    ['create: CREATE on the parent, even if the path is not valid', create('/shut/..'), 'NOAUTH'],
    ['create: the path is not valid', create('/open/..'), 'BADARGUMENTS'],
    ['create: the node exists', create('/open/child'), 'NODEEXISTS'],
    ['create: the root exists', create('/'), 'NODEEXISTS'],
    ['create: no children for ephemerals', create('/mine/a'), 'NOCHILDRENFOREPHEMERALS'],
    ['create: a child of a container', create('/box/a'), 'OK'],
    ['create: below /zookeeper is allowed', create('/zookeeper/a'), 'OK'],
    ['delete: without a slash', remove('a'), 'BADARGUMENTS'],
    ['delete: the root', remove('/'), 'BADARGUMENTS'],
    ['delete: /zookeeper', remove('/zookeeper'), 'BADARGUMENTS'],
    ['delete: /zookeeper/quota', remove('/zookeeper/quota'), 'BADARGUMENTS'],
    ['delete: /zookeeper/config', remove('/zookeeper/config'), 'BADARGUMENTS'],
    ['delete: no parent', remove('/none/a'), 'NONODE'],
    ['delete: DELETE on the parent, even if there is no such node', remove('/read/none'), 'NOAUTH'],
    ['delete: no node', remove('/none'), 'NONODE'],
    ['delete: the version, even before the children', remove('/open', 7), 'BADVERSION'],
    ['delete: children', remove('/open', 0), 'NOTEMPTY'],
    ['delete: the ACL of the node itself does not matter', remove('/shut'), 'OK'],
    ['setData: the path is not valid', set('/open/'), 'BADARGUMENTS'],
    ['setData: no node', set('/none'), 'NONODE'],
    ['setData: WRITE, even before the version', set('/read', 7), 'NOAUTH'],
    ['setData: the version', set('/open', 7), 'BADVERSION'],
    ['setData: the root', set('/', 0), 'OK'],
    ['setACL: the path is not valid, even before the ACL', setAcl('open', -1, []), 'BADARGUMENTS'],
    ['setACL: an empty ACL, even before the node is looked up', setAcl('/none', -1, []), 'INVALIDACL'],
    ['setACL: no node', setAcl('/none'), 'NONODE'],
    ['setACL: ADMIN, even before the version', setAcl('/read', 7), 'NOAUTH'],
    ['setACL: the aversion', setAcl('/open', 7), 'BADVERSION'],
    ['setACL: fine', setAcl('/open', 0), 'OK'],
    ['deleteContainer: without a slash', { op: 'deleteContainer', path: 'a' }, 'BADARGUMENTS'],
    ['deleteContainer: not what is ZooKeeper’s own', { op: 'deleteContainer', path: '/zookeeper/quota' }, 'BADARGUMENTS'],
    ['deleteContainer: no node', { op: 'deleteContainer', path: '/none' }, 'NONODE'],
    ['deleteContainer: children', { op: 'deleteContainer', path: '/open' }, 'NOTEMPTY'],
    ['deleteContainer: not an ephemeral', { op: 'deleteContainer', path: '/mine' }, 'BADVERSION'],
    ['deleteContainer: fine', { op: 'deleteContainer', path: '/box' }, 'OK'],
    ['check outside a multi', { op: 'check', path: '/open', version: 0 }, 'UNIMPLEMENTED'],
  ])('%s', (_, op, err) => {
    expect(errOf(tree, op)).toBe(err);
  });

  test.each<[string, WriteOp, string]>([
    ['the path', check('open'), 'BADARGUMENTS'],
    ['the node', check('/none'), 'NONODE'],
    ['READ', check('/shut', 7), 'NOAUTH'],
    ['the version', check('/open', 7), 'BADVERSION'],
    ['nothing', check('/open', 0), 'OK'],
  ])('check fails for %s', (_, op, err) => {
    const { result } = replyTo(tree, op);
    expect(result).toMatchObject({ kind: 'multi', results: [{ err }] });
  });

  test('TTL nodes must be switched on, and that is the very first test', () => {
    const rules: PrepRules = { ...MAINLINE, extendedTypes: false };
    expect(errOf(tree, ttl('no slash', 0), { rules })).toBe('UNIMPLEMENTED');
    expect(errOf(tree, ttl('/t', 5), { rules: MAINLINE })).toBe('OK');
  });

  test('a request that failed becomes an error txn without a digest', () => {
    const prepared = prepare(tree, { session: SESSION, cxid: 1, op: create('/open'), authIds: [] }, zxid(1, 99), 0, MAINLINE);
    expect(prepared).toEqual(failed('NODEEXISTS'));
    expect(txnDigest(tree, prepared.body, MAINLINE)).toBeNull();
    expect(txnDigest(tree, { type: 'delete', path: '/open' }, MAINLINE)).toBe(tree.digest);
    expect(txnDigest(tree, { type: 'delete', path: '/open' }, { ...MAINLINE, digestEnabled: false })).toBeNull();
  });

  test('up to 3.8.4 a check outside a multi becomes a txn', () => {
    const old: PrepRules = { ...MAINLINE, checkOutsideMulti: 'accepted' };
    const op: WriteOp = { op: 'check', path: '/open', version: 0 };
    expect([isValidRequest(op, old), isValidRequest(op, MAINLINE)]).toEqual([true, false]);
    expect(prepare(tree, { session: SESSION, cxid: 1, op, authIds: [] }, zxid(1, 99), 0, old).body).toEqual({
      type: 'check',
      path: '/open',
      version: 1,
    });
  });
});

describe('versions (B-73)', () => {
  test.each([
    [0, -1, true],
    [5, -1, true],
    [5, 5, true],
    [5, 4, false],
    [-1, 0, false],
    [-1, -1, true],
  ])('version %i, expected %i: %s', (current, expected, fits) => {
    expect(versionFits(current, expected)).toBe(fits);
  });

  test.each([
    [0, 1, 1],
    [2147483647, -2147483648, -2147483648],
    [-3, -2, -2],
    [-2, 0, -1],
    [-1, 0, 0],
  ])('after %i comes %i, in old servers %i', (current, next, old) => {
    expect(nextVersion(current, { versionWrap: 'skipped' })).toBe(next);
    expect(nextVersion(current, { versionWrap: 'minusOne' })).toBe(old);
  });
});

describe('sequential names (B-74)', () => {
  test.each([
    [0, '0000000000'],
    [42, '0000000042'],
    [2147483647, '2147483647'],
    [-5, '-000000005'],
    [-2147483648, '-2147483648'],
  ])('%i is written %s', (count, suffix) => {
    expect(sequenceSuffix(count)).toBe(suffix);
  });

  test('count the creates below the parent; deletes do not take numbers back', () => {
    const { replies } = say(SILENCE, [
      create('/q'),
      create('/q/n-', 'persistentSequential'),
      create('/q/other'),
      remove('/q/n-0000000000'),
      create('/q/n-', 'ephemeralSequential'),
      create('/q/', 'persistentSequential'),
    ]);
    expect(replies.map(({ result }) => (result.kind === 'path' ? result.path : result.kind))).toEqual([
      '/q',
      '/q/n-0000000000',
      '/q/other',
      'none',
      '/q/n-0000000002',
      '/q/0000000003',
    ]);
  });
});

describe('multi (B-80, B-81)', () => {
  const ops = {
    op: 'multi',
    ops: [create('/m'), create('/m/a'), { op: 'setData', path: '/m', data: null, version: 0 }, { op: 'check', path: '/m', version: 1 }],
  } as const;

  test('each operation sees those before it, and all share one zxid', () => {
    const { tree: after, replies, txns } = say({ ...SILENCE, tree }, [ops]);
    expect(replies[0]).toMatchObject({
      err: 'OK',
      result: {
        kind: 'multi',
        results: [
          { result: { kind: 'path', path: '/m' } },
          { result: { path: '/m/a' } },
          { result: { kind: 'stat' } },
          { result: { kind: 'none' } },
        ],
      },
    });
    expect(getNode(after, '/m/a')?.stat.czxid).toEqual(txns[0]?.zxid);
    expect(getNode(after, '/m')?.stat).toMatchObject({ version: 1, mzxid: txns[0]?.zxid, pzxid: txns[0]?.zxid });
  });

  test('one failure undoes all: earlier OK, then the error, then RUNTIMEINCONSISTENCY; the reply itself is OK', () => {
    const failing: WriteOp = { op: 'multi', ops: [create('/m'), create('/m/a', 'ephemeral'), remove('/m'), create('/n')] };
    const { tree: after, replies, txns } = say({ ...SILENCE, tree }, [failing]);
    expect(replies[0]?.err).toBe('OK');
    expect(replies[0]?.result).toMatchObject({
      results: [{ err: 'OK', result: { kind: 'none' } }, { err: 'OK' }, { err: 'NOTEMPTY' }, { err: 'RUNTIMEINCONSISTENCY' }],
    });
    expect(txns[0]?.body).toMatchObject({
      type: 'multi',
      txns: [{ type: 'create' }, { type: 'create' }, { type: 'error', err: 'NOTEMPTY' }, { type: 'error', err: 'RUNTIMEINCONSISTENCY' }],
    });
    expect({ ...after, lastProcessedZxid: tree.lastProcessedZxid }).toEqual(tree);
  });

  test('tells the trace what failed', () => {
    const op: WriteOp = { op: 'multi', ops: [create('/m'), create('/m'), create('/n')] };
    expect(prepare(tree, { session: SESSION, cxid: 1, op, authIds: [] }, zxid(1, 99), 0, MAINLINE).err).toBe('NODEEXISTS');
  });

  test('one that came through a connection which is no longer the session’s is answered SESSIONMOVED', () => {
    const txns = [
      { type: 'error', err: 'SESSIONMOVED' },
      { type: 'error', err: 'RUNTIMEINCONSISTENCY' },
    ] as const;
    const { result } = applyTxn(tree, txn(99, { type: 'multi', txns }));
    expect(writeResult(result, ops)).toEqual({ err: 'SESSIONMOVED', result: { kind: 'none' } });
  });

  test('setACL is not among what a multi may hold', () => {
    expect(errOf(tree, { op: 'multi', ops: [setAcl('/open')] })).toBe('MARSHALLINGERROR');
  });

  test('3.8.0 takes a create2 for a create', () => {
    const op: WriteOp = { op: 'multi', ops: [{ ...create('/m'), op: 'create2' }] };
    const kindUnder = (rules: PrepRules): unknown => replyTo(tree, op, { rules }).result;
    expect(kindUnder(MAINLINE)).toMatchObject({ results: [{ result: { kind: 'created', stat: { version: 0 } } }] });
    expect(kindUnder({ ...MAINLINE, create2InMulti: 'asCreate' })).toMatchObject({ results: [{ result: { kind: 'path', path: '/m' } }] });
  });
});

describe('sessions and owners', () => {
  const proposed = (op: WriteOp, session: SessionId): unknown =>
    prepare(tree, { session, cxid: 1, op, authIds: [] }, zxid(1, 99), 0, MAINLINE).body;

  test('createSession carries the timeout that was granted', () => {
    expect(proposed({ op: 'createSession', timeoutMs: 4000 }, '0x7')).toEqual({ type: 'createSession', timeoutMs: 4000 });
  });

  test('closeSession lists the ephemerals of the session, committed or not', () => {
    expect(proposed({ op: 'closeSession' }, SESSION)).toEqual({ type: 'closeSession', paths: ['/mine'] });
    expect(proposed({ op: 'closeSession' }, '0x7')).toEqual({ type: 'closeSession', paths: [] });
  });

  test('the reply to closeSession has no body', () => {
    expect(replyTo(tree, { op: 'closeSession' })).toEqual({ err: 'OK', result: { kind: 'none' } });
  });

  test('with the right id the shut node opens, and super may do everything', () => {
    const shut = treeAfter(create('/a', 'persistent', '', [{ perms: 2, scheme: 'digest', id: ALICE.id }]));
    expect(errOf(shut, set('/a'))).toBe('NOAUTH');
    expect(errOf(shut, set('/a'), { authIds: [ALICE] })).toBe('OK');
    expect(errOf(shut, create('/a/b'), { authIds: [ALICE] })).toBe('NOAUTH');
    expect(errOf(shut, create('/a/b'), { authIds: [{ scheme: 'super', id: '' }] })).toBe('OK');
  });
});

test('each kind of create answers what its opcode promises', () => {
  expect(replyTo(tree, create('/new')).result).toEqual({ kind: 'path', path: '/new' });
  for (const op of [{ ...create('/new'), op: 'create2' as const }, create('/new', 'container'), ttl('/new', 9)])
    expect(replyTo(tree, op).result).toMatchObject({ kind: 'created', path: '/new' });
  expect(applyTxn(tree, txn(99, { type: 'error', err: 'NOAUTH' })).result).toEqual({ err: 'NOAUTH', result: { kind: 'none' } });
});

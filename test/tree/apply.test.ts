import { describe, expect, test } from 'vitest';
import { mapEntries, mapGet } from '../../src/base/chunked.ts';
import { fromUtf8, utf8 } from '../../src/base/ids.ts';
import { zxid, ZXID_ZERO } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { aclOf, getNode, newTree, nodeCount, statOf, treeOf, walk } from '../../src/tree/tree.ts';
import type { DataTree, TxnBody, Znode } from '../../src/tree/types.ts';
import { ANYONE, create, say, SESSION, SILENCE, TIME, treeAfter, txn } from './world.ts';

const node = (tree: DataTree, path: string): Znode => getNode(tree, path) as Znode;
const created = (path: string, parentCVersion: number): TxnBody => ({
  type: 'create',
  path,
  data: null,
  acl: ANYONE,
  ephemeral: false,
  parentCVersion,
});

describe('a server without history (R-35)', () => {
  const tree = newTree(utf8('version=0'), TIME);

  test('has the four built-in nodes, and says five', () => {
    expect(Array.from(walk(tree), ({ path }) => path)).toEqual(['', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']);
    expect(nodeCount(tree)).toBe(5);
  });

  test('holds its configuration, which all may read and none may write', () => {
    const config = node(tree, '/zookeeper/config');
    expect(fromUtf8(config.data ?? new Uint8Array())).toBe('version=0');
    expect(config).toMatchObject({ acl: 1, stat: { version: -1, aversion: -1, mtime: TIME, ctime: 0 } });
    expect(aclOf(tree, config)).toEqual([{ perms: 1, scheme: 'world', id: 'anyone' }]);
    expect([tree.nextAclKey, tree.dataSize]).toEqual([2, 44 + 'version=0'.length]);
  });

  test('standalone, its config node stays empty', () => {
    expect(node(newTree(null), '/zookeeper/config')).toMatchObject({ data: new Uint8Array(0), stat: { version: 0, aversion: -1 } });
  });
});

describe('stats (§9, B-97)', () => {
  test('a fresh root shows cversion −1: no creates, one child', () => {
    expect(statOf(node(newTree(null), '/'))).toMatchObject({ cversion: -1, numChildren: 1 });
  });

  test('cversion goes up with each create and each delete', () => {
    const ops = [create('/p'), create('/p/a'), create('/p/b'), create('/p/c'), { op: 'delete', path: '/p/b', version: -1 } as const];
    expect(statOf(node(treeAfter(...ops.slice(0, 4)), '/p'))).toMatchObject({ cversion: 3, numChildren: 3 });
    const after = node(treeAfter(...ops), '/p');
    expect(statOf(after)).toMatchObject({ cversion: 4, numChildren: 2, pzxid: zxid(1, 5) });
    expect(after.stat).toMatchObject({ cversion: 3, czxid: zxid(1, 1), mzxid: zxid(1, 1) });
  });

  test('only sessions are shown as owners', () => {
    const tree = treeAfter(create('/e', 'ephemeral'), create('/c', 'container'), { ...create('/t', 'ttl'), ttlMs: 5000 });
    expect(['/e', '/c', '/t'].map((path) => statOf(node(tree, path)).ephemeralOwner)).toEqual([SESSION, '0x0', '0x0']);
    expect(['/c', '/t'].map((path) => node(tree, path).stat.ephemeralOwner)).toEqual(['0x8000000000000000', '0xff00000000001388']);
    expect([mapGet(tree.ephemerals, SESSION), tree.containers, tree.ttls]).toEqual([['/e'], ['/c'], ['/t']]);
  });

  test('setData and setACL change what they say and nothing else', () => {
    const before = treeAfter(create('/a', 'persistent', 'one'));
    const { tree, replies } = say({ ...SILENCE, tree: before }, [
      { op: 'setData', path: '/a', data: utf8('three'), version: 0 },
      { op: 'setACL', path: '/a', acl: [{ perms: 1, scheme: 'world', id: 'anyone' }], version: 0 },
    ]);
    expect(node(tree, '/a').stat).toEqual({ ...node(before, '/a').stat, version: 1, aversion: 1, mzxid: zxid(1, 2), mtime: TIME + 2 });
    expect(replies.map(({ result }) => result.kind)).toEqual(['stat', 'stat']);
    expect(tree.dataSize - before.dataSize).toBe(2);
  });
});

describe('sessions', () => {
  test('a session is known from createSession to closeSession', () => {
    const opened = applyTxn(newTree(null), txn(1, { type: 'createSession', timeoutMs: 4000 })).tree;
    expect(mapGet(opened.sessions, SESSION)).toBe(4000);
    expect(applyTxn(opened, txn(2, { type: 'closeSession', paths: [] })).tree.sessions.size).toBe(0);
  });

  test('closing one deletes the listed paths and then all others it still holds (B-106)', () => {
    const tree = treeAfter(create('/a', 'ephemeral'), create('/b', 'ephemeral'), create('/keep'));
    const { tree: after, result } = applyTxn(tree, txn(4, { type: 'closeSession', paths: ['/gone', '/b'] }));
    expect(result).toEqual({ err: 'OK', result: { kind: 'paths', paths: ['/b', '/a'] } });
    expect([after.ephemerals.size, getNode(after, '/a'), getNode(after, '/b')]).toEqual([0, undefined, undefined]);
    expect(node(after, '/').stat.pzxid).toEqual(zxid(1, 4));
  });

  test('logs older than 3.6 list no paths', () => {
    const { result } = applyTxn(treeAfter(create('/a', 'ephemeral')), txn(2, { type: 'closeSession', paths: null }));
    expect(result.result).toEqual({ kind: 'paths', paths: ['/a'] });
  });
});

describe('what cannot be done is reported and left undone (B-95)', () => {
  const tree = treeAfter(create('/a'));

  test.each<[TxnBody, string]>([
    [created('/none/a', 1), 'NONODE'],
    [created('/a', 1), 'NODEEXISTS'],
    [{ type: 'delete', path: '/none' }, 'NONODE'],
    [{ type: 'setData', path: '/none', data: null, version: 1 }, 'NONODE'],
    [{ type: 'setACL', path: '/none', acl: ANYONE, version: 1 }, 'NONODE'],
    [{ type: 'error', err: 'BADVERSION' }, 'BADVERSION'],
  ])('%o', (body, err) => {
    const { tree: after, result } = applyTxn(tree, txn(9, body));
    expect(result.err).toBe(err);
    expect(after.nodes.size).toBe(tree.nodes.size);
    expect(after.lastProcessedZxid).toEqual(zxid(1, 9));
  });

  test('a create of what exists still mends the parent (B-96)', () => {
    const parent = node(applyTxn(tree, txn(9, created('/a', 7))).tree, '/');
    expect(parent.stat).toMatchObject({ cversion: 7, pzxid: zxid(1, 9) });
  });

  test('a create2 of what exists does not', () => {
    const parent = node(applyTxn(tree, txn(9, { ...created('/a', 7), type: 'create2' } as TxnBody)).tree, '/');
    expect(parent.stat).toMatchObject({ cversion: 1, pzxid: zxid(1, 1) });
  });

  test('an older create does not take a parent back', () => {
    const ahead = applyTxn(tree, txn(9, created('/b', 5))).tree;
    expect(node(applyTxn(ahead, txn(3, created('/c', 2))).tree, '/').stat).toMatchObject({ cversion: 5, pzxid: zxid(1, 9) });
  });

  test('a delete of what is gone still dates the parent, but never backwards', () => {
    const dated = applyTxn(tree, txn(9, { type: 'delete', path: '/none' })).tree;
    expect(node(dated, '/').stat.pzxid).toEqual(zxid(1, 9));
    expect(node(applyTxn(dated, txn(5, { type: 'delete', path: '/a' })).tree, '/').stat.pzxid).toEqual(zxid(1, 9));
  });

  test('a child that a fuzzy snapshot kept beyond its parent is listed again', () => {
    const log: readonly TxnBody[] = [created('/p', 1), { type: 'delete', path: '/p' }, created('/p', 2), created('/p/x', 1)];
    const replayed = (from: DataTree): DataTree => log.reduce((before, body, i) => applyTxn(before, txn(i + 1, body)).tree, from);
    const once = replayed(newTree(null));
    const twice = replayed(once);
    expect(node(twice, '/p').children.size).toBe(1);
    expect([twice.digest, twice.dataSize]).toEqual([once.digest, once.dataSize]);
  });

  test("records older than 3.4 do not know the parent's count", () => {
    expect(node(applyTxn(tree, txn(9, created('/b', -1))).tree, '/').stat.cversion).toBe(2);
  });
});

describe('the ACL cache', () => {
  const SECRET = [{ perms: 31, scheme: 'digest', id: 'a:b' }];

  test('even world:anyone gets a key of its own when it comes in a txn', () => {
    const tree = treeAfter(create('/a'), create('/b'), create('/c', 'persistent', '', SECRET));
    expect(['/', '/a', '/b', '/c'].map((path) => node(tree, path).acl)).toEqual([-1, 2, 2, 3]);
    expect(tree.acls.get(2)).toEqual(ANYONE);
  });

  test('a list leaves with the last node that used it, and comes back under a new key', () => {
    const gone = treeAfter(create('/a', 'persistent', '', SECRET), { op: 'delete', path: '/a', version: -1 });
    expect([...gone.acls.keys()]).toEqual([1]);
    expect(node(say({ ...SILENCE, tree: gone }, [create('/a', 'persistent', '', SECRET)]).tree, '/a').acl).toBe(3);
  });

  test('setting the only use of a list again renumbers it', () => {
    const tree = say(SILENCE, [create('/a', 'persistent', '', SECRET), { op: 'setACL', path: '/a', acl: SECRET, version: -1 }], {
      authIds: [{ scheme: 'digest', id: 'a:b' }],
    }).tree;
    expect([...tree.acls.keys()]).toEqual([1, 3]);
  });

  test('loading drops lists that nobody uses and counts on from the highest key', () => {
    const tree = treeAfter(create('/a'));
    const image = {
      sessions: [],
      acls: new Map([...tree.acls, [9, SECRET]]),
      nodes: Array.from(walk(tree), ({ path, node: { data, acl, stat } }) => ({ path, data, acl, stat })),
    };
    const loaded = treeOf(image, ZXID_ZERO);
    expect([[...loaded.acls.keys()], loaded.nextAclKey]).toEqual([[1, 2], 10]);
    expect(loaded.aclUses).toEqual(tree.aclUses);
  });

  test('there is none for a key that no list has', () => {
    const tree = treeAfter(create('/a'));
    expect(aclOf({ ...tree, acls: new Map() }, node(tree, '/a'))).toBeNull();
  });
});

test('a snapshot whose nodes have no parent is refused', () => {
  const { data, acl, stat } = node(newTree(null), '/');
  const image = (...paths: string[]) => ({ sessions: [], acls: new Map(), nodes: paths.map((path) => ({ path, data, acl, stat })) });
  expect(() => treeOf(image('', '/a/b'), ZXID_ZERO)).toThrow('unable to find parent /a of path /a/b');
  expect(() => treeOf(image('', 'a'), ZXID_ZERO)).toThrow('unable to find parent');
  expect(() => treeOf(image(), ZXID_ZERO)).toThrow('no root node');
});

test('sessions of a snapshot are restored', () => {
  const { data, acl, stat } = node(newTree(null), '/');
  const tree = treeOf({ sessions: [[SESSION, 4000]], acls: new Map(), nodes: [{ path: '', data, acl, stat }] }, zxid(1, 7));
  expect([...mapEntries(tree.sessions)]).toEqual([[SESSION, 4000]]);
  expect(tree.lastProcessedZxid).toEqual(zxid(1, 7));
});

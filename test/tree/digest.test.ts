import { expect, test } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { crc32, nodeDigest } from '../../src/tree/digest.ts';
import { getNode, newTree } from '../../src/tree/tree.ts';
import { ANYONE, create, say, SILENCE, treeAfter } from './world.ts';

test('CRC-32 is that of zlib, in one go or in parts', () => {
  expect(crc32(utf8('123456789'))).toBe(0xcbf43926);
  expect(crc32(utf8('6789'), crc32(utf8('12345')))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(60))).toBe(68323592);
});

test('the empty tree has the digest a real server logs, whatever its configuration says (R-72)', () => {
  expect(newTree(null).digest).toBe(0x51c6d660);
  expect(newTree(utf8('server.1=...'), 7).digest).toBe(0x51c6d660);
});

test('create /a with data hi has the digest a real server logged (R-72)', () => {
  const { tree } = applyTxn(newTree(null), {
    session: '0x1',
    cxid: 1,
    zxid: zxid(1, 2),
    time: 1795215260779,
    digest: null,
    body: { type: 'create', path: '/a', data: utf8('hi'), acl: ANYONE, ephemeral: false, parentCVersion: 1 },
  });
  expect(tree.digest).toBe(0x1da2ad386);
});

test('nodes below /zookeeper/ count nothing, /zookeeper itself does (R-71)', () => {
  const stat = getNode(newTree(null), '/zookeeper')?.stat;
  if (stat === undefined) throw new Error('no /zookeeper');
  expect(nodeDigest('/zookeeper/quota', null, stat)).toBe(0);
  expect(nodeDigest('/zookeeper', null, stat)).toBeGreaterThan(0);
  expect(nodeDigest('/zookeepers', null, stat)).toBeGreaterThan(0);
});

test('a path counts as UTF-8', () => {
  const root = getNode(newTree(null), '/');
  if (root === undefined) throw new Error('no root');
  expect(nodeDigest('/é', null, root.stat)).toBe(crc32(new Uint8Array(60), crc32(utf8('/é'))));
});

test('a failed write and a failed multi leave the digest alone', () => {
  const before = treeAfter(create('/a'));
  const { tree } = say({ ...SILENCE, tree: before }, [create('/a'), { op: 'multi', ops: [create('/b'), create('/a')] }]);
  expect(tree.digest).toBe(before.digest);
});

import { Buffer } from 'node:buffer';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { crc32, nodeDigest } from '../../src/tree/digest.ts';
import { CONTAINER_OWNER, ttlOwner } from '../../src/tree/ephemeralType.ts';
import { getNode, newTree } from '../../src/tree/tree.ts';
import type { StatPersisted } from '../../src/tree/types.ts';
import { ANYONE, create, say, SILENCE, TIME, treeAfter } from './world.ts';

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

describe('the digest of a node is the CRC-32 of its path, its data and the 60 bytes of its stat (R-71)', () => {
  const plain: StatPersisted = {
    czxid: zxid(1, 2),
    mzxid: zxid(3, 0xffff_ffff),
    pzxid: zxid(0xffff_ffff, 4),
    ctime: TIME,
    mtime: TIME + 1,
    version: 5,
    cversion: 6,
    aversion: 7,
    ephemeralOwner: '0x0',
  };

  test.each<[string, string, string | null, Partial<StatPersisted>]>([
    ['a node', '/a', 'hi', {}],
    ['the root, whose path is empty', '', '', {}],
    ['a path that is not ASCII', '/a/é中', 'hi', {}],
    ['no data', '/a', null, {}],
    ['numbers below 0', '/a', 'hi', { version: -1, cversion: -2147483648, aversion: -1, ctime: -1, mtime: -0x1_0000_0001 }],
    ['an ephemeral', '/a', 'hi', { ephemeralOwner: '0x100000000000001' }],
    ['an ephemeral of a server with a high sid', '/a', 'hi', { ephemeralOwner: '0xfe00042ed9abcdef' }],
    ['an owner of few digits', '/a', 'hi', { ephemeralOwner: '0x7' }],
    ['a container', '/a', 'hi', { ephemeralOwner: CONTAINER_OWNER }],
    ['a time to live', '/a', 'hi', { ephemeralOwner: ttlOwner(5000) }],
  ])('%s', (_, path, data, changed) => {
    const stat = { ...plain, ...changed };
    expect(nodeDigest(path, data === null ? null : utf8(data), stat)).toBe(
      zlib.crc32(Buffer.concat([utf8(path), utf8(data ?? ''), bytesOf(stat)])),
    );
  });

  /** As `ByteBuffer` writes them. */
  function bytesOf({ czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner }: StatPersisted): Buffer {
    const bytes = Buffer.alloc(60);
    const longs = [czxid, mzxid, pzxid].map(({ epoch, counter }) => (BigInt(epoch) << 32n) | BigInt(counter));
    [...longs, BigInt(ctime), BigInt(mtime)].forEach((long, i) => bytes.writeBigInt64BE(BigInt.asIntN(64, long), 8 * i));
    [version, cversion, aversion].forEach((int, i) => bytes.writeInt32BE(int, 40 + 4 * i));
    bytes.writeBigUInt64BE(BigInt(ephemeralOwner), 52);
    return bytes;
  }
});

test('a failed write and a failed multi leave the digest alone', () => {
  const before = treeAfter(create('/a'));
  const { tree } = say({ ...SILENCE, tree: before }, [create('/a'), { op: 'multi', ops: [create('/b'), create('/a')] }]);
  expect(tree.digest).toBe(before.digest);
});

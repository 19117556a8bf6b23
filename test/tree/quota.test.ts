import { describe, expect, test } from 'vitest';
import { fromUtf8, utf8 } from '../../src/base/ids.ts';
import { getNode, treeOf, walk } from '../../src/tree/tree.ts';
import type { DataTree, WriteOp } from '../../src/tree/types.ts';
import { create, errOf, MAINLINE, say, SILENCE, treeAfter } from './world.ts';

const STATS = '/zookeeper/quota/q/zookeeper_stats';
const limited = (limits: string): WriteOp[] => [
  create('/q', 'persistent', 'ab'),
  create('/q/old', 'persistent', 'c'),
  create('/zookeeper/quota/q'),
  create('/zookeeper/quota/q/zookeeper_limits', 'persistent', limits),
  create(STATS, 'persistent', 'count=0,bytes=0'),
];
const stats = (tree: DataTree): string => fromUtf8(getNode(tree, STATS)?.data ?? utf8('none'));
const remove = (path: string): WriteOp => ({ op: 'delete', path, version: -1 });
const set = (path: string, data: string): WriteOp => ({ op: 'setData', path, data: utf8(data), version: -1 });

describe('quota statistics (B-90)', () => {
  const tree = treeAfter(...limited('count=5,bytes=-1'));

  test('start with the true counts', () => {
    expect(stats(tree)).toBe('count=2,bytes=3');
  });

  test('follow creates, deletes and changes below the path, and nothing else', () => {
    const after = (...ops: WriteOp[]): string => stats(say({ ...SILENCE, tree }, ops).tree);
    expect(after(create('/q/new', 'persistent', 'xyz'))).toBe('count=3,bytes=6');
    expect(after(remove('/q/old'))).toBe('count=1,bytes=2');
    expect(after(set('/q', 'abcdef'))).toBe('count=2,bytes=7');
    expect(after(create('/qq', 'persistent', 'xyz'))).toBe('count=2,bytes=3');
  });

  test('are counted anew when a snapshot is loaded', () => {
    const nodes = Array.from(walk(tree), ({ path, node: { data, acl, stat } }) => ({
      path,
      data: path === STATS ? utf8('count=99,bytes=99') : data,
      acl,
      stat,
    }));
    expect(stats(treeOf({ sessions: [], acls: tree.acls, nodes }, tree.lastProcessedZxid))).toBe('count=2,bytes=3');
  });

  test('leave no trace in the stat and the digest', () => {
    const after = say({ ...SILENCE, tree }, [create('/q/new')]).tree;
    expect(getNode(after, STATS)?.stat).toEqual(getNode(tree, STATS)?.stat);
  });
});

describe('a hard limit refuses writes when it is enforced', () => {
  const rules = { ...MAINLINE, enforceQuota: true };
  const tree = treeAfter(...limited('count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=3'));

  test.each<[string, WriteOp, string]>([
    ['up to the count', create('/q/1', 'persistent', 'xy'), 'OK'],
    ['more bytes than allowed in a new node', create('/q/1', 'persistent', 'xyz'), 'QUOTAEXCEEDED'],
    ['more bytes than allowed in an old one', set('/q', 'abcde'), 'QUOTAEXCEEDED'],
    ['as many bytes as allowed', set('/q', 'abcd'), 'OK'],
    ['elsewhere', create('/z', 'persistent', 'abcdefgh'), 'OK'],
  ])('%s', (_, op, err) => {
    expect(errOf(tree, op, { rules })).toBe(err);
    expect(errOf(tree, op)).toBe('OK');
  });

  test('by count', () => {
    const full = say({ ...SILENCE, tree }, [create('/q/1')]).tree;
    expect(errOf(full, create('/q/2'), { rules })).toBe('QUOTAEXCEEDED');
  });

  test('a soft limit only warns', () => {
    expect(errOf(treeAfter(...limited('count=1,bytes=1')), create('/q/1', 'persistent', 'xyz'), { rules })).toBe('OK');
  });
});

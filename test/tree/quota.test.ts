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

  const loaded = ({ acls, lastProcessedZxid, ...rest }: DataTree): DataTree => {
    const nodes = Array.from(walk({ acls, lastProcessedZxid, ...rest }), ({ path, node: { data, acl, stat } }) => ({
      path,
      data,
      acl,
      stat,
    }));
    return treeOf({ sessions: [], acls, nodes }, lastProcessedZxid);
  };

  test('are counted anew when a snapshot is loaded', () => {
    const said = say({ ...SILENCE, tree }, [set(STATS, 'count=99,bytes=99')]).tree;
    expect([stats(said), stats(loaded(said))]).toEqual(['count=99,bytes=99', 'count=2,bytes=3']);
  });

  test('of a snapshot that has no limit beside them are left alone', () => {
    const said = say({ ...SILENCE, tree }, [remove('/zookeeper/quota/q/zookeeper_limits'), set(STATS, 'count=99,bytes=99')]).tree;
    expect(stats(loaded(said))).toBe('count=99,bytes=99');
    const below = say({ ...SILENCE, tree }, [create('/zookeeper/quota/q/zookeeper_limits/x'), set(STATS, 'count=99,bytes=99')]).tree;
    expect(stats(loaded(below))).toBe('count=99,bytes=99');
  });

  test.each(['/zookeeper/quota/q/more', '/zookeeper/quotb/q/zookeeper_stats'])('are not counted anew for %s', (path) => {
    const parents = path.includes('quotb') ? [create('/zookeeper/quotb'), create('/zookeeper/quotb/q')] : [];
    const said = say({ ...SILENCE, tree }, [...parents, set(STATS, 'count=99,bytes=99'), create(path)]).tree;
    expect(stats(said)).toBe('count=99,bytes=99');
  });

  test('that are gone count nothing', () => {
    const gone = say({ ...SILENCE, tree }, [remove(STATS), create('/q/new'), set('/q', 'abcdef'), remove('/q/old')]);
    expect(gone.replies.map(({ err }) => err)).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(stats(gone.tree)).toBe('none');
  });

  test('keep what else was written into them, sorted by name and behind an odd sign that old servers stop at', () => {
    const noted = (text: string) => stats(say({ ...SILENCE, tree }, [set(STATS, text), create('/q/new')]).tree);
    expect(noted('count=10,bytes=20')).toBe('count=11,bytes=20');
    expect(noted('bytes=20=;other=7;countHardLimit=3;byteHardLimit=-1;count=10')).toBe(
      'count=11,bytes=20=;byteHardLimit=-1;countHardLimit=3;other=7',
    );
    expect(noted('count=10;;bytes=x20,byteHardLimit=5x')).toBe('count=11,bytes=-1');
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

  test('whatever is written where there is already too much, if it adds to that', () => {
    const [byCount, byBytes] = ['count=-1,bytes=-1=;countHardLimit=1', 'count=-1,bytes=-1=;byteHardLimit=1'].map((limits) =>
      treeAfter(...limited(limits)),
    ) as [DataTree, DataTree];
    expect([set('/q', 'abcdef'), create('/q/1')].map((op) => errOf(byCount, op, { rules }))).toEqual(['OK', 'QUOTAEXCEEDED']);
    expect([create('/q/1'), set('/q', 'xy'), set('/q', 'x')].map((op) => errOf(byBytes, op, { rules }))).toEqual([
      'OK',
      'OK',
      'QUOTAEXCEEDED',
    ]);
  });

  test('which may be a limit of nothing at all', () => {
    const none = treeAfter(...limited('count=-1,bytes=-1=;byteHardLimit=0'));
    expect([create('/q/1', 'persistent', 'x'), create('/q/1')].map((op) => errOf(none, op, { rules }))).toEqual(['QUOTAEXCEEDED', 'OK']);
  });

  test('unless nothing counts for it', () => {
    const gone = say({ ...SILENCE, tree }, [remove(STATS)]).tree;
    expect(errOf(gone, set('/q', 'abcdefgh'), { rules })).toBe('OK');
  });

  test('even before the version is looked at', () => {
    const op: WriteOp = { op: 'setData', path: '/q', data: utf8('abcde'), version: 7 };
    expect([errOf(tree, op, { rules }), errOf(tree, op)]).toEqual(['QUOTAEXCEEDED', 'BADVERSION']);
  });

  test('a soft limit only warns', () => {
    expect(errOf(treeAfter(...limited('count=1,bytes=1')), create('/q/1', 'persistent', 'xyz'), { rules })).toBe('OK');
  });
});

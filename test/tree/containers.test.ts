import { describe, expect, test } from 'vitest';
import { applyTxn } from '../../src/tree/apply.ts';
import { containerCandidates } from '../../src/tree/containers.ts';
import { CONTAINER_OWNER, isValidTtl, MAX_TTL_MS, ownerKind, ttlOf, ttlOwner } from '../../src/tree/ephemeralType.ts';
import { newTree } from '../../src/tree/tree.ts';
import { ANYONE, create, TIME, treeAfter, txn } from './world.ts';

describe('what an owner field means (§9.1)', () => {
  test.each([
    ['0x0', 'void'],
    ['0x10000422ed90000', 'normal'],
    [CONTAINER_OWNER, 'container'],
    ['0x8000000000000001', 'normal'],
    ['0xff00000000000001', 'ttl'],
    ['0xff0000ffffffffff', 'ttl'],
    ['0xff00010000000001', 'normal'],
    ['0xff0000', 'normal'],
  ] as const)('%s is %s', (owner, kind) => {
    expect(ownerKind(owner)).toBe(kind);
  });

  test.each([1, 5000, 0xffff_ffff, 0x1_0000_0000, MAX_TTL_MS])('a time to live of %i ms survives', (ttlMs) => {
    expect(ownerKind(ttlOwner(ttlMs))).toBe('ttl');
    expect(ttlOf(ttlOwner(ttlMs))).toBe(ttlMs);
  });

  test.each([
    [0, false],
    [-1, false],
    [1.5, false],
    [1, true],
    [MAX_TTL_MS, true],
    [MAX_TTL_MS + 1, false],
  ])('%d ms can be stored: %s', (ttlMs, valid) => {
    expect(isValidTtl(ttlMs)).toBe(valid);
  });
});

describe('the leader deletes', () => {
  const candidates = (tree: ReturnType<typeof treeAfter>, afterMs: number, maxNeverUsedIntervalMs = 0): string[] =>
    containerCandidates(tree, TIME + afterMs, { maxNeverUsedIntervalMs });
  const remove = (path: string) => ({ op: 'delete', path, version: -1 }) as const;

  test('a container that lost its last child, not one that has one or never had any', () => {
    const tree = treeAfter(
      create('/used', 'container'),
      create('/used/a'),
      remove('/used/a'),
      create('/full', 'container'),
      create('/full/a'),
      create('/new', 'container'),
    );
    expect(candidates(tree, 0)).toEqual(['/used']);
  });

  test('since 3.9 also one that was never used, after a while', () => {
    const tree = treeAfter(create('/new', 'container'));
    expect(candidates(tree, 300_001, 300_000)).toEqual([]);
    expect(candidates(tree, 300_002, 300_000)).toEqual(['/new']);
    expect(candidates(tree, 999_999_999, 0)).toEqual([]);
  });

  test('a TTL node that outlived its time without children or changes', () => {
    const tree = treeAfter({ ...create('/t', 'ttl'), ttlMs: 5000 }, { ...create('/u', 'ttl'), ttlMs: 5000 }, create('/u/a'));
    expect(candidates(tree, 5001)).toEqual([]);
    expect(candidates(tree, 5002)).toEqual(['/t']);
    const touched = treeAfter({ ...create('/t', 'ttl'), ttlMs: 5000 }, { op: 'setData', path: '/t', data: null, version: -1 });
    expect(candidates(touched, 5002)).toEqual([]);
  });

  test('not one whose time to live is 0, as a log of old may say', () => {
    const body = { type: 'createTTL', path: '/t', data: null, acl: ANYONE, parentCVersion: 1, ttlMs: 0 } as const;
    const { tree } = applyTxn(newTree(null), txn(1, body));
    expect(tree.ttls).toEqual(['/t']);
    expect(candidates(tree, 999_999_999)).toEqual([]);
  });
});

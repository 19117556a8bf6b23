import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapEntries, mapGet } from '../../src/base/chunked.ts';
import { utf8, type SessionId } from '../../src/base/ids.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { nodeDigest } from '../../src/tree/digest.ts';
import { ownerKind } from '../../src/tree/ephemeralType.ts';
import { childName, childPath, parentPath } from '../../src/tree/paths.ts';
import { childrenOf, nodeSize, treeOf, type ImageNode } from '../../src/tree/tree.ts';
import type { Acl, CreateMode, DataTree, Txn, WriteOp } from '../../src/tree/types.ts';
import { ANYONE, create, say, SILENCE, type Talk } from './world.ts';

const PATHS = ['/a', '/b', '/a/x', '/a/y', '/b/x', '/a/x/z', '/a/é'];
const MODES: readonly CreateMode[] = ['persistent', 'ephemeral', 'persistentSequential', 'ephemeralSequential', 'container', 'ttl'];
const READ: readonly Acl[] = [
  { perms: 31, scheme: 'world', id: 'anyone' },
  { perms: 1, scheme: 'ip', id: '10.0.0.0/8' },
];

const path = fc.constantFrom(...PATHS);
const data = fc.constantFrom(null, utf8(''), utf8('one'), utf8('é'));
const version = fc.constantFrom(-1, -1, -1, 0, 1);

const single: fc.Arbitrary<WriteOp> = fc.oneof(
  fc
    .record({ path, data, mode: fc.constantFrom(...MODES), op: fc.constantFrom('create' as const, 'create2' as const) })
    .map(({ path: at, data: bytes, mode, op }) => ({
      ...create(at, mode),
      op,
      data: bytes,
      ...(mode === 'ttl' ? { ttlMs: 5000 } : {}),
    })),
  fc.record({ op: fc.constant('delete' as const), path, version }),
  fc.record({ op: fc.constant('setData' as const), path, data, version }),
);
const other: fc.Arbitrary<WriteOp> = fc.oneof(
  fc.array(single, { maxLength: 4 }).map((ops) => ({ op: 'multi' as const, ops })),
  fc.constant({ op: 'closeSession' as const }),
  fc.constant({ op: 'createSession' as const, timeoutMs: 4000 }),
  path.map((at) => ({ op: 'deleteContainer' as const, path: at })),
);
const withAcls: fc.Arbitrary<WriteOp> = fc.record({
  op: fc.constant('setACL' as const),
  path,
  acl: fc.constantFrom(ANYONE, READ),
  version,
});

const session = fc.constantFrom<SessionId>('0x1', '0x100000000000002');
const spoken = (write: fc.Arbitrary<WriteOp>): fc.Arbitrary<readonly (readonly [SessionId, WriteOp])[]> =>
  fc.array(fc.tuple(session, write), { minLength: 1, maxLength: 40, size: 'max' });
const anything = spoken(fc.oneof({ weight: 6, arbitrary: single }, { weight: 2, arbitrary: other }, { weight: 1, arbitrary: withAcls }));
const sameAcl = spoken(fc.oneof({ weight: 6, arbitrary: single }, { weight: 2, arbitrary: other }));

function held(talk: readonly (readonly [SessionId, WriteOp])[]): Talk {
  return talk.reduce((before, [who, op]) => say(before, [op], { session: who }), SILENCE);
}

const image = (tree: DataTree): ImageNode[] =>
  Array.from(mapEntries(tree.nodes), ([at, { data: bytes, acl, stat }]) => ({ path: at, data: bytes, acl, stat })).sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );

/** A tree in a form that does not depend on how it came about. */
function essence(tree: DataTree): unknown {
  const sorted = <T>(entries: Iterable<readonly [string, T]>): unknown => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    nodes: sorted(
      Array.from(mapEntries(tree.nodes), ([at, node]) => [at, { data: node.data, stat: node.stat, children: childrenOf(node) }] as const),
    ),
    ephemerals: sorted(Array.from(mapEntries(tree.ephemerals), ([id, paths]) => [id, [...paths].sort()] as const)),
    owned: [[...tree.containers].sort(), [...tree.ttls].sort()],
    sessions: sorted(mapEntries(tree.sessions)),
    sums: [tree.digest, tree.dataSize],
    zxid: tree.lastProcessedZxid,
  };
}

describe('whatever clients write', () => {
  test('digest and size kept on the way equal those counted anew', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        const { tree } = held(talk);
        const nodes = [...mapEntries(tree.nodes)];
        expect(tree.digest).toBe(nodes.reduce((sum, [at, node]) => sum + nodeDigest(at, node.data, node.stat), 0));
        expect(tree.dataSize).toBe(nodes.reduce((sum, [at, node]) => sum + nodeSize(at, node.data), 1));
      }),
    );
  });

  test('every node is among the children of its parent, and every child is a node', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        const { tree } = held(talk);
        for (const [at, node] of mapEntries(tree.nodes)) {
          for (const name of childrenOf(node)) expect(mapGet(tree.nodes, childPath(at, name)), `${at} lists ${name}`).toBeDefined();
          if (at !== '') expect(childrenOf(mapGet(tree.nodes, parentPath(at)) as never)).toContain(childName(at));
        }
      }),
    );
  });

  test('the lists of ephemerals, containers and TTL nodes name exactly those nodes, and ephemerals have no children', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        const { tree } = held(talk);
        const ofKind = (kind: string): string[] =>
          image(tree)
            .filter(({ stat }) => ownerKind(stat.ephemeralOwner) === kind)
            .map((node) => node.path);
        expect(
          Array.from(mapEntries(tree.ephemerals), ([, paths]) => paths)
            .flat()
            .sort(),
        ).toEqual(ofKind('normal'));
        expect([[...tree.containers].sort(), [...tree.ttls].sort()]).toEqual([ofKind('container'), ofKind('ttl')]);
        for (const at of ofKind('normal')) expect(mapGet(tree.nodes, at)?.children.size).toBe(0);
      }),
    );
  });

  test('every access list in use is in the cache, and no other', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        const { tree } = held(talk);
        const inUse = new Set(
          image(tree)
            .map(({ acl }) => acl)
            .filter((key) => key !== -1),
        );
        expect([...tree.acls.keys()].sort()).toEqual([...inUse].sort());
        expect([...tree.aclUses.values()].reduce((a, b) => a + b, 0)).toBe(image(tree).filter(({ acl }) => acl !== -1).length);
      }),
    );
  });

  test('what the leader accepted, applying does not refuse', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        let tree = SILENCE.tree;
        for (const txn of held(talk).txns) {
          const { tree: next, result } = applyTxn(tree, txn);
          if (txn.body.type !== 'error' && txn.body.type !== 'multi') expect(result.err, txn.body.type).toBe('OK');
          tree = next;
        }
      }),
    );
  });

  test('a loaded snapshot is the tree it was taken of', () => {
    fc.assert(
      fc.property(anything, (talk) => {
        const { tree } = held(talk);
        expect(
          essence(treeOf({ sessions: mapEntries(tree.sessions) as never, acls: tree.acls, nodes: image(tree) }, tree.lastProcessedZxid)),
        ).toEqual(essence(tree));
      }),
    );
  });
});

describe('replay', () => {
  /** A snapshot taken while txns were applied: each node is copied at a moment of its own, later ones never earlier than those before. */
  function fuzzy(states: readonly DataTree[], from: number, steps: readonly number[]): DataTree {
    const nodes: ImageNode[] = [];
    let at = from;
    const visit = (key: string): void => {
      const node = mapGet((states[at] as DataTree).nodes, key);
      if (node === undefined) return;
      nodes.push({ path: key, data: node.data, acl: node.acl, stat: node.stat });
      for (const name of childrenOf(node)) {
        at = Math.min(states.length - 1, at + (steps[nodes.length % steps.length] as number));
        visit(childPath(key, name));
      }
    };
    visit('');
    const start = states[from] as DataTree;
    return treeOf({ sessions: mapEntries(start.sessions) as never, acls: start.acls, nodes }, start.lastProcessedZxid);
  }

  const replay = (tree: DataTree, txns: readonly Txn[]): DataTree => txns.reduce((before, txn) => applyTxn(before, txn).tree, tree);

  test('of the log onto a fuzzy snapshot gives the true tree', () => {
    fc.assert(
      fc.property(sameAcl, fc.nat(), fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }), (talk, start, steps) => {
        const { tree, txns } = held(talk);
        const states = txns.reduce<DataTree[]>((all, txn) => [...all, applyTxn(all.at(-1) as DataTree, txn).tree], [SILENCE.tree]);
        const from = start % states.length;
        expect(essence(replay(fuzzy(states, from, steps), txns.slice(from)))).toEqual(essence(tree));
      }),
      { numRuns: 300 },
    );
  });

  test('of a whole log a second time ends in the same tree', () => {
    fc.assert(
      fc.property(sameAcl, (talk) => {
        const { tree, txns } = held(talk);
        const again = replay(tree, txns);
        expect(image(again).map(({ path: at, data: bytes }) => [at, bytes])).toEqual(
          image(tree).map(({ path: at, data: bytes }) => [at, bytes]),
        );
      }),
    );
  });
});

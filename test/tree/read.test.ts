import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { read } from '../../src/tree/read.ts';
import type { Acl, ClientOp } from '../../src/tree/types.ts';
import { ALICE, create, SESSION, SILENCE, say } from './world.ts';

const ADMINS: readonly Acl[] = [
  { perms: 1, scheme: 'world', id: 'anyone' },
  { perms: 31, scheme: 'digest', id: ALICE.id },
];
const SHUT: readonly Acl[] = [{ perms: 31, scheme: 'digest', id: ALICE.id }];
const tree = say(
  SILENCE,
  [
    create('/p', 'persistent', 'hello'),
    create('/p/b'),
    create('/p/a'),
    create('/p/a/x'),
    create('/admins', 'persistent', '', ADMINS),
    create('/shut', 'persistent', 'secret', SHUT),
    create('/e1', 'ephemeral'),
    create('/e2', 'ephemeral'),
  ],
  { authIds: [ALICE] },
).tree;

const at = (
  op: 'getData' | 'exists' | 'getChildren' | 'getChildren2' | 'getACL' | 'getAllChildrenNumber' | 'sync' | 'getEphemerals',
  path: string,
): ClientOp => ({ op, path });

describe('reads', () => {
  test('getData gives data and stat', () => {
    expect(read(tree, at('getData', '/p'), [])).toMatchObject({
      err: 'OK',
      result: { kind: 'data', data: utf8('hello'), stat: { dataLength: 5, numChildren: 2 } },
    });
  });

  test('children come sorted, with a stat only when asked for it', () => {
    expect(read(tree, at('getChildren', '/p'), []).result).toEqual({ kind: 'children', children: ['a', 'b'], stat: null });
    expect(read(tree, at('getChildren2', '/p'), []).result).toMatchObject({ children: ['a', 'b'], stat: { cversion: 2 } });
  });

  test.each(['getData', 'exists', 'getChildren', 'getChildren2', 'getACL', 'getAllChildrenNumber'] as const)(
    '%s of what is not there is NONODE, of what is shut NOAUTH',
    (op) => {
      expect(read(tree, at(op, '/none'), []).err).toBe('NONODE');
      expect(read(tree, at(op, '/shut'), []).err).toBe('NOAUTH');
      expect(read(tree, at(op, '/shut'), [ALICE]).err).toBe('OK');
    },
  );

  test('exists used to need no permission', () => {
    expect(read(tree, at('exists', '/shut'), [], SESSION, { existsNeedsRead: false }).err).toBe('OK');
    expect(read(tree, at('exists', '/a\0'), []).err).toBe('BADARGUMENTS');
  });

  test('getACL hides password hashes from those who may not administer (B-88)', () => {
    expect(read(tree, at('getACL', '/admins'), []).result).toMatchObject({
      kind: 'acl',
      acl: [ADMINS[0], { scheme: 'digest', id: 'alice:x' }],
    });
    expect(read(tree, at('getACL', '/admins'), [ALICE]).result).toMatchObject({ kind: 'acl', acl: ADMINS });
  });

  test('getACL hides nothing but that: an address has colons too', () => {
    const list: readonly Acl[] = [{ perms: 1, scheme: 'ip', id: '2001:db8::/32' }];
    const home = say(SILENCE, [create('/home', 'persistent', '', list)]).tree;
    expect(read(home, at('getACL', '/home'), [{ scheme: 'ip', id: '2001:db8::7' }]).result).toMatchObject({ kind: 'acl', acl: list });
  });

  test('getAllChildrenNumber counts all that is below', () => {
    const count = (path: string): unknown => read(tree, at('getAllChildrenNumber', path), []).result;
    expect([count('/p'), count('/p/b'), count('/')]).toEqual([
      { kind: 'number', number: 3 },
      { kind: 'number', number: 0 },
      { kind: 'number', number: 11 },
    ]);
  });

  test('getEphemerals lists those of the session, by prefix', () => {
    const paths = (prefix: string, session = SESSION): unknown => read(tree, at('getEphemerals', prefix), [], session).result;
    expect(paths('/')).toEqual({ kind: 'paths', paths: ['/e1', '/e2'] });
    for (const all of ['', ' ', ' / ']) expect(paths(all), all).toEqual(paths('/'));
    expect(paths('/e')).toEqual(paths('/'));
    expect(paths('/e2')).toEqual({ kind: 'paths', paths: ['/e2'] });
    expect(paths('2')).toEqual({ kind: 'paths', paths: [] });
    expect(paths('/', '0x7')).toEqual({ kind: 'paths', paths: [] });
  });

  test('in a multiRead each operation fails by itself, and only reads are taken', () => {
    const { result } = read(tree, { op: 'multiRead', ops: [at('getData', '/none'), at('getChildren', '/p')] }, []);
    expect(result).toMatchObject({ kind: 'multi', results: [{ err: 'NONODE' }, { err: 'OK', result: { children: ['a', 'b'] } }] });
    expect(read(tree, { op: 'multiRead', ops: [at('getData', '/p'), at('exists', '/p')] }, []).err).toBe('MARSHALLINGERROR');
  });

  test('sync says its path back, whether there is such a node or not (B-53)', () => {
    expect(read(tree, at('sync', '/none'), [])).toEqual({ err: 'OK', result: { kind: 'path', path: '/none' } });
  });

  test('a write is not a read', () => {
    expect(read(tree, create('/a'), []).err).toBe('UNIMPLEMENTED');
  });
});

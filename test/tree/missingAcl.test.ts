/** A snapshot that another program wrote may name access lists that it does not hold: whoever looks one up gets MARSHALLINGERROR, and the server lives on. */
import { describe, expect, it, test } from 'vitest';
import { prepare } from '../../src/tree/prep.ts';
import { read } from '../../src/tree/read.ts';
import { zxid } from '../../src/base/zxid.ts';
import type { ClientOp, WriteOp } from '../../src/tree/types.ts';
import { ANYONE, create, MAINLINE, SESSION, SILENCE, say, TIME } from './world.ts';

/** Lists by number: that of /lost, and of nothing else, is missing. */
const whole = say(SILENCE, [
  create('/fine'),
  create('/fine/child'),
  create('/lost', 'persistent', '', [{ ...ANYONE[0]!, perms: 15 }]),
]).tree;
const lost = [...whole.acls].find(([, list]) => list[0]?.perms === 15)?.[0];
const tree = { ...whole, acls: new Map([...whole.acls].filter(([key]) => key !== lost)) };
const prepared = (op: WriteOp) => prepare(tree, { session: SESSION, cxid: 1, op, authIds: [] }, zxid(1, 50), TIME, MAINLINE);

describe('a node whose access list is missing', () => {
  it.each<[string, WriteOp, string]>([
    ['setData', { op: 'setData', path: '/lost', data: null, version: -1 }, 'MARSHALLINGERROR'],
    ['setACL', { op: 'setACL', path: '/lost', acl: ANYONE, version: -1 }, 'MARSHALLINGERROR'],
    ['a child', create('/lost/child'), 'MARSHALLINGERROR'],
    ['deleting a child that is not there', { op: 'delete', path: '/lost/child', version: -1 }, 'MARSHALLINGERROR'],
    ['deleting the node, whose list nobody asks for', { op: 'delete', path: '/lost', version: -1 }, 'MARSHALLINGERROR'],
    ['creating it again', create('/lost'), 'MARSHALLINGERROR'],
    ['deleting it as a container', { op: 'deleteContainer', path: '/lost' }, 'MARSHALLINGERROR'],
    ['another node', { op: 'setData', path: '/fine', data: null, version: -1 }, 'OK'],
  ])('%s', (_, op, err) => {
    expect(prepared(op).err).toBe(err);
    expect(prepared(op).body.type === 'error').toBe(err !== 'OK');
  });

  test('a multi that meets it is one error, not a list of them', () => {
    const ops: ClientOp[] = [create('/new'), { op: 'check', path: '/lost', version: -1 }, create('/newer')];
    expect(prepared({ op: 'multi', ops })).toEqual({ body: { type: 'error', err: 'MARSHALLINGERROR' }, err: 'MARSHALLINGERROR' });
    const refused: ClientOp[] = [create('/fine'), { op: 'check', path: '/lost', version: -1 }];
    expect(prepared({ op: 'multi', ops: refused }).err).toBe('NODEEXISTS');
  });

  it.each<[ClientOp, boolean, string]>([
    [{ op: 'getData', path: '/lost' }, true, 'MARSHALLINGERROR'],
    [{ op: 'getChildren', path: '/lost' }, true, 'MARSHALLINGERROR'],
    [{ op: 'getACL', path: '/lost' }, true, 'MARSHALLINGERROR'],
    [{ op: 'getAllChildrenNumber', path: '/lost' }, true, 'MARSHALLINGERROR'],
    [{ op: 'exists', path: '/lost' }, true, 'MARSHALLINGERROR'],
    [{ op: 'exists', path: '/lost' }, false, 'OK'],
    [{ op: 'getData', path: '/fine' }, true, 'OK'],
  ])('%o', (op, existsNeedsRead, err) => {
    expect(read(tree, op, [], SESSION, { existsNeedsRead }).err).toBe(err);
  });

  test('several reads at once fail as a whole, where any other error is one of the answers', () => {
    const some = (...paths: readonly string[]) => read(tree, { op: 'multiRead', ops: paths.map((path) => ({ op: 'getData', path })) }, []);
    expect(some('/fine', '/lost')).toEqual({ err: 'MARSHALLINGERROR', result: { kind: 'none' } });
    expect(some('/fine', '/none').err).toBe('OK');
  });
});

import { expect, test } from 'vitest';
import { errorName, errorNumber } from '../../src/tree/errors.ts';
import { opNumber, txnTypeName, txnTypeNumber } from '../../src/tree/opcodes.ts';
import { create } from './world.ts';

test.each([
  ['OK', 0],
  ['RUNTIMEINCONSISTENCY', -2],
  ['MARSHALLINGERROR', -5],
  ['BADARGUMENTS', -8],
  ['NONODE', -101],
  ['NOAUTH', -102],
  ['BADVERSION', -103],
  ['NOCHILDRENFOREPHEMERALS', -108],
  ['NODEEXISTS', -110],
  ['NOTEMPTY', -111],
  ['SESSIONEXPIRED', -112],
  ['INVALIDACL', -114],
  ['SESSIONMOVED', -118],
  ['QUOTAEXCEEDED', -125],
] as const)('the error %s is %i', (code, number) => {
  expect(errorNumber(code)).toBe(number);
  expect(errorName(number)).toBe(code);
});

test('an error number that ZooKeeper does not know has no name', () => {
  expect(errorName(-126)).toBeNull();
});

test.each([
  ['createSession', -10],
  ['closeSession', -11],
  ['error', -1],
  ['create', 1],
  ['delete', 2],
  ['setData', 5],
  ['setACL', 7],
  ['check', 13],
  ['multi', 14],
  ['create2', 15],
  ['reconfig', 16],
  ['createContainer', 19],
  ['deleteContainer', 20],
  ['createTTL', 21],
] as const)('the txn type %s is %i', (type, number) => {
  expect(txnTypeNumber(type)).toBe(number);
  expect(txnTypeName(number)).toBe(type);
});

test('a type that no txn has is refused', () => {
  expect(txnTypeName(4)).toBeNull();
});

test('the mode decides the number of a create', () => {
  expect(opNumber(create('/a'))).toBe(1);
  expect(opNumber({ ...create('/a'), op: 'create2' })).toBe(15);
  expect(opNumber(create('/a', 'container'))).toBe(19);
  expect(opNumber(create('/a', 'ttlSequential'))).toBe(21);
});

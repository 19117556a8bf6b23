import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkAcl, fixupAcl, PERMS } from '../../src/tree/acl.ts';
import { digestAuthId } from '../../src/tree/auth.ts';
import { ipMatches, isIpExpression } from '../../src/tree/ip.ts';
import type { Acl, AuthId } from '../../src/tree/types.ts';
import { ALICE, ANYONE } from './world.ts';

const acl = (scheme: string, id: string, perms = 31): Acl => ({ perms, scheme, id });
const HOME: AuthId = { scheme: 'ip', id: '10.0.0.7' };
const BOB: AuthId = { scheme: 'digest', id: 'bob:hash' };

describe('fixupAcl (B-85)', () => {
  test.each<[string, readonly Acl[], readonly AuthId[], readonly Acl[] | null]>([
    ['nothing is not a list', [], [], null],
    ['world:anyone stays', ANYONE, [], ANYONE],
    [
      'repetitions go',
      [acl('ip', '1.2.3.4'), acl('ip', '1.2.3.4'), acl('ip', '1.2.3.4', 1)],
      [],
      [acl('ip', '1.2.3.4'), acl('ip', '1.2.3.4', 1)],
    ],
    [
      'auth becomes every id that proves someone',
      [acl('auth', '', 3)],
      [HOME, ALICE, BOB],
      [acl('digest', ALICE.id, 3), acl('digest', BOB.id, 3)],
    ],
    ['auth without such an id', [acl('auth', '')], [HOME], null],
    ['auth next to a valid entry still fails', [...ANYONE, acl('auth', '')], [], null],
    ['a scheme nobody knows', [acl('sasl', 'alice')], [], null],
    ['world but not anyone', [acl('world', 'someone')], [], null],
    ['digest needs user:hash', [acl('digest', 'alice')], [], null],
    ['anyone but not world', [acl('sasl', 'anyone')], [], null],
    ['digest with three parts', [acl('digest', 'a:b:c')], [], null],
    ['digest whose hash is empty', [acl('digest', 'a:')], [], null],
    ['digest with nothing at all', [acl('digest', '')], [], null],
    ['digest with nothing but colons', [acl('digest', '::')], [], null],
    ['colons at the end of a digest do not count', [acl('digest', 'a:b::')], [], [acl('digest', 'a:b::')]],
    ['digest whose user is empty', [acl('digest', ':hash')], [], [acl('digest', ':hash')]],
    ['ip must be one', [acl('ip', 'localhost')], [], null],
  ])('%s', (_, list, authIds, fixed) => {
    expect(fixupAcl(list, authIds)).toEqual(fixed);
  });
});

describe('checkAcl (B-86)', () => {
  test.each<[string, readonly Acl[], number, readonly AuthId[], boolean]>([
    ['an empty list allows all', [], PERMS.ADMIN, [], true],
    ['anyone with the bit', [acl('world', 'anyone', 1)], PERMS.READ, [], true],
    ['anyone without the bit', [acl('world', 'anyone', 1)], PERMS.WRITE, [], false],
    ['one bit of two suffices', [acl('world', 'anyone', 16)], PERMS.READ | PERMS.ADMIN, [], true],
    ['anyone of another scheme', [acl('digest', 'anyone')], PERMS.READ, [], false],
    ['super may do everything', [acl('digest', 'x:y', 0)], PERMS.ADMIN, [{ scheme: 'super', id: '' }], true],
    ['the right digest', [acl('digest', ALICE.id)], PERMS.READ, [HOME, ALICE], true],
    ['another digest', [acl('digest', ALICE.id)], PERMS.READ, [BOB], false],
    ['the right id of another scheme', [acl('digest', '10.0.0.7')], PERMS.READ, [HOME], false],
    ['an address in the net', [acl('ip', '10.0.0.0/8')], PERMS.READ, [HOME], true],
    ['an address outside it', [acl('ip', '11.0.0.0/8')], PERMS.READ, [HOME], false],
  ])('%s: %o', (_, list, perms, authIds, allowed) => {
    expect(checkAcl(list, perms, authIds)).toBe(allowed);
  });
});

describe('addresses', () => {
  test.each(['10.0.0.1', '10.0.0.1/32', '10.0.0.1/0', '::1', '2001:db8::/32', '1:2:3:4:5:6:7:8', '::'])(
    '%s may stand in a list',
    (text) => {
      expect(isIpExpression(text)).toBe(true);
    },
  );

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/x',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7::8',
    '::12345',
    '2001:db8::/129',
  ])('%j may not', (text) => {
    expect(isIpExpression(text)).toBe(false);
  });

  test.each([
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['10.1.2.3', '10.1.0.0/16', true],
    ['10.1.2.3', '10.1.0.0/23', false],
    ['10.1.2.3', '10.1.0.0/22', true],
    ['10.1.2.3', '0.0.0.0/0', true],
    ['10.1.2.3', '::/0', false],
    ['2001:db8::7', '2001:db8::/32', true],
    ['0:0:0:0:0:0:0:1', '::1', true],
    ['nonsense', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, expression, matches) => {
    expect(ipMatches(address, expression)).toBe(matches);
  });
});

test('a digest id is user, colon, and the SHA-1 of both in base64 (B-87)', () => {
  expect(digestAuthId('super:secret')).toBe('super:lK75jTNcA+U9vtVEw5vB51mj/w4=');
  expect(digestAuthId(`user:${'long'.repeat(40)}`)).toBe('user:zt9jos7E96ZgOu41xrbJMnWiscI=');
  for (let length = 0; length < 130; length++) {
    const text = `u:${'é'.repeat(length % 3)}${'x'.repeat(length)}`;
    expect(digestAuthId(text)).toBe(`u:${createHash('sha1').update(text).digest('base64')}`);
  }
});

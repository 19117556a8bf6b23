import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { diskOf } from '../../src/store/disk.ts';
import { datedFiles, zxidOfName } from '../../src/store/names.ts';

describe('the zxid in a file name', () => {
  it.each([
    ['log.0', 0, 0],
    ['log.1', 0, 1],
    ['log.ffffffff', 0, 0xffffffff],
    ['log.100000000', 1, 0],
    ['log.100000001', 1, 1],
    ['log.12abcdef89', 0x12, 0xabcdef89],
    ['log.FF', 0, 255],
    ['log.2.gz', 0, 2],
    ['log.7fffffff00000001', 0x7fffffff, 1],
  ])('of %s is epoch %i, counter %i', (name, epoch, counter) => {
    expect(zxidOfName(name, 'log')).toEqual(zxid(epoch, counter));
  });

  it.each([
    'log',
    'log.',
    'log.xyz',
    'log.1g',
    'log.g1',
    'log.1 ',
    'logs.1',
    'snapshot.1',
    'log.11111111111111111',
    'log.ffffffffffffffff',
    '1',
    '',
  ])('there is none in "%s"', (name) => {
    expect(zxidOfName(name, 'log')).toBeNull();
  });

  it('says which file is older; of two with one number that with the longer name comes last', () => {
    const names = ['snapshot.b', 'snapshot.100000000', 'snapshot.a.gz', 'snapshot.a', 'snapshot.nonsense', 'log.5'];
    const disk = diskOf(Object.fromEntries(names.map((name) => [name, utf8('x')])));
    expect(datedFiles(disk, 'snapshot')).toEqual([
      { name: 'snapshot.a', zxid: zxid(0, 10) },
      { name: 'snapshot.a.gz', zxid: zxid(0, 10) },
      { name: 'snapshot.b', zxid: zxid(0, 11) },
      { name: 'snapshot.100000000', zxid: zxid(1, 0) },
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/base/ids.ts';
import {
  afterPowerLoss,
  applyDiskOp,
  applyDiskOps,
  copyDisk,
  diskOf,
  emptyDisk,
  exportFiles,
  fileNames,
  fileSize,
  hasFile,
  readFile,
  writeBackOps,
} from '../../src/store/disk.ts';
import type { Disk, DiskOp } from '../../src/store/types.ts';

const file = 'log.1';
const append = (text: string): DiskOp => ({ op: 'append', file, bytes: utf8(text) });
const create: DiskOp = { op: 'create', file };
const fsync: DiskOp = { op: 'fsync', file };
const text = (disk: Disk, name = file): string => fromUtf8(readFile(disk, name));
const made = (...ops: DiskOp[]): Disk => applyDiskOps(emptyDisk(), ops);

describe('a file', () => {
  it('keeps zeros that were appended when an old version goes on otherwise', () => {
    // An op of its own: whoever does the same op shares its buffer.
    const first = made({ ...create }, append('a'));
    const zeros = applyDiskOp(first, append('\0\0'));
    expect(text(applyDiskOp(first, append('xy')))).toBe('axy');
    expect(text(zeros)).toBe('a\0\0');
  });

  it('grows by appending, and old versions keep what they had', () => {
    const first = made(create, append('abc'));
    const second = applyDiskOp(first, append('def'));
    expect([text(first), text(second)]).toEqual(['abc', 'abcdef']);
    expect(second.files[file]?.buffer).toBe(first.files[file]?.buffer);
  });

  it('branches: appending to an old version leaves the newer one alone', () => {
    const first = made(create, append('abc'));
    const second = applyDiskOp(first, append('def'));
    const branch = applyDiskOp(first, append('XYZ'));
    expect([text(second), text(branch)]).toEqual(['abcdef', 'abcXYZ']);
  });

  it('stays right when appends, rewinds, truncations and clones come in any order', () => {
    const step = fc.oneof(
      fc.string({ minLength: 1 }).map((s) => ({ do: 'append' as const, s })),
      fc.record({ do: fc.constant('rewind' as const), back: fc.nat(5) }),
      fc.record({ do: fc.constant('cut' as const), to: fc.nat(8) }),
      fc.constant({ do: 'clone' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const versions: { disk: Disk; text: string }[] = [{ disk: made(create), text: '' }];
        for (const one of steps) {
          const now = versions.at(-1) ?? { disk: emptyDisk(), text: '' };
          if (one.do === 'append')
            versions.push({ disk: applyDiskOp(now.disk, { op: 'append', file, bytes: latin(one.s) }), text: now.text + clean(one.s) });
          else if (one.do === 'cut')
            versions.push({
              disk: applyDiskOp(now.disk, { op: 'truncate', file, length: Math.min(one.to, now.text.length) }),
              text: now.text.slice(0, one.to),
            });
          else if (one.do === 'clone') versions.push({ disk: structuredClone(now.disk), text: now.text });
          else versions.push(versions[Math.max(0, versions.length - 1 - one.back)] ?? now);
        }
        for (const version of versions) expect(text(version.disk)).toBe(version.text);
      }),
    );
  });

  it('appends in place: a long log is copied only when it doubles', () => {
    let disk = made(create);
    const buffers = new Set<unknown>();
    for (let i = 0; i < 10_000; i++) {
      disk = applyDiskOp(disk, append('0123456789'));
      buffers.add(disk.files[file]?.buffer).add(disk.files[file]?.buffer.bytes);
    }
    expect(buffers.size).toBeLessThan(15);
  });

  it('is kept once where two do the same to it, as a server and the world around it do', () => {
    const ops = [create, append('abc'), append('def')];
    const [first, second] = [made(...ops), made(...ops)];
    expect(second.files[file]?.buffer).toBe(first.files[file]?.buffer);
    expect([text(first), text(second)]).toEqual(['abcdef', 'abcdef']);
  });

  it.each([
    ['in the first byte', 'Xef', 'abcXef'],
    ['in the last byte', 'deX', 'abcdeX'],
    ['by being shorter', 'de', 'abcde'],
    ['by being longer', 'defg', 'abcdefg'],
  ])('that was appended to differently, %s, is two files', (_, other, whole) => {
    const first = made(create, append('abc'));
    const [one, two] = [applyDiskOp(first, append('def')), applyDiskOp(first, append(other))];
    const longer = applyDiskOp(two, append('!'));
    expect([text(first), text(one), text(two), text(longer)]).toEqual(['abc', 'abcdef', whole, `${whole}!`]);
  });

  it('that was written atomically leaves no tmp file behind', () => {
    const epoch = (name: string, value: string): DiskOp => ({ op: 'writeAtomic', file: name, bytes: utf8(value) });
    const disk = made(epoch('currentEpoch', '1'), epoch('currentEpoch.tmp', '2'), epoch('acceptedEpoch', '2'));
    expect(fileNames(disk)).toEqual(['acceptedEpoch', 'currentEpoch', 'currentEpoch.tmp']);
    expect(fileNames(applyDiskOp(disk, epoch('currentEpoch', '2')))).toEqual(['acceptedEpoch', 'currentEpoch']);
  });

  it('refuses ops on a file that is not there', () => {
    expect(() => made(append('x'))).toThrow('no file log.1 on this disk, which has no files');
  });
});

function clean(s: string): string {
  return s.replace(/[^a-z]/g, 'x');
}
function latin(s: string): Uint8Array {
  return utf8(clean(s));
}

describe('a power loss', () => {
  it.each<[string, DiskOp[], string | null]>([
    ['a file never synced is gone', [create, append('abc')], null],
    ['what came after the fsync is gone', [create, append('abc'), fsync, append('def')], 'abc'],
    ['what was synced is there', [create, append('abc'), append('def'), fsync], 'abcdef'],
    ['an atomic write is safe at once', [{ op: 'writeAtomic', file, bytes: utf8('7') }], '7'],
    ['a file overwritten in place is empty until synced', [create, append('abc'), fsync, create, append('def')], ''],
    ['truncation never brings bytes back', [create, append('abcdef'), fsync, { op: 'truncate', file, length: 2 }], 'ab'],
  ])('%s', (_, ops, left) => {
    const disk = afterPowerLoss(made(...ops));
    expect(hasFile(disk, file) ? text(disk) : null).toBe(left);
    // Nothing was preallocated, so nothing reads as zeros.
    if (left !== null) expect(fileSize(disk, file)).toBe(left.length);
  });

  it('after a cut takes what was written behind it, though as many bytes were safe before', () => {
    const disk = made(create, append('abcdef'), fsync, { op: 'truncate', file, length: 2 }, append('XYZ'));
    expect([text(disk), text(afterPowerLoss(disk))]).toEqual(['abXYZ', 'ab']);
  });

  it('may leave a torn write', () => {
    const disk = made(create, append('abc'), fsync, append('def'));
    expect(text(afterPowerLoss(disk, { file, bytes: 2 }))).toBe('abcde');
    expect(text(afterPowerLoss(disk, { file, bytes: 99 }))).toBe('abcdef');
  });

  it('tears one file, also one that no fsync has made safe; the others keep what was safe', () => {
    const disk = made(create, append('abc'), { op: 'create', file: 'log.2' }, { op: 'append', file: 'log.2', bytes: utf8('def') });
    const left = afterPowerLoss(applyDiskOps(disk, [fsync, append('ghi')]), { file: 'log.2', bytes: 1 });
    expect([text(left), text(left, 'log.2')]).toEqual(['abc', 'def']);
  });

  it('never tears the first sector of a file that was not safe: a disk writes sectors whole', () => {
    const disk = made(create, append('x'.repeat(600)));
    expect([1, 511, 512, 513].map((bytes) => text(afterPowerLoss(disk, { file, bytes })).length)).toEqual([512, 512, 512, 513]);
    expect(text(afterPowerLoss(made(create, append('ZKLG')), { file, bytes: 1 }))).toBe('ZKLG');
    const anew = made(create, append('abc'), fsync, create, append('x'.repeat(600)));
    expect(text(afterPowerLoss(anew, { file, bytes: 1 })).length).toBe(512);
  });

  it('does not keep a file that was cut, or created anew, before any of it was safe', () => {
    for (const again of [create, { op: 'truncate', file, length: 2 } as const])
      expect(hasFile(afterPowerLoss(made(create, append('abc'), again, append('def'))), file)).toBe(false);
  });

  it('does not keep space that was preallocated for content of which nothing was safe', () => {
    const disk = afterPowerLoss(made(create, append('abc'), fsync, create, { op: 'allocate', file, size: 100 }, append('def')));
    expect([text(disk), fileSize(disk, file)]).toEqual(['', 0]);
  });

  it('finds nothing unsafe after the operating system has written everything back', () => {
    const disk = made(
      create,
      append('abc'),
      { op: 'create', file: 'log.2' },
      { op: 'writeAtomic', file: 'currentEpoch', bytes: utf8('1') },
    );
    expect(writeBackOps(disk)).toEqual([fsync, { op: 'fsync', file: 'log.2' }]);
    const settled = applyDiskOps(disk, writeBackOps(disk));
    expect(writeBackOps(settled)).toEqual([]);
    expect(fileNames(afterPowerLoss(settled))).toEqual(['currentEpoch', 'log.1', 'log.2']);
  });

  it('keeps the preallocated size, of which the lost part reads as zeros', () => {
    const disk = afterPowerLoss(made(create, { op: 'allocate', file, size: 100 }, append('abc'), fsync, append('def')));
    expect([text(disk), fileSize(disk, file)]).toEqual(['abc', 100]);
  });
});

describe('a data directory', () => {
  it('lists files by the number in their names', () => {
    const names = ['snapshot.0', 'log.ff', 'log.100000001', 'log.2', 'currentEpoch', 'acceptedEpoch', 'snapshot.a', 'snapshot.1f'];
    expect(fileNames(diskOf(Object.fromEntries(names.map((name) => [name, utf8('x')]))))).toEqual([
      'acceptedEpoch',
      'currentEpoch',
      'log.2',
      'log.ff',
      'log.100000001',
      'snapshot.0',
      'snapshot.a',
      'snapshot.1f',
    ]);
  });

  it('exports preallocated zeros only up to a size', () => {
    const disk = made(create, { op: 'allocate', file, size: 67_108_880 }, append('abc'));
    expect(exportFiles(disk)[file]?.length).toBe(3);
    const exported = (size: number): number | undefined =>
      exportFiles(made(create, { op: 'allocate', file, size }, append('abc')))[file]?.length;
    expect([16_400, 65_536, 65_537].map(exported)).toEqual([16_400, 65_536, 3]);
  });

  it('keeps no zeros of an imported log in memory, yet knows its size', () => {
    const disk = diskOf({ [file]: new Uint8Array(1000).fill(7, 0, 10), 'snapshot.0': new Uint8Array(20) });
    expect([readFile(disk, file).length, fileSize(disk, file), readFile(disk, 'snapshot.0').length]).toEqual([10, 1000, 20]);
    const zeros = diskOf({ [file]: new Uint8Array(8) });
    expect([readFile(zeros, file).length, fileSize(zeros, file)]).toEqual([0, 8]);
  });

  it('is copied with buffers of its own', () => {
    const disk = made(create, append('abc'));
    const copy = copyDisk(disk);
    expect(copy.files[file]?.buffer).not.toBe(disk.files[file]?.buffer);
    expect(text(copy)).toBe('abc');
  });
});

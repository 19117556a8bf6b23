import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZxid } from '../../src/base/zxid.ts';
import { afterPowerLoss, applyDiskOps, diskOf, emptyDisk, exportFiles, fileNames, fileSize, readFile } from '../../src/store/disk.ts';
import { StoreError } from '../../src/store/errors.ts';
import {
  appendTxn,
  commitLog,
  logSizeFrom,
  newLogWriter,
  proposalsFromTxnLog,
  readTxns,
  rollLog,
  scanLog,
  truncateLogs,
  txnLogSizeLimit,
} from '../../src/store/txnLog.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import type { Disk } from '../../src/store/types.ts';
import type { Txn } from '../../src/tree/types.ts';
import { create, logged, z } from './helpers.ts';

const txns = (from: number, to: number, epoch = 1): Txn[] =>
  Array.from({ length: to - from + 1 }, (_, i) => create(z(from + i, epoch), `/n${from + i}`, 'x'));
const counters = (disk: Disk, from: number): number[] => Array.from(readTxns(disk, z(from)), ({ txn }) => txn.zxid.counter);

/** Files 1–3, 4–6, 7–9, as after two rolls. */
function threeFiles(): Disk {
  let disk = emptyDisk();
  for (const from of [1, 4, 7]) ({ disk } = logged(disk, txns(from, from + 2)));
  return disk;
}

describe('writing', () => {
  it('names a file after its first txn and preallocates it', () => {
    const { disk } = logged(emptyDisk(), txns(1, 1));
    expect(fileNames(disk)).toEqual(['log.100000001']);
    expect(fileSize(disk, 'log.100000001')).toBe(16 + 16 * 1024);
  });

  it.each([
    [65536, 67_108_880],
    [16, 16_400],
    [0, 16 + 13 + encodeTxn(txns(1, 1)[0] as Txn).length],
  ])('preAllocSize %i kB gives a first size of %i bytes', (preAllocSizeKb, size) => {
    const { disk } = logged(emptyDisk(), txns(1, 1), newLogWriter(), preAllocSizeKb);
    expect(fileSize(disk, 'log.100000001')).toBe(size);
  });

  it('preallocates the next step 4096 bytes before the end', () => {
    let { disk, log } = logged(emptyDisk(), txns(1, 1), newLogWriter(), 8);
    const sizes = new Map<number, number>();
    for (const txn of txns(2, 200)) {
      const position = readFile(disk, 'log.100000001').length;
      ({ disk, log } = logged(disk, [txn], log, 8));
      const size = fileSize(disk, 'log.100000001');
      if (!sizes.has(size)) sizes.set(size, position);
    }
    const grownAt = sizes.get(16 + 2 * 8192) ?? 0;
    expect(grownAt + 4096).toBeGreaterThanOrEqual(16 + 8192);
    expect(grownAt + 4096).toBeLessThan(16 + 8192 + 200);
  });

  it.each([
    ['4097 bytes before the end: not yet', 16 + 8192 - 4097, []],
    ['4096 bytes before the end', 16 + 8192 - 4096, [16 + 2 * 8192]],
    ['at the end', 16 + 8192, [16 + 2 * 8192]],
    ['behind the end: to a whole multiple', 16 + 8192 + 1, [16_384]],
    ['far behind the end', 50_000, [57_344]],
  ])('extends a file of 16 + 8192 bytes where the position is %s', (_, position, sizes) => {
    const first = appendTxn(emptyDisk(), newLogWriter(), encodeTxn(txns(1, 1)[0] as Txn), z(1), { preAllocSizeKb: 8 });
    const written = applyDiskOps(emptyDisk(), first.ops);
    const bytes = new Uint8Array(position - readFile(written, 'log.100000001').length);
    const disk = applyDiskOps(written, [{ op: 'append', file: 'log.100000001', bytes }]);
    const { ops } = appendTxn(disk, first.log, encodeTxn(create(z(2), '/b')), z(2), { preAllocSizeKb: 8 });
    expect(ops.flatMap((op) => (op.op === 'allocate' ? op.size : []))).toEqual(sizes);
  });

  it('extends nothing where that is switched off', () => {
    const { disk, log } = logged(emptyDisk(), txns(1, 3), newLogWriter(), 0);
    expect(fileSize(disk, 'log.100000001')).toBe(readFile(disk, 'log.100000001').length);
    const { ops } = appendTxn(disk, log, encodeTxn(create(z(4), '/d')), z(4), { preAllocSizeKb: 0 });
    expect(ops.map(({ op }) => op)).toEqual(['append']);
  });

  it('a batch is made durable by one fsync', () => {
    const first = appendTxn(emptyDisk(), newLogWriter(), encodeTxn(create(z(1), '/a')), z(1), { preAllocSizeKb: 16 });
    const second = appendTxn(applyDiskOps(emptyDisk(), first.ops), first.log, encodeTxn(create(z(2), '/b')), z(2), { preAllocSizeKb: 16 });
    expect(second.ops.map(({ op }) => op)).toEqual(['append']);
    expect(commitLog(second.log).ops).toEqual([{ op: 'fsync', file: 'log.100000001' }]);
  });

  it('is durable only after the commit', () => {
    const appended = appendTxn(emptyDisk(), newLogWriter(), encodeTxn(txns(1, 1)[0] as Txn), z(1), { preAllocSizeKb: 16 });
    const disk = applyDiskOps(emptyDisk(), appended.ops);
    expect(fileNames(afterPowerLoss(disk))).toEqual([]);
    expect(counters(afterPowerLoss(applyDiskOps(disk, commitLog(appended.log).ops)), 1)).toEqual([1]);
  });

  it('a roll starts a new file at the next txn; the next commit syncs both, the one after only the newest', () => {
    const first = appendTxn(emptyDisk(), newLogWriter(), encodeTxn(create(z(1), '/a')), z(1), { preAllocSizeKb: 16 });
    const disk = applyDiskOps(emptyDisk(), first.ops);
    const second = appendTxn(disk, rollLog(first.log), encodeTxn(create(z(2), '/b')), z(2), { preAllocSizeKb: 16 });
    const both = commitLog(second.log);
    expect(both.ops.map(({ file }) => file)).toEqual(['log.100000001', 'log.100000002']);
    expect(commitLog(both.log).ops.map(({ file }) => file)).toEqual(['log.100000002']);
  });
});

describe('reading', () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 4],
    [6, 6],
    [9, 9],
  ])('from %i starts at %i and runs to the end', (from, first) => {
    expect(counters(threeFiles(), from)).toEqual(Array.from({ length: 10 - first }, (_, i) => first + i));
  });

  it('finds nothing behind the end, and nothing without files', () => {
    expect(counters(threeFiles(), 10)).toEqual([]);
    expect(counters(emptyDisk(), 0)).toEqual([]);
  });

  it('goes on once it has begun, also with txns that are older', () => {
    const { disk } = logged(emptyDisk(), [create(z(1), '/a'), create(z(1, 2), '/b'), create(z(2), '/c')]);
    expect(Array.from(readTxns(disk, z(2)), ({ txn }) => formatZxid(txn.zxid))).toEqual(['0x200000001', '0x100000002']);
  });

  it('tells where each txn stands', () => {
    const [first, second] = readTxns(threeFiles(), z(4));
    expect(first).toMatchObject({ file: 'log.100000004', offset: 16 });
    expect(second?.offset).toBe(16 + (first?.size ?? 0));
  });
});

/** What a change to the bytes of the middle file does to reading. */
type Damage = (bytes: Uint8Array, second: { offset: number; size: number }) => Uint8Array;
const flip =
  (at: (second: { offset: number; size: number }) => number): Damage =>
  (bytes, second) =>
    bytes.map((byte, i) => (i === at(second) ? byte ^ 0xff : byte));

describe('damage in a log of three files', () => {
  it.each<[string, Damage, number[] | string]>([
    ['none', (bytes) => bytes, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['no preallocated zeros', (bytes) => bytes.slice(0, scanLog(bytes).endOffset), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['record 5 cut short', (bytes, { offset, size }) => bytes.slice(0, offset + size - 1), [1, 2, 3, 4, 7, 8, 9]],
    ['record 5 cut inside its length', (bytes, { offset }) => bytes.slice(0, offset + 10), [1, 2, 3, 4, 7, 8, 9]],
    ['end mark of record 5 wrong: record 6 is lost too', flip(({ offset, size }) => offset + size - 1), [1, 2, 3, 4, 7, 8, 9]],
    [
      'length of record 5 zeroed',
      (bytes, { offset }) => bytes.map((byte, i) => (i >= offset + 8 && i < offset + 12 ? 0 : byte)),
      [1, 2, 3, 4, 7, 8, 9],
    ],
    ['a bit of record 5 flipped', flip(({ offset }) => offset + 40), 'CRC check failed'],
    [
      'payload of record 5 zeroed',
      (bytes, { offset, size }) => bytes.map((byte, i) => (i >= offset + 12 && i < offset + size - 1 ? 0 : byte)),
      'CRC check failed',
    ],
    ['checksum of record 5 wrong', flip(({ offset }) => offset + 7), 'CRC check failed'],
    ['length of record 5 absurd', flip(({ offset }) => offset + 8), 'Unreasonable length = -16777140'],
    ['magic wrong', flip(() => 0), 'Transaction log has invalid magic number -1521791929 != 1514884167'],
    ['shorter than its header', (bytes) => bytes.slice(0, 10), 'EOFException: the log is 10 bytes long, shorter than its 16 byte header'],
    ['empty', () => new Uint8Array(), 'EOFException: the log is 0 bytes long, shorter than its 16 byte header'],
    ['nothing but the header', (bytes) => bytes.slice(0, 16), [1, 2, 3, 7, 8, 9]],
  ])('%s', (_, damage, outcome) => {
    const files = exportFiles(threeFiles(), { padTo: Infinity });
    const middle = files['log.100000004'] ?? new Uint8Array();
    const second = scanLog(middle).records[1] ?? { offset: 0, size: 0 };
    const disk = diskOf({ ...files, 'log.100000004': damage(middle, second) });
    if (typeof outcome !== 'string') {
      expect(counters(disk, 1)).toEqual(outcome);
      return;
    }
    const error = thrown(() => counters(disk, 1));
    expect(error.failure).toMatchObject({ message: outcome, exitCode: 1, file: 'log.100000004' });
    expect(error.failure.offset).toBeTypeOf('number');
  });

  it('records before the start are not read, so their damage does no harm', () => {
    const files = exportFiles(threeFiles(), { padTo: Infinity });
    expect(counters(diskOf({ ...files, 'log.100000001': new Uint8Array(3) }), 5)).toEqual([5, 6, 7, 8, 9]);
  });

  it('a newest file of length 0 is skipped if told so, an older one never', () => {
    const files = exportFiles(threeFiles());
    const read = (empty: string): number[] =>
      Array.from(
        readTxns(diskOf({ ...files, [empty]: new Uint8Array() }), z(1), { deleteEmptyNewestLog: true }),
        ({ txn }) => txn.zxid.counter,
      );
    expect(read('log.100000007')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => read('log.100000004')).toThrow(StoreError);
  });

  it('a file cut anywhere gives a shorter log or an error, never a crash', () => {
    const bytes = exportFiles(logged(emptyDisk(), txns(1, 6), newLogWriter(), 0).disk)['log.100000001'] ?? new Uint8Array();
    for (let length = 0; length <= bytes.length; length++) {
      const { records, end } = scanLog(bytes.slice(0, length));
      expect(records.map(({ txn }) => txn.zxid.counter)).toEqual([1, 2, 3, 4, 5, 6].slice(0, records.length));
      expect(end).toBe(length < 16 ? 'shortHeader' : records.reduce((sum, { size }) => sum + size, 16) === length ? 'eof' : 'partial');
    }
  });

  it('any byte changed gives fewer txns or an error, never another txn', () => {
    const bytes = exportFiles(logged(emptyDisk(), txns(1, 6)).disk)['log.100000001'] ?? new Uint8Array();
    const good = scanLog(bytes);
    fc.assert(
      fc.property(fc.nat(good.endOffset - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const { records } = scanLog(bytes.map((byte, i) => (i === at ? byte ^ change : byte)));
        expect(records.map(({ txn }) => txn)).toEqual(good.records.slice(0, records.length).map(({ txn }) => txn));
      }),
    );
  });
});

describe('truncation', () => {
  const left = (disk: Disk, to: number): unknown => {
    const cut = truncateLogs(disk, z(to));
    return cut.ok ? counters(applyDiskOps(disk, cut.ops), 0) : cut.failure;
  };

  it.each([
    [1, [1]],
    [5, [1, 2, 3, 4, 5]],
    [6, [1, 2, 3, 4, 5, 6]],
    [9, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('to %i', (to, kept) => {
    expect(left(threeFiles(), to)).toEqual(kept);
  });

  it('cuts the padding off and deletes later files', () => {
    const cut = truncateLogs(threeFiles(), z(5));
    const disk = applyDiskOps(threeFiles(), cut.ok ? cut.ops : []);
    expect(fileNames(disk)).toEqual(['log.100000001', 'log.100000004']);
    expect(fileSize(disk, 'log.100000004')).toBe(readFile(disk, 'log.100000004').length);
  });

  it('a later record survives when the log does not hold the zxid itself', () => {
    const { disk } = logged(emptyDisk(), [create(z(1, 2), '/dead')]);
    const cut = truncateLogs(disk, z(3));
    expect(cut.ok && Array.from(readTxns(applyDiskOps(disk, cut.ops), z(0)), ({ txn }) => formatZxid(txn.zxid))).toEqual(['0x200000001']);
  });

  it.each<[string, Disk, number, unknown]>([
    ['behind a txn that the log holds', threeFiles(), 5, [1, 2, 3, 4, 5]],
    ['before a later one, where the log does not hold it', logged(emptyDisk(), [...txns(1, 2), ...txns(5, 6)]).disk, 3, [1, 2]],
    ['nothing, where the log ends earlier', threeFiles(), 10, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['nothing, where there is no log', emptyDisk(), 1, []],
  ])('that is exact cuts %s', (_, disk, to, kept) => {
    const cut = truncateLogs(disk, z(to), { exact: true });
    expect(cut.ok && counters(applyDiskOps(disk, cut.ops), 0)).toEqual(kept);
  });

  it('fails with exit code 13 where the log cannot be read that far', () => {
    const files = exportFiles(threeFiles(), { padTo: Infinity });
    const bytes = files['log.100000004'] ?? new Uint8Array();
    const disk = diskOf({ ...files, 'log.100000004': bytes.map((byte, i) => (i === 60 ? byte ^ 1 : byte)) });
    expect(left(disk, 5)).toEqual({ message: 'CRC check failed', exitCode: 13, file: 'log.100000004', offset: 16 });
    expect(left(disk, 2)).toEqual([1, 2]);
  });

  it.each([
    ['no log at all', emptyDisk(), 1],
    ['no txn that new', threeFiles(), 10],
  ])('fails with exit code 13: %s', (_, disk, to) => {
    expect(left(disk, to)).toMatchObject({ exitCode: 13, message: expect.stringMatching(/^No log files found to truncate!/) as string });
  });
});

describe('serving a learner from the log', () => {
  const served = (disk: Disk, start: number, limit = 0): number[] | null => {
    const found = proposalsFromTxnLog(disk, z(start), limit);
    return found === null ? null : Array.from(found, ({ txn }) => txn.zxid.counter);
  };

  it("starts with the file that holds the learner's last txn", () => {
    expect(served(threeFiles(), 5)).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('can, if the log starts with that very txn, or is just as long as may be', () => {
    expect(served(threeFiles(), 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(served(threeFiles(), 3, 2 * 16_400)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('cannot, if its first txn is damaged; damage further on shows when it is read', () => {
    const files = exportFiles(threeFiles(), { padTo: Infinity });
    const damaged = (at: number): Disk =>
      diskOf({ ...files, 'log.100000004': (files['log.100000004'] ?? new Uint8Array()).map((byte, i) => (i === at ? byte ^ 1 : byte)) });
    expect(served(damaged(60), 5)).toBeNull();
    expect(() => served(damaged(160), 5)).toThrow('CRC check failed');
  });

  it.each<[string, Disk, number, number]>([
    ['switched off', threeFiles(), 5, -1],
    ['nothing logged', emptyDisk(), 5, 0],
    ['the log starts later', threeFiles(), 0, 0],
    ['too much log', threeFiles(), 3, 2 * 16_400 - 1],
  ])('is impossible: %s', (_, disk, start, limit) => {
    expect(served(disk, start, limit)).toBeNull();
  });

  it('counts only files behind the one that is read first', () => {
    expect([1, 4, 5, 8].map((from) => logSizeFrom(threeFiles(), z(from)))).toEqual([2 * 16_400, 2 * 16_400, 16_400, 0]);
    expect(served(threeFiles(), 8, 1)).toEqual([7, 8, 9]);
    // Nothing is read from a file without txns.
    const files = exportFiles(threeFiles(), { padTo: Infinity });
    const disk = diskOf({ ...files, 'log.100000001': (files['log.100000001'] ?? new Uint8Array()).slice(0, 16) });
    expect(logSizeFrom(disk, z(2))).toBe(16_400);
    expect(logSizeFrom(diskOf({ 'log.100000001': files['log.100000001']?.slice(0, 16) ?? new Uint8Array() }), z(2))).toBe(0);
    expect(txnLogSizeLimit(1000, 0.33)).toBe(330);
  });
});

function thrown(run: () => unknown): StoreError {
  try {
    run();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('expected a StoreError');
}

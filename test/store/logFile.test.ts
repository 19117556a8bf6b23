import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { adler32 } from '../../src/store/adler.ts';
import { afterPowerLoss, applyDiskOps, emptyDisk, fileSize, readFile } from '../../src/store/disk.ts';
import { JuteWriter, MAX_LENGTH } from '../../src/store/jute.ts';
import { encodeLogHeader, encodeRecord, headerFailure, LOG_HEADER_SIZE, LOG_MAGIC, readRecord, scanLog } from '../../src/store/logFile.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { create, z } from './helpers.ts';

const FIRST = encodeRecord(encodeTxn(create(z(1), '/a')));
const SECOND = encodeRecord(encodeTxn(create(z(2), '/b')));
const log = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat([encodeLogHeader(), ...parts]));
/** What stands before the txn bytes. */
const head = (sumHigh: number, sumLow: number, length: number): Uint8Array => new JuteWriter().int(sumHigh).int(sumLow).int(length).bytes();
const zeros = (count: number): Uint8Array => new Uint8Array(count);
/** These bytes as a record that was written to its end. */
const whole = (txnBytes: Uint8Array): Uint8Array => new JuteWriter().long(adler32(txnBytes)).buffer(txnBytes).byte(0x42).bytes();
const header = (type: number): JuteWriter => new JuteWriter().long('0x1').int(1).long(z(2)).long(5).int(type);

describe('the end of a log file: one txn, then', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', zeros(0), 'eof'],
    ['as many zeros as the head of a record', zeros(12), 'zeroPadding'],
    ['many zeros', zeros(5000), 'zeroPadding'],
    ['a checksum without length', new Uint8Array([...head(0, 7, 0), ...zeros(50)]), 'partial'],
    ['a checksum of more than 32 bits without length', new Uint8Array([...head(7, 0, 0), ...zeros(50)]), 'partial'],
    ['a head with nothing behind it', head(0, 7, 48), 'partial'],
    ['the greatest length that there may be, with nothing behind it', head(0, 7, MAX_LENGTH), 'partial'],
    ['a greater one', head(0, 7, MAX_LENGTH + 1), 'unreadable'],
    ['a negative length', head(0, 7, -1), 'unreadable'],
    ['a whole record with fields missing, and another one', new Uint8Array([...whole(zeros(20)), ...SECOND]), 'partial'],
    ['a create that lacks more than its last field', new Uint8Array([...whole(header(1).string('/a').bytes()), ...SECOND]), 'partial'],
    ['a txn of an unknown type', whole(header(6).bytes()), 'unreadable'],
    ['a checksum that is wrong above its 32 bits', SECOND.map((byte, i) => (i === 2 ? 1 : byte)), 'crc'],
  ])('%s', (_, rest, end) => {
    const scan = scanLog(log(FIRST, rest));
    expect(scan.records.map(({ txn }) => txn.zxid)).toEqual([z(1)]);
    expect(scan.end).toBe(end);
    if (['eof', 'zeroPadding', 'partial'].includes(end)) expect(scan.failure).toBeNull();
    else expect(scan.failure?.exitCode).toBe(1);
  });

  it('zeros that are known by the size of the file alone', () => {
    expect(scanLog(log(FIRST), log(FIRST).length + 5).end).toBe('zeroPadding');
    expect(scanLog(log(FIRST), log(FIRST).length + 5000).end).toBe('zeroPadding');
  });
});

describe('what is wrong is named by its byte', () => {
  const at = LOG_HEADER_SIZE + FIRST.length;

  it.each<[string, Uint8Array, number]>([
    ['a length', head(0, 7, -1), at + 8],
    ['a checksum', SECOND.map((byte, i) => (i === 7 ? byte ^ 1 : byte)), at],
    ['a txn type', whole(header(6).bytes()), at + 12 + 28],
  ])('%s', (_, rest, offset) => {
    expect(scanLog(log(FIRST, rest)).failure?.offset).toBe(offset);
  });

  it('a header', () => {
    expect(
      headerFailure(
        new JuteWriter()
          .int(LOG_MAGIC + 1)
          .int(2)
          .long(0)
          .bytes(),
        16,
      )?.failure?.offset,
    ).toBe(0);
    expect(headerFailure(utf8('ZKLG'), 4)?.failure?.offset).toBe(4);
    expect(headerFailure(encodeLogHeader(), 16)).toBeNull();
  });
});

describe('a record that was torn in preallocated space', () => {
  const file = 'log.1';
  const safe = applyDiskOps(emptyDisk(), [
    { op: 'create', file },
    { op: 'append', file, bytes: encodeLogHeader() },
    { op: 'allocate', file, size: 16_400 },
    { op: 'fsync', file },
    { op: 'append', file, bytes: FIRST },
  ]);

  it('ends the log however few of its bytes reached the disk', () => {
    // Four zeros begin every checksum; the first byte of the length that is not 0 is its last.
    for (let bytes = 0; bytes <= FIRST.length; bytes++) {
      const disk = afterPowerLoss(safe, { file, bytes });
      const step = readRecord(readFile(disk, file), fileSize(disk, file), LOG_HEADER_SIZE);
      const end = bytes <= 4 ? 'zeroPadding' : 'partial';
      expect([bytes, step.kind === 'record' ? 'record' : step.end]).toEqual([bytes, bytes === FIRST.length ? 'record' : end]);
    }
  });
});

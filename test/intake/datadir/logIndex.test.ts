/** Long logs: listed in pieces, within bounded memory, and any record of them decoded on demand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZxid, zxid } from '../../../src/base/zxid.ts';
import { inspect, recordAt } from '../../../src/intake/datadir/inspect.ts';
import { indexLog } from '../../../src/intake/datadir/logIndex.ts';
import { IntakeCancelled, memoryFile, type IntakeFile } from '../../../src/intake/files.ts';
import { encodeLogHeader, encodeRecord, scanLog } from '../../../src/store/logFile.ts';
import { encodeTxn } from '../../../src/store/txnCodec.ts';
import { create, txn, z } from '../../store/helpers.ts';
import { ENDLESS_RECORD, endlessLog } from '../../support/endlessLog.ts';

const MB = 1024 ** 2;
const SIZE = ENDLESS_RECORD;

describe('a log of 200 MB', () => {
  const records = Math.floor((200 * MB) / SIZE);
  const largest = { read: 0, total: 0 };
  const file = endlessLog(records, 64 * MB, largest);

  it('is listed in pieces, once, with a few bytes of memory a record', { timeout: 60_000 }, async () => {
    const told: number[] = [];
    const log = await indexLog(file, { progress: (_, done) => told.push(done) });
    expect([log.index.count, log.end, log.endOffset, log.writtenTo]).toEqual([
      records,
      'zeroPadding',
      16 + records * SIZE,
      16 + records * SIZE,
    ]);
    expect(largest.read).toBeLessThanOrEqual(4 * MB);
    expect(largest.total).toBeLessThan(file.size * 1.1);
    expect(log.index.memory).toBeLessThan(18 * records + 10_000);
    expect(told.length).toBeGreaterThan(50);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(formatZxid(log.index.zxidAt(records - 1))).toBe(formatZxid(zxid(1, records)));
    expect(log.index.at(123_456)).toMatchObject({ offset: 16 + 123_456 * SIZE, length: SIZE, type: 'create', zxid: zxid(1, 123_457) });
  });

  it('shows any record without reading the others', { timeout: 60_000 }, async () => {
    const read = { read: 0, total: 0 };
    const shorter = endlessLog(20_000, 0, read);
    const report = await inspect({ path: 'version-2', sid: 1, sidFrom: null, files: [shorter] }, {}, { diskBytes: MB });
    const [log] = report.logs;
    if (log === undefined) throw new Error('no log');
    const before = read.total;
    const record = await recordAt(log, 12_345);
    expect(read.total - before).toBe(SIZE);
    expect(record?.fields.find(({ name }) => name === 'path')).toMatchObject({ text: '/n00012345', offset: 16 + 12_345 * SIZE + 48 - 4 });
    expect(await recordAt(log, 20_000)).toBeUndefined();
    expect(report.start).toMatchObject({ starts: null, why: expect.stringContaining('at most') as string });
  });

  it('can be left in the middle', async () => {
    const signal = { aborted: false };
    const watch = { signal, progress: (_: string, done: number) => (signal.aborted = done > 20 * MB) };
    await expect(indexLog(file, watch)).rejects.toBeInstanceOf(IntakeCancelled);
  });
});

describe('the index', () => {
  it('says of any bytes what the reader of the store says', async () => {
    const good = new Uint8Array([
      ...encodeLogHeader(),
      ...[1, 2, 3].flatMap((i) => [...encodeRecord(encodeTxn(create(z(i), `/a${i}`, 'data')))]),
      ...encodeRecord(encodeTxn(txn(z(1, 2), { type: 'closeSession', paths: ['/a1'] }))),
      ...new Uint8Array(60),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length), fc.nat(255)), { maxLength: 5 }),
        fc.nat(good.length),
        async (changes, cut) => {
          const bytes = good.slice(0, cut + 40);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const scan = scanLog(bytes);
          const log = await indexLog(memoryFile('log.1', bytes));
          expect([...log.index.range(0)].map(({ offset, length, zxid: at, type }) => ({ offset, length, at, type }))).toEqual(
            scan.records.map(({ offset, size, txn: its }) => ({ offset, length: size, at: its.zxid, type: its.body.type })),
          );
          expect([log.end, log.endOffset, log.failure]).toEqual([scan.end, Math.min(scan.endOffset, bytes.length), scan.failure]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('notices a file that is shorter than it said', async () => {
    const short: IntakeFile = { ...memoryFile('log.1', encodeLogHeader()), size: 500 };
    await expect(indexLog(short)).rejects.toThrow('has 500 bytes, but ends at byte 16');
  });
});

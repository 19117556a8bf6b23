import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { describeFile, describeRecord } from '../../src/store/decode.ts';
import { StoreError } from '../../src/store/errors.ts';
import { exportFiles, readFile, fileSize } from '../../src/store/disk.ts';
import { onceApplied } from '../../src/store/txnCodec.ts';
import { scanLog } from '../../src/store/txnLog.ts';
import { create, serverDisk, txn, z } from './helpers.ts';

const DISK = serverDisk([
  create(z(1), '/a', 'hello'),
  txn(z(2), {
    type: 'multi',
    txns: [
      { type: 'check', path: '/a', version: 0 },
      { type: 'setData', path: '/a', data: new Uint8Array([0, 255]), version: 1 },
    ],
  }),
  txn(z(3), { type: 'closeSession', paths: ['/a'] }),
]);
const FILES = exportFiles(DISK);
const LOG = FILES['log.100000001'] ?? new Uint8Array();

describe('a file in the inspector', () => {
  it('shows every field of a log record with its bytes', () => {
    const { records, end, kind } = describeFile('log.100000001', LOG);
    expect([kind, end.text, end.damaged]).toEqual(['log', 'preallocated zeros: the log ends here', false]);
    expect(records.map(({ title }) => title)).toEqual(['header', 'create 0x100000001', 'multi 0x100000002', 'closeSession 0x100000003']);
    expect(Object.fromEntries((records[1]?.fields ?? []).map(({ name, text }) => [name, text]))).toMatchObject({
      zxid: '0x100000001',
      type: 'create',
      path: '/a',
      data: 'hello',
      'acl[0].scheme': 'world',
      ephemeral: 'false',
      endOfRecord: 'B',
    });
    expect(records[2]?.fields.find(({ name }) => name === 'txns[1].data')?.text).toBe('00 ff');
  });

  it.each(Object.keys(FILES))('accounts for every byte of %s, once', (name) => {
    const { records, end } = describeFile(name, FILES[name] ?? new Uint8Array());
    let at = 0;
    for (const field of records.flatMap(({ fields }) => fields)) {
      expect(field.offset).toBe(at);
      at += field.length;
    }
    expect(at).toBe(end.offset);
  });

  it('shows zeros that are only in the size', () => {
    const view = describeFile('log.100000001', readFile(DISK, 'log.100000001'), { size: fileSize(DISK, 'log.100000001') });
    expect(view).toEqual(describeFile('log.100000001', LOG));
  });

  it('points at the damage', () => {
    const second = scanLog(LOG).records[1] ?? { offset: 0, size: 0 };
    const at = second.offset + 20;
    const { end } = describeFile(
      'log.100000001',
      LOG.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    );
    expect(end).toEqual({ offset: second.offset, text: 'CRC check failed', damaged: true });
    expect(describeFile('snapshot.0', (FILES['snapshot.0'] ?? new Uint8Array()).slice(0, 60)).end.damaged).toBe(true);
    expect(describeFile('currentEpoch', utf8('x1')).end).toEqual({ offset: 0, text: 'not a number', damaged: true });
  });

  it('stops at the limit', () => {
    const { records, more } = describeFile('log.100000001', LOG, { limit: 1 });
    expect([records.length, more]).toEqual([2, true]);
    expect(describeFile('snapshot.0', FILES['snapshot.0'] ?? new Uint8Array(), { limit: 2 })).toMatchObject({
      more: true,
      records: { length: 2 },
    });
  });

  it('shows a snapshot page by page', () => {
    const bytes = FILES['snapshot.0'] ?? new Uint8Array();
    const whole = describeFile('snapshot.0', bytes).records;
    const pages = [0, 2, 4, 6].flatMap((from) => describeFile('snapshot.0', bytes, { from, limit: 2 }).records);
    expect(pages).toEqual(whole.slice(0, 8));
  });

  it('shows an error of a failed multi that stands over the record of an operation, and what is behind it', () => {
    const failed = txn(z(1), {
      type: 'multi',
      txns: [
        { type: 'delete', path: '/abcd' },
        { type: 'error', err: 'NONODE' },
      ],
    });
    const log = exportFiles(serverDisk([onceApplied(failed)]))['log.100000001'] ?? new Uint8Array();
    const { records, end } = describeFile('log.100000001', log);
    expect(end.damaged).toBe(false);
    const fields = (records[1]?.fields ?? []).filter(({ name }) => name.startsWith('txns['));
    expect(fields.map(({ name, text, length }) => [name, text, length])).toEqual([
      ['txns[0].type', 'error', 4],
      ['txns[0].length', '9', 4],
      ['txns[0].err', '5', 4],
      ['txns[0].unknown', '/abcd', 5],
      ['txns[1].type', 'error', 4],
      ['txns[1].length', '4', 4],
      ['txns[1].err', '-101', 4],
    ]);
  });

  it('shows one record of a log as it shows it in its file', () => {
    const record = scanLog(LOG).records[1] ?? { offset: 0, size: 0 };
    const bytes = LOG.slice(record.offset, record.offset + record.size);
    expect(describeRecord(bytes, record.offset, 'multi 0x100000002')).toEqual(describeFile('log.100000001', LOG).records[2]);
    expect(() => describeRecord(bytes.slice(0, 30), record.offset, '')).toThrow(StoreError);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('log.1', 'snapshot.1', 'currentEpoch', 'junk'),
        fc.constantFrom(...Object.values(FILES)),
        fc.array(fc.tuple(fc.nat(700), fc.nat(255))),
        fc.nat(700),
        (name, bytes, changes, length) => {
          const damaged = bytes.slice(0, length);
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          expect(describeFile(name, damaged).end.offset).toBeLessThanOrEqual(damaged.length);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

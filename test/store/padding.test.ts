/** Space made in advance where a txn is larger than what was made. */
import { expect, it } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import { applyDiskOps, emptyDisk, fileSize, readFile } from '../../src/store/disk.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { appendTxn, newLogWriter } from '../../src/store/txnLog.ts';

const FILE = 'log.100000001';

/** File sizes and positions after txns with so many bytes of data, with steps of 1 KiB. */
function written(...lengths: readonly number[]): { readonly size: number; readonly position: number }[] {
  let disk = emptyDisk();
  let log = newLogWriter();
  return lengths.map((length, i) => {
    const at = zxid(1, i + 1);
    const body = { type: 'setData', path: '/a', data: new Uint8Array(length).fill(1), version: 1 } as const;
    const bytes = encodeTxn({ session: '0x1', cxid: 0, zxid: at, time: 0, body, digest: null });
    const change = appendTxn(disk, log, bytes, at, { preAllocSizeKb: 1 });
    log = change.log;
    disk = applyDiskOps(disk, change.ops);
    return { size: fileSize(disk, FILE), position: readFile(disk, FILE).length };
  });
}

it('a txn beyond the space made in advance: the next one makes room up to a whole number of steps', () => {
  const [first, second] = written(9_000, 1);
  expect(first?.size).toBe(first?.position);
  expect(second?.size).toBe(9 * 1024);
});

it('within the space made in advance it grows by steps behind the header', () => {
  expect(written(100, 100, 100).map(({ size }) => size)).toEqual([16 + 1024, 16 + 2048, 16 + 3072]);
});

/** A txn log that exists nowhere: its bytes are made when they are asked for. */
import { utf8, type Bytes } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import type { IntakeFile } from '../../src/intake/files.ts';
import { adler32 } from '../../src/store/adler.ts';
import { encodeLogHeader, encodeRecord } from '../../src/store/logFile.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { create } from '../store/helpers.ts';

const TEMPLATE = encodeRecord(encodeTxn(create(zxid(1, 0), '/n00000000', 'x'.repeat(900))));
/** Bytes of each of its records. */
export const ENDLESS_RECORD = TEMPLATE.length;

/** What was read of it: bytes at once at most, and in all. */
export interface ReadBytes {
  read: number;
  total: number;
}

/** Number, path and checksum are those of record `i`, the rest is the template's. */
function recordOf(i: number): Bytes {
  const bytes = TEMPLATE.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(12 + 16, i + 1);
  bytes.set(utf8(String(i).padStart(8, '0')), 48 + 2);
  view.setUint32(4, adler32(bytes.subarray(12, ENDLESS_RECORD - 1)));
  return bytes;
}

/** @param padding zero bytes at its end; @param largest is told what is read. */
export function endlessLog(records: number, padding: number, largest: ReadBytes): IntakeFile {
  const size = 16 + records * ENDLESS_RECORD + padding;
  return {
    path: 'version-2/log.100000001',
    size,
    read(from, to) {
      const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from));
      largest.read = Math.max(largest.read, bytes.length);
      largest.total += bytes.length;
      const put = (at: number, part: Bytes): void => {
        const cut = part.subarray(Math.max(0, from - at), Math.max(0, from + bytes.length - at));
        if (cut.length > 0) bytes.set(cut, Math.max(0, at - from));
      };
      if (from < 16) put(0, encodeLogHeader());
      for (let i = Math.max(0, Math.floor((from - 16) / ENDLESS_RECORD)); i < records && 16 + i * ENDLESS_RECORD < from + bytes.length; i++)
        put(16 + i * ENDLESS_RECORD, recordOf(i));
      return Promise.resolve(bytes);
    },
  };
}

/**
 * Files as tables that are read where they are looked at: the header and every record, and at last how the file ends. Logs are read from their index; of snapshots
 * the bytes of the last one that was looked at are kept.
 */
import type { Bytes } from '../../base/ids.ts';
import { recordAt } from '../../intake/datadir/inspect.ts';
import { DISK_BYTES, readWhole } from '../../intake/datadir/toDisk.ts';
import type { RecoveryMoment } from '../../intake/datadir/steps.ts';
import type { DamageFact, DirectoryReport, FileReport, LogReport } from '../../intake/datadir/types.ts';
import { checkCancelled, type Watch } from '../../intake/files.ts';
import { adler32 } from '../../store/adler.ts';
import { describeFile, describeRecord, type DecodedFile, type DecodedRecord } from '../../store/decode.ts';
import { StoreError } from '../../store/errors.ts';
import { LOG_HEADER_SIZE, RECORD_HEAD_SIZE } from '../../store/logFile.ts';
import { decodeTxn } from '../../store/txnCodec.ts';
import type { Txn, TxnBody } from '../../tree/types.ts';
import type { Item, Row } from './wire.ts';

/** Bytes of a record that are shown. */
const MOST_BYTES = 64 * 1024;
/** Bytes shown of what follows the last whole record. */
const AFTER_END = 256;
/** Records of a snapshot that are described at a time, to count them. */
const COUNT_STEP = 20_000;
/** Bytes of records that are read at once for a page of rows. */
const READ_AHEAD = 4 * 1024 * 1024;

interface WholeFile {
  readonly file: FileReport;
  readonly bytes: Bytes;
  /** Records, without the end; null before they were counted. */
  count: number | null;
}

export class Pages {
  #whole: WholeFile | null = null;

  /** Rows of a file: its header if it has one, its records, its end. */
  async count(report: DirectoryReport, file: FileReport, watch: Watch = {}): Promise<number> {
    if (file.kind === 'log') return (file.size >= LOG_HEADER_SIZE ? 1 : 0) + file.index.count + 1;
    return (await this.#records(report, file, watch)) + 1;
  }

  async rows(report: DirectoryReport, file: FileReport, from: number, to: number, watch: Watch = {}): Promise<readonly Row[]> {
    const count = await this.count(report, file, watch);
    const [first, last] = [Math.max(0, from), Math.min(to, count)];
    if (first >= last) return [];
    if (file.kind === 'log') return logRows(file, first, last, count, damageIn(report, file));
    const described = await this.#describe(file, first, last - first, watch);
    const rows: Row[] = described.records.slice(0, last - first).map(({ offset, length, title }, i) => {
      return { kind: 'part', index: first + i, offset, length, title };
    });
    if (last === count) rows.push({ kind: 'end', index: count - 1, ...described.end });
    return rows.slice(0, last - first);
  }

  /** Null where there is no such row. */
  async item(report: DirectoryReport, file: FileReport, index: number, watch: Watch = {}): Promise<Item | null> {
    const count = await this.count(report, file, watch);
    if (index < 0 || index >= count) return null;
    if (file.kind === 'log') return logItem(file, index, count, damageIn(report, file));
    const described = await this.#describe(file, index, 1, watch);
    const record = described.records[0];
    if (record !== undefined && index < count - 1) return itemOf(file, record, null);
    const { offset, text, damaged } = (await this.#describe(file, count - 1, 1, watch)).end;
    return endItem(file, offset, text, damaged ? text : null);
  }

  /** The znode that the one txn of a moment of recovery is about. */
  async pathOf(report: DirectoryReport, { kind, file, range, txns }: RecoveryMoment): Promise<string | null> {
    const log = report.logs.find(({ name }) => name === file);
    if (kind !== 'replayed' || log === undefined || range === null || txns?.count !== 1) return null;
    const bytes = await log.file.read(range[0] + RECORD_HEAD_SIZE, range[1] - 1);
    return aboutTxn(decodeTxn(bytes, range[0]).body).path;
  }

  async #records(report: DirectoryReport, file: FileReport, watch: Watch): Promise<number> {
    const whole = await this.#read(file, watch);
    if (whole.count !== null) return whole.count;
    let count = 0;
    for (let more = true; more;) {
      checkCancelled(watch);
      watch.progress?.(`${report.path}/${file.name}`, Math.min(count, whole.bytes.length), whole.bytes.length);
      const described = describeFile(file.name, whole.bytes, { from: count, limit: COUNT_STEP });
      count += described.records.length;
      more = described.more;
    }
    return (whole.count = count);
  }

  async #describe(file: FileReport, from: number, limit: number, watch: Watch): Promise<DecodedFile> {
    const { bytes } = await this.#read(file, watch);
    const described = describeFile(file.name, bytes, { from, limit });
    // Only of snapshots a part can be had.
    return file.kind === 'snapshot' ? described : { ...described, records: described.records.slice(from, from + limit) };
  }

  async #read(file: FileReport, watch: Watch): Promise<WholeFile> {
    if (this.#whole?.file !== file) {
      const bytes = await readWhole(file.file, Math.min(file.size, file.kind === 'snapshot' ? DISK_BYTES : MOST_BYTES), watch);
      this.#whole = { file, bytes, count: null };
    }
    return this.#whole;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Logs.

async function logRows(
  file: LogReport,
  from: number,
  to: number,
  count: number,
  damage: DamageFact | string | null,
): Promise<readonly Row[]> {
  const head = headOf(file);
  const rows: Row[] = [];
  if (from < head) rows.push({ kind: 'part', index: 0, offset: 0, length: LOG_HEADER_SIZE, title: 'header' });
  const wanted = [...file.index.range(Math.max(0, from - head), Math.min(to - head, file.index.count))];
  for (let i = 0; i < wanted.length;) {
    const first = wanted[i];
    if (first === undefined) break;
    // Records follow each other without gaps: a page is one read, unless its records are large.
    let end = first.offset + first.length;
    let next = i + 1;
    for (; next < wanted.length && end - first.offset < READ_AHEAD; next++) end += wanted[next]?.length ?? 0;
    const bytes = await file.file.read(first.offset, end);
    for (; i < next; i++) {
      const record = wanted[i];
      if (record === undefined) break;
      const at = record.offset - first.offset;
      rows.push(txnRow(head + record.index, record.offset, record.length, bytes.subarray(at, at + record.length)));
    }
  }
  if (to === count)
    rows.push({ kind: 'end', index: count - 1, offset: file.endOffset, damaged: damage !== null, text: damage ?? file.end });
  return rows;
}

function txnRow(index: number, offset: number, length: number, bytes: Bytes): Row {
  const txn: Txn = decodeTxn(bytes.subarray(RECORD_HEAD_SIZE, bytes.length - 1), offset + RECORD_HEAD_SIZE);
  const { zxid, time, session, cxid, body } = txn;
  return { kind: 'txn', index, offset, length, zxid, time, session, cxid, type: body.type, ...aboutTxn(body) };
}

async function logItem(file: LogReport, index: number, count: number, damage: DamageFact | string | null): Promise<Item> {
  const head = headOf(file);
  if (index < head) {
    const bytes = await file.file.read(0, LOG_HEADER_SIZE);
    const [record] = describeFile(file.name, bytes, { size: LOG_HEADER_SIZE }).records;
    return itemOf(file, record ?? { title: 'header', offset: 0, length: bytes.length, fields: [] }, null);
  }
  if (index === count - 1) return brokenRecord(file, damage);
  const record = await recordAt(file, index - head);
  if (record === undefined) throw new RangeError(`${file.name} has no record ${index - head}`);
  const bytes = await file.file.read(record.offset, record.offset + record.length);
  return itemOf(file, record, crcOf(bytes));
}

/** What stands behind the last whole record: zeros, part of a record, or one whose checksum is wrong. */
async function brokenRecord(file: LogReport, damage: DamageFact | string | null): Promise<Item> {
  if (file.end === 'crc') {
    const head = await file.file.read(file.endOffset, file.endOffset + RECORD_HEAD_SIZE);
    const length = RECORD_HEAD_SIZE + new DataView(head.buffer, head.byteOffset).getInt32(8) + 1;
    const bytes = await file.file.read(file.endOffset, file.endOffset + length);
    const crc = crcOf(bytes);
    try {
      const record = describeRecord(bytes, file.endOffset, 'CRC check failed');
      return { ...(await itemOf(file, record, crc)), damage };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { ...(await itemOf(file, { title: 'CRC check failed', offset: file.endOffset, length, fields: [] }, crc)), damage };
    }
  }
  return endItem(file, file.endOffset, file.end, damage);
}

function headOf(file: LogReport): number {
  return file.size >= LOG_HEADER_SIZE ? 1 : 0;
}

/** The first eight bytes hold the checksum as a long, then the length: the rest but the end mark is summed. */
function crcOf(bytes: Bytes): Item['crc'] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { given: view.getUint32(4), computed: adler32(bytes.subarray(RECORD_HEAD_SIZE, bytes.length - 1)) };
}

function aboutTxn(body: TxnBody): { readonly path: string | null; readonly data: number | null } {
  if (body.type === 'multi') {
    const parts = body.txns.map(aboutTxn);
    const sizes = parts.flatMap(({ data }) => data ?? []);
    return { path: parts.find(({ path }) => path !== null)?.path ?? null, data: sizes.length === 0 ? null : sizes.reduce((a, b) => a + b) };
  }
  return { path: 'path' in body ? body.path : null, data: 'data' in body ? (body.data?.length ?? null) : null };
}

// ---------------------------------------------------------------------------------------------------------------------

async function itemOf(file: FileReport, record: DecodedRecord, crc: Item['crc']): Promise<Item> {
  const { title, offset, length, fields } = record;
  const bytes = await file.file.read(offset, offset + Math.min(length, MOST_BYTES));
  return { title, offset, length, bytes, fields, crc, damage: null };
}

async function endItem(file: FileReport, offset: number, title: string, damage: DamageFact | string | null): Promise<Item> {
  const length = Math.max(0, file.size - offset);
  return {
    title,
    offset,
    length,
    bytes: await file.file.read(offset, offset + Math.min(length, AFTER_END)),
    fields: [],
    crc: null,
    damage,
  };
}

/** What the report says is wrong at the end of this file. */
function damageIn({ damage }: DirectoryReport, file: LogReport): DamageFact | string | null {
  return damage.find((one) => one.file === file.name)?.fact ?? (file.end === 'eof' || file.end === 'zeroPadding' ? null : file.end);
}

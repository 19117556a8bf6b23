/**
 * Files taken apart for the inspector: every field with its name, its bytes and its meaning, and where damage begins.
 */
import { fromUtf8, type Bytes } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import { adler32 } from './adler.ts';
import { StoreError } from './errors.ts';
import { dataText, FieldReader, MOST_TEXT, type DecodedRecord } from './fields.ts';
import { LOG_HEADER_SIZE, logSteps, RECORD_HEAD_SIZE, type LogEnd } from './logFile.ts';
import { zxidOfName } from './names.ts';
import { txnTypeName } from '../tree/opcodes.ts';

export type { DecodedField, DecodedRecord } from './fields.ts';

export interface DecodedFile {
  readonly kind: 'log' | 'snapshot' | 'epoch' | 'unknown';
  readonly records: readonly DecodedRecord[];
  /** Where reading stopped, and why, in a few words; damage if a real server would not start or would lose what follows. */
  readonly end: { readonly offset: number; readonly text: string; readonly damaged: boolean };
  /** Whether there were more records than asked for. */
  readonly more: boolean;
}

export interface DescribeOptions {
  /** Most records to describe; the rest is left out, not checked. 1000 unless told. */
  readonly limit?: number;
  /** File size with preallocated zeros that are not in `bytes`. */
  readonly size?: number;
  /** Snapshots only: records to leave out at the start, for showing a long file page by page. They are read all the same. */
  readonly from?: number;
}

const LIMIT = 1000;

/** Never throws: what cannot be read is described as damage. */
export function describeFile(name: string, bytes: Bytes, options: DescribeOptions = {}): DecodedFile {
  const limit = options.limit ?? LIMIT;
  if (zxidOfName(name, 'log') !== null) return describeLog(bytes, options.size ?? bytes.length, limit);
  if (zxidOfName(name, 'snapshot') !== null) return describeSnapshot(bytes, limit, options.from ?? 0);
  return describeText(name, bytes);
}

// ---------------------------------------------------------------------------------------------------------------------
// Logs.

const LOG_END_TEXT: Readonly<Record<LogEnd, string>> = {
  eof: 'end of file',
  zeroPadding: 'preallocated zeros: the log ends here',
  partial: 'the record was not written to its end; it and anything behind it in this file is not read',
  shortHeader: '',
  badMagic: '',
  crc: '',
  unreadable: '',
};

function describeLog(bytes: Bytes, size: number, limit: number): DecodedFile {
  const records: DecodedRecord[] = [];
  if (size >= LOG_HEADER_SIZE) records.push(describeLogHeader(bytes));
  for (const step of logSteps(bytes, size)) {
    if (step.kind === 'end') {
      const damaged = step.failure !== null || step.end === 'partial';
      return {
        kind: 'log',
        records,
        end: { offset: step.offset, text: step.failure?.message ?? LOG_END_TEXT[step.end], damaged },
        more: false,
      };
    }
    if (records.length > limit)
      return { kind: 'log', records, end: { offset: step.offset, text: 'not read further', damaged: false }, more: true };
    records.push(describeLogRecord(bytes, step.offset, step.size, `${step.txn.body.type} ${formatZxid(step.txn.zxid)}`));
  }
  throw new Error('a log ended without saying how');
}

/** The header ends in zeros, which may be left out of the bytes. */
function describeLogHeader(bytes: Bytes): DecodedRecord {
  const header = new Uint8Array(LOG_HEADER_SIZE);
  header.set(bytes.subarray(0, LOG_HEADER_SIZE));
  const fields = new FieldReader(header);
  fields.magic();
  fields.int('version');
  fields.long('dbid');
  return fields.record('header', 0);
}

function describeLogRecord(bytes: Bytes, offset: number, size: number, title: string): DecodedRecord {
  return describeRecord(bytes.subarray(offset, offset + size), offset, title);
}

/**
 * One whole record of a log, without the file around it.
 *
 * @param bytes of the record, from its checksum to its end mark. @param offset of its first byte in the file.
 * @throws StoreError when it is not whole.
 */
export function describeRecord(bytes: Bytes, offset: number, title: string): DecodedRecord {
  const fields = new FieldReader(bytes, offset);
  fields.long('checksum');
  const length = fields.int('length');
  fields.session('clientId');
  fields.int('cxid');
  fields.zxid('zxid');
  fields.time('time');
  const type = fields.read('type', (reader, field) => reader.int(field), typeText);
  const bodyEnd = offset + RECORD_HEAD_SIZE + length;
  describeBody(fields, type, '', bodyEnd);
  if (bodyEnd - fields.reader.offset >= 12) {
    fields.int('digest.version');
    fields.long('digest.treeDigest');
  }
  describeRest(fields, '', bodyEnd);
  fields.read(
    'endOfRecord',
    (reader, field) => reader.byte(field),
    () => 'B',
  );
  return fields.record(title, offset);
}

/** Fields of a txn record; those that older versions left out are taken for absent when the record ends before them. */
function describeBody(fields: FieldReader, type: number, prefix: string, end: number): void {
  const present = (): boolean => fields.reader.offset < end;
  switch (typeText(type)) {
    case 'createSession':
      fields.int(`${prefix}timeOut`);
      return;
    case 'closeSession':
      if (present()) describePaths(fields, prefix);
      return;
    case 'error':
      fields.int(`${prefix}err`);
      return;
    case 'create':
    case 'create2':
      describeNode(fields, prefix);
      fields.read(`${prefix}ephemeral`, (reader, field) => reader.bool(field));
      if (present()) fields.int(`${prefix}parentCVersion`);
      return;
    case 'createContainer':
      describeNode(fields, prefix);
      fields.int(`${prefix}parentCVersion`);
      return;
    case 'createTTL':
      describeNode(fields, prefix);
      fields.int(`${prefix}parentCVersion`);
      fields.long(`${prefix}ttl`);
      return;
    case 'delete':
    case 'deleteContainer':
      fields.string(`${prefix}path`);
      return;
    case 'setData':
    case 'reconfig':
      fields.string(`${prefix}path`);
      fields.buffer(`${prefix}data`);
      fields.int(`${prefix}version`);
      return;
    case 'setACL':
      fields.string(`${prefix}path`);
      fields.acl(`${prefix}acl`);
      fields.int(`${prefix}version`);
      return;
    case 'check':
      fields.string(`${prefix}path`);
      fields.int(`${prefix}version`);
      return;
    case 'multi':
      describeMulti(fields, prefix);
      return;
  }
}

function describePaths(fields: FieldReader, prefix: string): void {
  const count = fields.int(`${prefix}paths2Delete.count`);
  for (let i = 0; i < count; i++) fields.string(`${prefix}paths2Delete[${i}]`);
}

function describeNode(fields: FieldReader, prefix: string): void {
  fields.string(`${prefix}path`);
  fields.buffer(`${prefix}data`);
  fields.acl(`${prefix}acl`);
}

function describeMulti(fields: FieldReader, prefix: string): void {
  const count = fields.int(`${prefix}txns.count`);
  for (let i = 0; i < count; i++) {
    const type = fields.read(`${prefix}txns[${i}].type`, (reader, field) => reader.int(field), typeText);
    const length = fields.int(`${prefix}txns[${i}].length`);
    const end = fields.reader.offset + Math.max(0, length);
    describeBody(fields, type, `${prefix}txns[${i}].`, end);
    describeRest(fields, `${prefix}txns[${i}].`, end);
  }
}

/** Bytes of a record behind the fields of its type. An error in a failed multi may stand over the record of an operation. */
function describeRest(fields: FieldReader, prefix: string, end: number): void {
  const left = Math.max(0, Math.min(end - fields.reader.offset, fields.reader.remaining));
  if (left > 0) fields.read(`${prefix}unknown`, (reader, field) => Uint8Array.from({ length: left }, () => reader.byte(field)), dataText);
}

// ---------------------------------------------------------------------------------------------------------------------
// Snapshots.

function describeSnapshot(bytes: Bytes, limit: number, from: number): DecodedFile {
  const fields = new FieldReader(bytes);
  const records: DecodedRecord[] = [];
  const stopped = (text: string, damaged: boolean, more: boolean): DecodedFile => ({
    kind: 'snapshot',
    records,
    end: { offset: fields.reader.offset, text, damaged },
    more,
  });
  try {
    let read = 0;
    for (const record of snapshotRecords(fields, bytes)) {
      if (records.length >= limit) return stopped('not read further', false, true);
      if (read++ >= from) records.push(record);
    }
    return stopped('end of file', false, false);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return {
      ...stopped(error.failure.message, true, false),
      end: { offset: error.failure.offset ?? fields.reader.offset, text: error.failure.message, damaged: true },
    };
  }
}

function* snapshotRecords(fields: FieldReader, bytes: Bytes): Generator<DecodedRecord> {
  fields.magic();
  fields.int('version');
  fields.long('dbid');
  yield fields.record('header', 0);
  const sessions = fields.int('sessionCount');
  for (let i = 0; i < sessions; i++) {
    fields.session('sessionId');
    fields.int('timeout');
    yield fields.record('session', 0);
  }
  const acls = fields.int('aclCount');
  for (let i = 0; i < acls; i++) {
    fields.long('aclKey');
    fields.acl('acl');
    yield fields.record('access list', 0);
  }
  for (let path = fields.string('path'); path !== '/'; path = fields.string('path')) {
    describeNodeFields(fields);
    yield fields.record(`node ${path === '' ? '/' : (path ?? 'null')}`, 0);
  }
  yield fields.record('end of nodes', 0);
  yield describeSeal(fields, bytes);
  if (fields.reader.remaining === 0) return;
  fields.zxid('digest.zxid');
  fields.int('digest.version');
  fields.long('digest');
  yield fields.record('tree digest', 0);
  yield describeSeal(fields, bytes);
  if (fields.reader.remaining === 0) return;
  fields.zxid('lastProcessedZxid');
  yield fields.record('last processed zxid', 0);
  yield describeSeal(fields, bytes);
}

function describeNodeFields(fields: FieldReader): void {
  fields.buffer('data');
  fields.long('acl');
  fields.zxid('czxid');
  fields.zxid('mzxid');
  fields.time('ctime');
  fields.time('mtime');
  fields.int('version');
  fields.int('cversion');
  fields.int('aversion');
  fields.session('ephemeralOwner');
  fields.zxid('pzxid');
}

function describeSeal(fields: FieldReader, bytes: Bytes): DecodedRecord {
  const offset = fields.reader.offset;
  const written = fields.long('checksum');
  fields.string('seal');
  const real = adler32(bytes.subarray(0, offset));
  if (real !== written)
    throw new StoreError({ message: `CRC corruption: the checksum says ${written}, the bytes give ${real}`, exitCode: 1, offset });
  return fields.record('seal', offset);
}

// ---------------------------------------------------------------------------------------------------------------------
// Everything else.

function describeText(name: string, bytes: Bytes): DecodedFile {
  const isEpoch = name.startsWith('currentEpoch') || name.startsWith('acceptedEpoch');
  const text = dataText(bytes.subarray(0, MOST_TEXT));
  const damaged = isEpoch && !/^[+-]?[0-9]{1,16}(\r?\n.*)?$/s.test(fromUtf8(bytes.subarray(0, MOST_TEXT)));
  const field = { name: isEpoch ? 'epoch' : 'content', offset: 0, length: bytes.length, text };
  return {
    kind: isEpoch ? 'epoch' : 'unknown',
    records: [{ title: name, offset: 0, length: bytes.length, fields: [field] }],
    end: { offset: damaged ? 0 : bytes.length, text: damaged ? 'not a number' : 'end of file', damaged },
    more: false,
  };
}

function typeText(type: number): string {
  return txnTypeName(type) ?? `unknown type ${type}`;
}

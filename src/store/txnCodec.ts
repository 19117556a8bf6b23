/**
 * Transactions as bytes: TxnHeader, record, optional TxnDigest. The same bytes stand in the txn log and travel in a PROPOSAL.
 *
 * Source: `SerializeUtils.deserializeTxn`, `Util.marshallTxnEntry`, zookeeper.jute.
 */
import { fromUtf8, type Bytes } from '../base/ids.ts';
import { errorName, errorNumber } from '../tree/errors.ts';
import { txnTypeName, txnTypeNumber } from '../tree/opcodes.ts';
import type { Acl, Txn, TxnBody, TxnType } from '../tree/types.ts';
import { EndOfBytes, StoreError } from './errors.ts';
import { JuteReader, JuteWriter } from './jute.ts';

/** Version of the digest calculation (`DigestCalculator.DIGEST_VERSION`). */
export const DIGEST_VERSION = 2;

export function encodeTxn(txn: Txn): Bytes {
  const writer = new JuteWriter();
  writer.long(txn.session).int(txn.cxid).long(txn.zxid).long(txn.time).int(txnTypeNumber(txn.body.type));
  writeBody(writer, txn.body);
  if (txn.digest !== null) writer.int(DIGEST_VERSION).long(txn.digest);
  return writer.bytes();
}

/**
 * Reads what `encodeTxn` writes, and what older versions wrote: no digest, creates without parentCVersion, empty closeSession.
 *
 * @param base offset of the bytes in their file, for errors.
 * @throws StoreError "Unsupported Txn with type=…"; EndOfBytes when the record is cut short.
 */
export function decodeTxn(bytes: Bytes, base = 0): Txn {
  const reader = new JuteReader(bytes, base);
  const session = reader.session('clientId');
  const cxid = reader.int('cxid');
  const zxid = reader.zxid('zxid');
  const time = reader.long('time');
  const type = readType(reader);
  const bodyAt = reader.offset - base;
  const body = readBodyOfAnyAge(type, reader, () => new JuteReader(bytes.subarray(bodyAt), base + bodyAt));
  return { session, cxid, zxid, time, body, digest: reader.remaining >= 12 ? readDigest(reader) : null };
}

/**
 * A txn as a server holds it once it has applied it, and sends it out of committedLog: the operations of a failed multi have become errors, each over the record
 * that it had. Java reads the length of a path there as the code. Other txns are the same.
 *
 * Source: `DataTree.processTxn` (`subtxn.setType(OpCode.error)`), `ZKDatabase.addCommittedProposal`.
 */
export function onceApplied(txn: Txn): Txn {
  const { body } = txn;
  if (body.type !== 'multi' || !body.txns.some(({ type }) => type === 'error')) return txn;
  return { ...txn, body: { ...body, txns: body.txns.map((sub) => (sub.type === 'error' ? sub : errorIn(recordOf(sub)))) } };
}

/** Every record of an operation begins with its path. One from a log may be anything: whoever reads an error looks at its first int only. */
function errorIn(record: Bytes): TxnBody {
  const first = new JuteReader(record).int('err');
  const path = fromUtf8(record.subarray(ERROR_SIZE, ERROR_SIZE + Math.max(0, first)));
  return { type: 'error', err: errorName(first) ?? 'SYSTEMERROR', was: { code: first, path, record } };
}

function recordOf(body: TxnBody): Bytes {
  if (body.type === 'error' && body.was !== undefined) return body.was.record;
  const record = new JuteWriter();
  writeBody(record, body);
  return record.bytes();
}

/** Writes the fields of a record; its type stands in the header. */
function writeBody(writer: JuteWriter, body: TxnBody): void {
  switch (body.type) {
    case 'createSession':
      writer.int(body.timeoutMs);
      return;
    case 'closeSession':
      if (body.paths === null) return;
      writer.vector(body.paths.length);
      for (const path of body.paths) writer.string(path);
      return;
    case 'error':
      writer.int(errorNumber(body.err));
      return;
    case 'create':
    case 'create2':
      writeAcl(writer.string(body.path).buffer(body.data), body.acl).bool(body.ephemeral).int(body.parentCVersion);
      return;
    case 'createContainer':
      writeAcl(writer.string(body.path).buffer(body.data), body.acl).int(body.parentCVersion);
      return;
    case 'createTTL':
      writeAcl(writer.string(body.path).buffer(body.data), body.acl).int(body.parentCVersion).long(body.ttlMs);
      return;
    case 'delete':
    case 'deleteContainer':
      writer.string(body.path);
      return;
    case 'setData':
    case 'reconfig':
      writer.string(body.path).buffer(body.data).int(body.version);
      return;
    case 'setACL':
      writeAcl(writer.string(body.path), body.acl).int(body.version);
      return;
    case 'check':
      writer.string(body.path).int(body.version);
      return;
    case 'multi':
      writer.vector(body.txns.length);
      for (const sub of body.txns) writer.int(txnTypeNumber(sub.type)).buffer(recordOf(sub));
  }
}

function readType(reader: JuteReader): TxnType {
  const offset = reader.offset;
  const number = reader.int('type');
  const type = txnTypeName(number);
  if (type === null) throw new StoreError({ message: `Unsupported Txn with type=${number}`, exitCode: 1, offset });
  return type;
}

/** Versions before 3.4 wrote creates without parentCVersion, versions before 3.6 wrote nothing for closeSession. */
function readBodyOfAnyAge(type: TxnType, reader: JuteReader, again: () => JuteReader): TxnBody {
  try {
    return readBody(type, reader);
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error;
    if (type === 'create') return readCreate(type, again(), true);
    if (type === 'closeSession') return { type, paths: null };
    throw error;
  }
}

function readBody(type: TxnType, reader: JuteReader): TxnBody {
  switch (type) {
    case 'createSession':
      return { type, timeoutMs: reader.int('timeOut') };
    case 'closeSession':
      return { type, paths: readMany(reader, 'paths2Delete', () => readPath(reader)) };
    // A code this program has no name for is kept as the general one: only its being an error matters to a replay.
    case 'error':
      return { type, err: errorName(reader.int('err')) ?? 'SYSTEMERROR' };
    case 'create':
    case 'create2':
      return readCreate(type, reader, false);
    case 'createContainer':
      return {
        type,
        path: readPath(reader),
        data: reader.buffer('data'),
        acl: readAcl(reader),
        parentCVersion: reader.int('parentCVersion'),
      };
    case 'createTTL':
      return {
        type,
        path: readPath(reader),
        data: reader.buffer('data'),
        acl: readAcl(reader),
        parentCVersion: reader.int('parentCVersion'),
        ttlMs: reader.long('ttl'),
      };
    case 'delete':
    case 'deleteContainer':
      return { type, path: readPath(reader) };
    case 'setData':
    case 'reconfig':
      return { type, path: readPath(reader), data: reader.buffer('data'), version: reader.int('version') };
    case 'setACL':
      return { type, path: readPath(reader), acl: readAcl(reader), version: reader.int('version') };
    case 'check':
      return { type, path: readPath(reader), version: reader.int('version') };
    case 'multi':
      return { type, txns: readMany(reader, 'txns', () => readSubTxn(reader)) };
  }
}

function readCreate(type: 'create' | 'create2', reader: JuteReader, beforeParentCVersion: boolean): TxnBody {
  return {
    type,
    path: readPath(reader),
    data: reader.buffer('data'),
    acl: readAcl(reader),
    ephemeral: reader.bool('ephemeral'),
    parentCVersion: beforeParentCVersion ? -1 : reader.int('parentCVersion'),
  };
}

/** No server writes a multi within a multi; whoever makes one up could nest them without end. Source: `DataTree.processTxn`. */
function readSubTxn(reader: JuteReader): TxnBody {
  const { offset } = reader;
  const type = readType(reader);
  if (type === 'multi') throw new StoreError({ message: `Invalid type of op: ${txnTypeNumber(type)}`, exitCode: 1, offset });
  const start = reader.offset + 4;
  const record = reader.buffer('sub-record') ?? new Uint8Array();
  return type === 'error' && record.length > ERROR_SIZE ? errorIn(record) : readBody(type, new JuteReader(record, start));
}

/** Of the record of an error: its code. */
const ERROR_SIZE = 4;

function readDigest(reader: JuteReader): number {
  reader.int('digest.version');
  return reader.long('digest.treeDigest');
}

function readPath(reader: JuteReader): string {
  return reader.string('path') ?? '';
}

export function writeAcl(writer: JuteWriter, acl: readonly Acl[]): JuteWriter {
  writer.vector(acl.length);
  for (const { perms, scheme, id } of acl) writer.int(perms).string(scheme).string(id);
  return writer;
}

export function readAcl(reader: JuteReader): Acl[] {
  return readMany(reader, 'acl', () => ({
    perms: reader.int('perms'),
    scheme: reader.string('scheme') ?? '',
    id: reader.string('id') ?? '',
  }));
}

/** A vector; null reads as empty. The count is not trusted: a wrong one runs into the end of the bytes. */
function readMany<T>(reader: JuteReader, field: string, readOne: () => T): T[] {
  const count = reader.vector(field) ?? 0;
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(readOne());
  return items;
}

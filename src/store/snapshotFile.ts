/**
 * A snapshot file as a plain value, byte-exact both ways.
 *
 * Layout: header; sessions; ACL map; nodes in pre-order up to the path "/"; seal; digest and seal; last zxid and seal.
 *
 * Source: `FileSnap`, `SerializeUtils.serializeSnapshot`, `DataTree.serialize`, `SnapStream`.
 */
import type { Bytes, SessionId } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { Acl, StatPersisted } from '../tree/types.ts';
import { ADLER_START, adler32 } from './adler.ts';
import { EndOfBytes, StoreError } from './errors.ts';
import { JuteReader, JuteWriter } from './jute.ts';
import { readAcl, writeAcl } from './txnCodec.ts';

/** "ZKSN". */
export const SNAPSHOT_MAGIC = 0x5a4b534e;
const SNAPSHOT_VERSION = 2;
/** The path that ends the list of nodes, and the text behind every checksum. */
const END_MARK = '/';

export interface SnapshotNode {
  /** The root is "". */
  readonly path: string;
  readonly data: Bytes | null;
  readonly acl: number;
  readonly stat: StatPersisted;
}

/** `ZxidDigest`: the tree digest after the last txn that was processed while the snapshot was written. All zeros: unknown. */
export interface SnapshotDigest {
  readonly zxid: Zxid;
  readonly digestVersion: number;
  readonly digest: number;
}

export interface SnapshotImage {
  readonly sessions: readonly (readonly [SessionId, number])[];
  readonly acls: readonly (readonly [number, readonly Acl[]])[];
  /** In the order of the file: a node follows its parent, siblings come in the hash order of the writer. */
  readonly nodes: readonly SnapshotNode[];
  /** Absent in versions before 3.6 and where digests are switched off. */
  readonly digest: SnapshotDigest | null;
  /** Absent in versions before 3.9. */
  readonly lastProcessedZxid: Zxid | null;
}

/** What a reader has seen so far; after a failure, the sessions in it have already reached the server (rule R-42). */
export interface SnapshotSink {
  readonly sessions: (readonly [SessionId, number])[];
}

/**
 * Whether a file looks like a finished snapshot: long enough, and ending with the text behind its last checksum. Says nothing about what is
 * in between.
 *
 * Source: `SnapStream.isValidSnapshot`.
 */
export function looksValid(bytes: Bytes): boolean {
  if (bytes.length < 10) return false;
  return [0, 0, 0, 1, 0x2f].every((byte, i) => bytes[bytes.length - 5 + i] === byte);
}

/**
 * Reads a snapshot, checking every seal.
 *
 * @throws StoreError naming the byte offset: wrong magic, bytes that end early, "CRC corruption", a node without parent.
 */
export function parseSnapshotFile(bytes: Bytes, sink: SnapshotSink = { sessions: [] }): SnapshotImage {
  const reader = new JuteReader(bytes);
  const magic = reader.int('magic');
  if (magic !== SNAPSHOT_MAGIC)
    throw new StoreError({ message: `mismatching magic headers ${magic} != ${SNAPSHOT_MAGIC}`, exitCode: 1, offset: 0 });
  reader.int('version');
  reader.long('dbid');
  readSessions(reader, sink);
  const acls = readAclMap(reader);
  const nodes = readNodes(reader);
  checkSeal(reader, bytes);
  const digest = ifPresent(() => readDigest(reader));
  if (digest !== null) checkSeal(reader, bytes);
  const lastProcessedZxid = ifPresent(() => reader.zxid('lastProcessedZxid'));
  if (lastProcessedZxid !== null) checkSeal(reader, bytes);
  return { sessions: sink.sessions, acls, nodes, digest, lastProcessedZxid };
}

export function encodeSnapshotFile(image: SnapshotImage): Bytes {
  const writer = new JuteWriter(4096);
  writeSnapshotHead(writer, image.sessions, image.acls);
  for (const node of image.nodes) writeNode(writer, node);
  writeSnapshotTail(writer, ADLER_START, image);
  return writer.bytes();
}

/** Header, sessions and ACL map. */
export function writeSnapshotHead(writer: JuteWriter, sessions: SnapshotImage['sessions'], acls: SnapshotImage['acls']): void {
  writer.int(SNAPSHOT_MAGIC).int(SNAPSHOT_VERSION).long(-1).int(sessions.length);
  for (const [id, timeoutMs] of sessions) writer.long(id).int(timeoutMs);
  writer.int(acls.length);
  for (const [key, acl] of acls) writeAcl(writer.long(key), acl);
}

export function writeNode(writer: JuteWriter, { path, data, acl, stat }: SnapshotNode): void {
  writer.string(path).buffer(data).long(acl);
  writer.long(stat.czxid).long(stat.mzxid).long(stat.ctime).long(stat.mtime).int(stat.version).int(stat.cversion).int(stat.aversion);
  writer.long(stat.ephemeralOwner).long(stat.pzxid);
}

/**
 * End mark and seals.
 *
 * @param before checksum of what was written before this writer's first byte.
 * @returns the checksum of the whole file.
 */
export function writeSnapshotTail(writer: JuteWriter, before: number, tail: Pick<SnapshotImage, 'digest' | 'lastProcessedZxid'>): number {
  let sealed = 0;
  let sum = before;
  const seal = (): void => {
    sum = adler32(writer.view(sealed), sum);
    sealed = writer.length;
    writer.long(sum).string(END_MARK);
  };
  writer.string(END_MARK);
  seal();
  if (tail.digest !== null) {
    writer.long(tail.digest.zxid).int(tail.digest.digestVersion).long(tail.digest.digest);
    seal();
  }
  if (tail.lastProcessedZxid !== null) {
    writer.long(tail.lastProcessedZxid);
    seal();
  }
  return adler32(writer.view(sealed), sum);
}

function readSessions(reader: JuteReader, sink: SnapshotSink): void {
  for (let left = reader.int('sessionCount'); left > 0; left--) sink.sessions.push([reader.session('sessionId'), reader.int('timeout')]);
}

function readAclMap(reader: JuteReader): [number, Acl[]][] {
  const acls: [number, Acl[]][] = [];
  for (let left = reader.int('aclCount'); left > 0; left--) acls.push([reader.long('aclKey'), readAcl(reader)]);
  return acls;
}

function readNodes(reader: JuteReader): SnapshotNode[] {
  const nodes: SnapshotNode[] = [];
  const paths = new Set<string>();
  for (;;) {
    const offset = reader.offset;
    const path = reader.string('path');
    if (path === END_MARK) {
      // The real server dies of a null pointer; there is nothing to serve either way.
      if (nodes.length === 0) throw new StoreError({ message: 'Invalid Datatree, it has no root node', exitCode: 1, offset });
      return nodes;
    }
    if (path === null) throw new StoreError({ message: 'Invalid Datatree, a node has no path', exitCode: 1, offset });
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (path !== '' && !(path.startsWith('/') && paths.has(parent))) {
      throw new StoreError({
        message: `Invalid Datatree, unable to find parent ${parent} of path ${path}`,
        exitCode: 1,
        offset,
      });
    }
    paths.add(path);
    nodes.push({ path, data: reader.buffer('data'), acl: reader.long('acl'), stat: readStat(reader) });
  }
}

function readStat(reader: JuteReader): StatPersisted {
  const czxid = reader.zxid('czxid');
  const mzxid = reader.zxid('mzxid');
  const ctime = reader.long('ctime');
  const mtime = reader.long('mtime');
  const version = reader.int('version');
  const cversion = reader.int('cversion');
  const aversion = reader.int('aversion');
  const ephemeralOwner = reader.session('ephemeralOwner');
  return { czxid, mzxid, pzxid: reader.zxid('pzxid'), ctime, mtime, version, cversion, aversion, ephemeralOwner };
}

function readDigest(reader: JuteReader): SnapshotDigest {
  return { zxid: reader.zxid('digest.zxid'), digestVersion: reader.int('digest.version'), digest: reader.long('digest') };
}

/** The checksum covers all bytes in front of it, earlier seals included. */
function checkSeal(reader: JuteReader, bytes: Bytes): void {
  const offset = reader.offset;
  const written = reader.long('checksum');
  reader.string('seal');
  const real = adler32(bytes.subarray(0, offset));
  if (written !== real)
    throw new StoreError({ message: `CRC corruption: the checksum says ${written}, the bytes give ${real}`, exitCode: 1, offset });
}

/** Sections that older versions did not write: missing ones are null, not an error. */
function ifPresent<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof EndOfBytes) return null;
    throw error;
  }
}

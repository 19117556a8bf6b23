/** Files as a directory of some server might hold them, made by hand. */
import { utf8, type Bytes } from '../../src/base/ids.ts';
import { ZXID_ZERO, zxid, type Zxid } from '../../src/base/zxid.ts';
import { JuteWriter } from '../../src/store/jute.ts';
import { encodeLogHeader, encodeRecord } from '../../src/store/logFile.ts';
import { logName, snapshotName } from '../../src/store/names.ts';
import { encodeSnapshotFile, type SnapshotImage, type SnapshotNode } from '../../src/store/snapshotFile.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import type { StatPersisted, TxnBody } from '../../src/tree/types.ts';

type Acls = SnapshotImage['acls'];
export type Files = Readonly<Record<string, Bytes>>;
export const EPOCHS: Files = { currentEpoch: utf8('1'), acceptedEpoch: utf8('1') };
/** Where the snapshot of most of these directories stands. */
export const AT = zxid(1, 5);
const STAT: StatPersisted = {
  czxid: ZXID_ZERO,
  mzxid: ZXID_ZERO,
  pzxid: ZXID_ZERO,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: '0x0',
};

export function node(path: string, stat: Partial<StatPersisted> = {}, acl = 1): SnapshotNode {
  return { path, data: utf8('x'), acl, stat: { ...STAT, ...stat } };
}
export const ROOT: readonly SnapshotNode[] = [node('', {}, -1), node('/zookeeper', {}, -1), node('/zookeeper/quota', {}, -1), node('/zookeeper/config', {}, -1)];

export function snapshot(nodes: readonly SnapshotNode[], acls: Acls = [[1, OPEN_ACL]], sessions: SnapshotImage['sessions'] = []): Bytes {
  return encodeSnapshotFile({ sessions, acls, nodes, digest: null, lastProcessedZxid: null });
}

/** A record's txn bytes: the header, then whatever is in `body`. */
export function raw(at: Zxid, type: number, body: (writer: JuteWriter) => unknown): Bytes {
  const writer = new JuteWriter();
  writer.long('0x0').int(0).long(at).long(0).int(type);
  body(writer);
  return writer.bytes();
}

export function txn(at: Zxid, body: TxnBody): Bytes {
  return encodeTxn({ session: '0x1', cxid: 0, zxid: at, time: 0, body, digest: null });
}

export function log(...records: readonly Bytes[]): Bytes {
  return joined(encodeLogHeader(), ...records.map(encodeRecord));
}

export function joined(...parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function withSnapshot(nodes: readonly SnapshotNode[], acls?: Acls): Files {
  return { ...EPOCHS, [snapshotName(AT)]: snapshot(nodes, acls) };
}

/** The txns come behind a fresh tree at 1:5. */
export function withLog(...records: readonly Bytes[]): Files {
  return { ...EPOCHS, [snapshotName(AT)]: snapshot(ROOT), [logName(zxid(1, 6))]: log(...records) };
}


/**
 * Disks that no run leaves behind within a sensible time, or that only another version wrote: counters about to wrap, records of old formats, files that
 * are whole by their checksums and wrong inside.
 */
import { utf8, type Bytes } from '../../src/base/ids.ts';
import { ZXID_ZERO, zxid, type Zxid } from '../../src/base/zxid.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { InlineHost } from '../../src/ensemble/host/inline.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { diskOf } from '../../src/store/disk.ts';
import { JuteWriter } from '../../src/store/jute.ts';
import { encodeLogHeader, encodeRecord } from '../../src/store/logFile.ts';
import { logName, snapshotName } from '../../src/store/names.ts';
import { serializeSnapshot } from '../../src/store/snapshot.ts';
import { encodeSnapshotFile, type SnapshotNode } from '../../src/store/snapshotFile.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { Acl, ClientOp, CreateMode, StatPersisted, TxnBody } from '../../src/tree/types.ts';

type Files = Readonly<Record<string, Bytes>>;
interface World {
  readonly files: Files;
  readonly requests?: readonly ClientOp[];
  readonly profile?: string;
}

const EPOCHS: Files = { currentEpoch: utf8('1'), acceptedEpoch: utf8('1') };
const AT = zxid(1, 5);
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

function node(path: string, stat: Partial<StatPersisted> = {}, acl = 1): SnapshotNode {
  return { path, data: utf8('x'), acl, stat: { ...STAT, ...stat } };
}
const ROOT = [node('', {}, -1), node('/zookeeper', {}, -1), node('/zookeeper/quota', {}, -1), node('/zookeeper/config', {}, -1)];

function snapshot(nodes: readonly SnapshotNode[], acls: readonly (readonly [number, readonly Acl[]])[] = [[1, OPEN_ACL]]): Bytes {
  return encodeSnapshotFile({ sessions: [], acls, nodes, digest: null, lastProcessedZxid: null });
}

/** A record's txn bytes: the header, then whatever is in `body`. */
function raw(at: Zxid, type: number, body: (writer: JuteWriter) => unknown): Bytes {
  const writer = new JuteWriter();
  writer.long('0x0').int(0).long(at).long(0).int(type);
  body(writer);
  return writer.bytes();
}

function txn(at: Zxid, body: TxnBody): Bytes {
  return encodeTxn({ session: '0x1', cxid: 0, zxid: at, time: 0, body, digest: null });
}

function log(...records: readonly Bytes[]): Bytes {
  const parts = [encodeLogHeader(), ...records.map(encodeRecord)];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function withSnapshot(nodes: readonly SnapshotNode[], acls?: readonly (readonly [number, readonly Acl[]])[]): Files {
  return { ...EPOCHS, [snapshotName(AT)]: snapshot(nodes, acls) };
}

/** The txns come behind a fresh tree at 1:5. */
function withLog(...records: readonly Bytes[]): Files {
  return { ...EPOCHS, [snapshotName(AT)]: snapshot(ROOT), [logName(zxid(1, 6))]: log(...records) };
}

function create(path: string, mode: CreateMode = 'persistent'): ClientOp {
  return { op: 'create', path, data: utf8('1'), acl: OPEN_ACL, mode };
}
const set = (path: string): ClientOp => ({ op: 'setData', path, data: utf8('2'), version: -1 });

const six = zxid(1, 6);
const seven = zxid(1, 7);

export const WORLDS: Readonly<Record<string, World>> = {
  'a version that is about to be -1': {
    files: withSnapshot([...ROOT, node('/a', { version: -2, aversion: -2 })]),
    requests: [set('/a'), set('/a'), { op: 'setACL', path: '/a', acl: OPEN_ACL, version: -1 }],
  },
  'the same where it becomes -1': {
    files: withSnapshot([...ROOT, node('/a', { version: -2 })]),
    requests: [set('/a'), set('/a')],
    profile: '3.8.0',
  },
  'a sequence that has overflowed': {
    files: withSnapshot([...ROOT, node('/a', { cversion: -5 }), node('/b', { cversion: 0x7fff_ffff })]),
    requests: [create('/a/s', 'persistentSequential'), create('/b/s', 'persistentSequential'), create('/b/t', 'persistentSequential')],
  },
  'a zxid whose successor is of the next epoch': { files: { ...EPOCHS, [snapshotName(zxid(1, 0xffff_ffff))]: snapshot(ROOT) } },
  'records of ZooKeeper 3.3': {
    files: withLog(
      raw(six, 1, (writer) => writer.string('/old').buffer(utf8('1')).vector(0).bool(false)),
      raw(seven, -11, () => undefined),
      txn(zxid(1, 8), { type: 'closeSession', paths: null }),
    ),
  },
  'a type that no txn has': { files: withLog(raw(six, 99, () => undefined)) },
  'a record that is too short for its fields': { files: withLog(raw(six, 5, (writer) => writer.string('/a'))) },
  'an error with a code that has no name': { files: withLog(raw(six, -1, (writer) => writer.int(-9_999))) },
  'nulls where there should be something': {
    files: withLog(
      raw(six, 2, (writer) => writer.string(null)),
      raw(seven, 7, (writer) => writer.string('/').vector(1).int(31).string(null).string(null).int(1)),
      raw(zxid(1, 8), 14, (writer) => writer.vector(-1)),
      raw(zxid(1, 9), 14, (writer) => writer.vector(1).int(2).buffer(null)),
    ),
  },
  'txns on nodes that are not there': {
    files: withLog(
      txn(six, { type: 'setData', path: '/none', data: null, version: 1 }),
      txn(seven, { type: 'setACL', path: '/none', acl: OPEN_ACL, version: 1 }),
      txn(zxid(1, 8), { type: 'delete', path: '/none/x' }),
      txn(zxid(1, 9), { type: 'create', path: '/none/x', data: null, acl: OPEN_ACL, ephemeral: false, parentCVersion: 1 }),
      txn(zxid(1, 10), { type: 'multi', txns: [{ type: 'createSession', timeoutMs: 1 }] }),
      txn(zxid(1, 11), {
        type: 'multi',
        txns: [
          { type: 'setData', path: '/none', data: null, version: 1 },
          { type: 'delete', path: '/none' },
        ],
      }),
      txn(zxid(1, 12), { type: 'reconfig', path: '/zookeeper/config', data: utf8('1'), version: 1 }),
    ),
  },
  'a snapshot without a root': { files: withSnapshot([]) },
  'a snapshot whose first node is no path': { files: withSnapshot([node('nonsense')]) },
  'a snapshot with a node before its parent': { files: withSnapshot([...ROOT, node('/a/b')]) },
  'a snapshot with a node that has no path': {
    files: withSnapshot([...ROOT, { ...node('/a'), path: null as unknown as string }]),
  },
  'a snapshot without /zookeeper': { files: withSnapshot([node('', {}, -1)]), requests: [create('/a')] },
  'an access list without entries': { files: withSnapshot([...ROOT, node('/a', {}, 2)], [[1, OPEN_ACL], [2, []]]), requests: [set('/a')] },
  'nodes of every kind of owner': {
    files: withSnapshot([
      ...ROOT,
      node('/c', { ephemeralOwner: '0x8000000000000000' }),
      node('/t', { ephemeralOwner: '0xff00000000000001' }),
      node('/e', { ephemeralOwner: '0x1' }),
    ]),
    requests: [create('/c/x'), { op: 'delete', path: '/c', version: -1 }, { op: 'delete', path: '/t', version: -1 }, create('/e/x')],
  },
  'the log of a first start that was cut at the header': { files: { ...EPOCHS, [snapshotName(ZXID_ZERO)]: serializeSnapshot(newTree(null, 0)), [logName(six)]: new Uint8Array(3) } },
  'a log of something else': { files: { ...EPOCHS, [snapshotName(AT)]: snapshot(ROOT), [logName(six)]: utf8('this is not a log at all') } },
  'two names for one zxid': { files: { ...EPOCHS, [snapshotName(AT)]: snapshot(ROOT), [`log.${'0'.repeat(3)}100000006`]: log(), [logName(six)]: log() } },
};

/** @returns events of the run. */
export function runWorld({ files, requests = [], profile = 'current' }: World, host: InlineHost): number {
  host.load(new Map());
  const scenario = parseScenario({ profile, servers: 1, cfg: { tickTime: 100, extendedTypesEnabled: true }, bootMs: 10 }, 'world');
  const ensemble = new Ensemble({ ...optionsOf(scenario), checkpointEvery: Infinity }, host, { disks: new Map([[1, diskOf(files)]]) });
  ensemble.command({ type: 'start', sid: 1 });
  ensemble.run({ untilMs: 1_000 });
  if (requests.length > 0) ensemble.command({ type: 'connect', client: 1, timeoutMs: 1_000 });
  ensemble.run({ untilMs: 2_000 });
  for (const request of requests) ensemble.command({ type: 'request', client: 1, request });
  ensemble.run({ untilMs: 200_000 });
  return ensemble.trace.length;
}

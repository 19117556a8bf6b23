/**
 * Disks that no run leaves behind within a sensible time, or that only another version wrote: counters about to wrap, records of old formats, files that
 * are whole by their checksums and wrong inside.
 */
import { utf8 } from '../../src/base/ids.ts';
import { ZXID_ZERO, zxid } from '../../src/base/zxid.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { InlineHost } from '../../src/ensemble/host/inline.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { diskOf } from '../../src/store/disk.ts';
import { logName, snapshotName } from '../../src/store/names.ts';
import { serializeSnapshot } from '../../src/store/snapshot.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { ClientOp, CreateMode } from '../../src/tree/types.ts';
import { AT, EPOCHS, joined, log, node, raw, ROOT, snapshot, txn, withLog, withSnapshot, type Files } from './files.ts';

interface World {
  readonly files: Files;
  readonly requests?: readonly ClientOp[];
  readonly profile?: string;
}

function create(path: string, mode: CreateMode = 'persistent'): ClientOp {
  return { op: 'create', path, data: utf8('1'), acl: OPEN_ACL, mode };
}
const set = (path: string): ClientOp => ({ op: 'setData', path, data: utf8('2'), version: -1 });

const six = zxid(1, 6);
const seven = zxid(1, 7);

/** A log whose last record was not written as a record should be. */
function torn(...bytes: readonly number[]): Files {
  const whole = log(txn(six, { type: 'createSession', timeoutMs: 1 }));
  return { ...withLog(), [logName(six)]: joined(whole, Uint8Array.from(bytes)) };
}

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
  'three names for one zxid': {
    files: {
      ...EPOCHS,
      [snapshotName(AT)]: snapshot(ROOT),
      [logName(six)]: log(),
      [`log.${'0'.repeat(3)}100000006`]: log(),
      [`log.${'0'.repeat(6)}100000006`]: log(),
      [`${logName(six)}.old`]: log(),
    },
  },
  'the first bytes of a record': { files: torn(1, 2, 3) },
  'a record whose length was not written': { files: torn(0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0) },
  'a record of a negative length': { files: torn(0, 0, 0, 0, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 1) },
  'a record of an unreasonable length': { files: torn(0, 0, 0, 0, 1, 2, 3, 4, 0x7f, 0, 0, 0, 1) },
  'a child that its parent has lost': {
    files: {
      ...withSnapshot([...ROOT, node('/a', { ephemeralOwner: '0x1' }), node('/a/b', { ephemeralOwner: '0x1' })]),
      [logName(six)]: log(
        txn(six, { type: 'delete', path: '/a' }),
        txn(seven, { type: 'create', path: '/a', data: null, acl: OPEN_ACL, ephemeral: false, parentCVersion: 1 }),
        txn(zxid(1, 8), { type: 'create', path: '/a/b', data: null, acl: OPEN_ACL, ephemeral: true, parentCVersion: 1 }),
      ),
    },
    requests: [create('/a/b'), { op: 'delete', path: '/a/b', version: -1 }, { op: 'delete', path: '/a', version: -1 }],
  },
  'a multi whose error stands first': {
    files: withLog(
      txn(six, {
        type: 'multi',
        txns: [
          { type: 'error', err: 'NONODE' },
          { type: 'delete', path: '/zookeeper/quota' },
        ],
      }),
    ),
  },
  'access lists that are missing': {
    files: withSnapshot([...ROOT, node('/a', {}, 7), node('/c', { ephemeralOwner: '0x8000000000000000', cversion: 1 }, 7), node('/b')]),
    requests: [
      set('/a'),
      create('/a'),
      create('/a/x'),
      { op: 'setACL', path: '/a', acl: OPEN_ACL, version: -1 },
      { op: 'delete', path: '/a', version: -1 },
      { op: 'multi', ops: [create('/d'), set('/a'), create('/e')] },
      { op: 'getData', path: '/a' },
      { op: 'getACL', path: '/a' },
      { op: 'multiRead', ops: ['/b', '/a'].map((path) => ({ op: 'getData', path })) },
    ],
  },
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

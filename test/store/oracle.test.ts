/**
 * The data directories of real 3.8.0 servers: read, written back byte for byte, and recovered to what ZooKeeper's own code makes of them.
 */
import { describe, expect, it } from 'vitest';
import { mapEntries } from '../../src/base/chunked.ts';
import { fromUtf8 } from '../../src/base/ids.ts';
import { formatZxid } from '../../src/base/zxid.ts';
import { describeFile } from '../../src/store/decode.ts';
import { diskOf, exportFiles, fileNames } from '../../src/store/disk.ts';
import { encodeLogHeader, encodeRecord, scanLog } from '../../src/store/logFile.ts';
import { recover } from '../../src/store/recovery.ts';
import { encodeSnapshotFile, looksValid, parseSnapshot, parseSnapshotFile, serializeSnapshot } from '../../src/store/snapshot.ts';
import { decodeTxn, encodeTxn } from '../../src/store/txnCodec.ts';
import { statOf } from '../../src/tree/tree.ts';
import type { DataTree } from '../../src/tree/types.ts';
import { dataDirs, filesIn, jsonOf, openRecording, recordingNames, type Recording } from '../golden/archive.ts';
import { OPTIONS, plain, toHex, z } from './helpers.ts';

interface ExpectedNode {
  readonly path: string;
  readonly data: string;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly czxid: string;
  readonly mzxid: string;
  readonly pzxid: string;
  readonly ephemeralOwner: string;
  readonly numChildren: number;
}
type Shared<T> = T | { readonly sameAs: string };
interface ExpectedRecovery {
  readonly error?: string;
  readonly lastZxid: string;
  readonly treeDigest: string;
  readonly sessions: Record<string, number>;
  readonly tree: Shared<readonly ExpectedNode[]>;
}
interface ExpectedServer {
  readonly files: readonly string[];
  readonly logs: readonly {
    readonly file: string;
    readonly size: number;
    readonly count?: number;
    readonly first?: string;
    readonly last?: string;
    readonly end?: string;
    readonly error?: string;
  }[];
  readonly snapshots: readonly {
    readonly file: string;
    readonly size: number;
    readonly readable?: boolean;
    readonly nodeCount?: number;
    readonly sessions?: number;
    readonly valid?: boolean;
  }[];
  readonly recovered: ExpectedRecovery;
}
interface Expected {
  readonly servers: Record<string, ExpectedServer>;
}

/** What was damaged on purpose and not replaced later; everything else must read without a complaint. */
const DAMAGED_LOGS = new Set([
  '15-torn-log-tail/s1/log.100000001',
  '15-torn-log-tail/s2/log.100000001',
  '16b-log-crc-last-record/s1/log.100000001',
  '16d-log-header-broken/s1/log.100000001',
]);
const DAMAGED_SNAPSHOTS = new Set(['17-newest-snapshot-corrupt/s1/snapshot.10000002d', '17-newest-snapshot-corrupt/s2/snapshot.100000029']);

describe.each(recordingNames())('%s', (name) => {
  const recording = openRecording(name);
  const expected = jsonOf(recording, 'expected.json') as Expected;

  it.each(dataDirs(recording))('%s survives reading and writing, byte for byte', (dir) => {
    const files = filesIn(recording, dir);
    expect(Object.keys(files).length).toBeGreaterThan(0);
    for (const [file, bytes] of Object.entries(files)) {
      if (file.startsWith('snapshot.') && looksValid(bytes) && readable(bytes))
        expect(toHex(encodeSnapshotFile(parseSnapshotFile(bytes)))).toBe(toHex(bytes));
      if (file.startsWith('log.')) expect(toHex(rewritten(bytes))).toBe(toHex(bytes.subarray(0, scanLog(bytes).endOffset)));
    }
    const exported = exportFiles(diskOf(files), { padTo: Infinity });
    expect(Object.keys(exported).sort()).toEqual(Object.keys(files).sort());
    for (const [file, bytes] of Object.entries(files)) expect(Buffer.compare(exported[file] ?? new Uint8Array(), bytes), file).toBe(0);
  });

  it.each(Object.entries(expected.servers))('server %s recovers to what ZooKeeper itself recovers', (sid, server) => {
    const disk = diskOf(filesIn(recording, `s${sid}/version-2`));
    expect(fileNames(disk)).toEqual(expect.arrayContaining([...server.files]));
    const outcome = recover(disk, OPTIONS);
    if (server.recovered.error !== undefined) {
      if (outcome.ok) throw new Error(`the real server died of ${server.recovered.error}`);
      expect(server.recovered.error).toContain(outcome.failure.message.split(':')[0]);
      return;
    }
    if (!outcome.ok && /^The current epoch/.test(outcome.failure.message)) {
      expect(problemsOf(recording, sid)).toContain(outcome.failure.message);
      return;
    }
    if (!outcome.ok) throw new Error(outcome.failure.message);
    const { tree } = outcome.recovered;
    expect(formatZxid(tree.lastProcessedZxid)).toBe(server.recovered.lastZxid);
    expect(String(tree.digest)).toBe(server.recovered.treeDigest);
    expect(Object.fromEntries(mapEntries(tree.sessions))).toEqual(server.recovered.sessions);
    expect(flat(tree)).toEqual(treeOfServer(expected, sid));
    expect(plain(parseSnapshot(serializeSnapshot(tree), tree.lastProcessedZxid))).toEqual(plain(tree));
  });

  it.each(Object.entries(expected.servers))('the files of server %s hold what the real tools find in them', (sid, server) => {
    const files = filesIn(recording, `s${sid}/version-2`);
    for (const { file, count, first, last } of server.logs) {
      if (count === undefined) continue;
      const bytes = files[file] ?? new Uint8Array();
      const { records, end } = scanLog(bytes);
      const damaged = end === 'crc' || end === 'partial' || end === 'shortHeader';
      expect(damaged, `${file} ends: ${end}`).toBe(DAMAGED_LOGS.has(`${name}/s${sid}/${file}`));
      expect(describeFile(file, bytes, { limit: Infinity }).end.damaged).toBe(damaged);
      if (!damaged)
        expect({ count: records.length, first: zxidText(records[0]), last: zxidText(records.at(-1)) }).toEqual({ count, first, last });
      if (end !== 'shortHeader') expect(describeFile(file, bytes, { limit: Infinity }).records.length).toBe(records.length + 1);
    }
    for (const { file, nodeCount, sessions } of server.snapshots) {
      const bytes = files[file] ?? new Uint8Array();
      const damaged = DAMAGED_SNAPSHOTS.has(`${name}/s${sid}/${file}`);
      expect(!looksValid(bytes) || !readable(bytes), file).toBe(damaged);
      expect(describeFile(file, bytes, { limit: Infinity }).end.damaged, file).toBe(damaged);
      if (damaged) continue;
      const image = parseSnapshotFile(bytes);
      // The real tool counts the root twice: as "" and as "/".
      expect({ nodes: image.nodes.length + 1, sessions: image.sessions.length }).toEqual({ nodes: nodeCount, sessions });
    }
  });
});

function readable(bytes: Uint8Array): boolean {
  try {
    parseSnapshot(bytes, z(0));
    return true;
  } catch {
    return false;
  }
}

/** Header and whole records, each decoded and encoded again. */
function rewritten(bytes: Uint8Array): Uint8Array {
  if (scanLog(bytes).end === 'shortHeader') return bytes;
  return Buffer.concat([encodeLogHeader(), ...scanLog(bytes).records.map((record) => encodeRecord(encodeTxn(decodeTxn(record.bytes))))]);
}

function zxidText(record: { readonly txn: { readonly zxid: { epoch: number; counter: number } } } | undefined): string | undefined {
  return record === undefined ? undefined : formatZxid(record.txn.zxid);
}

function treeOfServer(expected: Expected, sid: string): readonly ExpectedNode[] {
  const tree = expected.servers[sid]?.recovered.tree ?? [];
  return 'sameAs' in tree ? treeOfServer(expected, tree.sameAs) : tree;
}

function problemsOf(recording: Recording, sid: string): string {
  return fromUtf8(recording.get(`s${sid}/server.log`) ?? new Uint8Array());
}

function flat(tree: DataTree): ExpectedNode[] {
  return [...mapEntries(tree.nodes)]
    .map(([path, node]) => {
      const { version, cversion, aversion, czxid, mzxid, pzxid, ephemeralOwner, numChildren } = statOf(node);
      return {
        path: path === '' ? '/' : path,
        data: dataText(fromUtf8(node.data ?? new Uint8Array())),
        version,
        cversion,
        aversion,
        czxid: formatZxid(czxid),
        mzxid: formatZxid(mzxid),
        pzxid: formatZxid(pzxid),
        ephemeralOwner,
        numChildren,
      };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Long data is recorded by its length only. */
function dataText(data: string): string {
  return data.length > 200 ? `len:${data.length}` : data;
}

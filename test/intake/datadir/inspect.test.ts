/** The data directories of real 3.8.0 servers: every file decoded, damage located, and whether the server starts, as the recordings tell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../../src/base/ids.ts';
import { formatZxid } from '../../../src/base/zxid.ts';
import { describe as describeRecords, inspect, recordAt } from '../../../src/intake/datadir/inspect.ts';
import { recoverySteps } from '../../../src/intake/datadir/steps.ts';
import { toDisk } from '../../../src/intake/datadir/toDisk.ts';
import type { Damage, DirectoryReport } from '../../../src/intake/datadir/types.ts';
import { IntakeCancelled, memoryFile } from '../../../src/intake/files.ts';
import { diskOf, exportFiles } from '../../../src/store/disk.ts';
import { serializeSnapshot } from '../../../src/store/snapshot.ts';
import { applyTxn } from '../../../src/tree/apply.ts';
import { newTree } from '../../../src/tree/tree.ts';
import type { DataTree, Txn } from '../../../src/tree/types.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../../src/zab/profile.ts';
import { filesIn, jsonOf, openRecording, recordingNames } from '../../golden/archive.ts';
import { create, serverDisk, txn, z } from '../../store/helpers.ts';
import { inspectAll, ofServer, serverFiles } from '../helpers.ts';

interface ExpectedTxn {
  readonly zxid: string;
  readonly type: string;
  readonly session: string;
  readonly cxid: number;
  readonly path?: string;
  readonly version?: number;
  readonly crcOk?: boolean;
}
interface ExpectedServer {
  readonly acceptedEpoch: string | null;
  readonly currentEpoch: string | null;
  readonly files: readonly string[];
  readonly logs: readonly {
    readonly file: string;
    readonly size: number;
    readonly count?: number;
    readonly first?: string;
    readonly last?: string;
  }[];
  readonly txns: readonly ExpectedTxn[] | { readonly sameAs: string };
  readonly snapshots: readonly { readonly file: string; readonly size: number; readonly nodeCount?: number; readonly sessions?: number }[];
  readonly recovered:
    | { readonly error?: string; readonly lastZxid: string; readonly nodeCount: number; readonly treeDigest: string }
    | { readonly sameAs: string };
}
type Servers = Readonly<Record<string, ExpectedServer>>;

const serversOf = (name: string): Servers => (jsonOf(openRecording(name), 'expected.json') as { servers: Servers }).servers;
const txnsOf = (servers: Servers, sid: string): readonly ExpectedTxn[] => {
  const txns = servers[sid]?.txns ?? [];
  return 'sameAs' in txns ? txnsOf(servers, txns.sameAs) : txns;
};
const placed = (damage: readonly Damage[]): unknown[] => damage.map(({ file, offset, kind, effect }) => [file, offset, kind, effect]);

/** What was broken on purpose and left so, where, and what the real server did about it. */
const DAMAGED: Readonly<Record<string, readonly unknown[]>> = {
  '15-torn-log-tail/1': [['log.100000001', 587, 'torn', 'drops']],
  '15-torn-log-tail/2': [['log.100000001', 689, 'torn', 'drops']],
  '16b-log-crc-last-record/1': [['log.100000001', 791, 'checksum', 'stops']],
  '16d-log-header-broken/1': [['log.100000001', 10, 'header', 'stops']],
  '17-newest-snapshot-corrupt/1': [['snapshot.10000002d', 2222, 'snapshotUnfinished', 'fallsBack']],
  '17-newest-snapshot-corrupt/2': [['snapshot.100000029', 4747, 'snapshot', 'fallsBack']],
  '26-epoch-file-lost/2': [['currentEpoch', null, 'epoch', 'stops']],
};

/** Replayed txns that lead to another tree than their leader's: recordings of silent divergence, and no others. */
const DIVERGED: Readonly<Record<string, string>> = {
  '05e-killed-leader-kernel-still-delivers/1': '10 from 0x200000001',
  '05e-killed-leader-kernel-still-delivers/2': '10 from 0x200000001',
  '14b-old-backup-on-majority/3': '6 from 0x200000004',
  '24b-wiped-majority/3': '6 from 0x100000003',
  '27-log-hole-after-stall/1': '203 from 0x100000072',
};

describe.each(recordingNames())('%s', (name) => {
  const servers = serversOf(name);
  const reading = inspectAll(serverFiles(openRecording(name)));

  it.each(Object.keys(servers))('the files of server %s are what the real tools find', async (sid) => {
    const report = ofServer(await reading, Number(sid));
    const expected = servers[sid];
    if (expected === undefined) throw new Error('no such server');
    expect(report.files.map((file) => file.name)).toEqual(expect.arrayContaining([...expected.files]));
    expect([report.acceptedEpoch, report.currentEpoch]).toEqual([Number(expected.acceptedEpoch), Number(expected.currentEpoch)]);
    for (const { file, size, count, first, last } of expected.logs) {
      const log = report.logs.find((one) => one.name === file);
      expect(log?.size).toBe(size);
      if (count === undefined || report.damage.some((one) => one.file === file)) continue;
      expect([log?.index.count, log?.first && formatZxid(log.first), log?.last && formatZxid(log.last)]).toEqual([
        count,
        first ?? null,
        last ?? null,
      ]);
    }
    for (const { file, size, nodeCount, sessions } of expected.snapshots) {
      const snapshot = report.snapshots.find((one) => one.name === file);
      expect(snapshot?.size).toBe(size);
      // The real tool counts the root twice: as "" and as "/".
      if (snapshot !== undefined && snapshot.content !== null)
        expect([snapshot.content.nodes + 1, snapshot.content.sessions]).toEqual([nodeCount, sessions]);
    }
  });

  it.each(Object.keys(servers))('every txn of server %s has the fields that the real toolkit prints', async (sid) => {
    const { logs } = ofServer(await reading, Number(sid));
    const expected = txnsOf(servers, sid).filter(({ crcOk }) => crcOk !== false);
    const found: ExpectedTxn[] = [];
    for (const log of logs) {
      for (const { index, offset } of log.index.range(0)) {
        const record = await recordAt(log, index);
        const fields = Object.fromEntries((record?.fields ?? []).map((field) => [field.name, field.text]));
        expect(record?.offset).toBe(offset);
        found.push({
          zxid: fields['zxid'] ?? '',
          type: fields['type'] ?? '',
          session: fields['clientId'] ?? '',
          cxid: Number(fields['cxid']),
        });
      }
    }
    expect(found).toEqual(expected.map(({ zxid, type, session, cxid }) => ({ zxid, type, session, cxid })));
  });

  it.each(Object.keys(servers))('the damage of server %s is located, and its start foretold', async (sid) => {
    const report = ofServer(await reading, Number(sid));
    expect(placed(report.damage)).toEqual(DAMAGED[`${name}/${sid}`] ?? []);
    const { start } = report;
    const stops = report.damage.some(({ effect }) => effect === 'stops');
    expect(start.starts).toBe(!stops);
    if (start.starts === true) {
      const { recovered } = servers[sid] ?? {};
      const last = recovered === undefined || 'sameAs' in recovered ? null : recovered;
      if (last !== null)
        expect([formatZxid(start.lastZxid), String(start.tree.digest), start.nodes]).toEqual([
          last.lastZxid,
          last.treeDigest,
          last.nodeCount,
        ]);
      const wrong = start.digestMismatches;
      expect(wrong === null ? undefined : `${wrong.count} from ${formatZxid(wrong.first)}`).toBe(DIVERGED[`${name}/${sid}`]);
    } else {
      // The words of the real server's log, or those of the decoder that looked at its disk afterwards.
      const words = start.starts === false ? (start.failure.message.split(':')[0] ?? '') : '';
      const log = fromUtf8(openRecording(name).get(`s${sid}/server.log`) ?? new Uint8Array());
      expect(log + JSON.stringify(servers[sid]?.recovered)).toContain(words);
    }
  });

  it('its directories become the disks they were', async () => {
    const recording = openRecording(name);
    for (const report of await reading) {
      const made = await toDisk(report);
      if (!('disk' in made)) throw new Error(made.refused);
      const files = filesIn(recording, report.path);
      expect(exportFiles(made.disk, { padTo: Infinity })).toEqual(exportFiles(diskOf(files), { padTo: Infinity }));
    }
  });
});

function treeWithout(tree: DataTree, path: string): DataTree {
  return applyTxn(tree, txn(z(9), { type: 'delete', path })).tree;
}

describe('recovery, step by step', () => {
  it('loads the snapshot, replays txn by txn with their places, and ends with the tree of a start', async () => {
    const report = ofServer(await inspectAll(serverFiles(openRecording('04-kill-leader-5'))), 1);
    const steps = (await recoverySteps(report)) ?? [];
    const { start } = report;
    if (start.starts !== true) throw new Error('it should start');
    expect([...new Set(steps.map(({ kind }) => kind))]).toEqual(['snapshotLoaded', 'replayed', 'logEnded', 'epochs', 'ready']);
    expect(steps.at(-1)).toMatchObject({
      kind: 'ready',
      zxid: start.lastZxid,
      nodes: start.tree.nodes.size,
      sessions: start.sessions.length,
    });
    const replayed = steps.filter(({ kind }) => kind === 'replayed');
    for (const { file, range, txns } of replayed) {
      const log = report.logs.find((one) => one.name === file);
      const record = [...(log?.index.range(0) ?? [])].find(({ offset }) => offset === range?.[0]);
      expect([record?.zxid, record === undefined ? 0 : record.offset + record.length]).toEqual([txns?.first, range?.[1]]);
    }
    expect(replayed.at(-1)?.replayed).toBe(replayed.length);
  });

  it.each([
    ['15-torn-log-tail', 1, ['snapshotLoaded', 'logEnded', 'epochs', 'ready']],
    ['16b-log-crc-last-record', 1, ['snapshotLoaded', 'failed']],
    ['17-newest-snapshot-corrupt', 1, ['snapshotSkipped', 'snapshotLoaded', 'logEnded', 'epochs', 'ready']],
    ['26-epoch-file-lost', 2, ['snapshotLoaded', 'logEnded', 'failed']],
  ])('%s, server %i', async (name, sid, kinds) => {
    const steps = (await recoverySteps(ofServer(await inspectAll(serverFiles(openRecording(name))), sid))) ?? [];
    expect([...new Set(steps.map(({ kind }) => kind).filter((kind) => kind !== 'replayed'))]).toEqual(kinds);
    if (name.startsWith('16b'))
      expect(steps.at(-1)).toMatchObject({ file: 'log.100000001', range: [791, 791], message: 'CRC check failed' });
  });

  it('has a bounded number of moments, however many txns there are', async () => {
    const report = ofServer(await inspectAll(serverFiles(openRecording('12c-leader-killed-in-burst'))), 1);
    const steps = (await recoverySteps(report)) ?? [];
    const txns = report.logs.reduce((sum, { index }) => sum + index.count, 0);
    expect(steps.length).toBeLessThan(600);
    expect(steps.reduce((sum, step) => sum + (step.txns?.count ?? 0), 0)).toBe(txns);
  });
});

describe('damage', () => {
  const TXNS = Array.from({ length: 6 }, (_, i) => create(z(i + 1), `/n${i}`, 'x'));
  const GOOD = exportFiles(serverDisk(TXNS));
  const LOG = 'log.100000001';
  const look = (files: Readonly<Record<string, Uint8Array>>, profile = PROFILE_CURRENT): Promise<DirectoryReport> =>
    inspect(
      { path: 'v', sid: 1, sidFrom: 'path', files: Object.entries(files).map(([name, bytes]) => memoryFile(`v/${name}`, bytes)) },
      {},
      { profile },
    );
  const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array): Record<string, Uint8Array> => ({
    ...GOOD,
    [name]: change((GOOD[name] ?? new Uint8Array()).slice()),
  });
  const offsetOf = async (i: number): Promise<number> => (await look(GOOD)).logs[0]?.index.at(i)?.offset ?? 0;

  it('of the middle of a log tells how many whole records stand behind it', async () => {
    const at = await offsetOf(2);
    const { damage, logs, start } = await look(changed(LOG, (bytes) => bytes.with(at + 30, 0xaa)));
    expect(placed(damage)).toEqual([[LOG, at, 'checksum', 'stops']]);
    expect(damage[0]?.fact).toMatchObject({ says: 'serverLog', behind: { count: 3, last: z(6) } });
    expect([logs[0]?.index.count, start.starts]).toEqual([2, false]);
  });

  it('behind the zeros of a log is never read', async () => {
    const { damage, start } = await look(changed(LOG, (bytes) => bytes.with(bytes.length - 100, 7)));
    expect(damage.map(({ kind, effect }) => [kind, effect])).toEqual([['behindPadding', 'unread']]);
    expect(start.starts).toBe(true);
  });

  it('of an empty newest log depends on the version', async () => {
    const files = { ...GOOD, 'log.100000007': new Uint8Array() };
    expect(placed((await look(files)).damage)).toEqual([['log.100000007', 0, 'header', 'mends']]);
    expect(placed((await look(files, PROFILE_3_8_0)).damage)).toEqual([['log.100000007', 0, 'header', 'stops']]);
  });

  it.each([
    [
      'no snapshot',
      Object.fromEntries(Object.entries(GOOD).filter(([name]) => !name.startsWith('snapshot'))),
      [[null, null, 'missing', 'stops']],
    ],
    [
      'no epoch files',
      Object.fromEntries(Object.entries(GOOD).filter(([name]) => !name.endsWith('Epoch'))),
      [
        ['currentEpoch', null, 'missing', 'mends'],
        ['acceptedEpoch', null, 'missing', 'mends'],
      ],
    ],
    ['an epoch file without a number', { ...GOOD, currentEpoch: utf8('one') }, [['currentEpoch', 0, 'epoch', 'stops']]],
    ['an accepted epoch behind the current one', { ...GOOD, acceptedEpoch: utf8('0') }, [['acceptedEpoch', null, 'epoch', 'stops']]],
  ])('%s', async (_, files, expected) => {
    expect(placed((await look(files)).damage)).toEqual(expected);
  });

  it('is not seen in the digests of txns that a fuzzy snapshot holds already', async () => {
    const txns: Txn[] = [];
    const trees: DataTree[] = [newTree(null)];
    for (const one of TXNS) {
      const { tree } = applyTxn(trees.at(-1) ?? newTree(null), one);
      trees.push(tree);
      txns.push({ ...one, digest: tree.digest });
    }
    const files = exportFiles(serverDisk(txns));
    // Begun after txn 3, ended after txn 5.
    const fuzzy = { ...files, 'snapshot.100000003': serializeSnapshot(trees[5] ?? newTree(null)) };
    const { start } = await look(fuzzy);
    expect(start).toMatchObject({ starts: true, digestMismatches: null, lastZxid: z(6) });
    // Without txn 2 in it, the same snapshot is missing something for good.
    const hollow = {
      ...files,
      'snapshot.100000003': serializeSnapshot({ ...treeWithout(trees[5] ?? newTree(null), '/n1'), lastProcessedZxid: z(5) }),
    };
    expect((await look(hollow)).start).toMatchObject({ starts: true, digestMismatches: { count: 2, first: z(5) } });
  });

  it('of a file that cannot be read is reported, and the rest is read', async () => {
    const gone = { path: 'v/log.200000001', size: 100, read: () => Promise.reject(new Error('input/output error')) };
    const report = await inspect({
      path: 'v',
      sid: 1,
      sidFrom: null,
      files: [gone, ...Object.entries(GOOD).map(([name, bytes]) => memoryFile(name, bytes))],
    });
    expect(placed(report.damage)).toEqual([['log.200000001', null, 'unreadable', 'unknown']]);
    expect([report.logs[0]?.index.count, report.start.starts]).toEqual([6, null]);
  });

  it('anywhere, of any kind, is survived: the report never contradicts the start', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(GOOD)),
        fc.array(fc.tuple(fc.nat(900), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(900)),
        async (name, changes, cut) => {
          const files = changed(name, (bytes) => {
            for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
            return cut === null ? bytes : bytes.slice(0, cut);
          });
          const report = await look(files);
          if (report.start.starts === false) expect(report.damage.map(({ effect }) => effect)).toContain('stops');
          else expect(report.damage.map(({ effect }) => effect)).not.toContain('stops');
          expect((await recoverySteps(report))?.at(-1)?.kind).toBe(report.start.starts === true ? 'ready' : 'failed');
          for (const { offset, file } of report.damage)
            if (offset !== null) expect(offset).toBeLessThanOrEqual(files[file ?? '']?.length ?? 0);
          for (const snapshot of report.snapshots) await describeRecords(snapshot, 0, 50);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of arbitrary bytes in files of the right names too', async () => {
    const names = ['log.1', 'log.100000001', 'snapshot.0', 'snapshot.5', 'currentEpoch', 'acceptedEpoch', 'myid', 'zoo.cfg'];
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), fc.uint8Array({ maxLength: 120 })), async (files) => {
        const report = await look(files);
        expect(report.files).toHaveLength(Object.keys(files).length);
      }),
      { numRuns: 150 },
    );
  });

  it('is not looked for any more once the reading is cancelled', async () => {
    const files = Object.entries(GOOD).map(([name, bytes]) => memoryFile(name, bytes));
    await expect(inspect({ path: '', sid: 1, sidFrom: null, files }, { signal: { aborted: true } })).rejects.toBeInstanceOf(
      IntakeCancelled,
    );
  });

  it('of a directory that is too large is said; where only old files make it so, it still starts', async () => {
    const recording = openRecording('21-snapcount-purge');
    const directory = {
      path: 's1',
      sid: 1,
      sidFrom: null,
      files: Object.entries(filesIn(recording, 's1/version-2')).map(([name, bytes]) => memoryFile(name, bytes)),
    };
    const whole = await inspect(directory);
    const written = whole.files.reduce((sum, file) => sum + (file.kind === 'log' ? file.writtenTo : file.size), 0);
    const tight = await inspect(directory, {}, { diskBytes: written - 1 });
    const made = await toDisk(tight, {}, written - 1);
    expect(tight.start).toMatchObject({ starts: true, lastZxid: whole.start.starts === true ? whole.start.lastZxid : null });
    expect('leftOut' in made && made.leftOut.length).toBeGreaterThan(0);
    expect((await inspect(directory, {}, { diskBytes: 1000 })).start).toMatchObject({
      starts: null,
      why: expect.stringContaining('at most 1000') as string,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { mapEntries } from '../../src/base/chunked.ts';
import { fromUtf8, sessionId, utf8 } from '../../src/base/ids.ts';
import { afterPowerLoss, applyDiskOps, diskOf, emptyDisk, exportFiles, fileNames, readFile, writeBackOps } from '../../src/store/disk.ts';
import { epochOp, fastForward, readEpochFile, recover } from '../../src/store/recovery.ts';
import { encodeSnapshotFile, parseSnapshotFile, serializeSnapshot } from '../../src/store/snapshot.ts';
import { scanLog, truncateLogs } from '../../src/store/txnLog.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { Disk } from '../../src/store/types.ts';
import type { Txn } from '../../src/tree/types.ts';
import { create, failureOf, logged, OPTIONS, paths, plain, recovered, serverDisk, started, withEpoch, z } from './helpers.ts';

const TXNS = ['/a', '/b', '/c', '/d', '/e', '/f'].map((path, i) => create(z(i + 1), path, 'x'));

describe('an empty server', () => {
  it('writes snapshot.0 and both epoch files', () => {
    const { tree, ops, steps } = recovered(emptyDisk(), { configData: utf8('server.1=…') });
    const disk = applyDiskOps(emptyDisk(), ops);
    expect(fileNames(disk)).toEqual(['acceptedEpoch', 'currentEpoch', 'snapshot.0']);
    expect(steps.map(({ step }) => step)).toEqual(['noSnapshot', 'epochs']);
    expect(plain(recovered(disk).tree)).toEqual(plain(tree));
    expect(recovered(disk).ops).toEqual([]);
  });

  it('starts at −1 and writes no snapshot when a database may not appear by itself', () => {
    const { tree, ops } = recovered(withEpoch(emptyDisk(), 0), { autocreate: false });
    expect(tree.lastProcessedZxid).toEqual({ epoch: -1, counter: 0xffffffff });
    expect(ops).toEqual([]);
  });
});

describe('a server that comes back', () => {
  it('replays its log on its snapshot and says what it did', () => {
    const { tree, replayed, steps } = recovered(serverDisk(TXNS, 4));
    expect(paths(tree)).toEqual(['/a', '/b', '/c', '/d', '/e', '/f']);
    expect(replayed).toEqual(TXNS);
    expect(steps).toEqual([
      { step: 'snapshotLoaded', file: 'snapshot.0', zxid: z(0, 0), nodes: 4, sessions: 0 },
      { step: 'logReplayed', file: 'log.100000001', first: z(1), last: z(4), count: 4, end: 'zeroPadding' },
      { step: 'logReplayed', file: 'log.100000005', first: z(5), last: z(6), count: 2, end: 'zeroPadding' },
      { step: 'epochs', acceptedEpoch: 1, currentEpoch: 1, rebuilt: [] },
    ]);
  });

  it('keeps the newest commitLogCount + 1 of the replayed txns', () => {
    expect(recovered(serverDisk(TXNS), { commitLogCount: 2 }).replayed).toEqual(TXNS.slice(-3));
  });

  it('replays only what is newer than the snapshot', () => {
    expect(recovered(withSnapshotAt(serverDisk(TXNS), 4)).replayed).toEqual(TXNS.slice(4));
  });

  it('replays all that follows in the log, also what is older', () => {
    const start = withSnapshotAt(serverDisk(TXNS.slice(0, 2)), 2);
    const { tree, replayed } = recovered(withEpoch(logged(start, [create(z(1, 2), '/g'), create(z(2), '/dead')]).disk, 2));
    expect(replayed.map(({ zxid }) => zxid)).toEqual([z(1, 2), z(2)]);
    expect(paths(tree)).toEqual(['/a', '/b', '/dead', '/g']);
    expect(tree.lastProcessedZxid).toEqual(z(1, 2));
  });

  it('tells of a log of which the snapshot holds everything that nothing was replayed from it', () => {
    expect(recovered(withSnapshotAt(serverDisk(TXNS.slice(0, 4)), 4)).steps[1]).toEqual({
      step: 'logReplayed',
      file: log,
      first: null,
      last: null,
      count: 0,
      end: 'zeroPadding',
    });
  });

  it('catches up a living tree from its log alone', () => {
    const at4 = recovered(serverDisk(TXNS.slice(0, 4))).tree;
    const { tree, txns } = fastForward(serverDisk(TXNS), at4);
    expect(plain(tree)).toEqual(plain(recovered(serverDisk(TXNS)).tree));
    expect(txns).toEqual(TXNS.slice(4));
    expect(fastForward(serverDisk(TXNS), tree).txns).toEqual([]);
  });

  it('has everything that was synced after a power loss', () => {
    const disk = serverDisk(TXNS.slice(0, 4));
    const settled = applyDiskOps(disk, writeBackOps(disk));
    expect(paths(recovered(afterPowerLoss(logged(settled, TXNS.slice(4)).disk)).tree)).toEqual(['/a', '/b', '/c', '/d', '/e', '/f']);
  });

  it('starts after a power loss right after its first boot: the empty snapshot is durable at once', () => {
    expect(failureOf(afterPowerLoss(serverDisk(TXNS)))).toBeNull();
  });
});

/** Adds a snapshot as it was after txn `counter`. */
function withSnapshotAt(disk: Disk, counter: number): Disk {
  const { tree } = recovered(serverDisk(TXNS.slice(0, counter)));
  return applyDiskOps(disk, [{ op: 'writeAtomic', file: `snapshot.10000000${counter}`, bytes: serializeSnapshot(tree) }]);
}

type Files = Record<string, Uint8Array>;
const log = 'log.100000001';
const changed = (files: Files, name: string, change: (bytes: Uint8Array) => Uint8Array): Files => ({
  ...files,
  [name]: change(files[name] ?? new Uint8Array()),
});
const flipAt =
  (at: number) =>
  (bytes: Uint8Array): Uint8Array =>
    bytes.map((byte, i) => (i === (at < 0 ? bytes.length + at : at) ? byte ^ 1 : byte));
const without = (files: Files, ...names: string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
const recordEnd = (bytes: Uint8Array, index: number): number => {
  const record = scanLog(bytes).records[index];
  return record === undefined ? 0 : record.offset + record.size - 1;
};

describe('damage on disk: snapshot.0, snapshot.100000004, six txns in one log', () => {
  const good = exportFiles(withSnapshotAt(serverDisk(TXNS), 4));
  const ALL = ['/a', '/b', '/c', '/d', '/e', '/f'];

  it.each<[string, (files: Files) => Files, string[] | string]>([
    ['none', (files) => files, ALL],
    ['last record cut short', (files) => changed(files, log, (bytes) => bytes.slice(0, recordEnd(bytes, 5))), ALL.slice(0, 5)],
    ['end mark of the last record wrong', (files) => changed(files, log, (bytes) => flipAt(recordEnd(bytes, 5))(bytes)), ALL.slice(0, 5)],
    [
      'end mark of a middle record wrong: silent loss',
      (files) => changed(files, log, (bytes) => flipAt(recordEnd(bytes, 4))(bytes)),
      ALL.slice(0, 4),
    ],
    ['a bit of a txn flipped', (files) => changed(files, log, (bytes) => flipAt(recordEnd(bytes, 5) - 3)(bytes)), 'CRC check failed'],
    [
      'a bit of a txn covered by the snapshot flipped',
      (files) => changed(files, log, (bytes) => flipAt(recordEnd(bytes, 1) - 3)(bytes)),
      'CRC check failed',
    ],
    [
      'log empty',
      (files) => changed(files, log, () => new Uint8Array()),
      'EOFException: the log is 0 bytes long, shorter than its 16 byte header',
    ],
    ['newest snapshot cut short', (files) => changed(files, 'snapshot.100000004', (bytes) => bytes.slice(0, 100)), ALL],
    ['newest snapshot flipped inside', (files) => changed(files, 'snapshot.100000004', flipAt(300)), ALL],
    ['newest snapshot flipped in its magic', (files) => changed(files, 'snapshot.100000004', flipAt(0)), ALL],
    [
      'both snapshots flipped inside',
      (files) => changed(changed(files, 'snapshot.0', flipAt(300)), 'snapshot.100000004', flipAt(300)),
      'Not able to find valid snapshots in version-2',
    ],
    [
      'all snapshots gone',
      (files) => without(files, 'snapshot.0', 'snapshot.100000004'),
      'No snapshot found, but there are log entries. Something is broken!',
    ],
    ['all snapshots and logs gone', (files) => without(files, 'snapshot.0', 'snapshot.100000004', log), []],
    ['log gone: what the snapshot holds remains', (files) => without(files, log), ALL.slice(0, 4)],
  ])('%s', (_, damage, outcome) => {
    const disk = diskOf(damage(good));
    if (typeof outcome === 'string') expect(failureOf(disk)).toBe(outcome);
    else expect(paths(recovered(disk).tree)).toEqual(outcome);
  });

  it('an empty newest log is deleted by mainline', () => {
    const disk = diskOf(changed(good, log, () => new Uint8Array()));
    const { tree, ops } = recovered(disk, { deleteEmptyNewestLog: true });
    expect(paths(tree)).toEqual(ALL.slice(0, 4));
    expect(ops).toEqual([{ op: 'delete', file: log }]);
  });

  it('missing snapshots may be trusted to be empty', () => {
    const disk = diskOf(without(good, 'snapshot.0', 'snapshot.100000004'));
    expect(paths(recovered(disk, { trustEmptySnapshot: true }).tree)).toEqual(ALL);
  });

  it('a failure tells the file, the byte and what was tried', () => {
    const outcome = recover(
      diskOf(changed(changed(good, 'snapshot.100000004', flipAt(300)), log, (bytes) => flipAt(recordEnd(bytes, 2) - 3)(bytes))),
      OPTIONS,
    );
    expect(outcome).toMatchObject({ ok: false, failure: { message: 'CRC check failed', exitCode: 1, file: log } });
    expect(outcome.ok ? [] : outcome.steps.map(({ step }) => step)).toEqual(['snapshotSkipped', 'snapshotLoaded']);
  });

  it('sessions of a snapshot that turned out damaged stay in memory', () => {
    const image = parseSnapshotFile(good['snapshot.100000004'] ?? new Uint8Array());
    const withSession = encodeSnapshotFile({ ...image, sessions: [['0xabc', 6000]] });
    const { tree } = recovered(diskOf(changed(good, 'snapshot.100000004', () => flipAt(-30)(withSession))));
    expect([...mapEntries(tree.sessions)]).toEqual([['0xabc', 6000]]);
  });

  it('of sessions of several damaged snapshots those read last stay, and those of the good one win', () => {
    const image = parseSnapshotFile(good['snapshot.0'] ?? new Uint8Array());
    const at = (...sessions: readonly (readonly [`0x${string}`, number])[]): Uint8Array =>
      encodeSnapshotFile({ ...image, sessions: sessions.map(([id, timeoutMs]) => [sessionId(0, Number(id)), timeoutMs] as const) });
    const disk = diskOf({
      ...good,
      'snapshot.0': at(['0xc', 3000], ['0xd', 3000]),
      'snapshot.100000004': flipAt(-30)(at(['0xb', 2000], ['0xc', 2000])),
      'snapshot.100000005': flipAt(-30)(at(['0xa', 1000], ['0xb', 1000])),
    });
    expect([...mapEntries(recovered(disk).tree.sessions)].sort()).toEqual([
      ['0xa', 1000],
      ['0xb', 2000],
      ['0xc', 3000],
      ['0xd', 3000],
    ]);
  });

  it('a snapshot that does not end with a seal is not read at all: its sessions stay out of memory', () => {
    const image = parseSnapshotFile(good['snapshot.100000004'] ?? new Uint8Array());
    const cut = encodeSnapshotFile({ ...image, sessions: [['0xabc', 6000]] }).slice(0, -40);
    const { tree, steps } = recovered(diskOf(changed(good, 'snapshot.100000004', () => cut)));
    expect([...mapEntries(tree.sessions)]).toEqual([]);
    expect(steps[0]).toMatchObject({
      step: 'snapshotSkipped',
      file: 'snapshot.100000004',
      reason: expect.stringMatching(/seal/) as string,
    });
  });

  it('where no snapshot ends with a seal and there is no log, the database is a new one', () => {
    const cut = (bytes: Uint8Array): Uint8Array => bytes.slice(0, -1);
    expect(paths(recovered(diskOf(changed(without(good, 'snapshot.100000004', log), 'snapshot.0', cut))).tree)).toEqual([]);
    expect(failureOf(diskOf(changed(without(good, 'snapshot.100000004'), 'snapshot.0', cut)))).toMatch(/^No snapshot found/);
  });

  it('tries no more than the 100 newest snapshots', () => {
    const broken = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [
        `snapshot.2${(i + 1).toString(16).padStart(8, '0')}`,
        flipAt(300)(good['snapshot.0'] ?? new Uint8Array()),
      ]),
    );
    expect(failureOf(diskOf({ ...good, ...broken }))).toBe('Not able to find valid snapshots in version-2');
    expect(failureOf(diskOf({ ...good, ...without(broken, 'snapshot.200000001') }))).toBeNull();
    // Those that do not end with a seal do not count.
    const torn = Object.fromEntries(Object.entries(broken).map(([name, bytes]) => [name, bytes.slice(0, -1)]));
    expect(failureOf(diskOf({ ...good, ...torn }))).toBeNull();
  });
});

describe('epoch files', () => {
  const disk = serverDisk([create(z(1, 3), '/a')]);
  const dropped = (...names: string[]): Disk =>
    applyDiskOps(
      disk,
      names.map((file) => ({ op: 'delete', file })),
    );
  const set = (start: Disk, name: string, text: string): Disk =>
    applyDiskOps(start, [{ op: 'writeAtomic', file: name, bytes: utf8(text) }]);

  it.each<[string, Disk, { accepted: number; current: number; rebuilt: string[] } | string]>([
    ['as they should be', disk, { accepted: 3, current: 3, rebuilt: [] }],
    ['both gone', dropped('acceptedEpoch', 'currentEpoch'), { accepted: 3, current: 3, rebuilt: ['currentEpoch', 'acceptedEpoch'] }],
    ['currentEpoch gone', dropped('currentEpoch'), { accepted: 3, current: 3, rebuilt: ['currentEpoch'] }],
    ['currentEpoch behind the log', set(disk, 'currentEpoch', '2'), 'The current epoch, 2, is older than the last zxid, 12884901889'],
    [
      'currentEpoch behind, but its tmp file is there',
      set(set(disk, 'currentEpoch', '2'), 'currentEpoch.tmp', '3'),
      { accepted: 3, current: 3, rebuilt: ['currentEpoch'] },
    ],
    ['acceptedEpoch behind', set(disk, 'acceptedEpoch', '2'), 'The accepted epoch, 2 is less than the current epoch, 3'],
    ['both ahead of the log', set(set(disk, 'acceptedEpoch', '12'), 'currentEpoch', '11'), { accepted: 12, current: 11, rebuilt: [] }],
    ['not a number', set(disk, 'currentEpoch', 'three'), 'Found three in currentEpoch'],
    ['empty', set(disk, 'acceptedEpoch', ''), 'Found null in acceptedEpoch'],
    ['a number and more', set(disk, 'currentEpoch', '3 '), 'Found 3  in currentEpoch'],
    ['more before the number', set(disk, 'currentEpoch', ' 3'), 'Found  3 in currentEpoch'],
    ['with a second line', set(disk, 'currentEpoch', '3\n4'), { accepted: 3, current: 3, rebuilt: [] }],
    ['with the line end of Windows', set(disk, 'acceptedEpoch', '12\r\n'), { accepted: 12, current: 3, rebuilt: [] }],
    ['with a plus', set(disk, 'acceptedEpoch', '+4'), { accepted: 4, current: 3, rebuilt: [] }],
    ['below zero', set(disk, 'acceptedEpoch', '-1'), 'The accepted epoch, -1 is less than the current epoch, 3'],
    [
      'currentEpoch behind, its tmp file ahead of acceptedEpoch',
      set(set(disk, 'currentEpoch', '2'), 'currentEpoch.tmp', '4'),
      'The accepted epoch, 3 is less than the current epoch, 4',
    ],
  ])('%s', (_, start, outcome) => {
    if (typeof outcome === 'string') {
      expect(failureOf(start)).toBe(outcome);
      return;
    }
    expect(recovered(start).steps.at(-1)).toEqual({
      step: 'epochs',
      acceptedEpoch: outcome.accepted,
      currentEpoch: outcome.current,
      rebuilt: outcome.rebuilt,
    });
    const after = started(start);
    expect([readEpochFile(after, 'acceptedEpoch'), readEpochFile(after, 'currentEpoch')]).toEqual([outcome.accepted, outcome.current]);
    expect(fileNames(after)).not.toContain('currentEpoch.tmp');
  });

  it('are plain decimal text without a newline', () => {
    expect(fromUtf8(readFile(applyDiskOps(emptyDisk(), [epochOp('acceptedEpoch', 12)]), 'acceptedEpoch'))).toBe('12');
    expect(readEpochFile(emptyDisk(), 'acceptedEpoch')).toBeNull();
  });
});

describe('after a TRUNC', () => {
  it('a snapshot newer than the cut brings the cut txns back into memory', () => {
    const disk = withSnapshotAt(serverDisk(TXNS), 4);
    const cut = truncateLogs(disk, z(2));
    const after = applyDiskOps(disk, cut.ok ? cut.ops : []);
    expect(paths(recovered(after).tree)).toEqual(['/a', '/b', '/c', '/d']);
  });

  it('a dead txn survives when history up to the cut came by SNAP', () => {
    const tree = { ...newTree(null, 0), lastProcessedZxid: z(3) };
    const dead: Txn = create(z(1, 2), '/dead');
    const before = applyDiskOps(withEpoch(emptyDisk(), 2), [
      { op: 'writeAtomic', file: 'snapshot.100000003', bytes: serializeSnapshot(tree) },
    ]);
    const { disk } = logged(before, [dead]);
    const cut = truncateLogs(disk, z(3));
    expect(paths(recovered(applyDiskOps(disk, cut.ok ? cut.ops : [])).tree)).toEqual(['/dead']);
  });
});

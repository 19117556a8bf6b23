/**
 * The disk is real: a directory written by the simulator is opened by a real ZooKeeper 3.8, which serves the same tree, to the
 * last field of every Stat.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ZXID_ZERO, zxid } from '../../src/base/zxid.ts';
import { applyDiskOps, emptyDisk, exportFiles } from '../../src/store/disk.ts';
import { epochOp, recover } from '../../src/store/recovery.ts';
import { serializeSnapshot, snapshotName } from '../../src/store/snapshot.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { appendTxn, commitLog, newLogWriter } from '../../src/store/txnLog.ts';
import type { Disk } from '../../src/store/types.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { DataTree, Txn } from '../../src/tree/types.ts';
import { OPTIONS } from '../store/helpers.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { readWholeTree, type WireNode } from './client.ts';
import { expectedNodes } from './expected.ts';
import { startZooKeeper, whyNoZooKeeper } from './server.ts';
import { carryOut, REQUESTS } from './writes.ts';

const why = whyNoZooKeeper();
// In continuous integration a missing server is a failure, not a reason to look away.
const mustRun = process.env['CI'] === 'true';
if (why !== null && !mustRun) console.warn(`Skipped: ${why}. A real ZooKeeper opening our disk is tested where it is there.`);

describe.skipIf(why !== null && !mustRun)(
  'a directory written by the simulator is opened by real ZooKeeper 3.8 and serves the same tree',
  { timeout: 120_000 },
  () => {
    const work = mkdtempSync(join(tmpdir(), 'zablab-zookeeper-'));
    afterAll(() => rmSync(work, { recursive: true, force: true }));

    const first = carryOut(newTree(null), REQUESTS.slice(0, 30), zxid(1, 1));
    const second = carryOut(first.tree, REQUESTS.slice(30), zxid(2, 1));

    test.each([
      ['with all txns in its log', 100_000],
      ['with snapshots between its logs', 20],
    ])('from a server of a simulated ensemble, %s', async (name, snapCount) => {
      const ensemble = ledEnsemble(3, 7, { snapCount, extendedTypes: true });
      ensemble.command({ type: 'connect', client: 1, timeoutMs: 10_000 });
      ensemble.run({ untilMs: ensemble.now + 1_000 });
      const requests = REQUESTS.filter((op) => op.op !== 'createSession');
      for (const request of requests) ensemble.command({ type: 'request', client: 1, request });
      ensemble.run({ untilMs: ensemble.now + 2_000 });
      expect(ensemble.outcomes(1).filter(({ outcome }) => outcome !== 'unknown')).toHaveLength(requests.length);

      const disk = ensemble.disk(2);
      const outcome = recover(disk, OPTIONS);
      if (!outcome.ok) throw new Error(outcome.failure.message);
      expect(Object.keys(disk.files).filter((file) => file.startsWith('snapshot.')).length > 1).toBe(snapCount < 100);
      expect(await served(work, `simulated-${snapCount}`, disk), name).toEqual(expectedNodes(outcome.recovered.tree));
    });

    test('from a snapshot of an empty tree and the txn log behind it', async () => {
      const disk = withLog(withSnapshot(emptyDisk(), newTree(null), 0), [...first.txns, ...second.txns]);
      expect(await served(work, 'log', disk)).toEqual(expectedNodes(second.tree));
    });

    test('from a snapshot of everything', async () => {
      expect(await served(work, 'snapshot', withSnapshot(emptyDisk(), second.tree, 2))).toEqual(expectedNodes(second.tree));
    });

    test('from a snapshot in the middle and the log of a later epoch', async () => {
      const disk = withLog(withSnapshot(emptyDisk(), first.tree, 2), second.txns);
      expect(await served(work, 'both', disk)).toEqual(expectedNodes(second.tree));
    });

    test('from a log that overlaps its snapshot, as a fuzzy one does', async () => {
      const disk = withSnapshot(withLog(withSnapshot(emptyDisk(), newTree(null), 0), [...first.txns, ...second.txns]), first.tree, 2);
      expect(await served(work, 'overlap', disk)).toEqual(expectedNodes(second.tree));
    });
  },
);

function withSnapshot(disk: Disk, tree: DataTree, epoch: number): Disk {
  const zeroTree = tree.lastProcessedZxid.counter === 0 ? ZXID_ZERO : tree.lastProcessedZxid;
  return applyDiskOps(disk, [
    { op: 'writeAtomic', file: snapshotName(zeroTree), bytes: serializeSnapshot(tree) },
    epochOp('acceptedEpoch', epoch),
    epochOp('currentEpoch', epoch),
  ]);
}

function withLog(disk: Disk, txns: readonly Txn[]): Disk {
  let log = newLogWriter();
  for (const txn of txns) {
    const change = appendTxn(disk, log, encodeTxn(txn), txn.zxid, { preAllocSizeKb: 64 });
    disk = applyDiskOps(disk, change.ops);
    log = change.log;
  }
  return applyDiskOps(disk, commitLog(log).ops);
}

/** What a real server says of a disk of ours. */
async function served(work: string, name: string, disk: Disk): Promise<readonly WireNode[]> {
  const dataDir = join(work, name);
  mkdirSync(join(dataDir, 'version-2'), { recursive: true });
  for (const [file, bytes] of Object.entries(exportFiles(disk))) writeFileSync(join(dataDir, 'version-2', file), bytes);
  const server = await startZooKeeper(dataDir, join(work, `${name}-run`));
  try {
    return await readWholeTree(server.port);
  } finally {
    await server.stop();
  }
}

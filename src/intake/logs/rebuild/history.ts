/**
 * Data directories for servers of which only logs are known. Logs tell how far each history goes, where each epoch began and who has
 * more than whom; they do not tell what was written. So a history is made of filler writes to one node, the same ones for all servers
 * that share it: who gets DIFF, TRUNC or SNAP follows from the zxids alone, and comes out as it would have.
 */
import { NO_SESSION, utf8 } from '../../../base/ids.ts';
import { compareZxid, zxid, ZXID_ZERO, type Zxid } from '../../../base/zxid.ts';
import { applyDiskOps, diskOf } from '../../../store/disk.ts';
import { epochOp } from '../../../store/recovery.ts';
import { serializeSnapshot, snapshotName } from '../../../store/snapshot.ts';
import { encodeTxn } from '../../../store/txnCodec.ts';
import { appendTxn, commitLog, newLogWriter } from '../../../store/txnLog.ts';
import type { Disk } from '../../../store/types.ts';
import { OPEN_ACL } from '../../../tree/aclCache.ts';
import { applyTxn } from '../../../tree/apply.ts';
import { newTree } from '../../../tree/tree.ts';
import type { DataTree, Txn } from '../../../tree/types.ts';

/** The node that filler writes go to. */
export const FILLER_PATH = '/rebuilt';
/** Txns in the log of a made disk; all before are in its snapshot. As many as a leader keeps for DIFF (`commitLogCount`). */
const MOST_LOGGED = 500;

/** cxid and version are signed 32-bit numbers. */
const INT_MAX = 0x7fff_ffff;

/** A run of txns of one epoch, from counter 1 on. */
interface Stretch {
  readonly epoch: number;
  readonly until: number;
}

/** Where each epoch began: the last zxid of its leader before it. */
export type EpochStarts = ReadonlyMap<number, Zxid>;

/** What one server is to have. */
export interface WantedDisk {
  readonly last: Zxid;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
}

/** A data directory with such a history. The same wish and the same starts give the same bytes. */
export function makeDisk({ last, acceptedEpoch, currentEpoch }: WantedDisk, starts: EpochStarts, time: number): Disk {
  const stretches = stretchesTo(last, starts);
  const total = stretches.reduce((sum, { until }) => sum + until, 0);
  const kept = Math.min(total, MOST_LOGGED);
  const files: Record<string, Uint8Array> = {};
  // A server without history has no files: it makes its first snapshot itself.
  if (total > 0) {
    const base = zxidAt(stretches, total - kept);
    files[snapshotName(base)] = serializeSnapshot(treeAt(stretches, total - kept, time));
  }
  let disk = diskOf(files);
  let log = newLogWriter();
  for (let i = total - kept + 1; i <= total; i++) {
    const change = appendTxn(disk, log, encodeTxn(txnAt(stretches, i, time)), zxidAt(stretches, i), { preAllocSizeKb: 0 });
    disk = applyDiskOps(disk, change.ops);
    log = change.log;
  }
  return applyDiskOps(disk, [...commitLog(log).ops, epochOp('acceptedEpoch', acceptedEpoch), epochOp('currentEpoch', currentEpoch)]);
}

/** The last txn of a history that ends at `last`, which may be the zxid of a new epoch and then is no txn. */
export function lastTxnOf(last: Zxid, starts: EpochStarts): Zxid {
  const stretches = stretchesTo(last, starts);
  return zxidAt(
    stretches,
    stretches.reduce((sum, { until }) => sum + until, 0),
  );
}

/** One txn less. */
export function before(last: Zxid, starts: EpochStarts): Zxid {
  const stretches = stretchesTo(last, starts);
  const total = stretches.reduce((sum, { until }) => sum + until, 0);
  return zxidAt(stretches, Math.max(0, total - 1));
}

/** The epochs of a history, oldest first. Where nothing tells how an epoch began, it is taken to follow the one before with nothing lost. */
function stretchesTo(last: Zxid, starts: EpochStarts): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let at: Zxid = last;
  while (at.epoch > 0 || at.counter > 0) {
    if (at.counter > 0) stretches.unshift({ epoch: at.epoch, until: at.counter });
    const start = starts.get(at.epoch);
    if (start === undefined || compareZxid(start, zxid(at.epoch, 0)) >= 0) break;
    at = start;
  }
  return stretches;
}

/** The zxid of the `i`-th txn, from 1; `0x0` for 0. */
function zxidAt(stretches: readonly Stretch[], i: number): Zxid {
  let left = i;
  for (const { epoch, until } of stretches) {
    if (left <= until) return left === 0 ? ZXID_ZERO : zxid(epoch, left);
    left -= until;
    if (left === 0) return zxid(epoch, until);
  }
  return ZXID_ZERO;
}

function txnAt(stretches: readonly Stretch[], i: number, time: number): Txn {
  const at = zxidAt(stretches, i);
  const data = utf8(`filler write ${i}`);
  const header = { session: NO_SESSION, cxid: i & INT_MAX, zxid: at, time };
  if (i === 1)
    return {
      ...header,
      digest: null,
      body: { type: 'create', path: FILLER_PATH, data, acl: OPEN_ACL, ephemeral: false, parentCVersion: 1 },
    };
  return { ...header, digest: null, body: { type: 'setData', path: FILLER_PATH, data, version: (i - 1) & INT_MAX } };
}

/** The tree after the `i`-th txn: its first and its last write are all that show. */
function treeAt(stretches: readonly Stretch[], i: number, time: number): DataTree {
  let tree = newTree(null, time);
  if (i > 0) tree = applyTxn(tree, txnAt(stretches, 1, time)).tree;
  if (i > 1) tree = applyTxn(tree, txnAt(stretches, i, time)).tree;
  return tree;
}

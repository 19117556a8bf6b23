/**
 * What a server makes of its disk when it starts: the newest snapshot that can be read, the log replayed on top, the epoch files.
 *
 * Source: `FileTxnSnapLog.restore`, `FileSnap.deserialize`, `ZKDatabase.loadDataBase`, `QuorumPeer.loadDataBase`.
 */
import { mapGet, mapSet } from '../base/chunked.ts';
import type { Bytes, SessionId } from '../base/ids.ts';
import { compareZxid, ZXID_ZERO, zxid as makeZxid, type Zxid } from '../base/zxid.ts';
import { applyTxn } from '../tree/apply.ts';
import { newTree } from '../tree/tree.ts';
import type { DataTree, Txn, TxnResult } from '../tree/types.ts';
import { applyDiskOps, readFile } from './disk.ts';
import { loadEpochs } from './epochFiles.ts';
import { inFile, StoreError } from './errors.ts';
import { datedFiles, snapshotName, type DatedFile } from './names.ts';
import { looksValid, parseSnapshot, serializeSnapshot, type SnapshotFormat } from './snapshot.ts';
import { emptyNewestLog, visitLogs, type LoggedTxn, type ReadOptions } from './txnLog.ts';
import type { Disk, DiskOp, RecoveryOutcome, RecoveryStep } from './types.ts';

export { epochOp, readEpochFile } from './epochFiles.ts';

export interface RecoveryOptions {
  readonly commitLogCount: number;
  /** `zookeeper.snapshot.trust.empty`. */
  readonly trustEmptySnapshot: boolean;
  /** `zookeeper.db.autocreate`, or an `initialize` file beside the data. False: an empty server starts at zxid −1 and may not vote. */
  readonly autocreate: boolean;
  /** Text of /zookeeper/config in a fresh database. */
  readonly configData: Bytes | null;
  /** Wall clock in ms. */
  readonly now: number;
  /** Mainline: a newest log of length 0 is deleted; before, it ended the process. */
  readonly deleteEmptyNewestLog: boolean;
  /** Of the `snapshot.0` of a fresh server; 3.8 unless told. */
  readonly format?: SnapshotFormat;
  /** Told of every txn as it is replayed: where it stands, the tree after it, and what came of it. */
  readonly onReplayed?: (logged: LoggedTxn, tree: DataTree, result: TxnResult) => void;
}

/** Newest snapshots that are tried (`FileSnap.deserialize`). */
const MOST_SNAPSHOTS = 100;
/** Below every zxid: the server must not take part in elections. */
const NO_DATABASE: Zxid = makeZxid(-1, 0xffffffff);

interface Restored {
  readonly tree: DataTree;
  readonly ops: readonly DiskOp[];
}

/** Starts from a disk. Never throws for what is on it: failures come back with the steps taken until then. */
export function recover(disk: Disk, options: RecoveryOptions): RecoveryOutcome {
  const steps: RecoveryStep[] = [];
  try {
    const restored = restoreSnapshot(disk, options, steps);
    const { tree, txns } = replay(disk, restored.tree, options, steps);
    const ops = [...restored.ops, ...emptyLogOps(disk)];
    const epochs = loadEpochs(applyDiskOps(disk, ops), tree.lastProcessedZxid);
    steps.push({ step: 'epochs', acceptedEpoch: epochs.acceptedEpoch, currentEpoch: epochs.currentEpoch, rebuilt: epochs.rebuilt });
    return { ok: true, recovered: { tree, replayed: newest(txns, options.commitLogCount), steps, ops: [...ops, ...epochs.ops] } };
  } catch (error) {
    if (error instanceof StoreError) return { ok: false, failure: error.failure, steps };
    throw error;
  }
}

/**
 * Applies what the log holds beyond the tree, without reading a snapshot: done when a role ends.
 *
 * @returns the tree and all txns applied (they enter committedLog).
 * @throws StoreError when the log cannot be read.
 *
 * Source: `ZKDatabase.fastForwardDataBase`.
 */
export function fastForward(
  disk: Disk,
  tree: DataTree,
  options: ReadOptions = {},
): { readonly tree: DataTree; readonly txns: readonly Txn[] } {
  return replay(disk, tree, options, []);
}

/** The newest snapshot that can be read, or a fresh database. Sessions of snapshots that failed half-way stay in memory. */
function restoreSnapshot(disk: Disk, options: RecoveryOptions, steps: RecoveryStep[]): Restored {
  const candidates = newestCandidates(disk, steps);
  if (candidates.length === 0) return withoutSnapshot(disk, options, steps);
  const leftovers: (readonly [SessionId, number])[] = [];
  for (const { name, zxid } of candidates) {
    const sink = { sessions: [] as (readonly [SessionId, number])[] };
    try {
      const tree = withSessions(parseSnapshot(readFile(disk, name), zxid, sink), leftovers);
      steps.push({ step: 'snapshotLoaded', file: name, zxid, nodes: tree.nodes.size, sessions: tree.sessions.size });
      return { tree, ops: [] };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      steps.push({ step: 'snapshotSkipped', file: name, reason: inFile(error, name).message });
      leftovers.push(...sink.sessions);
    }
  }
  throw new StoreError({ message: 'Not able to find valid snapshots in version-2', exitCode: 1 });
}

/** Source: `FileSnap.findNValidSnapshots`. */
function newestCandidates(disk: Disk, steps: RecoveryStep[]): DatedFile[] {
  const candidates: DatedFile[] = [];
  for (const file of datedFiles(disk, 'snapshot').reverse()) {
    if (candidates.length === MOST_SNAPSHOTS) break;
    if (looksValid(readFile(disk, file.name))) candidates.push(file);
    else steps.push({ step: 'snapshotSkipped', file: file.name, reason: 'Invalid snapshot: the file does not end with a seal' });
  }
  return candidates;
}

function withoutSnapshot(disk: Disk, options: RecoveryOptions, steps: RecoveryStep[]): Restored {
  steps.push({ step: 'noSnapshot' });
  const tree = newTree(options.configData, options.now);
  if (datedFiles(disk, 'log').length > 0) {
    if (options.trustEmptySnapshot) return { tree, ops: [] };
    throw new StoreError({ message: 'No snapshot found, but there are log entries. Something is broken!', exitCode: 1 });
  }
  if (!options.autocreate) return { tree: { ...tree, lastProcessedZxid: NO_DATABASE }, ops: [] };
  const file = snapshotName(ZXID_ZERO);
  // The real server leaves this file to the operating system, which writes it back within half a minute. Nobody's first half-minute should end in
  // "No snapshot found" because the power failed in it, so here it is durable at once (docs/fidelity.md, Disk).
  const ops: DiskOp[] = [
    { op: 'create', file },
    { op: 'append', file, bytes: serializeSnapshot(tree, options.format) },
    { op: 'fsync', file },
  ];
  return { tree, ops };
}

/** Sessions that the snapshot itself names win. */
function withSessions(tree: DataTree, extra: readonly (readonly [SessionId, number])[]): DataTree {
  let { sessions } = tree;
  for (const [id, timeoutMs] of extra) if (mapGet(tree.sessions, id) === undefined) sessions = mapSet(sessions, id, timeoutMs);
  return { ...tree, sessions };
}

/** Errors of single txns are ignored: they were errors when they were first applied, or the fuzzy snapshot holds their effect already. */
function replay(
  disk: Disk,
  start: DataTree,
  options: ReadOptions & Pick<RecoveryOptions, 'onReplayed'>,
  steps: RecoveryStep[],
): { tree: DataTree; txns: Txn[] } {
  const { epoch, counter } = start.lastProcessedZxid;
  const from = makeZxid(epoch, counter + 1);
  const txns: Txn[] = [];
  let tree = start;
  let inFileSoFar: LoggedTxn[] = [];
  for (const visit of visitLogs(disk, from, options)) {
    if (visit.kind === 'end') {
      steps.push(replayedStep(visit.file, inFileSoFar, visit.end));
      inFileSoFar = [];
    } else if (txns.length > 0 || compareZxid(visit.txn.zxid, from) >= 0) {
      const applied = applyTxn(tree, visit.txn);
      tree = applied.tree;
      options.onReplayed?.(visit, tree, applied.result);
      txns.push(visit.txn);
      inFileSoFar.push(visit);
    }
  }
  return { tree, txns };
}

function replayedStep(file: string, logged: readonly LoggedTxn[], end: 'eof' | 'zeroPadding' | 'partial'): RecoveryStep {
  return {
    step: 'logReplayed',
    file,
    first: logged[0]?.txn.zxid ?? null,
    last: logged.at(-1)?.txn.zxid ?? null,
    count: logged.length,
    end,
  };
}

/** committedLog holds one more than its count. Source: `ZKDatabase.addCommittedProposal`. */
function newest(txns: readonly Txn[], commitLogCount: number): readonly Txn[] {
  return txns.slice(-(commitLogCount + 1));
}

/** Who may not delete an empty log has died of it by now. */
function emptyLogOps(disk: Disk): DiskOp[] {
  const file = emptyNewestLog(disk);
  return file === null ? [] : [{ op: 'delete', file }];
}

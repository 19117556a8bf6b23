/**
 * A server's memory and its disk: recovery at start, reload after truncation, fast-forward when a role ends.
 *
 * Source: `ZKDatabase`, `QuorumPeer.loadDataBase`.
 */
import { emptyList, listKeepLast, listOf, listPush } from '../base/chunked.ts';
import { utf8, type Bytes } from '../base/ids.ts';
import { compareZxid, sameZxid, type Zxid } from '../base/zxid.ts';
import { recover, fastForward } from '../store/recovery.ts';
import { beginSnapshot, serializeSnapshot, snapshotName, type SnapshotFormat } from '../store/snapshot.ts';
import { datedFiles } from '../store/names.ts';
import { newLogWriter } from '../store/txnLog.ts';
import { encodeTxn, onceApplied } from '../store/txnCodec.ts';
import { purgeOps } from '../store/retention.ts';
import { applyDiskOps } from '../store/disk.ts';
import type { Disk, DiskOp, RecoveryOutcome } from '../store/types.ts';
import { nodeCount, withConfig } from '../tree/tree.ts';
import type { Txn, TxnBody } from '../tree/types.ts';
import { decide, write, type Draft } from './draft.ts';
import { recoveryEvent, recoveryStepper } from './machines/recovery.ts';
import { advance, exit } from './roles.ts';
import { leaveTreeToSnapshot, replaceFiles } from './snapshotting.ts';
import type { LoggedTxn } from './state.ts';
import type { EnsembleConfig, LogCell, LogChange } from './types.ts';

/** `zookeeper.commitLogCount` below this is raised to it. */
const MIN_COMMIT_LOG = 500;

export function commitLogCount(config: EnsembleConfig): number {
  return Math.max(MIN_COMMIT_LOG, config.commitLogCount);
}

/** The text every server keeps in /zookeeper/config. Source: `QuorumMaj.toString`. */
export function configText(config: EnsembleConfig): Bytes {
  const lines = config.members.map(({ sid, type }) => `server.${sid}=10.77.0.${sid}:2888:3888:${type}`);
  return utf8([...lines, 'version=0'].join('\n'));
}

/** The leader's wall clock in ms, as txn headers show it. */
export function wallClock(d: Draft): number {
  return d.s.config.wallClockAtZero + Math.floor(d.now);
}

export function snapshotFormat(config: EnsembleConfig): SnapshotFormat {
  return { digest: config.digestEnabled, lastProcessedZxid: config.profile.snapshotLastZxidSection };
}

function readOptions(config: EnsembleConfig): { readonly deleteEmptyNewestLog: boolean } {
  return { deleteEmptyNewestLog: config.profile.emptyNewestLog === 'deleted' };
}

/** Reads the disk: what a process does first, and again after a truncation. */
function load(d: Draft, disk: Disk = d.s.disk): RecoveryOutcome {
  return recover(disk, {
    commitLogCount: commitLogCount(d.s.config),
    trustEmptySnapshot: d.s.config.trustEmptySnapshot ?? false,
    autocreate: d.s.config.autocreate ?? true,
    configData: configText(d.s.config),
    now: wallClock(d),
    ...readOptions(d.s.config),
  });
}

/**
 * Start of a process. Ends in `looking`, or with the process ending because the disk contradicts itself.
 *
 * Source: `QuorumPeer.start`, `QuorumPeer.loadDataBase`.
 */
export function recoverAtBoot(d: Draft): void {
  const outcome = load(d);
  const steps = outcome.ok ? outcome.recovered.steps : outcome.steps;
  for (const what of steps) {
    d.s.recoveryPhase = recoveryStepper.step(d.s.recoveryPhase, recoveryEvent(what)).phase;
    decide(d, { rule: 'recovery.step', what });
  }
  if (!outcome.ok) {
    const { message, exitCode, file, offset } = outcome.failure;
    d.s.recoveryPhase = recoveryStepper.step(d.s.recoveryPhase, 'failed').phase;
    decide(d, {
      rule: 'recovery.failed',
      message,
      exitCode,
      ...(file === undefined ? {} : { file }),
      ...(offset === undefined ? {} : { offset }),
    });
    advance(d, 'recoveryFailed');
    d.effects.push({ type: 'exit', code: exitCode, message });
    return;
  }
  write(d, outcome.recovered.ops);
  if (d.s.config.profile.recoveredLog === 'synced')
    write(
      d,
      datedFiles(d.s.disk, 'log').map(({ name }): DiskOp => ({ op: 'fsync', file: name })),
    );
  adopt(d, outcome.recovered.tree, outcome.recovered.replayed);
  for (const what of steps) {
    if (what.step === 'epochs') {
      d.s.acceptedEpoch = what.acceptedEpoch;
      d.s.currentEpoch = what.currentEpoch;
    }
  }
  if (d.s.config.autopurge !== null) purge(d, d.s.config.autopurge.retain);
  decide(d, { rule: 'recovery.done', zxid: d.s.tree.lastProcessedZxid, nodes: nodeCount(d.s.tree), sessions: d.s.tree.sessions.size });
  advance(d, 'recovered');
}

/** Whether the disk, with these changes, would be read to exactly this zxid. */
export function leadsTo(d: Draft, ops: readonly DiskOp[], to: Zxid): boolean {
  const outcome = load(d, applyDiskOps(d.s.disk, ops));
  return outcome.ok && sameZxid(outcome.recovered.tree.lastProcessedZxid, to);
}

/** Takes over a tree from the disk, with the txns that were replayed to get there. */
function adopt(d: Draft, tree: Draft['s']['tree'], replayed: readonly Txn[]): void {
  d.s.tree = tree;
  d.s.log = newLogWriter();
  d.s.committedLog = listOf(replayed.map((txn) => logged(onceApplied(txn))));
  d.s.lastLogged = tree.lastProcessedZxid;
  d.s.lastSynced = tree.lastProcessedZxid;
  const first = replayed[0];
  const base: Zxid = first === undefined ? tree.lastProcessedZxid : { epoch: first.zxid.epoch, counter: first.zxid.counter - 1 };
  d.log.push({ change: 'reset', base, cells: replayed.map(cellOf) });
}

/** Deletes what is not needed any more. Source: `DatadirCleanupManager`, `PurgeTxnLog`. */
export function purge(d: Draft, retain: number): void {
  const ops = purgeOps(d.s.disk, Math.max(3, retain));
  if (ops.length === 0) return;
  write(d, ops);
  decide(d, { rule: 'purge', deleted: ops.map(({ file }) => file) });
}

/**
 * Forgets the memory and reads the disk again, as after TRUNC. A disk that cannot be read ends the process.
 *
 * @param next whether the next txn starts a new log file (after TRUNC) or goes behind the last one that this process wrote.
 * @returns false when the process ended.
 */
export function reloadFromDisk(d: Draft, next: 'newLog' | 'sameLog'): boolean {
  const outcome = load(d);
  if (!outcome.ok) {
    decide(d, { rule: 'recovery.failed', message: outcome.failure.message, exitCode: outcome.failure.exitCode });
    exit(d, outcome.failure.exitCode, outcome.failure.message);
    return false;
  }
  write(d, outcome.recovered.ops);
  const { log } = d.s;
  leaveTreeToSnapshot(d);
  adopt(d, outcome.recovered.tree, outcome.recovered.replayed);
  if (next === 'sameLog') d.s.log = log;
  return true;
}

/**
 * Applies what is in the log but not yet in memory, so that the next vote counts it (ZOOKEEPER-2845).
 *
 * Source: `ZKDatabase.fastForwardDataBase`.
 */
export function fastForwardMemory(d: Draft): void {
  if (d.s.config.profile.roleEnd === 'leavesMemory') return;
  if (d.s.config.profile.snapshotAtRoleEnd === 'keepsTree') leaveTreeToSnapshot(d);
  const from = d.s.tree.lastProcessedZxid;
  const { tree, txns } = fastForward(d.s.disk, d.s.tree, readOptions(d.s.config));
  for (const txn of txns) rememberCommitted(d, logged(txn));
  d.s.tree = tree;
  decide(d, { rule: 'fastForward', from, to: tree.lastProcessedZxid, txns: txns.length });
}

/** Adds to committedLog, from which followers that are a little behind are served. Source: `ZKDatabase.addCommittedProposal`. */
export function rememberCommitted(d: Draft, item: LoggedTxn): void {
  const txn = onceApplied(item.txn);
  // One more than the limit is held: Java removes the oldest only once the count is exceeded.
  d.s.committedLog = listKeepLast(listPush(d.s.committedLog, txn === item.txn ? item : logged(txn)), commitLogCount(d.s.config) + 1);
}

/** Forgets committedLog, as when a snapshot replaced the tree. */
export function forgetCommitted(d: Draft): void {
  d.s.committedLog = emptyList();
}

/** Writes the ensemble's configuration into the tree; no txn, every learner for itself. Source: `Learner.syncWithLeader`. */
export function writeConfigNode(d: Draft): void {
  d.s.tree = withConfig(d.s.tree, configText(d.s.config), wallClock(d));
}

/**
 * Writes a whole snapshot at once: on becoming leader, and at NEWLEADER.
 *
 * Source: `ZooKeeperServer.takeSnapshot`.
 */
export function takeSnapshotNow(d: Draft, why: 'leading' | 'synchronized', synced: boolean): void {
  const file = snapshotName(d.s.tree.lastProcessedZxid);
  const bytes = serializeSnapshot(d.s.tree, snapshotFormat(d.s.config));
  if (synced || d.s.config.profile.snapshotFile === 'atomic') replaceFiles(d, [{ op: 'writeAtomic', file, bytes }]);
  else
    write(d, [
      { op: 'create', file },
      { op: 'append', file, bytes },
    ]);
  decide(d, { rule: 'snapshot.taken', file, why, nodes: nodeCount(d.s.tree) });
}

export { beginSnapshot };

function logged(txn: Txn): LoggedTxn {
  return { txn, bytes: encodeTxn(txn) };
}

const arrivals = new WeakMap<Txn, LogChange>();

/** A txn enters a server's history. The same one enters every server's: where they share a thread they share the change. */
export function arrivalOf(txn: Txn): LogChange {
  let arrival = arrivals.get(txn);
  if (arrival === undefined) arrivals.set(txn, (arrival = { change: 'append', cell: cellOf(txn) }));
  return arrival;
}

/** How a txn appears in a log strip. */
function cellOf(txn: Txn): LogCell {
  return { zxid: txn.zxid, type: txn.body.type, path: pathOf(txn.body), session: txn.session, cxid: txn.cxid };
}

/** The path a txn is about, if it is about one. */
export function pathOf(body: TxnBody): string | null {
  if ('path' in body) return body.path;
  if (body.type === 'error') return body.was?.path ?? null;
  const first = body.type === 'multi' ? body.txns[0] : undefined;
  return first === undefined ? null : pathOf(first);
}

/** Whether the first is later. */
export function isLater(a: Zxid, b: Zxid): boolean {
  return compareZxid(a, b) > 0;
}

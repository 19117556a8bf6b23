/**
 * Sending a learner what it lacks, and from then on everything live.
 *
 * Source: `LearnerHandler.run`, `LearnerHandler.syncFollower`, `Leader.startForwarding`.
 */
import { listItems } from '../../base/chunked.ts';
import { zxid, type Zxid } from '../../base/zxid.ts';
import { fileSize } from '../../store/disk.ts';
import { datedFiles } from '../../store/names.ts';
import { proposalsFromTxnLog, txnLogSizeLimit } from '../../store/txnLog.ts';
import { decide, send, type Draft } from '../draft.ts';
import type { Handler, LoggedTxn } from '../state.ts';
import type { ConnId, QuorumPacket } from '../types.ts';
import { forgetAcks } from './broadcast.ts';
import { handlerOf, setHandler } from './handlers.ts';
import { chooseSync } from './syncFollower.ts';

/** Decides on DIFF, TRUNC or SNAP, and queues history, live traffic and NEWLEADER in that order (D-37). */
export function synchronize(d: Draft, conn: ConnId): void {
  const handler = handlerOf(d, conn);
  const leading = d.s.leading;
  if (handler === undefined || leading === null) return;
  const last = d.s.tree.lastProcessedZxid;
  const plan = chooseSync({
    peer: handler.peerLastZxid,
    last,
    committedLog: d.s.committedLog,
    txnLogSyncEnabled: d.s.config.snapshotSizeFactor >= 0,
    forced: handler.wantsSnapshot,
    rules: d.s.config.profile,
    txnLog: () => txnLogFrom(d, handler.peerLastZxid),
  });
  decide(d, {
    rule: 'sync.mode',
    learner: handler.sid,
    mode: plan.mode,
    peerLastZxid: handler.peerLastZxid,
    minCommittedLog: plan.minCommittedLog,
    maxCommittedLog: plan.maxCommittedLog,
    lastProcessedZxid: last,
    zxidSent: plan.zxidSent,
    queued: plan.queued.length,
    source: plan.source,
    because: plan.because,
    forwardFrom: plan.forwardFrom,
  });
  send(d, conn, plan.mode === 'SNAP' ? { kind: 'SNAP', zxid: plan.zxidSent, tree: d.s.tree } : { kind: plan.mode, zxid: plan.zxidSent });
  const overtakes = d.s.config.profile.newLeaderPlace === 'overtakes';
  const newLeader: QuorumPacket = { kind: 'NEWLEADER', zxid: zxid(leading.epoch, 0) };
  if (overtakes) send(d, conn, newLeader);
  for (const { txn, bytes } of plan.queued) {
    send(d, conn, { kind: 'PROPOSAL', zxid: txn.zxid, txn, bytes });
    send(d, conn, { kind: 'COMMIT', zxid: txn.zxid });
  }
  if (!handler.observer) forwardOutstanding(d, handler);
  if (!overtakes) send(d, conn, newLeader);
  setHandler(d, { ...handler, stage: 'synchronizing', mode: plan.mode, forwarding: true, sending: true, lastHeard: d.now });
}

/**
 * Proposals that are not committed yet: the learner will see their COMMIT live. All of them are later than what the sync brings, which was committed.
 *
 * Source: `Leader.startForwarding`.
 */
function forwardOutstanding(d: Draft, { conn, sid }: Handler): void {
  if (d.s.leading === null) return;
  if (d.s.config.profile.ackOfTheCut === 'forgotten') forgetAcks(d, sid);
  for (const { txn, bytes } of listItems(d.s.leading.outstanding)) send(d, conn, { kind: 'PROPOSAL', zxid: txn.zxid, txn, bytes });
}

/** Source: `ZKDatabase.calculateTxnLogSizeLimit`, `ZKDatabase.getProposalsFromTxnLog`. */
function txnLogFrom(d: Draft, peer: Zxid): Iterable<LoggedTxn> | null {
  const newest = datedFiles(d.s.disk, 'snapshot').at(-1);
  const limit = newest === undefined ? 0 : txnLogSizeLimit(fileSize(d.s.disk, newest.name), d.s.config.snapshotSizeFactor);
  return proposalsFromTxnLog(d.s.disk, peer, limit);
}

/**
 * Becoming leader, and the limits within which it must succeed.
 *
 * Source: `Leader.lead`, `ZooKeeperServer.loadData`.
 */
import { emptyList } from '../../base/chunked.ts';
import { ZXID_ZERO } from '../../base/zxid.ts';
import { newTracker } from '../../tree/sessions.ts';
import { takeSnapshotNow } from '../database.ts';
import { listen, setTimer, type Draft } from '../draft.ts';
import { giveUpLeading } from '../roles.ts';
import { hearEpoch } from './epochs.ts';
import { closeHandler } from './handlers.ts';

/** Elected: snapshot what is in memory, open the quorum port, and propose an epoch. */
export function startLeading(d: Draft): void {
  const { initLimitTicks, tickTimeMs } = d.s.config;
  takeSnapshotNow(d, 'leading', false);
  d.s.leading = {
    since: d.now,
    tick: 0,
    skipCheck: true,
    summary: { currentEpoch: d.s.currentEpoch, lastZxid: d.s.tree.lastProcessedZxid },
    epoch: -1,
    epochDecided: false,
    epochHeard: [],
    epochAcked: [],
    epochAgreed: false,
    newLeaderAcked: [],
    established: false,
    handlers: {},
    learners: [],
    lastProposed: ZXID_ZERO,
    lastCommitted: ZXID_ZERO,
    outstanding: emptyList(),
    ahead: d.s.tree,
    tracker: newTracker(tickTimeMs, [], d.now),
    pendingSyncs: [],
  };
  listen(d, 'quorum', true);
  setTimer(d, 'epochLimit', initLimitTicks * tickTimeMs);
  hearEpoch(d, d.s.sid, d.s.acceptedEpoch);
}

export function onEpochLimit(d: Draft): void {
  giveUpLeading(d, 'epochTimeout');
}

export function onEpochAckLimit(d: Draft): void {
  giveUpLeading(d, 'epochAckTimeout');
}

export function onNewLeaderLimit(d: Draft): void {
  giveUpLeading(d, 'newLeaderTimeout');
}

/** Learners are not told anything: they see their connections close (B-64). */
export function closeHandlers(d: Draft): void {
  for (const { conn } of Object.values(d.s.leading?.handlers ?? {})) closeHandler(d, conn, 'leaderStopped');
}

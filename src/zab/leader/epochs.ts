/**
 * Discovery, the leader's side: choose an epoch that nobody in a quorum has accepted before, and have a quorum accept it.
 * The sets never shrink: who was heard and left still counts (D-18).
 *
 * Source: `Leader.getEpochToPropose`, `Leader.waitForEpochAck`, `StateSummary`; Zab paper, phase 1.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, zxid, type Zxid } from '../../base/zxid.ts';
import { epochOp } from '../../store/recovery.ts';
import { cancelTimer, decide, edit, setTimer, write, type Draft } from '../draft.ts';
import { isQuorum, isVoter } from '../quorum.ts';
import { advance } from '../roles.ts';
import type { ConnId } from '../types.ts';
import { closeHandler, handlerOf, proposeEpochTo } from './handlers.ts';
import { awaitNewLeaderAcks } from './newLeader.ts';
import { synchronize } from './synchronize.ts';

/** Somebody (a learner, or the leader itself) tells the highest epoch it has accepted. Observers raise the epoch but are not counted (D-12). */
export function hearEpoch(d: Draft, from: Sid, acceptedEpoch: number): void {
  const leading = d.s.leading;
  if (leading === null) return;
  if (leading.epochDecided) {
    decide(d, {
      rule: 'epoch.propose',
      from,
      theirAcceptedEpoch: acceptedEpoch,
      epoch: leading.epoch,
      heard: leading.epochHeard,
      outcome: 'alreadyDecided',
    });
    return;
  }
  const epoch = Math.max(leading.epoch, acceptedEpoch + 1);
  const epochHeard = isVoter(d.s.config, from) && !leading.epochHeard.includes(from) ? [...leading.epochHeard, from] : leading.epochHeard;
  const decided = epochHeard.includes(d.s.sid) && isQuorum(d.s.config, epochHeard);
  Object.assign(edit(d, 'leading'), {
    epoch,
    epochHeard,
    epochDecided: decided,
    lastProposed: decided ? zxid(epoch, 0) : leading.lastProposed,
  });
  decide(d, {
    rule: 'epoch.propose',
    from,
    theirAcceptedEpoch: acceptedEpoch,
    epoch,
    heard: epochHeard,
    outcome: decided ? 'decided' : 'notYet',
  });
  if (decided) announceEpoch(d, epoch);
}

/** The epoch is decided: durable here first, then told to everybody who waits, then acknowledged by the leader itself. */
function announceEpoch(d: Draft, epoch: number): void {
  cancelTimer(d, 'epochLimit');
  d.s.acceptedEpoch = epoch;
  write(d, [epochOp('acceptedEpoch', epoch)]);
  setTimer(d, 'epochAckLimit', d.s.config.initLimitTicks * d.s.config.tickTimeMs);
  for (const { conn } of Object.values(d.s.leading?.handlers ?? {})) proposeEpochTo(d, conn);
  const summary = d.s.leading?.summary;
  if (summary !== undefined) countEpochAck(d, d.s.sid, summary.currentEpoch, summary.lastZxid);
}

/** ACKEPOCH of a learner. One that is ahead of the leader is sent away; the leader carries on (D-15). */
export function hearEpochAckOf(d: Draft, conn: ConnId, currentEpoch: number, lastZxid: Zxid): void {
  const handler = handlerOf(d, conn);
  const leading = d.s.leading;
  if (handler === undefined || leading === null) return;
  if (leading.epochAgreed) {
    decideAck(d, handler.sid, currentEpoch, lastZxid, 'late');
    synchronize(d, conn);
    return;
  }
  const { summary } = leading;
  const isAhead =
    currentEpoch > summary.currentEpoch || (currentEpoch === summary.currentEpoch && compareZxid(lastZxid, summary.lastZxid) > 0);
  if (currentEpoch !== -1 && isAhead) {
    decideAck(d, handler.sid, currentEpoch, lastZxid, 'ahead');
    closeHandler(d, conn, 'ahead');
    return;
  }
  countEpochAck(d, handler.sid, currentEpoch, lastZxid);
}

function countEpochAck(d: Draft, from: Sid, currentEpoch: number, lastZxid: Zxid): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const counts = currentEpoch !== -1 && isVoter(d.s.config, from);
  const epochAcked = counts && !leading.epochAcked.includes(from) ? [...leading.epochAcked, from] : leading.epochAcked;
  const agreed = epochAcked.includes(d.s.sid) && isQuorum(d.s.config, epochAcked);
  Object.assign(edit(d, 'leading'), { epochAcked, epochAgreed: agreed });
  decideAck(d, from, currentEpoch, lastZxid, agreed ? 'quorum' : counts ? 'counted' : 'notCounted');
  if (agreed) beginSynchronization(d, leading.epoch);
}

/** A quorum has accepted the epoch: it becomes the current one, and the learners that wait are synchronized. */
function beginSynchronization(d: Draft, epoch: number): void {
  cancelTimer(d, 'epochAckLimit');
  d.s.currentEpoch = epoch;
  write(d, [epochOp('currentEpoch', epoch)]);
  advance(d, 'epochAgreed');
  awaitNewLeaderAcks(d);
  for (const handler of Object.values(d.s.leading?.handlers ?? {})) if (handler.stage === 'epochAcked') synchronize(d, handler.conn);
}

function decideAck(
  d: Draft,
  from: Sid,
  theirEpoch: number,
  theirZxid: Zxid,
  outcome: 'counted' | 'notCounted' | 'ahead' | 'late' | 'quorum',
): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const { currentEpoch, lastZxid } = leading.summary;
  decide(d, {
    rule: 'epoch.ack',
    from,
    theirEpoch,
    theirZxid,
    myEpoch: currentEpoch,
    myZxid: lastZxid,
    acked: leading.epochAcked,
    outcome,
  });
}

/**
 * The end of synchronization: a quorum acknowledges NEWLEADER, the leader's history is thereby committed, and broadcast begins.
 *
 * Source: `Leader.waitForNewLeaderAck`, `Leader.startZkServer`; Zab paper, phase 2.
 */
import { mapEntries } from '../../base/chunked.ts';
import type { SessionId, Sid } from '../../base/ids.ts';
import { sameZxid, zxid, type Zxid } from '../../base/zxid.ts';
import { firstSessionId, newTracker } from '../../tree/sessions.ts';
import { cancelTimer, decide, edit, send, setTimer, type Draft } from '../draft.ts';
import { updateElectionVote } from '../election/lookForLeader.ts';
import { isQuorum, isVoter } from '../quorum.ts';
import { advance } from '../roles.ts';
import type { ConnId } from '../types.ts';
import { handlerOf, setHandler } from './handlers.ts';
import { CONTAINER_CHECK_MS, armSessionTimer } from './sessions.ts';

/** The leader's own acknowledgement, and the limit for the others'. */
export function awaitNewLeaderAcks(d: Draft): void {
  setTimer(d, 'newLeaderLimit', d.s.config.initLimitTicks * d.s.config.tickTimeMs);
  const leading = d.s.leading;
  if (leading !== null) countNewLeaderAck(d, d.s.sid, zxid(leading.epoch, 0));
}

/**
 * The first ACK of a learner. Whatever its zxid, the handler goes on; but only NEWLEADER's own zxid is counted, so an early ACK
 * of a proposal can cost the quorum (ZOOKEEPER-4685).
 */
export function hearNewLeaderAck(d: Draft, conn: ConnId, acked: Zxid): void {
  const handler = handlerOf(d, conn);
  if (handler === undefined) return;
  setHandler(d, { ...handler, stage: 'newLeaderAcked' });
  countNewLeaderAck(d, handler.sid, acked);
  if (d.s.leading?.established === true) release(d, conn);
}

function countNewLeaderAck(d: Draft, from: Sid, acked: Zxid): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const { epoch } = leading;
  const say = (outcome: 'counted' | 'wrongEpoch' | 'late' | 'observer' | 'quorum', sids: readonly Sid[]): void =>
    decide(d, { rule: 'newLeader.ack', from, zxid: acked, epoch, acked: sids, outcome });
  if (leading.established) return say('late', leading.newLeaderAcked);
  if (!sameZxid(acked, zxid(epoch, 0))) return say('wrongEpoch', leading.newLeaderAcked);
  if (!isVoter(d.s.config, from)) return say('observer', leading.newLeaderAcked);
  const newLeaderAcked = leading.newLeaderAcked.includes(from) ? leading.newLeaderAcked : [...leading.newLeaderAcked, from];
  const quorum = newLeaderAcked.includes(d.s.sid) && isQuorum(d.s.config, newLeaderAcked);
  edit(d, 'leading').newLeaderAcked = newLeaderAcked;
  say(quorum ? 'quorum' : 'counted', newLeaderAcked);
  if (quorum) establish(d);
}

/** From here on this server leads: it numbers txns of its epoch, serves clients, and watches that its quorum stays. */
function establish(d: Draft): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const start = zxid(leading.epoch, 0);
  cancelTimer(d, 'newLeaderLimit');
  d.s.tree = { ...d.s.tree, lastProcessedZxid: start };
  d.s.committedZxid = start;
  Object.assign(edit(d, 'leading'), {
    established: true,
    lastProposed: start,
    lastCommitted: start,
    ahead: d.s.tree,
    tracker: newTracker(d.s.config.tickTimeMs, mapEntries(d.s.tree.sessions) as Iterable<readonly [SessionId, number]>, d.now),
  });
  decide(d, { rule: 'leader.established', epoch: leading.epoch, supporters: leading.newLeaderAcked, zxid: start });
  advance(d, 'established');
  updateElectionVote(d, leading.epoch);
  d.s.nextSession = firstSessionId(d.s.config.wallClockAtZero + d.now, d.s.sid);
  d.s.serving = d.s.config.leaderServes;
  setTimer(d, 'tick', d.s.config.tickTimeMs / 2);
  setTimer(d, 'containers', CONTAINER_CHECK_MS);
  armSessionTimer(d);
  for (const handler of Object.values(d.s.leading?.handlers ?? {})) if (handler.stage === 'newLeaderAcked') release(d, handler.conn);
}

/** Tells a synchronized learner that it may serve. Source: `LearnerHandler.run`, after `waitForStartup`. */
function release(d: Draft, conn: ConnId): void {
  const handler = handlerOf(d, conn);
  if (handler?.stage !== 'newLeaderAcked') return;
  const { tickTimeMs, syncLimitTicks } = d.s.config;
  setHandler(d, { ...handler, stage: 'serving', lastHeard: d.now, readTimeoutMs: tickTimeMs * syncLimitTicks });
  setTimer(d, `handler:${conn}`, tickTimeMs * syncLimitTicks);
  send(d, conn, { kind: 'UPTODATE' });
}

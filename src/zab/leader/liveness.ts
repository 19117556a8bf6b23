/**
 * Once a tick the leader asks itself whether a quorum is still with it, and pings everybody twice as often.
 *
 * Source: `Leader.lead` (main loop), `LearnerHandler.ping`, `LearnerHandler.SyncLimitCheck`; B-60…B-62.
 */
import type { Sid } from '../../base/ids.ts';
import { decide, send, setTimer, type Draft } from '../draft.ts';
import { isQuorum } from '../quorum.ts';
import { giveUpLeading } from '../roles.ts';
import type { Handler, Leading } from '../state.ts';
import { closeHandler } from './handlers.ts';

/** The leader and every voting learner that was heard in time; one whose old connection is still open counts once. */
export function syncedSids(leading: Leading, self: Sid): readonly Sid[] {
  const synced = Object.values(leading.handlers).filter(
    (handler) => !handler.observer && handler.introduced && leading.tick <= handler.deadlineTick,
  );
  return [...new Set([self, ...synced.map(({ sid }) => sid)])];
}

/** Every half tick. */
export function onTick(d: Draft): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const checks = !leading.skipCheck;
  const next: Leading = { ...leading, tick: checks ? leading.tick + 1 : leading.tick, skipCheck: checks };
  d.s.leading = next;
  if (checks) {
    const synced = syncedSids(next, d.s.sid);
    if (!isQuorum(d.s.config, synced)) {
      decide(d, { rule: 'leader.alive', synced, outcome: 'lost' });
      giveUpLeading(d, 'quorumLost');
      return;
    }
  }
  for (const handler of Object.values(next.handlers)) if (handler.sending) ping(d, handler);
  setTimer(d, 'tick', d.s.config.tickTimeMs / 2);
}

/** A learner that leaves a proposal unacknowledged for too long is dropped, although it answers pings (B-62). */
function ping(d: Draft, handler: Handler): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const limitMs = d.s.config.syncLimitTicks * d.s.config.tickTimeMs;
  if (handler.watched !== null && d.now - handler.watched.since >= limitMs) {
    decide(d, {
      rule: 'learner.tooSlow',
      learner: handler.sid,
      zxid: handler.watched.zxid,
      waitedMs: d.now - handler.watched.since,
      limitMs,
    });
    closeHandler(d, handler.conn, 'transactionTimeout');
    return;
  }
  send(d, handler.conn, { kind: 'PING', zxid: leading.lastProposed });
}

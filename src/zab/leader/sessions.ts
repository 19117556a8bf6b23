/**
 * What only the leader does on its own: expiring sessions, deleting used-up containers.
 *
 * Source: `SessionTrackerImpl.run`, `ContainerManager.checkContainers`.
 */
import { NO_SESSION } from '../../base/ids.ts';
import { mapGet } from '../../base/chunked.ts';
import { containerCandidates } from '../../tree/containers.ts';
import { expire, nextExpiry } from '../../tree/sessions.ts';
import { OWN_CLIENT } from '../clients.ts';
import { wallClock } from '../database.ts';
import { decide, edit, setTimer, type Draft } from '../draft.ts';
import { submit } from './requests.ts';

/** `znode.container.checkIntervalMs`. */
export const CONTAINER_CHECK_MS = 60_000;

/** Wakes up when the next bucket of sessions is due. */
export function armSessionTimer(d: Draft): void {
  const next = d.s.leading === null ? null : nextExpiry(d.s.leading.tracker);
  if (next !== null) setTimer(d, 'sessions', Math.max(0, next - d.now));
}

/** Closes the sessions that were not heard from in time, as if they had asked for it (B-103). */
export function onSessionsTimer(d: Draft): void {
  if (d.s.leading === null) return;
  const { tracker, expired } = expire(d.s.leading.tracker, d.now);
  edit(d, 'leading').tracker = tracker;
  for (const session of expired) {
    decide(d, { rule: 'session.expired', session, timeoutMs: mapGet(tracker.sessions, session)?.timeoutMs ?? 0 });
    submit(d, { session, cxid: 0, op: { op: 'closeSession' }, owner: OWN_CLIENT });
  }
  armSessionTimer(d);
}

export function onContainersTimer(d: Draft): void {
  if (d.s.leading === null) return;
  const rules = { maxNeverUsedIntervalMs: d.s.config.profile.containerNeverUsedMs };
  for (const path of containerCandidates(d.s.tree, wallClock(d), rules))
    submit(d, { session: NO_SESSION, cxid: 0, op: { op: 'deleteContainer', path }, owner: OWN_CLIENT });
  setTimer(d, 'containers', CONTAINER_CHECK_MS);
}

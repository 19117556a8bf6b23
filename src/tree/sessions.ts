/**
 * The leader's list of live sessions. A session is not timed to the millisecond: it lies in a bucket named by the tick boundary at which all that
 * are still in it expire together, so touching it again within one tick costs nothing.
 *
 * Times are ms of the server's monotonic clock. The tracker is a value; each function returns the next one.
 *
 * Source: `SessionTrackerImpl`, `ExpiryQueue`, `LeaderSessionTracker`.
 */
import { emptyMap, mapDelete, mapEntries, mapGet, mapSet, type ChunkedMap } from '../base/chunked.ts';
import type { SessionId } from '../base/ids.ts';
import type { ErrorCode } from './types.ts';

/** Through which server a session's requests come: whatever the caller uses to tell connections to learners apart. */
export type SessionOwner = number | string;

export interface TrackedSession {
  /** Negotiated timeout. */
  readonly timeoutMs: number;
  /** A closing session gets no more requests; it is gone once its closeSession txn is applied. */
  readonly closing: boolean;
  /** Null until the first request under a new leader. */
  readonly owner: SessionOwner | null;
  /** The bucket it lies in. */
  readonly expiresAt: number;
}

/** Sessions that expire together. */
export interface Bucket {
  readonly at: number;
  readonly sessions: ChunkedMap<true>;
}

export interface Tracker {
  readonly tickTimeMs: number;
  readonly sessions: ChunkedMap<TrackedSession>;
  /** Earliest first; none is empty. */
  readonly buckets: readonly Bucket[];
}

/**
 * A new leader's tracker: every session known to the tree gets its full timeout again.
 *
 * Source: `SessionTrackerImpl` constructor.
 */
export function newTracker(tickTimeMs: number, sessions: Iterable<readonly [SessionId, number]>, now: number): Tracker {
  let tracker: Tracker = { tickTimeMs, sessions: emptyMap(), buckets: [] };
  for (const [id, timeoutMs] of sessions) tracker = track(tracker, id, timeoutMs, now);
  return tracker;
}

/**
 * Starts tracking a session. One that is tracked already keeps what is known of it and is only given more time.
 *
 * Source: `SessionTrackerImpl.trackSession`.
 */
export function track(tracker: Tracker, id: SessionId, timeoutMs: number, now: number): Tracker {
  const known = mapGet(tracker.sessions, id);
  return moveTo(tracker, id, known ?? { timeoutMs, closing: false, owner: null, expiresAt: NOWHERE }, bucketOf(tracker, now + timeoutMs));
}

/**
 * Notes a sign of life. Usually the session stays in its bucket and the same tracker comes back.
 *
 * @param timeoutMs the timeout a learner reports; undefined for the one that was negotiated.
 * @returns `known` is false for a session that is closing or not tracked; nothing changes then.
 *
 * Source: `SessionTrackerImpl.touchSession`.
 */
export function touch(
  tracker: Tracker,
  id: SessionId,
  timeoutMs: number | undefined,
  now: number,
): { readonly tracker: Tracker; readonly known: boolean } {
  const session = mapGet(tracker.sessions, id);
  if (session === undefined || session.closing) return { tracker, known: false };
  return { tracker: moveTo(tracker, id, session, bucketOf(tracker, now + (timeoutMs ?? session.timeoutMs))), known: true };
}

/** Marks a session whose closeSession was proposed. Source: `SessionTrackerImpl.setSessionClosing`. */
export function setClosing(tracker: Tracker, id: SessionId): Tracker {
  const session = mapGet(tracker.sessions, id);
  return session === undefined || session.closing ? tracker : withSession(tracker, id, { ...session, closing: true });
}

/**
 * Says through which connection a session's requests come from now on. Unknown and closing sessions stay as they are.
 *
 * Source: `SessionTrackerImpl.setOwner`.
 */
export function setOwner(tracker: Tracker, id: SessionId, owner: SessionOwner): Tracker {
  const session = mapGet(tracker.sessions, id);
  if (session === undefined || session.closing || session.owner === owner) return tracker;
  return withSession(tracker, id, { ...session, owner });
}

/** The owner of a session, or null if it has none yet or is not tracked. */
export function ownerOf(tracker: Tracker, id: SessionId): SessionOwner | null {
  return mapGet(tracker.sessions, id)?.owner ?? null;
}

/**
 * Whether a request of this session, coming through `owner`, may be processed: OK, SESSIONEXPIRED (unknown or closing) or SESSIONMOVED. When it
 * is OK and the session has no owner yet, it belongs to this one from now on; `claimSession` does both.
 *
 * Source: `LeaderSessionTracker.checkSession`, `SessionTrackerImpl.checkSession`.
 */
export function checkSession(tracker: Tracker, id: SessionId, owner: SessionOwner): ErrorCode {
  const session = mapGet(tracker.sessions, id);
  if (session === undefined || session.closing) return 'SESSIONEXPIRED';
  return session.owner === null || session.owner === owner ? 'OK' : 'SESSIONMOVED';
}

/** `checkSession`, and makes `owner` the owner of a session that has none. */
export function claimSession(tracker: Tracker, id: SessionId, owner: SessionOwner): { readonly tracker: Tracker; readonly err: ErrorCode } {
  const err = checkSession(tracker, id, owner);
  return { tracker: err === 'OK' ? setOwner(tracker, id, owner) : tracker, err };
}

/**
 * Takes out all buckets whose time has come and marks their sessions as closing; the caller submits a closeSession for each. A session that was
 * closing already is listed too, as in the real server.
 *
 * Source: `SessionTrackerImpl.run`, `ExpiryQueue.poll`.
 */
export function expire(tracker: Tracker, now: number): { readonly tracker: Tracker; readonly expired: readonly SessionId[] } {
  const due = tracker.buckets.filter(({ at }) => at <= now);
  if (due.length === 0) return { tracker, expired: [] };
  const expired = due.flatMap((bucket) => Array.from(mapEntries(bucket.sessions), ([id]) => id as SessionId));
  let next: Tracker = { ...tracker, buckets: tracker.buckets.slice(due.length) };
  for (const id of expired) next = setClosing(next, id);
  return { tracker: next, expired };
}

/** When the next bucket is due, or null if no session is waiting. */
export function nextExpiry(tracker: Tracker): number | null {
  return tracker.buckets[0]?.at ?? null;
}

/** Forgets a session, once its closeSession is applied. Source: `SessionTrackerImpl.removeSession`. */
export function remove(tracker: Tracker, id: SessionId): Tracker {
  const session = mapGet(tracker.sessions, id);
  if (session === undefined) return tracker;
  return { ...tracker, sessions: mapDelete(tracker.sessions, id), buckets: withoutMember(tracker.buckets, session.expiresAt, id) };
}

/**
 * The timeout a server grants: what was asked for, but from 2 to 20 ticks.
 *
 * Source: `ZooKeeperServer.processConnectRequest`.
 */
export function negotiateTimeout(requestedMs: number, tickTimeMs: number): number {
  return Math.min(Math.max(requestedMs, 2 * tickTimeMs), 20 * tickTimeMs);
}

// ---------------------------------------------------------------------------------------------------------------------

/** No bucket is at time 0: the first boundary is one tick. */
const NOWHERE = 0;

/** Source: `ExpiryQueue.roundToNextInterval`. */
function bucketOf(tracker: Tracker, time: number): number {
  return (Math.floor(time / tracker.tickTimeMs) + 1) * tracker.tickTimeMs;
}

function withSession(tracker: Tracker, id: SessionId, session: TrackedSession): Tracker {
  return { ...tracker, sessions: mapSet(tracker.sessions, id, session) };
}

function moveTo(tracker: Tracker, id: SessionId, session: TrackedSession, at: number): Tracker {
  if (session.expiresAt === at) return tracker;
  return {
    tickTimeMs: tracker.tickTimeMs,
    sessions: mapSet(tracker.sessions, id, { timeoutMs: session.timeoutMs, closing: session.closing, owner: session.owner, expiresAt: at }),
    buckets: withMember(withoutMember(tracker.buckets, session.expiresAt, id), at, id),
  };
}

function withMember(buckets: readonly Bucket[], at: number, id: SessionId): readonly Bucket[] {
  const i = buckets.findIndex((bucket) => bucket.at >= at);
  const place = i < 0 ? buckets.length : i;
  const found = buckets[place];
  if (found?.at === at) return buckets.with(place, { at, sessions: mapSet(found.sessions, id, true) });
  return buckets.toSpliced(place, 0, { at, sessions: mapSet(emptyMap<true>(), id, true) });
}

function withoutMember(buckets: readonly Bucket[], at: number, id: SessionId): readonly Bucket[] {
  const place = buckets.findIndex((bucket) => bucket.at === at);
  const found = buckets[place];
  if (found === undefined) return buckets;
  const sessions = mapDelete(found.sessions, id);
  return sessions.size === 0 ? buckets.toSpliced(place, 1) : buckets.with(place, { at, sessions });
}

export { firstSessionId, nextSessionId, sessionPassword } from './sessionIds.ts';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapEntries, mapGet } from '../../src/base/chunked.ts';
import type { SessionId } from '../../src/base/ids.ts';
import {
  checkSession,
  claimSession,
  expire,
  negotiateTimeout,
  newTracker,
  nextExpiry,
  ownerOf,
  remove,
  setClosing,
  setOwner,
  touch,
  track,
  type Tracker,
} from '../../src/tree/sessions.ts';
import { firstSessionId, nextSessionId, sessionPassword } from '../../src/tree/sessionIds.ts';

const TICK = 2000;
const A: SessionId = '0x1';
const B: SessionId = '0x2';
const empty = newTracker(TICK, [], 0);
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe('ids and passwords', () => {
  test.each([
    ['0x1000016fc4a0000', 'a4b3d6b66106955e22a99bd012d835a9'],
    ['0x100001639a60000', 'f8b458b0250f9179967c7bca76186dac'],
    ['0x10000422ed90000', 'adfa5932365b9831d3259a916ff5c3ea'],
  ] as const)('the password of %s is that of a real server (W-12)', (id, password) => {
    expect(hex(sessionPassword(id))).toBe(password);
  });

  test.each([
    [0x422ed9, 1, '0x10000422ed90000'],
    [0, 1, '0x100000000000000'],
    [0xff_ffff_ffff, 2, '0x2ffffffffff0000'],
    [0x100_0000_0000, 2, '0x200000000000000'],
    [7.9, 255, '0xff00000000070000'],
    [7, 257, '0x100000000070000'],
    [0, 0x80, '0x8000000000000001'],
  ] as const)('at %i ms server %i starts with %s (B-101)', (elapsedMs, sid, id) => {
    expect(firstSessionId(elapsedMs, sid)).toBe(id);
  });

  test('ids count up, also across 32 bits', () => {
    expect(nextSessionId('0x10000422ed90000')).toBe('0x10000422ed90001');
    expect(nextSessionId('0x1000042ffffffff')).toBe('0x100004300000000');
  });
});

test.each([
  [1, 4000],
  [4000, 4000],
  [30000, 30000],
  [40001, 40000],
])('who asks for %i ms gets %i at a tickTime of 2000 (B-100)', (asked, granted) => {
  expect(negotiateTimeout(asked, TICK)).toBe(granted);
});

describe('buckets (B-103)', () => {
  test.each([
    [0, 4000, 6000],
    [1, 4000, 6000],
    [1999, 4000, 6000],
    [2000, 4000, 8000],
    [500, 5000, 6000],
    [1000, 5000, 8000],
  ])('touched at %i with a timeout of %i it expires at %i', (now, timeoutMs, at) => {
    expect(nextExpiry(track(empty, A, timeoutMs, now))).toBe(at);
  });

  test('touching within a tick changes nothing at all', () => {
    const tracker = track(empty, A, 4000, 0);
    expect(touch(tracker, A, undefined, 1999)).toEqual({ tracker, known: true });
    expect(touch(tracker, A, undefined, 1999).tracker).toBe(tracker);
    expect(nextExpiry(touch(tracker, A, undefined, 2000).tracker)).toBe(8000);
  });

  test('a bucket expires as a whole, and not a millisecond early', () => {
    const tracker = track(track(track(empty, A, 4000, 0), B, 5000, 500), '0x3', 8000, 0);
    expect(expire(tracker, 5999)).toEqual({ tracker, expired: [] });
    expect(expire(tracker, 5999).tracker).toBe(tracker);
    const { tracker: after, expired } = expire(tracker, 6000);
    expect([...expired].sort()).toEqual([A, B]);
    expect(nextExpiry(after)).toBe(10000);
    expect(checkSession(after, A, 1)).toBe('SESSIONEXPIRED');
    expect(touch(after, A, undefined, 6001)).toEqual({ tracker: after, known: false });
  });

  test('who is touched in time leaves a shared bucket, and the others expire without it', () => {
    const tracker = touch(track(track(empty, A, 4000, 0), B, 4000, 0), B, undefined, 2000).tracker;
    expect(expire(tracker, 6000).expired).toEqual([A]);
    expect(expire(tracker, 8000).expired).toEqual([A, B]);
  });

  test('after a long sleep all due buckets expire, the oldest first', () => {
    expect(expire(track(track(empty, A, 8000, 0), B, 4000, 0), 60000).expired).toEqual([B, A]);
  });

  test('a new leader gives every session its full time again (B-105)', () => {
    const tracker = newTracker(
      TICK,
      [
        [A, 4000],
        [B, 30000],
      ],
      100_500,
    );
    expect(tracker.buckets.map(({ at }) => at)).toEqual([106_000, 132_000]);
    expect(ownerOf(tracker, A)).toBeNull();
  });

  test('a removed session is gone from its bucket too', () => {
    const tracker = remove(track(empty, A, 4000, 0), A);
    expect([nextExpiry(tracker), tracker.sessions.size]).toEqual([null, 0]);
    expect(checkSession(tracker, A, 1)).toBe('SESSIONEXPIRED');
  });

  test('and those who shared it still expire', () => {
    expect(expire(remove(track(track(empty, A, 4000, 0), B, 4000, 0), A), 6000).expired).toEqual([B]);
  });

  test('tracking a session again keeps its timeout and its owner', () => {
    const tracker = track(setOwner(track(empty, A, 4000, 0), A, 3), A, 9000, 0);
    expect(mapGet(tracker.sessions, A)).toEqual({ timeoutMs: 4000, closing: false, owner: 3, expiresAt: 10000 });
  });
});

describe('owners (B-71, B-108)', () => {
  const tracker = track(empty, A, 4000, 0);

  test('the first to ask owns the session, others have come too late', () => {
    const { tracker: owned, err } = claimSession(tracker, A, 2);
    expect([err, ownerOf(owned, A), checkSession(owned, A, 2), checkSession(owned, A, 3)]).toEqual(['OK', 2, 'OK', 'SESSIONMOVED']);
    expect(claimSession(owned, A, 3)).toEqual({ tracker: owned, err: 'SESSIONMOVED' });
    expect(claimSession(owned, A, 2).tracker).toBe(owned);
  });

  test('a revalidated session moves', () => {
    const moved = setOwner(setOwner(tracker, A, 2), A, 3);
    expect([checkSession(moved, A, 2), checkSession(moved, A, 3)]).toEqual(['SESSIONMOVED', 'OK']);
  });

  test('a closing session is as good as expired', () => {
    const closing = setClosing(tracker, A);
    expect(checkSession(closing, A, 2)).toBe('SESSIONEXPIRED');
    expect(setOwner(closing, A, 2)).toBe(closing);
    expect(expire(closing, 6000).expired).toEqual([A]);
  });
});

test('every session that is not expired lies in exactly the bucket it names', () => {
  const id = fc.constantFrom<SessionId>('0x1', '0x2', '0x3', '0x4');
  const step = fc.tuple(
    fc.constantFrom('track', 'touch', 'expire', 'remove', 'setClosing'),
    id,
    fc.integer({ min: 4000, max: 40000 }),
    fc.nat(5000),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50, size: 'max' }), (steps) => {
      let tracker: Tracker = empty;
      let now = 0;
      const gone = new Set<SessionId>();
      for (const [what, who, timeoutMs, later] of steps) {
        now += later;
        if (what === 'track') {
          tracker = track(tracker, who, timeoutMs, now);
          gone.delete(who);
        }
        if (what === 'touch') tracker = touch(tracker, who, timeoutMs, now).tracker;
        if (what === 'remove') tracker = remove(tracker, who);
        if (what === 'setClosing') tracker = setClosing(tracker, who);
        if (what === 'expire') {
          const { tracker: next, expired } = expire(tracker, now);
          tracker = next;
          for (const one of expired) gone.add(one);
        }
      }
      const inBuckets = tracker.buckets.flatMap(({ at, sessions }) => Array.from(mapEntries(sessions), ([one]) => [one, at]));
      const named = Array.from(mapEntries(tracker.sessions))
        .filter(([one]) => !gone.has(one as SessionId))
        .map(([one, { expiresAt }]) => [one, expiresAt]);
      expect(inBuckets.sort()).toEqual(named.sort());
      expect(tracker.buckets.map(({ at }) => at)).toEqual(tracker.buckets.map(({ at }) => at).sort((a, b) => a - b));
    }),
  );
});

/** Sessions: made by a txn, kept alive through any server, moved, expired by the leader alone. Ticks of 500 ms. */
import { describe, expect, it } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import { PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { Cores, OPEN } from './cores.ts';

const TICK_MS = 500;

function serving(at: number, timeoutMs = 2000): { cores: Cores; conn: number } {
  const cores = new Cores(3).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(at, timeoutMs);
  cores.run(50);
  return { cores, conn };
}

const ephemeral = (path: string): Parameters<Cores['request']>[2] => ({ op: 'create', path, data: null, acl: OPEN, mode: 'ephemeral' });
/** Number of sessions with ephemerals, on each server that is up. */
const withEphemerals = (cores: Cores): number[] =>
  [1, 2, 3].filter((sid) => cores.servers.has(sid)).map((sid) => cores.server(sid).tree.ephemerals.size);

describe('coming back to a session', () => {
  it('at another server is asked of the leader, which says yes while it lives', () => {
    const { cores } = serving(1);
    cores.sent.length = 0;
    const conn = cores.connectClient(2, 2000, { session: cores.session() });
    cores.run(20);
    expect(cores.sentKinds(2, 3, 'PING')).toEqual(['REVALIDATE']);
    expect(cores.decided('session.revalidated').at(-1)).toMatchObject({ session: cores.session(), outcome: 'valid' });
    expect(cores.answers.find((answer) => answer.conn === conn)?.message).toMatchObject({
      kind: 'ConnectResponse',
      timeoutMs: 2000,
      session: cores.session(),
    });
  });

  it.each([
    ['a follower', 2],
    ['the leader', 3],
  ])('that has expired, at %s: timeout 0, and the connection closes', (_who, at) => {
    const { cores } = serving(1);
    cores.run(2000 + 2 * TICK_MS);
    expect(cores.decided('session.expired')).toHaveLength(1);
    const conn = cores.connectClient(at, 2000, { session: cores.session() });
    cores.run(20);
    expect(cores.answers.find((answer) => answer.conn === conn)?.message).toMatchObject({ kind: 'ConnectResponse', timeoutMs: 0 });
    expect(cores.isOpen(conn)).toBe(false);
  });

  it('with a wrong password is refused, but takes the session from the connection that had it here', () => {
    const { cores, conn: old } = serving(1);
    const thief = cores.connectClient(1, 2000, { session: cores.session(), password: new Uint8Array(16) });
    cores.run(20);
    expect(cores.decided('client.refused').at(-1)).toMatchObject({ reason: 'wrongPassword', session: cores.session() });
    expect(cores.answers.find((answer) => answer.conn === thief)?.message).toMatchObject({ kind: 'ConnectResponse', timeoutMs: 0 });
    expect([cores.isOpen(thief), cores.isOpen(old)]).toEqual([false, false]);
  });

  it('with more seen than the server has is refused without an answer', () => {
    const { cores } = serving(1);
    const conn = cores.connectClient(2, 2000, { session: cores.session(), lastZxidSeen: zxid(1, 2) });
    cores.run(20);
    expect(cores.decided('client.refused').at(-1)).toMatchObject({
      reason: 'aheadOfServer',
      clientZxid: zxid(1, 2),
      serverZxid: zxid(1, 1),
    });
    expect(cores.answersOn(conn)).toEqual([]);
    expect(cores.isOpen(conn)).toBe(false);
  });

  it('is not possible where nobody serves', () => {
    const cores = new Cores(3).boot(1).run(100);
    const conn = cores.connectClient(1);
    cores.run(20);
    expect(cores.decided('client.refused')).toMatchObject([{ reason: 'notServing' }]);
    expect(cores.isOpen(conn)).toBe(false);
  });
});

describe('a session', () => {
  it('gets from 2 to 20 ticks, whatever it asks for', () => {
    const { cores } = serving(1, 10);
    cores.connectClient(1, 1e6);
    cores.run(20);
    expect(cores.decided('session.created').map(({ timeoutMs }) => timeoutMs)).toEqual([2 * TICK_MS, 20 * TICK_MS]);
  });

  it('lives on pings to a follower: they travel to the leader with its next PING', () => {
    const { cores, conn } = serving(1);
    for (let i = 0; i < 8; i++) cores.ping(conn).run(1000);
    expect(cores.decided('session.expired')).toEqual([]);
    expect(
      cores.sent.some(({ from, message }) => from === 1 && message.kind === 'PING' && message.touched?.[0]?.[0] === cores.session()),
    ).toBe(true);
    cores.run(2000 + 2 * TICK_MS);
    expect(cores.decided('session.expired')).toHaveLength(1);
  });

  it('that expires loses its ephemerals and its connection, on every server with the same zxid', () => {
    const { cores, conn } = serving(1);
    cores.request(conn, 1, ephemeral('/mine')).run(20);
    expect(withEphemerals(cores)).toEqual([1, 1, 1]);
    cores.run(2000 + 2 * TICK_MS);
    expect(withEphemerals(cores)).toEqual([0, 0, 0]);
    expect([1, 2, 3].map((sid) => cores.zxid(sid))).toEqual(Array(3).fill('0x100000003'));
    expect(cores.isOpen(conn)).toBe(false);
  });

  it('that is closed by its client is answered first; then its ephemerals are gone and the connection closes', () => {
    const { cores, conn } = serving(2);
    cores.request(conn, 1, ephemeral('/mine')).request(conn, 2, { op: 'closeSession' }).run(30);
    expect(cores.answersOn(conn).slice(1)).toEqual(['Reply 1 OK', 'Reply 2 OK']);
    expect(withEphemerals(cores)).toEqual([0, 0, 0]);
    expect(cores.isOpen(conn)).toBe(false);
    expect(cores.server(3).leading?.tracker.sessions.size).toBe(0);
  });

  it('that is closing gets nothing more from the leader: its requests are dropped without an answer', () => {
    const { cores, conn } = serving(3);
    cores.fsyncMs.set(1, 50).set(2, 50).set(3, 50);
    cores.request(conn, 1, { op: 'closeSession' }).create(conn, 2, '/late').run(20);
    expect(cores.decided('request.validated').at(-1)?.op).toBe('closeSession');
    cores.run(100);
    expect(cores.answersOn(conn).slice(1)).toEqual(['Reply 1 OK']);
  });

  it('gets its full timeout again from a new leader (B-105)', () => {
    const { cores, conn } = serving(1, 4000);
    cores.request(conn, 1, ephemeral('/mine')).run(3000).kill(3).run(2000);
    expect(cores.server(2).phase).toBe('leading.broadcast');
    const elected = cores.decisions.findLast(({ decision }) => decision.rule === 'leader.established')?.at ?? NaN;
    expect(withEphemerals(cores)).toEqual([1, 1]);
    cores.run(5000);
    const { at } = cores.first('session.expired');
    expect(at).toBeGreaterThanOrEqual(elected + 4000);
    expect(at).toBeLessThanOrEqual(elected + 4000 + TICK_MS);
    expect(withEphemerals(cores)).toEqual([0, 0]);
  });
});

describe('containers', () => {
  it('that were used and are empty are deleted by the leader within a minute', () => {
    const { cores, conn } = serving(1, 10_000);
    cores
      .request(conn, 1, { op: 'create', path: '/c', data: null, acl: OPEN, mode: 'container' })
      .create(conn, 2, '/c/child')
      .request(conn, 3, { op: 'delete', path: '/c/child', version: -1 });
    for (let i = 0; i < 13; i++) cores.run(5000).ping(conn);
    expect(cores.decided('request.validated').at(-1)).toMatchObject({ op: 'deleteContainer', path: '/c', err: 'OK' });
    cores.request(conn, 4, { op: 'exists', path: '/c' }).run(20);
    expect(cores.answersOn(conn).at(-1)).toBe('Reply 4 NONODE');
  });

  it('that were never used are deleted after five minutes in mainline, and never in 3.8.0', () => {
    const after = (containerNeverUsedMs: number): boolean => {
      const cores = new Cores(1, { profile: { ...PROFILE_CURRENT, containerNeverUsedMs } }).boot(1).run(2000);
      const conn = cores.connectClient(1, 10_000);
      cores.run(50).request(conn, 1, { op: 'create', path: '/c', data: null, acl: OPEN, mode: 'container' }).run(370_000);
      return cores.decided('request.validated').some(({ op }) => op === 'deleteContainer');
    };
    expect([after(300_000), after(0)]).toEqual([true, false]);
  });
});

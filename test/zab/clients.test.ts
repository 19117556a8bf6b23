/** Connections of clients: which one speaks for a session, and what becomes of requests whose connection is gone. 3 leads. */
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/base/ids.ts';
import { sessionPassword } from '../../src/tree/sessions.ts';
import { step, type Server } from '../../src/zab/server.ts';
import type { Effect, Input } from '../../src/zab/types.ts';
import { Cores } from './cores.ts';

function serving(at: number, timeoutMs = 8000): { cores: Cores; conn: number } {
  const cores = new Cores(3).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(at, timeoutMs);
  cores.run(50);
  return { cores, conn };
}

/** What a server asks for when this reaches it, and what it is then. */
function told(server: Server, input: Input, now: number): { readonly server: Server; readonly effects: readonly Effect[] } {
  const { server: next, output } = step(server, input, now);
  return { server: next, effects: output.effects };
}

/** The one that `serving(1)` makes. */
const firstSession = (): SessionId => serving(1).cores.session();

const repliesTo = (cores: Cores, sid: number): string[] => cores.sentKinds(sid, 0);

describe('a connection without a session', () => {
  const accepted = (): { server: Server; now: number } => {
    const { cores } = serving(2);
    return { server: told(cores.server(1), { type: 'accepted', channel: 'client', conn: 999, peer: 1 }, cores.now).server, now: cores.now };
  };

  it('belongs to no session', () => {
    const { server } = accepted();
    expect(Object.values(server.clients)).toMatchObject([{ conn: 999, session: '0x0', stage: 'new' }]);
    expect(server.connOfSession).toEqual({});
  });

  it('has no ping answered', () => {
    const { server, now } = accepted();
    const after = told(server, { type: 'receive', conn: 999, message: { kind: 'ClientPing' } }, now);
    expect(after.effects).toEqual([]);
    expect(after.server.learning?.touched).toEqual({});
  });

  it('is closed when it asks for anything but a session', () => {
    const { server, now } = accepted();
    const message = { kind: 'Request', xid: 1, op: { op: 'exists', path: '/' } } as const;
    const after = told(server, { type: 'receive', conn: 999, message }, now);
    expect(after.effects).toEqual([{ type: 'close', conn: 999 }]);
    expect(after.server.clients).toEqual({});
  });
});

describe('a connection that is gone', () => {
  it.each([
    ['a follower', 1],
    ['the leader', 3],
  ])('is forgotten by %s; what it asked for happens, and nobody is told', (_who, at) => {
    const { cores, conn } = serving(at);
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores.create(conn, 1, '/a').run(5);
    cores.inject(at, { type: 'disconnected', conn, reason: 'closed' });
    expect(cores.server(at).clients).toEqual({});
    expect(cores.server(at).connOfSession).toEqual({});
    cores.run(50);
    expect(cores.zxid(at)).toBe('0x100000002');
    expect(repliesTo(cores, at)).toEqual(['ConnectResponse']);
  });

  it('leaves its session to the connection that took it over', () => {
    const { cores, conn: old } = serving(1);
    const now = cores.connectClient(1, 8000, { session: cores.session() });
    cores.run(20).inject(1, { type: 'disconnected', conn: old, reason: 'closed' });
    expect(cores.server(1).connOfSession).toEqual({ [cores.session()]: now });
    cores.create(now, 1, '/a').run(20);
    expect(cores.answersOn(now)).toEqual(['ConnectResponse', 'Reply 1 OK']);
  });

  it('has its answer given to nobody else: the session’s new connection waits for its own', () => {
    const { cores, conn: old } = serving(1);
    cores.fsyncMs.set(1, 30).set(2, 30).set(3, 30);
    cores.create(old, 5, '/old').run(5);
    const now = cores.connectClient(1, 8000, { session: cores.session() });
    cores.run(10).create(now, 6, '/old').run(25);
    expect(cores.zxid(1)).toBe('0x100000002');
    expect(cores.answersOn(now)).toEqual(['ConnectResponse']);
    cores.run(60);
    expect(cores.answersOn(now)).toEqual(['ConnectResponse', 'Reply 6 NODEEXISTS']);
  });
});

describe('a learner that loses its leader', () => {
  it('closes the connections of its clients and forgets them', () => {
    const { cores, conn } = serving(1);
    expect(cores.isOpen(conn)).toBe(true);
    cores.kill(3).run(5);
    expect(cores.isOpen(conn)).toBe(false);
    expect(cores.server(1).clients).toEqual({});
    expect(cores.server(1).connOfSession).toEqual({});
  });
});

describe('a session that moves to the leader', () => {
  it('belongs to the leader from then on: its writes come that way, and no other', () => {
    const { cores, conn: old } = serving(1);
    const now = cores.connectClient(3, 8000, { session: cores.session() });
    cores.run(20).create(now, 1, '/a').run(20);
    expect(cores.answersOn(now)).toEqual(['ConnectResponse', 'Reply 1 OK']);
    cores.create(old, 2, '/b').run(20);
    expect(cores.answersOn(old)).toEqual(['ConnectResponse']);
    expect(cores.isOpen(old)).toBe(false);
  });
});

describe('requests behind a write that fails because the session has moved', () => {
  it('are not answered either', () => {
    const { cores, conn: old } = serving(1);
    cores.connectClient(2, 8000, { session: cores.session() });
    cores.run(50).create(old, 1, '/a').request(old, 2, { op: 'exists', path: '/' }).run(20);
    expect(cores.isOpen(old)).toBe(false);
    expect(cores.server(1).clients).toEqual({});
    expect(repliesTo(cores, 1)).toEqual(['ConnectResponse']);
  });
});

describe('a password', () => {
  const [first, ...others] = sessionPassword(firstSession());
  it.each([
    ['is empty', []],
    ['is cut short', [first]],
    ['is too long', [first, ...others, 0]],
    ['differs in its first byte', [(first ?? 0) ^ 1, ...others]],
    ['differs behind its first byte', [first, ...others.map((byte) => byte ^ 1)]],
  ])('that %s is wrong', (_what, password) => {
    const { cores } = serving(1);
    expect(cores.session()).toBe(firstSession());
    cores.connectClient(1, 8000, { session: cores.session(), password: Uint8Array.from(password, (byte) => byte ?? 0) });
    cores.run(20);
    expect(cores.decided('client.refused')).toMatchObject([{ reason: 'wrongPassword' }]);
    expect(cores.decided('session.revalidated')).toEqual([]);
  });
});

describe('a session that is being created', () => {
  it('is not given to somebody who asks for it before the leader has said that it lives', () => {
    const { cores } = serving(1);
    const session = cores.server(1).nextSession;
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores.connectClient(1);
    cores.run(5);
    cores.passes = (_from, _to, { kind }) => kind !== 'REVALIDATE';
    const other = cores.connectClient(1, 8000, { session });
    cores.run(100);
    expect(cores.zxid(1)).toBe('0x100000002');
    expect(cores.answersOn(other)).toEqual([]);
  });
});

describe('a sign of life at a learner', () => {
  it('tells the leader the timeout that was negotiated last', () => {
    const { cores, conn } = serving(1, 2000);
    const touches = (): unknown[] =>
      cores.sent.flatMap(({ from, message }) => (from === 1 && message.kind === 'PING' ? (message.touched ?? []) : []));
    cores.run(500);
    cores.sent.length = 0;
    cores.ping(conn).run(2);
    const again = cores.connectClient(1, 6000, { session: cores.session() });
    cores.run(10).ping(again).run(500);
    expect(touches()).toEqual([[cores.session(), 6000]]);
  });
});

/** What clients can count on: the order of their session, errors that take their place in history, and `sync`. */
import { describe, expect, it } from 'vitest';
import { listLast } from '../../src/base/chunked.ts';
import { utf8 } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { Cores, OPEN } from './cores.ts';

/** 3 leads, a client is connected to `at`. */
function serving(at: number, more: ConstructorParameters<typeof Cores>[1] = {}): { cores: Cores; conn: number } {
  const cores = new Cores(3, more).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(at);
  cores.run(50);
  return { cores, conn };
}

const lastTxn = (cores: Cores, sid = 3): unknown => listLast(cores.server(sid).committedLog)?.txn.body;

describe.each([
  ['a follower', 1],
  ['the leader', 3],
])('a session at %s', (_who, at) => {
  it('has its requests answered in order: a read waits behind the write before it, and sees it', () => {
    const { cores, conn } = serving(at);
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores
      .create(conn, 1, '/a', 'x')
      .request(conn, 2, { op: 'getData', path: '/a' })
      .create(conn, 3, '/b')
      .request(conn, 4, { op: 'exists', path: '/c' })
      .run(10);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse']);
    cores.run(60);
    expect(cores.answersOn(conn).slice(1)).toEqual(['Reply 1 OK', 'Reply 2 OK', 'Reply 3 OK', 'Reply 4 NONODE']);
    expect(cores.answers.find(({ message }) => message.kind === 'Reply' && message.xid === 2)?.message).toMatchObject({
      result: { kind: 'data', data: utf8('x') },
    });
  });

  it('has its pings answered in order, too: none overtakes a write', () => {
    const { cores, conn } = serving(at);
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores.create(conn, 1, '/a').ping(conn).run(10);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse']);
    cores.run(60).ping(conn).run(5);
    expect(cores.answersOn(conn).slice(1)).toEqual(['Reply 1 OK', 'PingReply', 'PingReply']);
  });

  it('is not held up by the writes of others', () => {
    const { cores, conn } = serving(at);
    const other = cores.connectClient(at);
    cores.run(50);
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores.create(conn, 1, '/a').request(other, 1, { op: 'exists', path: '/a' }).run(10);
    expect(cores.answersOn(other)).toEqual(['ConnectResponse', 'Reply 1 NONODE']);
  });
});

describe('sync', () => {
  const during = (at: number): { cores: Cores; reader: number; writer: number } => {
    const { cores, conn: writer } = serving(3);
    const reader = cores.connectClient(at);
    cores.run(50);
    cores.fsyncMs.set(1, 20).set(2, 20).set(3, 20);
    cores
      .create(writer, 1, '/a')
      .run(5)
      .request(reader, 1, { op: 'sync', path: '/' })
      .request(reader, 2, { op: 'exists', path: '/a' })
      .run(8);
    return { cores, reader, writer };
  };

  it('at a follower is answered behind everything that was outstanding, so the read after it sees that', () => {
    const { cores, reader } = during(1);
    expect(cores.answersOn(reader)).toEqual(['ConnectResponse']);
    cores.run(60);
    expect(cores.answersOn(reader).slice(1)).toEqual(['Reply 1 OK', 'Reply 2 OK']);
  });

  it('waits for what was proposed when it came, no longer, and is answered once, behind the COMMIT', () => {
    const { cores, conn: client } = serving(3);
    const follower = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    cores.passes = (_from, to, { kind }) => !(to === 3 && kind === 'ACK') && kind !== 'SYNC';
    cores.sent.length = 0;
    for (const i of [1, 2]) {
      cores.create(client, i, `/a${i}`).run(20);
      const message = { kind: 'REQUEST', session: cores.session(), cxid: i, op: { op: 'sync', path: '/' } } as const;
      cores.inject(3, { type: 'receive', conn: follower, message });
    }
    const waits = (): unknown => cores.server(3).leading?.pendingSyncs.map((waiting) => waiting.zxid.counter);
    const ack = (counter: number): string[] => {
      cores.inject(3, { type: 'receive', conn: follower, message: { kind: 'ACK', zxid: zxid(1, counter) } });
      return cores.sentKinds(3, 1, 'PING', 'PROPOSAL');
    };
    expect(waits()).toEqual([2, 3]);
    expect(ack(2)).toEqual(['COMMIT', 'SYNC']);
    expect(waits()).toEqual([3]);
    expect(ack(3)).toEqual(['COMMIT', 'SYNC', 'COMMIT', 'SYNC']);
    expect(waits()).toEqual([]);
  });

  it('at the leader waits for nothing (B-51)', () => {
    const { cores, reader, writer } = during(3);
    expect(cores.answersOn(writer)).toEqual(['ConnectResponse']);
    expect(cores.answersOn(reader).slice(1)).toEqual(['Reply 1 OK', 'Reply 2 NONODE']);
  });

  it('with nothing outstanding comes straight back and takes no zxid', () => {
    const { cores, conn } = serving(1);
    const before = cores.zxid(3);
    cores.request(conn, 1, { op: 'sync', path: '/' }).run(10);
    expect(cores.answersOn(conn).at(-1)).toBe('Reply 1 OK');
    expect(cores.sentKinds(3, 1, 'PING', 'NOTIFICATION').at(-1)).toBe('SYNC');
    expect(cores.zxid(3)).toBe(before);
  });
});

describe('a session that has moved to another server', () => {
  const moved = (from: number, to: number): { cores: Cores; old: number; now: number } => {
    const { cores, conn: old } = serving(from);
    cores.create(old, 1, '/before').run(20);
    const now = cores.connectClient(to, 8000, { session: cores.session() });
    cores.run(50);
    return { cores, old, now };
  };

  it('fails writes that still come the old way: they take a zxid, and the old connection closes without an answer', () => {
    const { cores, old } = moved(1, 2);
    cores.create(old, 2, '/late').run(20);
    expect(lastTxn(cores)).toEqual({ type: 'error', err: 'SESSIONMOVED' });
    expect([1, 2, 3].map((sid) => cores.zxid(sid))).toEqual(Array(3).fill('0x100000003'));
    expect(cores.answersOn(old)).toEqual(['ConnectResponse', 'Reply 1 OK']);
    expect(cores.isOpen(old)).toBe(false);
  });

  it('fails even reads at the leader, which knows; a follower answers them', () => {
    const atLeader = moved(3, 2);
    atLeader.cores.request(atLeader.old, 2, { op: 'exists', path: '/before' }).run(20);
    expect(atLeader.cores.answersOn(atLeader.old)).toEqual(['ConnectResponse', 'Reply 1 OK']);
    expect(atLeader.cores.isOpen(atLeader.old)).toBe(false);
    const atFollower = moved(1, 2);
    atFollower.cores.request(atFollower.old, 2, { op: 'exists', path: '/before' }).run(20);
    expect(atFollower.cores.answersOn(atFollower.old).at(-1)).toBe('Reply 2 OK');
  });

  it('works the new way', () => {
    const { cores, now } = moved(1, 2);
    cores.create(now, 2, '/after').run(20);
    expect(cores.answersOn(now)).toEqual(['ConnectResponse', 'Reply 2 OK']);
  });
});

describe('a session under a new leader', () => {
  it.each([{ op: 'create', path: '/a', data: null, acl: OPEN, mode: 'persistent' } as const, { op: 'sync', path: '/' } as const])(
    'belongs to whoever sends its first request, here $op: through others it has moved',
    (first) => {
      const cores = new Cores(5).boot(1, 2, 3, 4, 5).run(2000);
      cores.connectClient(5);
      cores.run(50).kill(5).run(3000);
      expect(cores.server(4).phase).toBe('leading.broadcast');
      const hear = (through: number, op: Parameters<Cores['request']>[2]): void => {
        const conn = cores.server(through).learning?.conn ?? expect.fail(`${through} follows nobody`);
        cores.inject(4, { type: 'receive', conn, message: { kind: 'REQUEST', session: cores.session(), cxid: 1, op } }).run(20);
      };
      hear(1, first);
      hear(2, { op: 'delete', path: '/b', version: -1 });
      expect(lastTxn(cores, 4)).toEqual({ type: 'error', err: 'SESSIONMOVED' });
      hear(1, { op: 'delete', path: '/b', version: -1 });
      expect(lastTxn(cores, 4)).toEqual({ type: 'error', err: 'NONODE' });
    },
  );
});

describe('a session that the leader does not know', () => {
  const strange = (op: Parameters<Cores['request']>[2]): Cores => {
    const { cores } = serving(1);
    const conn = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    return cores.inject(3, { type: 'receive', conn, message: { kind: 'REQUEST', session: '0xdead', cxid: 1, op } }).run(20);
  };

  it('fails, and the failure takes a zxid', () => {
    const cores = strange({ op: 'delete', path: '/a', version: -1 });
    expect(lastTxn(cores)).toEqual({ type: 'error', err: 'SESSIONEXPIRED' });
    expect([1, 2, 3].map((sid) => cores.zxid(sid))).toEqual(Array(3).fill('0x100000002'));
  });

  it('fails the first operation of a multi, and the others with it', () => {
    const cores = strange({
      op: 'multi',
      ops: [
        { op: 'delete', path: '/a', version: -1 },
        { op: 'check', path: '/', version: -1 },
      ],
    });
    expect(lastTxn(cores)).toEqual({
      type: 'multi',
      txns: [
        { type: 'error', err: 'SESSIONEXPIRED' },
        { type: 'error', err: 'RUNTIMEINCONSISTENCY' },
      ],
    });
  });
});

describe('a multi of a session that the leader does not know', () => {
  it.each([
    ['cannot be read when one of its operations is none for a multi', [{ op: 'getData', path: '/' } as const], 'MARSHALLINGERROR'],
    ['fails in nothing when it has no operations', [], 'OK'],
  ])('%s', (_what, ops, err) => {
    const { cores } = serving(1);
    const conn = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    cores.inject(3, { type: 'receive', conn, message: { kind: 'REQUEST', session: '0xdead', cxid: 1, op: { op: 'multi', ops } } }).run(20);
    expect(cores.decided('request.validated').at(-1)).toMatchObject({ op: 'multi', err });
    expect(lastTxn(cores)).toEqual(err === 'OK' ? { type: 'multi', txns: [] } : { type: 'error', err });
  });
});

describe('a hard quota', () => {
  it.each([
    [{}, 'OK'],
    [{ enforceQuota: true }, 'QUOTAEXCEEDED'],
  ])('is enforced only where that is switched on: %o', (more, err) => {
    const { cores, conn } = serving(3, more);
    const nodes = ['/q', '/zookeeper/quota/q', '/zookeeper/quota/q/zookeeper_limits', '/zookeeper/quota/q/zookeeper_stats', '/q/1', '/q/2'];
    for (const [i, path] of nodes.entries()) {
      const limits = path.endsWith('_limits') ? 'count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2' : '';
      cores.create(conn, i + 1, path, limits);
    }
    cores.run(50);
    expect(cores.answersOn(conn).slice(-2)).toEqual(['Reply 5 OK', `Reply 6 ${err}`]);
  });
});

describe('operations', () => {
  it('of a multi happen all or not at all; what failed is in the answer', () => {
    const { cores, conn } = serving(2);
    const create = { op: 'create', path: '/a', data: null, acl: OPEN, mode: 'persistent' } as const;
    cores
      .request(conn, 1, { op: 'multi', ops: [create, { op: 'check', path: '/nowhere', version: 1 }, create] })
      .request(conn, 2, { op: 'exists', path: '/a' })
      .run(30);
    const answer = cores.answers.find(({ message }) => message.kind === 'Reply' && message.xid === 1)?.message;
    expect(answer).toMatchObject({
      err: 'OK',
      result: { kind: 'multi', results: [{ err: 'OK' }, { err: 'NONODE' }, { err: 'RUNTIMEINCONSISTENCY' }] },
    });
    expect(cores.answersOn(conn).at(-1)).toBe('Reply 2 NONODE');
    expect(new Set([1, 2, 3].map((sid) => cores.server(sid).tree.digest)).size).toBe(1);
  });

  it('check outside a multi: 3.8.0 takes it, mainline answers UNIMPLEMENTED without a zxid and closes the connection (ZOOKEEPER-2623)', () => {
    const ask = (profile: typeof PROFILE_CURRENT): { answer: unknown; open: boolean; zxid: string } => {
      const { cores, conn } = serving(1, { profile });
      cores.request(conn, 1, { op: 'check', path: '/', version: 0 }).run(20);
      return { answer: cores.answersOn(conn).at(-1), open: cores.isOpen(conn), zxid: cores.zxid(3) };
    };
    expect(ask(PROFILE_3_8_0)).toEqual({ answer: 'Reply 1 OK', open: true, zxid: '0x100000002' });
    expect(ask(PROFILE_CURRENT)).toEqual({ answer: 'Reply 1 UNIMPLEMENTED', open: false, zxid: '0x100000001' });
  });
});

/** Broadcast: propose, make durable, acknowledge, commit in order (Zab, phase 3). */
import { describe, expect, it } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import { listAt, listLength } from '../../src/base/chunked.ts';
import { PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { Cores } from './cores.ts';

const sids = (servers: number): number[] => Array.from({ length: servers }, (_, i) => i + 1);

/** 3 leads; a client is connected to it. Its session took zxid 1:1. */
function serving(servers = 3): { cores: Cores; conn: number } {
  const cores = new Cores(servers).boot(...sids(servers)).run(2000);
  const conn = cores.connectClient(servers);
  cores.run(50);
  cores.sent.length = cores.doings.length = cores.decisions.length = cores.fsyncs.length = 0;
  return { cores, conn };
}

const acks = (cores: Cores): string[] =>
  cores.decided('proposal.ack').map(({ zxid: z, from, acks: all, outcome }) => `${z.counter} by ${from}: ${all.join('+')} ${outcome}`);

describe('acknowledging', () => {
  it('takes one message there, one back, and a third to commit', () => {
    const { cores, conn } = serving();
    cores.create(conn, 1, '/a').run(20);
    expect(cores.sentKinds(3, 1, 'PING')).toEqual(['PROPOSAL', 'COMMIT']);
    expect(cores.sentKinds(1, 3, 'PING')).toEqual(['ACK']);
  });

  it('happens only behind the fsync', () => {
    const { cores, conn } = serving();
    cores.fsyncMs.set(1, 30);
    cores.create(conn, 1, '/a').run(20);
    expect(cores.sentKinds(1, 3, 'PING')).toEqual([]);
    cores.run(20);
    expect(cores.sentKinds(1, 3, 'PING')).toEqual(['ACK']);
  });

  it('by the leader itself is no different: two followers commit a txn that its own disk does not hold yet (B-19)', () => {
    const { cores, conn } = serving();
    cores.fsyncMs.set(3, 50);
    cores.create(conn, 1, '/a').run(20);
    expect(acks(cores)).toEqual([
      expect.stringMatching(/^2 by ([12]): \1 notYet$/),
      expect.stringMatching(/^2 by [12]: (1\+2|2\+1) committed$/),
    ]);
    expect(cores.server(3)).toMatchObject({ lastSynced: zxid(1, 1), tree: { lastProcessedZxid: zxid(1, 2) } });
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse', 'Reply 1 OK']);
    cores.run(50);
    expect(acks(cores).at(-1)).toBe('2 by 3:  alreadyCommitted');
  });

  it('by a follower says nothing of the leader’s own disk', () => {
    const { cores, conn } = serving();
    cores.fsyncMs.set(3, 50);
    cores.passes = (from, to, message) => !(from === 2 && to === 3 && message.kind === 'ACK');
    cores.create(conn, 1, '/a').run(20);
    const head = (): unknown => listAt(cores.server(3).leading?.outstanding ?? expect.fail('3 leads'), 0);
    expect(head()).toMatchObject({ acks: [1], phase: 'proposed' });
    cores.passes = (_from, to, message) => !(to === 3 && message.kind === 'ACK');
    cores.run(50).create(conn, 2, '/b').run(60);
    expect(head()).toMatchObject({ acks: [3], phase: 'synced' });
  });

  it('by all is what tutorials wait for: the slowest disk decides when', () => {
    const profile = { ...PROFILE_CURRENT, commitNeeds: 'all' as const };
    const cores = new Cores(3, { profile }).boot(1, 2, 3).run(2000);
    const conn = cores.connectClient(3);
    cores.run(50).fsyncMs.set(1, 30);
    cores.create(conn, 1, '/a').run(20);
    expect(acks(cores).at(-1)).toMatch(/^2 by \d: (2\+3|3\+2) notYet$/);
    cores.run(20);
    expect(acks(cores).at(-1)).toMatch(/^2 by 1: (2\+3|3\+2)\+1 committed$/);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse', 'Reply 1 OK']);
  });

  it('lets a follower apply on COMMIT while its own fsync is under way', () => {
    const { cores, conn } = serving();
    cores.fsyncMs.set(1, 500);
    cores.create(conn, 1, '/a').run(20);
    expect(cores.server(1)).toMatchObject({ lastSynced: zxid(1, 1), tree: { lastProcessedZxid: zxid(1, 2) } });
  });

  it('of what is not outstanding changes nothing', () => {
    const { cores } = serving();
    const conn = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    for (const z of [zxid(1, 0), zxid(1, 1), zxid(1, 9)]) cores.inject(3, { type: 'receive', conn, message: { kind: 'ACK', zxid: z } });
    expect(cores.decided('proposal.ack').map(({ outcome }) => outcome)).toEqual(['alreadyCommitted', 'unknown']);
    expect(cores.zxid(3)).toBe('0x100000001');
  });
});

describe('an ACK that counts for nothing', () => {
  it('is one of another epoch, or of what was never proposed, while a proposal is outstanding', () => {
    const { cores, conn } = serving();
    cores.passes = (from, to, message) => !(to === 3 && from !== 3 && message.kind === 'ACK');
    cores.create(conn, 1, '/a').run(20);
    const follower = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    for (const z of [zxid(9, 2), zxid(1, 9)]) {
      cores.inject(3, { type: 'receive', conn: follower, message: { kind: 'ACK', zxid: z } });
      expect(acks(cores).at(-1)).toBe(`${z.counter} by 1:  unknown`);
    }
    expect(cores.zxid(3)).toBe('0x100000001');
  });

  it('is that of an observer', () => {
    const members = sids(4).map((sid) => ({ sid, type: sid === 4 ? ('observer' as const) : ('participant' as const) }));
    const cores = new Cores(4, { members }).boot(1, 2, 3, 4).run(3000);
    const conn = cores.connectClient(3);
    cores.run(50).passes = (from, to, message) => !(to === 3 && from !== 3 && message.kind === 'ACK');
    cores.create(conn, 1, '/a').run(20);
    const observer = cores.server(4).learning?.conn ?? expect.fail('4 observes nobody');
    cores.inject(3, { type: 'receive', conn: observer, message: { kind: 'ACK', zxid: zxid(1, 2) } });
    expect(acks(cores).at(-1)).toBe('2 by 4: 3 observer');
    expect(cores.zxid(3)).toBe('0x100000001');
  });
});

describe('a follower that answers pings and acknowledges nothing', () => {
  it('is let go after syncLimit, although newer proposals go out all the time (B-62)', () => {
    const { cores, conn } = serving();
    cores.passes = (from, to, message) => !(from === 1 && to === 3 && message.kind === 'ACK');
    for (let i = 0; i < 60 && !cores.decisions.some(({ decision }) => decision.rule === 'handler.closed'); i++)
      cores.create(conn, i + 1, `/n${i}`).run(100);
    expect(cores.first('handler.closed', 3).decision).toMatchObject({ learner: 1 });
  });
});

describe('group commit', () => {
  it('makes everything that arrived during an fsync durable with the next one', () => {
    const { cores, conn } = serving();
    cores.fsyncMs.set(1, 20);
    for (let i = 1; i <= 10; i++) {
      cores.create(conn, i, `/n${i}`).run(1);
    }
    cores.run(60);
    expect(cores.fsyncs.filter((sid) => sid === 1)).toHaveLength(2);
    expect(cores.sentKinds(1, 3, 'PING')).toEqual(Array(10).fill('ACK'));
    expect(cores.server(1).lastSynced).toEqual(zxid(1, 11));
  });
});

describe('a commit', () => {
  it('is told to the followers before the client is answered', () => {
    const { cores, conn } = serving();
    cores.create(conn, 1, '/a').run(20);
    const mine = cores.doings.filter(({ sid, doing }) => sid === 3 && ['PROPOSAL', 'COMMIT', 'Reply'].includes(doing));
    expect(mine.map(({ doing }) => doing)).toEqual(['PROPOSAL', 'PROPOSAL', 'COMMIT', 'COMMIT', 'Reply']);
  });

  it('is not told to a learner that has not been synchronized', () => {
    const cores = new Cores(5).boot(3, 4, 5).run(2000);
    const conn = cores.connectClient(5);
    cores.run(50);
    cores.tell(cores.join(1, 5), { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 });
    cores.create(conn, 1, '/a').run(20);
    expect(cores.zxid(5)).toBe('0x100000002');
    expect(cores.sentKinds(5, 1)).toEqual(['LEADERINFO']);
  });
});

describe('order', () => {
  it('is that of the proposals everywhere', () => {
    const { cores, conn } = serving();
    for (let i = 1; i <= 5; i++) cores.create(conn, i, `/n${i}`);
    cores.run(30);
    for (const kind of ['PROPOSAL', 'COMMIT', 'ACK']) {
      const [from, to] = kind === 'ACK' ? [1, 3] : [3, 1];
      const packets = cores.sent.filter((sent) => sent.from === from && sent.to === to && sent.message.kind === kind);
      expect(packets.map(({ message }) => ('zxid' in message ? message.zxid.counter : NaN))).toEqual([2, 3, 4, 5, 6]);
    }
    expect(cores.answersOn(conn).slice(1)).toEqual([1, 2, 3, 4, 5].map((xid) => `Reply ${xid} OK`));
  });

  it('is kept when a quorum comes together for a later proposal first: it waits, and is not looked at again before its next ACK', () => {
    const { cores, conn } = serving();
    cores.passes = (from, to, message) => !(to === 3 && from !== 3 && message.kind === 'ACK');
    cores.create(conn, 1, '/a').create(conn, 2, '/b').run(20);
    const follower = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    const ack = (counter: number): Cores =>
      cores.inject(3, { type: 'receive', conn: follower, message: { kind: 'ACK', zxid: zxid(1, counter) } });
    ack(3);
    expect(acks(cores).at(-1)).toBe('3 by 1: 3+1 waitsForEarlier');
    expect(cores.zxid(3)).toBe('0x100000001');
    ack(2);
    expect(cores.zxid(3)).toBe('0x100000002');
    ack(3);
    expect(cores.zxid(3)).toBe('0x100000003');
    expect(listLength(cores.server(3).leading?.outstanding ?? expect.fail('3 leads'))).toBe(0);
  });

  it('that is broken ends the follower: a COMMIT of anything but its oldest proposal is exit code 12', () => {
    const { cores, conn } = serving();
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === 'COMMIT' && message.zxid.counter === 2);
    cores.create(conn, 1, '/a').create(conn, 2, '/b').run(20);
    expect(cores.exits).toEqual([{ sid: 1, code: 12 }]);
    expect(cores.decided('commit.unexpected')).toMatchObject([{ zxid: zxid(1, 3), head: zxid(1, 2), outcome: 'exit' }]);
  });

  it('is not broken by a COMMIT for which nothing was proposed: it is ignored', () => {
    const { cores } = serving();
    const conn = cores.server(1).learning?.conn ?? expect.fail('1 follows nobody');
    cores.inject(1, { type: 'receive', conn, message: { kind: 'COMMIT', zxid: zxid(1, 9) } });
    expect(cores.decided('commit.unexpected')).toMatchObject([{ head: null, outcome: 'ignored' }]);
    expect(cores.server(1).phase).toBe('following.broadcast');
  });
});

describe('observers', () => {
  const observed = (): Cores =>
    new Cores(4, { members: sids(4).map((sid) => ({ sid, type: sid === 4 ? 'observer' : 'participant' })) }).boot(1, 2, 3, 4).run(3000);

  it('are told what is committed with its content; they log it, and acknowledge nothing', () => {
    const cores = observed();
    const conn = cores.connectClient(3);
    cores.run(50);
    cores.sent.length = 0;
    cores.create(conn, 1, '/a').run(50);
    expect(cores.sentKinds(3, 4, 'PING')).toEqual(['INFORM']);
    expect(cores.sentKinds(4, 3, 'PING')).toEqual([]);
    expect(cores.server(4)).toMatchObject({ lastSynced: zxid(1, 2), tree: { lastProcessedZxid: zxid(1, 2) } });
  });

  it('ignore proposals and commits in broadcast', () => {
    const cores = observed();
    const before = cores.server(4);
    const conn = before.learning?.conn ?? expect.fail('4 observes nobody');
    cores.inject(4, { type: 'receive', conn, message: { kind: 'COMMIT', zxid: zxid(1, 9) } });
    expect(cores.decided('commit.unexpected')).toEqual([]);
    expect(cores.server(4).tree).toBe(before.tree);
  });

  it('log what synchronization brought only when they are told that they are up to date', () => {
    const cores = observed();
    const conn = cores.connectClient(3);
    cores.run(50).kill(4).create(conn, 1, '/a').run(50);
    cores.doings.length = 0;
    cores.boot(4).run(1000);
    const mine = cores.doings
      .filter(({ sid, doing }) => sid === 4 && (doing === 'ACK' || doing.includes(' log.') || doing.includes('Epoch')))
      .map(({ doing }) => doing);
    expect(mine.slice(mine.indexOf('writeAtomic currentEpoch'))).toEqual([
      'writeAtomic currentEpoch',
      'ACK',
      'ACK',
      'create log.100000002',
      'append log.100000002',
      'allocate log.100000002',
      'append log.100000002',
    ]);
    expect(cores.server(4).tree.digest).toBe(cores.server(3).tree.digest);
  });
});

/** Quorums other than a majority, end to end. */
import { describe, expect, it } from 'vitest';
import type { Member } from '../../src/zab/types.ts';
import { Cores } from './cores.ts';

describe('a single server', () => {
  it('elects itself, commits when its own disk has the txn, and remembers', () => {
    const cores = new Cores(1).boot(1).run(1000);
    expect(cores.phases()).toBe('1 leading.broadcast');
    const conn = cores.connectClient(1);
    cores.run(20);
    cores.fsyncMs.set(1, 30);
    cores.create(conn, 1, '/a').run(20);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse']);
    cores.run(20);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse', 'Reply 1 OK']);
    cores.run(5000).kill(1).run(5).boot(1).run(1000);
    expect(cores.server(1)).toMatchObject({ phase: 'leading.broadcast', currentEpoch: 2, tree: { nodes: { size: 5 } } });
  });
});

describe('weights', () => {
  const members: Member[] = [
    { sid: 1, type: 'participant', group: 1 },
    { sid: 2, type: 'participant', group: 1 },
    { sid: 3, type: 'participant', group: 1, weight: 0 },
  ];

  it('of 0 keep a server from leading and from counting, not from following', () => {
    const cores = new Cores(3, { members }).boot(1, 2, 3).run(3000);
    expect(cores.phases()).toBe('1 following.broadcast, 2 leading.broadcast, 3 following.broadcast');
    cores.kill(1).run(2000);
    expect(cores.decided('leader.gaveUp')).toMatchObject([{ reason: 'quorumLost', synced: [2, 3] }]);
  });
});

describe('three groups of two', () => {
  const members: Member[] = [1, 2, 3, 4, 5, 6].map((sid) => ({ sid, type: 'participant', group: Math.ceil(sid / 2) }));
  const booted = (): Cores => new Cores(6, { members }).boot(1, 2, 3, 4, 5, 6).run(3000);

  it('go on without one whole group', () => {
    const cores = booted();
    cores.kill(1, 2).run(3000);
    const conn = cores.connectClient(6);
    cores.run(50).create(conn, 1, '/a').run(50);
    expect(cores.server(6).phase).toBe('leading.broadcast');
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse', 'Reply 1 OK']);
  });

  it('stop without one server of each of two groups, although four of six are left', () => {
    const cores = booted();
    cores.kill(1, 3).run(3000);
    expect(cores.decided('leader.gaveUp')).toMatchObject([{ reason: 'quorumLost' }]);
    expect(cores.phases()).toBe('1 down, 2 looking, 3 down, 4 looking, 5 looking, 6 looking');
  });

  it('commit when two of them have a majority each', () => {
    const cores = booted();
    const conn = cores.connectClient(6);
    cores.run(50);
    cores.fsyncMs.set(1, Infinity).set(2, 100).set(3, 20).set(4, 20);
    cores.create(conn, 1, '/a').run(10);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse']);
    cores.run(30);
    expect(cores.answersOn(conn)).toEqual(['ConnectResponse', 'Reply 1 OK']);
  });
});

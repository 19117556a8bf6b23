import { describe, expect, it } from 'vitest';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { Cores } from './cores.ts';

const HOUSEKEEPING = ['NOTIFICATION', 'PING'] as const;

describe.each([PROFILE_3_8_0, PROFILE_CURRENT])('an ensemble of three, profile $name', (profile) => {
  const booted = (): Cores => new Cores(3, { profile }).boot(1, 2, 3).run(2000);

  it('elects the server with the highest sid and reaches broadcast everywhere', () => {
    const cores = booted();
    expect(cores.phases()).toBe('1 following.broadcast, 2 following.broadcast, 3 leading.broadcast');
    expect([1, 2, 3].map((sid) => cores.server(sid).currentEpoch)).toEqual([1, 1, 1]);
    expect(cores.zxid(3)).toBe('0x100000000');
  });

  it('takes a follower through discovery, synchronization and broadcast in this order', () => {
    const cores = booted();
    expect(cores.sentKinds(2, 3, ...HOUSEKEEPING)).toEqual(['FOLLOWERINFO', 'ACKEPOCH', 'ACK', 'ACK']);
    expect(cores.sentKinds(3, 2, ...HOUSEKEEPING)).toEqual(['LEADERINFO', 'DIFF', 'NEWLEADER', 'UPTODATE']);
  });

  it('commits a write that came through a follower on all servers', () => {
    const cores = booted();
    const conn = cores.connectClient(1);
    cores.run(100).create(conn, 1, '/a', 'hello').run(100);
    expect(cores.heard.map((message) => message.kind)).toEqual(['ConnectResponse', 'Reply']);
    expect(cores.heard[1]).toMatchObject({ err: 'OK', xid: 1, zxid: { epoch: 1, counter: 2 } });
    expect([1, 2, 3].map((sid) => cores.zxid(sid))).toEqual(['0x100000002', '0x100000002', '0x100000002']);
    expect(new Set([1, 2, 3].map((sid) => cores.server(sid).tree.digest)).size).toBe(1);
  });

  it('elects the survivor with the newest log when the leader dies, in a new epoch, and nothing is lost', () => {
    const cores = booted();
    const conn = cores.connectClient(1);
    cores.run(100).create(conn, 1, '/a').run(100).kill(3).run(3000);
    expect(cores.phases()).toBe('1 following.broadcast, 2 leading.broadcast, 3 down');
    expect(cores.server(2).currentEpoch).toBe(2);
    cores.boot(3).run(3000);
    expect(cores.phases()).toBe('1 following.broadcast, 2 leading.broadcast, 3 following.broadcast');
    expect(cores.decided('sync.mode').at(-1)).toMatchObject({ learner: 3, mode: 'DIFF' });
  });

  it('remembers everything after all processes were killed', () => {
    const cores = booted();
    const conn = cores.connectClient(2);
    cores.run(100).create(conn, 1, '/a').run(100).kill(1, 2, 3).run(10).boot(1, 2, 3).run(3000);
    expect(cores.phases()).toContain('leading.broadcast');
    expect([1, 2, 3].map((sid) => cores.server(sid).tree.nodes.size)).toEqual([5, 5, 5]);
  });

  it('lets the leader step down when it hears no quorum for syncLimit ticks', () => {
    const cores = booted();
    cores.passes = (from, to) => from !== 3 && to !== 3;
    cores.run(6000);
    expect(cores.decided('leader.gaveUp')[0]).toMatchObject({ reason: 'quorumLost', synced: [3] });
    expect(cores.phases()).toBe('1 following.broadcast, 2 leading.broadcast, 3 looking');
  });
});

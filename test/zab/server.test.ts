import { describe, expect, it } from 'vitest';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import type { Message } from '../../src/zab/types.ts';
import { emptyDisk } from '../../src/store/disk.ts';
import { zxid } from '../../src/base/zxid.ts';
import { config, Cores } from './cores.ts';

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

describe('what reaches a server from nobody', () => {
  const cores = new Cores(3).boot(1, 2, 3).run(2000);
  const STRANGER = 999;

  it.each<Message>([
    { kind: 'FOLLOWERINFO', sid: 2, acceptedEpoch: 1 },
    { kind: 'ACKEPOCH', currentEpoch: 1, lastZxid: zxid(1, 0) },
    { kind: 'ACK', zxid: zxid(1, 0) },
    { kind: 'REQUEST', session: '0x1', cxid: 1, op: { op: 'sync', path: '/' } },
    { kind: 'PING', zxid: zxid(1, 0), touched: [['0x1', 4000]] },
    { kind: 'REVALIDATE', session: '0x1', timeoutMs: 4000 },
  ])('is not heard: $kind on a connection that its leader has closed', (message) => {
    const { server, output } = step(cores.server(3), { type: 'receive', conn: STRANGER, message }, cores.now);
    expect(server).toEqual(cores.server(3));
    expect([output.effects, output.decisions]).toEqual([[], []]);
  });

  it('is closed: a connection to a leader that is not looked for any more', () => {
    for (const [sid, peer] of [
      [1, 2],
      [3, 2],
    ] as const) {
      const { output } = step(cores.server(sid), { type: 'connected', channel: 'quorum', conn: STRANGER, peer }, cores.now);
      expect(output.effects).toEqual([{ type: 'close', conn: STRANGER }]);
    }
  });
});

describe('a client that hangs up', () => {
  it('is forgotten, and its session lives on', () => {
    const cores = new Cores(3).boot(1, 2, 3).run(2000);
    const conn = cores.connectClient(1);
    cores.run(50).inject(1, { type: 'disconnected', conn, reason: 'closed' });
    expect(cores.server(1).clients).toEqual({});
    expect(cores.server(1).phase).toBe('following.broadcast');
    expect(cores.server(1).tree.sessions.size).toBe(1);
  });
});

describe('autopurge', () => {
  it.each([
    [{ intervalHours: 2, retain: 3 }, [7_200_000]],
    [{ intervalHours: 0, retain: 3 }, []],
    [null, []],
  ])('%o: is begun with the process, and again at every interval', (autopurge, timers) => {
    const { output } = step(null, { type: 'boot', sid: 1, config: config(1, { autopurge }), disk: emptyDisk(), seed: 1 }, 0);
    expect(output.effects.flatMap((effect) => (effect.type === 'setTimer' && effect.timer === 'purge' ? [effect.afterMs] : []))).toEqual(
      timers,
    );
  });
});

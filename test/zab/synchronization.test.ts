/** What a learner gets and keeps, end to end between real server cores. */
import { describe, expect, it } from 'vitest';
import { listKeepLast } from '../../src/base/chunked.ts';
import { formatZxid, zxid } from '../../src/base/zxid.ts';
import { applyDiskOps, fileNames } from '../../src/store/disk.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT, type Profile } from '../../src/zab/profile.ts';
import type { EnsembleConfig } from '../../src/zab/types.ts';
import { Cores } from './cores.ts';

/** Three servers, 3 leads epoch 1, a client at 2 has created /a0…/a4 (zxids 2–6). */
function withData(profile: Profile = PROFILE_CURRENT, more: Partial<EnsembleConfig> = {}): { cores: Cores; conn: number } {
  const cores = new Cores(3, { profile, ...more }).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(2);
  cores.run(50);
  for (let i = 0; i < 5; i++) cores.create(conn, i + 1, `/a${i}`);
  cores.run(50);
  return { cores, conn };
}

const lastSync = (cores: Cores): string => {
  const { learner, mode, peerLastZxid, zxidSent, because } = cores.decided('sync.mode').at(-1) ?? expect.fail('nobody was synchronized');
  return `${learner} ${mode} ${formatZxid(peerLastZxid)} -> ${formatZxid(zxidSent)} (${because})`;
};

describe('a learner that comes back', () => {
  it('with nothing missing gets an empty DIFF', () => {
    const { cores } = withData();
    cores.kill(1).run(100).boot(1).run(1000);
    expect(lastSync(cores)).toBe('1 DIFF 0x100000006 -> 0x100000006 (same)');
  });

  it('with some txns missing gets them as a DIFF from committedLog, and has them on disk before it acknowledges', () => {
    const { cores, conn } = withData();
    cores.kill(1).run(100).create(conn, 6, '/b').run(100).boot(1).run(1000);
    expect(lastSync(cores)).toBe('1 DIFF 0x100000006 -> 0x100000007 (inCommittedLog)');
    expect(cores.server(1).lastSynced).toEqual({ epoch: 1, counter: 7 });
  });

  it('with an empty disk gets a SNAP, which it writes down before it acknowledges', () => {
    const { cores } = withData();
    cores.kill(1).run(100);
    cores.disks.set(1, { files: {} });
    cores.boot(1).run(1000);
    expect(lastSync(cores)).toBe('1 SNAP 0x0 -> 0x100000006 (txnLogUnusable)');
    expect(fileNames(cores.server(1).disk)).toContain('snapshot.100000006');
  });

  it('with a txn that nobody else has is truncated as long as the new epoch has no txn', () => {
    const { cores, conn } = withData();
    cores.passes = (from, _to, message) => !(from === 3 && message.kind === 'PROPOSAL');
    cores.create(conn, 6, '/lost').run(20);
    expect(cores.server(3).lastLogged).toEqual({ epoch: 1, counter: 7 });
    cores.kill(3).run(3000);
    cores.passes = () => true;
    cores.boot(3).run(3000);
    expect(lastSync(cores)).toBe('3 TRUNC 0x100000007 -> 0x100000006 (ahead)');
    expect([1, 2, 3].map((sid) => cores.server(sid).tree.digest)).toEqual(Array(3).fill(cores.server(2).tree.digest));
  });

  it('with such a txn after the new epoch has begun to write gets a SNAP: the histories are too far apart', () => {
    const { cores, conn } = withData();
    cores.passes = (from, _to, message) => !(from === 3 && message.kind === 'PROPOSAL');
    cores.create(conn, 6, '/lost').run(20).kill(3).run(3000);
    cores.passes = () => true;
    const again = cores.connectClient(1);
    cores.run(50).create(again, 1, '/new').run(100).boot(3).run(3000);
    expect(lastSync(cores)).toBe('3 SNAP 0x100000007 -> 0x200000002 (divergedEpoch)');
    expect(cores.server(3).tree.digest).toBe(cores.server(2).tree.digest);
  });
});

describe('the txn log of the leader, for a learner that is behind committedLog', () => {
  it.each([
    [-1, 'txnLogDisabled'],
    [0, 'txnLogUnusable'],
  ])('is not read with snapshotSizeFactor %d: %s', (snapshotSizeFactor, because) => {
    const { cores } = withData(PROFILE_CURRENT, { snapshotSizeFactor });
    cores.kill(1).run(100);
    cores.disks.set(1, { files: {} });
    cores.boot(1).run(1000);
    expect(lastSync(cores)).toBe(`1 SNAP 0x0 -> 0x100000006 (${because})`);
  });

  it.each([
    [[1, 1000], 'DIFF 0x100000003 -> 0x100000006 (inTxnLog)'],
    [[1000, 1], 'SNAP 0x100000003 -> 0x100000006 (txnLogUnusable)'],
  ])(
    'is sent unless what is behind its first file is too large for the newest snapshot, here 20 kB for the second of %j kB',
    (sizesKb, sync) => {
      const { cores } = withData();
      cores.kill(1).run(100);
      const leader = cores.server(3);
      const file = (name: string, kb: number) => ({ op: 'writeAtomic' as const, file: name, bytes: new Uint8Array(kb * 1024) });
      const snapshots = sizesKb.map((kb, i) => file(`snapshot.10000000${i + 4}`, kb));
      const disk = applyDiskOps(leader.disk, [...snapshots, file('log.100000007', 20)]);
      cores.servers.set(3, { ...leader, disk, committedLog: listKeepLast(leader.committedLog, 2) });
      const conn = cores.join(1, 3);
      cores.tell(conn, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 1 });
      cores.tell(conn, { kind: 'ACKEPOCH', currentEpoch: 1, lastZxid: zxid(1, 3) });
      expect(lastSync(cores)).toBe(`1 ${sync}`);
    },
  );
});

describe('what is still outstanding while a learner is synchronized', () => {
  it.each([
    ['participant', ['PROPOSAL', 'NEWLEADER']],
    ['observer', ['NEWLEADER']],
  ] as const)('goes to a %s with its sync: %j', (type, packets) => {
    const members = [1, 2, 3, 4].map((sid) => ({ sid, type: sid === 4 ? type : ('participant' as const) }));
    const cores = new Cores(4, { members }).boot(1, 2, 3).run(2000);
    const conn = cores.connectClient(3);
    cores.run(50).passes = (_from, to, message) => !(to === 3 && message.kind === 'ACK');
    cores.create(conn, 1, '/a').run(20).boot(4).run(600);
    const sent = cores.sentKinds(3, 4, 'NOTIFICATION', 'PING');
    expect(sent.slice(sent.indexOf('LEADERINFO') + 2)).toEqual(packets);
  });
});

describe('NEWLEADER', () => {
  const sentToTheOneBehind = (profile: Profile): readonly string[] => {
    const { cores, conn } = withData(profile);
    cores.kill(1).run(100).create(conn, 6, '/b').run(100);
    cores.sent.length = 0;
    cores.boot(1).run(1000);
    return cores.sentKinds(3, 1, 'NOTIFICATION', 'PING');
  };

  it('comes behind what the learner lacks', () => {
    expect(sentToTheOneBehind(PROFILE_CURRENT)).toEqual(['LEADERINFO', 'DIFF', 'PROPOSAL', 'COMMIT', 'NEWLEADER', 'UPTODATE']);
  });

  it('until 3.5.4 could overtake it (ZOOKEEPER-3104)', () => {
    const overtaken = sentToTheOneBehind({ ...PROFILE_CURRENT, newLeaderPlace: 'overtakes' });
    expect(overtaken.slice(0, 5)).toEqual(['LEADERINFO', 'DIFF', 'NEWLEADER', 'PROPOSAL', 'COMMIT']);
    expect(overtaken.filter((kind) => kind === 'NEWLEADER')).toHaveLength(1);
  });
});

describe('a txn that only one survivor has', () => {
  it('survives when that one is elected, although nobody was told that it was committed', () => {
    const { cores, conn } = withData();
    cores.passes = (from, to, message) =>
      !(from === 3 && to === 2 && message.kind === 'PROPOSAL') && !(from === 1 && to === 3 && message.kind === 'ACK');
    cores.create(conn, 6, '/survivor').run(20).kill(3).run(3000);
    expect(cores.phases()).toBe('1 leading.broadcast, 2 following.broadcast, 3 down');
    expect(cores.decided('vote.order').some(({ by, theirs }) => by === 'zxid' && theirs.leader === 1)).toBe(true);
    expect(cores.server(2).tree.digest).toBe(cores.server(1).tree.digest);
    expect(cores.server(2).tree.nodes.size).toBe(10);
  });
});

describe('at NEWLEADER a follower that gets one txn by DIFF', () => {
  /** What server 1 does from ACKEPOCH to its first ACK. */
  const doings = (profile: Profile): string[] => {
    const { cores, conn } = withData(profile);
    cores.kill(1).run(100).create(conn, 6, '/b').run(100);
    cores.doings.length = 0;
    cores.boot(1).run(1000);
    const mine = cores.doings.filter(({ sid, doing }) => sid === 1 && doing !== 'NOTIFICATION').map(({ doing }) => doing);
    return mine.slice(mine.indexOf('ACKEPOCH') + 1, mine.indexOf('ACK') + 1);
  };

  it('in mainline has it durable before currentEpoch says so', () => {
    expect(doings(PROFILE_CURRENT)).toEqual([
      'create log.100000007',
      'append log.100000007',
      'allocate log.100000007',
      'append log.100000007',
      'fsync log.100000007',
      'writeAtomic currentEpoch',
      'ACK',
    ]);
  });

  it('in 3.8.0 writes currentEpoch first, and acknowledges before the txn is even in the log (ZOOKEEPER-4643, 4646)', () => {
    expect(doings(PROFILE_3_8_0)).toEqual(['writeAtomic currentEpoch', 'ACK']);
  });
});

describe('observers', () => {
  it('receive what is committed, serve clients, and never count', () => {
    const cores = new Cores(4);
    const members = cores.config.members.map((member) => (member.sid === 4 ? { ...member, type: 'observer' as const } : member));
    const observed = new Cores(4, { members }).boot(1, 2, 3, 4).run(3000);
    expect(observed.phases()).toBe('1 following.broadcast, 2 following.broadcast, 3 leading.broadcast, 4 observing.broadcast');
    const conn = observed.connectClient(4);
    observed.run(50).create(conn, 1, '/through-an-observer').run(100);
    expect(observed.heard.at(-1)).toMatchObject({ kind: 'Reply', err: 'OK' });
    expect(observed.decided('proposal.ack').every(({ acks }) => !acks.includes(4))).toBe(true);
    expect(observed.decided('leader.established')[0]?.supporters).not.toContain(4);
    observed.kill(1, 2).run(5000);
    expect(observed.phases()).toBe('1 down, 2 down, 3 looking, 4 looking');
  });
});

describe('a session', () => {
  it('is closed by the leader one tick at most after its timeout, and its ephemerals go with it', () => {
    const { cores, conn } = withData();
    cores
      .request(conn, 6, { op: 'create', path: '/mine', data: null, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'ephemeral' })
      .run(100);
    const before = cores.server(3).tree.nodes.size;
    cores.run(8000);
    expect(cores.decided('session.expired')).toHaveLength(0);
    cores.run(1200);
    expect(cores.decided('session.expired')).toHaveLength(1);
    expect(cores.server(3).tree.nodes.size).toBe(before - 1);
  });
});

describe('errors', () => {
  it('take a zxid and are logged by all', () => {
    const { cores, conn } = withData();
    cores.request(conn, 6, { op: 'setData', path: '/nowhere', data: null, version: -1 }).run(100);
    expect(cores.heard.at(-1)).toMatchObject({ kind: 'Reply', err: 'NONODE', zxid: { epoch: 1, counter: 7 } });
    expect([1, 2, 3].map((sid) => cores.zxid(sid))).toEqual(Array(3).fill('0x100000007'));
  });
});

describe('a gap in what synchronization brings', () => {
  /** 1 was away for four txns; PROPOSALs and COMMITs with these counters never reach it. */
  const missing = (profile: Profile, ...counters: readonly number[]): Cores => {
    const { cores, conn } = withData(profile);
    cores.kill(1).run(100);
    for (let i = 0; i < 4; i++) cores.create(conn, i + 6, `/b${i}`);
    cores.run(50);
    cores.decisions.length = 0;
    cores.passes = (_from, to, message) =>
      !(to === 1 && (message.kind === 'PROPOSAL' || message.kind === 'COMMIT') && counters.includes(message.zxid.counter));
    return cores.boot(1).run(400);
  };

  it('before the first proposal is not seen: nothing is known of what should come first', () => {
    const cores = missing(PROFILE_CURRENT, 7);
    expect(cores.decided('learner.gaveUp')).toEqual([]);
    expect(cores.decided('newLeader.received').at(-1)).toMatchObject({ logged: 3 });
  });

  it('between two proposals sends the learner back to the election in mainline (ZOOKEEPER-4925)', () => {
    expect(missing(PROFILE_CURRENT, 8).decided('learner.gaveUp')[0]).toMatchObject({
      reason: 'nonContinuous',
      detail: 'got 0x100000009 behind 0x100000007',
    });
  });

  it('is only warned of in 3.8.0', () => {
    const cores = missing(PROFILE_3_8_0, 8);
    expect(cores.decided('learner.gaveUp').filter(({ reason }) => reason === 'nonContinuous')).toEqual([]);
    expect(cores.decided('newLeader.received').at(-1)).toMatchObject({ logged: 3 });
  });
});

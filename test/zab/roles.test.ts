/** Laying down a role: what of the log survives, what memory is taken into the next election. */
import { describe, expect, it } from 'vitest';
import { applyDiskOps, emptyDisk, fileNames } from '../../src/store/disk.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT, PROFILE_SOUND, type Profile } from '../../src/zab/profile.ts';
import { step, type Server } from '../../src/zab/server.ts';
import { Cores } from './cores.ts';

/** 3 leads; a client at it has created /a0…/a4 (zxids 2–6). */
function withData(profile: Profile = PROFILE_CURRENT, more: ConstructorParameters<typeof Cores>[1] = {}): { cores: Cores; conn: number } {
  const cores = new Cores(3, { profile, ...more }).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(3);
  cores.run(50);
  for (let i = 0; i < 5; i++) cores.create(conn, i + 1, `/a${i}`);
  cores.run(50);
  return { cores, conn };
}

describe('a follower that loses its leader with txns queued for a slow disk', () => {
  /** 1 has applied five more txns, on the leader's word, of which its disk has begun to write one. Then the leader dies. */
  const stalled = (profile: Profile): Cores => {
    const { cores, conn } = withData(profile);
    cores.fsyncMs.set(1, 5000);
    for (let i = 0; i < 5; i++) {
      cores.create(conn, i + 6, `/b${i}`).run(6);
    }
    expect(cores.zxid(1)).toBe('0x10000000b');
    expect(cores.server(1).lastLogged).toEqual({ epoch: 1, counter: 7 });
    cores.kill(3).run(3000);
    cores.fsyncMs.delete(1);
    expect(cores.server(2).phase).toBe('leading.broadcast');
    expect(cores.decided('sync.mode').at(-1)).toMatchObject({ learner: 1, mode: 'DIFF', queued: 0 });
    const again = cores.connectClient(2);
    cores.run(50).create(again, 1, '/c').run(50);
    return cores;
  };
  /** What 1 finds on its disk when it starts again, before it talks to anybody. */
  const restarted = (cores: Cores): { nodes: number; zxid: string } => {
    cores.kill(1).run(10).boot(1);
    return { nodes: cores.server(1).tree.nodes.size, zxid: cores.zxid(1) };
  };

  it('in 3.8.0 loses that queue: its memory has what its log has not, and a restart finds the hole (recording 27, ZOOKEEPER-4712)', () => {
    const cores = stalled(PROFILE_3_8_0);
    const inMemory = cores.server(1).tree.nodes.size;
    expect(inMemory).toBe(cores.server(2).tree.nodes.size);
    expect(restarted(cores)).toEqual({ nodes: inMemory - 4, zxid: cores.zxid(2) });
  });

  it('in 3.8.0 still makes the batch durable that its disk was writing', () => {
    const { cores, conn } = withData(PROFILE_3_8_0);
    cores.fsyncMs.set(1, 5000);
    cores.create(conn, 6, '/b').run(20);
    expect(cores.server(1)).toMatchObject({ lastLogged: { epoch: 1, counter: 7 }, lastSynced: { epoch: 1, counter: 6 } });
    cores.doings.length = 0;
    cores.kill(3).run(5);
    expect(cores.server(1).lastSynced).toEqual({ epoch: 1, counter: 7 });
    expect(cores.doings.filter(({ sid }) => sid === 1).map(({ doing }) => doing)).toContain('fsync log.100000001');
  });

  it('in mainline writes it down first', () => {
    const cores = stalled(PROFILE_CURRENT);
    expect(restarted(cores)).toEqual({ nodes: cores.server(2).tree.nodes.size, zxid: cores.zxid(2) });
  });

  it('counts what is in its log but not committed when it votes', () => {
    const { cores, conn } = withData();
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === 'COMMIT');
    cores.create(conn, 6, '/b').run(20);
    expect(cores.zxid(1)).toBe('0x100000006');
    cores.kill(3).run(5);
    expect(cores.zxid(1)).toBe('0x100000007');
    expect(cores.first('fastForward', 1).decision).toMatchObject({ txns: 1 });
  });
});

describe('an observer of 3.8.0', () => {
  it('has a logger that acknowledges nothing, so its queue survives the loss of the leader', () => {
    const members = [1, 2, 3, 4].map((sid) => ({ sid, type: sid === 4 ? ('observer' as const) : ('participant' as const) }));
    const cores = new Cores(4, { members, profile: PROFILE_3_8_0 }).boot(1, 2, 3, 4).run(3000);
    const conn = cores.connectClient(3);
    cores.fsyncMs.set(4, 5000);
    cores.run(50);
    for (let i = 0; i < 5; i++) cores.create(conn, i + 1, `/a${i}`).run(5);
    cores.kill(1, 2, 3).run(1000).kill(4).run(10).boot(4);
    expect(cores.zxid(4)).toBe('0x100000006');
  });

  it('waits up to 200 ms before it looks for a leader again', () => {
    const members = [1, 2, 3, 4].map((sid) => ({ sid, type: sid === 4 ? ('observer' as const) : ('participant' as const) }));
    const cores = new Cores(4, { members }).boot(1, 2, 3, 4).run(3000);
    cores.kill(3).run(1000);
    const lost = cores.first('learner.gaveUp', 4).at;
    const looks =
      cores.decisions.find(({ sid, decision }) => sid === 4 && decision.rule === 'election.start' && decision.after === 'lostLeader')?.at ??
      NaN;
    expect(looks).toBeGreaterThanOrEqual(lost);
    expect(looks).toBeLessThan(lost + 200);
  });
});

describe('a learner that loses its leader before it was told that it is up to date', () => {
  /** Server 1 as it was before its leader died. */
  let received: Server;
  /** 1 was away for one txn; it hears everything but `lost`, then the leader dies. */
  const interrupted = (profile: Profile, lost: 'NEWLEADER' | 'UPTODATE', wiped = false): Cores => {
    const { cores, conn } = withData(profile);
    cores.kill(1).run(10).create(conn, 6, '/b').run(50);
    if (wiped) cores.disks.set(1, emptyDisk());
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === lost);
    cores.boot(1).run(600);
    expect(cores.server(1).phase).toBe('following.synchronization');
    received = cores.server(1);
    cores.decisions.length = 0;
    return cores.kill(3).run(5);
  };

  it('and before NEWLEADER forgets a SNAP, which is in memory only, and votes with what its disk says (ZOOKEEPER-3642)', () => {
    expect(interrupted(PROFILE_CURRENT, 'NEWLEADER', true).zxid(1)).toBe('0x0');
  });

  it('but behind NEWLEADER keeps it: it is on disk', () => {
    const cores = interrupted(PROFILE_CURRENT, 'UPTODATE', true);
    expect(cores.zxid(1)).toBe('0x100000007');
    expect(cores.server(1).tree).toBe(received.tree);
    expect(cores.kill(1).run(5).boot(1).zxid(1)).toBe('0x100000007');
  });

  it('behind NEWLEADER of a DIFF votes in mainline with what it has acknowledged', () => {
    expect(interrupted(PROFILE_CURRENT, 'UPTODATE').zxid(1)).toBe('0x100000007');
  });

  it('behind NEWLEADER of a DIFF in 3.8.0 has it in its log, but nothing takes it into memory: the server was not running yet', () => {
    const cores = interrupted(PROFILE_3_8_0, 'UPTODATE');
    expect(cores.zxid(1)).toBe('0x100000006');
    expect(cores.server(1).lastLogged).toEqual({ epoch: 1, counter: 7 });
    expect(cores.decisions.filter(({ sid, decision }) => sid === 1 && decision.rule === 'fastForward')).toEqual([]);
    cores.passes = () => true;
    cores.run(3000);
    expect(cores.server(1).phase).toBe('following.broadcast');
    // Its log has the txn twice now; replaying it does no harm.
    expect(cores.kill(1).run(5).boot(1).server(1).tree.digest).toBe(cores.server(2).tree.digest);
  });
});

describe('a leader that steps down', () => {
  it('writes down and counts what it has proposed, although nobody has acknowledged it', () => {
    const { cores, conn } = withData();
    cores.fsyncMs.set(3, 5000);
    cores.passes = (from, to) => from !== 3 && to !== 3;
    cores.create(conn, 6, '/b').run(5).create(conn, 7, '/c').run(3000);
    expect(cores.first('leader.gaveUp').decision.reason).toBe('quorumLost');
    expect(cores.server(3).phase).toBe('looking');
    expect(cores.zxid(3)).toBe('0x100000008');
    expect(cores.kill(3).run(5).boot(3).zxid(3)).toBe('0x100000008');
  });

  it('because its counter is used up begins a new epoch, and nothing is lost', () => {
    const { cores, conn } = withData();
    const before = cores.server(3);
    const leading = before.leading ?? expect.fail('3 leads');
    cores.servers.set(3, { ...before, leading: { ...leading, lastProposed: { epoch: 1, counter: 0xfffffffd } } });
    cores.create(conn, 6, '/last').run(20);
    expect(cores.zxid(1)).toBe('0x1fffffffe');
    cores.create(conn, 7, '/never').run(3000);
    expect(cores.first('leader.gaveUp').decision.reason).toBe('zxidRollover');
    expect(cores.sent.some(({ message }) => message.kind === 'PROPOSAL' && message.zxid.counter === 0xffffffff)).toBe(false);
    expect(cores.phases()).toBe('1 following.broadcast, 2 following.broadcast, 3 leading.broadcast');
    expect(cores.server(3).currentEpoch).toBe(2);
    expect(new Set([1, 2, 3].map((sid) => cores.server(sid).tree.nodes.size))).toEqual(new Set([10]));
  });
});

describe('a disk that takes no more', () => {
  it('ends a leadership and a following', () => {
    const { cores } = withData();
    cores
      .inject(1, { type: 'diskError', message: 'No space left on device' })
      .inject(3, { type: 'diskError', message: 'No space left on device' });
    expect(cores.first('learner.gaveUp', 1).decision).toMatchObject({ reason: 'diskFailure', detail: 'No space left on device' });
    expect(cores.first('leader.gaveUp', 3).decision).toMatchObject({ reason: 'internalError' });
  });

  it('leaves in memory only what it really holds and what was committed', () => {
    const { cores, conn } = withData();
    const disk = cores.disks.get(1) ?? expect.fail('1 has a disk');
    cores.fsyncMs.set(1, Infinity);
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === 'COMMIT');
    cores.create(conn, 6, '/b').run(20);
    expect(cores.server(1).lastLogged).toEqual({ epoch: 1, counter: 7 });
    cores.inject(1, { type: 'diskError', message: 'No space left on device', file: 'log.100000001', disk });
    expect(cores.zxid(1)).toBe('0x100000006');
    expect(cores.server(1)).toMatchObject({ disk, lastLogged: { epoch: 1, counter: 6 }, logger: { queue: [], flushing: [], token: null } });
  });

  it('and is read again where that is mended: a log file that was only just created is deleted', () => {
    const { cores } = withData(PROFILE_SOUND);
    const disk = applyDiskOps(cores.disks.get(1) ?? expect.fail('1 has a disk'), [{ op: 'create', file: 'log.100000007' }]);
    cores.disks.set(1, disk);
    cores.inject(1, { type: 'diskError', message: 'No space left on device', file: 'log.100000007', disk });
    expect(fileNames(cores.server(1).disk)).not.toContain('log.100000007');
    expect(fileNames(cores.disks.get(1) ?? disk)).not.toContain('log.100000007');
    expect(cores.zxid(1)).toBe('0x100000006');
  });

  it.each(['snapshot.100000006', undefined])(
    'ends the process with code 10 when the file is %s and, if that is unknown, it has no role',
    (file) => {
      const { cores } = withData();
      if (file === undefined) cores.kill(1, 2).run(1000);
      cores.inject(3, { type: 'diskError', message: 'No space left on device', ...(file === undefined ? {} : { file }) });
      expect(cores.exits).toEqual([{ sid: 3, code: 10 }]);
    },
  );
});

describe('SIGTERM', () => {
  it('ends the process with code 143', () => {
    const { cores } = withData();
    cores.inject(3, { type: 'stop' });
    expect(cores.exits).toEqual([{ sid: 3, code: 143 }]);
  });
});

describe('a start', () => {
  it.each([
    [PROFILE_CURRENT, []],
    [PROFILE_SOUND, ['fsync log.100000001']],
  ])('believes that what it reads from the log is durable, or makes it so', (profile, fsyncs) => {
    const { cores } = withData(profile);
    cores.kill(1).run(10);
    cores.doings.length = 0;
    cores.boot(1);
    expect(cores.doings.filter(({ doing }) => doing.startsWith('fsync')).map(({ doing }) => doing)).toEqual(fsyncs);
  });

  it('with autopurge deletes the oldest snapshots before anything else, and none without', () => {
    const snapshotsAfter = (more: ConstructorParameters<typeof Cores>[1]): number => {
      const cores = new Cores(1, more);
      for (let i = 0; i < 4; i++) {
        const conn = cores.boot(1).run(1000).connectClient(1);
        cores.run(50).create(conn, 1, `/n${i}`).run(50).kill(1).run(10);
      }
      return fileNames(cores.boot(1).server(1).disk).filter((name) => name.startsWith('snapshot.')).length;
    };
    expect(snapshotsAfter({ autopurge: { intervalHours: 0, retain: 3 } })).toBe(3);
    expect(snapshotsAfter({ autopurge: null })).toBe(4);
  });

  it('does so again every interval', () => {
    const cores = new Cores(1, { autopurge: { intervalHours: 2, retain: 4 } });
    for (let i = 0; i < 4; i++) {
      const conn = cores.boot(1).run(1000).connectClient(1);
      cores.run(50).create(conn, 1, `/n${i}`).run(50).kill(1).run(10);
    }
    const before = cores.boot(1).server(1);
    const config = { ...before.config, autopurge: { intervalHours: 2, retain: 3 } };
    const { server, output } = step({ ...before, config }, { type: 'timer', timer: 'purge' }, 7_200_000);
    expect(fileNames(server.disk).filter((name) => name.startsWith('snapshot.'))).toHaveLength(3);
    expect(output.effects).toContainEqual({ type: 'setTimer', timer: 'purge', afterMs: 7_200_000 });
  });

  it('from a disk that contradicts itself ends with exit code 1, and nobody is told anything', () => {
    const { cores } = withData();
    cores.kill(1).run(10);
    const { files } = cores.disks.get(1) ?? expect.fail('1 has a disk');
    const [log] = Object.entries(files).filter(([name]) => name.startsWith('log.'));
    cores.disks.set(1, { files: Object.fromEntries([log ?? expect.fail('no log')]) });
    cores.doings.length = 0;
    cores.boot(1).run(100);
    expect(cores.exits).toEqual([{ sid: 1, code: 1 }]);
    expect(cores.doings.filter(({ sid }) => sid === 1)).toEqual([]);
  });
});

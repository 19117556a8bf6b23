/** What `sound` mends and no release does, beside what is not mended. */
import { describe, expect, it } from 'vitest';
import { listAt } from '../../src/base/chunked.ts';
import { zxid } from '../../src/base/zxid.ts';
import { fileNames } from '../../src/store/disk.ts';
import type { DiskOp } from '../../src/store/types.ts';
import type { Draft } from '../../src/zab/draft.ts';
import { PROFILE_SOUND, withVariants, type Profile } from '../../src/zab/profile.ts';
import { replaceFiles } from '../../src/zab/snapshotting.ts';
import { Cores } from './cores.ts';

function sound(...variants: readonly string[]): Profile {
  const made = withVariants(PROFILE_SOUND, variants);
  return 'profile' in made ? made.profile : expect.fail('no such variants');
}

describe('an acknowledgement of what a sync has cut', () => {
  /** 3 leads, 1 and 2 follow; 1 and 3 are slow to log, 2 has acknowledged 1:2 and comes back; then 1 acknowledges. */
  function afterComingBack(profile: Profile): Cores {
    const cores = new Cores(3, { profile }).boot(1, 2, 3).run(2000);
    const conn = cores.connectClient(3);
    cores.run(50);
    for (const sid of [1, 3]) cores.fsyncMs.set(sid, sid === 3 ? Infinity : 400);
    cores.create(conn, 1, '/a').run(20).kill(2).run(5);
    cores.fsyncMs.set(2, Infinity);
    return cores.boot(2).run(600);
  }
  const committed = (cores: Cores): unknown =>
    cores.decided('proposal.ack').find(({ zxid: z, outcome }) => z.counter === 2 && outcome === 'committed');

  it('has to be given anew', () => {
    const cores = afterComingBack(sound());
    expect(cores.decided('sync.truncated').at(-1)).toMatchObject({ to: zxid(1, 1), outcome: 'done' });
    expect(cores.decided('proposal.ack').at(-1)).toMatchObject({ zxid: zxid(1, 2), from: 1, acks: [1], outcome: 'notYet' });
    expect(committed(cores)).toBeUndefined();
  });

  it('is forgotten alone: what others have acknowledged still counts', () => {
    const cores = new Cores(5, { profile: sound() }).boot(1, 2, 3, 4, 5).run(2000);
    const conn = cores.connectClient(5);
    cores.run(50);
    for (const sid of [1, 4, 5]) cores.fsyncMs.set(sid, Infinity);
    cores.create(conn, 1, '/a').run(20);
    const acks = (): readonly number[] => listAt(cores.server(5).leading?.outstanding ?? expect.fail('5 leads'), 0)?.acks ?? [];
    expect([...acks()].sort()).toEqual([2, 3]);
    cores.kill(2).run(5).fsyncMs.set(2, Infinity);
    cores.boot(2).run(600);
    expect(cores.server(2).phase).toBe('following.broadcast');
    expect(acks()).toEqual([3]);
  });

  it('counts in all releases', () => {
    const cores = afterComingBack(sound('ack-of-the-cut'));
    expect(committed(cores)).toMatchObject({ from: 1, acks: [2, 1] });
    expect(cores.server(2).lastSynced).toEqual(zxid(1, 1));
  });

  it('that comes late, on the connection of before, does not count either', () => {
    for (const [variants, acks] of [[[], [1]] as const, [['ack-of-the-cut'], [1, 2]] as const]) {
      const cores = new Cores(3, { profile: sound(...variants) }).boot(1, 2, 3).run(2000);
      const client = cores.connectClient(3);
      cores.run(50);
      for (const sid of [1, 2, 3]) cores.fsyncMs.set(sid, sid === 1 ? 1 : Infinity);
      const before = cores.server(2).learning?.conn ?? expect.fail('2 follows nobody');
      const later = cores.join(2, 3);
      cores.tell(later, { kind: 'FOLLOWERINFO', sid: 2, acceptedEpoch: 1 });
      cores.tell(later, { kind: 'ACKEPOCH', lastZxid: zxid(1, 1), currentEpoch: -1 });
      cores.decisions.length = 0;
      cores.passes = (_from, to, { kind }) => !(kind === 'COMMIT' && to === 2);
      cores.fsyncMs.set(1, 20);
      cores.create(client, 1, '/a').run(10);
      cores.inject(3, { type: 'receive', conn: before, message: { kind: 'ACK', zxid: zxid(1, 2) } });
      cores.run(30);
      expect([...(cores.decided('proposal.ack').find(({ from }) => from === 1)?.acks ?? [])].sort()).toEqual([...acks]);
    }
  });
});

describe('a snapshot', () => {
  /** Server 1, alone, writes a snapshot of many nodes. */
  function writing(profile: Profile): { cores: Cores; file: string; part: string } {
    const cores = new Cores(1, { profile, snapCount: 400 }).boot(1).run(2000);
    const conn = cores.connectClient(1, 10_000);
    cores.run(50);
    for (let i = 0; i < 400; i++) cores.create(conn, i + 1, `/n${i}`);
    for (let i = 0; i < 200 && cores.server(1).snapshotting === null; i++) cores.run(1);
    return { cores, ...(cores.server(1).snapshotting ?? expect.fail('no snapshot is being written')) };
  }

  it('gets its name when it is complete, and durable', () => {
    const { cores, file, part } = writing(sound());
    expect(fileNames(cores.server(1).disk)).toContain(part);
    expect(fileNames(cores.server(1).disk)).not.toContain(file);
    cores.run(50);
    const { disk } = cores.server(1);
    expect(cores.doings.flatMap(({ doing }) => (doing.includes(file) ? [doing] : [])).slice(-2)).toEqual([
      `writeAtomic ${file}`,
      `delete ${part}`,
    ]);
    expect(fileNames(disk)).not.toContain(part);
    expect(disk.files[file]).toMatchObject({ synced: disk.files[file]?.length });
  });

  it('is written in place in all releases, and left to the operating system', () => {
    const { cores, file, part } = writing(sound('snapshot-in-place'));
    expect(part).toBe(file);
    cores.run(50);
    expect(cores.server(1).disk.files[file]?.synced).toBe(-1);
  });

  it.each([[[]], [['snapshot-in-place']]])('whose file is deleted meanwhile is given up (%s)', (variants) => {
    const { cores, part } = writing(sound(...variants));
    const server = cores.server(1);
    const d: Draft = { before: server, s: { ...server }, effects: [], decisions: [], log: [], now: cores.now };
    const other: DiskOp = { op: 'delete', file: 'acceptedEpoch' };
    replaceFiles(d, [other]);
    expect(d.s.snapshotting).toBe(server.snapshotting);
    replaceFiles(d, [other, { op: 'delete', file: part }]);
    expect(d.s).toMatchObject({ snapshotting: null, snapshotPhase: 'idle' });
    expect(d.effects).toContainEqual({ type: 'cancelTimer', timer: 'snapshot' });
  });
});

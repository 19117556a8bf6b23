/** A server's memory and its disk: what a start makes of the disk, what is read again, and how long a snapshot is nowhere but in the page cache. */
import { describe, expect, it } from 'vitest';
import { listLength, mapGet } from '../../src/base/chunked.ts';
import { formatZxid } from '../../src/base/zxid.ts';
import { applyDiskOps, emptyDisk, fileNames } from '../../src/store/disk.ts';
import type { Disk, DiskOp } from '../../src/store/types.ts';
import { configText, leadsTo, purge, reloadFromDisk, takeSnapshotNow } from '../../src/zab/database.ts';
import { openSync } from '../../src/zab/learner/sync.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT, PROFILE_SOUND, type Profile } from '../../src/zab/profile.ts';
import { step, type Server } from '../../src/zab/server.ts';
import type { Input } from '../../src/zab/types.ts';
import { serverDisk, create, z, started } from '../store/helpers.ts';
import { Cores } from './cores.ts';
import { draftOf } from './drafts.ts';

/** 3 leads; a client has created /a0…/a4 (zxids 2–6). */
const DATA = new Cores(3).boot(1, 2, 3).run(2000);
const conn = DATA.connectClient(3);
DATA.run(50);
for (let i = 0; i < 5; i++) DATA.create(conn, i + 1, `/a${i}`);
DATA.run(50);

const without = (disk: Disk, prefix: string): Disk =>
  applyDiskOps(
    disk,
    fileNames(disk).flatMap((file): DiskOp[] => (file.startsWith(prefix) ? [{ op: 'delete', file }] : [])),
  );
const configNode = ({ tree }: Pick<Server, 'tree'>): string =>
  new TextDecoder().decode(mapGet(tree.nodes, '/zookeeper/config')?.data ?? undefined);
/** 1, told by its leader how to begin the sync. */
function synchronizing(server = DATA.server(1)) {
  return draftOf(server, { phase: 'following.synchronization', zabState: 'SYNCHRONIZATION' });
}

describe('a start', () => {
  const boot = (disk: Disk, profile: Profile = PROFILE_CURRENT): Extract<Input, { type: 'boot' }> => ({
    type: 'boot',
    sid: 1,
    config: { ...DATA.config, profile },
    disk,
    seed: 1,
  });

  it('that succeeds is ready, and votes', () => {
    expect(step(null, boot(serverDisk([create(z(1), '/a')])), 0).server).toMatchObject({ recoveryPhase: 'ready', phase: 'looking' });
  });

  it('that fails ends the process: nothing else is begun', () => {
    const { server, output } = step(null, boot(without(serverDisk([create(z(1), '/a')]), 'snapshot.')), 0);
    expect(server).toMatchObject({ recoveryPhase: 'failed', phase: 'down' });
    expect(output.effects).toMatchObject([{ type: 'exit', code: 1 }]);
  });

  it.each([
    [PROFILE_3_8_0, 'down', true],
    [PROFILE_CURRENT, 'looking', false],
  ])('with a newest log that has no bytes: $name', (profile, phase, isThere) => {
    const disk = applyDiskOps(serverDisk([create(z(1), '/a')]), [{ op: 'create', file: 'log.100000002' }]);
    const { server } = step(null, boot(disk, profile), 0);
    expect(server.phase).toBe(phase);
    expect(fileNames(server.disk).includes('log.100000002')).toBe(isThere);
  });

  it('forgets whatever the process before it knew', () => {
    const again = step(DATA.server(1), boot(DATA.server(1).disk), 0);
    expect(again).toEqual(step(null, boot(DATA.server(1).disk), 0));
  });
});

describe('autopurge', () => {
  const full = applyDiskOps(
    started(emptyDisk()),
    [10, 20, 30, 40].flatMap((counter): DiskOp[] => {
      const d = draftOf(DATA.server(1), { disk: emptyDisk(), tree: { ...DATA.server(1).tree, lastProcessedZxid: z(counter) } });
      takeSnapshotNow(d, 'leading', false);
      return d.effects.flatMap((effect) => (effect.type === 'disk' ? effect.ops : []));
    }),
  );
  it.each([
    [1, ['snapshot.0', 'snapshot.10000000a']],
    [3, ['snapshot.0', 'snapshot.10000000a']],
    [4, ['snapshot.0']],
    [5, null],
  ])('that is to keep %i snapshots keeps at least three, and deletes %j', (retain, deleted) => {
    const d = draftOf(DATA.server(1), { disk: full });
    purge(d, retain);
    const told = d.decisions.flatMap((decision) => (decision.rule === 'purge' ? [[...decision.deleted].sort()] : []));
    expect(told).toEqual(deleted === null ? [] : [deleted]);
  });
});

describe('a snapshot that is taken at once', () => {
  it.each([
    ['leading', false, PROFILE_CURRENT, ['create', 'append']],
    ['synchronized', true, PROFILE_CURRENT, ['writeAtomic']],
    ['leading', false, PROFILE_SOUND, ['writeAtomic']],
  ] as const)('why: %s, to be durable: %s, profile $name', (why, synced, profile, ops) => {
    const server = DATA.server(1);
    const d = draftOf(server, { config: { ...server.config, profile } });
    takeSnapshotNow(d, why, synced);
    expect(d.effects.flatMap((effect) => (effect.type === 'disk' ? effect.ops.map(({ op }) => op) : []))).toEqual(ops);
    expect(d.s.disk.files['snapshot.100000006']?.synced).toBe(ops.length > 1 ? -1 : d.s.disk.files['snapshot.100000006']?.length);
  });
});

describe('a disk that is read again', () => {
  it.each([
    ['newLog', null],
    ['sameLog', 'log.100000001'],
  ] as const)('%s: the next txn goes to a new file, or behind the last one', (next, file) => {
    const d = draftOf(DATA.server(1));
    expect(d.s.log.file).toBe('log.100000001');
    expect(reloadFromDisk(d, next)).toBe(true);
    expect(d.s.log.file).toBe(file);
  });

  it('leaves the tree that it replaces to a snapshot that is being written', () => {
    const server = DATA.server(1);
    const snapshotting = { file: 'snapshot.0', part: 'snapshot.0', tree: null, writer: { frames: [] } as never };
    const d = draftOf(server, { snapshotting });
    reloadFromDisk(d, 'newLog');
    expect(d.s.tree).not.toBe(server.tree);
    expect(d.s.snapshotting?.tree).toBe(server.tree);
  });

  it('behind TRUNC ends the process if it cannot be read', () => {
    const server = DATA.server(1);
    const d = synchronizing({ ...server, disk: without(server.disk, 'snapshot.') });
    openSync(d, 1, { kind: 'TRUNC', zxid: z(4) });
    expect(d.effects.at(-1)).toMatchObject({ type: 'exit', code: 1 });
    expect(d.s.phase).toBe('down');
    expect(d.decisions.some(({ rule }) => rule === 'sync.truncated')).toBe(false);
  });

  it('leads to the zxid of a TRUNC only if it can be read, and to no other zxid', () => {
    const d = draftOf(DATA.server(1));
    expect(leadsTo(d, [], z(6))).toBe(true);
    expect(leadsTo(d, [], z(5))).toBe(false);
    expect(leadsTo(d, [{ op: 'delete', file: 'snapshot.0' }], z(6))).toBe(false);
  });
});

describe('SNAP', () => {
  it('replaces the tree, and with it what is known of the txns before', () => {
    const d = synchronizing();
    expect(listLength(d.s.committedLog)).toBeGreaterThan(0);
    openSync(d, 1, { kind: 'SNAP', zxid: z(9), tree: DATA.server(3).tree });
    expect(formatZxid(d.s.tree.lastProcessedZxid)).toBe('0x100000009');
    expect(listLength(d.s.committedLog)).toBe(0);
  });
});

describe('/zookeeper/config', () => {
  it('names the members, their addresses and their parts, and the version of the configuration', () => {
    const members = [
      { sid: 1, type: 'participant' },
      { sid: 2, type: 'observer' },
    ] as const;
    expect(new TextDecoder().decode(configText({ ...DATA.config, members }))).toBe(
      'server.1=10.77.0.1:2888:3888:participant\nserver.2=10.77.0.2:2888:3888:observer\nversion=0',
    );
  });

  it('is what a learner was started with, whatever its disk and its leader say; a leader keeps that of its disk', () => {
    const cores = new Cores(2).boot(1, 2).run(2000);
    const disks = [1, 2].map((sid) => cores.disks.get(sid) ?? expect.fail('no disk'));
    const more = new Cores(3);
    for (const [i, disk] of disks.entries()) more.disks.set(i + 1, disk);
    more.boot(1, 2).run(2000);
    expect(more.phases()).toBe('1 following.broadcast, 2 leading.broadcast, 3 down');
    expect([1, 2].map((sid) => configNode(more.server(sid)).split('\n').length)).toEqual([4, 3]);
  });
});

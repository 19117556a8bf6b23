/** Snapshots: when they are begun, what is in them although txns go on, and how they are made durable. */
import { describe, expect, it } from 'vitest';
import { parseZxid } from '../../src/base/zxid.ts';
import { applyDiskOps, emptyDisk, fileNames } from '../../src/store/disk.ts';
import type { RecoveryOutcome } from '../../src/store/types.ts';
import { leaveTreeToSnapshot, onSnapshotTimer } from '../../src/zab/snapshotting.ts';
import { configText, takeSnapshotNow } from '../../src/zab/database.ts';
import { PROFILE_CURRENT, type Profile } from '../../src/zab/profile.ts';
import { recover } from '../../src/store/recovery.ts';
import { flush, SLICE_NODES } from '../../src/zab/logger.ts';
import { step, type Server } from '../../src/zab/server.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { Cores } from './cores.ts';
import { draftOf, queued } from './drafts.ts';

function serving(more: ConstructorParameters<typeof Cores>[1], servers = 3): { cores: Cores; conn: number } {
  const cores = new Cores(servers, more).boot(...Array.from({ length: servers }, (_, i) => i + 1)).run(2000);
  const conn = cores.connectClient(servers, 10_000);
  cores.run(50);
  return { cores, conn };
}

/** Creates nodes one behind the other, one a millisecond. */
function write(cores: Cores, conn: number, count: number, prefix = '/n'): void {
  for (let i = 0; i < count; i++) cores.create(conn, i + 1, `${prefix}${i}`).run(1);
}

/** What one snapshot alone leads to. */
function read(file: string, { disk, config }: Pick<Server, 'disk' | 'config'>): RecoveryOutcome {
  return recover(
    { files: { [file]: disk.files[file] ?? expect.fail(`${file} is not there`) } },
    {
      commitLogCount: 500,
      trustEmptySnapshot: false,
      autocreate: true,
      configData: configText(config),
      now: 0,
      deleteEmptyNewestLog: true,
    },
  );
}

/** A server that has begun to write a snapshot of 301 nodes and more. */
const large = (profile?: Profile): Server => {
  const server = new Cores(1, profile === undefined ? {} : { profile }).boot(1).server(1);
  const tree = queued(1, 300).reduce((before, { txn }) => applyTxn(before, txn).tree, server.tree);
  const d = draftOf(server, { tree, logger: { ...server.logger, queue: queued(301, 301), snapshotAt: 0 } });
  flush(d);
  return d.s;
};

describe('a snapshot', () => {
  it('is due between half of snapCount and snapCount, at each server for itself; the log is rolled', () => {
    const { cores, conn } = serving({ snapCount: 20 });
    write(cores, conn, 25);
    cores.run(100);
    for (const sid of [1, 2, 3]) {
      const { decision } = cores.first('snapshot.due', sid);
      expect(decision.threshold).toBeGreaterThanOrEqual(10);
      expect(decision.threshold).toBeLessThan(20);
      expect(decision).toMatchObject({ txns: decision.threshold + 1, outcome: 'started' });
      expect(fileNames(cores.server(sid).disk).filter((file) => file.startsWith('log.')).length).toBeGreaterThanOrEqual(2);
      expect(
        cores.decisions.some((one) => one.sid === sid && one.decision.rule === 'snapshot.taken' && one.decision.why === 'snapCount'),
      ).toBe(true);
    }
  });

  it('is not begun while another is being written: too busy', () => {
    const { cores, conn } = serving({ snapCount: 2 }, 1);
    for (let i = 0; i < 300; i++) cores.create(conn, i + 1, `/n${i}`);
    cores.run(100);
    cores.decisions.length = 0;
    write(cores, conn, 20, '/m');
    expect(new Set(cores.decided('snapshot.due').map(({ outcome }) => outcome))).toEqual(new Set(['started', 'busy']));
  });

  it('that is written while txns go on leads, with the log behind it, to the tree that was', () => {
    const { cores, conn } = serving({ snapCount: 100 });
    for (let i = 0; i < 90; i++) cores.create(conn, i + 1, `/n${i}`);
    cores.run(50);
    for (let i = 0; i < 60; i++) {
      cores
        .request(conn, 1000 + i, { op: 'setData', path: `/n${i}`, data: new Uint8Array(i), version: -1 })
        .request(conn, 2000 + i, { op: 'delete', path: `/n${89 - i}`, version: -1 })
        .run(1);
    }
    cores.run(100);
    expect(cores.decided('snapshot.taken').filter(({ why }) => why === 'snapCount').length).toBeGreaterThanOrEqual(3);
    const before = [1, 2, 3].map((sid) => cores.server(sid).tree.digest);
    cores.kill(1, 2, 3).run(10).boot(1, 2, 3);
    expect([1, 2, 3].map((sid) => cores.server(sid).tree.digest)).toEqual(before);
    expect(cores.decided('recovery.step').some(({ what }) => what.step === 'snapshotLoaded')).toBe(true);
  });

  /** A server that has 300 nodes, and has just begun to write them down. */
  it('of many nodes is written slice by slice, and holds them all', () => {
    let server = large();
    const { file } = server.snapshotting ?? expect.fail('no snapshot is being written');
    let slices = 0;
    for (let goesOn = true; goesOn && slices < 100; slices++) {
      const { server: next, output } = step(server, { type: 'timer', timer: 'snapshot' }, slices);
      server = next;
      goesOn = output.effects.some((effect) => effect.type === 'setTimer' && effect.timer === 'snapshot');
    }
    expect(slices).toBe(Math.ceil(server.tree.nodes.size / SLICE_NODES));
    expect(server).toMatchObject({ snapshotting: null, snapshotPhase: 'done' });
    const found = read(file, server);
    expect(found.ok && found.recovered.tree.digest).toBe(server.tree.digest);
  });

  it('whose file the disk has lost ends the process, whatever else was not written', () => {
    const server = large();
    const leader = { ...server, leading: serving({}, 1).cores.server(1).leading, phase: 'leading.broadcast' };
    const { file } = server.snapshotting ?? expect.fail('no snapshot is being written');
    const lost = applyDiskOps(server.disk, [{ op: 'delete', file }]);
    for (const [disk, exits] of [[lost, [{ type: 'exit', code: 10 }]] as const, [server.disk, []] as const]) {
      const { output } = step(leader, { type: 'diskError', message: 'No space left on device', disk }, 0);
      expect(output.effects.filter(({ type }) => type === 'exit')).toMatchObject(exits);
    }
  });

  it('is taken by a new leader of what it has in memory, before it proposes its epoch', () => {
    const { cores, conn } = serving({});
    cores.create(conn, 1, '/a').run(20).kill(3).run(2000);
    expect(
      cores.decisions.filter(({ sid, decision }) => sid === 2 && decision.rule === 'snapshot.taken').map(({ decision }) => decision),
    ).toMatchObject([{ file: 'snapshot.100000002', why: 'leading' }]);
  });

  it('goes on with the tree it began with when the server takes over another one, and then a third', () => {
    const server = large();
    const { file } = server.snapshotting ?? expect.fail('no snapshot is being written');
    const d = draftOf(server);
    leaveTreeToSnapshot(d);
    d.s.tree = new Cores(1).boot(1).server(1).tree;
    leaveTreeToSnapshot(d);
    for (let i = 0; i < 50 && d.s.snapshotting !== null; i++) onSnapshotTimer(d);
    const found = read(file, d.s);
    expect(found.ok && found.recovered.tree.digest).toBe(server.tree.digest);
  });
});

describe('a snapshot that another of the same name replaces', () => {
  it.each(['atomic', 'inPlace'] as const)('is given up, and leaves nothing behind: %s', (snapshotFile) => {
    const server = large({ ...PROFILE_CURRENT, snapshotFile });
    const { file } = server.snapshotting ?? expect.fail('no snapshot is being written');
    const d = draftOf(server, { tree: { ...server.tree, lastProcessedZxid: parseZxid(file.slice('snapshot.'.length)) } });
    takeSnapshotNow(d, 'synchronized', true);
    expect(d.s).toMatchObject({ snapshotting: null, snapshotPhase: 'idle' });
    expect(d.effects).toContainEqual({ type: 'cancelTimer', timer: 'snapshot' });
    expect(fileNames(d.s.disk).filter((name) => name.startsWith(file))).toEqual([file]);
    const found = read(file, d.s);
    expect(found.ok && found.recovered.tree.digest).toBe(server.tree.digest);
  });
});

describe('at NEWLEADER', () => {
  const came = (cores: Cores): string[] => {
    const mine = cores.doings.filter(({ sid, doing }) => sid === 1 && doing !== 'NOTIFICATION').map(({ doing }) => doing);
    return mine.slice(mine.indexOf('ACKEPOCH') + 1, mine.indexOf('ACK') + 1);
  };

  it('what came by SNAP is written down and made durable, then the epoch, then the acknowledgement', () => {
    const { cores, conn } = serving({});
    cores.create(conn, 1, '/a').run(20).kill(1).run(10);
    cores.disks.set(1, emptyDisk());
    cores.doings.length = 0;
    cores.boot(1).run(600);
    expect(came(cores)).toEqual(['writeAtomic snapshot.100000002', 'writeAtomic currentEpoch', 'ACK']);
  });

  it('the txns that go to the log begin no snapshot: only the logger does', () => {
    const { cores, conn } = serving({ snapCount: 4 });
    cores.kill(1).run(10);
    write(cores, conn, 8);
    cores.decisions.length = 0;
    cores.boot(1).run(600);
    expect(cores.decided('newLeader.received').at(-1)).toMatchObject({ logged: 8, left: 0 });
    expect(cores.decisions.filter(({ sid, decision }) => sid === 1 && decision.rule === 'snapshot.due')).toEqual([]);
    cores.create(conn, 100, '/next').run(20);
    expect(cores.first('snapshot.due', 1).decision).toMatchObject({ txns: 9, outcome: 'started' });
  });
});

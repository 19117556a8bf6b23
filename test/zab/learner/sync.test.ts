/** What a learner does to its disk while it is synchronized, and in which order: by every rule that was ever released, and by those that mend it. */
import { describe, expect, it } from 'vitest';
import { listLength } from '../../../src/base/chunked.ts';
import { zxid } from '../../../src/base/zxid.ts';
import { applyDiskOps, fileNames } from '../../../src/store/disk.ts';
import { serializeSnapshot } from '../../../src/store/snapshot.ts';
import { snapshotFormat } from '../../../src/zab/database.ts';
import { PROFILE_CURRENT, PROFILE_SOUND, type Profile } from '../../../src/zab/profile.ts';
import { Cores } from '../cores.ts';

/** Three servers, 3 leads epoch 1, a client at 2 has created /a0…/a4 (zxids 2–6). */
function withData(profile: Profile): { cores: Cores; conn: number } {
  const cores = new Cores(3, { profile }).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(2);
  cores.run(50);
  for (let i = 0; i < 5; i++) cores.create(conn, i + 1, `/a${i}`);
  cores.run(50);
  return { cores, conn };
}

/** The log of one's own txn: a file that is new to this process. */
const LOGGED = ['create log.100000007', 'append log.100000007', 'allocate log.100000007', 'append log.100000007'];
const SYNCED = [...LOGGED, 'fsync log.100000007'];
const EPOCH = 'writeAtomic currentEpoch';

describe('NEWLEADER behind a DIFF of one txn, from ACKEPOCH on', () => {
  const orders: readonly (readonly [Profile['newLeaderOrder'], readonly string[]])[] = [
    ['epochFirst', [EPOCH, 'ACK', ...LOGGED, 'ACK', 'ACK']],
    ['appendAll', [...SYNCED, EPOCH, 'ACK', 'ACK', 'ACK']],
    ['appendCommitted', [...SYNCED, EPOCH, 'ACK', 'ACK']],
    ['ackFirst', [EPOCH, 'ACK', 'ACK', ...LOGGED, 'ACK']],
    ['epochThenHistory', [EPOCH, ...SYNCED, 'ACK', 'ACK']],
    ['ackBeforeFlush', [EPOCH, 'ACK', ...LOGGED, 'ACK', 'ACK']],
    ['proposalAckFirst', [...LOGGED, 'ACK', EPOCH, 'ACK', 'ACK']],
  ];
  it.each(orders)('%s', (newLeaderOrder, order) => {
    const { cores, conn } = withData({ ...PROFILE_SOUND, proposalGap: 'warned', newLeaderOrder });
    cores.kill(1).run(100).create(conn, 6, '/b').run(100);
    cores.doings.length = 0;
    cores.boot(1).run(300);
    const mine = cores.doings
      .filter(({ sid, doing }) => sid === 1 && doing !== 'NOTIFICATION' && doing !== 'PING')
      .map(({ doing }) => doing);
    expect(mine.slice(mine.indexOf('ACKEPOCH') + 1)).toEqual(order);
  });
});

describe('TRUNC', () => {
  /** 3 led, and has txn 1:7, which nobody else has, in its log and in a snapshot. Then it comes back and is told to cut it. */
  const cut = (profile: Profile): Cores => {
    const { cores, conn } = withData(profile);
    cores.passes = (from, _to, message) => !(from === 3 && message.kind === 'PROPOSAL');
    cores.create(conn, 6, '/lost').run(20).kill(3).run(3000);
    cores.passes = () => true;
    const { tree } = cores.boot(3).server(3);
    cores.kill(3).run(10);
    const file = 'snapshot.100000007';
    const bytes = serializeSnapshot(tree, snapshotFormat(cores.config));
    const disk = cores.disks.get(3) ?? expect.fail('3 has a disk');
    cores.disks.set(
      3,
      applyDiskOps(disk, [
        { op: 'create', file },
        { op: 'append', file, bytes },
      ]),
    );
    cores.decisions.length = 0;
    return cores.boot(3).run(3000);
  };

  it('leaves a snapshot that is newer, and what was cut comes back with it (ZOOKEEPER-1549)', () => {
    const cores = cut(PROFILE_CURRENT);
    expect(cores.decided('sync.truncated')).toMatchObject([{ to: zxid(1, 6), from: zxid(1, 7), outcome: 'done' }]);
    expect(fileNames(cores.server(3).disk)).toContain('snapshot.100000007');
    expect(cores.zxid(3)).toBe('0x100000006');
    expect(cores.server(3).tree.nodes.size).toBe(cores.server(2).tree.nodes.size + 1);
  });

  it('deletes it where that is mended, and none that is older', () => {
    const cores = cut(PROFILE_SOUND);
    const left = fileNames(cores.server(3).disk);
    expect(left).not.toContain('snapshot.100000007');
    expect(left).toContain('snapshot.0');
    expect(cores.server(3).tree.digest).toBe(cores.server(2).tree.digest);
  });
});

describe('SNAP', () => {
  /** 3 comes back with a txn that nobody else has, after the new epoch has begun to write. */
  const replaced = (profile: Profile): Cores => {
    const { cores, conn } = withData(profile);
    cores.passes = (from, _to, message) => !(from === 3 && message.kind === 'PROPOSAL');
    cores.create(conn, 6, '/lost').run(20).kill(3).run(3000);
    cores.passes = () => true;
    const again = cores.connectClient(1);
    return cores.run(50).create(again, 1, '/new').run(100).boot(3).run(3000);
  };

  it('leaves the log that was there, beside the snapshot that does not hold its last txn (ZOOKEEPER-2832)', () => {
    expect(fileNames(replaced(PROFILE_CURRENT).server(3).disk)).toContain('log.100000001');
  });

  it('deletes it where that is mended: a restart finds what came, and the next txn begins a log of its own', () => {
    const cores = replaced(PROFILE_SOUND);
    expect(fileNames(cores.server(3).disk).filter((name) => name.startsWith('log.'))).toEqual([]);
    const again = cores.connectClient(2);
    cores.run(50).create(again, 2, '/next').run(100).kill(3).run(10).boot(3);
    expect(fileNames(cores.server(3).disk).filter((name) => name.startsWith('log.'))).toEqual(['log.200000003']);
    expect(cores.server(3).tree.digest).toBe(cores.server(2).tree.digest);
  });
});

describe('what a learner applies while it is synchronized', () => {
  it.each([
    ['remembered', 7],
    ['forgotten', 6],
  ] as const)('is %s by committedLog, which then has %i txns', (syncApply, txns) => {
    const { cores, conn } = withData({ ...PROFILE_CURRENT, syncApply });
    cores.kill(1).run(100).create(conn, 6, '/b').run(100).boot(1).run(1000);
    const { committedLog } = cores.server(1);
    expect(listLength(committedLog)).toBe(txns);
  });
});

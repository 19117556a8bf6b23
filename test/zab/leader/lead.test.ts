/** The two ends of a leadership. */
import { describe, expect, it } from 'vitest';
import { mapGet } from '../../../src/base/chunked.ts';
import { Cores } from '../cores.ts';

const booted = (): Cores => new Cores(3).boot(1, 2, 3).run(2000);

describe('a server that becomes leader', () => {
  it('writes a snapshot in place, and leaves it to the operating system when it gets to the disk', () => {
    const cores = booted();
    const mine = cores.doings.filter(({ sid, doing }) => sid === 3 && doing.includes('snapshot.')).map(({ doing }) => doing);
    const firstStart = ['create snapshot.0', 'append snapshot.0', 'fsync snapshot.0'];
    expect(mine).toEqual([...firstStart, 'create snapshot.0', 'append snapshot.0']);
    expect(cores.server(3).disk.files['snapshot.0']?.synced).toBe(0);
  });

  it('has heard nobody but itself, and nothing is decided', () => {
    const cores = new Cores(3);
    cores.passes = (_from, _to, { kind }) => kind === 'NOTIFICATION';
    cores.boot(1, 2, 3).run(400);
    expect(cores.server(3).leading).toMatchObject({
      epoch: 1,
      epochHeard: [3],
      epochDecided: false,
      epochAcked: [],
      epochAgreed: false,
      newLeaderAcked: [],
      established: false,
    });
  });

  it('leaves /zookeeper/config as it was when it started; a learner writes its own with every sync (recording 22-quorum-lost)', () => {
    const cores = booted();
    const writtenAt = (sid: number): number =>
      (mapGet(cores.server(sid).tree.nodes, '/zookeeper/config')?.stat.mtime ?? NaN) - cores.config.wallClockAtZero;
    expect(writtenAt(3)).toBe(0);
    for (const sid of [1, 2]) expect(writtenAt(sid)).toBeGreaterThan(cores.first('leader.established').at - 100);
  });
});

describe('a leader that gives up', () => {
  it('tells its learners nothing: it closes their connections', () => {
    const cores = booted();
    cores.sent.length = 0;
    cores.inject(3, { type: 'diskError', message: 'No space left on device' });
    const closed = cores.decided('handler.closed').map(({ learner, reason }) => `${learner} ${reason}`);
    expect(closed.sort()).toEqual(['1 leaderStopped', '2 leaderStopped']);
    cores.run(2);
    expect(cores.sentKinds(3, 1, 'NOTIFICATION')).toEqual([]);
    for (const sid of [1, 2]) expect(cores.first('learner.gaveUp', sid).decision.reason).toBe('connectionLost');
  });
});

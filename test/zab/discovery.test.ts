/** Discovery: choosing an epoch that nobody in a quorum has accepted before, and having a quorum accept it (Zab, phase 1). */
import { describe, expect, it } from 'vitest';
import { applyDiskOps, emptyDisk } from '../../src/store/disk.ts';
import { epochOp } from '../../src/store/recovery.ts';
import { zxid } from '../../src/base/zxid.ts';
import { step } from '../../src/zab/server.ts';
import type { Draft } from '../../src/zab/draft.ts';
import { electionDecided } from '../../src/zab/roles.ts';
import { Cores } from './cores.ts';

const INIT_LIMIT_MS = 10 * 500;

/** 3 was elected with the vote of 2, whose packets to it are lost: the learners of the leader are up to the test. */
function leaderInDiscovery(servers = 3): Cores {
  const cores = new Cores(servers);
  cores.passes = (_from, to, message) => !(to === servers && message.kind !== 'NOTIFICATION');
  const voters = Array.from({ length: Math.floor(servers / 2) + 1 }, (_, i) => servers - i);
  cores.boot(...voters).run(400);
  expect(cores.server(servers).phase).toBe('leading.discovery');
  return cores;
}

describe('the epoch', () => {
  it('is one more than the highest that anybody heard before the decision has accepted, observers and strangers included (D-12)', () => {
    const cores = leaderInDiscovery();
    const stranger = cores.join(9, 3);
    cores.tell(stranger, { kind: 'OBSERVERINFO', sid: 9, acceptedEpoch: 50 });
    expect(cores.decided('epoch.propose').at(-1)).toMatchObject({ from: 9, heard: [3], outcome: 'notYet' });
    const follower = cores.join(1, 3);
    cores.tell(follower, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 7 });
    expect(cores.decided('epoch.propose').at(-1)).toMatchObject({ from: 1, epoch: 51, outcome: 'decided' });
    expect([cores.sentKinds(3, 1, 'NOTIFICATION'), cores.sentKinds(3, 9)]).toEqual([['LEADERINFO'], ['LEADERINFO']]);
    expect(cores.server(3).acceptedEpoch).toBe(51);
  });

  it('does not change for somebody who comes after the decision', () => {
    const cores = leaderInDiscovery();
    cores.tell(cores.join(1, 3), { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 7 });
    cores.tell(cores.join(9, 3), { kind: 'OBSERVERINFO', sid: 9, acceptedEpoch: 50 });
    expect(cores.decided('epoch.propose').at(-1)).toMatchObject({ from: 9, epoch: 8, outcome: 'alreadyDecided' });
  });

  it('is refused by a learner that has accepted a later one; the leader carries on', () => {
    const cores = new Cores(3).boot(1, 2, 3).run(2000).kill(1);
    cores.disks.set(1, applyDiskOps(emptyDisk(), [epochOp('currentEpoch', 0), epochOp('acceptedEpoch', 9)]));
    cores.boot(1).run(1000);
    expect(cores.decided('epoch.accept').at(-1)).toMatchObject({ epoch: 1, acceptedEpoch: 9, outcome: 'refused' });
    expect(cores.first('learner.gaveUp', 1).decision).toMatchObject({
      reason: 'epochTooOld',
      detail: 'Leaders epoch, 1 is less than accepted epoch, 9',
    });
    expect(cores.server(3).phase).toBe('leading.broadcast');
    expect(cores.server(1).acceptedEpoch).toBe(9);
  });

  it('takes the learner from discovery to synchronization, before it knows what it will be sent', () => {
    const cores = new Cores(3).boot(1, 2, 3);
    for (let ms = 0; ms < 2000 && (cores.server(1).learning?.conn ?? null) === null; ms++) cores.run(1);
    const before = cores.server(1);
    const hears = (epoch: number, acceptedEpoch = 0): string =>
      step({ ...before, acceptedEpoch }, { type: 'receive', conn: before.learning?.conn ?? -1, message: { kind: 'LEADERINFO', epoch } }, 0)
        .server.phase;
    expect(before.phase).toBe('following.discovery');
    expect([hears(1), hears(1, 1), hears(1, 2)]).toEqual(['following.synchronization', 'following.synchronization', 'looking']);
  });
});

describe('acknowledging the epoch', () => {
  /** Server 1 has told its accepted epoch and got LEADERINFO. */
  const introduced = (): { cores: Cores; conn: number } => {
    const cores = leaderInDiscovery();
    const conn = cores.join(1, 3);
    cores.tell(conn, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 });
    return { cores, conn };
  };

  it('by a quorum makes it the current epoch', () => {
    const { cores, conn } = introduced();
    cores.tell(conn, { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: zxid(0, 0) });
    expect(cores.decided('epoch.ack').at(-1)).toMatchObject({ from: 1, acked: [3, 1], outcome: 'quorum' });
    expect(cores.server(3)).toMatchObject({ phase: 'leading.synchronization', currentEpoch: 1 });
  });

  it('with −1 (accepted before) is not counted, and the leader gives up after initLimit (D-16)', () => {
    const { cores, conn } = introduced();
    const at = cores.now;
    cores.tell(conn, { kind: 'ACKEPOCH', currentEpoch: -1, lastZxid: zxid(0, 0) });
    expect(cores.decided('epoch.ack').at(-1)).toMatchObject({ from: 1, acked: [3], outcome: 'notCounted' });
    cores.run(INIT_LIMIT_MS);
    expect(cores.first('leader.gaveUp', 3).decision.reason).toBe('epochAckTimeout');
    expect(cores.first('leader.gaveUp', 3).at).toBeCloseTo(at + INIT_LIMIT_MS, -1);
  });

  it.each([
    ['of a later epoch', { currentEpoch: 99, lastZxid: zxid(0, 0) }],
    ['with more txns', { currentEpoch: 0, lastZxid: zxid(0, 7) }],
  ])('by somebody with a history %s sends that one away; the leader carries on with the next (D-15)', (_what, ahead) => {
    const { cores, conn } = introduced();
    cores.tell(conn, { kind: 'ACKEPOCH', ...ahead });
    expect(cores.decided('epoch.ack').at(-1)?.outcome).toBe('ahead');
    expect(cores.decided('handler.closed').at(-1)).toMatchObject({ learner: 1, reason: 'ahead' });
    expect(cores.server(3).phase).toBe('leading.discovery');
    const again = cores.join(1, 3);
    cores
      .tell(again, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 })
      .tell(again, { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: zxid(0, 0) });
    expect(cores.server(3).phase).toBe('leading.synchronization');
  });
});

describe('a leader that waits for its quorum longer than initLimit', () => {
  it.each([
    ['epochTimeout', []],
    ['epochAckTimeout', [{ kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 }]],
    [
      'newLeaderTimeout',
      [
        { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 },
        { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: zxid(0, 0) },
      ],
    ],
  ] as const)('gives up with %s', (reason, said) => {
    const cores = leaderInDiscovery();
    const conn = cores.join(1, 3);
    for (const message of said) cores.tell(conn, message);
    cores.run(INIT_LIMIT_MS);
    expect(cores.first('leader.gaveUp', 3).decision.reason).toBe(reason);
    expect(cores.server(3).currentEpoch).toBe(reason === 'newLeaderTimeout' ? 1 : 0);
  });

  it('gives each learner the whole limit for each answer: the wait for the others does not count', () => {
    const cores = leaderInDiscovery(5);
    const [early, late] = [cores.join(1, 5), cores.join(2, 5)];
    cores.tell(early, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 }).run(INIT_LIMIT_MS - 1000);
    cores.tell(late, { kind: 'FOLLOWERINFO', sid: 2, acceptedEpoch: 0 }).run(2500);
    expect(cores.decided('handler.closed').filter(({ learner }) => learner === 1)).toEqual([]);
    cores.tell(early, { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: zxid(0, 0) });
    expect(cores.decided('epoch.ack').at(-1)).toMatchObject({ from: 1, outcome: 'counted' });
  });
});

describe('a follower that cannot reach its leader', () => {
  it('tries five times, 100 ms apart, and then votes again', () => {
    const cores = new Cores(3);
    cores.reaches = (_from, _to, channel) => (channel === 'quorum' ? 'refused' : 'open');
    cores.boot(1, 2, 3).run(1000);
    const mine = cores.attempts
      .filter(({ from }) => from === 1)
      .slice(0, 5)
      .map(({ at }) => at);
    expect(mine.map((at) => Math.round((at - (mine[0] ?? 0)) / 100))).toEqual([0, 1, 2, 3, 4]);
    expect(cores.first('learner.gaveUp', 1)).toMatchObject({
      at: (mine[4] ?? 0) + 1,
      decision: { reason: 'cannotConnect', detail: 'refused' },
    });
  });

  it('waits initLimit ticks in all when nothing comes back', () => {
    const cores = new Cores(3);
    cores.reaches = (_from, _to, channel) => (channel === 'quorum' ? 'silence' : 'open');
    cores.boot(1, 2, 3).run(6000);
    const [attempt] = cores.attempts.filter(({ from }) => from === 1);
    expect(cores.first('learner.gaveUp', 1)).toMatchObject({
      at: (attempt?.at ?? 0) + INIT_LIMIT_MS,
      decision: { reason: 'cannotConnect', detail: 'timeout' },
    });
  });

  it('is not misled by an attempt that ends after it has turned to another leader', () => {
    const cores = new Cores(3);
    cores.reaches = (_from, _to, channel) => (channel === 'quorum' ? 'silence' : 'open');
    cores.boot(1, 2, 3).run(1000);
    const before = cores.server(1);
    expect(before.phase).toBe('following.discovery');
    cores
      .inject(1, { type: 'connectFailed', channel: 'quorum', peer: 2, reason: 'timeout' })
      .inject(1, { type: 'connected', channel: 'quorum', conn: 9999, peer: 2 });
    expect(cores.server(1).learning).toEqual(before.learning);
    cores.run(500);
    expect(cores.attempts.filter(({ from }) => from === 1)).toHaveLength(1);
  });

  it('is content with whichever of its attempts succeeds, and makes no other one then', () => {
    const cores = new Cores(3);
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === 'LEADERINFO');
    cores.reaches = (_from, _to, channel) => (channel === 'quorum' ? 'silence' : 'open');
    cores.boot(1, 2, 3).run(1000);
    const failed = { type: 'connectFailed', channel: 'quorum', peer: 3, reason: 'timeout' } as const;
    const conn = cores.join(1, 3);
    cores.inject(1, failed).inject(1, { type: 'connected', channel: 'quorum', conn, peer: 3 }).inject(1, failed).run(500);
    expect(cores.attempts.filter(({ from }) => from === 1)).toHaveLength(1);
    expect(cores.server(1)).toMatchObject({ phase: 'following.discovery', learning: { conn } });
  });

  it('votes again at once when it is told of a leader that is not in its configuration', () => {
    const server = new Cores(3).boot(1).server(1);
    const d: Draft = { before: server, s: { ...server }, effects: [], decisions: [], log: [], now: 0 };
    electionDecided(d, { leader: 9, zxid: zxid(0, 0), electionEpoch: 1, peerEpoch: 0 }, 'FOLLOWING');
    expect(d.decisions).toContainEqual({ rule: 'learner.gaveUp', reason: 'leaderUnknown', leader: 9 });
    expect(d.effects.filter((effect) => effect.type === 'connect' && effect.channel === 'quorum')).toEqual([]);
    expect(d.s).toMatchObject({ phase: 'looking', learning: null });
  });
});

describe('a learner in discovery', () => {
  /** Server 1 is connected to its leader and waits for LEADERINFO. */
  const waiting = (): { cores: Cores; conn: number } => {
    const cores = new Cores(3);
    cores.passes = (_from, to, message) => !(to === 1 && message.kind === 'LEADERINFO');
    cores.boot(1, 2, 3).run(1000);
    expect(cores.server(1).phase).toBe('following.discovery');
    return { cores, conn: cores.server(1).learning?.conn ?? expect.fail('1 is not connected') };
  };

  it.each([
    { kind: 'DIFF', zxid: zxid(1, 1) },
    { kind: 'TRUNC', zxid: zxid(1, 1) },
    { kind: 'NEWLEADER', zxid: zxid(1, 0) },
    { kind: 'UPTODATE' },
  ] as const)('gives up its leader when $kind comes before LEADERINFO, closes the connection, and votes again', (message) => {
    const { cores, conn } = waiting();
    cores.inject(1, { type: 'receive', conn, message }).run(1);
    expect(cores.first('learner.gaveUp', 1).decision).toMatchObject({ reason: 'unexpectedPacket', detail: message.kind });
    expect(cores.server(1)).toMatchObject({ phase: 'looking', learning: null });
    expect(cores.isOpen(conn)).toBe(false);
  });

  it('gives up a leader that says nothing for initLimit ticks', () => {
    const { cores } = waiting();
    const since = cores.server(1).learning?.lastHeard ?? NaN;
    cores.passes = (from, to) => !(from === 3 && to === 1);
    cores.run(INIT_LIMIT_MS);
    expect(cores.first('learner.gaveUp', 1)).toMatchObject({ at: since + INIT_LIMIT_MS, decision: { reason: 'readTimeout' } });
  });

  it('closes a connection to anybody but its leader, and a second one to its leader', () => {
    const { cores, conn } = waiting();
    const [toAnother, second] = [cores.join(1, 2), cores.join(1, 3)];
    cores.inject(1, { type: 'connected', channel: 'quorum', conn: toAnother, peer: 2 }).run(2);
    cores.inject(1, { type: 'connected', channel: 'quorum', conn: second, peer: 3 }).run(2);
    expect([conn, toAnother, second].map((each) => cores.isOpen(each))).toEqual([true, false, false]);
  });
});

describe('a server that does not lead', () => {
  it('closes the connection of a learner that comes to its quorum port too late', () => {
    const cores = new Cores(3).boot(1, 2, 3).run(2000);
    const conn = cores.join(1, 2);
    expect(cores.run(2).isOpen(conn)).toBe(false);
  });
});

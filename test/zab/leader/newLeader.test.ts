/** The end of synchronization, the leader's side: whose ACK of NEWLEADER counts, and what the last one that is needed sets off. */
import { describe, expect, it } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import { firstSessionId } from '../../../src/tree/sessions.ts';
import type { EnsembleConfig } from '../../../src/zab/types.ts';
import { Cores } from '../cores.ts';

/** 5 was elected by 3 and 4, whose packets to it are lost: the learners of the leader are up to the test. */
function leaderOfFive(more: Partial<EnsembleConfig> = {}): Cores {
  const cores = new Cores(5, more);
  cores.passes = (_from, to, message) => !(to === 5 && message.kind !== 'NOTIFICATION');
  cores.boot(3, 4, 5).run(400);
  expect(cores.server(5).phase).toBe('leading.discovery');
  return cores;
}

/** Learners that have accepted the epoch and were sent what they lack. */
function synchronized(cores: Cores, ...sids: readonly number[]): number[] {
  const kindOf = (sid: number) =>
    cores.config.members.find((member) => member.sid === sid)?.type === 'observer' ? ('OBSERVERINFO' as const) : ('FOLLOWERINFO' as const);
  const conns = sids.map((sid) => cores.join(sid, 5));
  for (const [i, conn] of conns.entries()) cores.tell(conn, { kind: kindOf(sids[i] ?? 0), sid: sids[i] ?? 0, acceptedEpoch: 0 });
  for (const conn of conns) cores.tell(conn, { kind: 'ACKEPOCH', currentEpoch: 0, lastZxid: zxid(0, 0) });
  expect(cores.server(5).phase).toBe('leading.synchronization');
  return conns;
}

const NEWLEADER_ACK = { kind: 'ACK', zxid: zxid(1, 0) } as const;
const told = (cores: Cores, sid: number): boolean => cores.sentKinds(5, sid).includes('UPTODATE');

describe('UPTODATE', () => {
  it('waits for a quorum: the first of two followers that a leader of five needs is not told before the second', () => {
    const cores = leaderOfFive();
    const [first = -1, second = -1] = synchronized(cores, 1, 2);
    cores.tell(first, NEWLEADER_ACK);
    expect([told(cores, 1), told(cores, 2)]).toEqual([false, false]);
    expect(cores.server(5).phase).toBe('leading.synchronization');
    cores.tell(second, NEWLEADER_ACK);
    expect([told(cores, 1), told(cores, 2)]).toEqual([true, true]);
    expect(cores.first('leader.established', 5).decision).toMatchObject({ supporters: [5, 1, 2], zxid: zxid(1, 0) });
    expect(cores.server(5).committedZxid).toEqual(zxid(1, 0));
  });

  it('does not wait for an observer, whose ACK is not counted', () => {
    const members = [1, 2, 3, 4, 5].map((sid) => ({ sid, type: sid === 2 ? ('observer' as const) : ('participant' as const) }));
    const cores = leaderOfFive({ members });
    const [follower = -1, observer = -1, other = -1] = synchronized(cores, 1, 2, 3);
    cores.tell(observer, NEWLEADER_ACK);
    expect(cores.decided('newLeader.ack').at(-1)).toMatchObject({ from: 2, acked: [5], outcome: 'observer' });
    cores.tell(follower, NEWLEADER_ACK);
    expect([told(cores, 1), told(cores, 2)]).toEqual([false, false]);
    cores.tell(other, NEWLEADER_ACK);
    expect([told(cores, 1), told(cores, 2)]).toEqual([true, true]);
    expect(cores.first('leader.established', 5).decision.supporters).toEqual([5, 1, 3]);
  });
});

describe('an ACK of anything but NEWLEADER', () => {
  it('is not counted although the learner goes on: it can cost the quorum (ZOOKEEPER-4685)', () => {
    const cores = leaderOfFive();
    const [first = -1, second = -1] = synchronized(cores, 1, 2);
    cores.tell(first, { kind: 'ACK', zxid: zxid(0, 7) }).tell(second, NEWLEADER_ACK);
    expect(cores.decided('newLeader.ack').map(({ from, outcome }) => `${from} ${outcome}`)).toEqual([
      '5 counted',
      '1 wrongEpoch',
      '2 counted',
    ]);
    cores.tell(first, NEWLEADER_ACK);
    expect(cores.server(5).phase).toBe('leading.synchronization');
  });
});

describe('session ids', () => {
  it('begin with the moment at which a server began to serve, and with its sid', () => {
    const cores = new Cores(3).boot(1, 2, 3).run(2000);
    const from = (sid: number, at: number): string => firstSessionId(cores.config.wallClockAtZero + at, sid);
    expect(cores.server(3).nextSession).toBe(from(3, cores.first('leader.established', 3).at));
    expect(cores.server(1).nextSession).toBe(from(1, cores.first('learner.serving', 1).at));
  });
});

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import { draw, randomStream, type RandomState } from '../../../src/base/random.ts';
import { isQuorum, isVoter, weightOf } from '../../../src/zab/quorum.ts';
import type { Member } from '../../../src/zab/types.ts';
import { Network } from './network.ts';
import { configOf, observers, participants } from './support.ts';

vi.mock('../../../src/zab/roles.ts', async () => (await import('./support.ts')).electionOnly());

const three = configOf(participants(1, 2, 3));

describe('cold start', () => {
  test('3, then 2, then 1, all empty: all end with 3, about 200 ms after the last vote (E §12)', () => {
    const net = new Network(three);
    net.boot(3);
    net.run(250);
    expect(net.decided(3, 'election.backoff')).toMatchObject([{ waitedMs: 200, nextMs: 400 }]);
    net.boot(2);
    net.run(10);
    // 2 connected to 3, dropped it because of the smaller sid, and was called back.
    expect(net.decided(2, 'connection.order')).toMatchObject([
      { peer: 3, initiator: 2, outcome: 'dropped' },
      { peer: 3, initiator: 3, outcome: 'kept' },
    ]);
    expect(net.decided(2, 'vote.order')).toMatchObject([{ from: 3, outcome: 'adopted', by: 'sid' }]);
    net.boot(1);
    net.run(500);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 3', 2: 'FOLLOWING 3', 3: 'LEADING 3' });
    const finals = [1, 2, 3].flatMap((sid) => net.decided(sid, 'vote.final'));
    expect(finals.map(({ vote }) => vote)).toEqual(
      Array.from({ length: 3 }, () => ({ leader: 3, zxid: zxid(0, 0), electionEpoch: 1, peerEpoch: 0 })),
    );
    expect(net.decided(1, 'vote.final')[0]?.tookMs).toBeGreaterThanOrEqual(200);
    expect(net.decided(1, 'vote.final')[0]?.tookMs).toBeLessThan(260);
  });

  test('all at once: the highest sid', () => {
    const net = new Network(three);
    for (const sid of [1, 2, 3]) net.boot(sid);
    net.run(400);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 3', 2: 'FOLLOWING 3', 3: 'LEADING 3' });
  });

  test('1 and 2 decide, 3 comes later: 2 leads and 3 joins at once, whatever its sid and zxid', () => {
    const net = new Network(three);
    net.boot(1);
    net.boot(2);
    net.run(400);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 2', 2: 'LEADING 2' });
    const before = net.now;
    net.boot(3, { zxid: zxid(5, 5), epoch: 5 });
    net.run(20);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 2', 2: 'LEADING 2', 3: 'FOLLOWING 2' });
    expect(net.decided(3, 'vote.established').at(-1)).toMatchObject({
      leader: 2,
      supporters: [1, 2],
      leaderConfirmed: true,
      outcome: 'joined',
    });
    expect(net.decisions.find(({ decision }) => decision.rule === 'vote.established' && decision.outcome === 'joined')?.at).toBeLessThan(
      before + 10,
    );
  });

  test('3 comes while 1 and 2 still wait: they change to 3', () => {
    const net = new Network(three);
    net.boot(1);
    net.boot(2);
    net.run(150);
    net.boot(3);
    net.run(500);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 3', 2: 'FOLLOWING 3', 3: 'LEADING 3' });
  });

  test('a joiner hears the old last message first, decides by it, and loses the real answers meanwhile (E-16, E-38)', () => {
    const net = new Network(three);
    net.boot(1);
    net.boot(3);
    net.run(400);
    net.boot(2);
    net.run(20);
    const from1 = net.said.filter(({ from, to }) => from === 1 && to === 2).map(({ message }) => message.state);
    expect(from1[0]).toBe('LOOKING');
    expect(from1.at(-1)).toBe('FOLLOWING');
    expect(net.decided(2, 'vote.order').map(({ from, outcome }) => [from, outcome])).toContainEqual([3, 'swallowed']);
    expect(net.roles()[2]).toBe('LOOKING');
    net.run(250);
    expect(net.roles()[2]).toBe('FOLLOWING 3');
    expect(net.decided(2, 'vote.established')).toEqual([]);
  });
});

describe('a leader is lost', () => {
  test('the newest data wins over the higher sid; epoch wins over zxid (golden observed 1)', () => {
    const net = new Network(configOf(participants(1, 2, 3, 4, 5)));
    net.boot(1, { zxid: zxid(1, 4), epoch: 2 });
    net.boot(3, { zxid: zxid(1, 5), epoch: 1 });
    net.boot(4, { zxid: zxid(1, 4), epoch: 1 });
    net.run(500);
    expect(net.roles()).toEqual({ 1: 'LEADING 1', 3: 'FOLLOWING 1', 4: 'FOLLOWING 1' });
  });

  test('after a kill the others elect in a new round, and the restarted server catches up with it', () => {
    const net = new Network(three);
    for (const sid of [1, 2, 3]) net.boot(sid);
    net.run(500);
    net.kill(3);
    net.loseLeader(1);
    net.loseLeader(2);
    net.run(500);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 2', 2: 'LEADING 2' });
    net.boot(3);
    net.run(50);
    expect(net.roles()[3]).toBe('FOLLOWING 2');
    expect(net.servers.get(3)?.cnx.round).toBe(2);
  });

  test('a host that fell silent keeps its connections until it calls again (E-17)', () => {
    const net = new Network(three);
    for (const sid of [1, 2, 3]) net.boot(sid);
    net.run(500);
    net.crash(3);
    net.loseLeader(1);
    net.loseLeader(2);
    net.run(2000);
    expect(net.servers.get(1)?.cnx.peers[3]?.conn).not.toBeNull();
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 2', 2: 'LEADING 2' });
    net.boot(3);
    net.run(50);
    expect(net.roles()[3]).toBe('FOLLOWING 2');
  });

  test('a host silent from the start: attempts end after cnxTimeout, and the next resend tries again', () => {
    const net = new Network(three);
    net.crash(3);
    net.boot(1);
    net.run(4900);
    expect(net.servers.get(1)?.cnx.peers[3]?.connecting).toBe(true);
    net.run(200);
    expect(net.servers.get(1)?.cnx.peers[3]?.connecting).toBe(false);
    net.run(1500);
    expect(net.servers.get(1)?.cnx.peers[3]?.connecting).toBe(true);
  });
});

describe('observers', () => {
  const config = configOf([...participants(1, 2, 3), ...observers(4)]);

  test('follow an established leader and have no part in its election (E-50, E-52)', () => {
    const net = new Network(config);
    for (const sid of [1, 2, 3]) net.boot(sid);
    net.boot(4, { zxid: zxid(9, 9), epoch: 9 });
    net.run(1500);
    expect(net.roles()).toEqual({ 1: 'FOLLOWING 3', 2: 'FOLLOWING 3', 3: 'LEADING 3', 4: 'OBSERVING 3' });
    expect(net.said.filter(({ from, to }) => from !== 4 && to === 4).every(({ message }) => message.vote.leader > 0)).toBe(true);
    expect([1, 2, 3].flatMap((sid) => Object.keys(net.servers.get(sid)?.cnx.leadingVoteSet ?? []))).not.toContain('4');
  });

  test('one voter and an observer never elect anybody', () => {
    const net = new Network(config);
    net.boot(1);
    net.boot(4);
    net.run(5000);
    expect(net.roles()).toEqual({ 1: 'LOOKING', 4: 'LOOKING' });
  });

  test('may elect the dead leader, as LOOKING voters still report it (E-51)', () => {
    const net = new Network(config);
    for (const sid of [1, 2, 3, 4]) net.boot(sid);
    net.run(1500);
    net.kill(3);
    // Lost in this order, the voters have begun the same round as the observer when it asks, and their current vote is still for 3.
    for (const sid of [4, 1, 2]) net.loseLeader(sid);
    net.run(150);
    expect(net.decided(4, 'vote.quorum').at(-1)).toMatchObject({ vote: { leader: 3 }, supporters: [1, 2], outcome: 'quorum' });
  });
});

test('a LOOKING observer and a LOOKING voter of an earlier round answer each other without end (E-21, E-22)', () => {
  const net = new Network(configOf([...participants(1, 2, 3), ...observers(4)]));
  net.boot(1);
  net.boot(4);
  net.loseLeader(4);
  net.run(1000);
  const before = net.said.length;
  net.run(1000);
  expect(net.said.length - before).toBeGreaterThan(900);
  net.loseLeader(1);
  net.run(10);
  const quiet = net.said.length;
  net.run(50);
  expect(net.said.length).toBe(quiet);
});

interface Case {
  readonly members: readonly Member[];
  readonly seed: number;
  readonly starts: readonly number[];
  readonly candidates: readonly { readonly epoch: number; readonly counter: number }[];
}

const cases: fc.Arbitrary<Case> = fc.integer({ min: 2, max: 5 }).chain((size) =>
  fc.record({
    members: fc.oneof(
      fc.constant(participants(...Array.from({ length: size }, (_, i) => i + 1))),
      fc.constant([...participants(...Array.from({ length: size }, (_, i) => i + 1)), ...observers(size + 1)]),
      fc
        .array(fc.constantFrom(0, 1, 2), { minLength: size, maxLength: size })
        .map((weights) =>
          weights.map((weight, i): Member => ({ sid: i + 1, type: 'participant', group: 1, weight: i === 0 ? 1 : weight })),
        ),
    ),
    seed: fc.nat(),
    starts: fc.array(fc.nat(600), { minLength: size + 1, maxLength: size + 1 }),
    candidates: fc.array(fc.record({ epoch: fc.nat(2), counter: fc.nat(2) }), { minLength: size + 1, maxLength: size + 1 }),
  }),
);

/** One-way delays from 1 ms to below 60 ms: a connection, the call back, and a vote still take less than one notification timeout. */
function randomDelays(seed: number): () => number {
  let state: RandomState = randomStream(seed, 'delay');
  return () => {
    const [value, next] = draw(state);
    state = next;
    return 1 + value * 59;
  };
}

test('with all connected, in the end a quorum agrees on one leader, a voter with weight that says so itself', () => {
  fc.assert(
    fc.property(cases, ({ members, seed, starts, candidates }) => {
      const config = configOf(members);
      const net = new Network(config, randomDelays(seed));
      const order = members
        .map(({ sid }, i) => ({ sid, at: starts[i] ?? 0, last: candidates[i] ?? { epoch: 0, counter: 0 } }))
        .sort((a, b) => a.at - b.at);
      for (const { sid, at, last } of order) {
        net.run(at - net.now);
        net.boot(sid, { zxid: zxid(last.epoch, last.counter), epoch: last.epoch });
      }
      // A leader without followers, or a follower without a leader, gives up in the end; here, after a second.
      for (let second = 0; second < 60 && !agreed(net); second++) {
        net.run(1000);
        for (const [sid, server] of net.servers) {
          const alone =
            server.role === 'LEADING'
              ? !isQuorum(config, followersOf(net, sid))
              : server.role !== 'LOOKING' && net.servers.get(server.vote.leader)?.role !== 'LEADING';
          if (alone) net.loseLeader(sid);
        }
      }
      expect(agreed(net)).toBe(true);
      for (const { decision } of net.decisions) {
        if (decision.rule !== 'vote.final') continue;
        expect(isVoter(config, decision.vote.leader)).toBe(true);
        expect(weightOf(config, decision.vote.leader)).toBeGreaterThan(0);
        expect(isQuorum(config, decision.supporters)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

function followersOf(net: Network, leader: number): readonly number[] {
  return [...net.servers].filter(([, server]) => server.role !== 'LOOKING' && server.vote.leader === leader).map(([sid]) => sid);
}

function agreed(net: Network): boolean {
  const leaders = [...net.servers].filter(([, server]) => server.role === 'LEADING').map(([sid]) => sid);
  const [leader] = leaders;
  return leaders.length === 1 && leader !== undefined && isQuorum(net.config, followersOf(net, leader));
}

test('an election is a function of its inputs', () => {
  const trace = (): unknown => {
    const net = new Network(configOf([...participants(1, 2, 3, 4, 5), ...observers(6)]), randomDelays(7));
    for (const sid of [5, 1, 6, 3, 2, 4]) net.boot(sid);
    net.run(3000);
    return net.decisions;
  };
  expect(trace()).toEqual(trace());
});

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { isQuorum, isVoter, voters, weightOf } from '../../src/zab/quorum.ts';
import type { Member } from '../../src/zab/types.ts';
import { configOf, observers, participants } from './election/support.ts';

describe('majority (E-60)', () => {
  test.each([
    { voting: [1], acks: [], quorum: false },
    { voting: [1], acks: [1], quorum: true },
    { voting: [1, 2], acks: [1], quorum: false },
    { voting: [1, 2], acks: [1, 2], quorum: true },
    { voting: [1, 2, 3], acks: [2], quorum: false },
    { voting: [1, 2, 3], acks: [1, 3], quorum: true },
    { voting: [1, 2, 3, 4], acks: [1, 2], quorum: false },
    { voting: [1, 2, 3, 4], acks: [1, 2, 4], quorum: true },
    { voting: [1, 2, 3, 4, 5], acks: [1, 2, 5], quorum: true },
  ])('$acks of $voting: $quorum', ({ voting, acks, quorum }) => {
    expect(isQuorum(configOf(participants(...voting)), acks)).toBe(quorum);
  });

  test('observers and strangers are not counted', () => {
    const config = configOf([...participants(1, 2, 3), ...observers(4, 5)]);
    expect(isQuorum(config, [1, 4, 5, 77])).toBe(false);
    expect(isQuorum(config, [4, 1, 5, 2])).toBe(true);
    expect(voters(config)).toEqual([1, 2, 3]);
    expect(isVoter(config, 4)).toBe(false);
  });

  test('voters come lowest sid first, however the configuration lists them', () => {
    expect(voters(configOf([...participants(10, 2, 1), ...observers(4), ...participants(9)]))).toEqual([1, 2, 9, 10]);
  });

  test('any two quorums share a voter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), fc.nat(), (size, a, b) => {
        const all = Array.from({ length: size }, (_, i) => i + 1);
        const config = configOf(participants(...all));
        const pick = (bits: number): readonly number[] => all.filter((sid) => (bits >> sid) % 2 === 1);
        const [one, other] = [pick(a), pick(b)];
        if (isQuorum(config, one) && isQuorum(config, other)) expect(one.some((sid) => other.includes(sid))).toBe(true);
      }),
    );
  });
});

describe('groups and weights (E-61)', () => {
  const grouped = (...rows: readonly (readonly [sid: number, group: number, weight?: number])[]): readonly Member[] =>
    rows.map(([sid, group, weight]) =>
      weight === undefined ? { sid, type: 'participant', group } : { sid, type: 'participant', group, weight },
    );
  const nine = grouped([1, 1], [2, 1], [3, 1], [4, 2], [5, 2], [6, 2], [7, 3], [8, 3], [9, 3]);

  test.each([
    { what: 'two servers in two of three groups', members: nine, acks: [1, 2, 4, 5], quorum: true },
    { what: 'a majority of servers, but of one group only', members: nine, acks: [1, 2, 3, 4, 7], quorum: false },
    { what: 'half the weight of a group is not enough', members: grouped([1, 1], [2, 1]), acks: [1], quorum: false },
    { what: 'one heavy server decides its group', members: grouped([1, 1, 3], [2, 1], [3, 1]), acks: [1], quorum: true },
    {
      what: 'a group without weight need not be won',
      members: grouped([1, 1], [2, 1], [3, 1], [4, 2, 0], [5, 2, 0]),
      acks: [1, 2],
      quorum: true,
    },
    { what: 'a group without weight cannot be won', members: grouped([1, 1], [2, 2], [3, 3, 0]), acks: [1, 3], quorum: false },
    { what: 'a server without weight adds nothing', members: grouped([1, 1], [2, 1], [3, 1, 0]), acks: [1, 3], quorum: false },
    { what: 'nobody', members: nine, acks: [], quorum: false },
  ])('$what: $quorum', ({ members, acks, quorum }) => {
    expect(isQuorum(configOf(members), acks)).toBe(quorum);
  });

  test('weight is 1 for all without groups, the configured one with groups', () => {
    expect(weightOf(configOf([{ sid: 1, type: 'participant', weight: 0 }]), 1)).toBe(1);
    const config = configOf(grouped([1, 1, 0], [2, 1, 4], [3, 1]));
    expect([1, 2, 3, 99].map((sid) => weightOf(config, sid))).toEqual([0, 4, 1, 0]);
  });

  test('a participant without group among others with one is a mistake', () => {
    expect(() => voters(configOf([...grouped([1, 1], [2, 1]), ...participants(3)]))).toThrow('Server 3 is not in a group');
  });
});

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { zxid } from '../../../src/base/zxid.ts';
import { beats, NO_ZXID, ownVote, sameVote, supportersOf } from '../../../src/zab/election/votes.ts';
import type { Role } from '../../../src/zab/types.ts';
import { configOf, newServer, observers, participants, says, vote } from './support.ts';

const plain = configOf(participants(1, 2, 3));

describe('order of votes (E-44)', () => {
  test.each([
    {
      what: 'newer epoch beats higher zxid',
      next: vote(1, 1, zxid(1, 4), 2),
      current: vote(3, 1, zxid(1, 5), 1),
      beats: true,
      by: 'peerEpoch',
    },
    { what: 'older epoch loses', next: vote(3, 1, zxid(1, 5), 1), current: vote(1, 1, zxid(1, 4), 2), beats: false, by: 'peerEpoch' },
    { what: 'higher zxid beats higher sid', next: vote(1, 1, zxid(1, 5), 1), current: vote(3, 1, zxid(1, 4), 1), beats: true, by: 'zxid' },
    {
      what: 'zxid epochs come before counters',
      next: vote(1, 1, zxid(2, 0), 2),
      current: vote(3, 1, zxid(1, 900), 2),
      beats: true,
      by: 'zxid',
    },
    { what: 'higher sid breaks the tie', next: vote(2), current: vote(1), beats: true, by: 'sid' },
    { what: 'lower sid loses the tie', next: vote(1), current: vote(2), beats: false, by: 'sid' },
    { what: 'the same vote does not beat itself', next: vote(2), current: vote(2), beats: false, by: 'same' },
    { what: 'rounds do not matter', next: vote(2, 7), current: vote(2, 1), beats: false, by: 'same' },
    { what: 'zxid −1 is below everything', next: vote(3, 1, NO_ZXID), current: vote(1), beats: false, by: 'zxid' },
  ])('$what', ({ next, current, beats: wins, by }) => {
    expect(beats(next, current, plain)).toEqual({ beats: wins, by });
  });

  test('a candidate without weight never wins', () => {
    const config = configOf([1, 2, 3].map((sid) => ({ sid, type: 'participant', group: 1, weight: sid === 3 ? 0 : 1 })));
    expect(beats(vote(3, 1, zxid(9, 9), 9), vote(1), config)).toEqual({ beats: false, by: 'weight' });
    expect(beats(vote(2), vote(3), config).beats).toBe(false);
    expect(beats(vote(2, 1, zxid(0, 1)), vote(3), config).beats).toBe(true);
  });

  test.each([
    // Knuth's hash puts 1 at 2654435761, 2 at 1013904226 and 3 at 3668339987 of the ring.
    { voteOrder: 'hash', next: 1, current: 2, beats: true, by: 'sid' },
    { voteOrder: 'hash', next: 2, current: 1, beats: false, by: 'sid' },
    { voteOrder: 'hash', next: 3, current: 1, beats: true, by: 'sid' },
    { voteOrder: 'hash', next: 2, current: 2, beats: false, by: 'same' },
    { voteOrder: 'sid', next: 2, current: 1, beats: true, by: 'sid' },
    { voteOrder: 'sid', next: 1, current: 2, beats: false, by: 'sid' },
    { voteOrder: 'sid', next: 2, current: 2, beats: false, by: 'same' },
  ] as const)(
    'as tutorials tell it, by $voteOrder: $next against $current, whatever they know',
    ({ voteOrder, next, current, beats: wins, by }) => {
      const config = { ...plain, profile: { ...plain.profile, voteOrder } };
      expect(beats(vote(next, 1, zxid(1, 1), 1), vote(current, 1, zxid(2, 2), 2), config)).toEqual({ beats: wins, by });
    },
  );

  test('of two different votes exactly one beats the other', () => {
    const votes = fc.record({
      leader: fc.constantFrom(1, 2, 3),
      electionEpoch: fc.constant(1),
      peerEpoch: fc.nat(3),
      zxid: fc.record({ epoch: fc.nat(3), counter: fc.nat(3) }),
    });
    fc.assert(
      fc.property(votes, votes, (a, b) => {
        const ab = beats(a, b, plain);
        const ba = beats(b, a, plain);
        expect(ab.by).toBe(ba.by);
        expect(ab.beats && ba.beats).toBe(false);
        expect(ab.beats || ba.beats).toBe(ab.by !== 'same');
      }),
    );
  });
});

describe('same vote (E-7)', () => {
  const base = vote(2, 1, zxid(1, 3), 1);
  const otherZxid = { ...base, zxid: zxid(1, 4) };
  const otherRound = { ...base, electionEpoch: 2 };
  const otherEpoch = { ...base, peerEpoch: 2 };
  const otherLeader = { ...base, leader: 3 };

  test.each([
    { states: ['LOOKING', 'LOOKING'], versions: [0, 2], other: base, same: true },
    { states: ['LOOKING', 'LOOKING'], versions: [0, 2], other: otherZxid, same: false },
    { states: ['LOOKING', 'FOLLOWING'], versions: [2, 2], other: otherRound, same: false },
    { states: ['LEADING', 'LOOKING'], versions: [2, 2], other: otherEpoch, same: false },
    { states: ['FOLLOWING', 'LEADING'], versions: [2, 2], other: otherZxid, same: true },
    { states: ['FOLLOWING', 'LEADING'], versions: [2, 2], other: otherRound, same: true },
    { states: ['FOLLOWING', 'LEADING'], versions: [2, 2], other: otherEpoch, same: false },
    { states: ['FOLLOWING', 'LEADING'], versions: [0, 0], other: otherEpoch, same: false },
    { states: ['FOLLOWING', 'LEADING'], versions: [2, 0], other: otherEpoch, same: true },
    { states: ['FOLLOWING', 'LEADING'], versions: [2, 0], other: otherLeader, same: false },
  ] satisfies readonly { states: readonly [Role, Role]; versions: readonly [number, number]; other: typeof base; same: boolean }[])(
    '$states, versions $versions, $other: $same',
    ({ states: [mine, theirs], versions: [myVersion, theirVersion], other, same }) => {
      const a = { state: mine, vote: base, version: myVersion };
      const b = { state: theirs, vote: other, version: theirVersion };
      expect(sameVote(a, b)).toBe(same);
      expect(sameVote(b, a)).toBe(same);
    },
  );

  test('recvset keeps no versions, outofelection does: a newer epoch counts only in the former (E-8)', () => {
    const heard = says('LEADING', otherEpoch);
    const rows = { 1: { sid: 1, state: 'FOLLOWING', vote: base }, 3: { sid: 3, state: 'LOOKING', vote: base } } as const;
    expect(supportersOf(rows, heard, plain)).toEqual([1]);
    expect(supportersOf({ 1: { ...rows[1], version: 2 } }, heard, plain)).toEqual([]);
  });

  test('an observer supports nobody (E-50)', () => {
    const config = configOf([...participants(1), ...observers(4)]);
    expect(supportersOf({ 4: { sid: 4, state: 'LOOKING', vote: base } }, says('LOOKING', base), config)).toEqual([]);
  });
});

describe('own vote (E-31)', () => {
  const config = configOf([...participants(1, 2, 3), ...observers(4)]);
  test('a voter votes for itself, with its last zxid and current epoch', () => {
    expect(ownVote(newServer(2, config, { zxid: zxid(1, 7), epoch: 3 }), 5)).toEqual({
      leader: 2,
      zxid: zxid(1, 7),
      electionEpoch: 5,
      peerEpoch: 3,
    });
  });
  test('an observer votes for nobody', () => {
    expect(ownVote(newServer(4, config, { zxid: zxid(1, 7), epoch: 3 }), 5)).toEqual({
      leader: -1,
      zxid: zxid(0, 0),
      electionEpoch: 5,
      peerEpoch: -1,
    });
  });
  test('a server with an untrusted empty database votes with zxid −1 (E-33)', () => {
    expect(ownVote(newServer(1, config, { trusted: false }), 1).zxid).toEqual(NO_ZXID);
  });
});

import { describe, expect, test, vi } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import { leaveElection, onFinalizeTimer, onPollTimer, startElection, updateElectionVote } from '../../../src/zab/election/lookForLeader.ts';
import { Alone } from './alone.ts';
import { configOf, decided, effectsOf, newServer, observers, participants, vote } from './support.ts';

vi.mock('../../../src/zab/roles.ts', async () => (await import('./support.ts')).electionOnly());

const three = configOf(participants(1, 2, 3));
const five = configOf(participants(1, 2, 3, 4, 5));

describe('a new election', () => {
  test('raises the round, votes for itself, tells every voter, hears itself first (E-4, E-15, E-31)', () => {
    const one = new Alone(1, three, { zxid: zxid(1, 4), epoch: 1 }).start();
    const own = vote(1, 1, zxid(1, 4), 1);
    expect(one.round).toBe(1);
    expect(one.sent).toEqual([2, 3].map((to) => ({ to, state: 'LOOKING', vote: own })));
    expect(one.votes).toEqual({ 1: 1 });
    expect(one.timers).toEqual([['poll', 200]]);
    expect(one.last.decisions).toEqual([
      { rule: 'election.start', round: 1, vote: own, after: 'boot' },
      { rule: 'vote.quorum', vote: own, supporters: [1], voters: 3, outcome: 'notYet' },
    ]);
  });

  test('at boot the current vote is for oneself; later it stays with the former leader until the election ends (E-3)', () => {
    const one = new Alone(1, three).start();
    expect(one.server.vote).toEqual({ leader: 1, zxid: zxid(0, 0), electionEpoch: -1, peerEpoch: 0 });
    one.hears(2, 'FOLLOWING', vote(3));
    one.hears(3, 'LEADING', vote(3));
    expect(one.server.vote.leader).toBe(3);
    one.server = { ...one.server, role: 'LOOKING' };
    one.step((d) => startElection(d, 'lostLeader'));
    expect(one.round).toBe(2);
    expect(one.server.vote.leader).toBe(3);
    expect(one.proposal?.leader).toBe(1);
  });

  test('until 3.3 had no memory of epochs but the last txn (ZOOKEEPER-335)', () => {
    const forgetful = { ...three, profile: { ...three.profile, epochMemory: 'lastTxn' as const } };
    const one = new Alone(1, forgetful, { zxid: zxid(3, 7), epoch: 5 }).start();
    expect(one.server).toMatchObject({ acceptedEpoch: 3, currentEpoch: 3 });
    expect(one.proposal).toEqual(vote(1, 1, zxid(3, 7), 3));
  });

  test('at boot an observer, whose own vote is for nobody, answers with a vote for itself (E-3)', () => {
    const four = new Alone(4, configOf([...participants(1, 2, 3), ...observers(4, 5)]), { zxid: zxid(2, 7), epoch: 2 });
    // What a process has before its election begins.
    four.server = { ...four.server, vote: { leader: 4, zxid: zxid(0, 0), electionEpoch: 0, peerEpoch: 0 } };
    four.start();
    expect(four.proposal?.leader).toBe(-1);
    expect(four.server.vote).toEqual({ leader: 4, zxid: zxid(2, 7), electionEpoch: -1, peerEpoch: 2 });
    four.hears(5, 'LOOKING', vote(-1));
    expect(four.sent).toEqual([{ to: 5, state: 'LOOKING', vote: { leader: 4, zxid: zxid(2, 7), electionEpoch: 1, peerEpoch: 2 } }]);
  });

  test('a single voter elects itself after 200 ms', () => {
    const one = new Alone(1, configOf(participants(1))).start();
    expect(one.phase).toBe('finalizing');
    one.step(onFinalizeTimer, 200);
    expect(one.server.role).toBe('LEADING');
    expect(decided(one.last.decisions, 'vote.final')).toEqual([
      { rule: 'vote.final', vote: vote(1), supporters: [1], role: 'LEADING', waitedMs: 200, tookMs: 200 },
    ]);
    expect(one.server.cnx.leadingVoteSet).toEqual([1]);
  });
});

describe('messages are answered in every role', () => {
  test('a non-voter gets the current vote with the current round at once, and is not heard (E-21)', () => {
    const config = configOf([...participants(1, 2, 3), ...observers(4)]);
    const one = new Alone(1, config).start();
    one.hears(4, 'LOOKING', vote(-1, 9));
    expect(one.sent).toEqual([{ to: 4, state: 'LOOKING', vote: { leader: 1, zxid: zxid(0, 0), electionEpoch: 1, peerEpoch: 0 } }]);
    expect(one.round).toBe(1);
    expect(one.votes).toEqual({ 1: 1 });
    expect(one.timers).toEqual([]);
    expect(decided(one.last.decisions, 'vote.rejected')).toMatchObject([{ from: 4, reason: 'senderNotVoter' }]);
  });

  test('a server that has had a leader since an earlier round is not told anything by one that looks (E-22)', () => {
    const one = new Alone(1, three).start();
    one.step((d) => startElection(d, 'lostLeader'));
    expect(one.round).toBe(2);
    one.hears(2, 'FOLLOWING', vote(3, 1));
    expect(one.sent).toEqual([]);
  });

  test('a server that looks in an earlier round gets the proposal, and is ignored (E-22, E-35)', () => {
    const one = new Alone(1, three).start();
    one.hears(2, 'LOOKING', vote(2, 4));
    one.hears(3, 'LOOKING', vote(3, 3));
    expect(one.sent).toEqual([{ to: 3, state: 'LOOKING', vote: vote(2, 4) }]);
    expect(one.proposal).toEqual(vote(2, 4));
    expect(decided(one.last.decisions, 'vote.round')).toEqual([
      { rule: 'vote.round', from: 3, theirRound: 3, myRound: 4, outcome: 'ignored' },
    ]);
  });

  test('with a leader: those that look are told, the others are not (E-23, E-24)', () => {
    const one = new Alone(1, three).start();
    one.server = { ...one.server, role: 'FOLLOWING', vote: vote(2, 7, zxid(1, 1), 1) };
    one.step((d) => leaveElection(d));
    one.hears(3, 'LOOKING', vote(3, 8));
    expect(one.sent).toEqual([{ to: 3, state: 'FOLLOWING', vote: vote(2, 7, zxid(1, 1), 1) }]);
    one.hears(3, 'LEADING', vote(3, 8));
    expect(one.sent).toEqual([]);
  });

  test('after synchronization the vote carries the new epoch (E-71)', () => {
    const one = new Alone(1, three).start();
    one.step((d) => updateElectionVote(d, 6));
    expect(one.server.vote).toEqual({ leader: 1, zxid: zxid(0, 0), electionEpoch: -1, peerEpoch: 6 });
  });

  test('while a LOOKING observer waits for its election, votes wait in recvqueue', () => {
    const config = configOf([...participants(1, 2, 3), ...observers(4)]);
    const four = new Alone(4, config);
    four.hears(1, 'FOLLOWING', vote(3, 5));
    four.hears(3, 'LEADING', vote(3, 5));
    expect(four.server.role).toBe('LOOKING');
    four.start();
    expect(four.server.role).toBe('OBSERVING');
  });
});

describe('servers that look for a leader too', () => {
  test('a better vote is adopted and passed on; an equal or worse one only kept (E-36, E-37)', () => {
    const two = new Alone(2, five).start();
    two.hears(3, 'LOOKING', vote(3));
    expect(two.sent.map(({ to, vote: { leader } }) => [to, leader])).toEqual([
      [1, 3],
      [3, 3],
      [4, 3],
      [5, 3],
    ]);
    expect(decided(two.last.decisions, 'vote.order')).toMatchObject([{ from: 3, outcome: 'adopted', by: 'sid' }]);
    two.hears(1, 'LOOKING', vote(1));
    expect(two.sent).toEqual([]);
    expect(decided(two.last.decisions, 'vote.order')).toMatchObject([{ from: 1, outcome: 'kept', by: 'sid' }]);
    expect(two.votes).toEqual({ 1: 1, 2: 3, 3: 3 });
  });

  test('a later round voids the votes; the choice is between theirs and the own initial vote, not the proposal (E-34)', () => {
    const two = new Alone(2, five).start();
    two.hears(5, 'LOOKING', vote(5));
    expect(two.proposal?.leader).toBe(5);
    two.hears(1, 'LOOKING', vote(1, 3));
    expect(two.round).toBe(3);
    expect(two.proposal).toEqual(vote(2, 3));
    expect(two.votes).toEqual({ 1: 1, 2: 2 });
    expect(two.sent.map(({ vote: sent }) => sent)).toEqual(Array.from({ length: 4 }, () => vote(2, 3)));
    expect(two.last.decisions.slice(0, 2)).toMatchObject([
      { rule: 'vote.round', from: 1, theirRound: 3, myRound: 1, outcome: 'caughtUp' },
      { rule: 'vote.order', from: 1, mine: vote(2, 3), outcome: 'kept', by: 'sid' },
    ]);
  });

  test('a later round does not forget who has a leader already', () => {
    const one = new Alone(1, five).start();
    one.hears(5, 'LEADING', vote(5, 1));
    one.hears(2, 'LOOKING', vote(2, 2));
    one.hears(4, 'FOLLOWING', vote(5, 1));
    expect(one.server.role).toBe('LOOKING');
    one.hears(3, 'FOLLOWING', vote(5, 1));
    expect(one.server.role).toBe('FOLLOWING');
  });

  test('same candidate, other zxid: no agreement', () => {
    const one = new Alone(1, three).start();
    one.hears(2, 'LOOKING', vote(2, 1, zxid(1, 2)));
    expect(one.phase).toBe('finalizing');
    const other = new Alone(1, five).start();
    other.hears(5, 'LOOKING', vote(5, 1, zxid(1, 2)));
    other.hears(4, 'LOOKING', vote(5, 1, zxid(1, 1)));
    expect(other.phase).toBe('collecting');
    expect(other.server.cnx.election?.supporters).toEqual([1, 5]);
  });

  test.each([
    { what: 'own database', mine: { trusted: false }, theirs: vote(3) },
    { what: 'their database', mine: {}, theirs: { ...vote(3), zxid: { epoch: -1, counter: 0xffff_ffff } } },
  ])('$what is empty and not trusted: the vote is not heard (E-33)', ({ mine, theirs }) => {
    const one = new Alone(1, three, mine).start();
    one.hears(3, 'LOOKING', theirs);
    expect(one.votes[3]).toBeUndefined();
    expect(decided(one.last.decisions, 'vote.rejected')).toMatchObject([{ from: 3, reason: 'emptyDatabase' }]);
  });

  test('a vote for somebody who is no voter is not heard, but restarts the wait', () => {
    const one = new Alone(1, configOf([...participants(1, 2, 3), ...observers(4)])).start();
    one.hears(2, 'LOOKING', vote(4));
    expect(decided(one.last.decisions, 'vote.rejected')).toMatchObject([{ from: 2, leader: 4, reason: 'leaderNotVoter' }]);
    expect(one.votes).toEqual({ 1: 1 });
    expect(one.timers).toEqual([['poll', 200]]);
  });

  test('a candidate without weight is not adopted, its vote is kept', () => {
    const config = configOf([1, 2, 3].map((sid) => ({ sid, type: 'participant', group: 1, weight: sid === 3 ? 0 : 1 })));
    const one = new Alone(1, config).start();
    one.hears(3, 'LOOKING', vote(3));
    expect(one.proposal?.leader).toBe(1);
    expect(one.votes).toEqual({ 1: 1, 3: 3 });
    expect(decided(one.last.decisions, 'vote.order')).toMatchObject([{ from: 3, outcome: 'kept', by: 'weight' }]);
  });
});

describe('a quorum of votes (E-38)', () => {
  function finalizing(): Alone {
    const two = new Alone(2, three).start();
    two.hears(1, 'LOOKING', vote(2));
    return two;
  }

  test('is waited on for 200 ms', () => {
    const two = finalizing();
    expect(two.phase).toBe('finalizing');
    expect(two.last.effects).toEqual([
      { type: 'cancelTimer', timer: 'poll' },
      { type: 'setTimer', timer: 'finalizeWait', afterMs: 200 },
    ]);
    two.step(onFinalizeTimer, 200);
    expect(two.server.role).toBe('LEADING');
    expect(two.server.vote).toEqual(vote(2));
    expect(two.server.cnx.election).toBeNull();
    expect(decided(two.last.decisions, 'vote.final')).toMatchObject([{ supporters: [1, 2], role: 'LEADING', tookMs: 200 }]);
  });

  test('messages that do not beat it are lost, and the wait starts over', () => {
    const two = finalizing();
    two.hears(3, 'LOOKING', vote(1));
    expect(two.votes).toEqual({ 1: 2, 2: 2 });
    expect(two.timers).toEqual([['finalizeWait', 200]]);
    expect(decided(two.last.decisions, 'vote.order')).toMatchObject([{ from: 3, outcome: 'swallowed', by: 'sid' }]);
  });

  test("a leader's own word is lost as well", () => {
    const two = finalizing();
    two.hears(1, 'LEADING', vote(1, 8));
    expect(two.server.cnx.election?.outOfElection).toEqual({});
    two.step(onFinalizeTimer, 200);
    expect(two.server.role).toBe('LEADING');
  });

  test('a better vote goes back to the queue and is adopted', () => {
    const two = finalizing();
    two.hears(3, 'LOOKING', vote(3));
    expect(two.votes).toEqual({ 1: 2, 2: 3, 3: 3 });
    expect(two.phase).toBe('finalizing');
    expect(two.sent.map(({ vote: { leader } }) => leader)).toEqual([3, 3]);
    expect(effectsOf(two.last.effects, 'cancelTimer').map(({ timer }) => timer)).toEqual(['finalizeWait', 'poll']);
    two.step(onFinalizeTimer, 350);
    expect(two.server.role).toBe('FOLLOWING');
  });

  test('a better vote of an earlier round ends the wait, then is ignored: a look at the round comes later', () => {
    const two = new Alone(2, three).start();
    two.hears(1, 'LOOKING', vote(2, 5));
    expect(two.phase).toBe('finalizing');
    two.hears(3, 'LOOKING', vote(3, 2));
    expect(two.phase).toBe('collecting');
    expect(two.timers).toEqual([['poll', 200]]);
    expect(decided(two.last.decisions, 'vote.round')).toMatchObject([{ outcome: 'ignored' }]);
  });

  test('a timer that comes after the phase has changed means nothing', () => {
    const two = finalizing();
    expect(two.step(onPollTimer, 200).effects).toEqual([]);
    const one = new Alone(1, three).start();
    expect(one.step(onFinalizeTimer, 200).effects).toEqual([]);
    expect(one.server.role).toBe('LOOKING');
  });
});

describe('servers that have a leader', () => {
  test('a joiner needs a quorum and the word of the leader itself (E-41, E-42)', () => {
    const five_ = new Alone(5, five, { zxid: zxid(9, 9), epoch: 9 }).start();
    five_.hears(1, 'FOLLOWING', vote(2, 40));
    five_.hears(3, 'FOLLOWING', vote(2, 40));
    five_.hears(4, 'FOLLOWING', vote(2, 40));
    expect(decided(five_.last.decisions, 'vote.established')).toMatchObject([
      { leader: 2, supporters: [1, 3, 4], leaderConfirmed: false, sameRound: false, outcome: 'notYet', role: 'FOLLOWING' },
    ]);
    five_.hears(2, 'LEADING', vote(2, 40));
    expect(decided(five_.last.decisions, 'vote.established')).toMatchObject([
      { supporters: [1, 2, 3, 4], leaderConfirmed: true, outcome: 'joined' },
    ]);
    expect(five_.server.role).toBe('FOLLOWING');
    expect(five_.server.vote).toEqual(vote(2, 40));
    expect(five_.round).toBe(40);
    expect(effectsOf(five_.last.effects, 'cancelTimer')).toEqual([{ type: 'cancelTimer', timer: 'poll' }]);
  });

  test('the joiner itself does not count: with one of three down both others must answer', () => {
    const three_ = new Alone(3, three).start();
    three_.hears(2, 'LEADING', vote(2, 4));
    expect(three_.server.role).toBe('LOOKING');
    three_.hears(1, 'FOLLOWING', vote(2, 4));
    expect(three_.server.role).toBe('FOLLOWING');
  });

  test('in the same round a vote given while LOOKING counts too (E-40)', () => {
    const one = new Alone(1, three).start();
    one.hears(2, 'LOOKING', vote(2, 1));
    expect(one.phase).toBe('finalizing');
    const other = new Alone(1, five).start();
    other.hears(5, 'LOOKING', vote(5));
    other.hears(4, 'FOLLOWING', vote(5));
    other.hears(5, 'LEADING', vote(5));
    expect(other.server.role).toBe('FOLLOWING');
    expect(decided(other.last.decisions, 'vote.established')).toMatchObject([
      { sameRound: true, supporters: [1, 4, 5], outcome: 'joined' },
    ]);
  });

  test('members that still report different epochs do not make a quorum of another round (E-71)', () => {
    const one = new Alone(1, three).start();
    one.hears(2, 'FOLLOWING', vote(3, 4, zxid(1, 1), 1));
    one.hears(3, 'LEADING', vote(3, 4, zxid(1, 1), 2));
    expect(one.server.role).toBe('LOOKING');
    one.hears(2, 'FOLLOWING', vote(3, 4, zxid(1, 1), 2));
    expect(one.server.role).toBe('FOLLOWING');
  });

  test('a server that everybody says leads, leads only in that round (E-42)', () => {
    const late = new Alone(3, three).start();
    late.hears(1, 'FOLLOWING', vote(3, 6));
    late.hears(2, 'FOLLOWING', vote(3, 6));
    expect(late.server.role).toBe('LOOKING');
    const now = new Alone(3, three).start();
    now.hears(1, 'FOLLOWING', vote(3, 1));
    expect(now.server.role).toBe('LEADING');
    expect(now.server.cnx.leadingVoteSet).toEqual([1, 3]);
  });

  test('a refusal is told once, although votes of the same round are looked at twice', () => {
    const one = new Alone(1, five).start();
    one.hears(4, 'FOLLOWING', vote(5));
    expect(decided(one.last.decisions, 'vote.established')).toMatchObject([{ sameRound: true, outcome: 'notYet' }]);
  });

  test('a message from an OBSERVING voter is passed over', () => {
    const one = new Alone(1, three).start();
    one.hears(2, 'OBSERVING', vote(3));
    expect(one.last.decisions).toEqual([]);
  });
});

describe('silence (E-45)', () => {
  test('the wait doubles up to a minute, and only a new election resets it', () => {
    const one = new Alone(1, three).start();
    const waits: number[] = [];
    for (let i = 0; i < 11; i++) {
      one.step(onPollTimer);
      waits.push(one.timers[0]?.[1] ?? -1);
    }
    expect(waits).toEqual([400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000, 60000]);
    one.hears(2, 'OBSERVING', vote(2));
    expect(one.timers).toEqual([['poll', 60000]]);
    one.step((d) => startElection(d, 'lostLeader'));
    expect(one.timers).toEqual([['poll', 200]]);
  });

  test('what was delivered is sent again; what was not waits for a connection', () => {
    const one = new Alone(1, three).start();
    one.step(onPollTimer);
    expect(one.sent).toHaveLength(2);
    expect(decided(one.last.decisions, 'election.backoff')).toEqual([
      { rule: 'election.backoff', waitedMs: 200, nextMs: 400, action: 'resend' },
    ]);

    const cut = new Alone(1, three);
    cut.server = newServer(1, three);
    cut.start();
    expect(effectsOf(cut.last.effects, 'connect').map(({ to }) => to)).toEqual([2, 3]);
    cut.step(onPollTimer);
    expect(decided(cut.last.decisions, 'election.backoff')).toMatchObject([{ action: 'reconnect' }]);
  });

  test('as long as no outbox is empty, everybody there was ever a message for is called, and nothing new is said', () => {
    const one = new Alone(1, configOf([...participants(1, 2, 3), ...observers(4)]));
    one.server = newServer(1, one.server.config);
    one.start();
    one.hears(4, 'LOOKING', vote(-1));
    const attempts = Object.entries(one.server.cnx.peers).map(([sid, peer]) => [sid, { ...peer, connecting: false }]);
    one.server = { ...one.server, cnx: { ...one.server.cnx, peers: Object.fromEntries(attempts) as typeof one.server.cnx.peers } };
    const before = one.server.cnx.peers;
    one.step(onPollTimer);
    expect(effectsOf(one.last.effects, 'connect').map(({ to }) => to)).toEqual([2, 3, 4]);
    expect(decided(one.last.decisions, 'vote.quorum')).toEqual([]);
    expect(Object.values(one.server.cnx.peers).map(({ outbox }) => outbox)).toEqual(Object.values(before).map(({ outbox }) => outbox));
  });
});

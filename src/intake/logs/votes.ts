/** A server's own vote as it changed. */
import type { LoggedVote } from './facts.ts';
import type { ReadVote } from './model.ts';
import type { Chapter } from './chapters.ts';

/**
 * From what it sends (DEBUG), else from its own notifications, which come back to it as to everybody; the first vote of an election is
 * in "New election" already. Votes of observers, who have none, are left out.
 *
 * Source: `FastLeaderElection.lookForLeader`.
 */
export function votesOf({ sid, records, time }: Chapter): ReadVote[] {
  const votes: ReadVote[] = [];
  let sends = false;
  const add = (vote: LoggedVote, i: number) => {
    if (vote.leader < 0 || vote.zxid.epoch < 0 || vote.zxid.epoch >= 0x8000_0000) return;
    const last = votes.at(-1);
    if (last !== undefined && sameVote(last, vote)) {
      // "New election" prints no round: the vote that follows does.
      if (last.round === null) votes[votes.length - 1] = { ...vote, t: last.t };
      if (last.round === null || last.round === vote.round) return;
    }
    votes.push({ t: time(i), leader: vote.leader, zxid: vote.zxid, round: vote.round, peerEpoch: vote.peerEpoch });
  };
  records.forEach(({ fact }, i) => {
    if (fact.kind === 'newElection') {
      sends = false;
      votes.push({ t: time(i), leader: sid, zxid: fact.zxid, round: null, peerEpoch: null });
    } else if (fact.kind === 'sending') {
      sends = true;
      add(fact.vote, i);
    } else if (fact.kind === 'notification' && fact.from === sid && fact.state === 'LOOKING' && !sends) add(fact.vote, i);
  });
  return votes.filter(({ zxid }) => zxid.epoch < 0x8000_0000);
}

function sameVote(a: ReadVote, b: LoggedVote): boolean {
  return a.leader === b.leader && a.zxid.epoch === b.zxid.epoch && a.zxid.counter === b.zxid.counter;
}

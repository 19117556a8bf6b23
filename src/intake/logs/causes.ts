/**
 * Pairs of cause and effect in two servers' logs: what can't have happened on one before something was done on the other. They are the
 * only thing that ties two clocks together.
 *
 * A line is taken as a cause only if it is printed before the thing is done, and as an effect only if it is printed after it came:
 * a server's own notification, for one, is printed when it comes back to itself, which may be later than others hear it.
 *
 * Source: `FastLeaderElection.lookForLeader`, `sendNotifications`, `WorkerReceiver`; `LearnerHandler.run`; `Learner.syncWithLeader`;
 * `Leader.startZkServer`.
 */
import type { Sid } from '../../base/ids.ts';
import type { LoggedVote } from './facts.ts';
import { followings, leaderships, pairSessions } from './sessions.ts';
import type { Told } from './stays.ts';

/** All pairs from one server to another; the same place in both lists belongs together. Numbers are indices into the series. */
export interface Causes {
  readonly from: Sid;
  readonly to: Sid;
  readonly cause: readonly number[];
  readonly effect: readonly number[];
}

/** @returns pairs of all ordered pairs of servers that have any. */
export function causesOf(all: readonly Told[]): Causes[] {
  const found = new Map<string, { from: Sid; to: Sid; cause: number[]; effect: number[] }>();
  const add = (from: Sid, to: Sid, cause: number, effect: number) => {
    const key = `${from}>${to}`;
    let pairs = found.get(key);
    if (pairs === undefined) found.set(key, (pairs = { from, to, cause: [], effect: [] }));
    pairs.cause.push(cause);
    pairs.effect.push(effect);
  };
  const spoken = new Map(all.map((one) => [one.sid, spokenBy(one)]));
  for (const one of all) pairNotifications(one, spoken, add);
  const led = new Map(all.map((one) => [one.sid, leaderships(one)]));
  for (const one of all) {
    for (const following of followings(one)) {
      const leadership = led.get(following.leader)?.get(following.key);
      if (leadership !== undefined) pairSessions(leadership, following, add);
    }
  }
  return [...found.values()];
}

/** Records a server must have written before it could send a vote, by vote. */
interface Spoken {
  /** Proposals, sent while LOOKING. */
  readonly proposals: ReadonlyMap<string, number>;
  /** Votes it can only have taken over after it first heard of them: what it answers once it follows or leads. */
  readonly decided: ReadonlyMap<string, number>;
}

/** Names a vote within one case; a round and zxid come again only when a server restarts in between. */
function voteKey({ leader, zxid, round }: LoggedVote): string {
  return `${leader} ${zxid.epoch} ${zxid.counter} ${round}`;
}

function spokenBy({ sid, records }: Told): Spoken {
  const proposals = new Map<string, number>();
  const decided = new Map<string, number>();
  const heard = new Map<string, number>();
  /** The first record of this election that a first vote can't precede; null while the log has not shown its beginning. */
  let begun: number | null = null;
  let firstRound: number | null = null;
  const rounds = new Map<number, number>();
  const first = (map: Map<string, number>, key: string, i: number) => {
    if (!map.has(key)) map.set(key, i);
  };
  records.forEach(({ fact }, i) => {
    if (fact.kind === 'role') {
      begun = fact.role === 'LOOKING' ? i : null;
      firstRound = null;
      rounds.clear();
    } else if (fact.kind === 'starting') begun = null;
    else if (fact.kind === 'newElection') begun = i;
    else if (fact.kind === 'sending') {
      const key = voteKey(fact.vote);
      if (begun !== null) first(proposals, key, i);
      firstRound ??= fact.vote.round;
    } else if (fact.kind === 'notification' && begun !== null) {
      const { vote, from, state } = fact;
      const key = voteKey(vote);
      if (vote.round !== null && !rounds.has(vote.round)) rounds.set(vote.round, i);
      first(heard, key, i);
      if (vote.leader !== sid) first(decided, key, i);
      if (from !== sid || state !== 'LOOKING') return;
      // Its own vote came back: it was sent after the line that made the server vote so.
      firstRound ??= vote.round;
      const since = heard.get(key) ?? i;
      const moved = vote.round !== firstRound && vote.round !== null ? (rounds.get(vote.round) ?? i) : i;
      const why = vote.leader !== sid ? since : moved;
      first(proposals, key, why < i ? why : begun);
      if (vote.leader === sid) first(decided, key, begun);
    }
  });
  return { proposals, decided };
}

function pairNotifications(
  { sid, records, stays }: Told,
  spoken: ReadonlyMap<Sid, Spoken>,
  add: (from: Sid, to: Sid, cause: number, effect: number) => void,
): void {
  // A server that looks for a leader answers an observer with the leader it had, in its present round: a vote that it never proposed so.
  const observes = stays.some(({ role }) => role === 'OBSERVING');
  records.forEach(({ fact }, i) => {
    if (fact.kind !== 'notification' || fact.from === sid || (observes && fact.state === 'LOOKING')) return;
    const sender = spoken.get(fact.from);
    if (sender === undefined) return;
    const key = voteKey(fact.vote);
    const cause = fact.state === 'LOOKING' ? sender.proposals.get(key) : sender.decided.get(key);
    if (cause !== undefined) add(fact.from, sid, cause, i);
  });
}

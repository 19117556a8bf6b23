/** Sessions of learners with a leader, found in both logs by the vote that made the leader. */
import type { Sid } from '../../base/ids.ts';
import type { LoggedVote } from './facts.ts';
import type { Told } from './stays.ts';

/** Indices of one learner's records by kind, in order. */
interface LearnerLines {
  readonly connected: number[];
  readonly synchronizing: number[];
  readonly gettingSync: number[];
  readonly newLeader: number[];
  readonly upToDate: number[];
}

/** One leadership in the leader's log; what it says of each learner. */
export interface Leadership {
  readonly leader: Sid;
  readonly established: number | null;
  readonly supporters: readonly Sid[];
  readonly learners: ReadonlyMap<Sid, HandlerLines>;
}

interface HandlerLines {
  readonly arrived: number[];
  readonly synchronizing: number[];
  readonly newLeaderSent: number[];
  readonly newLeaderAcked: number[];
  readonly upToDateSent: number[];
}

/** A learner's stays with one leader of one election. */
export interface Following {
  readonly learner: Sid;
  readonly leader: Sid;
  readonly key: string;
  readonly lines: LearnerLines;
}

/** Null when the round is not known: then the leadership can't be told from another. */
function keyOf(vote: LoggedVote | null): string | null {
  return vote === null || vote.round === null ? null : `${vote.leader} ${vote.zxid.epoch} ${vote.zxid.counter} ${vote.round}`;
}

/** By the vote that made it. Two of the same vote (restarts without a write between) are left out: nothing tells them apart. */
export function leaderships({ sid, records, stays }: Told): Map<string, Leadership> {
  const found = new Map<string, Leadership>();
  const twice = new Set<string>();
  for (const stay of stays) {
    const key = stay.role === 'LEADING' ? keyOf(stay.vote) : null;
    if (key === null) continue;
    if (found.has(key)) twice.add(key);
    const learners = new Map<Sid, HandlerLines>();
    let established: number | null = null;
    let supporters: readonly Sid[] = [];
    const of = (learner: Sid): HandlerLines => {
      let lines = learners.get(learner);
      if (lines === undefined)
        learners.set(learner, (lines = { arrived: [], synchronizing: [], newLeaderSent: [], newLeaderAcked: [], upToDateSent: [] }));
      return lines;
    };
    for (let i = stay.from; i < stay.to; i += 1) {
      const fact = records[i]?.fact;
      if (fact?.kind === 'learnerArrived') of(fact.learner).arrived.push(i);
      else if (fact?.kind === 'synchronizing') of(fact.learner).synchronizing.push(i);
      else if (fact?.kind === 'newLeaderSent' || fact?.kind === 'newLeaderAcked' || fact?.kind === 'upToDateSent')
        of(fact.learner)[fact.kind].push(i);
      else if (fact?.kind === 'established') {
        established ??= i;
        supporters = fact.supporters;
      }
    }
    found.set(key, { leader: sid, established, supporters, learners });
  }
  for (const key of twice) found.delete(key);
  return found;
}

/** All stays of a learner with one leader of one election, together. */
export function followings({ sid, records, stays }: Told): Following[] {
  const found = new Map<string, Following>();
  for (const stay of stays) {
    if (stay.role !== 'FOLLOWING' && stay.role !== 'OBSERVING') continue;
    const key = keyOf(stay.vote);
    if (key === null || stay.leader === null || stay.looking === null) continue;
    let following = found.get(key);
    if (following === undefined) {
      const lines = { connected: [], synchronizing: [], gettingSync: [], newLeader: [], upToDate: [] };
      found.set(key, (following = { learner: sid, leader: stay.leader, key, lines }));
    }
    const { lines } = following;
    // The phase is printed again once the data is there: the first of a stay is the one after discovery.
    let synchronizing = false;
    for (let i = stay.from; i < stay.to; i += 1) {
      const fact = records[i]?.fact;
      if (fact?.kind === 'connectedToLeader') lines.connected.push(i);
      else if (fact?.kind === 'phase' && fact.words[1] === 'synchronization' && !synchronizing) {
        synchronizing = true;
        lines.synchronizing.push(i);
      } else if (fact?.kind === 'gettingSync') lines.gettingSync.push(i);
      else if (fact?.kind === 'newLeaderReceived') lines.newLeader.push(i);
      else if (fact?.kind === 'upToDateReceived') lines.upToDate.push(i);
    }
  }
  return [...found.values()];
}

/** Pairs of one learner and its leader. Sessions go together in order, when both logs have the same number of them. */
export function pairSessions(
  { leader, established, supporters, learners }: Leadership,
  { learner, lines }: Following,
  add: (from: Sid, to: Sid, cause: number, effect: number) => void,
): void {
  const handler = learners.get(learner);
  if (handler === undefined) return;
  const whole = handler.synchronizing.length === lines.gettingSync.length;
  const inOrder = (from: Sid, to: Sid, causes: readonly number[], effects: readonly number[]) => {
    if (!whole || causes.length !== effects.length) return;
    causes.forEach((cause, k) => {
      const effect = effects[k];
      if (effect !== undefined) add(from, to, cause, effect);
    });
  };
  inOrder(learner, leader, lines.connected, handler.arrived);
  inOrder(leader, learner, handler.arrived, lines.synchronizing);
  inOrder(leader, learner, handler.synchronizing, lines.gettingSync);
  inOrder(leader, learner, handler.newLeaderSent, lines.newLeader);
  inOrder(learner, leader, lines.newLeader, handler.newLeaderAcked);
  inOrder(leader, learner, handler.upToDateSent, lines.upToDate);
  if (established === null) return;
  const [acked] = lines.newLeader;
  if (whole && acked !== undefined && supporters.includes(learner)) add(learner, leader, acked, established);
  for (const effect of lines.upToDate) add(leader, learner, established, effect);
}

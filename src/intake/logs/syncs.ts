/** Synchronizations of learners: from the leader's log, and from the learner's where the leader's is missing or says nothing. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, isNewEpochZxid, sameZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { SyncMode } from '../../zab/types.ts';
import type { LogFact } from './facts.ts';
import type { ReadSync } from './model.ts';
import type { Chapter } from './chapters.ts';

type Synchronizing = Extract<LogFact, { kind: 'synchronizing' }>;

/** One sync as the leader's handler tells it. */
interface Handled {
  readonly learner: Sid;
  readonly t: number;
  readonly start: Synchronizing | null;
  mode: SyncMode | null;
  zxid: Zxid | null;
  completed: boolean | null;
}

/** One sync as the learner tells it. */
interface Received {
  readonly learner: Sid;
  readonly leader: Sid;
  readonly mode: SyncMode;
  readonly zxid: Zxid | null;
  readonly t: number;
  readonly completed: boolean;
}

/** A learner's line follows the leader's at once; a sync that is older than this by corrected clocks is another one. */
const TOGETHER_MS = 10_000;

export function syncsOf(chapters: readonly Chapter[]): ReadSync[] {
  const received = new Map(chapters.map((chapter) => [chapter.sid, new Learnt(receivedBy(chapter))]));
  const handled = chapters.flatMap((chapter) => handledBy(chapter).map((sync) => ({ leader: chapter.sid, sync })));
  const told = handled
    .sort((a, b) => a.sync.t - b.sync.t)
    .map(({ leader, sync }) => fromLeader(leader, sync, received.get(sync.learner)?.take(leader, sync) ?? null));
  return [...told, ...[...received.values()].flatMap((learnt) => learnt.rest()).map(fromLearner)];
}

function fromLeader(leader: Sid, sync: Handled, learnt: Received | null): ReadSync {
  const inferred = sync.start === null ? null : inferredFrom(sync.start);
  return {
    leader,
    learner: sync.learner,
    mode: sync.mode ?? learnt?.mode ?? inferred?.mode ?? 'SNAP',
    peerLastZxid: sync.start?.peerLastZxid ?? null,
    zxid: sync.zxid ?? learnt?.zxid ?? inferred?.zxid ?? null,
    completed: learnt?.completed ?? sync.completed,
    t: sync.t,
  };
}

/** Syncs in a learner's log, to be found by what leaders' logs tell, in order of time. */
class Learnt {
  private readonly syncs: readonly Received[];
  private readonly used = new Set<Received>();
  /** Earlier ones are too old for all that may still be asked for. */
  private from = 0;

  /** @param syncs in order of time. */
  constructor(syncs: readonly Received[]) {
    this.syncs = syncs;
  }

  /** @param sync never earlier than the one before. */
  take(leader: Sid, sync: Handled): Received | null {
    const { syncs } = this;
    while ((syncs[this.from]?.t ?? Infinity) < sync.t - TOGETHER_MS) this.from += 1;
    for (let i = this.from; i < syncs.length; i += 1) {
      const one = syncs[i];
      if (one === undefined || one.t > sync.t + TOGETHER_MS) return null;
      if (this.used.has(one) || !isSame(one, leader, sync)) continue;
      this.used.add(one);
      return one;
    }
    return null;
  }

  rest(): Received[] {
    return this.syncs.filter((sync) => !this.used.has(sync));
  }
}

function isSame(one: Received, leader: Sid, sync: Handled): boolean {
  if (one.leader !== leader || (sync.mode !== null && one.mode !== sync.mode)) return false;
  return sync.zxid === null || one.zxid === null || sameZxid(sync.zxid, one.zxid);
}

function fromLearner({ leader, learner, mode, zxid, completed, t }: Received): ReadSync {
  return { leader, learner, mode, peerLastZxid: null, zxid, completed, t };
}

/** All syncs of a leader's log. */
function handledBy({ records, stays, time }: Chapter): Handled[] {
  const all: Handled[] = [];
  for (const stay of stays) {
    if (stay.role !== 'LEADING') continue;
    const latest = new Map<Sid, Handled>();
    const begin = (learner: Sid, i: number, start: Synchronizing | null): Handled => {
      const sync: Handled = { learner, t: time(i), start, mode: null, zxid: null, completed: null };
      latest.set(learner, sync);
      all.push(sync);
      return sync;
    };
    const complete = (learner: Sid) => {
      const sync = latest.get(learner);
      if (sync !== undefined) sync.completed = true;
    };
    for (let i = stay.from; i < stay.to; i += 1) {
      const fact = records[i]?.fact;
      if (fact?.kind === 'synchronizing') begin(fact.learner, i, fact);
      else if (fact?.kind === 'sync') {
        const known = fact.learner === null ? nameless(latest.values(), fact.mode) : latest.get(fact.learner);
        if (fact.learner === null && known === undefined) continue;
        const sync = known?.mode === null ? known : begin(fact.learner ?? 0, i, null);
        sync.mode = fact.mode;
        sync.zxid = fact.zxid;
      } else if (fact?.kind === 'upToDateSent') complete(fact.learner);
      // Their NEWLEADER was acknowledged, so their sync is done.
      else if (fact?.kind === 'established') fact.supporters.forEach(complete);
    }
  }
  return all;
}

/** Whose sync it is when the line does not say (a snapshot's in some versions): the first without a mode that its numbers lead to. */
function nameless(latest: Iterable<Handled>, mode: SyncMode): Handled | undefined {
  const open = [...latest].filter((sync) => sync.mode === null);
  return open.find(({ start }) => start === null || inferredFrom(start)?.mode === mode) ?? open[0];
}

/**
 * What the leader's numbers lead to, where no line says it: a TRUNC to the last committed proposal is printed at DEBUG only.
 * Null where the numbers alone don't decide.
 *
 * Source: `LearnerHandler.syncFollower`.
 */
export function inferredFrom(start: Synchronizing): { readonly mode: SyncMode; readonly zxid: Zxid } | null {
  const { peerLastZxid: peer, lastProcessedZxid: last, minCommittedLog, maxCommittedLog } = start;
  if (last === null || minCommittedLog === null || maxCommittedLog === null) return null;
  const empty = sameZxid(maxCommittedLog, ZXID_ZERO);
  const max = empty ? last : maxCommittedLog;
  const min = empty ? last : minCommittedLog;
  if (sameZxid(last, peer)) return { mode: 'DIFF', zxid: peer };
  if (compareZxid(peer, max) > 0 && !isNewEpochZxid(peer)) return { mode: 'TRUNC', zxid: max };
  if (compareZxid(peer, max) <= 0 && compareZxid(peer, min) >= 0) return { mode: 'DIFF', zxid: max };
  return { mode: 'SNAP', zxid: last };
}

/** All syncs of a learner's log whose leader is known. */
function receivedBy({ sid, records, stays, time }: Chapter): Received[] {
  const all: Received[] = [];
  for (const { role, leader, from, to } of stays) {
    if (leader === null || leader === sid || (role !== 'FOLLOWING' && role !== 'OBSERVING')) continue;
    for (let i = from; i < to; i += 1) {
      const fact = records[i]?.fact;
      if (fact?.kind !== 'gettingSync') continue;
      let completed = false;
      for (let k = i + 1; k < to && !completed; k += 1) {
        const kind = records[k]?.fact.kind;
        if (kind === 'gettingSync') break;
        completed = kind === 'upToDateReceived';
      }
      all.push({ learner: sid, leader, mode: fact.mode, zxid: fact.zxid, t: time(i), completed });
    }
  }
  return all;
}

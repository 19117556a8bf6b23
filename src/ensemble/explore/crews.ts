/**
 * Crews: a majority that is drawn anew has the work for a while, until something happens at a telling moment; then comes the next crew. What one crew
 * has promised or logged, and the next one does not know, is what most rules of the protocol are about.
 */
import type { Sid } from '../../base/ids.ts';
import type { Command } from '../types.ts';
import type { Chance } from './chance.ts';
import { FREQUENT, MOMENTS, type FaultKind, type Moment } from './recipe.ts';
import { exists, startOf, type Fault, type Watched } from './trouble.ts';

export interface Shift {
  /** The others end, or are out of reach; the crew is there. */
  readonly handover: Fault;
  /** The moment at which it is over, and how often one is taken. */
  readonly goal: ReadonlyMap<Moment, number>;
  /** Virtual ms after which it is over anyway. */
  readonly mostMs: number;
  /** Requests before it is over. */
  readonly requests: number;
  /** What happens at the moment: a fault for who is there, or the leader is left alone with its clients; null: nothing. */
  readonly then: FaultKind | 'alone' | null;
  /** Virtual ms that the crew goes on after that. */
  readonly afterMs: number;
}

/** An election takes 200 ms at least (`finalizeWait`). */
const MOST_MS = [400, 800, 1_500, 4_000] as const;
/** Between an election and the first request. */
const IN_SYNC: readonly Moment[] = [
  'vote.final',
  'LEADERINFO',
  'DIFF',
  'TRUNC',
  'SNAP',
  'sync.opened',
  'newLeader.received',
  'snapshot.taken',
];
/** What leaves somebody in the middle of something, whatever else a run has. */
const USUAL = ['kill', 'kill', 'reset'] as const;
const ENDINGS = ['kill', 'kill', 'powerLoss'] as const;

/**
 * The next crew, and what will become of it.
 *
 * @param kinds faults that can be aimed.
 * @param loner who was left alone last: mostly the others go on without what it has.
 */
export function drawShift(world: Watched, chance: Chance, kinds: readonly FaultKind[], loner: Sid | null): Shift {
  const drawn = chance.shuffled(world.sids);
  const order = loner !== null && chance.is(0.6) ? [...drawn.filter((sid) => sid !== loner), loner] : drawn;
  const crew = order.slice(0, Math.floor(order.length / 2) + (chance.is(0.65) ? 1 : 2));
  const goal = chance.is(0.4) ? chance.pick(IN_SYNC) : chance.pick(MOMENTS);
  const often = chance.pick([1, 0.5, 0.2]);
  return {
    handover: handover(world, chance, crew),
    goal: new Map([[goal, FREQUENT.has(goal) ? often / 10 : often]]),
    mostMs: chance.pick(MOST_MS),
    requests: chance.pick([0, 0, 2, 5]),
    then: chance.is(0.3) ? 'alone' : chance.is(0.5) ? chance.pick(USUAL) : kinds.length > 0 && chance.is(0.8) ? chance.pick(kinds) : null,
    afterMs: chance.pick([0, 0, 1, 5, 30, 300, 1_000]),
  };
}

/** All others are gone or out of reach: what is asked of this one now, it has alone. */
export function alone(world: Watched, chance: Chance, sid: Sid): readonly Command[] {
  const others = world.sids.filter((each) => each !== sid);
  const how = chance.pick(['kill', 'pause', 'partition'] as const);
  if (how === 'partition') return [{ type: 'partition', groups: [[sid], others] }];
  const up = others.filter((each) => (how === 'kill' ? exists(world, each) : world.isUp(each) && !world.isPaused(each)));
  return up.map((each) => ({ type: how, sid: each }));
}

function handover(world: Watched, chance: Chance, crew: readonly Sid[]): Fault {
  const others = world.sids.filter((sid) => !crew.includes(sid));
  const type = chance.pick(ENDINGS);
  const end = (sids: readonly Sid[]): readonly Command[] => sids.filter((sid) => exists(world, sid)).map((sid) => ({ type, sid }));
  const fresh = chance.is(0.6) ? end(crew) : [];
  const gone: readonly Command[] = chance.is(0.8)
    ? end(others)
    : chance.is(0.5)
      ? [{ type: 'partition', groups: [crew, others] }]
      : others.filter((sid) => world.isUp(sid) && !world.isPaused(sid)).map((sid) => ({ type: 'pause', sid }));
  const gapMs = chance.pick([0, 1, 20, 100]);
  const back =
    (sid: Sid) =>
    (later: Watched): readonly Command[] =>
      later.isPaused(sid) ? [{ type: 'resume', sid }] : startOf(sid)(later);
  return { now: [{ type: 'heal' }, ...fresh, ...gone], later: crew.map((sid, i) => ({ afterMs: 1 + i * gapMs, make: back(sid) })) };
}

/** Faults of a storm: which commands they are now, and which commands end them later. */
import type { Sid } from '../../base/ids.ts';
import type { Command } from '../types.ts';
import type { Chance } from './chance.ts';
import type { FaultKind } from './recipe.ts';

/** What a fault may look at. */
export interface Watched {
  readonly sids: readonly Sid[];
  isUp(sid: Sid): boolean;
  isStarting(sid: Sid): boolean;
  isPaused(sid: Sid): boolean;
}

/** Commands to be given after a while, made when their time has come. */
export interface Later {
  readonly afterMs: number;
  readonly make: (world: Watched) => readonly Command[];
}

export interface Fault {
  readonly now: readonly Command[];
  readonly later: readonly Later[];
}

const NOTHING: Fault = { now: [], later: [] };

/** Faults that can be aimed at one server, or at what is between two. */
export const AIMED: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'kill',
  'crash',
  'powerLoss',
  'stop',
  'pause',
  'isolate',
  'cut',
  'cutOneWay',
  'reset',
  'slow',
  'restartAll',
  'shift',
  'slowDisk',
  'diskFull',
]);

export function exists(world: Watched, sid: Sid): boolean {
  return world.isUp(sid) || world.isStarting(sid);
}

export function startOf(sid: Sid): (world: Watched) => readonly Command[] {
  return (world) => (exists(world, sid) ? [] : [{ type: 'start', sid }]);
}

/**
 * A fault of a kind.
 *
 * @param at the server it is aimed at, and the one on the other side; null: anywhere.
 * @param lastingMs how long faults last in this run, on average.
 */
export function faultOf(kind: FaultKind, world: Watched, chance: Chance, at: Sid | null, peer: Sid | null, lastingMs: number): Fault {
  const lasts = (): number => chance.wait(chance.is(0.3) ? chance.pick([5, 60, 3_000]) : lastingMs);
  switch (kind) {
    case 'kill':
    case 'crash':
    case 'powerLoss':
    case 'stop': {
      const sid = one(
        world.sids.filter((each) => exists(world, each)),
        at,
        chance,
      );
      return sid === null ? NOTHING : { now: [{ type: kind, sid }], later: [{ afterMs: lasts(), make: startOf(sid) }] };
    }
    case 'restartAll':
      return restartAll(world, chance, lasts);
    case 'shift':
      return shift(world, chance);
    case 'pause': {
      const sid = one(
        world.sids.filter((each) => world.isUp(each) && !world.isPaused(each)),
        at,
        chance,
      );
      if (sid === null) return NOTHING;
      return {
        now: [{ type: 'pause', sid }],
        later: [{ afterMs: lasts(), make: (later) => (later.isPaused(sid) ? [{ type: 'resume', sid }] : []) }],
      };
    }
    case 'isolate': {
      const sid = one(world.sids, at, chance);
      return sid === null ? NOTHING : parted([[sid], world.sids.filter((each) => each !== sid)], lasts());
    }
    case 'partition': {
      const order = chance.shuffled(world.sids);
      const where = 1 + chance.below(Math.max(1, order.length - 1));
      return parted([order.slice(0, where), order.slice(where)], lasts());
    }
    case 'cut':
    case 'cutOneWay':
    case 'reset':
    case 'slow': {
      const pair = two(world.sids, at, peer, chance);
      return pair === null ? NOTHING : onLink(kind, ...pair, chance, lasts());
    }
    case 'slowDisk': {
      const sid = at ?? chance.pick(world.sids);
      const fsyncMs = chance.pick([20, 100, 500, 2_000]);
      return {
        now: [{ type: 'slowDisk', sid, fsyncMs }],
        later: [{ afterMs: lasts(), make: () => [{ type: 'slowDisk', sid, fsyncMs: 1 }] }],
      };
    }
    case 'skew':
      return { now: [{ type: 'skew', sid: chance.pick(world.sids), rate: chance.pick([0.8, 0.95, 1, 1.05, 1.3]) }], later: [] };
    case 'diskFull': {
      const sid = at ?? chance.pick(world.sids);
      return {
        now: [{ type: 'diskFull', sid, full: true }],
        later: [{ afterMs: lasts(), make: () => [{ type: 'diskFull', sid, full: false }] }],
      };
    }
  }
}

function one(candidates: readonly Sid[], at: Sid | null, chance: Chance): Sid | null {
  if (at !== null && candidates.includes(at)) return at;
  return candidates.length === 0 ? null : chance.pick(candidates);
}

function two(sids: readonly Sid[], at: Sid | null, peer: Sid | null, chance: Chance): readonly [Sid, Sid] | null {
  if (sids.length < 2) return null;
  const from = at ?? chance.pick(sids);
  const to = peer !== null && peer !== from && sids.includes(peer) ? peer : chance.pick(sids.filter((sid) => sid !== from));
  return chance.is(0.5) ? [from, to] : [to, from];
}

function parted(groups: readonly (readonly Sid[])[], afterMs: number): Fault {
  return { now: [{ type: 'partition', groups }], later: [{ afterMs, make: () => [{ type: 'heal' }] }] };
}

function onLink(kind: 'cut' | 'cutOneWay' | 'reset' | 'slow', from: Sid, to: Sid, chance: Chance, afterMs: number): Fault {
  const heal = (oneWay: boolean): Later => ({ afterMs, make: () => [{ type: 'heal', from, to, ...(oneWay ? { oneWay } : {}) }] });
  switch (kind) {
    case 'reset':
      return { now: [{ type: 'reset', from, to }], later: [] };
    case 'cut':
      return { now: [{ type: 'cut', from, to }], later: [heal(false)] };
    case 'cutOneWay':
      return { now: [{ type: 'cut', from, to, oneWay: true }], later: [heal(true)] };
    case 'slow': {
      const oneWay = chance.is(0.7);
      const delayMs = chance.pick([3, 20, 100, 400]);
      return { now: [{ type: 'slow', from, to, delayMs, ...(oneWay ? { oneWay } : {}) }], later: [heal(oneWay)] };
    }
  }
}

/** Several end in one way at once, and start in some order; now and then one is left out for long. */
function restartAll(world: Watched, chance: Chance, lasts: () => number): Fault {
  const up = world.sids.filter((sid) => exists(world, sid));
  const doomed = chance.is(0.6) ? up : chance.some(up, 0.6);
  const type = chance.pick(['kill', 'powerLoss'] as const);
  const first = chance.wait(60);
  const gapMs = chance.pick([0, 1, 30, 300]);
  const late = chance.is(0.5) ? chance.pick(world.sids) : null;
  return {
    now: doomed.map((sid) => ({ type, sid })),
    later: chance
      .shuffled(doomed)
      .map((sid, i) => ({ afterMs: first + i * gapMs + (sid === late ? 300 + lasts() * 2 : 0), make: startOf(sid) })),
  };
}

/** The work goes to a majority that is drawn anew, freshly started or as it is; the others are down until the next shift or calm. */
function shift(world: Watched, chance: Chance): Fault {
  const order = chance.shuffled(world.sids);
  const crew = order.slice(0, Math.floor(order.length / 2) + 1);
  const type = chance.pick(['kill', 'kill', 'powerLoss'] as const);
  const fresh = chance.is(0.5);
  const ended = world.sids.filter((sid) => exists(world, sid) && (fresh || !crew.includes(sid)));
  const gapMs = chance.pick([0, 1, 20]);
  return { now: ended.map((sid) => ({ type, sid })), later: crew.map((sid, i) => ({ afterMs: 1 + i * gapMs, make: startOf(sid) })) };
}

/**
 * Everybody is up, reachable and quick again. Only what was done is undone: a command too many is one more to look at.
 *
 * @param left servers that stay as they are: down or paused.
 */
export function calm(world: Watched, done: ReadonlySet<string>, left: readonly Sid[]): readonly Command[] {
  const undo = (sid: Sid): readonly Command[] => [
    ...(done.has(`slowDisk ${sid}`) ? [{ type: 'slowDisk', sid, fsyncMs: 1 } as const] : []),
    ...(done.has(`diskFull ${sid}`) ? [{ type: 'diskFull', sid, full: false } as const] : []),
    ...(done.has(`skew ${sid}`) ? [{ type: 'skew', sid, rate: 1 } as const] : []),
    ...(world.isPaused(sid) && !left.includes(sid) ? [{ type: 'resume', sid } as const] : []),
    ...(left.includes(sid) ? [] : startOf(sid)(world)),
  ];
  return [{ type: 'heal' }, ...world.sids.flatMap(undo)];
}

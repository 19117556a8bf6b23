/**
 * What a run of the hunt is made of, drawn from its seed: the ensemble, its settings, and which kinds of trouble it has. Every run has only some
 * kinds (swarm testing, Groce et al., ISSTA 2012): trouble of one kind often hides what trouble of another would find.
 */
import type { RuleId } from '../../zab/types.ts';
import type { MessageKind } from '../../zab/types.ts';
import type { Chance } from './chance.ts';
import type { PlainScenario } from './plain.ts';

/**
 * `restartAll` ends several servers at once and starts them again; `shift` leaves the work to another bare majority; a power loss may leave a torn
 * write.
 */
export const FAULT_KINDS = [
  'kill',
  'crash',
  'powerLoss',
  'stop',
  'restartAll',
  'shift',
  'pause',
  'cut',
  'cutOneWay',
  'isolate',
  'partition',
  'reset',
  'slow',
  'slowDisk',
  'skew',
  'diskFull',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Faults that are aimed at a moment of the protocol, not at a time. */
export type Moment = RuleId | MessageKind;

/** Moments at which a server has just promised, written or learned something. */
export const MOMENTS: readonly Moment[] = [
  'vote.final',
  'epoch.propose',
  'epoch.accept',
  'epoch.ack',
  'sync.mode',
  'sync.opened',
  'sync.truncated',
  'newLeader.received',
  'newLeader.ack',
  'leader.established',
  'learner.serving',
  'request.validated',
  'proposal.ack',
  'leader.gaveUp',
  'learner.gaveUp',
  'fastForward',
  'snapshot.due',
  'snapshot.taken',
  'recovery.done',
  'LEADERINFO',
  'DIFF',
  'TRUNC',
  'SNAP',
  'PROPOSAL',
  'COMMIT',
  'NEWLEADER',
  'UPTODATE',
  'ACK',
  'REQUEST',
];

/** How often a moment comes decides how seldom it is taken. */
export const FREQUENT: ReadonlySet<Moment> = new Set<Moment>(['proposal.ack', 'request.validated', 'PROPOSAL', 'COMMIT', 'ACK', 'REQUEST']);

export interface Recipe {
  /** The ensemble and its surroundings, and what is done before the hunt begins. */
  readonly start: PlainScenario;
  readonly kinds: readonly FaultKind[];
  readonly moments: ReadonlyMap<Moment, number>;
  /** Mean time between two faults of a storm that are not aimed, ms. */
  readonly faultGapMs: number;
  /** Mean time that a server is down or a link is cut, ms. */
  readonly faultMs: number;
  readonly stormMs: number;
  /** Null: as long as a calm ensemble may take for anything, and longer. */
  readonly calmMs: number | null;
  readonly storms: number;
  /** Crews that take over from each other in a storm: see `crews.ts`. Null: faults come as they come. */
  readonly crews: number | null;
  /** Mean time between two requests of clients, ms. */
  readonly requestGapMs: number;
  readonly clients: number;
  /** Znodes that there are from the beginning: a snapshot of many takes a while. */
  readonly znodes: number;
  /** Changes of priority in a storm; null: all links and disks are alike. */
  readonly priorityChanges: number | null;
}

/** What the person wants of all runs. */
export interface Wish {
  /** Null: three or five. */
  readonly servers: number | null;
  /** Profile and variants, as a scenario says them. */
  readonly rules: Readonly<Record<string, unknown>>;
  /** Where all runs begin; null: freshly installed servers are started. */
  readonly start: PlainScenario | null;
  readonly faults: readonly FaultKind[];
  readonly priorities: boolean;
}

export function drawRecipe(chance: Chance, wish: Wish): Recipe {
  const stormMs = chance.pick([300, 1_000, 3_000, 6_000]);
  const kinds = chance.some(wish.faults, chance.pick([0.2, 0.4, 0.7]));
  // A long calm now and then: that nothing goes on any more shows only after a while.
  const calmMs = chance.pick([200, 600, 1_500, null]);
  const storms = 1 + chance.below(stormMs > 2_000 ? 3 : 6);
  const crews = chance.is(0.7) ? 3 + chance.below(10) : null;
  // Crews have the more changes the less there is of everything else.
  const requestGapMs = chance.pick(crews === null ? [3, 20, 100, 300] : [30, 100, 300, 600]);
  return {
    start:
      wish.start === null
        ? drawStart(chance, wish, Math.ceil((storms * (stormMs + (calmMs ?? 2_000))) / requestGapMs))
        : { ...wish.start, ...wish.rules, seed: chance.seed() },
    kinds,
    moments: drawMoments(chance),
    faultGapMs: chance.pick([40, 150, 400, 1_000]),
    faultMs: chance.pick([30, 150, 600, 2_000]),
    stormMs,
    calmMs,
    storms,
    crews,
    requestGapMs,
    clients: 1 + chance.below(3),
    znodes: chance.is(0.2) ? 600 : 0,
    priorityChanges: wish.priorities && chance.is(0.6) ? 1 + chance.below(6) : null,
  };
}

function drawMoments(chance: Chance): ReadonlyMap<Moment, number> {
  if (chance.is(0.2)) return new Map();
  const often = chance.pick([0.1, 0.3, 0.6]);
  return new Map(chance.some(MOMENTS, chance.pick([0.05, 0.15, 0.4])).map((moment) => [moment, FREQUENT.has(moment) ? often / 15 : often]));
}

/** @param requests how many there will be, about: a snapshot is due some times in a run, or never. */
function drawStart(chance: Chance, { servers, rules }: Wish, requests: number): PlainScenario {
  const voters = servers ?? chance.pick([3, 3, 3, 4, 5]);
  const count = servers === null && chance.is(0.1) ? voters + 1 : voters;
  const latency = chance.pick([0.3, 1, 1, 5]);
  const fsync = chance.pick([0.2, 2, 2, 8]);
  return {
    ...rules,
    seed: chance.seed(),
    servers: count,
    ...(count > voters ? { observers: [count] } : {}),
    cfg: {
      tickTime: chance.pick([100, 200, 500]),
      initLimit: chance.pick([3, 5, 10]),
      syncLimit: chance.pick([2, 4]),
      snapCount: Math.max(5, Math.ceil(chance.pick([0.04, 0.15, 0.4, 1_000]) * requests)),
      snapshotSizeFactor: chance.pick([0.33, 0.33, 10, -1]),
      'fastleader.maxNotificationInterval': chance.pick([400, 1_600]),
      cnxTimeout: chance.pick([200, 5_000]),
    },
    latency: { meanMs: latency, jitterMs: latency * chance.pick([0.1, 0.4, 1]) },
    fsyncMs: { meanMs: fsync, jitterMs: fsync * chance.pick([0, 0.5]) },
    bootMs: chance.pick([10, 50]),
  };
}

/** What a person chooses of a hunt, and the jobs it becomes. Pure. */
import type { PlainScenario } from '../../ensemble/explore/plain.ts';
import { FAULT_KINDS, type FaultKind } from '../../ensemble/explore/recipe.ts';
import type { Job, Task } from '../../ensemble/explore/work.ts';
import type { Rules } from '../menu/rules.ts';

export const MODES = ['coverage', 'pct', 'random', 'systematic'] as const;
export type Mode = (typeof MODES)[number];
/** Servers of each run; `any`: drawn for each; `scenario`: the one on screen. */
export const BEGINNINGS = ['any', '3', '5', 'scenario'] as const;
export type Beginning = (typeof BEGINNINGS)[number];
export const SECONDS = [15, 60, 300, 1800] as const;
export const DEPTHS = [1, 12] as const;
export const MOST_WORKERS = 8;
/** Making a run smaller is given up after so long; what is reached by then is taken. */
const SHRINK_MS = 60_000;
const MOST_SEED = 4_294_967_295;

export interface Choices extends Rules {
  readonly beginning: Beginning;
  readonly faults: readonly FaultKind[];
  readonly mode: Mode;
  readonly depth: number;
  readonly seed: number;
  readonly seconds: number;
  readonly workers: number;
}

/** @param cores of the machine. */
export function usualChoices(cores: number): Choices {
  return {
    beginning: 'any',
    profile: 'current',
    variants: [],
    faults: FAULT_KINDS,
    mode: 'coverage',
    depth: 5,
    seed: 1,
    seconds: 60,
    workers: Math.max(1, Math.min(MOST_WORKERS, Math.floor(cores) || 1)),
  };
}

/** @param scenario the one on screen; null when no hunt can begin with it. */
export function jobsOf(choices: Choices, scenario: PlainScenario | null): readonly Job[] {
  const { beginning, profile, variants, faults, mode, depth, seed, seconds, workers } = choices;
  const wish = {
    servers: beginning === '3' || beginning === '5' ? Number(beginning) : null,
    rules: { profile, variants },
    start: beginning === 'scenario' ? scenario : null,
    faults,
    seed,
  };
  return Array.from({ length: workers }, (_, stripe): Job => {
    const task: Task = mode === 'systematic' ? { ...wish, mode, depth, stripe } : { ...wish, mode, stripe };
    return { task, huntMs: seconds * 1000, shrinkMs: SHRINK_MS };
  });
}

/** What is wrong: nothing to do, or a number out of its range. Null when the hunt can begin. */
export type Wrong = 'faults' | 'seed' | 'depth' | 'workers';

export function wrongOf({ faults, mode, depth, seed, workers }: Choices): Wrong | null {
  if (faults.length === 0) return 'faults';
  if (mode === 'systematic' && !isWhole(depth, DEPTHS[0], DEPTHS[1])) return 'depth';
  if (!isWhole(seed, 0, MOST_SEED)) return 'seed';
  return isWhole(workers, 1, MOST_WORKERS) ? null : 'workers';
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/** The seed of the hunt after this one. */
export function nextSeed(seed: number): number {
  return seed >= MOST_SEED ? 0 : seed + 1;
}

/** All kinds of faults, in the order of the list. */
export const ALL_FAULTS: readonly FaultKind[] = FAULT_KINDS;

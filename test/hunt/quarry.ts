/** What is hunted, and what makes a find count. */
import { FAULT_KINDS } from '../../src/ensemble/explore/recipe.ts';
import type { Job } from '../../src/ensemble/explore/work.ts';
import type { Wanted } from '../../src/ensemble/explore/wanted.ts';
import { VARIANTS } from '../../src/zab/profile.ts';

/** Rules as a scenario says them. */
type Rules = Readonly<Record<string, unknown>> & { readonly profile: string; readonly variants?: readonly string[] };

export interface Quarry {
  readonly name: string;
  readonly rules: Rules;
  readonly wanted: Wanted;
}

const SOUND: Rules = { profile: 'sound' };

/** Each variant alone on top of `sound`, under which the same run must break nothing. */
const ON_SOUND: readonly Quarry[] = Object.keys(VARIANTS).map((name) => ({
  name,
  rules: { ...SOUND, variants: [name] },
  wanted: { cleanUnder: SOUND },
}));

/** Two defects of mainline, which break one invariant, each in its own way. */
const IN_CURRENT: readonly Quarry[] = [
  ['ZOOKEEPER-1549 in current', 'snapshot'],
  ['BUG-R52 in current', 'log'],
].map(([name = '', what = '']) => ({
  name,
  rules: { profile: 'current' },
  wanted: { cleanUnder: SOUND, invariants: ['what was cut stays cut'], breach: { kind: 'cutCameBack', from: what } },
}));

export const QUARRIES: readonly Quarry[] = [...ON_SOUND, ...IN_CURRENT];

/** The hunt that a terminal starts unless it is told more: new servers, usual faults. */
export function jobOf({ rules, wanted }: Quarry, seed: number, stripe: number, huntMs: number, shrinkMs: number): Job {
  const task = { mode: 'coverage', servers: null, rules: { ...rules }, start: null, faults: FAULT_KINDS, seed, stripe } as const;
  return { task, huntMs, shrinkMs, wanted };
}

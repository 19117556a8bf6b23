/** Hunts of the tests: real servers, a variant on top of `sound`. */
import { Hunt, type HuntMode, type HuntOptions } from '../../../src/ensemble/explore/hunt.ts';
import { FAULT_KINDS } from '../../../src/ensemble/explore/recipe.ts';
import type { Outcome } from '../../../src/ensemble/explore/storm.ts';
import type { Violation } from '../../../src/ensemble/explore/play.ts';
import { inline } from '../real.ts';

export function optionsOf(variants: readonly string[], seed = 1, mode: HuntMode = 'coverage', stripe = 0): HuntOptions {
  return { servers: 3, rules: { profile: 'sound', variants }, start: null, faults: FAULT_KINDS, mode, seed, stripe };
}

/** Hunts until something breaks. */
export function found(variants: readonly string[], seed = 1, most = 60): Outcome & { readonly violation: Violation } {
  const hunt = new Hunt(optionsOf(variants, seed), inline());
  for (let i = 0; i < most; i++) {
    const outcome = hunt.next();
    if (outcome.violation !== null) return { ...outcome, violation: outcome.violation };
  }
  throw new Error(`nothing broke in ${most} runs`);
}

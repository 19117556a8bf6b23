/**
 * Replays one behaviour: each action must be possible in ours when the specification takes it, and every state after it the same.
 */
import type { Profile } from '../../../src/zab/profile.ts';
import { carryOut } from './actions.ts';
import type { Behaviour } from './behaviour.ts';
import type { DifferenceRule } from './differences.ts';
import { Driver, NotEnabled, specConfig } from './driver.ts';
import { compareState, sidOf, type Mismatch } from './mapping.ts';

export interface Replayed {
  /** Steps that were carried out and compared equal. */
  readonly steps: number;
  readonly of: number;
  /** Fields held against each other. */
  readonly fields: number;
  /** Fields left out or translated, by the known difference that says why. */
  readonly noted: ReadonlyMap<DifferenceRule, number>;
  /** How often each known difference came up. */
  readonly differences: ReadonlyMap<DifferenceRule, number>;
  /** Null when all steps passed. */
  readonly failure: { readonly action: string; readonly reason: string; readonly mismatches: readonly Mismatch[] } | null;
}

/** @param profile whose rules our servers follow: those of the version that was specified, unless told. */
export function replayBehaviour(behaviour: Behaviour, profile?: Profile): Replayed {
  const driver = new Driver(specConfig(behaviour.servers.map(sidOf), profile));
  const noted = new Map<DifferenceRule, number>();
  let fields = 0;
  let steps = 0;
  const result = (failure: Replayed['failure']): Replayed => ({
    steps,
    of: behaviour.steps.length,
    fields,
    noted,
    differences: driver.differences,
    failure,
  });
  const compare = (state: Behaviour['initial']): readonly Mismatch[] => {
    const compared = compareState(driver, state);
    fields += compared.fields;
    for (const [rule, times] of compared.noted) noted.set(rule, (noted.get(rule) ?? 0) + times);
    return compared.mismatches;
  };

  const atFirst = compare(behaviour.initial);
  if (atFirst.length > 0) return result({ action: 'Init', reason: 'the states differ', mismatches: atFirst });
  for (const step of behaviour.steps) {
    const action = `${step.action}(${step.parameters.join(', ')})`;
    try {
      carryOut(driver, step);
    } catch (error) {
      if (!(error instanceof NotEnabled)) throw error;
      return result({ action, reason: error.message, mismatches: [] });
    }
    const mismatches = compare(step.after);
    if (mismatches.length > 0) return result({ action, reason: 'the states differ', mismatches });
    steps++;
  }
  return result(null);
}

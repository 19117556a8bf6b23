/** Starts an ensemble for a scenario that is known to be right, one Web Worker a server. */
import type { Scenario } from '../../ensemble/scenarioWorld.ts';
import { needsSeldom } from '../../ensemble/scriptRunner.ts';
import type { Engine, RunSource } from './engine.ts';
import { Simulator } from './simulator.ts';

const EMPTY: RunSource['disks'] = new Map();

/**
 * @param given the scenario as it was given, for reproducing the run.
 * @param seed instead of the scenario's own.
 * @param disks what servers have on their disks.
 */
export async function startEngine(
  scenario: Scenario,
  given: unknown,
  seed: number = scenario.seed,
  disks: RunSource['disks'] = EMPTY,
): Promise<Engine> {
  const seldom = needsSeldom(scenario) ? await import('../../ensemble/seldom.ts') : null;
  return new Simulator(scenario, { scenario: given, seed, disks }, seldom);
}

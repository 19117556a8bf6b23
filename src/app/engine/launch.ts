/** Starts an ensemble for a scenario that is known to be right, one Web Worker a server. */
import type { Scenario } from '../../ensemble/scenarioWorld.ts';
import type { Engine } from './engine.ts';
import { Simulator } from './simulator.ts';

/** @param given the scenario as it was given, for reproducing the run. */
export function startEngine(scenario: Scenario, given: unknown): Engine {
  return new Simulator(scenario, given);
}

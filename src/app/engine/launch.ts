/** Checks a scenario and starts an ensemble for it, one Web Worker a server. */
import { parseScenario, ScenarioError, type Scenario } from '../../ensemble/scenario.ts';
import type { Engine } from './engine.ts';
import { Simulator } from './simulator.ts';
import type { Refusal } from './session.svelte.ts';

export type Started = { readonly engine: Engine; readonly scenario: Scenario } | { readonly refusal: Refusal };

export function startEngine(value: unknown, source: string): Started {
  let scenario: Scenario;
  try {
    scenario = parseScenario(value, source);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { refusal: { source, path: error.path, message: error.message } };
  }
  return { engine: new Simulator(scenario, value), scenario };
}

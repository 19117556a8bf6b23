/** Checks a scenario that somebody brings. */
import { parseScenario, ScenarioError, type Scenario } from '../../ensemble/scenario.ts';
import type { Refusal } from './session.svelte.ts';

export type Checked = { readonly scenario: Scenario } | { readonly refusal: Refusal };

export function checkScenario(value: unknown, source: string): Checked {
  try {
    return { scenario: parseScenario(value, source) };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return { refusal: { source, path: error.path, message: error.message } };
  }
}

/** Made by `checkedScenarios.ts` from `ensemble/scenarios/first-election.json`. */
declare module 'virtual:scenario/first-election' {
  import type { Scenario } from '../../ensemble/scenarioWorld.ts';

  /** As its author wrote it. */
  export const given: unknown;
  /** As it was understood. */
  export const scenario: Scenario;
}

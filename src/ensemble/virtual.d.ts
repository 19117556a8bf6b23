/** Made by `compile/plugin.ts` from `scenarios/first-election.json`. */
declare module 'virtual:scenario/first-election' {
  import type { Scenario } from './scenarioWorld.ts';

  /** As its author wrote it. */
  export const given: unknown;
  /** As it was understood. */
  export const scenario: Scenario;
}

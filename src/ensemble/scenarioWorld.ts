/** A checked scenario, and the world it runs in. How it is read and checked is in `scenario.ts`, which running one does not need. */
import type { Profile } from '../zab/profile.ts';
import type { EnsembleConfig, Member } from '../zab/types.ts';
import { DEFAULT_OPTIONS, type Spread, type WorldOptions } from './options.ts';
import type { Step } from './steps.ts';
import type { Command } from './types.ts';

/** Text for people, in one language. */
export interface ScenarioText {
  readonly title: string;
  /** What happens, in a sentence or two. */
  readonly text?: string | undefined;
  /** What to look at. */
  readonly watch?: string | undefined;
}

/** A checked scenario. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly texts: { readonly en?: ScenarioText | undefined; readonly zh?: ScenarioText | undefined };
  readonly seed: number;
  /** The rules, variants included. */
  readonly profile: Profile;
  /** Names of the variants on top of the profile. */
  readonly variants: readonly string[];
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly latency: Spread | null;
  readonly clientLatency: Spread | null;
  readonly fsync: Spread | null;
  /** From process start to the first input, ms. */
  readonly bootMs: number | null;
  readonly steps: readonly Step[];
}

/** The configuration all servers start with. */
export function configOf(scenario: Scenario): EnsembleConfig {
  return scenario.config;
}

/** The world a scenario runs in. What the scenario says wins over `surroundings`. */
export function optionsOf(scenario: Scenario, seed: number = scenario.seed, surroundings: Partial<WorldOptions> = {}): WorldOptions {
  const { latency, clientLatency, fsync, bootMs } = scenario;
  const said = Object.fromEntries(Object.entries({ latency, clientLatency, fsync, bootMs }).filter(([, value]) => value !== null));
  return { ...DEFAULT_OPTIONS, ...surroundings, ...said, config: scenario.config, seed };
}

/** A command inside a step, already checked. */
export function commandOf(step: Extract<Step, { action: 'command' }>): Command {
  return step.command as unknown as Command;
}

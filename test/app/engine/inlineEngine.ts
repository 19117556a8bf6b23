/** The page's engine without workers: the servers run in this thread. */
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import { CommandError } from '../../../src/ensemble/errors.ts';
import type { Core } from '../../../src/ensemble/host/host.ts';
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import type { Future, GivenCommand } from '../../../src/ensemble/hooks.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { optionsOf, parseScenario } from '../../../src/ensemble/scenario.ts';
import { scriptOf } from '../../../src/ensemble/script.ts';
import type { Command, TraceEvent } from '../../../src/ensemble/types.ts';
import type { Engine, RunSource } from '../../../src/app/engine/engine.ts';
import { step } from '../../../src/zab/server.ts';
import type { EnsembleConfig, Member } from '../../../src/zab/types.ts';

export class InlineEngine implements Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly source: RunSource;
  readonly ensemble: Ensemble;
  /** Whole runs that were played again, and events for which it was asked to go on. */
  replays = 0;
  advances = 0;

  constructor(given: unknown, seed = 1, disks: RunSource['disks'] = new Map()) {
    const scenario = parseScenario(given, 'test');
    const options = optionsOf(scenario, seed);
    this.source = { scenario: given, seed, disks };
    this.members = scenario.members;
    this.config = options.config;
    this.ensemble = new Ensemble(options, new InlineHost(step as Core), {
      driver: scriptOf(scenario),
      observers: [new Invariants(options.config)],
      disks,
    });
  }

  get commands(): readonly GivenCommand[] {
    return this.ensemble.commands;
  }

  advance(most: number): Promise<readonly TraceEvent[]> {
    this.advances++;
    const from = this.ensemble.trace.length;
    this.ensemble.run({ events: most });
    return Promise.resolve(this.ensemble.trace.slice(from));
  }

  command(command: Command): Promise<readonly TraceEvent[]> {
    const from = this.ensemble.trace.length;
    return new Promise((resolve) => {
      this.ensemble.command(command);
      resolve(this.ensemble.trace.slice(from));
    });
  }

  rewindTo(n: number): Promise<number> {
    return Promise.resolve(this.ensemble.rewindTo(n));
  }

  replay({ shared, ...future }: Future): Promise<readonly TraceEvent[]> {
    this.replays++;
    return new Promise((resolve) => {
      this.ensemble.replay({ ...future, shared: Math.min(shared, this.ensemble.trace.length) });
      resolve(this.ensemble.trace);
    });
  }

  isRefusal(error: unknown): boolean {
    return error instanceof CommandError;
  }

  workers(): number {
    return 0;
  }

  reproduction(): unknown {
    return {};
  }

  dispose(): void {
    this.ensemble.dispose();
  }
}

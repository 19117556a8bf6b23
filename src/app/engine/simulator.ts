/** The simulator as the page's engine: a conductor on the page, each server in a Web Worker of its own. */
import { Ensemble } from '../../ensemble/conductor.ts';
import { CommandError } from '../../ensemble/errors.ts';
import { InlineHost } from '../../ensemble/host/inline.ts';
import { WebWorkerHost } from '../../ensemble/host/webWorker.ts';
import { Invariants } from '../../ensemble/invariants.ts';
import { optionsOf, type Scenario } from '../../ensemble/scenarioWorld.ts';
import { scriptOf } from '../../ensemble/script.ts';
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';
import type { Engine } from './engine.ts';

/** Longest stretch of work without letting the page breathe, ms. */
const BUDGET_MS = 6;

export class Simulator implements Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  private readonly ensemble: Ensemble;
  private readonly source: unknown;
  private replayer: InlineHost | undefined;

  /** @param source the scenario as it was given, for reproducing the run. */
  constructor(scenario: Scenario, source: unknown) {
    this.members = scenario.members;
    this.source = source;
    const options = optionsOf(scenario);
    this.config = options.config;
    this.ensemble = new Ensemble(options, new WebWorkerHost(), {
      observers: [new Invariants(options.config)],
      driver: scriptOf(scenario),
      replayer: () => this.loadedReplayer(),
    });
  }

  async advance(most: number): Promise<readonly TraceEvent[]> {
    const from = this.ensemble.trace.length;
    try {
      await this.ensemble.runAsync({ events: most, budgetMs: BUDGET_MS });
    } catch (error) {
      // What happened before the failure belongs to the trace: it is given first, and the next call fails.
      if (this.ensemble.trace.length === from) throw error;
    }
    return this.ensemble.trace.slice(from);
  }

  command(command: Command): Promise<readonly TraceEvent[]> {
    const from = this.ensemble.trace.length;
    this.ensemble.command(command);
    return Promise.resolve(this.ensemble.trace.slice(from));
  }

  async rewindTo(n: number): Promise<number> {
    // The core on the page is only needed for going back, so it is loaded then.
    if (this.replayer === undefined) {
      const { step } = await import('../../zab/server.ts');
      this.replayer = new InlineHost(step as ConstructorParameters<typeof InlineHost>[0]);
    }
    let since = performance.now();
    return this.ensemble.rewindSlowlyTo(n, () => {
      if (performance.now() - since < BUDGET_MS) return null;
      return new Promise((resolve) => {
        setTimeout(() => {
          since = performance.now();
          resolve();
        });
      });
    });
  }

  workers(): number {
    return this.ensemble.host.alive();
  }

  reproduction(): unknown {
    return {
      scenario: this.source,
      seed: this.ensemble.options.seed,
      commands: this.ensemble.commands,
      position: this.ensemble.trace.length,
    };
  }

  isRefusal(error: unknown): boolean {
    return error instanceof CommandError;
  }

  dispose(): void {
    this.ensemble.stop();
    this.ensemble.dispose();
  }

  private loadedReplayer(): InlineHost {
    if (this.replayer === undefined) throw new Error('the core for running again is not loaded yet');
    return this.replayer;
  }
}

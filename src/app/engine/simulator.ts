/** The simulator as the page's engine: a conductor on the page, each server in a Web Worker of its own. */
import { Ensemble } from '../../ensemble/conductor.ts';
import { CommandError } from '../../ensemble/errors.ts';
import { InlineHost } from '../../ensemble/host/inline.ts';
import { WebWorkerHost } from '../../ensemble/host/webWorker.ts';
import { Invariants } from '../../ensemble/invariants.ts';
import { optionsOf, type Scenario } from '../../ensemble/scenarioWorld.ts';
import { runnerOf, type Seldom } from '../../ensemble/scriptRunner.ts';
import type { Breathe, Future, GivenCommand } from '../../ensemble/hooks.ts';
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';
import type { Engine, RunSource } from './engine.ts';

/** Longest stretch of work without letting the page breathe, ms. */
const BUDGET_MS = 6;

export class Simulator implements Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly source: RunSource;
  private readonly ensemble: Ensemble;
  private replayer: InlineHost | undefined;
  /** Events that were given out. */
  private given = 0;

  /** @param source the scenario as it was given, for reproducing the run; the seed; the disks. @param seldom if the scenario needs it. */
  constructor(scenario: Scenario, source: RunSource, seldom: Seldom | null) {
    this.members = scenario.members;
    this.source = source;
    const options = optionsOf(scenario, source.seed);
    this.config = options.config;
    this.ensemble = new Ensemble(options, new WebWorkerHost(), {
      observers: [new Invariants(options.config)],
      driver: runnerOf(scenario, seldom),
      disks: source.disks,
      replayer: () => this.loadedReplayer(),
    });
  }

  get commands(): readonly GivenCommand[] {
    return this.ensemble.commands;
  }

  async advance(most: number): Promise<readonly TraceEvent[]> {
    try {
      await this.ensemble.runAsync({ events: most, budgetMs: BUDGET_MS });
    } catch (error) {
      // What happened before the failure belongs to the trace: it is given first, and the next call fails.
      if (this.ensemble.trace.length === this.given) throw error;
    }
    return this.fresh();
  }

  command(command: Command): Promise<readonly TraceEvent[]> {
    this.ensemble.command(command);
    return Promise.resolve(this.fresh());
  }

  async rewindTo(n: number): Promise<number> {
    await this.loadReplayer();
    return (this.given = await this.ensemble.rewindSlowlyTo(n, breathing()));
  }

  async replay({ shared, commands, length }: Future, watch?: (events: number) => void): Promise<readonly TraceEvent[]> {
    await this.loadReplayer();
    const sharedHere = Math.min(shared, this.ensemble.trace.length);
    this.given = await this.ensemble.replaySlowly(
      { shared: sharedHere, commands, length },
      breathing(() => watch?.(this.ensemble.trace.length)),
    );
    return this.ensemble.trace;
  }

  workers(): number {
    return this.ensemble.host.alive();
  }

  reproduction(): unknown {
    return {
      scenario: this.source.scenario,
      seed: this.source.seed,
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

  private fresh(): readonly TraceEvent[] {
    const events = this.ensemble.trace.slice(this.given);
    this.given = this.ensemble.trace.length;
    return events;
  }

  /** The core on the page is only needed for going back, so it is loaded then. */
  private async loadReplayer(): Promise<void> {
    if (this.replayer !== undefined) return;
    const { step } = await import('../../zab/server.ts');
    this.replayer = new InlineHost(step as ConstructorParameters<typeof InlineHost>[0]);
  }

  private loadedReplayer(): InlineHost {
    if (this.replayer === undefined) throw new Error('the core for running again is not loaded yet');
    return this.replayer;
  }
}

/** Lets the page breathe whenever the budget is used up, and tells `watch`. */
function breathing(watch?: () => void): Breathe {
  let since = performance.now();
  return () => {
    if (performance.now() - since < BUDGET_MS) return null;
    watch?.();
    return new Promise((resolve) => {
      setTimeout(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}

/** A trace that was not made here, as the page's engine: it has all its events from the start, and nothing can be done to it. */
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';
import type { Engine } from './engine.ts';

/** Somebody tried to act on what has long happened. */
export class RecordedError extends Error {
  constructor(what: string) {
    super(`${what}: this happened elsewhere and cannot be changed. Run on from here to try what else could have happened.`);
    this.name = 'RecordedError';
  }
}

export class Recorded implements Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly source = null;
  readonly commands = [];
  private readonly name: string;
  private readonly events: readonly TraceEvent[];
  private given = 0;

  /** @param trace its events have the positions 0, 1, …. */
  constructor(
    name: string,
    trace: { readonly members: readonly Member[]; readonly config: EnsembleConfig; readonly events: readonly TraceEvent[] },
  ) {
    this.name = name;
    this.members = trace.members;
    this.config = trace.config;
    this.events = trace.events;
  }

  advance(most: number): Promise<readonly TraceEvent[]> {
    const events = this.events.slice(this.given, this.given + most);
    this.given += events.length;
    return Promise.resolve(events);
  }

  command({ type }: Command): Promise<never> {
    return Promise.reject(new RecordedError(`"${type}" is not possible here`));
  }

  rewindTo(): Promise<never> {
    return Promise.reject(new RecordedError('What came later cannot be dropped'));
  }

  replay(): Promise<never> {
    return Promise.reject(new RecordedError('This run cannot be had again'));
  }

  isRefusal(error: unknown): boolean {
    return error instanceof RecordedError;
  }

  workers(): number {
    return 0;
  }

  reproduction(): unknown {
    return { recorded: this.name, position: this.given };
  }

  dispose(): void {
    // Nothing runs.
  }
}

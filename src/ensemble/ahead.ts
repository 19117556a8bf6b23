/**
 * Steps of servers in workers, done ahead of their turn, several at once. What a server is given next is foreseen from the queue; when the
 * turn comes, a step counts only if it is exactly the one that was foreseen, at the same time on the server's clock. Otherwise the worker
 * takes it back. So looking ahead never changes what happens, only how much of it happens at the same time.
 */
import type { Sid } from '../base/ids.ts';
import type { Input } from '../zab/types.ts';
import { prepare, type Prepared } from './dispatch.ts';
import type { ServerHost, Step, StepResult } from './host/host.ts';
import type { Spread, WorldOptions } from './options.ts';
import { entriesUntil } from './queue.ts';
import { clockAt, type World } from './world.ts';

/** Steps that one server may be ahead. */
export const MOST_AHEAD = 64;

/** Inputs that travelled together, and their results once they are back. */
interface Batch {
  results: readonly StepResult[] | null;
  readonly arrived: Promise<unknown>;
}

interface Foreseen {
  readonly prepared: Prepared;
  readonly now: number;
  readonly batch: Batch;
  /** Its place in the batch. */
  readonly i: number;
}

export class Ahead {
  readonly #host: ServerHost;
  readonly #world: World;
  /** Nothing that another server does now can reach a server within this time, ms. */
  readonly #reach: number;
  /** Steps asked for that had no turn yet, oldest first. */
  readonly #lines = new Map<Sid, Foreseen[]>();

  constructor(host: ServerHost, world: World) {
    this.#host = host;
    this.#world = world;
    this.#reach = shortestTrip(world.options);
  }

  /** The result of a step whose turn has come. */
  async result(prepared: Prepared): Promise<StepResult> {
    const { batch, i } = this.#turn(prepared) ?? (await this.#ask(prepared));
    if (batch.results === null) {
      this.#lookAhead(prepared.entry.at);
      await batch.arrived;
    }
    return batch.results?.[i] ?? { failed: 'its host gave no answer' };
  }

  /** The process is gone, and with it what it did ahead. */
  gone(sid: Sid): void {
    this.#lines.delete(sid);
  }

  /** Takes back everything that had no turn: something from outside is going to happen first. */
  takeBack(): void {
    for (const sid of this.#lines.keys()) this.#cut(sid, 0);
  }
}

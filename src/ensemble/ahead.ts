/**
 * Steps of servers in workers, done ahead of their turn, many at once. What a server is given next is foreseen from the queue; when the turn
 * comes, a step counts only if it is exactly the one that was foreseen. Otherwise the worker takes it back. So looking ahead never changes
 * what happens, only how much of it happens at the same time.
 */
import type { Sid } from '../base/ids.ts';
import type { Input } from '../zab/types.ts';
import { prepare, type Prepared } from './dispatch.ts';
import type { ServerHost, Step, StepResult } from './host/host.ts';
import { MOST_AHEAD } from './host/wire.ts';
import type { WorldOptions } from './options.ts';
import { entriesUntil } from './queue.ts';
import { clockAt, type World } from './world.ts';

/** Steps that travelled together, and their results once they are back. */
interface Batch {
  results: readonly StepResult[] | null;
  arrived: Promise<unknown>;
}

interface Foreseen extends Step {
  readonly prepared: Prepared;
  readonly batch: Batch;
  /** Its place in the batch. */
  readonly i: number;
}

export class Ahead {
  readonly #host: ServerHost;
  readonly #world: World;
  readonly #reach: number;
  /** Steps asked for that had no turn yet, by server, oldest first. */
  readonly #lines = new Map<Sid, Foreseen[]>();

  constructor(host: ServerHost, world: World) {
    this.#host = host;
    this.#world = world;
    this.#reach = usualWay(world.options);
  }

  /** The result of the step whose turn it is. */
  result(prepared: Prepared): StepResult | Promise<StepResult> {
    const { batch, i } = this.#turnOf(prepared);
    const result = (): StepResult => batch.results?.[i] ?? { failed: 'its host gave no answer' };
    if (batch.results !== null) return result();
    this.#lookAhead(prepared.entry.at, null);
    return batch.arrived.then(result);
  }

  /** The process is gone, and with it what it did ahead. */
  gone(sid: Sid): void {
    this.#lines.delete(sid);
  }

  /** All servers begin anew. */
  forget(): void {
    this.#lines.clear();
  }

  #turnOf(prepared: Prepared): Foreseen {
    const first = this.#lines.get(prepared.sid)?.[0];
    if (first === undefined || !isSame(first, prepared, this.#clock(prepared))) {
      this.#cut(prepared.sid, 0);
      this.#lookAhead(prepared.entry.at, prepared);
    }
    return this.#lines.get(prepared.sid)?.shift() as Foreseen;
  }

  /** Asks for all steps that can be foreseen. `first` has its turn now, and is not in the queue any more. */
  #lookAhead(from: number, first: Prepared | null): void {
    const plans = new Map<Sid, Prepared[]>();
    if (first !== null) plans.set(first.sid, [first]);
    if (this.#host.takeBack !== undefined) this.#foresee(plans, from + this.#reach);
    for (const [sid, plan] of plans) this.#follow(sid, plan);
  }

  #foresee(plans: Map<Sid, Prepared[]>, until: number): void {
    for (const entry of entriesUntil(this.#world.state.queue, until)) {
      const prepared = prepare(this.#world, entry);
      if (prepared === null) continue;
      const plan = plans.get(prepared.sid);
      if (plan === undefined) plans.set(prepared.sid, [prepared]);
      else if (plan.length < MOST_AHEAD) plan.push(prepared);
    }
  }

  /** What was asked for and is not in the plan is taken back; what is only in the plan is asked for. */
  #follow(sid: Sid, plan: readonly Prepared[]): void {
    const line = this.#lines.get(sid) ?? [];
    this.#lines.set(sid, line);
    let same = 0;
    while (same < plan.length && same < line.length && line[same]?.prepared.entry === plan[same]?.entry) same++;
    this.#cut(sid, same);
    if (same < plan.length) this.#ask(sid, line, plan.slice(same));
  }

  #ask(sid: Sid, line: Foreseen[], plan: readonly Prepared[]): void {
    const batch: Batch = { results: null, arrived: Promise.resolve() };
    plan.forEach((prepared, i) => line.push({ prepared, input: prepared.input, now: this.#clock(prepared), batch, i }));
    const answer = this.#host.deliver(
      sid,
      line.slice(-plan.length).map(({ input, now }) => ({ input, now })),
    );
    if (answer instanceof Promise) batch.arrived = answer.then((results) => (batch.results = results));
    else batch.results = answer;
  }

  /** Takes back all but the first `keep` steps of a server. */
  #cut(sid: Sid, keep: number): void {
    const cut = this.#lines.get(sid)?.splice(keep) ?? [];
    if (cut.length === 0) return;
    if (cut[0]?.input.type === 'boot') this.#host.kill(sid);
    else this.#host.takeBack?.(sid, cut.length);
  }

  #clock(prepared: Prepared): number {
    return clockAt(this.#world, prepared.sid, prepared.entry.at);
  }
}

/** The same place in the queue, the same input and the same time on the server's clock. */
function isSame(foreseen: Foreseen, { entry, input }: Prepared, now: number): boolean {
  return foreseen.prepared.entry === entry && foreseen.now === now && isSameInput(foreseen.input, input);
}

/** Field by field: what an input points to is immutable. */
function isSameInput(a: Input, b: Input): boolean {
  for (const field in b) if (a[field as keyof Input] !== b[field as keyof Input]) return false;
  return true;
}

/**
 * How far it pays to look, ms. Within the shortest way between two machines nothing can come in between; within the usual one, little does, and
 * a third of the waiting is saved.
 */
function usualWay({ latency, clientLatency }: WorldOptions): number {
  return Math.min(latency.meanMs, clientLatency.meanMs);
}

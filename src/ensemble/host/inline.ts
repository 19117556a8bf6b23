import type { Sid } from '../../base/ids.ts';
import { explain } from './wire.ts';
import type { Core, ServerHost, Step, StepResult } from './host.ts';

/** Servers in this very thread. Their states are immutable, so saving them costs nothing. */
export class InlineHost implements ServerHost {
  readonly kind = 'inline';
  readonly #core: Core;
  readonly #servers = new Map<Sid, unknown>();

  /** @param core `step` of `zab/server.ts`; tests may use others. */
  constructor(core: Core) {
    this.#core = core;
  }

  deliver(sid: Sid, steps: readonly Step[]): readonly StepResult[] {
    return steps.map((one) => this.#step(sid, one));
  }

  #step(sid: Sid, { input, now }: Step): StepResult {
    try {
      const { server, output } = this.#core(input.type === 'boot' ? null : (this.#servers.get(sid) ?? null), input, now);
      this.#servers.set(sid, server);
      return output;
    } catch (error) {
      return { failed: explain(error) };
    }
  }

  kill(sid: Sid): void {
    this.#servers.delete(sid);
  }

  /** The states of all servers, by reference. */
  save(): ReadonlyMap<Sid, unknown> {
    return new Map(this.#servers);
  }

  load(states: ReadonlyMap<Sid, unknown>): void {
    this.#servers.clear();
    for (const [sid, server] of states) this.#servers.set(sid, server);
  }

  alive(): number {
    return this.#servers.size;
  }

  dispose(): void {
    this.#servers.clear();
  }
}

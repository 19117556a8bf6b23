/** Walks a lesson without a screen: the same acts that "do it for me" gives, the same checks, on an ensemble in this thread. */
import { Ensemble } from '../../src/ensemble/conductor.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { scriptOf } from '../../src/ensemble/script.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { momentAt } from '../../src/trace/claim/facts.ts';
import { firstHolding, holds, quote } from '../../src/trace/claim/holds.ts';
import type { Ask, Claim } from '../../src/trace/claim/parse.ts';
import type { Act, Lesson } from '../../src/lesson/lesson.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { step as core } from '../../src/zab/server.ts';

/** Virtual ms after which a claim that does not hold is given up. */
const PATIENCE_MS = 30_000;

export class Walker {
  readonly ensemble: Ensemble;
  readonly timeline: Timeline;
  /** The playhead; null while it is at the newest event. */
  #playhead: number | null = null;

  constructor(lesson: Lesson, seed?: number) {
    const scenario = parseScenario(lesson.scenario, lesson.id);
    const options = optionsOf(scenario, seed);
    this.ensemble = new Ensemble(options, new InlineHost(core as Core), {
      driver: scriptOf(scenario),
      observers: [new Invariants(options.config)],
    });
    this.timeline = new Timeline(scenario.members);
    this.idle(1_500);
  }

  get position(): number {
    return this.#playhead ?? this.timeline.length - 1;
  }

  isSo(claim: Claim): boolean {
    return holds(claim, momentAt(this.timeline, this.position));
  }

  says(ask: Ask): string {
    return quote(ask, momentAt(this.timeline, this.position));
  }

  /** Lets virtual time pass, as when somebody reads. */
  idle(ms: number): void {
    this.#playhead = null;
    this.ensemble.run({ untilMs: this.ensemble.now + ms });
    this.#take();
  }

  /** Does an act. @returns false when what it waits or looks for never comes. */
  act(act: Act): boolean {
    if (act.act === 'seek') {
      this.#playhead = firstHolding(act.to, this.timeline, 0, this.timeline.length - 1);
      return this.#playhead !== null;
    }
    if (act.act === 'wait') return this.until(act.until);
    this.ensemble.command(act.command);
    this.#take();
    return true;
  }

  /** Runs until a claim holds, and stops at that very event. */
  until(claim: Claim): boolean {
    if (this.isSo(claim)) return true;
    const from = this.timeline.length;
    const untilMs = this.ensemble.now + PATIENCE_MS;
    const stopped = this.ensemble.run({
      untilMs,
      until: () => this.#take() && firstHolding(claim, this.timeline, from, this.timeline.length - 1) !== null,
    });
    this.#take();
    return stopped === 'until';
  }

  #take(): true {
    const { trace } = this.ensemble;
    if (this.timeline.length < trace.length) this.timeline.appended(trace.slice(this.timeline.length));
    return true;
  }
}

/** When a run stops. With none of them it goes on until nothing is left to happen, which for a live ensemble is never. */
export interface RunLimits<E> {
  /** Virtual ms: all that happens up to and including this time. The clock then shows it. */
  readonly untilMs?: number;
  /** At least so many more events. */
  readonly events?: number;
  /** Asked after every step that made an event, and before the first. */
  readonly until?: (ensemble: E) => boolean;
  /** Ms that the run may take by the ensemble's `clock` hook; without that hook it sets no limit. */
  readonly budgetMs?: number;
}

/** Why a run stopped. `idle`: nothing is left to happen. */
export type StopReason = 'time' | 'events' | 'until' | 'budget' | 'violation' | 'stopped' | 'idle';

const STEPS_PER_LOOK_AT_THE_CLOCK = 64;

/** Watches the limits of one run. */
export class Watch<E> {
  readonly #limits: RunLimits<E>;
  readonly #clock: () => number;
  readonly #lastEvent: number;
  readonly #deadline: number;
  #steps = 0;
  #askedAt = -1;

  /** @param clock real time in ms. */
  constructor(limits: RunLimits<E>, eventsSoFar: number, clock: (() => number) | undefined) {
    this.#limits = limits;
    this.#clock = clock ?? ((): number => 0);
    this.#lastEvent = eventsSoFar + (limits.events ?? Infinity);
    this.#deadline = limits.budgetMs === undefined ? Infinity : this.#clock() + limits.budgetMs;
  }

  /** @param nextAt when the next thing happens; null if nothing is left. */
  reason(ensemble: E, events: number, nextAt: number | null): StopReason | null {
    if (events >= this.#lastEvent) return 'events';
    if (this.#limits.until !== undefined && events !== this.#askedAt) {
      this.#askedAt = events;
      if (this.#limits.until(ensemble)) return 'until';
    }
    if (this.#limits.untilMs !== undefined && (nextAt === null || nextAt > this.#limits.untilMs)) return 'time';
    if (nextAt === null) return 'idle';
    if (this.#steps++ % STEPS_PER_LOOK_AT_THE_CLOCK === 0 && this.#clock() >= this.#deadline) return 'budget';
    return null;
  }
}

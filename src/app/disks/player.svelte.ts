/** Plays steps one after the other: a clock that moves a position, and can be put anywhere. */

/** A step is seen this long, ms; many steps go by faster, so that the whole takes no more than `MOST_MS`. */
const STEP_MS = 700;
const MOST_MS = 20_000;

export class Player {
  /** Place of the step that is shown, 0 to `count` − 1. */
  at = $state(0);
  playing = $state(false);
  readonly count: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(count: number) {
    this.count = count;
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** From the beginning, when it is at the end. */
  play(): void {
    if (this.count < 2) return;
    if (this.at >= this.count - 1) this.at = 0;
    this.playing = true;
    this.#timer ??= setInterval(() => this.#next(), Math.min(STEP_MS, MOST_MS / this.count));
  }

  pause(): void {
    this.playing = false;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Pauses at a step. */
  seek(to: number): void {
    this.pause();
    this.at = Math.max(0, Math.min(this.count - 1, to));
  }

  #next(): void {
    this.at = Math.min(this.count - 1, this.at + 1);
    if (this.at === this.count - 1) this.pause();
  }
}

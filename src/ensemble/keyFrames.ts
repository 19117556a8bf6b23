import type { Sid } from '../base/ids.ts';
import type { WorldState } from './state.ts';

/** All that is needed to go on from a moment. */
export interface KeyFrame {
  /** Events before it. */
  readonly n: number;
  readonly state: WorldState;
  /** States of the servers; null if they are in workers. */
  readonly servers: ReadonlyMap<Sid, unknown> | null;
  readonly observers: readonly unknown[];
  readonly driver: unknown;
}

/** So many of the newest frames are all kept; behind them every second, further behind every fourth, and so on. */
const ALL_OF = 8;

/** The key frames of a run, oldest first: the further back, the fewer, so that their number grows only with the logarithm of the run. */
export class KeyFrames {
  #frames: { readonly ordinal: number; readonly frame: KeyFrame }[] = [];

  get lastAt(): number {
    return this.#frames.at(-1)?.frame.n ?? -Infinity;
  }

  add(frame: KeyFrame): void {
    const newest = (this.#frames.at(-1)?.ordinal ?? -1) + 1;
    this.#frames.push({ ordinal: newest, frame });
    this.#frames = this.#frames.filter(({ ordinal }) => ordinal % gapAt(newest - ordinal) === 0);
  }

  /**
   * Goes back to the last frame with at most so many events before it from which a run can be continued here, and to the first if there is no
   * other; later ones are forgotten.
   *
   * @throws Error when there is none, which cannot be once the first frame was added.
   */
  backTo(events: number): KeyFrame {
    const at = Math.max(
      0,
      this.#frames.findLastIndex(({ frame }) => frame.n <= events && frame.servers !== null),
    );
    const found = this.#frames[at];
    if (found === undefined) throw new Error('the first key frame is missing');
    this.#frames.length = at + 1;
    return found.frame;
  }
}

/** A power of two that grows with the age, so that what is kept at one age is a part of what was kept before. */
function gapAt(age: number): number {
  let gap = 1;
  while (gap * ALL_OF <= age) gap *= 2;
  return gap;
}

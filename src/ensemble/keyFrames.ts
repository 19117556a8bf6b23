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

const RECENT = 20;
const KEPT_OF_OLD = 8;

/** The key frames of a run, oldest first: all of the recent past, one in eight of what is long past. */
export class KeyFrames {
  #frames: { readonly ordinal: number; readonly frame: KeyFrame }[] = [];

  get lastAt(): number {
    return this.#frames.at(-1)?.frame.n ?? -Infinity;
  }

  add(frame: KeyFrame): void {
    this.#frames.push({ ordinal: (this.#frames.at(-1)?.ordinal ?? -1) + 1, frame });
    const at = this.#frames.length - RECENT;
    const old = this.#frames[at];
    if (old !== undefined && old.ordinal % KEPT_OF_OLD !== 0) this.#frames.splice(at, 1);
  }

  /**
   * Goes back to the last frame with at most so many events before it from which a run can be continued here; later ones are forgotten.
   *
   * @throws Error when there is none, which cannot be once the first frame was added.
   */
  backTo(events: number): KeyFrame {
    const at = this.#frames.findLastIndex(({ frame }) => frame.n <= events && (frame.servers !== null || frame.n === 0));
    const found = this.#frames[at];
    if (found === undefined) throw new Error('the first key frame is missing');
    this.#frames.length = at + 1;
    return found.frame;
  }
}

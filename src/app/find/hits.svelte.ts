/** All events of a run at which a predicate holds: found in pieces, and as the run goes on. */
import { find } from '../../trace/search.ts';
import type { TextOf } from '../../trace/claim/holds.ts';
import type { Predicate } from '../../trace/claim/parse.ts';
import { atMost, nextAfter, previousBefore } from '../../trace/sorted.ts';
import type { Run } from '../engine/run.svelte.ts';
import { inPieces } from './pieces.ts';

export class Hits {
  readonly predicate: Predicate;
  /** Ascending; grows. Complete up to `seen`. */
  readonly positions: number[] = [];
  /** How many there are so far. */
  count = $state(0);
  /** The last event that was looked at. */
  seen = $state(-1);
  working = $state(false);
  /** The person has stopped the count; next and previous still find. */
  stopped = $state(false);
  private readonly run: Run;
  private readonly textOf: TextOf;
  private readonly off: readonly (() => void)[];
  private work: AbortController | null = null;
  private step: AbortController | null = null;

  constructor(run: Run, predicate: Predicate, textOf: TextOf) {
    this.run = run;
    this.predicate = predicate;
    this.textOf = textOf;
    this.off = [run.on('events', () => void this.goOn()), run.on('rewind', (from) => this.cut(Number(from)))];
    void this.goOn();
  }

  /** Counts on from where it is. Does nothing while it counts, or when all is counted. */
  async goOn(): Promise<void> {
    if (this.work !== null || this.stopped || this.at >= this.run.timeline.length - 1) return;
    const { signal } = (this.work = new AbortController());
    this.working = true;
    let search = this.search(this.at, 1);
    // What is shown follows in steps that can be seen, not with every hit.
    await inPieces(
      () => {
        const { value, done: ended } = search.next();
        if (ended !== true) {
          this.at = value;
          return false;
        }
        if (value === null) {
          this.at = this.run.timeline.length - 1;
          return true;
        }
        this.positions.push(value);
        this.at = value;
        search = this.search(value, 1);
        return false;
      },
      signal,
      () => this.tell(),
    );
    if (signal.aborted) return;
    this.work = null;
    this.working = false;
    this.tell();
    // What has come since then.
    void this.goOn();
  }

  stop(): void {
    this.stopped = true;
    this.halt();
    this.tell();
  }

  resume(): void {
    this.stopped = false;
    void this.goOn();
  }

  /** The nearest hit after or before event `n`; null when there is none, or when another was asked for meanwhile. */
  async next(n: number, direction: 1 | -1): Promise<number | null> {
    this.step?.abort();
    const known = direction > 0 ? nextAfter(this.positions, n) : n - 1 <= this.at ? previousBefore(this.positions, n) : null;
    if (known !== null) return known;
    if (direction < 0 && n - 1 <= this.at) return null;
    const { signal } = (this.step = new AbortController());
    const search = this.search(direction > 0 ? Math.max(n, this.at) : n, direction);
    let found: number | null = null;
    await inPieces(() => {
      const { value, done } = search.next();
      if (done !== true) return false;
      found = value;
      return true;
    }, signal);
    return found;
  }

  /** Which hit an event is, from 1; 0 for one that is none. */
  ordinal(n: number): number {
    const i = atMost(this.positions, n);
    return this.positions[i - 1] === n ? i : 0;
  }

  dispose(): void {
    this.halt();
    this.step?.abort();
    for (const off of this.off) off();
  }

  /** As `seen`, ahead of what is shown. */
  private at = -1;

  private search(from: number, direction: 1 | -1): Generator<number, number | null, undefined> {
    return find(this.predicate, this.run.timeline, from, direction, this.textOf);
  }

  /** The run has another future after event `from`. */
  private cut(from: number): void {
    this.halt();
    this.positions.length = atMost(this.positions, from);
    this.at = Math.min(this.at, from);
    this.tell();
    void this.goOn();
  }

  private halt(): void {
    this.work?.abort();
    this.work = null;
    this.working = false;
  }

  private tell(): void {
    this.count = this.positions.length;
    this.seen = this.at;
  }
}

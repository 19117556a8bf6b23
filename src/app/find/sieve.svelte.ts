/** The events of a run that pass a filter: found in pieces, and as the run goes on. */
import { Filtered, passesFilter, type EventFilter } from '../../trace/search.ts';
import type { Flight } from '../../ensemble/types.ts';
import type { Run } from '../engine/run.svelte.ts';
import { inPieces } from './pieces.ts';

/** Events looked at between two looks at the clock. */
const AT_ONCE = 500;

export class Sieve {
  /** Grows with what has been looked at. */
  seen = $state(0);
  private readonly filtered: Filtered;
  private readonly filter: EventFilter;
  private readonly flights = new WeakMap<Flight, boolean>();
  private readonly off: readonly (() => void)[];
  private readonly end = new AbortController();
  private readonly run: Run;
  private working = false;

  constructor(run: Run, filter: EventFilter) {
    this.run = run;
    this.filter = filter;
    // No predicate: nothing is searched in texts.
    this.filtered = new Filtered(filter, run.timeline, () => '');
    this.off = [
      run.on('events', () => void this.goOn()),
      run.on('rewind', (from) => {
        this.filtered.truncated(Number(from) + 1);
        this.seen = this.filtered.done;
        void this.goOn();
      }),
    ];
    void this.goOn();
  }

  /** Ascending; grows. */
  get positions(): readonly number[] {
    return this.filtered.positions;
  }

  has(n: number): boolean {
    return this.filtered.has(n);
  }

  passes(flight: Flight): boolean {
    let known = this.flights.get(flight);
    if (known === undefined) this.flights.set(flight, (known = passesFilter(this.filter, flight)));
    return known;
  }

  dispose(): void {
    this.end.abort();
    for (const off of this.off) off();
  }

  private async goOn(): Promise<void> {
    if (this.working || this.end.signal.aborted || this.filtered.done >= this.run.timeline.length) return;
    this.working = true;
    const tell = (): void => {
      this.seen = this.filtered.done;
    };
    await inPieces(() => this.filtered.extend(AT_ONCE), this.end.signal, tell);
    this.working = false;
    tell();
    // What has come since then.
    void this.goOn();
  }
}

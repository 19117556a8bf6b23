/** Which servers had parted at which position of a trace, kept while it grows. */
import type { TraceEvent } from '../../ensemble/types.ts';
import { lookOn, NOT_LOOKED, type Looked, type PartedPair } from '../../trace/parted/watch.ts';

const NONE: readonly PartedPair[] = [];

export class Found {
  private looked: Looked = NOT_LOOKED;
  /** Where the pairs changed. */
  private readonly changes: { readonly n: number; readonly pairs: readonly PartedPair[] }[] = [];

  /** The pairs after event `n`. The trace may have grown since the last call, but not have changed. */
  at(trace: readonly TraceEvent[], n: number): readonly PartedPair[] {
    while (this.looked.n < trace.length - 1) {
      const next = lookOn(this.looked, trace, this.looked.n + 1);
      if (next.pairs !== this.looked.pairs) this.changes.push({ n: next.n, pairs: next.pairs });
      this.looked = next;
    }
    return this.changes.findLast((change) => change.n <= n)?.pairs ?? NONE;
  }
}

/** What a writer is given: a trace, and the part of it that is wanted. */
import type { TraceEvent } from '../ensemble/types.ts';
import { emptyView, foldEvent } from '../trace/fold.ts';
import type { EnsembleView } from '../trace/view.ts';
import type { Member } from '../zab/types.ts';

export interface RunRecord {
  /** As the person knows it: the scenario's title, or the names of the logs. */
  readonly name: string;
  readonly members: readonly Member[];
  readonly events: readonly TraceEvent[];
  /** First and last position wanted; the whole trace unless told. */
  readonly from?: number;
  readonly to?: number;
}

/** The wanted events, each with the view after it. */
export function* told(
  record: RunRecord,
): Generator<{ readonly event: TraceEvent; readonly view: EnsembleView; readonly before: EnsembleView }, undefined> {
  const { from = 0, to = Infinity } = record;
  let view = emptyView(record.members);
  for (const event of record.events) {
    if (event.n > to) return;
    const before = view;
    view = foldEvent(view, event);
    if (event.n >= from) yield { event, view, before };
  }
}

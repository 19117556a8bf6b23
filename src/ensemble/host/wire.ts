/** Everything that crosses between the conductor and a server's worker. Plain data only: it must survive structuredClone. */
import type { Step, StepResult } from './host.ts';

/** Steps that one server may do ahead of their turn; its worker remembers so many of its states. */
export const MOST_AHEAD = 64;

export type ToWorker =
  | { readonly type: 'steps'; readonly steps: readonly Step[] }
  /** Back to the state before the last steps. Not answered. */
  | { readonly type: 'takeBack'; readonly steps: number }
  /** The state to go on from, after rewinding. Not answered. */
  | { readonly type: 'load'; readonly server: unknown };

/** One answer to each `steps`, in order. */
export type FromWorker = readonly StepResult[];

/** What went wrong, in one line, with the place in the code if known. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return place === undefined ? error.message : `${error.message} (${place.trim()})`;
}

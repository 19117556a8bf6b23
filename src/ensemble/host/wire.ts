/** Everything that crosses between the conductor and a server's worker. Plain data only: it must survive structuredClone. */
import type { Input } from '../../zab/types.ts';
import type { StepResult } from './host.ts';

export type ToWorker =
  | { readonly type: 'step'; readonly input: Input; readonly now: number }
  /** The state to go on from, after rewinding. Not answered. */
  | { readonly type: 'load'; readonly server: unknown };

/** One answer a step, in order. */
export type FromWorker = StepResult;

/** What went wrong, in one line, with the place in the code if known. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return place === undefined ? error.message : `${error.message} (${place.trim()})`;
}

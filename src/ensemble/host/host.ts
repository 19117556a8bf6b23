/**
 * Where a server core runs. Three hosts implement this port: inline (same thread), Web Worker, Node worker thread.
 * The conductor waits for every step, so hosts can never change the result.
 */
import type { Sid } from '../../base/ids.ts';
import type { Input, StepOutput } from '../../zab/types.ts';

/**
 * The core of a server, as hosts see it: what it knows is a plain value (`Server` in `zab/state.ts`) that hosts keep and hand back.
 *
 * @param server null before the boot input.
 */
export type Core<S = unknown> = (server: S | null, input: Input, now: number) => { readonly server: S; readonly output: StepOutput };

export interface Step {
  readonly input: Input;
  /** The server's own clock, ms. */
  readonly now: number;
}

/** The core threw, or its worker died. */
export interface StepFailure {
  readonly failed: string;
}

export type StepResult = StepOutput | StepFailure;

export interface ServerHost {
  readonly kind: 'inline' | 'worker' | 'thread';
  /** Gives a server its next inputs, in order, and returns the results. A `boot` input, always the first of its list, makes (or replaces) the server. */
  deliver(sid: Sid, steps: readonly Step[]): readonly StepResult[] | Promise<readonly StepResult[]>;
  /** The server goes back to before its last `steps` steps, answered or not. A host without this is asked for one step at a time, in its turn. */
  takeBack?(sid: Sid, steps: number): void;
  /** The process is gone: its memory must be unreachable (a worker is terminated). */
  kill(sid: Sid): void;
  /** Replaces all servers by these states, after rewinding. Workers are made anew. */
  load(states: ReadonlyMap<Sid, unknown>): void;
  /** Number of live servers (live workers). */
  alive(): number;
  /** Ends everything. */
  dispose(): void;
}

export function isFailure(result: StepResult): result is StepFailure {
  return 'failed' in result;
}

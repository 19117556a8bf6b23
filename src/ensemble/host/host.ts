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

export interface Delivery {
  readonly sid: Sid;
  /** The server's own clock, ms. */
  readonly now: number;
  readonly input: Input;
}

/** The core threw, or its worker died. */
export interface StepFailure {
  readonly failed: string;
}

export type StepResult = StepOutput | StepFailure;

export interface ServerHost {
  readonly kind: 'inline' | 'worker' | 'thread';
  /** Steps each server (each at most once in a batch) with its input and returns the results in the same order. A `boot` input makes (or replaces) the server. */
  deliver(batch: readonly Delivery[]): readonly StepResult[] | Promise<readonly StepResult[]>;
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

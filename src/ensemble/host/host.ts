/**
 * Where a server core runs. Three hosts implement this port: inline (same thread), Web Worker, Node worker thread.
 * The conductor awaits every step, so hosts can never change the result.
 */
import type { Sid } from '../../base/ids.ts';
import type { Input, StepOutput } from '../../zab/types.ts';

export interface Delivery {
  readonly sid: Sid;
  /** The server's own clock, ms. */
  readonly now: number;
  readonly input: Input;
}

export interface ServerHost {
  readonly kind: 'inline' | 'worker' | 'thread';
  /** Steps each server with its input and returns the outputs in the same order. A `boot` input makes (or replaces) the server. */
  deliver(batch: readonly Delivery[]): readonly StepOutput[] | Promise<readonly StepOutput[]>;
  /** The process is gone: its memory must be unreachable (a worker is terminated). */
  kill(sid: Sid): void;
  /** Number of live servers (live workers). */
  alive(): number;
  /** Ends everything. */
  dispose(): void;
}

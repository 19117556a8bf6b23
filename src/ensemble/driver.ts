/**
 * Somebody who gives commands to an ensemble by a plan: a scenario's script, a lesson. A driver is plain data plus a pure function, so that the
 * conductor can keep its state in checkpoints and take it along when the person rewinds. The person may interfere at any time.
 */
import type { Sid } from '../base/ids.ts';
import type { Disk } from '../store/types.ts';
import type { ServerView } from '../zab/types.ts';
import type { ClientId, ClientView, Command, OpOutcome } from './types.ts';

/** What a driver may look at. Everything is as of `now`. */
export interface DriverWorld {
  /** Virtual ms. */
  readonly now: number;
  readonly sids: readonly Sid[];
  /** Whether the process was started and is not running yet. */
  isStarting(sid: Sid): boolean;
  /** Whether the process runs (a paused one does), is stopped by SIGSTOP. */
  isUp(sid: Sid): boolean;
  isPaused(sid: Sid): boolean;
  /** Null while the server is down. */
  view(sid: Sid): ServerView | null;
  client(id: ClientId): ClientView | null;
  /** Requests of a client that ended, in the order they were issued, from the `from`-th on. */
  outcomes(id: ClientId, from: number): readonly OpOutcome[];
  disk(sid: Sid): Disk;
}

export interface DriverStep<S> {
  readonly state: S;
  /** Given at once, in this order. */
  readonly commands: readonly Command[];
  /** Said in the trace, before the commands. */
  readonly notes: readonly string[];
  /** When `next` wants to be called again, virtual ms; null: it has finished. Never before `now`. */
  readonly wakeAt: number | null;
}

/** @typeParam S state: plain data, never changed in place. */
export interface Driver<S> {
  readonly initial: S;
  /** First called at virtual time 0. Reads nothing but its arguments. */
  next(state: S, world: DriverWorld): DriverStep<S>;
}

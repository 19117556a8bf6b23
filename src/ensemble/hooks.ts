/** What can be attached to an ensemble, and what it keeps of what it was told. */
import type { Sid } from '../base/ids.ts';
import type { Disk } from '../store/types.ts';
import type { Driver } from './driver.ts';
import type { InlineHost } from './host/inline.ts';
import type { Finding } from './invariants.ts';
import type { Command, TraceEvent } from './types.ts';

/** Somebody who looks at every event, such as the invariants. What it knows goes back in time with the run. */
export interface Observer {
  observe(event: TraceEvent): Finding | null;
  checkpoint(): unknown;
  restore(checkpoint: never): void;
}

/** A command from outside, and exactly where it was given. */
export interface GivenCommand {
  /** Position of its event in the trace. */
  readonly n: number;
  /** Queue entries worked off before it: its place in the run, even between silent ones. */
  readonly step: number;
  /** Virtual ms. */
  readonly at: number;
  readonly command: Command;
  /** `at` is later than that step: the run had been let go on to a time at which nothing happened. */
  readonly waited?: true;
}

/** A recorded command. Its place is told by `step` alone; `at` matters only where the clock had `waited`. */
export type ReplayedCommand = Omit<GivenCommand, 'n'>;

/** A run to be had again: the commands from its very beginning on, and how long it is. */
export interface Future {
  /** The present run and this one are the same for so many events; 0 if nothing is known. */
  readonly shared: number;
  readonly commands: readonly ReplayedCommand[];
  /** Events there shall be, at least; one cause's events at one instant stay together. */
  readonly length: number;
}

/** Asked again and again during long work: null to go on, or what to wait for. */
export type Breathe = () => Promise<void> | null;

export interface EnsembleHooks {
  readonly observers?: readonly Observer[];
  /** Gives commands by a plan. They are not in `commands`: a rewound run makes them again. */
  readonly driver?: Driver<unknown>;
  /** What servers have on their disks at the start; others start empty. */
  readonly disks?: ReadonlyMap<Sid, Disk>;
  /** An inline host with the same core, for running again from the past. Needed for `rewindTo` with other hosts. */
  readonly replayer?: () => InlineHost;
  /** Real time in ms, for runs with a budget. It never changes what happens, only when a run pauses. */
  readonly clock?: () => number;
}

/** What the page needs of an ensemble: more events, commands, going back. The simulator behind it is in `simulator.ts`, given traces in `recorded.ts`. */
import type { Sid } from '../../base/ids.ts';
import type { Future, GivenCommand } from '../../ensemble/hooks.ts';
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { Disk } from '../../store/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';

/** What, with its commands, decides a run. */
export interface RunSource {
  /** The scenario as it was given. */
  readonly scenario: unknown;
  readonly seed: number;
  /** What servers had on their disks before the first event; others had nothing. */
  readonly disks: ReadonlyMap<Sid, Disk>;
}

export interface Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  /** Null for a trace that was not made here: nothing can be run again. */
  readonly source: RunSource | null;
  /** Commands of the run so far. */
  readonly commands: readonly GivenCommand[];
  /** The next events, at most `most`; none when nothing will ever happen any more. Rejects when a server's worker failed. */
  advance(most: number): Promise<readonly TraceEvent[]>;
  /** Carries out a command now and gives the events of this very moment. Rejects when the command makes no sense. */
  command(command: Command): Promise<readonly TraceEvent[]>;
  /** Forgets what came after event `n`. What happened at one instant by one cause stays together; gives the number of events left. */
  rewindTo(n: number): Promise<number>;
  /**
   * Becomes the run of these commands, and gives all its events.
   *
   * @param future its `shared` may be more than there are events here.
   * @param watch told now and then how many events there are; what it throws ends the work.
   */
  replay(future: Future, watch?: (events: number) => void): Promise<readonly TraceEvent[]>;
  /** Whether a rejected command was merely refused, and the ensemble is as it was. */
  isRefusal(error: unknown): boolean;
  /** Live server workers. */
  workers(): number;
  /** All that is needed to get the same run again: scenario, seed, commands, and how far it had come. */
  reproduction(): unknown;
  dispose(): void;
}

/** What the page needs of an ensemble: more events, commands, rewinding. The simulator behind it is in `simulator.ts`. */
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';

export interface Engine {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  /** The next events, at most `most`; none when nothing will ever happen any more. Rejects when a server's worker failed. */
  advance(most: number): Promise<readonly TraceEvent[]>;
  /** Carries out a command now and gives the events of this very moment. Rejects when the command makes no sense. */
  command(command: Command): Promise<readonly TraceEvent[]>;
  /** Forgets what came after event `n`. What happened at one instant by one cause stays together; gives the number of events left. */
  rewindTo(n: number): Promise<number>;
  /** Whether a rejected command was merely refused, and the ensemble is as it was. */
  isRefusal(error: unknown): boolean;
  /** Live server workers. */
  workers(): number;
  /** All that is needed to get the same run again: scenario, seed, commands, and how far it had come. */
  reproduction(): unknown;
  dispose(): void;
}

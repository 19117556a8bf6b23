/** What is being read, and what was read: the state behind the "open" dialog, the findings and the log lines. */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Run } from '../engine/run.svelte.ts';
import { traceOf, type GivenTrace } from '../share/recorded.ts';
import { ui } from '../shell/ui.svelte.ts';
import type { OriginTable } from './origins.ts';
import type { ImportReader, Question } from './reader.ts';
import type { Doing, LeftOut, Overview } from './wire.ts';

/** Logs that were read and are on screen, or were gone on from. */
export interface Imported {
  readonly title: string;
  readonly reader: ImportReader;
  readonly overview: Overview;
  /** By log number. */
  readonly origins: readonly OriginTable[];
  /** Ms from the first event to the last. */
  readonly span: number;
  /** Also among the files, and not opened. */
  readonly leftOut: readonly LeftOut[];
  /** Opens the data directories that came with the logs; null when there were none. */
  readonly openDirectories: (() => Promise<void>) | null;
}

export type Phase =
  /** The person chooses. `leftOut`: what could not be used of what was chosen before. */
  | { readonly kind: 'choose'; readonly leftOut: readonly LeftOut[]; readonly failed: string | null }
  | { readonly kind: 'working'; readonly doing: Doing; readonly what: string; readonly share: number | null }
  | { readonly kind: 'asking'; readonly question: Question };

export const CHOOSE: Phase = { kind: 'choose', leftOut: [], failed: null };

/** A line that the person wants to see. */
export interface Wanted {
  readonly log: number;
  readonly line: number;
}

class Imports {
  phase = $state.raw<Phase>(CHOOSE);
  /** The reading that goes on; it can be cancelled. */
  reader = $state.raw<ImportReader | null>(null);
  wanted = $state.raw<Wanted | null>(null);
  private readonly byTrace = new WeakMap<GivenTrace, Imported>();
  private latest: Imported | null = null;

  keep(trace: GivenTrace, imported: Imported): void {
    if (this.latest !== imported) this.latest?.reader.dispose();
    this.latest = imported;
    this.byTrace.set(trace, imported);
    this.wanted = null;
  }

  /** The logs that a run was read from; undefined for other runs. */
  of(run: Run): Imported | undefined {
    const trace = traceOf(run);
    return trace === undefined ? undefined : this.byTrace.get(trace);
  }

  /** The logs that a run goes on from. */
  before(run: Run): Imported | undefined {
    return run.from === null ? undefined : this.byTrace.get(run.from.trace);
  }

  /** Opens the log's panel at a line. */
  show(log: number, line: number): void {
    this.wanted = { log, line };
    ui.tab = 'log';
    ui.sheet = 'panel';
  }
}

export const imports = new Imports();

/** Whether a line says an event; if not, it follows from other lines. */
export function isTold(event: Pick<TraceEvent, 'origin'>): boolean {
  return event.origin !== undefined && event.origin.line > 0 && event.origin.inferred !== true;
}

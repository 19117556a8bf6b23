/** Traces that were not made here: shown like any other, and left by building an ensemble that goes on from them. */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Assumption } from '../../intake/logs/rebuild.ts';
import type { Disk } from '../../store/types.ts';
import type { EnsembleConfig, Member } from '../../zab/types.ts';
import { startEngine } from '../engine/launch.ts';
import { Recorded } from '../engine/recorded.ts';
import { Run } from '../engine/run.svelte.ts';
import { runUntil } from '../engine/runUntil.ts';
import type { Session } from '../engine/session.svelte.ts';
import { textsOf, type Texts } from '../engine/texts.ts';

export interface GivenTrace {
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly events: readonly TraceEvent[];
  /** Title for people, in languages; the name without it. */
  readonly texts?: Texts;
  /** Data directories that were imported with it: an ensemble that runs on begins with them. */
  readonly disks?: ReadonlyMap<Sid, Disk>;
}

/** Where a run that goes on from a trace came from. */
export interface RunOn {
  readonly name: string;
  readonly trace: GivenTrace;
  /** The event of the trace after which it goes on. */
  readonly n: number;
  /** What the trace does not tell and was assumed, for the person to read. */
  readonly assumed: readonly Assumption[];
}

const shown = new WeakMap<Run, GivenTrace>();

/** The trace that a run shows; undefined for runs that were made here. */
export function traceOf(run: Run): GivenTrace | undefined {
  return shown.get(run);
}

/** Events taken in at once, and how long that goes on without letting the page breathe, ms. */
const SLICE = 250;
const BUDGET_MS = 12;
/** Events in which a rebuilt ensemble comes to where the trace was. */
const MOST_SETTLING = 200_000;

/** Shows a trace at once, paused before its first event, and takes in its events in slices. Resolves when all are there, or another run is shown. */
export async function showTrace(session: Session, name: string, trace: GivenTrace): Promise<Run> {
  const run = new Run(name, new Recorded(name, trace));
  run.pause();
  run.runOn = (n) => runOn(session, run, trace, n);
  shown.set(run, trace);
  session.show(run, trace.texts ?? { en: { title: name } }, name);
  session.notice = { kind: 'recorded' };
  let since = performance.now();
  while (session.run === run && (await run.ahead(SLICE))) {
    // The index of the timeline is made as far as it is asked for.
    void run.timeline.index;
    if (performance.now() - since < BUDGET_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return run;
}

/** Shows the trace again that a run goes on from, where it was left. */
export async function backToTrace(session: Session, { name, trace, n }: RunOn): Promise<void> {
  (await showTrace(session, name, trace)).seek(n);
}

/**
 * Builds the ensemble as it was after event `n`, and shows it at the moment when it has come to that state again.
 *
 * @throws RebuildError when it cannot be simulated.
 */
async function runOn(session: Session, from: Run, trace: GivenTrace, n: number): Promise<void> {
  const { rebuild } = await import('../../intake/logs/rebuild.ts');
  const { scenario, given, disks, settledAt, assumed } = rebuild(from.timeline, trace.config, n, trace.disks);
  const run = new Run(scenario.name, await startEngine(scenario, given, scenario.seed, disks));
  run.from = { name: from.name, trace, n, assumed };
  run.pause();
  await runUntil(run, ({ at }) => at >= settledAt, MOST_SETTLING);
  run.seek(run.length - 1);
  session.show(run, textsOf(scenario), from.name);
  session.notice = { kind: 'runOn' };
}

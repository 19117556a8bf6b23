/** The work of one of several hunters, and how what they say is put together. The same in a Node thread, in a Web Worker, and in a test. */
import type { InlineHost } from '../host/inline.ts';
import { ALL_BRANCHES } from './branches.ts';
import { Hunt, type Hunter, type HuntOptions } from './hunt.ts';
import type { FoundRun } from './plain.ts';
import type { Violation } from './play.ts';
import { Shrinker } from './shrink.ts';
import { SystematicHunt, type SystematicOptions } from './systematic.ts';

export type Task = HuntOptions | SystematicOptions;

export interface Job {
  readonly task: Task;
  /** Ms by the clock. */
  readonly huntMs: number;
  readonly shrinkMs: number;
}

/** What a hunter says. Figures are since it last said any. */
export type Report =
  | {
      readonly type: 'progress';
      readonly runs: number;
      readonly events: number;
      readonly states: readonly number[];
      readonly branches: readonly string[];
    }
  | { readonly type: 'found'; readonly run: FoundRun; readonly violation: Violation }
  /** The smallest run so far, should somebody want to wait no longer. */
  | { readonly type: 'shrinking'; readonly commands: number; readonly tries: number; readonly run: FoundRun; readonly violation: Violation }
  | { readonly type: 'shrunk'; readonly run: FoundRun; readonly violation: Violation; readonly tries: number; readonly minimal: boolean }
  /** Its time is over, or nothing is left to try. */
  | { readonly type: 'done' };

const REPORT_MS = 250;
const MOST_TRIES = 20_000;

export function hunterOf(task: Task, host: InlineHost): Hunter {
  return task.mode === 'systematic' ? new SystematicHunt(task, host) : new Hunt(task, host);
}

/**
 * Hunts until the time is over or something is found, which is then shrunk.
 *
 * @param clock real time in ms.
 */
export function work({ task, huntMs, shrinkMs }: Job, host: InlineHost, clock: () => number, say: (report: Report) => void): void {
  const hunter = hunterOf(task, host);
  const until = clock() + huntMs;
  let [runs, events, branches, saidAt] = [0, 0, 0, clock()];
  const progress = (): void => {
    const { seen } = hunter;
    say({ type: 'progress', runs, events, states: seen.news.splice(0), branches: [...seen.branches.taken].slice(branches) });
    [runs, events, branches, saidAt] = [0, 0, seen.branches.taken.size, clock()];
  };
  while (clock() < until) {
    const outcome = hunter.next();
    if (outcome === null) break;
    runs++;
    events += outcome.events;
    if (clock() - saidAt >= REPORT_MS) progress();
    if (outcome.violation === null) continue;
    progress();
    say({ type: 'found', run: outcome.run, violation: outcome.violation });
    return shrink(outcome.run, outcome.violation, host, clock, shrinkMs, say);
  }
  progress();
  say({ type: 'done' });
}

function shrink(
  run: FoundRun,
  violation: Violation,
  host: InlineHost,
  clock: () => number,
  shrinkMs: number,
  say: (report: Report) => void,
): void {
  const until = clock() + shrinkMs;
  const shrinker = new Shrinker(run, violation, host, MOST_TRIES, () => clock() >= until);
  const steps = shrinker.work();
  let saidAt = clock();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return say({ type: 'shrunk', ...step.value });
    if (clock() - saidAt < REPORT_MS) continue;
    saidAt = clock();
    const { run: smallest, tries } = shrinker;
    say({ type: 'shrinking', commands: smallest.commands.length, tries, run: smallest, violation: shrinker.violation });
  }
}

/** What all hunters have said. */
export class Tally {
  runs = 0;
  events = 0;
  readonly #states = new Set<number>();
  readonly #branches = new Set<string>();

  add(report: Report): void {
    if (report.type !== 'progress') return;
    this.runs += report.runs;
    this.events += report.events;
    for (const state of report.states) this.#states.add(state);
    for (const branch of report.branches) this.#branches.add(branch);
  }

  /** Distinct abstract states. */
  get states(): number {
    return this.#states.size;
  }

  /** Branches of rules that were taken. */
  get branches(): number {
    return this.#branches.size;
  }

  /** Branches of rules that were never taken. */
  get never(): readonly string[] {
    return ALL_BRANCHES.filter((branch) => !this.#branches.has(branch));
  }
}

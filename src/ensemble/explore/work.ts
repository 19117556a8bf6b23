/** The work of one of several hunters, and how what they say is put together. The same in a Node thread, in a Web Worker, and in a test. */
import type { InlineHost } from '../host/inline.ts';
import { ALL_BRANCHES } from './branches.ts';
import { Hunt, type Hunter, type HuntOptions } from './hunt.ts';
import type { FoundRun } from './plain.ts';
import type { Violation } from './play.ts';
import { Shrinker } from './shrink.ts';
import { SystematicHunt, type SystematicOptions } from './systematic.ts';
import { objectionTo, type Wanted } from './wanted.ts';

export type Task = HuntOptions | SystematicOptions;

export interface Job {
  readonly task: Task;
  /** Ms by the clock. */
  readonly huntMs: number;
  readonly shrinkMs: number;
  /** What a find must be; any will do unless told. */
  readonly wanted?: Wanted;
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
  /** Something broke that is not what was wanted: why not. The hunt goes on. */
  | { readonly type: 'passedOver'; readonly violation: Violation; readonly why: string }
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
export function work(
  { task, huntMs, shrinkMs, wanted = {} }: Job,
  host: InlineHost,
  clock: () => number,
  say: (report: Report) => void,
): void {
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
    const { run, violation } = outcome;
    if (violation === null) continue;
    const why = objectionTo(run, violation, wanted, host);
    if (why !== null) {
      say({ type: 'passedOver', violation, why });
      continue;
    }
    progress();
    say({ type: 'found', run, violation });
    return shrink(run, violation, { task, huntMs, shrinkMs, wanted }, host, clock, say);
  }
  progress();
  say({ type: 'done' });
}

function shrink(
  run: FoundRun,
  violation: Violation,
  { shrinkMs, wanted = {} }: Job,
  host: InlineHost,
  clock: () => number,
  say: (report: Report) => void,
): void {
  const until = clock() + shrinkMs;
  const shrinker = new Shrinker(run, violation, host, {
    mostTries: MOST_TRIES,
    isOver: () => clock() >= until,
    counts: (smaller, broken) => objectionTo(smaller, broken, wanted, host) === null,
  });
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
  /** Finds that were not wanted. */
  passedOver = 0;
  readonly #states = new Set<number>();
  readonly #branches = new Set<string>();

  add(report: Report): void {
    if (report.type === 'passedOver') this.passedOver++;
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

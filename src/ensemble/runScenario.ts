/** Runs a whole scenario without a screen: command line, golden recordings, tests. */
import type { Sid } from '../base/ids.ts';
import type { Disk } from '../store/types.ts';
import type { Ensemble } from './conductor.ts';
import { Ensemble as Conductor } from './conductor.ts';
import type { Driver } from './driver.ts';
import { factsOf, type Facts } from './facts.ts';
import type { ServerHost } from './host/host.ts';
import type { WorldOptions } from './options.ts';
import type { Observer } from './hooks.ts';
import { optionsOf, type Scenario } from './scenario.ts';
import { isFinished, scriptOf, type ScriptReport, type ScriptState } from './script.ts';

export interface RunOptions {
  readonly seed?: number;
  /** The machine the ensemble runs on, where the scenario does not say. */
  readonly surroundings?: Partial<WorldOptions>;
  readonly observers?: readonly Observer[];
  /** What servers have on their disks at the start; others start empty. */
  readonly disks?: ReadonlyMap<Sid, Disk>;
  /** Virtual ms to go on after the last step. */
  readonly settleMs?: number;
  /** Virtual ms, and events, after which the run is given up. */
  readonly limitMs?: number;
  readonly limitEvents?: number;
  /** Runs until there are this many events, whether the steps are done by then or not, instead of to the end of the steps. */
  readonly untilEvents?: number;
}

export interface ScenarioRun {
  readonly ensemble: Ensemble;
  readonly report: ScriptReport;
  /** The step it had come to. */
  readonly step: number;
  /** False when it was given up, or a violation stopped it. */
  readonly finished: boolean;
}

const SETTLE_MS = 200;
const LIMIT_MS = 3_600_000;
const LIMIT_EVENTS = 2_000_000;

/**
 * Runs all steps, then a little longer.
 *
 * @throws HostError when a server core fails.
 */
export async function runScenario(scenario: Scenario, host: ServerHost, options: RunOptions = {}): Promise<ScenarioRun> {
  const watched = watch(scriptOf(scenario));
  const ensemble = new Conductor(optionsOf(scenario, options.seed, options.surroundings), host, {
    driver: watched.driver,
    observers: options.observers ?? [],
    ...(options.disks === undefined ? {} : { disks: options.disks }),
  });
  const run = (untilMs: number, until?: () => boolean) => {
    const limits = { untilMs, events: options.limitEvents ?? LIMIT_EVENTS, ...(until === undefined ? {} : { until }) };
    return host.kind === 'inline' ? Promise.resolve(ensemble.run(limits)) : ensemble.runAsync(limits);
  };
  if (options.untilEvents !== undefined) {
    const limits = { events: options.untilEvents };
    const stopped = host.kind === 'inline' ? ensemble.run(limits) : await ensemble.runAsync(limits);
    return { ensemble, report: watched.state().report, step: watched.state().step, finished: stopped === 'events' };
  }
  const isOver = () => isFinished(scenario, watched.state());
  const stopped = await run(options.limitMs ?? LIMIT_MS, isOver);
  const over = isOver();
  if (over && stopped !== 'violation') await run(ensemble.now + (options.settleMs ?? SETTLE_MS));
  return { ensemble, report: watched.state().report, step: watched.state().step, finished: over };
}

/** What a run came to. */
export function factsOfRun(scenario: Scenario, { ensemble, report }: ScenarioRun): Facts {
  return factsOf({ config: scenario.config, trace: ensemble.trace, world: ensemble, report });
}

/** A driver whose latest state can be looked at. */
function watch(driver: Driver<ScriptState>): { readonly driver: Driver<ScriptState>; readonly state: () => ScriptState } {
  let latest = driver.initial;
  return {
    driver: {
      initial: driver.initial,
      next: (state, world) => {
        const step = driver.next(state, world);
        latest = step.state;
        return step;
      },
    },
    state: () => latest,
  };
}

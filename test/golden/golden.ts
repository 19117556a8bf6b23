/** Replays one recording in the simulator and compares what happened. */
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { WorldOptions } from '../../src/ensemble/options.ts';
import { factsOfRun, runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario, type Scenario } from '../../src/ensemble/scenario.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import { allowancesOf, raceOf, type Allowances, type Race } from './allowances.ts';
import { jsonOf, type Recording } from './archive.ts';
import { compareBefore, compareFacts } from './compare.ts';
import { compareFurther, type Side } from './compareFurther.ts';
import { readExpected } from './expected.ts';
import { furtherOf, readFurther, type Written } from './further.ts';
import type { Comparison, Difference } from './tally.ts';

/** How many seeds are tried where nothing else is said. */
export const SEEDS = 96;

/** Like the machine of the recordings: processes on one host, a JVM that takes half a second to come up. */
const SURROUNDINGS: Partial<WorldOptions> = {
  latency: { meanMs: 0.3, jitterMs: 0.15 },
  clientLatency: { meanMs: 0.6, jitterMs: 0.3 },
  // An idle write took about 6 ms there, most of it in the fsyncs of a quorum.
  fsync: { meanMs: 6, jitterMs: 3 },
  bootMs: 500,
  checkpointEvery: Number.MAX_SAFE_INTEGER,
};

/** A machine with more to do than it has cores for. */
const BUSY: Partial<WorldOptions> = { ...SURROUNDINGS, lag: { meanMs: 40, jitterMs: 40 } };
/** Of the seeds that are tried for a race, every second meets a busy machine. */
const surroundingsOf = (seed: number): Partial<WorldOptions> => (seed % 2 === 0 ? BUSY : SURROUNDINGS);

/** No recording took longer than a minute; a run that does has gone astray. */
const LIMITS = { limitMs: 180_000, limitEvents: 400_000 };

export interface Replayed {
  readonly scenario: Scenario;
  /** The first seed under which everything holds, or else the one under which most does. */
  readonly seed: number;
  readonly comparison: Comparison;
  /** Why other seeds may end otherwise; null when none may. */
  readonly race: Race | null;
  /** Under other seeds that were tried: facts from before the race, which must hold under each. */
  readonly before: { readonly seeds: readonly number[]; readonly compared: number; readonly differences: readonly Difference[] };
  readonly trace: readonly TraceEvent[];
}

export interface ReplayOptions {
  /** How many seeds to try where real timing chose one of several outcomes. */
  readonly seeds: number;
  /** Tries them all, whether one of them holds or not. */
  readonly every?: boolean;
}

/**
 * Other seeds are tried only where real timing chose an outcome.
 *
 * @param name of the recording, for errors.
 * @throws Error when the recording cannot be read, or a run goes astray.
 */
export async function replay(name: string, recording: Recording, { seeds, every = false }: ReplayOptions): Promise<Replayed> {
  const scenario = parseScenario(jsonOf(recording, 'scenario.json'), `${name}/scenario.json`, PROFILE_3_8_0);
  const expected = { facts: readExpected(recording, name), ...readFurther(recording, name) };
  const allowances = allowancesOf(scenario, expected.facts);
  const tries: (Run & { readonly comparison: Comparison })[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runOnce(scenario, seed);
    const comparison = compare(scenario, expected, run, allowances);
    tries.push({ ...run, comparison });
    if (run.race(allowances) === null || (comparison.differences.length === 0 && !every)) break;
  }
  const [first, ...later] = tries;
  if (first === undefined) throw new Error('no seed was tried');
  const best = later.reduce((a, b) => (b.comparison.differences.length < a.comparison.differences.length ? b : a), first);
  const others = tries.filter((run) => run !== best);
  const checked = others.map(({ facts, race }) => compareBefore(expected.facts, facts, race(allowances)?.fromStep ?? 0, allowances));
  return {
    scenario,
    seed: best.seed,
    comparison: best.comparison,
    race: best.race(allowances),
    before: {
      seeds: others.map(({ seed }) => seed),
      compared: checked.reduce((sum, { compared }) => sum + compared, 0),
      differences: checked.flatMap(({ differences }) => differences),
    },
    trace: best.trace,
  };
}

interface Run extends Side {
  readonly seed: number;
  readonly race: (allowances: Allowances) => Race | null;
  readonly trace: readonly TraceEvent[];
}

async function runOnce(scenario: Scenario, seed: number): Promise<Run> {
  const run = await runScenario(scenario, new InlineHost(step as Core), { seed, surroundings: surroundingsOf(seed), ...LIMITS });
  const { ensemble, report } = run;
  if (!run.finished)
    throw new Error(
      `with seed ${seed} the run was given up after ${Math.round(ensemble.now)} virtual ms and ${ensemble.trace.length} events, in step ${run.step} of ${scenario.steps.length}`,
    );
  const facts = factsOfRun(scenario, run);
  const drains = scenario.profile.shutdownOrder === 'drainFirst';
  return {
    seed,
    facts,
    further: furtherOf(ensemble.trace, Object.keys(facts.servers), drains),
    race: (allowances) => raceOf(scenario, allowances, { actions: report.actions, elections: facts.elections }),
    trace: ensemble.trace,
  };
}

type Expected = Side & { readonly written: readonly Written[] };

function compare(scenario: Scenario, expected: Expected, run: Run, allowances: Allowances): Comparison {
  const facts = compareFacts(expected.facts, run.facts, allowances);
  const further = compareFurther(scenario, expected, run, allowances, run.race(allowances));
  return {
    held: facts.held + further.held,
    compared: facts.compared + further.compared,
    differences: [...facts.differences, ...further.differences],
    allowed: [...facts.allowed, ...further.allowed],
  };
}

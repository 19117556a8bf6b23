/**
 * A recording, replayed: which seed it takes, and how what happened compares.
 */
import type { Facts } from '../../src/ensemble/facts.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { WorldOptions } from '../../src/ensemble/options.ts';
import { factsOfRun, runScenario } from '../../src/ensemble/runScenario.ts';
import type { Scenario } from '../../src/ensemble/scenario.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { step } from '../../src/zab/server.ts';
import { allowancesOf, raceOf } from './allowances.ts';
import { compareFacts, type Comparison } from './compare.ts';

/** Like the machine of the recordings: processes on one host, a JVM that takes half a second to come up. */
const SURROUNDINGS: Partial<WorldOptions> = {
  latency: { meanMs: 0.3, jitterMs: 0.15 },
  clientLatency: { meanMs: 0.6, jitterMs: 0.3 },
  // An idle write took about 6 ms there, most of it in the fsyncs of a quorum.
  fsync: { meanMs: 6, jitterMs: 3 },
  bootMs: 500,
  checkpointEvery: Number.MAX_SAFE_INTEGER,
};

/** No recording took longer than a minute; a run that does has gone astray. */
const LIMITS = { limitMs: 180_000, limitEvents: 400_000 };

/**
 * The first seed under which everything holds, or else the one under which most does. Other seeds are tried only where real timing chose an outcome.
 *
 * @param seeds how many are tried at most
 * @throws Error when a run goes astray
 */
export async function bestOf(
  scenario: Scenario,
  expected: Facts,
  seeds: number,
): Promise<{ readonly seed: number; readonly comparison: Comparison; readonly trace: readonly TraceEvent[] }> {
  const allowances = allowancesOf(scenario, expected);
  let best: { seed: number; comparison: Comparison; trace: readonly TraceEvent[] } | undefined;
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runScenario(scenario, new InlineHost(step as Core), { seed, surroundings: SURROUNDINGS, ...LIMITS });
    if (!run.finished)
      throw new Error(
        `with seed ${seed} the run was given up after ${Math.round(run.ensemble.now)} virtual ms and ${run.ensemble.trace.length} events, in step ${run.step} of ${scenario.steps.length}`,
      );
    const facts = factsOfRun(scenario, run);
    const comparison = compareFacts(expected, facts, allowances);
    if (best === undefined || comparison.differences.length < best.comparison.differences.length)
      best = { seed, comparison, trace: run.ensemble.trace };
    // What is no race must hold under any seed.
    if (
      comparison.differences.length === 0 ||
      raceOf(scenario, allowances, { actions: run.report.actions, elections: facts.elections }) === null
    )
      break;
  }
  if (best === undefined) throw new Error('no seed was tried');
  return best;
}

import { describe, expect, it } from 'vitest';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { runScenario } from '../../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { inline } from '../real.ts';

describe('steps with times of their own', () => {
  it('are done at those times, however close', async () => {
    const times = [5, 5.0005, 5.0015, 7, 30];
    const steps = times.map((at, i) => ({ at, command: { type: 'slowDisk', sid: 1, fsyncMs: i } }));
    const scenario = parseScenario({ servers: 1, steps }, 'timed');
    const { ensemble } = await runScenario(scenario, inline(), { observers: [new Invariants(scenario.config)] });
    expect(ensemble.trace.flatMap(({ at, what }) => (what.type === 'command' ? [at] : []))).toEqual(times);
  });
});

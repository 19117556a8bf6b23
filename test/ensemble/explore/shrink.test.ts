import { describe, expect, it } from 'vitest';
import type { Breach } from '../../../src/ensemble/breach.ts';
import { digestOf } from '../../../src/ensemble/digest.ts';
import { scenarioOfRun, type FoundRun } from '../../../src/ensemble/explore/plain.ts';
import { Play, replay, type Violation } from '../../../src/ensemble/explore/play.ts';
import { withoutServer } from '../../../src/ensemble/explore/servers.ts';
import { Shrinker, type Shrunk } from '../../../src/ensemble/explore/shrink.ts';
import { BEGIN_MS } from '../../../src/ensemble/explore/storm.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { runScenario } from '../../../src/ensemble/runScenario.ts';
import { parseScenario, parseScenarioText } from '../../../src/ensemble/scenario.ts';
import { inline } from '../real.ts';
import { found } from './hunters.ts';

function shrunk(run: FoundRun, violation: Violation, mostTries = Infinity): Shrunk {
  const steps = new Shrinker(run, violation, inline(), { mostTries }).work();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** As a terminal and a page play it. */
async function played(run: FoundRun, untilMs: number): Promise<{ readonly digest: string; readonly breach: Breach | null }> {
  const scenario = parseScenarioText(JSON.stringify(scenarioOfRun(run, untilMs + 1)), 'found');
  const { ensemble } = await runScenario(scenario, inline(), { observers: [new Invariants(scenario.config)] });
  const last = ensemble.trace.findLast(({ what }) => what.type === 'violation')?.what;
  return { digest: digestOf(ensemble.trace), breach: last?.type === 'violation' ? last.breach : null };
}

describe.each([['ZOOKEEPER-335'], ['ZOOKEEPER-4646']])('what is found with %s', (variant) => {
  const first = found([variant]);
  const small = shrunk(first.run, first.violation);

  it('is made smaller, and breaks the same invariant', () => {
    expect(small.violation.invariant).toBe(first.violation.invariant);
    expect(small.run.commands.length).toBeLessThan(first.run.commands.length);
    expect(small.minimal).toBe(true);
  });

  it('is a local minimum: no command can be left out', () => {
    small.run.commands.forEach((_, gone) => {
      const rest = small.run.commands.filter((__, i) => i !== gone);
      const { violation } = replay({ start: small.run.start, commands: rest }, inline(), 2_500, BEGIN_MS);
      expect(violation?.invariant).not.toBe(small.violation.invariant);
    });
  });

  it('is the same run as a scenario: before and after', async () => {
    for (const [run, violation] of [
      [first.run, first.violation],
      [small.run, small.violation],
    ] as const) {
      const play = new Play(run.start, inline());
      for (const { at, command } of run.commands) play.give(command, at);
      play.runTo(violation.at + 1);
      expect(await played(run, violation.at)).toEqual({ digest: digestOf(play.ensemble.trace), breach: violation.breach });
    }
  });
});

describe('a shrinker', () => {
  it('stops when it has tried often enough', () => {
    const { run, violation } = found(['ZOOKEEPER-335']);
    expect(shrunk(run, violation, 3)).toMatchObject({ tries: 3, minimal: false });
  });

  it('leaves a run as it is that does not break again', () => {
    const run: FoundRun = { start: { servers: 1 }, commands: [{ at: 0, command: { type: 'start', sid: 1 } }] };
    const violation = { invariant: 'agreement', breach: { kind: 'noLeader', calmMs: 1 }, known: [], source: '', n: 0, at: 1 } as const;
    expect(shrunk(run, violation)).toMatchObject({ run, minimal: false });
  });
});

describe('a run without a server', () => {
  const run: FoundRun = {
    start: { servers: 4, observers: [4] },
    commands: [
      { at: 1, command: { type: 'kill', sid: 2 } },
      { at: 2, command: { type: 'kill', sid: 3 } },
      { at: 3, command: { type: 'cut', from: 1, to: 4 } },
      { at: 4, command: { type: 'slow', from: 2, to: 4, delayMs: 5 } },
      {
        at: 5,
        command: {
          type: 'partition',
          groups: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      { at: 6, command: { type: 'connect', client: 1, servers: [2] } },
      { at: 7, command: { type: 'connect', client: 2, servers: [4, 2] } },
      { at: 8, command: { type: 'heal' } },
    ],
  };

  it('has what was done to the others, under their new numbers', () => {
    const smaller = withoutServer(run, 2);
    expect(smaller?.start).toEqual({ servers: 3, observers: [3] });
    expect(smaller?.commands).toEqual([
      { at: 2, command: { type: 'kill', sid: 2 } },
      { at: 3, command: { type: 'cut', from: 1, to: 3 } },
      { at: 5, command: { type: 'partition', groups: [[1], [2, 3]] } },
      { at: 7, command: { type: 'connect', client: 2, servers: [3] } },
      { at: 8, command: { type: 'heal' } },
    ]);
    expect(() => parseScenario(scenarioOfRun(smaller ?? run, 10), 'smaller')).not.toThrow();
  });

  it('does not exist where the start has steps', () => {
    expect(withoutServer({ ...run, start: { ...run.start, steps: [{ start: 'all' }] } }, 2)).toBeNull();
  });
});

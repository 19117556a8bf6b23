/** What exploration found under `sound` when it was not sound yet, or not judged rightly: each run again, clean now, and with the defect put back. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Ensemble } from '../../../../src/ensemble/conductor.ts';
import { Invariants } from '../../../../src/ensemble/invariants.ts';
import type { InvariantName } from '../../../../src/ensemble/invariantList.ts';
import { optionsOf, parseScenario } from '../../../../src/ensemble/scenario.ts';
import { scriptOf } from '../../../../src/ensemble/script.ts';
import { inline } from '../../real.ts';

/** Its name, and the variant that breaks it again, with what then does not hold. Without one, the checks were wrong, or the simulator. */
const FOUND: readonly (readonly [file: string, variant?: string, breaks?: InvariantName])[] = [
  ['ack-of-the-cut', 'ack-of-the-cut', 'committed is durable'],
  ['ack-of-the-cut-snap', 'ack-of-the-cut', 'committed is durable'],
  ['snapshot-in-place', 'snapshot-in-place', 'committed is never cut'],
  ['failed-multi-of-a-closed-session'],
  ['paused-leader-commits'],
  ['recovered-not-durable', 'recovered-not-durable', 'applied is a prefix of committed'],
  ['snapshot-of-a-crashed-leader'],
  ['uncommitted-in-a-first-snapshot'],
  ['session-closed-while-silent'],
  ['leader-held-up'],
  ['epoch-behind-a-full-disk'],
  ['log-rolled-while-flushing'],
  ['lost-write', 'snapshot-in-place', 'committed is never cut'],
];

/** Plays a scenario to its end under `sound` with these variants, and tells what broke. */
function broken(file: string, variants: readonly string[]): string | null {
  const text = readFileSync(new URL(`${file}.json`, import.meta.url), 'utf8');
  const scenario = parseScenario({ ...(JSON.parse(text) as object), profile: 'sound', variants }, file);
  const ensemble = new Ensemble(optionsOf(scenario), inline(), {
    observers: [new Invariants(scenario.config)],
    driver: scriptOf(scenario),
  });
  ensemble.run({ untilMs: 100_000 });
  const said = ensemble.trace.find(({ what }) => what.type === 'violation')?.what;
  return said?.type === 'violation' ? said.invariant : null;
}

describe('found under sound', () => {
  it.each(FOUND.map(([file]) => file))('%s is not wrong any more', (file) => expect(broken(file, [])).toBeNull());
  it.each(FOUND.flatMap(([file, variant, breaks]) => (variant === undefined ? [] : [[file, variant, breaks] as const])))(
    '%s: with %s, %s breaks',
    (file, variant, breaks) => expect(broken(file, [variant])).toBe(breaks),
  );
});

/**
 * A fixed exploration: so many runs of every profile, variant, mode and kind of fault, from fixed seeds. It is run while branches are counted
 * (`npm run coverage`), so what matters is where it comes, not what it finds.
 */
import { FAULT_KINDS } from '../../src/ensemble/explore/recipe.ts';
import { hunterOf, type Task } from '../../src/ensemble/explore/work.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { PROFILES } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import { VARIANTS } from '../../src/zab/variants.ts';
import { CONVERSATIONS } from './byHand.ts';
import { MEETINGS, runMeeting } from './meetings.ts';
import { runWild } from './wild.ts';
import { runWorld, WORLDS } from './worlds.ts';

// All that is measured, also what no run imports.
import.meta.glob('../../src/{zab,store,tree}/**/*.ts', { eager: true });

const SCENARIOS = import.meta.glob<object>('./scenarios/*.json', { eager: true, import: 'default' });
const MODES = ['random', 'pct', 'coverage', 'systematic'] as const;
const RUNS_OF_PROFILE = { random: 6, pct: 6, coverage: 12, systematic: 2 } as const;
const RUNS_OF_VARIANT = 4;
const WILD_RUNS = 120;

function taskOf(mode: (typeof MODES)[number], rules: Readonly<Record<string, unknown>>, stripe: number): Task {
  const wish = { servers: null, rules, start: null, faults: FAULT_KINDS, seed: 1, stripe };
  return mode === 'systematic' ? { ...wish, mode, depth: 3 } : { ...wish, mode };
}

function explore(task: Task, runs: number): number {
  const hunter = hunterOf(task, new InlineHost(step as Core));
  let events = 0;
  for (let i = 0; i < runs; i++) events += hunter.next()?.events ?? 0;
  return events;
}

let events = 0;
let stripe = 0;
for (const profile of Object.keys(PROFILES))
  for (const mode of MODES) events += explore(taskOf(mode, { profile }, stripe++), RUNS_OF_PROFILE[mode]);
for (const variant of Object.keys(VARIANTS)) events += explore(taskOf('coverage', { profile: 'sound', variants: [variant] }, stripe++), RUNS_OF_VARIANT);
for (const [name, plain] of Object.entries(SCENARIOS))
  for (const profile of Object.keys(PROFILES)) {
    const { ensemble, finished } = await runScenario(parseScenario({ profile, ...plain }, name), new InlineHost(step as Core));
    if (!finished) throw new Error(`${name} did not end`);
    events += ensemble.trace.length;
  }
for (const world of Object.values(WORLDS)) events += runWorld(world, new InlineHost(step as Core));
for (const meeting of Object.values(MEETINGS)) events += runMeeting(meeting, new InlineHost(step as Core));
for (const talk of Object.values(CONVERSATIONS)) events += talk().inputs;
for (let seed = 1; seed <= WILD_RUNS; seed++) events += runWild(seed, new InlineHost(step as Core));
console.log(`explored ${events} events`);

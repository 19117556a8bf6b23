/** Figures of exploration, all invariants on: one hunter in this thread, and hunters in threads of their own. */
import { hunt } from '../../src/cli/hunters.ts';
import { Hunt } from '../../src/ensemble/explore/hunt.ts';
import { FAULT_KINDS } from '../../src/ensemble/explore/recipe.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { step } from '../../src/zab/server.ts';
import { median, type Figure } from './figures.ts';

const ROUNDS = 5;
/** CPU seconds of a round. */
const ROUND = 4;

const WISH = { servers: null, rules: { profile: 'sound' }, start: null, faults: FAULT_KINDS, mode: 'coverage', seed: 1 } as const;
/** Rounds with one thread and with two, by turns, so that what else the machine does meets both; ms of each, and of what comes before it. */
const PAIRS = 2;
const PAIR_MS = 20_000;
/** As long as V8 still compiles, one thread takes a part of the second core. */
const WARM_MS = 20_000;
/** Nothing is called that: whatever breaks is passed over, and the hunt goes on to its end. */
const NOTHING = { invariants: [] };

/** Events per CPU second of a hunter that goes on and on, and how many times the events of one thread two of them make in the same time. */
export async function measureExplore(): Promise<readonly Figure[]> {
  return [
    { name: 'exploreEventsPerCpuSecond', value: median(rates()), unit: 'events/s', promise: '>= 60,000, all invariants on' },
    { name: 'exploreTwoThreads', value: await twoThreads(), unit: '× one thread', promise: '>= 1.8, with two free cores' },
  ];
}

/** The first round warms up and is left out. */
function rates(): readonly number[] {
  const hunter = new Hunt({ ...WISH, stripe: 0 }, new InlineHost(step as Core));
  return Array.from({ length: ROUNDS + 1 }, () => {
    const startedAt = process.cpuUsage();
    let events = 0;
    for (;;) {
      events += hunter.next().events;
      const { user, system } = process.cpuUsage(startedAt);
      const seconds = (user + system) / 1e6;
      if (seconds >= ROUND) return events / seconds;
    }
  }).slice(1);
}

async function twoThreads(): Promise<number> {
  const eventsOf = async (workers: number): Promise<number> => {
    const job = (stripe: number) => ({ task: { ...WISH, stripe }, huntMs: WARM_MS + PAIR_MS, shrinkMs: 0, wanted: NOTHING });
    const startedAt = performance.now();
    let warm = { events: 0, ms: 0 };
    const { tally, ms } = await hunt(workers, job, (_report, { events }) => {
      if (warm.ms === 0 && performance.now() - startedAt > WARM_MS) warm = { events, ms: performance.now() - startedAt };
    });
    return (tally.events - warm.events) / (ms - warm.ms);
  };
  const ratios: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const one = await eventsOf(1);
    ratios.push((await eventsOf(2)) / one);
  }
  return median(ratios);
}

/** Figures of exploration: one hunter in this thread, all invariants on. */
import { Hunt } from '../../src/ensemble/explore/hunt.ts';
import { USUAL_FAULTS } from '../../src/ensemble/explore/recipe.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { step } from '../../src/zab/server.ts';
import { median, type Figure } from './figures.ts';

const ROUNDS = 5;
/** CPU seconds of a round. */
const ROUND = 4;

/** Events per CPU second of a hunter that goes on and on: the first round warms up and is left out. */
export function measureExplore(): readonly Figure[] {
  const wish = { servers: null, rules: { profile: 'sound' }, start: null, faults: USUAL_FAULTS };
  const hunt = new Hunt({ ...wish, mode: 'coverage', seed: 1, stripe: 0 }, new InlineHost(step as Core));
  const rates = Array.from({ length: ROUNDS + 1 }, () => {
    const startedAt = process.cpuUsage();
    let events = 0;
    for (;;) {
      events += hunt.next()?.events ?? 0;
      const { user, system } = process.cpuUsage(startedAt);
      const seconds = (user + system) / 1e6;
      if (seconds >= ROUND) return events / seconds;
    }
  }).slice(1);
  return [{ name: 'exploreEventsPerCpuSecond', value: median(rates), unit: 'events/s', promise: '>= 60,000, all invariants on' }];
}

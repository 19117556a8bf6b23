/** Figures of the engine in one thread: throughput, growth, memory, seeking. Trace, views, invariants and key frames are on, as in the page. */
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import type { Timeline } from '../../src/trace/timeline.ts';
import { step } from '../../src/zab/server.ts';
import { cpuSince, heap } from './costs.ts';
import { median, quantile, type Figure } from './figures.ts';
import { Load } from './load.ts';

const SERVERS = 5;
const EVENTS = 100_000;
const SLICE = 10_000;
const ROUNDS = 5;
const SEEKS = 1_000;
/** Events of a first run that is not measured. It is kept: when no object of a kind is left, V8 throws away the code it has optimized for it. */
const WARM_UP = 50_000;

interface Round {
  readonly rate: number;
  readonly growth: number;
  /** What the run holds on to after a collection. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly seeks: readonly number[];
}

export function measureCore(): readonly Figure[] {
  const warm = newLoad();
  sliceTimes(warm, WARM_UP);
  seekTimes(warm.timeline);
  const rounds = Array.from({ length: ROUNDS }, measureRound);
  const rates = rounds.map(({ rate }) => rate);
  const printed = printRate(warm.timeline.events);
  return [
    { name: 'inlineEventsPerCpuSecond', value: median(rates), unit: 'events/s', promise: '>= 100,000' },
    {
      name: 'inlineEventsPerCpuSecondBest',
      value: Math.max(...rates),
      unit: 'events/s',
      promise: `the best of ${ROUNDS} rounds: nearest to an idle machine`,
    },
    {
      name: 'printedEventsPerCpuSecond',
      value: printed,
      unit: 'events/s',
      promise: 'a reference: the same events by JSON.stringify, same run',
    },
    { name: 'inlineToPrinted', value: median(rates) / printed, unit: 'ratio', promise: 'how busy the machine is takes no part' },
    {
      name: 'costGrowth',
      value: median(rounds.map(({ growth }) => growth)),
      unit: 'ratio',
      promise: 'about 1: last half of the run against its first',
    },
    { name: 'memoryPer100000Events', value: median(rounds.map(({ bytes }) => bytes)) / 1e6, unit: 'MB', promise: '<= 100' },
    {
      name: 'seekP95',
      value: quantile(
        rounds.flatMap(({ seeks }) => seeks),
        0.95,
      ),
      unit: 'ms',
      promise: '<= 16',
    },
  ];
}

function newLoad(): Load {
  const load = new Load(SERVERS, new InlineHost(step as Core));
  load.ensemble.run(load.start);
  return load;
}

function measureRound(): Round {
  const before = heap();
  const load = newLoad();
  const slices = sliceTimes(load, EVENTS);
  const bytes = heap() - before;
  return { rate: EVENTS / slices.reduce((a, b) => a + b, 0), growth: growth(slices), bytes, seeks: seekTimes(load.timeline) };
}

/** Runs for so many events. CPU seconds of each slice. */
function sliceTimes(load: Load, events: number): readonly number[] {
  const slices: number[] = [];
  for (let until = SLICE; until <= events; until += SLICE) {
    const startedAt = process.cpuUsage();
    while (load.timeline.length < until) {
      load.ensemble.run(load.refill());
      load.record();
    }
    slices.push(cpuSince(startedAt));
  }
  return slices;
}

/** The first slice warms the engine up and is left out. */
function growth(slices: readonly number[]): number {
  const warm = slices.slice(1);
  const half = Math.floor(warm.length / 2);
  return median(warm.slice(-half)) / median(warm.slice(0, half));
}

/** Milliseconds of seeks to places all over the trace, in an order without neighbours. */
function seekTimes(timeline: Timeline): readonly number[] {
  return Array.from({ length: SEEKS }, (_, i) => {
    const to = Math.floor(((i * 0.618_034) % 1) * timeline.length);
    const startedAt = performance.now();
    timeline.viewAt(to);
    return performance.now() - startedAt;
  });
}

function printRate(events: readonly TraceEvent[]): number {
  const startedAt = process.cpuUsage();
  const length = events.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
  return length === 0 ? Number.NaN : events.length / cpuSince(startedAt);
}

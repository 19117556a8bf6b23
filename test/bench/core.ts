/** Figures of the engine in one thread: throughput, growth, memory, seeking. Trace, views and checkpoints are on, as in the page. */
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Timeline } from '../../src/trace/timeline.ts';
import { step } from '../../src/zab/server.ts';
import { median, quantile, type Figure } from './figures.ts';
import { Load } from './load.ts';

const EVENTS = 100_000;
const SLICE = 10_000;
const ROUNDS = 3;
const SEEKS = 1_000;

interface Round {
  readonly load: Load;
  readonly timeline: Timeline;
  /** CPU seconds of each slice. */
  readonly slices: readonly number[];
  /** Heap after a collection, bytes: before the run, and after it. */
  readonly heap: readonly [before: number, after: number];
}

export function measureCore(): readonly Figure[] {
  const rates: number[] = [];
  const growths: number[] = [];
  const bytes: number[] = [];
  const seeks: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const round = runRound();
    rates.push(EVENTS / sum(round.slices));
    growths.push(growth(round.slices));
    bytes.push(round.heap[1] - round.heap[0]);
    seeks.push(...seekTimes(round.timeline));
    round.load.end();
  }
  return [
    { name: 'inlineEventsPerCpuSecond', value: median(rates), unit: 'events/s', promise: '>= 100,000' },
    { name: 'costGrowth', value: median(growths), unit: 'ratio', promise: 'about 1: last half of the run against its first' },
    { name: 'memoryPer100000Events', value: median(bytes) / 1e6, unit: 'MB', promise: '<= 100' },
    { name: 'seekP95', value: quantile(seeks, 0.95), unit: 'ms', promise: '<= 16' },
  ];
}

function runRound(): Round {
  const before = heap();
  const load = startLoad(5);
  const timeline = new Timeline(load.members);
  const slices: number[] = [];
  while (timeline.length < EVENTS) {
    const until = timeline.length + SLICE;
    const startedAt = process.cpuUsage();
    while (timeline.length < until) timeline.appended(load.advance());
    const { user, system } = process.cpuUsage(startedAt);
    slices.push((user + system) / 1e6);
  }
  return { load, timeline, slices, heap: [before, heap()] };
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

function heap(): number {
  if (globalThis.gc === undefined)
    throw new Error('memory is measured after a collection: run this by npm run bench, which passes --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

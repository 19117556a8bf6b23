/** Figures of the engine in one thread: throughput, growth, memory, seeking. Trace, views, invariants and key frames are on, as in the page. */
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Timeline } from '../../src/trace/timeline.ts';
import { step } from '../../src/zab/server.ts';
import { median, quantile, type Figure } from './figures.ts';
import { Load } from './load.ts';

const SERVERS = 5;
const EVENTS = 100_000;
const SLICE = 10_000;
const ROUNDS = 5;
const SEEKS = 1_000;
const WARM_UP = 50_000;

interface Round {
  readonly timeline: Timeline;
  /** CPU seconds of each slice. */
  readonly slices: readonly number[];
  /** Growth of the heap, bytes. */
  readonly bytes: number;
}

export function measureCore(): readonly Figure[] {
  const warm = run(WARM_UP);
  const rates: number[] = [];
  const growths: number[] = [];
  const bytes: number[] = [];
  const seeks: number[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const round = runRound();
    rates.push(EVENTS / sum(round.slices));
    growths.push(growth(round.slices));
    bytes.push(round.bytes);
    seeks.push(...seekTimes(round.timeline));
  }
  const printed = printRate(warm.timeline);
  return [
    { name: 'inlineEventsPerCpuSecond', value: median(rates), unit: 'events/s', promise: '>= 100,000' },
    { name: 'inlineEventsPerCpuSecondBest', value: Math.max(...rates), unit: 'events/s', promise: `the best of ${ROUNDS}: nearest to an idle machine` },
    { name: 'printedEventsPerCpuSecond', value: printed, unit: 'events/s', promise: 'the reference: JSON.stringify of the same events, same run' },
    { name: 'inlineToPrinted', value: median(rates) / printed, unit: 'ratio', promise: 'how this machine does at the moment is taken out' },
    { name: 'costGrowth', value: median(growths), unit: 'ratio', promise: 'about 1: last half of the run against its first' },
    { name: 'memoryPer100000Events', value: median(bytes) / 1e6, unit: 'MB', promise: '<= 100' },
    { name: 'seekP95', value: quantile(seeks, 0.95), unit: 'ms', promise: '<= 16' },
  ];
}

/** A run of at least so many events, and what each slice of it took. */
function run(events: number): { readonly timeline: Timeline; readonly slices: readonly number[] } {
  const load = new Load(SERVERS, new InlineHost(step as Core));
  const slices: number[] = [];
  load.ensemble.run(load.start);
  while (load.timeline.length < events) {
    const until = load.timeline.length + SLICE;
    const startedAt = process.cpuUsage();
    while (load.timeline.length < until) {
      load.ensemble.run(load.refill());
      load.record();
    }
    slices.push(cpuSince(startedAt));
  }
  kept = load;
  return { timeline: load.timeline, slices };
}

/**
 * The newest run, whole, with its key frames. It also keeps the engine warm: when no object of a kind is left, V8 throws away the code it has
 * optimized for that kind.
 */
let kept: Load | null = null;

function runRound(): Round {
  const before = heap() - sizeOfKept;
  const { timeline, slices } = run(EVENTS);
  const after = heap();
  sizeOfKept = after - before;
  return { timeline, slices, bytes: sizeOfKept };
}

let sizeOfKept = 0;

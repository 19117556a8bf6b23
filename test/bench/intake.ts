/** Figures of what comes from outside, in one thread of Node: server logs, a big txn log, and seeking in an imported trace. */
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { indexLog } from '../../src/intake/datadir/logIndex.ts';
import { diagnose } from '../../src/intake/logs/diagnose/diagnose.ts';
import { summarize, understand } from '../../src/intake/logs/index.ts';
import { LogReader } from '../../src/intake/logs/reader.ts';
import { buildTraceSteps, frameOf } from '../../src/intake/logs/trace.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { ENDLESS_RECORD, endlessLog } from '../support/endlessLog.ts';
import { bigLogs, sizeOf, type BigForm, type BigLog } from './bigLogs.ts';
import { cpuSince, heap } from './costs.ts';
import { quantile, type Figure } from './figures.ts';

const MB = 1e6;
/** As a reader in the page gets them. */
const CHUNK = 1 << 20;
const SIZES = [10 * MB, 50 * MB, 100 * MB];
const TXN_LOG = 1e9;
const EVENTS = 1_000_000;
const SEEKS = 1_000;

/** @param root the project's folder */
export async function measureIntake(root: string): Promise<readonly Figure[]> {
  importCost(bigLogs(root, SIZES[0] ?? MB, 'debug'));
  return [...logFigures(root, 'debug'), ...logFigures(root, 'info'), ...(await txnLogFigures()), ...seekFigures(root)];
}

interface Cost {
  /** CPU seconds from bytes to the last event. */
  readonly seconds: number;
  /** Decoding the same bytes and splitting them into lines. */
  readonly splitSeconds: number;
  readonly bytes: number;
  /** What records, case and events take when they are made, the text itself not counted. */
  readonly heapBytes: number;
}

function importCost(logs: readonly BigLog[]): Cost {
  const bytes = sizeOf(logs);
  const before = heap();
  const startedAt = process.cpuUsage();
  const kept = importAll(logs);
  const seconds = cpuSince(startedAt);
  const heapBytes = heap() - before;
  if (kept.events.length === 0) throw new Error('nothing was imported');
  const splitAt = process.cpuUsage();
  const lines = logs.reduce(
    (sum, { parts }) => sum + parts.reduce((count, part) => count + new TextDecoder().decode(part).split('\n').length, 0),
    0,
  );
  return { seconds, splitSeconds: lines === 0 ? Number.NaN : cpuSince(splitAt), bytes, heapBytes };
}

/** All that the import worker does, with all that it keeps. */
function importAll(logs: readonly BigLog[]): { readonly events: readonly TraceEvent[]; readonly kept: unknown } {
  const read = logs.map(({ sid, parts }, i) => {
    const reader = new LogReader(i, `zookeeper-${sid}.log`);
    for (const part of parts) for (let from = 0; from < part.length; from += CHUNK) reader.push(part.subarray(from, from + CHUNK));
    return reader.end();
  });
  const logCase = understand(read, {});
  const summary = summarize(logCase);
  const findings = diagnose(logCase, summary);
  const events: TraceEvent[] = [];
  for (const chunk of buildTraceSteps(logCase)) for (const event of chunk) events.push(event);
  return { events, kept: [logCase, summary, findings] };
}

function logFigures(root: string, form: BigForm): readonly Figure[] {
  const costs = SIZES.map((size) => importCost(bigLogs(root, size, form)));
  const perByte = costs.map(({ seconds, bytes }) => seconds / bytes);
  const [smallest = Number.NaN] = perByte;
  const largest = costs.at(-1);
  if (largest === undefined) throw new Error('no size to measure');
  const { seconds, splitSeconds, bytes, heapBytes } = largest;
  const name = (what: string): string => `import${form === 'debug' ? 'Debug' : 'Info'}${what}`;
  return [
    { name: name('CpuPer100MB'), value: (seconds / bytes) * 100 * MB, unit: 's', promise: '<= 6: read, ordered, diagnosed, made a trace' },
    { name: name('ToSplit'), value: seconds / splitSeconds, unit: 'ratio', promise: 'against decoding and splitting the same bytes' },
    {
      name: name('Growth'),
      value: (perByte.at(-1) ?? Number.NaN) / smallest,
      unit: 'ratio',
      promise: 'at most about 1: cost per byte of 100 MB against 10 MB',
    },
    { name: name('Memory'), value: heapBytes / bytes, unit: 'x the file', promise: '<= 5, all events kept' },
  ];
}

/** One txn log of a gigabyte, whose bytes are made as they are read. */
async function txnLogFigures(): Promise<readonly Figure[]> {
  const largest = { read: 0, total: 0 };
  const file = endlessLog(Math.floor(TXN_LOG / ENDLESS_RECORD), 0, largest);
  const before = heap();
  let peak = 0;
  const startedAt = process.cpuUsage();
  const { index } = await indexLog(file, {
    progress: () => {
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, heapUsed + arrayBuffers - before);
    },
  });
  const seconds = cpuSince(startedAt);
  return [
    {
      name: 'txnLog1GBCpu',
      value: seconds,
      unit: 's',
      promise: `${index.count.toLocaleString('en-US')} records listed, each checksum verified`,
    },
    { name: 'txnLog1GBMemory', value: peak / MB, unit: 'MB', promise: 'never the whole file: at most a few pieces and 13 bytes a record' },
    { name: 'txnLog1GBReadAtOnce', value: largest.read / MB, unit: 'MB', promise: '<= 4.2' },
  ];
}

/** A trace of a million events from logs: how long its views take to be made ready, and seeks all over it. */
function seekFigures(root: string): readonly Figure[] {
  const { events, frame } = millionEvents(root);
  const before = heap();
  const startedAt = process.cpuUsage();
  const timeline = new Timeline(frame.members);
  timeline.appended(events);
  const seconds = cpuSince(startedAt);
  const bytes = heap() - before;
  const times = Array.from({ length: SEEKS }, (_, i) => {
    const to = Math.floor(((i * 0.618_034) % 1) * timeline.length);
    const at = performance.now();
    timeline.viewAt(to);
    return performance.now() - at;
  });
  return [
    { name: 'millionEventsReady', value: seconds, unit: 's', promise: 'CPU: views of an imported trace, from all its events' },
    { name: 'millionEventsViews', value: bytes / MB, unit: 'MB', promise: 'key frames and index, without the events' },
    { name: 'millionEventsSeekP95', value: quantile(times, 0.95), unit: 'ms', promise: '<= 50' },
  ];
}

/** The events of 100 MB are some 400,000: so many more megabytes are read as it takes. */
function millionEvents(root: string): { readonly events: readonly TraceEvent[]; readonly frame: ReturnType<typeof frameOf> } {
  const read = bigLogs(root, 250 * MB, 'debug').map(({ sid, parts }, i) => {
    const reader = new LogReader(i, `zookeeper-${sid}.log`);
    for (const part of parts) reader.push(part);
    return reader.end();
  });
  const logCase = understand(read, {});
  const events: TraceEvent[] = [];
  for (const chunk of buildTraceSteps(logCase)) {
    for (const event of chunk) if (events.length < EVENTS) events.push(event);
    if (events.length === EVENTS) break;
  }
  if (events.length < EVENTS) throw new Error(`only ${events.length} events were made`);
  return { events, frame: frameOf(logCase) };
}

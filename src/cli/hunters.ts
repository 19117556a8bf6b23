/** Hunters in worker threads of this process, or in this very thread where there is no bundled program. */
import { Worker } from 'node:worker_threads';
import { Tally, type Job, type Report } from '../ensemble/explore/work.ts';
import type { FoundRun } from '../ensemble/explore/plain.ts';
import type { Violation } from '../ensemble/explore/play.ts';

export interface Found {
  readonly run: FoundRun;
  readonly violation: Violation;
  /** What it was before it was shrunk, and when it was found, ms after the start. */
  readonly before: { readonly run: FoundRun; readonly violation: Violation };
  readonly afterMs: number;
  readonly events: number;
  readonly tries: number;
  readonly minimal: boolean;
}

export interface Hunted {
  readonly tally: Tally;
  readonly found: Found | null;
  readonly ms: number;
  /** Of all threads, while hunting. */
  readonly cpuMs: number;
}

/**
 * Hunts with so many threads until one has found something, or all are done.
 *
 * @param jobOf the job of each, from 0.
 * @param watch told about every report, with what all have said so far.
 */
export function hunt(workers: number, jobOf: (stripe: number) => Job, watch: (report: Report, tally: Tally) => void): Promise<Hunted> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const tally = new Tally();
  return new Promise((resolve, reject) => {
    let first: {
      readonly before: Found['before'];
      readonly afterMs: number;
      readonly events: number;
      readonly hunted: Omit<Hunted, 'found'>;
    } | null = null;
    let done = 0;
    const spent = (): Omit<Hunted, 'found'> => {
      const { user, system } = process.cpuUsage(cpuBefore);
      return { tally, ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
    };
    const end = (found: Found | null): void => {
      for (const thread of threads) void thread.terminate();
      resolve({ ...(first?.hunted ?? spent()), found });
    };
    const heard = (finder: Worker, report: Report): void => {
      tally.add(report);
      watch(report, tally);
      if (report.type === 'done' && ++done === workers) end(null);
      if (report.type === 'found') {
        const hunted = spent();
        first = { before: report, afterMs: hunted.ms, events: tally.events, hunted };
        for (const thread of threads) if (thread !== finder) void thread.terminate();
      }
      if (report.type === 'shrunk' && first !== null)
        end({ ...report, before: first.before, afterMs: first.afterMs, events: first.events });
    };
    const threads = Array.from({ length: workers }, (_, stripe) => {
      const thread = new Worker(new URL('./exploreThread.js', import.meta.url), {
        name: `hunter ${stripe + 1}`,
        workerData: jobOf(stripe),
      });
      // Of two that find something at once, the first is the finder.
      thread.on('message', (report: Report) => {
        if (first === null || report.type === 'shrunk' || report.type === 'shrinking') heard(thread, report);
      });
      thread.on('error', (error) => {
        for (const other of threads) void other.terminate();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
      return thread;
    });
  });
}

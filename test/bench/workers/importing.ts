/** An import as the page does it, and what it costs the page. */
import { ImportReader } from '../../../src/app/intake/reader.ts';

export interface ImportRun {
  /** From the first byte to the last event, ms. */
  readonly ms: number;
  readonly events: number;
  /** Of the main thread, above 50 ms; 0 when there was none. */
  readonly longestTaskMs: number;
  /** What page and worker use more than before, with everything that was read kept. */
  readonly memoryBytes: number;
}

declare global {
  interface Performance {
    /** Of pages that are isolated from others; collects garbage first. */
    measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
  }
}

/** Imports files, measures, and forgets them. @throws Error when they hold no logs. */
export async function importFiles(files: readonly File[]): Promise<ImportRun> {
  const before = await memory();
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: 'longtask' });
  const reader = new ImportReader();
  const startedAt = performance.now();
  const outcome = await reader.open(
    files.map((blob) => ({ path: blob.name, blob })),
    {
      progress: () => undefined,
      ask: () => {
        throw new Error('the logs do not tell whose they are');
      },
    },
  );
  const ms = performance.now() - startedAt;
  if (outcome.kind !== 'logs') throw new Error('no logs were found');
  // Tasks are told a moment after they ended.
  await new Promise((resolve) => setTimeout(resolve, 200));
  observer.disconnect();
  const memoryBytes = (await memory()) - before;
  const run = { ms, events: outcome.events.length, longestTaskMs: Math.max(0, ...tasks), memoryBytes };
  reader.dispose();
  return run;
}

async function memory(): Promise<number> {
  return (await performance.measureUserAgentSpecificMemory?.())?.bytes ?? Number.NaN;
}

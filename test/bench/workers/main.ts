/** A bare page: servers in Web Workers under write load, with invariants, trace and views; imports of logs; and nothing drawn. */
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import type { Core } from '../../../src/ensemble/host/host.ts';
import { WebWorkerHost } from '../../../src/ensemble/host/webWorker.ts';
import { step } from '../../../src/zab/server.ts';
import { Load } from '../load.ts';
import { importFiles, type ImportRun } from './importing.ts';

/** Events before the measurement: the engine has to get warm. */
const WARM_UP = 20_000;

export interface WorkerBench {
  /** Events per second of real time with so many servers. */
  rate(servers: number, ms: number, inThisThread?: boolean): Promise<number>;
  /** Imports the files that are chosen in the page's only field. */
  importFiles(): Promise<ImportRun>;
}

declare global {
  interface Window {
    bench: WorkerBench;
  }
}

window.bench = {
  importFiles: () => importFiles([...(document.querySelector('input')?.files ?? [])]),
  async rate(servers, ms, inThisThread = false) {
    const load = new Load(servers, inThisThread ? new InlineHost(step as Core) : new WebWorkerHost());
    await load.ensemble.runAsync(load.start);
    while (load.ensemble.trace.length < WARM_UP) await load.ensemble.runAsync(load.refill());
    load.record();
    const first = load.timeline.length;
    const startedAt = performance.now();
    while (performance.now() - startedAt < ms) {
      await load.ensemble.runAsync(load.refill());
      load.record();
    }
    const rate = ((load.timeline.length - first) * 1000) / (performance.now() - startedAt);
    load.ensemble.dispose();
    return rate;
  },
};

/** The program of one hunter's worker thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { work, type Job } from '../ensemble/explore/work.ts';
import type { Core } from '../ensemble/host/host.ts';
import { InlineHost } from '../ensemble/host/inline.ts';
import { step } from '../zab/server.ts';

const port = parentPort;
if (port === null) throw new Error('exploreThread is the program of a worker thread; start it with zablab explore');
work(
  workerData as Job,
  new InlineHost(step as Core),
  () => performance.now(),
  (report) => port.postMessage(report),
);

/// <reference lib="webworker" />
/** The program of the worker that reads what comes from outside. */
import { ImportJob } from './job.ts';
import { blobFile } from './blobFile.ts';
import type { ToWorker } from './wire.ts';

const job = new ImportJob((message, transfer) => self.postMessage(message, { transfer: transfer ?? [] }));
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'open') void job.open(data.files.map(({ path, blob }) => blobFile(path, blob)));
  else void job.handle(data);
});

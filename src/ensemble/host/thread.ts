import { Worker } from 'node:worker_threads';
import { RemoteHost, type RemoteWorker } from './remote.ts';
import type { FromWorker } from './wire.ts';

/** One Node worker thread a server. */
export class ThreadHost extends RemoteHost {
  /** @param entry the bundled `serverThread` program; the default is the one beside this module. */
  constructor(entry: URL = new URL('./serverThread.js', import.meta.url)) {
    super('thread', (sid, onAnswer, onDeath): RemoteWorker => {
      const worker = new Worker(entry, { name: `server ${sid}` });
      worker.on('message', (result: FromWorker) => onAnswer(result));
      worker.on('error', (error) => onDeath(error instanceof Error ? error.message : String(error)));
      worker.on('messageerror', () => onDeath('an answer of its thread could not be read'));
      return { post: (message) => worker.postMessage(message), terminate: () => void worker.terminate() };
    });
  }
}

import { RemoteHost, type RemoteWorker } from './remote.ts';
import type { FromWorker } from './wire.ts';

/** One module worker a server, in a browser. */
export class WebWorkerHost extends RemoteHost {
  /** @param make where to get a worker from; the default is the bundled `serverWorker.ts`. */
  constructor(make: (name: string) => Worker = newServerWorker) {
    super('worker', (sid, onAnswer, onDeath): RemoteWorker => {
      const worker = make(`server ${sid}`);
      worker.addEventListener('message', (event: MessageEvent<FromWorker>) => onAnswer(event.data));
      worker.addEventListener('error', (event) => onDeath(event.message || 'its worker could not be loaded'));
      worker.addEventListener('messageerror', () => onDeath('an answer of its worker could not be read'));
      return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
    });
  }
}

function newServerWorker(name: string): Worker {
  return new Worker(new URL('./serverWorker.ts', import.meta.url), { type: 'module', name });
}

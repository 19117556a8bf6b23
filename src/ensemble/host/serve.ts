import type { Core } from './host.ts';
import { explain, type FromWorker, type ToWorker } from './wire.ts';

/** The life of a server in a worker: gives the function that handles what comes over the wire. */
export function serve(core: Core, answer: (result: FromWorker) => void): (message: ToWorker) => void {
  let server: unknown = null;
  return (message) => {
    if (message.type === 'load') {
      server = message.server;
      return;
    }
    try {
      const stepped = core(message.input.type === 'boot' ? null : server, message.input, message.now);
      server = stepped.server;
      answer(stepped.output);
    } catch (error) {
      answer({ failed: explain(error) });
    }
  };
}

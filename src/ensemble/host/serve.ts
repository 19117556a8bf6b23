import type { Core, Step, StepResult } from './host.ts';
import { explain, MOST_AHEAD, type FromWorker, type ToWorker } from './wire.ts';

/** The life of a server in a worker: gives the function that handles what comes over the wire. */
export function serve(core: Core, answer: (results: FromWorker) => void): (message: ToWorker) => void {
  let server: unknown = null;
  /** Its states before the last steps: states are immutable, so remembering them costs nothing. */
  const before: unknown[] = [];

  const step = ({ input, now }: Step): StepResult => {
    before.push(server);
    try {
      const stepped = core(input.type === 'boot' ? null : server, input, now);
      server = stepped.server;
      return stepped.output;
    } catch (error) {
      return { failed: explain(error) };
    }
  };

  return (message) => {
    switch (message.type) {
      case 'load':
        server = message.server;
        return;
      case 'takeBack':
        server = before.splice(-message.steps)[0];
        return;
      case 'steps':
        answer(message.steps.map(step));
        before.splice(0, before.length - MOST_AHEAD);
    }
  };
}

import type { Sid } from '../../base/ids.ts';
import type { Disk } from '../../store/types.ts';
import type { ServerHost, Step, StepResult } from './host.ts';
import type { FromWorker, ToWorker } from './wire.ts';

/** One worker, whatever its platform. */
export interface RemoteWorker {
  post(message: ToWorker): void;
  terminate(): void;
}

/** Makes a worker. `onAnswer` gets its answers in order; `onDeath` is called if it fails as a whole. */
export type WorkerMaker = (sid: Sid, onAnswer: (answer: FromWorker) => void, onDeath: (reason: string) => void) => RemoteWorker;

interface Live {
  readonly worker: RemoteWorker;
  /** Who waits for its answers, in order. */
  readonly waiting: { readonly steps: number; readonly resolve: (results: readonly StepResult[]) => void }[];
}

/** Servers in workers of their own: a kill terminates the worker, a start makes a new one. */
export class RemoteHost implements ServerHost {
  readonly kind: 'worker' | 'thread';
  readonly #make: WorkerMaker;
  readonly #live = new Map<Sid, Live>();

  constructor(kind: 'worker' | 'thread', make: WorkerMaker) {
    this.kind = kind;
    this.#make = make;
  }

  deliver(sid: Sid, steps: readonly Step[]): Promise<readonly StepResult[]> {
    const live = steps[0]?.input.type === 'boot' ? this.#start(sid) : this.#live.get(sid);
    if (live === undefined) return Promise.resolve(steps.map(() => ({ failed: `server ${sid} has no worker` })));
    return new Promise((resolve) => {
      live.waiting.push({ steps: steps.length, resolve });
      live.worker.post({ type: 'steps', steps: steps.map(forTheWire) });
    });
  }

  takeBack(sid: Sid, steps: number): void {
    this.#live.get(sid)?.worker.post({ type: 'takeBack', steps });
  }

  #start(sid: Sid): Live {
    this.kill(sid);
    const waiting: Live['waiting'] = [];
    const onAnswer = (results: FromWorker): void => waiting.shift()?.resolve(results);
    const onDeath = (reason: string): void => {
      for (const { steps, resolve } of waiting.splice(0)) resolve(new Array<StepResult>(steps).fill({ failed: reason }));
    };
    const live: Live = { worker: this.#make(sid, onAnswer, onDeath), waiting };
    this.#live.set(sid, live);
    return live;
  }

  kill(sid: Sid): void {
    this.#live.get(sid)?.worker.terminate();
    this.#live.delete(sid);
  }

  load(states: ReadonlyMap<Sid, unknown>): void {
    this.dispose();
    for (const [sid, server] of states) this.#start(sid).worker.post({ type: 'load', server });
  }

  alive(): number {
    return this.#live.size;
  }

  dispose(): void {
    for (const sid of [...this.#live.keys()]) this.kill(sid);
  }
}

/** Only the written bytes of a disk travel, not the room behind them. */
function forTheWire(step: Step): Step {
  return step.input.type === 'boot' ? { now: step.now, input: { ...step.input, disk: trimmed(step.input.disk) } } : step;
}

function trimmed(disk: Disk): Disk {
  return {
    files: Object.fromEntries(
      Object.entries(disk.files).map(([name, file]) => [
        name,
        { ...file, buffer: { bytes: file.buffer.bytes.slice(0, file.length), used: file.length } },
      ]),
    ),
  };
}

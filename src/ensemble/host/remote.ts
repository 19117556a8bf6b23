import type { Sid } from '../../base/ids.ts';
import type { Disk } from '../../store/types.ts';
import type { Input } from '../../zab/types.ts';
import type { Delivery, ServerHost, StepResult } from './host.ts';
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
  /** The step being waited for: a server is given one input at a time. */
  waiting: ((result: StepResult) => void) | null;
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

  deliver(batch: readonly Delivery[]): Promise<readonly StepResult[]> {
    return Promise.all(batch.map((delivery) => this.#step(delivery)));
  }

  #step({ sid, now, input }: Delivery): Promise<StepResult> {
    const live = input.type === 'boot' ? this.#start(sid) : this.#live.get(sid);
    if (live === undefined) return Promise.resolve({ failed: `server ${sid} has no worker` });
    return new Promise((resolve) => {
      live.waiting = resolve;
      live.worker.post({ type: 'step', input: forTheWire(input), now });
    });
  }

  #start(sid: Sid): Live {
    this.kill(sid);
    const answer = (result: StepResult): void => {
      const resolve = live.waiting;
      live.waiting = null;
      resolve?.(result);
    };
    const live: Live = { worker: this.#make(sid, answer, (reason) => answer({ failed: reason })), waiting: null };
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
function forTheWire(input: Input): Input {
  return input.type === 'boot' ? { ...input, disk: trimmed(input.disk) } : input;
}

function trimmed(disk: Disk): Disk {
  return {
    files: Object.fromEntries(Object.entries(disk.files).map(([name, file]) => [name, { ...file, buffer: { bytes: file.buffer.bytes.slice(0, file.length), used: file.length } }])),
  };
}

/** The page's side of the worker that reads data directories. */
import { IntakeCancelled } from '../../intake/files.ts';
import type { Asks, FromWorker, ToWorker } from './wire.ts';

export interface AskOptions {
  /** Told at most ten times a second. @param done, @param total bytes or files. */
  readonly onProgress?: (what: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What of a worker is used. */
export interface DiskWorker {
  post(message: ToWorker): void;
  terminate(): void;
}

interface Waiting {
  readonly resolve: (answer: Asks[keyof Asks]['answer']) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: AskOptions['onProgress'];
}

export class DiskClient {
  readonly #worker: DiskWorker;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor(start: (onMessage: (message: FromWorker) => void, onDeath: (message: string) => void) => DiskWorker = startWorker) {
    this.#worker = start(
      (message) => this.#took(message),
      (message) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(message));
        this.#waiting.clear();
      },
    );
  }

  /** Rejects with IntakeCancelled, and with an Error whose message is for people. */
  ask<K extends keyof Asks>(type: K, args: Asks[K]['args'], { onProgress, signal }: AskOptions = {}): Promise<Asks[K]['answer']> {
    const id = ++this.#ids;
    return new Promise<Asks[K]['answer']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      signal?.addEventListener('abort', () => this.#worker.post({ type: 'cancel', id }), { once: true });
      this.#worker.post({ type, id, args } as ToWorker);
    });
  }

  /** Ends the worker; what is still being waited for is cancelled. */
  dispose(): void {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new IntakeCancelled());
    this.#waiting.clear();
  }

  #took(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.type === 'progress') {
      waiting.onProgress?.(message.what, message.done, message.total);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.type === 'answer') waiting.resolve(message.answer);
    else waiting.reject(message.cancelled ? new IntakeCancelled() : new Error(message.message));
  }
}

function startWorker(onMessage: (message: FromWorker) => void, onDeath: (message: string) => void): DiskWorker {
  const worker = new Worker(new URL('./diskWorker.ts', import.meta.url), { type: 'module', name: 'data directories' });
  worker.addEventListener('message', (event: MessageEvent<FromWorker>) => onMessage(event.data));
  worker.addEventListener('error', (event) => onDeath(event.message || 'the worker that reads data directories could not be loaded'));
  worker.addEventListener('messageerror', () => onDeath('an answer of the worker that reads data directories could not be read'));
  return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
}

/** The page's side of the import worker. */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Answers } from '../../intake/logs/model.ts';
import type { OriginTable } from './origins.ts';
import type { Doing, FromWorker, GivenFile, Overview, Sorted, ToWorker } from './wire.ts';

/** A question to the person: the worker waits for `answer`. */
export type Question = Extract<FromWorker, { readonly type: 'ask' }>;

export interface Listener {
  readonly progress: (doing: Doing, what: string, share: number | null) => void;
  readonly ask: (question: Question) => void;
}

/** What came of the files. */
export type Outcome =
  | { readonly kind: 'logs'; readonly overview: Overview; readonly events: readonly TraceEvent[]; readonly origins: readonly OriginTable[] }
  /** There is no log among them. */
  | { readonly kind: 'others'; readonly sorted: Sorted }
  | { readonly kind: 'cancelled' };

type Reply = Extract<FromWorker, { readonly id: number }>;

export interface FindListener {
  readonly found: (lines: readonly number[], share: number) => void;
}

/** One import: reads the files, then gives lines of them for as long as it is kept. */
export class ImportReader {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private readonly onDeath: ((message: string) => void)[] = [];
  private nextId = 1;
  private finish: ((outcome: Outcome) => void) | null = null;
  private dead: string | null = null;

  /** @param make where to get the worker from. */
  constructor(make: () => Worker = newImportWorker) {
    this.worker = make();
    const died = (message: string): void => {
      this.dead = message;
      for (const one of this.onDeath.splice(0)) one(message);
      for (const [id, answer] of this.waiting) answer({ type: 'refused', id, message });
      this.waiting.clear();
    };
    this.worker.addEventListener('error', (event) => died(event.message || 'the worker that reads files could not be loaded'));
    this.worker.addEventListener('messageerror', () => died('an answer of the worker that reads files could not be read'));
  }

  /** Reads files. Rejects when that fails altogether; the message says why. */
  open(files: readonly GivenFile[], { progress, ask }: Listener): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.finish = resolve;
      this.onDeath.push((message) => reject(new Error(message)));
      const events: TraceEvent[] = [];
      let overview: Overview | null = null;
      this.worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if ('id' in data) this.replied(data);
        else if (data.type === 'progress') progress(data.doing, data.what, data.share);
        else if (data.type === 'ask') ask(data);
        else if (data.type === 'sorted') resolve({ kind: 'others', sorted: data.sorted });
        else if (data.type === 'failed') reject(new Error(data.message));
        else if (data.type === 'read') ({ overview } = data);
        else if (data.type === 'events') {
          for (const event of data.events) events.push(event);
          this.post({ type: 'taken' });
        } else if (overview !== null) resolve({ kind: 'logs', overview, events, origins: data.origins });
      });
      this.post({ type: 'open', files });
    });
  }

  answer(answers: Answers, leftOut: readonly string[]): void {
    this.post({ type: 'answer', answers, leftOut });
  }

  /** Ends the reading and the worker. */
  cancel(): void {
    this.finish?.({ kind: 'cancelled' });
    this.dispose();
  }

  dispose(): void {
    this.dead ??= 'these logs were closed';
    this.worker.terminate();
    for (const [id, answer] of this.waiting) answer({ type: 'refused', id, message: this.dead });
    this.waiting.clear();
  }

  /** The bytes of a file among those that were given, an archive's entry too. */
  async file(path: string): Promise<Uint8Array> {
    const reply = await this.request((id) => ({ type: 'file', id, path }));
    return reply.type === 'file' ? reply.bytes : refuse(reply);
  }

  /** Lines `from` up to, not including, `to`, counted from 1. Rejects when they cannot be read any more. */
  async lines(log: number, from: number, to: number): Promise<readonly string[]> {
    const reply = await this.request((id) => ({ type: 'lines', id, log, from, to }));
    return reply.type === 'lines' ? reply.texts : refuse(reply);
  }

  /** Finds a text in a log's lines, whatever its case; a search before it ends. @returns whether there are more hits than are given. */
  async find(log: number, text: string, { found }: FindListener): Promise<boolean> {
    const reply = await this.request((id) => ({ type: 'find', id, log, text }), found);
    return reply.type === 'foundAll' ? reply.more : refuse(reply);
  }

  stopFind(): void {
    this.post({ type: 'stopFind' });
  }

  private request(make: (id: number) => ToWorker, found?: FindListener['found']): Promise<Reply> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      if (this.dead !== null) {
        resolve({ type: 'refused', id, message: this.dead });
        return;
      }
      this.waiting.set(id, (reply) => {
        if (reply.type === 'found') {
          found?.(reply.lines, reply.share);
          return;
        }
        this.waiting.delete(id);
        resolve(reply);
      });
      this.post(make(id));
    });
  }

  private replied(reply: Reply): void {
    this.waiting.get(reply.id)?.(reply);
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}

function refuse(reply: Reply): never {
  throw new Error(reply.type === 'refused' ? reply.message : `unexpected answer ${reply.type}`);
}

function newImportWorker(): Worker {
  return new Worker(new URL('./importWorker.ts', import.meta.url), { type: 'module', name: 'import' });
}

/** The worker that reads data directories: the library behind messages. One question after the other; `cancel` ends the one that is being answered. */
import { IntakeCancelled, wordsOf, type Watch } from '../../intake/files.ts';
import { blobFile } from '../intake/blobFile.ts';
import { Library } from './library.ts';
import type { Ask, Asks, FromWorker, ToWorker } from './wire.ts';

/** Between two messages about progress, ms. */
const EVERY_MS = 100;

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};
const library = new Library();
const signals = new Map<number, { aborted: boolean }>();
let queue: Promise<void> = Promise.resolve();

scope.addEventListener('message', ({ data }) => {
  if (data.type === 'cancel') {
    const signal = signals.get(data.id);
    if (signal !== undefined) signal.aborted = true;
    return;
  }
  const signal = { aborted: false };
  signals.set(data.id, signal);
  queue = queue.then(() => reply(data, signal));
});

async function reply(ask: Ask, signal: { readonly aborted: boolean }): Promise<void> {
  const { id } = ask;
  try {
    const result = await answer(ask, watching(id, signal));
    scope.postMessage(
      { type: 'answer', id, answer: result },
      ask.type === 'rehearse' ? buffersOf(result as Asks['rehearse']['answer']) : [],
    );
  } catch (error) {
    scope.postMessage({ type: 'failed', id, message: wordsOf(error), cancelled: error instanceof IntakeCancelled }, []);
  } finally {
    signals.delete(id);
  }
}

async function answer(ask: Ask, watch: Watch): Promise<Asks[keyof Asks]['answer']> {
  switch (ask.type) {
    case 'open':
      return library.open(
        ask.args[0].map(({ path, blob }) => blobFile(path, blob)),
        watch,
      );
    case 'assign':
      return library.assign(...ask.args);
    case 'count':
      return library.count(...ask.args, watch);
    case 'rows':
      return library.rows(...ask.args, watch);
    case 'item':
      return library.item(...ask.args, watch);
    case 'recovery':
      return library.recovery(...ask.args, watch);
    case 'compare':
      return library.compare(...ask.args, watch);
    case 'span':
      return library.span(...ask.args);
    case 'rehearse':
      return library.rehearse(...ask.args, watch);
  }
}

function watching(id: number, signal: { readonly aborted: boolean }): Watch {
  let last = performance.now();
  return {
    signal,
    progress(what, done, total) {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      scope.postMessage({ type: 'progress', id, what, done, total }, []);
    },
  };
}

/** Disks may be large: they are given, not copied. Each was read for this answer alone. */
function buffersOf({ disks }: Asks['rehearse']['answer']): Transferable[] {
  return [...disks.values()].flatMap(({ files }) => Object.values(files).map(({ buffer }) => buffer.bytes.buffer as ArrayBuffer));
}

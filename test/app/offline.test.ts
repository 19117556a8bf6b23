/** The service worker as the build writes it: what it keeps, what it answers, and what it leaves alone. */
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { serviceWorker } from '../../src/app/offline/plugin.ts';

const SCOPE = 'https://school.example/class/zablab/';
const FILES = ['assets/app-1.js', 'index.html'];

interface Asked {
  readonly request: { readonly url: string; readonly method: string; readonly mode: string };
  respondWith(answer: Promise<unknown>): void;
}
type Listener = (event: Asked & { waitUntil(work: Promise<unknown>): void }) => void;

/** The worker, installed and activated, on a machine whose network is on or off. */
async function installed(network: { online: boolean }, kept = new Map<string, string>()) {
  const listeners = new Map<string, Listener>();
  const cache = {
    addAll: (files: readonly string[]) => {
      for (const file of files) kept.set(new URL(file, SCOPE).href, `kept ${file}`);
      return Promise.resolve();
    },
    keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
    delete: (url: string) => Promise.resolve(kept.delete(url)),
    match: (url: string) => Promise.resolve(kept.get(url)),
  };
  vm.runInNewContext(serviceWorker(FILES), {
    URL,
    Set,
    registration: { scope: SCOPE },
    caches: { open: () => Promise.resolve(cache) },
    clients: { claim: () => Promise.resolve() },
    skipWaiting: () => undefined,
    fetch: ({ url }: { url: string }) => (network.online ? Promise.resolve(`fetched ${url}`) : Promise.reject(new TypeError('no network'))),
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
  });
  const send = async (type: string, request = { url: '', method: 'GET', mode: '' }): Promise<unknown> => {
    let work: Promise<unknown> | undefined;
    const take = (promise: Promise<unknown>): void => void (work = promise);
    listeners.get(type)?.({ request, waitUntil: take, respondWith: take });
    return work === undefined ? 'left alone' : await work;
  };
  await send('install');
  await send('activate');
  return { kept, ask: (file: string, mode = 'no-cors', method = 'GET') => send('fetch', { url: new URL(file, SCOPE).href, method, mode }) };
}

describe('the service worker', () => {
  test('answers with what it kept, without a network too', async () => {
    const { ask } = await installed({ online: false });
    expect(await ask('assets/app-1.js')).toBe('kept assets/app-1.js');
    expect(await ask('', 'navigate')).toBe('kept index.html');
    expect(await ask('?lesson=1', 'navigate')).toBe('kept index.html');
  });

  test('asks for the page itself first, so that a new build is seen at once', async () => {
    const { ask } = await installed({ online: true });
    expect(await ask('', 'navigate')).toBe(`fetched ${SCOPE}`);
  });

  test('drops files of older builds', async () => {
    const { kept } = await installed({ online: true }, new Map([[`${SCOPE}assets/app-0.js`, 'old']]));
    expect([...kept.keys()]).toEqual(FILES.map((file) => SCOPE + file));
  });

  test('leaves all else alone', async () => {
    const { ask } = await installed({ online: true });
    expect(await ask('https://other.example/x.js')).toBe('left alone');
    expect(await ask('notes.txt')).toBe('left alone');
    expect(await ask('assets/app-1.js', 'no-cors', 'POST')).toBe('left alone');
  });
});

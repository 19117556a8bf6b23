/** Writes `offline.js`, a service worker that keeps all files of the build: a page that was loaded once works without a network. */
import { existsSync, readdirSync } from 'node:fs';
import type { Plugin } from 'vite';

export function offline(): Plugin {
  let publicFiles: readonly string[] = [];
  return {
    name: 'zablab-offline',
    apply: 'build',
    enforce: 'post',
    configResolved({ publicDir }) {
      publicFiles = publicDir !== '' && existsSync(publicDir) ? readdirSync(publicDir) : [];
    },
    // After all others: their files belong to it too.
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        // Many hosts do not serve names that begin with a dot, and the page needs none of them.
        const files = [...Object.keys(bundle), ...publicFiles].filter((name) => !name.endsWith('.map') && !name.startsWith('.')).sort();
        if (!files.includes('index.html')) return;
        this.emitFile({ type: 'asset', fileName: 'offline.js', source: serviceWorker(files) });
      },
    },
  };
}

/**
 * The service worker's text. Names of built files carry a hash of their content, so a kept file never gets stale, and a new build
 * asks for those of `public/` anew; the page itself is asked for first, and taken from what is kept when there is no answer. Files of older builds are dropped.
 */
export function serviceWorker(files: readonly string[]): string {
  return `const FILES = ${JSON.stringify(files)};
const CACHE = 'zablab ' + registration.scope;
addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
addEventListener('activate', (event) => event.waitUntil(activate()));
async function activate() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(FILES.map((file) => new URL(file, registration.scope).href));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  await clients.claim();
}
addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  const url = new URL(event.request.url);
  const file = url.href.startsWith(registration.scope) ? url.href.slice(registration.scope.length).replace(/[?#].*/, '') : null;
  if (event.request.mode === 'navigate' && (file === '' || file === 'index.html')) event.respondWith(fetch(event.request).catch(() => kept('index.html')));
  else if (FILES.includes(file)) event.respondWith(kept(file).then((response) => response ?? fetch(event.request)));
});
async function kept(file) {
  return (await caches.open(CACHE)).match(new URL(file, registration.scope).href);
}
`;
}

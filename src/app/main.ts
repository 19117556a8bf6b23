/** Starts the page: settings, the first ensemble, the main screen, and the page API. */
import { mount } from 'svelte';
import './theme.css';
import App from './App.svelte';
import { installApi } from './api.ts';
import { Session } from './engine/session.svelte.ts';
import { settings } from './shell/settings.svelte.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html must have an element with the id "app"');
const session = new Session();
installApi(session);
// The texts and the first ensemble load at the same time.
const opensLink = location.hash.startsWith('#r=');
const first = opensLink ? undefined : session.begin();
await settings.start();
mount(App, { target, props: { session } });
void import('./intake/ways.ts').then(({ listen }) => listen(session));
await first;
const openLink = async (): Promise<void> => {
  if (location.hash.startsWith('#r=')) await (await import('./share/open.ts')).openLink(session, location.hash);
  if (session.run !== null) return;
  // A link that cannot be opened says why, and the page begins as usual.
  const { refusal } = session;
  await session.begin();
  session.refusal = refusal;
};
if (opensLink) await openLink();
addEventListener('hashchange', () => void openLink());
// Once everything is kept, the page needs no network: also not for workers and dialogs that are loaded when they are wanted. Nothing waits for it.
if (import.meta.env.PROD && 'serviceWorker' in navigator)
  setTimeout(() => void navigator.serviceWorker.register('./offline.js').catch(() => undefined), 1500);
setTimeout(() => void import('./share/keep.ts').then(({ keepRuns }) => keepRuns(session)), 500);
// The core that going back needs, ready before somebody acts in the past for the first time.
setTimeout(() => void import('../zab/server.ts'), 2000);

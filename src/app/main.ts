/** Starts the page: settings, the first ensemble, the main screen, and the page API. */
import { mount } from 'svelte';
import './theme.css';
import App from './App.svelte';
import { installApi } from './api.ts';
import { Session } from './engine/session.svelte.ts';
import { settings } from './shell/settings.svelte.ts';

settings.start();
const session = new Session();
const target = document.getElementById('app');
if (target === null) throw new Error('index.html must have an element with the id "app"');
mount(App, { target, props: { session } });
installApi(session);
void session.begin();

/// <reference lib="webworker" />
/** The program of one server's Web Worker. */
import { step } from '../../zab/server.ts';
import type { Core } from './host.ts';
import { serve } from './serve.ts';
import type { ToWorker } from './wire.ts';

const handle = serve(step as Core, (result) => self.postMessage(result));
self.addEventListener('message', (event: MessageEvent<ToWorker>) => handle(event.data));

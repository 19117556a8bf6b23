/** The program of one server's Node worker thread. */
import { parentPort } from 'node:worker_threads';
import { step } from '../../zab/server.ts';
import type { Core } from './host.ts';
import { serve } from './serve.ts';
import type { ToWorker } from './wire.ts';

const port = parentPort;
if (port === null) throw new Error('serverThread is the program of a worker thread; start it with ThreadHost');
const handle = serve(step as Core, (result) => port.postMessage(result));
port.on('message', (message: ToWorker) => handle(message));

/** `npm run bench [-- --json]`: all figures that the project promises, measured on this machine. */
import { ensureInstalled } from './lib/install.mjs';
import { A_CORE_EACH, runForNode } from './lib/nodeBuild.mjs';

ensureInstalled();
// Heap sizes mean something only after a collection that is asked for, and threads can be compared only when each keeps to its core.
await runForNode('bench', 'test/bench/main.ts', ['--expose-gc', A_CORE_EACH]);

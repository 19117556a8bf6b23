/** `npm run bench [-- --json]`: all figures that the project promises, measured on this machine. */
import { ensureInstalled } from './lib/install.mjs';
import { runForNode } from './lib/nodeBuild.mjs';

ensureInstalled();
// Heap sizes mean something only after a collection that is asked for.
await runForNode('bench', 'test/bench/main.ts', ['--expose-gc']);

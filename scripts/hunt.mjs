/** `npm run hunt [-- OPTIONS]`: how long exploration takes to find each variant, and what it finds. `npm run hunt -- --help` says more. */
import { ensureInstalled } from './lib/install.mjs';
import { A_CORE_EACH, runForNode } from './lib/nodeBuild.mjs';

ensureInstalled();
await runForNode('hunt', 'test/hunt/main.ts', [A_CORE_EACH]);

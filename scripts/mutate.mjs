/** `npm run mutate [-- FILE ... OPTIONS]`: changes the core a little, one change at a time, and tells which change no test notices. `--help` says more. */
import { ensureInstalled } from './lib/install.mjs';
import { runForNode } from './lib/nodeBuild.mjs';

ensureInstalled();
await runForNode('mutate-main', 'test/mutate/main.ts');

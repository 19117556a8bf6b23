/** `npm run golden [-- DIR ...]`: replays recordings of real ensembles and compares what happened. */
import { runForNode } from './lib/nodeBuild.mjs';

await runForNode('golden', 'test/golden/replay.ts');

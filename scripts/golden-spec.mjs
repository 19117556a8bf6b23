/** `npm run golden:spec [-- DIR ...]`: replays behaviours of the official specification with the real servers. */
import { runForNode } from './lib/nodeBuild.mjs';

await runForNode('golden-spec', 'test/golden/spec/replay.ts');

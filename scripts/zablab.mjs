/** `npm run zablab -- COMMAND ...`: the command line. */
import { A_CORE_EACH, runForNode } from './lib/nodeBuild.mjs';

await runForNode('cli', 'src/cli/main.ts', process.argv[2] === 'explore' ? [A_CORE_EACH] : []);

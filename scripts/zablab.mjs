/** `npm run zablab -- COMMAND ...`: the command line. */
import { runForNode } from './lib/nodeBuild.mjs';

await runForNode('cli', 'src/cli/main.ts');

/** The command line: `npm run zablab -- COMMAND ...`. */
import { disk, HELP_DISK } from './disk.ts';
import { explore, HELP_EXPLORE } from './explore.ts';
import { exportRun, HELP_EXPORT } from './export.ts';
import { HELP_IMPORT, importLogs } from './import.ts';
import { HELP_RUN, run } from './run.ts';
import { UsageError } from './usage.ts';
import { HELP_SCENARIOS, scenarios } from './scenarios.ts';

const HELP = `Usage: zablab COMMAND [OPTIONS]

Zablab runs a complete Apache ZooKeeper ensemble, simulated to the byte, from a scenario.

Commands
  run SCENARIO   run a scenario and print its facts, its trace, or what happened in sentences
  scenarios      list the ready scenarios
  import FILE... read server logs: who led, why, and what went wrong
  disk DIR...    decode, verify and compare the data directories of real servers
  explore [SCENARIO]  hunt for what breaks: random faults and schedules, and the smallest run that shows it
  export SCENARIO  run a scenario and write its servers' directories, their logs, or what happened in other forms

Options
  -h, --help     help on everything: zablab COMMAND --help
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run,
  scenarios,
  import: importLogs,
  disk,
  export: exportRun,
  explore,
};
const HELPS: Readonly<Record<string, string>> = {
  run: HELP_RUN,
  scenarios: HELP_SCENARIOS,
  import: HELP_IMPORT,
  disk: HELP_DISK,
  export: HELP_EXPORT,
  explore: HELP_EXPLORE,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELPS[rest[0] ?? ''] ?? HELP);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name];
  if (command === undefined)
    throw new UsageError(`unknown command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}. See zablab --help`);
  return command(rest);
}

// A reader that has seen enough (`zablab run ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // What a person can mend is said in one line; anything else is a defect of ours, with all there is to know.
    const said =
      error instanceof UsageError || (error instanceof Error && error.name === 'ScenarioError')
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error);
    process.stderr.write(`zablab: ${said}\n`);
    process.exitCode = 2;
  },
);

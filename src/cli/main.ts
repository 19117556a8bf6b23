/** The command line: `npm run zablab -- COMMAND ...`. */
import { HELP_RUN, run } from './run.ts';
import { UsageError } from './usage.ts';
import { HELP_SCENARIOS, scenarios } from './scenarios.ts';

const HELP = `Usage: zablab COMMAND [OPTIONS]

Zablab runs a complete Apache ZooKeeper ensemble, simulated to the byte, from a scenario.

Commands
  run SCENARIO   run a scenario and print its facts, its trace, or what happened in sentences
  scenarios      list the ready scenarios

Options
  -h, --help     help on everything: zablab COMMAND --help
`;

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { run, scenarios };

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const about = rest[0] === 'run' ? HELP_RUN : rest[0] === 'scenarios' ? HELP_SCENARIOS : HELP;
    process.stdout.write(about);
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

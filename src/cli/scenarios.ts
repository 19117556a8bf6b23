/** `zablab scenarios`: what is ready to run. */
import { parseScenario } from '../ensemble/scenario.ts';
import { SCENARIOS } from '../ensemble/scenarios/index.ts';
import { readArgs, UsageError } from './usage.ts';

export const HELP_SCENARIOS = `Usage: zablab scenarios [--lang en|zh]

Lists the ready scenarios by name. Run one with: zablab run NAME

Options
  --lang en|zh   language of the titles (default en)
  -h, --help     this help
`;

export function scenarios(args: readonly string[]): Promise<number> {
  const { values } = readArgs('scenarios', args, { lang: { type: 'string', default: 'en' }, help: { type: 'boolean', short: 'h' } });
  if (values.help === true) {
    process.stdout.write(HELP_SCENARIOS);
    return Promise.resolve(0);
  }
  const lang = values.lang;
  if (lang !== 'en' && lang !== 'zh') throw new UsageError(`--lang ${lang}: expected en or zh`);
  for (const [name, value] of Object.entries(SCENARIOS)) {
    const { texts, title } = parseScenario(value, name);
    process.stdout.write(`${name.padEnd(24)} ${texts[lang]?.title ?? title}\n`);
  }
  return Promise.resolve(0);
}

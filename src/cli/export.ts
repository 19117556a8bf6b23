/** `zablab export SCENARIO`: runs a scenario and writes what became of it in a form that others read. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Core } from '../ensemble/host/host.ts';
import { InlineHost } from '../ensemble/host/inline.ts';
import { runScenario } from '../ensemble/runScenario.ts';
import type { Scenario } from '../ensemble/scenario.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import { zipOf, type Files } from '../export/archive.ts';
import type { Sid } from '../base/ids.ts';
import { step } from '../zab/server.ts';
import { languageOf, readScenario, seedOf } from './scenarioArgs.ts';
import { readArgs, UsageError } from './usage.ts';
import { WRITERS, type RunWriter } from './writers.ts';

export const HELP_EXPORT = `Usage: zablab export SCENARIO --what FORM -o FILE|DIR [OPTIONS]

Runs a scenario (a JSON file, or the name of a ready one) and writes what became of it.

FORM
${Object.entries(WRITERS)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join('\n')}

Options
  -o, --out PATH   a folder for the files, made if it is not there; a name that ends with .zip for a zip of them; any other name
                   for a single file; - for a single file to standard output
  --at MOMENT      stop there: a number of events (1200), or virtual milliseconds (3500ms); default: the end of the scenario
  --server SIDS    only these servers, such as 2 or 1,3 (disks and logs); default: all
  --debug          logs with DEBUG lines of org.apache.zookeeper.server.quorum
  --lang en|zh     language of a transcript (default en)
  --seed N         seed of all randomness (default: the scenario's)
  -h, --help       this help

The exit code is 0, or 2 if something is wrong with what was asked.
`;

const OPTIONS = {
  what: { type: 'string' },
  out: { type: 'string', short: 'o' },
  at: { type: 'string' },
  server: { type: 'string' },
  debug: { type: 'boolean' },
  lang: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function exportRun(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs('export', args, OPTIONS);
  if (values.help === true) {
    process.stdout.write(HELP_EXPORT);
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError(`expected one scenario, got ${positionals.length}. See zablab export --help`);
  const writer = writerOf(values.what);
  const out = values.out;
  if (out === undefined || out === '') throw new UsageError('-o: say where to: a folder, a file, a zip, or - for standard output');
  const isWanted = momentOf(values.at);
  const language = languageOf(values.lang ?? 'en');
  const scenario = readScenario(name);
  const servers = serversOf(values.server, scenario);
  const host = new InlineHost(step as Core);
  try {
    const { ensemble } = await runScenario(scenario, host, { seed: seedOf(values.seed, scenario) });
    const files = writer.write({
      title: scenario.texts[language.code]?.title ?? scenario.title,
      name: fileNameOf(name),
      members: scenario.members,
      config: scenario.config,
      events: ensemble.trace.filter(isWanted),
      servers,
      debug: values.debug === true,
      language,
    });
    write(files, out, scenario.config.wallClockAtZero);
  } finally {
    host.dispose();
  }
  return 0;
}

function writerOf(what: string | undefined): RunWriter {
  const writer = what === undefined ? undefined : WRITERS[what];
  if (writer === undefined)
    throw new UsageError(`--what${what === undefined ? '' : ` ${what}`}: expected ${Object.keys(WRITERS).join(', ')}`);
  return writer;
}

/** Whether an event comes before the moment that was asked for. */
function momentOf(at: string | undefined): (event: TraceEvent) => boolean {
  if (at === undefined) return () => true;
  const [, number, unit] = /^(\d+)(ms)?$/.exec(at) ?? [];
  if (number === undefined) throw new UsageError(`--at ${at}: expected a number of events, such as 1200, or milliseconds, such as 3500ms`);
  const limit = Number(number);
  return unit === undefined ? (event) => event.n < limit : (event) => event.at <= limit;
}

function serversOf(text: string | undefined, { members }: Scenario): readonly Sid[] {
  const all = members.map(({ sid }) => sid);
  if (text === undefined) return all;
  const wanted = text.split(',').map(Number);
  const stranger = wanted.find((sid) => !all.includes(sid));
  if (stranger !== undefined) throw new UsageError(`--server ${text}: there are servers ${all.join(', ')}`);
  return [...new Set(wanted)];
}

/** `some/dir/My scenario.json` → `My scenario`. */
function fileNameOf(name: string): string {
  return (name.split(/[\\/]/).at(-1) ?? name).replace(/\.json$/, '') || 'run';
}

/** @param wallMs time of the files in a zip. */
function write(files: Files, out: string, wallMs: number): void {
  const [only, ...others] = Object.entries(files);
  if (only === undefined) throw new UsageError('there is nothing to write');
  try {
    if (out === '-') {
      if (others.length > 0) throw new UsageError(`-o -: there are ${others.length + 1} files; give a folder, a zip, or --server N`);
      process.stdout.write(only[1]);
    } else if (out.endsWith('.zip')) writeFileSync(out, zipOf(files, wallMs));
    else if (others.length === 0 && !isFolder(out)) writeFileSync(out, only[1]);
    else writeAll(files, out);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`-o ${out}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isFolder(out: string): boolean {
  return out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory());
}

function writeAll(files: Files, folder: string): void {
  for (const [path, bytes] of Object.entries(files)) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
}

/** `zablab import FILE…`: reads server logs and prints what happened. */
import { statSync } from 'node:fs';
import type { Sid } from '../base/ids.ts';
import { logTime } from '../base/utc.ts';
import { openAll } from '../intake/archive.ts';
import { classify } from '../intake/classify.ts';
import { memoryFile, wordsOf, type IntakeFile } from '../intake/files.ts';
import type { ReadLog } from '../intake/logs/facts.ts';
import { summarize, understand } from '../intake/logs/index.ts';
import type { Answers, LogCase } from '../intake/logs/model.ts';
import { LogReader } from '../intake/logs/reader.ts';
import { buildTrace } from '../intake/logs/trace.ts';
import { emptyView, foldEvent } from '../trace/fold.ts';
import { captionOf, type Language } from '../trace/narrate.ts';
import { LANGUAGES } from '../trace/narrate/languages.ts';
import { findingLines, jsonOf, overviewOf, reportOf, type LeftOut, type ReportLanguage } from './importReport.ts';
import { nodeFiles } from './nodeFiles.ts';
import { readArgs, UsageError } from './usage.ts';

export const HELP_IMPORT = `Usage: zablab import FILE... [OPTIONS]

Reads ZooKeeper server logs, of any layout and of any number of servers, and tells what happened: who led, with which
epoch and whose support, how learners were synchronized, and what went wrong. FILE is a log, a folder, an archive
(zip, tar, gzip), or - for the standard input.

What to print (default: an overview)
  --json           everything, as JSON: docs/import.md explains its fields
  --narrate        what happened, in sentences
  --diagnose       what went wrong, with the lines that show it

Options
  --sid NAME=SID   whose log it is, where nothing tells: NAME is a file or a host; may be given several times
  --lang en|zh     language of the overview and of sentences (default en)
  -h, --help       this help

The exit code is 0, 1 if no line of a server was found, and 2 if something is wrong with what was asked.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  narrate: { type: 'boolean' },
  diagnose: { type: 'boolean' },
  sid: { type: 'string', multiple: true },
  lang: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Bytes that are read at once. */
const CHUNK = 1 << 20;
const HIGHEST_SID = 255;
const STDIN = '-';

export async function importLogs(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs('import', args, OPTIONS);
  if (values.help === true) {
    process.stdout.write(HELP_IMPORT);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('expected a log to import, got none. See zablab import --help');
  if ([values.json, values.narrate, values.diagnose].filter((wanted) => wanted === true).length > 1)
    throw new UsageError('--json, --narrate and --diagnose: choose one');
  const language = values.lang ?? 'en';
  if (language !== 'en' && language !== 'zh') throw new UsageError(`--lang ${language}: expected en or zh`);
  const { logs, leftOut } = await readLogs(positionals);
  const logCase = understand(logs, answersOf(values.sid ?? [], logs));
  if (values.narrate === true) narrate(logCase, LANGUAGES[language]);
  else print(logCase, leftOut, values.json === true ? 'json' : values.diagnose === true ? 'findings' : 'overview', language);
  return logCase.records.length > 0 ? 0 : 1;
}

function print(logCase: LogCase, leftOut: readonly LeftOut[], form: 'json' | 'findings' | 'overview', language: ReportLanguage): void {
  const report = reportOf(logCase, summarize(logCase), leftOut);
  if (form === 'json') process.stdout.write(`${JSON.stringify(jsonOf(report, language), null, 2)}\n`);
  else if (form === 'findings') process.stdout.write(`${findingLines(report, language).join('\n')}\n`);
  else process.stdout.write(overviewOf(report, language));
}

/** Logs among the files of the given names; a file that was named itself is read as a log whatever it looks like. */
async function readLogs(names: readonly string[]): Promise<{ readonly logs: ReadLog[]; readonly leftOut: LeftOut[] }> {
  const given = await filesOf(names);
  const folders = names.some((name) => name !== STDIN && statSync(name).isDirectory());
  const { files, problems } = await openAll(given);
  const { logs: found, directories, scenarios, runs, others } = await classify(files);
  const text = new Set(others.filter(({ why }) => why === 'text' || why === 'json').map(({ file }) => file));
  const wanted = new Set([...found, ...files.filter((file) => text.has(file) && !folders && given.includes(file))]);
  const leftOut: LeftOut[] = [
    ...problems.map(({ path, sentence }) => ({ path, sentence })),
    ...others.filter(({ file }) => !wanted.has(file)).map(({ file, sentence }) => ({ path: file.path, sentence })),
    ...directories.map(({ path }) => ({ path: path === '' ? '.' : path, sentence: 'It is a data directory: zablab disk reads it.' })),
    ...[...scenarios, ...runs].map(({ path }) => ({ path, sentence: 'It is a scenario or a saved run: zablab run runs it.' })),
  ];
  const logs: ReadLog[] = [];
  for (const file of wanted) logs.push(await readLogFile(file, logs.length));
  if (logs.length === 0) {
    const [first] = leftOut;
    throw new UsageError(first === undefined ? `${names.join(', ')}: there is no file to read` : `${first.path}: ${first.sentence}`);
  }
  return { logs, leftOut };
}

/** @throws UsageError when there is no such file or folder. */
async function filesOf(names: readonly string[]): Promise<IntakeFile[]> {
  const files = nodeFiles(names.filter((name) => name !== STDIN));
  if (!names.includes(STDIN)) return files;
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return [...files, memoryFile('standard input', new Uint8Array(Buffer.concat(chunks)))];
}

async function readLogFile(file: IntakeFile, number: number): Promise<ReadLog> {
  const reader = new LogReader(number, file.path);
  try {
    for (let from = 0; from < file.size; from += CHUNK) reader.push(await file.read(from, Math.min(file.size, from + CHUNK)));
  } catch (error) {
    throw new UsageError(`${file.path}: ${wordsOf(error)}`);
  }
  return reader.end();
}

/** `NAME=SID`: NAME is the end of a log's path, or a host that a log names. */
function answersOf(given: readonly string[], logs: readonly ReadLog[]): Answers {
  const answers: Record<string, Sid> = {};
  for (const text of given) {
    const cut = text.lastIndexOf('=');
    const name = text.slice(0, Math.max(0, cut));
    const sid = Number(text.slice(cut + 1));
    if (name === '' || !/^\d{1,3}$/.test(text.slice(cut + 1)) || sid > HIGHEST_SID)
      throw new UsageError(`--sid ${text}: expected NAME=SID, with a SID from 0 to ${HIGHEST_SID}`);
    const keys = keysOf(name, logs);
    if (keys.length === 0)
      throw new UsageError(`--sid ${text}: no log and no host is called ${name}; there are ${logs.map((log) => log.name).join(', ')}`);
    for (const key of keys) answers[key] = sid;
  }
  return answers;
}

function keysOf(name: string, logs: readonly ReadLog[]): string[] {
  const path = name.replace(/^(?:\.{0,2}\/)+/, '');
  const exact = logs.filter((log) => log.name === path);
  const named = exact.length > 0 ? exact : logs.filter((log) => log.name.endsWith(`/${path}`));
  if (named.length > 1) throw new UsageError(`--sid ${name}: several logs are called so: ${named.map((log) => log.name).join(', ')}`);
  if (named.length > 0) return named.map((log) => String(log.log));
  return logs.filter(({ records }) => records.some(({ host }) => host === name)).map((log) => `${log.log}/${name}`);
}

/** Every line that tells something, and what must have happened between them, in order of time. */
function narrate(logCase: LogCase, language: Language): void {
  const { members, events, zero } = buildTrace(logCase);
  let view = emptyView(members);
  for (const event of events) {
    view = foldEvent(view, event);
    process.stdout.write(`${logTime(zero + event.at)}  ${captionOf(event, view, language)}\n`);
  }
}

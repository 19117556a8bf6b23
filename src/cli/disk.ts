/** `zablab disk DIR...`: data directories taken apart, verified and compared. */
import { PROFILES } from '../zab/profile.ts';
import type { Sid } from '../base/ids.ts';
import { openAll, type ArchiveProblem } from '../intake/archive.ts';
import { classify, type DataDirectory } from '../intake/classify.ts';
import { compare, type Comparison } from '../intake/datadir/compare.ts';
import { damageText } from '../intake/datadir/damageTexts.ts';
import { describe, inspect, recordAt } from '../intake/datadir/inspect.ts';
import type { DirectoryReport, FileReport } from '../intake/datadir/types.ts';
import type { DecodedRecord } from '../store/decode.ts';
import { comparisonJson, directoryJson } from './diskJson.ts';
import { comparisonText, directoryText, recordText } from './diskText.ts';
import { nodeFiles } from './nodeFiles.ts';
import { readArgs, UsageError } from './usage.ts';

export const HELP_DISK = `Usage: zablab disk DIR... [OPTIONS]

Takes data directories of real servers apart: lists and verifies every file, locates damage and says what ZooKeeper will make of it at its next start;
with several, compares their histories and says who would lead. A DIR is a version-2 folder, a folder of one or more servers, or a zip, tar or gz of these.
Nothing is ever written.

Options
  --json           everything as JSON (docs/disk.md)
  --file NAME      the records, fields and bytes of one file, such as log.100000001
  --from N         with --file: the first record to show (default 0)
  --limit N        with --file: how many records to show (default 20)
  --boot           boot an ensemble from copies of the directories: who leads, who gets DIFF, TRUNC or SNAP, what is lost
  --first SIDS     these servers start first, such as 1,2; the others come later
  --sids SIDS      whose the directories are, in the order they are found, where neither a myid file nor the path tells
  --profile NAME   the rules of a start: ${Object.keys(PROFILES).join(' or ')} (default current)
  -h, --help       this help

The exit code is 0, 1 if something is damaged or the histories contradict each other, and 2 if something is wrong with what was asked.
`;

const OPTIONS = {
  json: { type: 'boolean' },
  file: { type: 'string' },
  from: { type: 'string' },
  limit: { type: 'string' },
  boot: { type: 'boolean' },
  first: { type: 'string' },
  sids: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const MOST_RECORDS = 100_000;

export async function disk(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs('disk', args, OPTIONS);
  if (values.help === true) {
    process.stdout.write(HELP_DISK);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('expected at least one folder or archive. See zablab disk --help');
  const profile = PROFILES[values.profile ?? 'current'];
  if (profile === undefined) throw new UsageError(`--profile ${values.profile}: expected ${Object.keys(PROFILES).join(' or ')}`);
  const opened = await openAll(nodeFiles(positionals));
  const { directories } = await classify(opened.files);
  if (directories.length === 0)
    throw new UsageError(
      `${positionals.join(', ')}: no data directory in here; one holds files such as log.100000001, snapshot.0, currentEpoch`,
    );
  const reports: DirectoryReport[] = [];
  for (const directory of named(directories, sidsOf('--sids', values.sids))) reports.push(await inspect(directory, {}, { profile }));
  if (values.file !== undefined)
    return showFile(reports, values.file, wholeOf('--from', values.from, 0), wholeOf('--limit', values.limit, 20));
  const first = sidsOf('--first', values.first);
  const comparison =
    reports.length > 1 || values.boot === true
      ? await compare(reports, { boot: values.boot === true, ...(first === null ? {} : { electors: first }) })
      : null;
  if (values.json === true) process.stdout.write(`${JSON.stringify(jsonOf(opened.problems, reports, comparison), null, 2)}\n`);
  else {
    for (const { path, sentence } of opened.problems) process.stdout.write(`${path}: ${sentence}\n`);
    process.stdout.write(reports.map(directoryText).join('\n'));
    if (comparison !== null) process.stdout.write(`\n${comparisonText(comparison)}`);
  }
  return isSound(reports, comparison) && opened.problems.length === 0 ? 0 : 1;
}

function jsonOf(problems: readonly ArchiveProblem[], reports: readonly DirectoryReport[], comparison: Comparison | null): unknown {
  return { problems, directories: reports.map(directoryJson), comparison: comparison === null ? null : comparisonJson(comparison) };
}

function isSound(reports: readonly DirectoryReport[], comparison: Comparison | null): boolean {
  if (reports.some(({ damage, start }) => damage.length > 0 || start.starts === false)) return false;
  if (comparison === null) return true;
  const contradicts = comparison.histories.spans.some(({ kind }) => kind === 'diverged' || kind === 'hole');
  return !contradicts && comparison.trees.length === 0;
}

async function showFile(reports: readonly DirectoryReport[], name: string, from: number, limit: number): Promise<number> {
  const holding = reports.flatMap((report) => report.files.filter((file) => file.name === name).map((file) => ({ report, file })));
  if (holding.length === 0) {
    const names = [...new Set(reports.flatMap(({ files }) => files.map((file) => file.name)))];
    throw new UsageError(
      `--file ${name}: there is no such file; there are ${names.slice(0, 30).join(', ')}${names.length > 30 ? ', …' : ''}`,
    );
  }
  let sound = true;
  for (const { report, file } of holding) {
    const damage = report.damage.filter((one) => one.file === name);
    sound &&= damage.length === 0;
    process.stdout.write(`${report.path === '' ? '' : `${report.path}/`}${name}  ${file.size} bytes\n`);
    for (const record of await recordsOf(file, from, limit)) process.stdout.write(await recordText(file, record));
    for (const { offset, fact } of damage)
      process.stdout.write(`  damage${offset === null ? '' : ` at byte ${offset}`}: ${damageText(fact)}\n`);
  }
  return sound ? 0 : 1;
}

async function recordsOf(file: FileReport, from: number, limit: number): Promise<readonly DecodedRecord[]> {
  if (file.kind !== 'log') return (await describe(file, from, limit)).records;
  const records: DecodedRecord[] = [];
  for (let i = from; i < Math.min(from + limit, file.index.count); i++) {
    const record = await recordAt(file, i);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Directories without a sid get those of `--sids`, in order. */
function named(directories: readonly DataDirectory[], sids: readonly Sid[] | null): readonly DataDirectory[] {
  const left = [...(sids ?? [])];
  const all = directories.map((directory) => (directory.sid === null ? { ...directory, sid: left.shift() ?? null } : directory));
  if (left.length > 0) throw new UsageError(`--sids: ${left.length} more than there are directories that need one`);
  return all;
}

function sidsOf(option: string, text: string | undefined): readonly Sid[] | null {
  if (text === undefined) return null;
  const sids = text.split(',').map((part) => Number(/^\s*\d+\s*$/.test(part) ? part : NaN));
  if (sids.some((sid) => !(sid >= 1 && sid <= 255))) throw new UsageError(`${option} ${text}: expected sids from 1 to 255, such as 1,2`);
  return sids;
}

function wholeOf(option: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > MOST_RECORDS)
    throw new UsageError(`${option} ${text}: expected a whole number from 0 to ${MOST_RECORDS}`);
  return number;
}

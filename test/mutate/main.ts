/**
 * `npm run mutate`: changes the core a little, one change at a time, and tells which change no test notices. `docs/mutation.md` says how.
 *
 * What is found is kept in `dist/mutate/results.json`, so that a run goes on where the last one ended, and only what changed since is done again. Survivors
 * that are no rule of the protocol are listed with their reason in `test/mutate/survivors.json`; any other makes the exit code 1.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsOf, OWN_KINDS, type Mutant } from './mutants.ts';
import { canBeTried, tryAll, type Result } from './tries.ts';
import { usualMutantsOf } from './usual.ts';

/** A change that survives, and why it may. */
interface Explained {
  readonly file: string;
  readonly from: string;
  /** Absent: whatever it becomes. */
  readonly to?: string;
  /** `equivalent`: nothing that a server does differs; `variant`: only a wrong protocol differs, and not in what it breaks. */
  readonly kind: 'equivalent' | 'no rule' | 'variant';
  readonly why: string;
}

/** What is changed, the most important first. A folder stands for its files. Not `view.ts`: what a server shows is no rule, and tests of traces hold it. */
const CORE = [
  'src/zab/election',
  'src/zab/leader',
  'src/zab/learner',
  ...['logger', 'roles', 'commit', 'database', 'server', 'snapshotting', 'quorum', 'clients', 'rules', 'copies', 'draft'].map(
    (name) => `src/zab/${name}.ts`,
  ),
  'src/zab/machines',
  ...['recovery', 'txnLog', 'epochFiles', 'logFile', 'snapshot', 'snapshotFile', 'retention', 'disk', 'names', 'txnCodec'].map(
    (name) => `src/store/${name}.ts`,
  ),
  ...['prep', 'sessions', 'apply', 'acl', 'auth', 'paths', 'quota', 'read', 'tree', 'containers', 'sessionIds', 'digest'].map(
    (name) => `src/tree/${name}.ts`,
  ),
];
/** Where rules write and send: for the own list. */
const WRITERS = /^src\/(zab|store)\//;

const HELP = `Usage: npm run mutate -- [FILE ...] [options]

Changes the core a little, one change at a time, and tells which change no test notices. Goes on where the last run ended.

  FILE         files or folders to change; default: the core, the most important first
  --minutes N  begin nothing new after N minutes
  --workers N  how many changes are tried at a time (default 2)
  --own        only dropped persists, sends and steps, and swapped orders
  --usual      only the usual changes, as Stryker makes them
  --again      try again what survived
  --report     try nothing, only tell what is known
  --json       tell it as JSON
  --note       tell the explained survivors as a table for docs/mutation.md
`;

const root = process.env['ZABLAB_ROOT'] ?? process.cwd();
const OUT = join(root, 'dist', 'mutate');
const RESULTS = join(OUT, 'results.json');
const SURVIVORS = join(root, 'test', 'mutate', 'survivors.json');

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '2' },
    own: { type: 'boolean' },
    usual: { type: 'boolean' },
    again: { type: 'boolean' },
    report: { type: 'boolean' },
    json: { type: 'boolean' },
    note: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main(): Promise<void> {
  const explained = (readJson(SURVIVORS) ?? []) as readonly Explained[];
  if (given.help === true) process.stdout.write(HELP);
  else if (given.note === true) note(explained);
  else await tryOrTell(explained);
}

async function tryOrTell(explained: readonly Explained[]): Promise<void> {
  const [minutes, workers] = [positive('minutes', given.minutes), positive('workers', given.workers)];
  const until = Date.now() + minutes * 60_000;
  mkdirSync(OUT, { recursive: true });
  const files = (positionals.length > 0 ? positionals : CORE).flatMap(filesOf);
  const all = canBeTried(root, (await Promise.all(files.map(mutantsIn))).flat());
  const known = new Results(files, all);
  if (given.report !== true) {
    const waiting = all.filter((mutant) => {
      const fate = known.of(mutant)?.fate;
      return fate === undefined || (given.again === true && fate === 'survived');
    });
    process.stderr.write(`${waiting.length} of ${all.length} changes are to be tried\n`);
    await tryAll(waiting, { root, out: OUT, workers, until, tell: (result) => known.add(result) });
    known.keep();
  }
  report(files, all, known, explained);
}

async function mutantsIn(file: string): Promise<readonly Mutant[]> {
  const text = readFileSync(join(root, file), 'utf8');
  return [
    ...(given.usual !== true && WRITERS.test(file) ? mutantsOf(file, text) : []),
    ...(given.own !== true ? await usualMutantsOf(file, text) : []),
  ];
}

/** What is known of changes of files as they are now. */
class Results {
  private readonly byKey = new Map<string, Result>();
  private added = 0;

  constructor(files: readonly string[], all: readonly Mutant[]) {
    const before = (readJson(RESULTS) ?? []) as readonly Result[];
    const now = new Set(all.map(keyOf));
    const partly = given.own === true || given.usual === true;
    for (const result of before)
      if (partly || !files.includes(result.file) || now.has(keyOf(result))) this.byKey.set(keyOf(result), result);
  }

  of(mutant: Mutant): Result | undefined {
    return this.byKey.get(keyOf(mutant));
  }

  add(result: Result): void {
    this.byKey.set(keyOf(result), result);
    this.added++;
    // Whoever stops a run of hours keeps what it found.
    if (this.added % 50 === 0) this.keep();
    if (this.added % 250 === 0) process.stderr.write(`${this.added} tried\n`);
  }

  keep(): void {
    writeFileSync(RESULTS, JSON.stringify([...this.byKey.values()], null, 1));
  }
}

function keyOf({ file, kind, start, from, to }: Mutant): string {
  return JSON.stringify([file, kind, start, from, to]);
}

// ---------------------------------------------------------------------------------------------------------------------
// What is known.

function report(files: readonly string[], all: readonly Mutant[], known: Results, explained: readonly Explained[]): void {
  const results = all.flatMap((mutant) => known.of(mutant) ?? []);
  const open = results.filter((result) => result.fate === 'survived' && !explained.some((one) => explains(one, result)));
  const rows = files
    .map((file) => ({ file, ...count(all, results, open, (each) => each.file === file) }))
    .filter(({ mutants }) => mutants > 0);
  const kinds = [...OWN_KINDS, 'usual'].map((kind) => ({
    kind,
    ...count(all, results, open, (each) => (isOwn(each) ? each.kind : 'usual') === kind),
  }));
  const total = count(all, results, open, () => true);
  const gone = explained.filter(
    (one) => files.includes(one.file) && !results.some((result) => result.fate === 'survived' && explains(one, result)),
  );
  if (given.json === true) {
    process.stdout.write(`${JSON.stringify({ total, kinds, files: rows, open, gone })}\n`);
  } else {
    for (const { file, ...counts } of rows) console.log(`${file.padEnd(34)} ${told(counts)}`);
    for (const { file, line, kind, from, to } of open) console.log(`\nsurvived: ${file}:${line} ${kind}\n- ${clip(from)}\n+ ${clip(to)}`);
    for (const { file, from } of total.untried === 0 ? gone : [])
      console.log(`\nexplained, but it does not survive: ${file}: ${clip(from)}`);
    console.log();
    for (const { kind, ...counts } of kinds) console.log(`${kind.padEnd(16)} ${told(counts)}`);
    console.log(`\n${told(total)}`);
  }
  process.exitCode = open.length > 0 ? 1 : 0;
}

interface Counts {
  readonly mutants: number;
  readonly untried: number;
  readonly killed: number;
  readonly timeout: number;
  readonly refused: number;
  readonly survived: number;
  readonly unexplained: number;
}

function count(all: readonly Mutant[], results: readonly Result[], open: readonly Result[], which: (mutant: Mutant) => boolean): Counts {
  const [mutants, tried] = [all.filter(which).length, results.filter(which)];
  const of = (fate: Result['fate']): number => tried.filter((each) => each.fate === fate).length;
  return {
    mutants,
    untried: mutants - tried.length,
    killed: of('killed'),
    timeout: of('timeout'),
    refused: of('refused'),
    survived: of('survived'),
    unexplained: open.filter(which).length,
  };
}

function told({ mutants, untried, killed, timeout, refused, survived, unexplained }: Counts): string {
  const ends = `${killed} killed, ${timeout} without end, ${refused} refused by the compiler, ${survived} survived`;
  return `${mutants} changes: ${ends}${unexplained > 0 ? ` (${unexplained} unexplained)` : ''}${untried > 0 ? `, ${untried} not tried` : ''}`;
}

function isOwn({ kind }: Mutant): boolean {
  return OWN_KINDS.some((own) => own === kind);
}

function explains({ file, from, to }: Explained, result: Result): boolean {
  return file === result.file && squeeze(from) === squeeze(result.from) && (to === undefined || squeeze(to) === squeeze(result.to));
}

function note(explained: readonly Explained[]): void {
  console.log('| File | Change | Why it survives |\n| --- | --- | --- |');
  for (const { file, from, to, kind, why } of explained) {
    const change = to === undefined ? code(from) : `${code(from)} → ${to === '' ? 'nothing' : code(to)}`;
    console.log(`| ${file.replace(/^src\//, '')} | ${change} | ${kind}: ${why} |`);
  }
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();
const code = (text: string): string => `\`${squeeze(text).replaceAll('|', '\\|')}\``;
const clip = (text: string): string => (squeeze(text).length > 160 ? `${squeeze(text).slice(0, 160)}...` : squeeze(text));

// ---------------------------------------------------------------------------------------------------------------------
// Files and arguments.

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} ${text}: expected a number above 0`);
  return value;
}

function filesOf(path: string): readonly string[] {
  const at = join(root, path);
  if (!existsSync(at)) throw new Error(`${path}: there is no such file`);
  if (!statSync(at).isDirectory()) return [path];
  return readdirSync(at)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => posix.join(path, name));
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

main().catch((error: unknown) => {
  process.stderr.write(`mutate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});

/**
 * `npm run mutate [-- FILE ...] [--minutes N] [--workers N] [--own | --stryker] [--report] [--json] [--note]`: changes the core a little, one change at a
 * time, and tells which change no test notices.
 *
 * The own list (`test/mutate/mutants.ts`) drops persists, sends and steps, and swaps what must be in order; Stryker makes the usual changes, file by file.
 * Both keep what they found in `dist/mutate`, so that a run goes on where the last one ended, and only what changed since is done again. Survivors that are
 * no rule of the protocol are listed with their reason in `test/mutate/survivors.json`; any other makes the exit code 1.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join, posix } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './lib/install.mjs';
import { buildForNode } from './lib/nodeBuild.mjs';

/** @typedef {{ file: string, line: number, what: string, from: string, to: string, fate: 'killed' | 'timeout' | 'survived' | 'uncovered' }} Result */
/** @typedef {{ file: string, from: string, to?: string, kind: 'equivalent' | 'no rule' | 'variant', why: string }} Explained */

/** What is changed, the most important first. A folder stands for its files. */
const CORE = [
  'src/zab/election',
  'src/zab/leader',
  'src/zab/learner',
  ...['logger', 'roles', 'commit', 'database', 'server', 'snapshotting', 'quorum', 'clients', 'view', 'rules', 'copies', 'draft'].map(
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
const OUT = join(root, 'dist', 'mutate');
const HELP = `Usage: npm run mutate -- [FILE ...] [options]

Changes the core a little, one change at a time, and tells which change no test notices. Goes on where the last run ended.

  FILE         files or folders to change; default: the core, the most important first
  --minutes N  begin nothing new after N minutes
  --workers N  how many changes are tried at a time (default 2)
  --own        only dropped persists, sends and steps, and swapped orders
  --stryker    only the usual changes
  --again      try again what survived the own list (Stryker does so by itself when tests have changed)
  --report     try nothing, only tell what is known
  --json       tell it as JSON
  --note       tell the explained survivors as a table for docs/mutation.md
`;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    workers: { type: 'string' },
    own: { type: 'boolean' },
    stryker: { type: 'boolean' },
    again: { type: 'boolean' },
    report: { type: 'boolean' },
    json: { type: 'boolean' },
    note: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main() {
  ensureInstalled();
  const minutes = positive('minutes', given.minutes ?? '100000');
  const workers = positive('workers', given.workers ?? '2');
  const files = (positionals.length > 0 ? positionals : CORE).flatMap(filesOf);
  const until = Date.now() + minutes * 60_000;
  mkdirSync(OUT, { recursive: true });
  if (given.report !== true && given.note !== true) {
    if (given.stryker !== true) await own(files, until, workers);
    if (given.own !== true) stryker(files, until, workers);
  }
  const results = [...ownResults(), ...strykerResults()].filter(({ file }) => files.includes(file));
  const explained = /** @type {Explained[]} */ (readJson(join(root, 'test', 'mutate', 'survivors.json')) ?? []);
  if (given.note === true) note(explained);
  else report(files, results, explained);
}

/**
 * @param {string} name
 * @param {string} text
 */
function positive(name, text) {
  const value = Number(text);
  if (!(value > 0)) fail(`--${name} ${text}: expected a number above 0`);
  return value;
}

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  const at = join(root, path);
  if (!existsSync(at)) fail(`${path}: there is no such file`);
  if (!statSync(at).isDirectory()) return [path];
  return readdirSync(at)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => posix.join(path, name));
}

/**
 * @param {readonly string[]} files
 * @param {number} until
 * @param {number} workers
 */
async function own(files, until, workers) {
  const mine = files.filter((file) => WRITERS.test(file));
  if (mine.length === 0) return;
  const program = await buildForNode('mutate-own', 'test/mutate/own.ts');
  const minutes = Math.max(0, (until - Date.now()) / 60_000);
  const args = ['--minutes', String(minutes), '--workers', String(workers), ...(given.again === true ? ['--again'] : [])];
  const done = run([program, ...mine, ...args]);
  if (done !== 0) fail('the own list came to no end');
}

/**
 * Each file is a run of its own: what is found is kept when it ends.
 *
 * @param {readonly string[]} files
 * @param {number} until
 * @param {number} workers
 */
function stryker(files, until, workers) {
  const program = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  for (const file of files) {
    if (Date.now() > until) return;
    process.stderr.write(`${file}\n`);
    const args = ['run', 'test/mutate/stryker.config.mjs', '--mutate', file, '--concurrency', String(workers)];
    if (run([program, ...args]) !== 0) fail(`Stryker did not come to an end with ${file}`);
  }
}

/** @param {readonly string[]} args */
function run(args) {
  const stdio = /** @type {import('node:child_process').StdioOptions} */ (['ignore', given.json === true ? 2 : 'inherit', 'inherit']);
  return spawnSync(process.execPath, args, { cwd: root, stdio, env: { ...process.env, ZABLAB_ROOT: root } }).status;
}

// ---------------------------------------------------------------------------------------------------------------------
// What is known.

/** @param {string} file */
function textOf(file) {
  const at = join(root, file);
  return existsSync(at) ? readFileSync(at, 'utf8') : '';
}

/** @param {string} path @returns {any} */
function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** What the own list found in files as they are now. @returns {Result[]} */
function ownResults() {
  return (readJson(join(OUT, 'own.json')) ?? [])
    .filter((/** @type {any} */ { file, start, end, from }) => textOf(file).slice(start, end) === from)
    .map((/** @type {any} */ { file, line, kind, from, to, fate }) => ({ file, line, what: kind, from, to, fate }));
}

/** What Stryker found in files as they are now. @returns {Result[]} */
function strykerResults() {
  const { files = {} } = readJson(join(OUT, 'incremental.json')) ?? {};
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    if (source !== textOf(file)) return [];
    const lines = source.split('\n');
    const fates = /** @type {Record<string, Result['fate']>} */ ({
      Killed: 'killed',
      Timeout: 'timeout',
      Survived: 'survived',
      NoCoverage: 'uncovered',
      RuntimeError: 'killed',
    });
    return mutants.flatMap((/** @type {any} */ { location, mutatorName, replacement, status }) => {
      const fate = fates[status];
      const from = between(lines, location);
      return fate === undefined ? [] : [{ file, line: location.start.line, what: mutatorName, from, to: replacement ?? '', fate }];
    });
  });
}

/**
 * @param {readonly string[]} lines
 * @param {{ start: { line: number, column: number }, end: { line: number, column: number } }} location from 1
 */
function between(lines, { start, end }) {
  const part = lines.slice(start.line - 1, end.line);
  if (part.length === 1) return (part[0] ?? '').slice(start.column - 1, end.column - 1);
  return [(part[0] ?? '').slice(start.column - 1), ...part.slice(1, -1), (part.at(-1) ?? '').slice(0, end.column - 1)].join('\n');
}

/**
 * @param {readonly string[]} files
 * @param {readonly Result[]} results
 * @param {readonly Explained[]} explained
 */
function report(files, results, explained) {
  const survivors = results.filter(({ fate }) => fate === 'survived' || fate === 'uncovered');
  const open = survivors.filter((result) => !explained.some((one) => explains(one, result)));
  const rows = files
    .map((file) => ({ file, all: results.filter((result) => result.file === file) }))
    .filter(({ all }) => all.length > 0)
    .map(({ file, all }) => ({ file, ...count(all), open: open.filter((result) => result.file === file).length }));
  const total = { ...count(results), open: open.length };
  if (given.json === true) {
    process.stdout.write(
      `${JSON.stringify({ total, files: rows, open, unknown: files.filter((file) => !rows.some((row) => row.file === file)) })}\n`,
    );
  } else {
    for (const { file, mutants, killed, timeout, survived } of rows)
      console.log(`${file.padEnd(36)} ${mutants} changed, ${killed} killed, ${timeout} without end, ${survived} survived`);
    for (const { file, line, what, fate, from, to } of open)
      console.log(`\n${fate}: ${file}:${line} ${what}\n- ${clip(from)}\n+ ${clip(to)}`);
    console.log(
      `\n${total.mutants} mutants: ${total.killed + total.timeout} killed, ${total.survived} survived, ${open.length} of them unexplained`,
    );
  }
  process.exitCode = open.length > 0 ? 1 : 0;
}

/** @param {Explained} one @param {Result} result */
function explains({ file, from, to }, result) {
  return file === result.file && squeeze(from) === squeeze(result.from) && (to === undefined || squeeze(to) === squeeze(result.to));
}

/** @param {readonly Result[]} results */
function count(results) {
  const of = (/** @type {Result['fate'][]} */ ...fates) => results.filter(({ fate }) => fates.includes(fate)).length;
  return { mutants: results.length, killed: of('killed'), timeout: of('timeout'), survived: of('survived', 'uncovered') };
}

/** @param {readonly Explained[]} explained */
function note(explained) {
  console.log('| File | Change | Why it survives |\n| --- | --- | --- |');
  for (const { file, from, to, kind, why } of explained) {
    const change = to === undefined ? code(from) : `${code(from)} → ${to === '' ? 'nothing' : code(to)}`;
    console.log(`| ${file.replace(/^src\//, '')} | ${change} | ${kind}: ${why} |`);
  }
}

/** @param {string} text */
const code = (text) => `\`${squeeze(text).replaceAll('|', '\\|')}\``;
/** @param {string} text */
const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

/** @param {string} text */
function clip(text) {
  const line = squeeze(text);
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`mutate: ${message}`);
  process.exit(2);
}

if (given.help === true) process.stdout.write(HELP);
else await main();

/** `npm run coverage`: which branches of the rules the recordings, the specification and the exploration take. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { branchesOf, judge, mergeBranches } from './lib/branches.mjs';
import { root } from './lib/install.mjs';
import { buildForNode } from './lib/nodeBuild.mjs';

const HELP = `Usage: npm run coverage [-- OPTIONS]

Replays the recordings and the behaviours of the specification, explores with fixed seeds, and says which branches of the rules were never taken: those
of src/zab, of what reads and writes logs, snapshots and epoch files, and of src/tree.

  --only NAME  golden, spec or explore (the list of explained branches is not judged then)
  --json       one line of JSON instead of sentences
  --all        also the branches that were never taken and are explained

The exit code is 1 when a branch was never taken and test/coverage/explained.json does not say why, or says it of one that was.
`;

const RUNS = {
  golden: 'test/golden/replay.ts',
  spec: 'test/golden/spec/replay.ts',
  explore: 'test/coverage/explore.ts',
};
/** What is measured. The rest of the store says what is on a disk to people. */
const MEASURED = /^src\/(zab\/.*|tree\/.*|store\/(recovery|txnLog|logFile|snapshot|snapshotFile|epochFiles|retention|txnCodec|names))\.ts$/;

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean' }, all: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) process.stdout.write(HELP);
else process.exitCode = await main();

async function main() {
  const names = Object.keys(RUNS).filter((name) => values.only === undefined || values.only === name);
  if (names.length === 0) {
    process.stderr.write(`coverage: --only ${values.only}: expected ${Object.keys(RUNS).join(', ')}\n`);
    return 2;
  }
  const runs = [];
  for (const name of names) {
    const entry = RUNS[/** @type {keyof typeof RUNS} */ (name)];
    const program = await buildForNode(`coverage-${name}`, entry, { measured: true });
    const counts = join(root, `dist/coverage-${name}-counts`);
    rmSync(counts, { recursive: true, force: true });
    mkdirSync(counts, { recursive: true });
    if (!(await run(name, program, counts))) return 1;
    runs.push(await read(counts, join(root, `dist/coverage-${name}`)));
  }
  return report(mergeBranches(runs), names);
}

/**
 * @param {string} name
 * @param {string} program
 * @param {string} counts folder for what V8 counts
 * @returns {Promise<boolean>}
 */
async function run(name, program, counts) {
  const started = performance.now();
  let said = '';
  const child = spawn(process.execPath, [program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ZABLAB_ROOT: root, NODE_V8_COVERAGE: counts },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const last = said.trim().split('\n').at(-1) ?? '';
  if (values.json !== true) console.log(`${name}: ${last} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  if (code !== 0) process.stderr.write(`${said}\ncoverage: ${name} failed\n`);
  return code === 0;
}

/**
 * @param {string} counts
 * @param {string} bundle
 * @returns {Promise<import('./lib/branches.mjs').Branch[]>}
 */
async function read(counts, bundle) {
  const branches = [];
  for (const file of readdirSync(counts)) {
    const { result } = JSON.parse(readFileSync(join(counts, file), 'utf8'));
    for (const script of result) {
      if (!script.url.startsWith('file://')) continue;
      const path = fileURLToPath(script.url);
      if (relative(bundle, path).startsWith('..') || !existsSync(`${path}.map`)) continue;
      const map = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
      branches.push(...(await branchesOf(script, readFileSync(path, 'utf8'), map, sourceOf)));
    }
  }
  return branches;
}

/** @param {string} path */
function sourceOf(path) {
  const name = relative(root, path);
  return MEASURED.test(name) ? { name, text: readFileSync(path, 'utf8') } : null;
}

/**
 * @param {import('./lib/branches.mjs').Branch[]} branches
 * @param {readonly string[]} names
 * @returns {number} exit code
 */
function report(branches, names) {
  const whole = names.length === Object.keys(RUNS).length;
  const list = whole ? JSON.parse(readFileSync(join(root, 'test/coverage/explained.json'), 'utf8')) : [];
  const { unexplained, explained, stale } = judge(branches, list);
  const taken = branches.filter((branch) => branch.taken).length;
  const files = [...new Set(branches.map(({ file }) => file))].map((file) => {
    const own = branches.filter((branch) => branch.file === file);
    return { file, taken: own.filter((branch) => branch.taken).length, of: own.length };
  });
  const failed = whole && unexplained.length + stale.length > 0;
  if (values.json === true) {
    console.log(JSON.stringify({ runs: names, taken, of: branches.length, files, unexplained, explained, stale }));
    return failed ? 1 : 0;
  }
  for (const { file, taken, of } of files) console.log(`${String(taken).padStart(5)} of ${String(of).padEnd(4)} ${file}`);
  for (const branch of unexplained) console.log(lineOf(branch));
  if (values.all === true) for (const branch of explained) console.log(`explained ${lineOf(branch)}`);
  for (const { why, branches: keys } of list) console.log(`${String(keys.length).padStart(5)} explained: ${why}`);
  for (const each of stale) console.log(`test/coverage/explained.json: ${each}`);
  console.log(`${taken} of ${branches.length} branches; ${explained.length} explained, ${unexplained.length} not`);
  return failed ? 1 : 0;
}

/** @param {import('./lib/branches.mjs').Branch} branch */
function lineOf({ file, line, rule, kind, text }) {
  return `${file}:${line} ${rule === '' ? '' : `${rule}: `}${kind === 'function' ? 'never called' : kind}: ${text}`;
}

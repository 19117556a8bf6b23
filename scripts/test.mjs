/**
 * `npm test [-- SUITE ...]`: everything that must hold, or the suites that are named (types, lint, unit, golden, size, browser).
 * Ends with `N passed, N failed`, and with a code other than 0 when something failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrInstallChromium, NO_CHROMIUM } from './lib/chromium.mjs';
import { ensureInstalled, root } from './lib/install.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/** @typedef {{ code: number, output: string }} Ran */

const reports = mkdtempSync(join(tmpdir(), 'zablab-test-'));
process.on('exit', () => rmSync(reports, { recursive: true, force: true }));

/** @type {Record<string, () => Tally | Promise<Tally>>} */
const suites = {
  types: () => sum([check('tsc', ['--noEmit']), check('svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings'])]),
  lint: () =>
    sum([
      check('eslint', ['.']),
      check('prettier', ['--check', '--log-level', 'warn', '.']),
      check('depcruise', ['src', '--config', '.dependency-cruiser.cjs']),
    ]),
  unit,
  golden,
  size: () => sum([check('vite', ['build', '--logLevel', 'warn']), check('size-limit', [])]),
  browser,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no such suite. There are ${Object.keys(suites).join(', ')}; none named means all.`);
  process.exit(1);
}

ensureInstalled();
const rows = [];
for (const [name, run] of Object.entries(suites)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n== ${name} ==`);
  const startedAt = Date.now();
  const tally = await run();
  rows.push({ name, tally, seconds: ((Date.now() - startedAt) / 1000).toFixed(0) });
}

console.log('');
for (const { name, tally, seconds } of rows) {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  console.log(`${name.padEnd(8)} ${tally.passed} passed, ${tally.failed} failed${skipped} (${seconds} s)`);
}
const total = sum(rows.map((row) => row.tally));
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);

/** @returns {Tally} */
function unit() {
  const report = join(reports, 'unit.json');
  const { code } = tool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  const json = readReport(report);
  if (json === null) return ofCode(code);
  // A file that does not even load has no tests to count: it counts as one that failed.
  const unloaded = json.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  return withCode(code, {
    passed: json.numPassedTests,
    failed: json.numFailedTests + unloaded,
    skipped: json.numPendingTests + json.numTodoTests,
  });
}

/** @returns {Tally} */
function golden() {
  const { code, output } = capture(process.execPath, [join(root, 'scripts', 'golden.mjs')]);
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return last === undefined ? ofCode(code) : withCode(code, { passed: Number(last[1]), failed: Number(last[2]), skipped: 0 });
}

/** @returns {Promise<Tally>} */
async function browser() {
  const chromium = await findOrInstallChromium();
  if (chromium === null) {
    console.error(NO_CHROMIUM);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const report = join(reports, 'browser.json');
  const env = { CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  const { code } = tool('playwright', ['test', '-c', 'test/browser/playwright.config.ts', '--reporter=list,json'], env);
  const json = readReport(report);
  if (json === null) return ofCode(code);
  const { expected, unexpected, flaky, skipped } = json.stats;
  return withCode(code, { passed: expected + flaky, failed: unexpected, skipped });
}

/**
 * One program whose exit code is the result.
 *
 * @param {string} name
 * @param {readonly string[]} args
 */
function check(name, args) {
  const { code } = tool(name, args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  return ofCode(code);
}

/**
 * A program of `node_modules/.bin`, with its output shown.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
function tool(name, args, env = {}) {
  const windows = process.platform === 'win32';
  const path = join(root, 'node_modules', '.bin', windows ? `${name}.cmd` : name);
  const done = spawnSync(path, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: windows,
    env: { ...process.env, ...env },
  });
  return { code: done.status ?? 1 };
}

/**
 * Runs a program, shows what it printed, and gives it back.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Ran}
 */
function capture(program, args) {
  const done = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, INIT_CWD: root },
  });
  process.stdout.write(done.stdout);
  return { code: done.status ?? 1, output: done.stdout };
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * @param {number} code
 * @returns {Tally}
 */
function ofCode(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/**
 * A run that ends badly has failed even if each of its tests passed.
 *
 * @param {number} code
 * @param {Tally} tally
 * @returns {Tally}
 */
function withCode(code, tally) {
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
function sum(tallies) {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  });
}

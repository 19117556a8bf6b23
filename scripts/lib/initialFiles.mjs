/**
 * What a browser loads before the first election is visible: the page's scripts and styles with all they import at once, what the page
 * asks for while it starts (the texts of one language, the ensemble, the first scenario), and the worker that a server runs in. What is
 * imported later, when somebody opens it, is not among it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './install.mjs';

const PAGE = 'index.html';
const STARTS = ['src/app/engine/launch.ts', 'virtual:scenario/first-election'];
const LANGUAGES = [
  ['src/app/i18n/en.ts', 'src/trace/narrate/en.ts'],
  ['src/app/i18n/zh.ts', 'src/trace/narrate/zh.ts'],
];
const WORKER = /new URL\(\s*["'`]([^"'`]+\.js)["'`]/g;

/** @typedef {{ readonly file: string, readonly src?: string, readonly name?: string, readonly css?: readonly string[], readonly imports?: readonly string[], readonly dynamicImports?: readonly string[] }} Chunk */

/**
 * @param {string} dist the built app
 * @returns {string[]} paths relative to the project; of the languages, the one with more to load
 * @throws Error when the app is not built, or no longer starts with what is known here
 */
export function initialFiles(dist = join(root, 'dist', 'app')) {
  const path = join(dist, '.vite', 'manifest.json');
  if (!existsSync(path)) throw new Error(`${relative(root, path)} does not exist: run npm run build first`);
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const [first = [], ...others] = LANGUAGES.map((language) => filesOf(manifest, dist, [PAGE, ...STARTS, ...language]));
  return others.reduce((most, files) => (gzipped(files) > gzipped(most) ? files : most), first).map((file) => relative(root, file));
}

/**
 * @param {Record<string, Chunk>} manifest
 * @param {string} dist
 * @param {readonly string[]} entries
 */
function filesOf(manifest, dist, entries) {
  /** @type {Set<string>} */
  const files = new Set();
  const waiting = entries.map((entry) => keyOf(manifest, entry));
  /** @type {Set<string>} */
  const seen = new Set();
  for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key)) continue;
    seen.add(key);
    const script = join(dist, chunk.file);
    for (const file of [script, ...(chunk.css ?? []).map((css) => join(dist, css)), ...workersOf(script)]) files.add(file);
    waiting.push(...(chunk.imports ?? []));
  }
  return [...files];
}

/**
 * @param {Record<string, Chunk>} manifest
 * @param {string} entry
 */
function keyOf(manifest, entry) {
  const key = Object.keys(manifest).find((candidate) => candidate.replace(/^[\0_]+(x00__)?/, '').endsWith(entry));
  if (key === undefined)
    throw new Error(`the built page has no part called ${entry}; what it loads first is listed in scripts/lib/initialFiles.mjs`);
  return key;
}

/** @param {string} script */
function workersOf(script) {
  return [...readFileSync(script, 'utf8').matchAll(WORKER)].map((match) => join(script, '..', match[1] ?? ''));
}

/** @param {readonly string[]} files */
function gzipped(files) {
  return files.reduce((total, file) => total + gzipSync(readFileSync(file)).length, 0);
}

/**
 * What a browser loads before the first election is visible: the page's scripts and styles, what they import at once, and the
 * worker that a server runs in. What is imported on demand (`import()`) is not among it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './install.mjs';

const PAGE = /(?:src|href)="([^"]+\.(?:js|css))"/g;
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["']([^"']+\.js)["']/g;
const WORKER = /new URL\(\s*["'`]([^"'`]+\.js)["'`]/g;

/**
 * @param {string} dist the built app
 * @returns {string[]} paths relative to the project, in the order they are met
 * @throws Error when the app is not built
 */
export function initialFiles(dist = join(root, 'dist', 'app')) {
  const page = join(dist, 'index.html');
  if (!existsSync(page)) throw new Error(`${relative(root, page)} does not exist: run npm run build first`);
  /** @type {Set<string>} */
  const files = new Set();
  const waiting = references(page, [PAGE]);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    if (files.has(file) || !existsSync(file)) continue;
    files.add(file);
    if (file.endsWith('.js')) waiting.push(...references(file, [STATIC_IMPORT, WORKER]));
  }
  return [...files].map((file) => relative(root, file));
}

/**
 * @param {string} file
 * @param {readonly RegExp[]} patterns
 */
function references(file, patterns) {
  const text = readFileSync(file, 'utf8');
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => join(dirname(file), match[1] ?? '')));
}

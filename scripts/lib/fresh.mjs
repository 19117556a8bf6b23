/**
 * Building only when a source is newer than what was built.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/**
 * Whether `built` (a file, relative to the project) is missing or older than any source.
 *
 * @param {string} built
 * @param {readonly string[]} sources files and folders, relative to the project
 */
export function isStale(built, sources) {
  const path = join(root, built);
  if (!existsSync(path)) return true;
  const builtAt = statSync(path).mtimeMs;
  return sources.some((source) => newest(join(root, source)) > builtAt);
}

/**
 * Time of the last change in a file or below a folder, ms; 0 when it does not exist.
 *
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  if (!existsSync(path)) return 0;
  const at = statSync(path);
  if (!at.isDirectory()) return at.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), at.mtimeMs);
}

/**
 * Dependencies, installed when they are missing. Only Node's own modules may be imported here: nothing else is there yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Whether `node_modules` is absent, or older than the lockfile. npm writes its own lockfile last, so that file's time tells. */
export function needsInstall(folder = root) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(join(folder, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

/** Whether `node_modules` is a link: it belongs to another folder, and `npm ci` would empty that one. */
export function isLinked(folder = root) {
  return lstatSync(join(folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Runs `npm ci` when it is needed. Ends the process with one sentence when that fails. */
export function ensureInstalled() {
  if (!needsInstall()) return;
  if (isLinked()) {
    console.warn('node_modules is a link and older than package-lock.json: it is left as it is. Run npm ci in the folder it belongs to.');
    return;
  }
  console.log('Installing dependencies (npm ci) ...');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status === 0) return;
  console.error('npm ci failed: the lines above say why. Zablab needs Node 20.19 or newer and the npm registry, nothing else.');
  process.exit(1);
}

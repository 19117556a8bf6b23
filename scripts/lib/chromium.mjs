/**
 * Where the browser tests find a Chromium. None is downloaded: the distribution's is used.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** What the tests pass to every Chromium: it may run as root in a container, and talks to nobody. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** What to tell a person when there is no Chromium. */
export const NO_CHROMIUM =
  'No Chromium was found: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to the executable, then run npm test again.';

/**
 * The path of a Chromium, or null: `CHROMIUM_PATH`, else one on the PATH, else Debian's place, else the one Playwright has installed.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | null>}
 */
export async function findChromium(env = process.env) {
  const named = env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') return isProgram(named) ? named : null;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), '/usr/bin/chromium'];
  return candidates.find(isProgram) ?? (await playwrightsOwn());
}

/**
 * Like `findChromium`, and installs Debian's package where this process may (root, apt-get).
 *
 * @returns {Promise<string | null>}
 */
export async function findOrInstallChromium() {
  const found = await findChromium();
  if (found !== null || process.env['CHROMIUM_PATH'] || process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get')) return found;
  console.log("Installing Debian's chromium (apt-get) ...");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-q'], { stdio: 'inherit', env });
  spawnSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { stdio: 'inherit', env });
  return findChromium();
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @returns {Promise<string | null>} */
async function playwrightsOwn() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return isProgram(path) ? path : null;
}

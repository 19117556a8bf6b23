/**
 * `npm start [-- --port N] [--no-open]`: installs what is missing, builds, serves on loopback and opens the app. Ctrl-C stops.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { isStale } from './lib/fresh.mjs';
import { ensureInstalled, root } from './lib/install.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    'no-open': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'npm start [-- --port N] [--no-open]\n\nServes Zablab on 127.0.0.1 (port 4173, or the next free one) and opens it in the browser.',
  );
  process.exit(0);
}
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`--port ${values.port}: expected a whole number from 1 to 65535, such as --port 4173`);
  process.exit(1);
}

ensureInstalled();
const { build, preview } = await import('vite');
if (isStale('dist/app/index.html', ['src', 'lessons', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']))
  await build({ root, logLevel: 'warn' });

const server = await preview({ root, logLevel: 'error', preview: { host: '127.0.0.1', port, strictPort: false } });
const address = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`;
console.log(`Zablab is at ${address} (Ctrl-C stops)`);
if (!values['no-open'] && !process.env['CI']) openInBrowser(address);

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    void server.close().finally(() => process.exit(0));
  });
}

/**
 * Asks the desktop to open an address. Where there is no desktop nothing happens: the address is printed anyway.
 *
 * @param {string} url
 */
function openInBrowser(url) {
  const isLinux = process.platform !== 'darwin' && process.platform !== 'win32';
  if (isLinux && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return;
  /** @type {Record<string, [string, string[]]>} */
  const openers = { darwin: ['open', [url]], win32: ['cmd', ['/c', 'start', '', url]] };
  const [program, args] = openers[process.platform] ?? ['xdg-open', [url]];
  const opener = spawn(program, args, { stdio: 'ignore', detached: true });
  opener.on('error', () => {});
  opener.unref();
}

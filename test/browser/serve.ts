/**
 * Builds the app when a source is newer than what was built, and serves it on a free loopback port, below a sub-folder, as a static host would.
 */
import { build, preview } from 'vite';
import { isStale } from '../../scripts/lib/fresh.mjs';
import { freePort } from '../support/freePort.ts';

/** Not the root: an address that ignores it leads to nothing. */
const FOLDER = '/class/zablab/';
const SOURCES = ['src', 'lessons', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'];

export default async function serve(): Promise<() => Promise<void>> {
  const port = await freePort();
  if (isStale('dist/app/index.html', SOURCES)) await build({ logLevel: 'warn' });
  const server = await preview({ base: FOLDER, logLevel: 'error', preview: { host: '127.0.0.1', port, strictPort: true } });
  process.env['ZABLAB_URL'] = `http://127.0.0.1:${port}${FOLDER}`;
  return () => server.close();
}

/**
 * TypeScript for Node: Node 20 runs no TypeScript, so what is started from a terminal is bundled by Vite first.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isStale } from './fresh.mjs';
import { ensureInstalled, root } from './install.mjs';

/** Beside every program, where those who start threads look for them: `serverThread.js`, `exploreThread.js`. */
const THREADS = { serverThread: 'src/ensemble/host/serverThread.ts', exploreThread: 'src/cli/exploreThread.ts' };

/**
 * Bundles `entry` into `dist/<name>/main.js`, with the entries of worker threads beside it, when a source is newer.
 *
 * @param {string} name
 * @param {string} entry relative to the project
 * @param {{ measured?: boolean }} how `measured`: with source maps, and with the code that nobody calls
 * @returns {Promise<string>} path of the program
 */
export async function buildForNode(name, entry, { measured = false } = {}) {
  ensureInstalled();
  const out = `dist/${name}`;
  const program = `${out}/main.js`;
  if (isStale(program, ['src', 'test', 'lessons', 'package-lock.json', 'scripts/lib'])) {
    const { build } = await import('vite');
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      build: {
        ssr: true,
        outDir: out,
        emptyOutDir: true,
        copyPublicDir: false,
        target: 'node20',
        minify: false,
        sourcemap: measured,
        rollupOptions: {
          treeshake: !measured,
          input: {
            main: join(root, entry),
            ...Object.fromEntries(Object.entries(THREADS).map(([name, file]) => [name, join(root, file)])),
          },
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
        },
      },
    });
  }
  return join(root, program);
}

/** For programs that hunt: each thread collects its own garbage on its own core, where V8's helpers would take a part of another hunter's. */
export const A_CORE_EACH = '--single-threaded-gc';

/**
 * Builds a program and runs it with the arguments of this process, in the folder where npm was called.
 *
 * @param {string} name
 * @param {string} entry
 * @param {readonly string[]} nodeArgs
 * @param {NodeJS.ProcessEnv} env
 */
export async function runForNode(name, entry, nodeArgs = [], env = {}) {
  const program = await buildForNode(name, entry);
  const done = spawnSync(process.execPath, [...nodeArgs, '--enable-source-maps', program, ...process.argv.slice(2)], {
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    stdio: 'inherit',
    env: { ...process.env, ...env, ZABLAB_ROOT: root },
  });
  process.exitCode = done.status ?? 1;
}

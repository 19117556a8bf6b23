import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { offline } from './src/app/offline/plugin.ts';
import { checkedScenarios } from './src/app/build/checkedScenarios.ts';
import { lessons } from './src/lesson/compile/plugin.ts';
import { compiledMachines } from './src/zab/machines/compile/plugin.ts';

/** Files that are all needed before the first election is seen, and by many parts of the page that are loaded later. */
const FIRST =
  /src\/(base\/(chunked|ids|random|zxid)|trace\/(fold|view|files|strip|timeline|traceIndex|flightLines|sorted|quiet|narrate|narrate\/(messages|text))|app\/(stage\/|caption\/suggest|transport\/cinema|i18n\/i18n|shell\/(ui|settings|format|Icon)|engine\/(run|emitter)))[^/]*$/;

/** The ensemble with its checks: also needed at once, but only by what runs one. */
const ENSEMBLE =
  /src\/(ensemble\/(?!commandSchema|damage|explore|facts|host\/serve|host\/thread|runScenario|scenario\.|scenarioError|scenarios|script\.|seldom|steps|verify)|app\/engine\/(launch|simulator)|zab\/(profile|quorum)\.|tree\/aclCache|store\/(disk|errors|jute|names)\.)[^?]*$/;

export default defineConfig({
  // Relative addresses: the built app works from any folder of any static host.
  base: './',
  plugins: [svelte({ configFile: false }), lessons(), checkedScenarios(), offline()],
  worker: { format: 'es', plugins: () => [compiledMachines()] },
  // The command line is built beside it, in `dist/cli`: emptying one must not empty the other.
  build: {
    outDir: 'dist/app',
    manifest: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What every visit needs in one piece: many small ones cost a request each, and compress worse.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'start', test: FIRST },
            { name: 'ensemble', test: ENSEMBLE },
          ],
        },
      },
    },
  },
  preview: { host: '127.0.0.1' },
  server: { host: '127.0.0.1' },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', '**/node_modules/**', '**/fixtures/**'],
    environment: 'node',
    // Simulated runs take CPU, not waiting: two at a time is what a small machine has, and a slow one is still not stuck.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

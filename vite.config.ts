import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { offline } from './src/app/offline/plugin.ts';
import { checkedScenarios } from './src/app/build/checkedScenarios.ts';
import { lessons } from './src/lesson/compile/plugin.ts';
import { compiledMachines } from './src/zab/machines/compile/plugin.ts';

export default defineConfig({
  // Relative addresses: the built app works from any folder of any static host.
  base: './',
  plugins: [svelte({ configFile: false }), lessons(), checkedScenarios(), offline()],
  worker: { format: 'es', plugins: () => [compiledMachines()] },
  // The command line is built beside it, in `dist/cli`: emptying one must not empty the other.
  build: { outDir: 'dist/app', manifest: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
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

/** Figures of a long trace in Chromium: frames of pan and zoom on the timeline, seeks, and how long it takes to build. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Browser } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { freePort } from '../support/freePort.ts';
import { quantile, type Figure } from './figures.ts';
import type {} from './timeline/main.ts';

const EVENTS = 1_000_000;
const FRAMES = 360;
const SEEKS = 200;

/**
 * @param root the project's folder
 * @param events length of the trace
 */
export async function measureTimeline(browser: Browser, root: string, events = EVENTS): Promise<readonly Figure[]> {
  const outDir = mkdtempSync(join(tmpdir(), 'zablab-bench-'));
  const options = { configFile: false, root: join(root, 'test/bench/timeline'), base: './', logLevel: 'error' } as const;
  await build({ ...options, plugins: [svelte({ configFile: false })], worker: { format: 'es' }, build: { outDir, target: 'es2023' } });
  const port = await freePort();
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port, strictPort: true } });
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })).newPage();
  try {
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => 'timelineBench' in window);
    const measured = await page.evaluate(([count, frames, seeks]) => window.timelineBench.measure(count, frames, seeks), [
      events,
      FRAMES,
      SEEKS,
    ] as const);
    const size = `${events.toLocaleString('en-US')} events`;
    return [
      { name: 'timelineFrameP95', value: quantile(measured.frames, 0.95), unit: 'ms', promise: `<= 16.7: pan and zoom, ${size}` },
      { name: 'timelineSeekP95', value: quantile(measured.seeks, 0.95), unit: 'ms', promise: `<= 50: ${size}` },
      { name: 'timelineBuild', value: measured.build / 1000, unit: 's', promise: `views, index and clock of ${size}` },
    ];
  } finally {
    await page.context().close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

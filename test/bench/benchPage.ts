/** The bare page of `workers/`, built and served for one measurement. */
import type { Browser, Page } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { freePort } from '../support/freePort.ts';
import type {} from './workers/main.ts';

/** What a page needs to be told how much memory it and its workers use. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** @param root the project's folder; @param measure is given the page, which is gone afterwards. */
export async function onBenchPage<T>(browser: Browser, root: string, measure: (page: Page) => Promise<T>): Promise<T> {
  const outDir = mkdtempSync(join(tmpdir(), 'zablab-bench-'));
  const options = { configFile: false, root: join(root, 'test/bench/workers'), base: './', logLevel: 'error' } as const;
  await build({ ...options, worker: { format: 'es' }, build: { outDir, target: 'es2023' } });
  const port = await freePort();
  const served = { host: '127.0.0.1', port, strictPort: true, headers: ISOLATED };
  const server = await preview({ ...options, build: { outDir }, preview: served });
  const page = await (await browser.newContext()).newPage();
  try {
    await page.goto(`http://127.0.0.1:${port}/`);
    return await measure(page);
  } finally {
    await page.context().close();
    await server.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

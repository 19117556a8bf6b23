/** Figures of an import in Chromium: the page's own worker reads logs that were chosen as files, and the page takes the events in. */
import type { Browser, Page } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onBenchPage } from './benchPage.ts';
import { bigLogs, sizeOf, type BigForm } from './bigLogs.ts';
import type { Figure } from './figures.ts';
import type { ImportRun } from './workers/importing.ts';

const MB = 1e6;
const SMALL = 10 * MB;
const LARGE = 100 * MB;

/** @param root the project's folder */
export async function measureImport(browser: Browser, root: string): Promise<readonly Figure[]> {
  return [...(await figuresOf(browser, root, 'debug')), ...(await figuresOf(browser, root, 'info'))];
}

async function figuresOf(browser: Browser, root: string, form: BigForm): Promise<readonly Figure[]> {
  const [warm, small, large] = await onBenchPage(browser, root, async (page) => [
    await importRun(page, root, SMALL, form),
    await importRun(page, root, SMALL, form),
    await importRun(page, root, LARGE, form),
  ]);
  if (warm === undefined || small === undefined || large === undefined) throw new Error('nothing was imported');
  const name = (what: string): string => `pageImport${form === 'debug' ? 'Debug' : 'Info'}${what}`;
  const perByte = ({ run, bytes }: Measured): number => run.ms / bytes;
  return [
    { name: name('Per100MB'), value: (perByte(large) * 100 * MB) / 1000, unit: 's', promise: '<= 6: real time, so a busy machine counts' },
    {
      name: name('Growth'),
      value: perByte(large) / perByte(small),
      unit: 'ratio',
      promise: 'at most about 1: 100 MB against 10 MB, per byte',
    },
    { name: name('LongestTask'), value: large.run.longestTaskMs, unit: 'ms', promise: '<= 50 on the main thread; 0: none was longer' },
    {
      name: name('Memory'),
      value: large.run.memoryBytes / large.bytes,
      unit: 'x the file',
      promise: '<= 5: page and worker, all events kept',
    },
  ];
}

interface Measured {
  readonly run: ImportRun;
  readonly bytes: number;
}

/** Writes logs to files, has the page open them, and removes them. */
async function importRun(page: Page, root: string, size: number, form: BigForm): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'zablab-logs-'));
  try {
    const logs = bigLogs(root, size, form);
    const paths = logs.map(({ sid, parts }) => {
      mkdirSync(join(folder, `s${sid}`));
      const path = join(folder, `s${sid}`, `zookeeper-${sid}.log`);
      writeFileSync(path, Buffer.concat(parts));
      return path;
    });
    await page.locator('input').setInputFiles(paths);
    return { run: await page.evaluate(() => window.bench.importFiles()), bytes: sizeOf(logs) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { chromium } from '@playwright/test';
import { test } from 'vitest';
import { measureTimeline } from './timelinePage.ts';
test('m', async () => {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  for (const n of (process.env['EV'] ?? '100000').split(',')) console.log(JSON.stringify(await measureTimeline(browser, '/work/main', Number(n)), null, 1));
  await browser.close();
}, 170_000);

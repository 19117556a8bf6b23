/** Which Chromium the browser tests take. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium } from '../../scripts/lib/chromium.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zablab-chromium-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the one that CHROMIUM_PATH names comes first', async () => {
  const named = program('mine');
  program('chromium');
  expect(await findChromium({ CHROMIUM_PATH: named, PATH: folder })).toBe(named);
});

test('a wrong CHROMIUM_PATH is not replaced by another browser in silence', async () => {
  program('chromium');
  expect(await findChromium({ CHROMIUM_PATH: join(folder, 'missing'), PATH: folder })).toBeNull();
});

test.each(['chromium', 'chromium-browser', 'google-chrome'])('%s on the PATH is found', async (name) => {
  const path = program(name);
  expect(await findChromium({ PATH: folder })).toBe(path);
});

test('a file that cannot be run is none', async () => {
  const path = program('chromium');
  chmodSync(path, 0o644);
  expect(await findChromium({ PATH: folder })).not.toBe(path);
});

function program(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

/** When `npm start` and `npm test` install, and what they leave alone. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLinked, needsInstall } from '../../scripts/lib/install.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zablab-install-'));
  fileOf('package-lock.json', 1_000);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a fresh clone needs an installation', () => {
  expect(needsInstall(folder)).toBe(true);
  expect(isLinked(folder)).toBe(false);
});

test.each([
  [2_000, false],
  [500, true],
])('installed at %d s, with a lockfile of 1000 s: needed is %s', (installedAt, needed) => {
  mkdirSync(join(folder, 'node_modules'));
  fileOf('node_modules/.package-lock.json', installedAt);
  expect(needsInstall(folder)).toBe(needed);
});

test('a linked node_modules is recognised, so that npm ci never empties the folder it belongs to', () => {
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'node_modules'));
  expect(isLinked(folder)).toBe(true);
});

/** @param seconds time of the last change, since 1970 */
function fileOf(name: string, seconds: number): void {
  writeFileSync(join(folder, name), '{}');
  utimesSync(join(folder, name), seconds, seconds);
}

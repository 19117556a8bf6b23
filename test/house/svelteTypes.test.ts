/** svelte-check is shown to work: it has been reported to fall silent with some versions of TypeScript. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// Inside the project, so that Svelte's types are found; below dist, so that nothing else looks at it.
const folder = join('dist', 'svelte-types');

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['.'] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['export const sid: number = "three";', 1],
  ['export const sid: number = 3;', 0],
])('a component with %s gives exit code %d', (line, code) => {
  writeFileSync(join(folder, 'Probe.svelte'), `<script module lang="ts">${line}</script>\n<p>{sid}</p>\n`);
  const args = ['--workspace', folder, '--tsconfig', 'tsconfig.json', '--output', 'machine'];
  const done = spawnSync(process.execPath, [join('node_modules', 'svelte-check', 'bin', 'svelte-check'), ...args], { encoding: 'utf8' });
  expect(done.status, done.stdout + done.stderr).toBe(code);
});

/** The purity rule is shown to work: what it forbids is found in the core, and only there. */
import { Linter } from 'eslint';
import { expect, test } from 'vitest';
import { purity } from '../../eslint.config.js';

function complaints(code: string, filename: string): readonly string[] {
  // The snippets are plain JavaScript, so the rules need no TypeScript parser; `no-restricted-globals` needs the names to be known.
  const known = ['Date', 'performance', 'setTimeout', 'fetch', 'document', 'window', 'process', 'globalThis'];
  const languageOptions = { globals: Object.fromEntries(known.map((name) => [name, 'readonly' as const])) };
  return new Linter().verify(code, [{ ...purity, languageOptions }], { filename }).map((message) => message.ruleId ?? message.message);
}

test.each([
  ['a clock', 'export const t = Date.now();'],
  ['the page clock', 'export const t = performance.now();'],
  ['a real timer', 'setTimeout(() => 1, 10);'],
  ['chance', 'export const r = Math.random();'],
  ['the network', "fetch('x');"],
  ['the page', 'document.title;'],
  ['the window', 'window.close();'],
  ['the process', 'process.exit(1);'],
  ['the process by another way', 'globalThis.process;'],
  ['files', "import 'node:fs';"],
])('%s in the core is refused', (_what, code) => {
  for (const room of ['base', 'tree', 'store', 'zab/election', 'ensemble', 'trace', 'intake', 'export'])
    expect(complaints(code, `src/${room}/file.ts`)).toHaveLength(1);
});

test('hosts and the app may use clocks and workers', () => {
  expect(complaints('setTimeout(() => 1, 10);', 'src/ensemble/host/worker.ts')).not.toContain('no-restricted-globals');
  expect(complaints('document.title;', 'src/app/main.ts')).not.toContain('no-restricted-globals');
});

test('the message says what to use instead', () => {
  const [message] = new Linter().verify('export const r = Math.random();', [purity], { filename: 'src/zab/file.ts' });
  expect(message?.message).toContain('src/base/random.ts');
});

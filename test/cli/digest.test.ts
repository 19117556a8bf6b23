/** The host is where a server thinks, never what it thinks: asked from the command line as a person would ask. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CLI = join(import.meta.dirname, '../../scripts/zablab.mjs');
const EVENTS = 3000;

/** What `zablab run ... --digest` prints. */
function digest(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CLI, 'run', ...args, '--digest'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

test.each(['kill-the-leader', 'zombie-leader', 'power-loss-of-all'])(
  '%s has the same digest inline and in worker threads',
  (scenario) => {
    const inline = digest(scenario, '--seed', '7', '--events', String(EVENTS));
    expect(inline).toMatch(/^3000 [0-9a-f]{16}\n$/);
    expect(digest(scenario, '--seed', '7', '--events', String(EVENTS), '--host', 'threads')).toBe(inline);
  },
  60_000,
);

test('the digest is of the first events only, and of the whole scenario without a number', () => {
  const whole = digest('kill-the-leader');
  const [count] = whole.split(' ');
  expect(digest('kill-the-leader', '--events', String(count))).toBe(whole);
  expect(digest('kill-the-leader', '--events', String(Number(count) - 1))).not.toBe(whole);
  expect(digest('kill-the-leader', '--seed', '8')).not.toBe(whole);
}, 60_000);

/** What is checked is the same wherever the servers think: here in one thread, and in a worker thread each. In the browser: test/browser/violations.browser.ts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { violationText } from '../../src/trace/findings/words.ts';
import { COMMITS_NOTHING, LOSES_A_WRITE } from '../ensemble/invariants/violating.ts';

const CLI = join(import.meta.dirname, '../../scripts/zablab.mjs');
const folder = mkdtempSync(join(tmpdir(), 'zablab-violations-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `zablab run FILE --trace` prints, and how it ends. */
function run(
  scenario: { readonly name: string },
  host: 'inline' | 'threads',
  ...how: readonly string[]
): { readonly lines: readonly string[]; readonly says: string } {
  const file = join(folder, `${scenario.name}.json`);
  writeFileSync(file, JSON.stringify(scenario));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [CLI, 'run', file, ...(how.length === 0 ? ['--trace'] : how), '--host', host],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  return { lines: stdout.trimEnd().split('\n'), says: stderr };
}

test.each([
  [LOSES_A_WRITE, 'no acknowledged write is lost', /Client 1 was told that create \/a succeeded/],
  [COMMITS_NOTHING, 'requests are answered', /has not committed it/],
] as const)(
  '$name is found at the same event, in the same words, inline and in worker threads',
  (scenario, invariant, sentence) => {
    const inline = run(scenario, 'inline');
    const last = JSON.parse(inline.lines.at(-1) ?? '') as TraceEvent;
    expect(last.what).toMatchObject({ type: 'violation', invariant });
    expect(inline.says).toMatch(sentence);
    expect(last.cause).toBe(last.n - 1);
    expect(inline.says).toContain(last.what.type === 'violation' ? violationText(last.what, 'en') : 'a violation');
    expect(run(scenario, 'threads')).toEqual(inline);
  },
  120_000,
);

test('in Chinese, the narration and the last words are', () => {
  const { lines, says } = run(LOSES_A_WRITE, 'inline', '--narrate', '--lang', 'zh');
  const text = /服务器 \d 领导 epoch 2，却没有已提交的 .*已答复客户端成功的写入就绝不会丢失。/;
  expect(lines.at(-1)).toMatch(text);
  expect(lines.at(-1)).toContain('保证“已确认的写不会丢失”被破坏');
  expect(says).toMatch(text);
});

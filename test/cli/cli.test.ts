import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { scenarios } from '../../src/cli/scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'zablab-cli-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const output = async (work: () => Promise<number>) => {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await work();
  return { code, text };
};
afterEach(() => vi.restoreAllMocks());

describe('zablab run', () => {
  const tiny = file(
    'tiny.json',
    JSON.stringify({
      servers: 3,
      steps: [{ start: 'all' }, { wait: 'quorum' }, { op: 'connect', session: 'c' }, { op: 'create', session: 'c', path: '/a' }],
    }),
  );

  it('prints facts by default', async () => {
    const { code, text } = await output(() => run([tiny]));
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ elections: [{ epoch: 1 }], ops: [{ path: '/a', outcome: 'acked', zxid: '0x100000002' }] });
  });

  it('prints the trace as lines of JSON, the same for the same seed', async () => {
    const first = await output(() => run([tiny, '--trace', '--seed', '5']));
    const second = await output(() => run([tiny, '--trace', '--seed', '5']));
    const other = await output(() => run([tiny, '--trace', '--seed', '6']));
    const lines = first.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number });
    expect(lines.map(({ n }) => n)).toEqual(lines.map((_, i) => i));
    expect(second.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
  });

  it.each([
    ['en', /Server \d/],
    ['zh', /[\u4e00-\u9fff]/],
  ])('tells what happened in %s', async (lang, words) => {
    const { text } = await output(() => run([tiny, '--narrate', '--lang', lang]));
    expect(text).toMatch(words);
    expect(text).toContain('0x100000002');
  });

  it('helps', async () => {
    expect((await output(() => run(['--help']))).text).toContain('Usage: zablab run SCENARIO');
    expect((await output(() => scenarios(['--help']))).text).toContain('Usage: zablab scenarios');
  });

  it('lists the ready scenarios', async () => {
    expect((await output(() => scenarios(['--lang', 'zh']))).text).toContain('kill-the-leader');
  });

  it.each([
    ['no scenario', [], 'expected one scenario, got 0'],
    ['a file that is not there', ['nowhere.json'], 'nowhere.json: there is no such file'],
    ['a folder', [folder], folder],
    ['an unknown option', [tiny, '--fast'], "Unknown option '--fast'"],
    ['a bad seed', [tiny, '--seed', 'many'], '--seed many: expected a whole number'],
    ['an unknown host', [tiny, '--host', 'cloud'], '--host cloud: expected inline or threads'],
    ['two kinds of output', [tiny, '--facts', '--trace'], 'choose one'],
    ['a number of events without a digest', [tiny, '--events', '5'], '--events: goes only with --digest'],
    ['a bad number of events', [tiny, '--digest', '--events', '-1x'], '--events'],
    ['a language it does not speak', [tiny, '--narrate', '--lang', 'fr'], '--lang fr: expected en or zh'],
    ['text that is not JSON', [file('cut.json', '{"servers": 3')], 'cut.json: this is not JSON'],
    ['zero servers', [file('zero.json', '{"servers": 0}')], 'zero.json: servers: expected at least one server'],
  ])('says what is wrong with %s', async (_, args, message) => {
    await expect(run(args)).rejects.toThrow(message);
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { exportRun, HELP_EXPORT } from '../../src/cli/export.ts';
import { WRITERS } from '../../src/cli/writers.ts';

const folder = mkdtempSync(join(tmpdir(), 'zablab-export-'));
const tiny = join(folder, 'tiny.json');
writeFileSync(
  tiny,
  JSON.stringify({
    servers: 3,
    steps: [{ start: 'all' }, { wait: 'quorum' }, { op: 'connect', session: 'c' }, { op: 'create', session: 'c', path: '/a' }],
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

describe('zablab export', () => {
  it('writes the data directories of all servers into a folder', async () => {
    const out = join(folder, 'disks');
    expect(await exportRun([tiny, '--what', 'disks', '-o', out])).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['server-1', 'server-2', 'server-3']);
    expect(readFileSync(join(out, 'server-2', 'myid'), 'utf8')).toBe('2\n');
    expect(existsSync(join(out, 'server-2', 'version-2', 'log.100000001'))).toBe(true);
  });

  it('writes one directory without a folder around it, as a zip', async () => {
    const out = join(folder, 'two.zip');
    await exportRun([tiny, '--what', 'disks', '--server', '2', '-o', out]);
    expect(Object.keys(unzipSync(readFileSync(out)))).toEqual(expect.arrayContaining(['zoo.cfg', 'myid', 'version-2/log.100000001']));
  });

  it('stops at a number of events, or at a time', async () => {
    const lines = async (...at: string[]) => {
      const out = join(folder, 'some.jsonl');
      await exportRun([tiny, '--what', 'jsonl', '-o', out, ...at]);
      return readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { n: number; at: number });
    };
    const all = await lines();
    expect(await lines('--at', '40')).toHaveLength(40);
    const early = await lines('--at', '700ms');
    expect(early.length).toBeGreaterThan(10);
    expect(early).toEqual(all.filter(({ at }) => at <= 700));
  });

  it('has DEBUG lines only when asked', async () => {
    const log = async (...more: string[]) => {
      const out = join(folder, 'server.log');
      await exportRun([tiny, '--what', 'logs', '--server', '1', '-o', out, ...more]);
      return readFileSync(out, 'utf8');
    };
    expect(await log()).not.toContain('DEBUG');
    expect(await log('--debug')).toContain('- DEBUG [');
  });

  it('writes a single file to standard output', async () => {
    let text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    });
    await exportRun([tiny, '--what', 'markdown', '-o', '-']);
    expect(text).toMatch(/^# /);
  });

  it.each(Object.keys(WRITERS))('writes %s', async (what) => {
    const out = join(folder, `${what}.zip`);
    await exportRun([tiny, '--what', what, '-o', out]);
    const files = Object.values(unzipSync(readFileSync(out)));
    expect(files.length).toBeGreaterThan(0);
    for (const bytes of files) expect(bytes.length).toBeGreaterThan(0);
    expect(HELP_EXPORT).toContain(`\n  ${what} `);
  });

  it.each([
    [['--what', 'disks', '-o', 'x'], 'expected one scenario, got 0'],
    [[tiny, '--what', 'gifs', '-o', 'x'], '--what gifs: expected disks, logs,'],
    [[tiny, '-o', 'x'], '--what: expected disks, logs,'],
    [[tiny, '--what', 'logs'], '-o: say where to'],
    [[tiny, '--what', 'logs', '-o', '-'], '-o -: there are 3 files'],
    [[tiny, '--what', 'logs', '-o', 'x', '--at', 'noon'], '--at noon: expected'],
    [[tiny, '--what', 'logs', '-o', 'x', '--server', '1,9'], '--server 1,9: there are servers 1, 2, 3'],
    [[tiny, '--what', 'logs', '-o', join(tiny, 'sub', 'x.zip')], 'x.zip: '],
  ])('says what is wrong with %j', async (args, sentence) => {
    await expect(exportRun(args)).rejects.toThrow(sentence);
  });
});

/** An import as the worker makes it, on recorded logs. */
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/base/ids.ts';
import { ImportJob } from '../../../src/app/intake/job.ts';
import { eventOfLine, lineAt } from '../../../src/app/intake/origins.ts';
import type { FromWorker } from '../../../src/app/intake/wire.ts';
import type { TraceEvent } from '../../../src/ensemble/types.ts';
import { memoryFile, type IntakeFile } from '../../../src/intake/files.ts';
import { openRecording } from '../../golden/archive.ts';

const recording = openRecording('08-leader-in-minority');
const paths = [...recording.keys()].filter((path) => /^s\d\/server\.log$/.test(path));
const logs = (): IntakeFile[] => paths.map((path) => memoryFile(path, recording.get(path)!));

/** A page that takes in what the worker posts. */
class Page {
  readonly messages: FromWorker[] = [];
  readonly events: TraceEvent[] = [];
  readonly job: ImportJob = new ImportJob((message) => {
    if (message.type === 'events') {
      this.events.push(...message.events);
      this.largest = Math.max(this.largest, message.events.length);
      queueMicrotask(() => void this.job.handle({ type: 'taken' }));
    } else this.messages.push(message);
  });
  largest = 0;

  last<T extends FromWorker['type']>(type: T): Extract<FromWorker, { readonly type: T }> {
    const found = this.messages.findLast((message) => message.type === type);
    if (found === undefined) throw new Error(`no ${type} among ${this.messages.map((message) => message.type).join(', ')}`);
    return found as Extract<FromWorker, { readonly type: T }>;
  }
}

describe('an import', () => {
  test('gives an overview, all events in small pieces, and the way between lines and events', async () => {
    const page = new Page();
    await page.job.open(logs());
    const { overview } = page.last('read');
    expect(overview.logs.map(({ name }) => name)).toEqual(paths);
    expect(overview.elections.length).toBeGreaterThan(0);
    expect(overview.findings.length).toBeGreaterThan(0);
    expect(page.events.map(({ n }) => n)).toEqual(page.events.map((_, i) => i));
    expect(page.largest).toBeLessThanOrEqual(500);
    const { origins } = page.last('built');
    for (const { n, origin } of page.events) {
      if (origin === undefined || origin.line < 1) continue;
      const table = origins[origin.log]!;
      expect(lineAt(table, n)).toBe(origin.line);
      expect(page.events[eventOfLine(table, origin.line)!]!.origin!.line).toBe(origin.line);
    }
  });

  test('a zip of the same logs is the same', async () => {
    const [plain, zipped] = [new Page(), new Page()];
    await plain.job.open(logs());
    await zipped.job.open([memoryFile('logs.zip', zipSync(Object.fromEntries(paths.map((path) => [path, recording.get(path)!]))))]);
    expect(zipped.events).toEqual(plain.events);
  });

  test('a line is given as it is printed, and a search finds what is in it, whatever the case', async () => {
    const page = new Page();
    await page.job.open(logs());
    const lines = new TextDecoder().decode(recording.get(paths[1]!)).split('\n');
    await page.job.handle({ type: 'lines', id: 1, log: 1, from: 3, to: 8 });
    expect(page.last('lines')).toEqual({ type: 'lines', id: 1, texts: lines.slice(2, 7).map((line) => line.replace(/\r$/, '')) });
    await page.job.handle({ type: 'find', id: 2, log: 1, text: 'nEW eLECTION' });
    const found = page.messages.flatMap((message) => (message.type === 'found' ? message.lines : []));
    expect(found).toEqual(lines.flatMap((line, i) => (line.toLowerCase().includes('new election') ? [i + 1] : [])));
    expect(found.length).toBeGreaterThan(0);
    expect(page.last('foundAll')).toEqual({ type: 'foundAll', id: 2, more: false });
    await page.job.handle({ type: 'lines', id: 3, log: 99, from: 1, to: 2 });
    expect(page.last('refused')).toEqual({ type: 'refused', id: 3, message: 'there is no log 99' });
  });

  test('asks whose a log is where no line tells, and leaves out what is not wanted', async () => {
    const nameless = (): IntakeFile[] =>
      ['alpha', 'beta'].map((name) =>
        memoryFile(
          `${name}.log`,
          utf8('2026-01-05 10:00:00,000 - INFO  [main:ZooKeeperServer@1] - tickTime set to 2000\n'.repeat(name === 'alpha' ? 3 : 1)),
        ),
      );
    const page = new Page();
    await page.job.open(nameless());
    const { unknown } = page.last('ask');
    expect(unknown.map(({ key, name, records }) => [key, name, records])).toEqual([
      ['0', 'alpha.log', 3],
      ['1', 'beta.log', 1],
    ]);
    expect(page.events).toEqual([]);
    await page.job.handle({ type: 'answer', answers: { 0: 7 }, leftOut: ['1'] });
    expect(page.last('read').overview.servers).toMatchObject([{ sid: 7, knownBy: 'person', logs: [0] }]);
    expect(new Set(page.events.map(({ origin }) => origin?.log))).toEqual(new Set([0]));
  });

  test('tells of what is no log, and keeps its bytes for who can open it', async () => {
    const page = new Page();
    const scenario = utf8('{ "name": "three", "servers": 3, "steps": [] }');
    await page.job.open([memoryFile('three.json', scenario), memoryFile('x.bin', new Uint8Array([0, 1, 2, 3, 0, 0, 0, 0]))]);
    const { sorted } = page.last('sorted');
    expect(sorted).toMatchObject({ logs: [], scenarios: ['three.json'], leftOut: [{ path: 'x.bin' }] });
    await page.job.handle({ type: 'file', id: 1, path: 'three.json' });
    expect(page.last('file').bytes).toEqual(scenario);
  });

  test('text without one line of a server is told, file by file', async () => {
    const page = new Page();
    await page.job.open([memoryFile('novel.log', utf8('It was a dark and stormy night.\n'))]);
    expect(page.last('sorted').sorted).toMatchObject({ logs: [], leftOut: [{ path: 'novel.log' }] });
  });

  test('data directories that come with the logs are there to run on from', async () => {
    const page = new Page();
    const data = [...recording].filter(([path]) => /^s[12]\/(myid|version-2\/)/.test(path)).map(([path, bytes]) => memoryFile(path, bytes));
    await page.job.open([...logs(), ...data]);
    const { disks, sorted } = page.last('read').overview;
    expect([...disks.keys()]).toEqual([1, 2]);
    expect(sorted.directories.length).toBe(2);
  });

  test('a file that cannot be read to its end gives what was before, and says so', async () => {
    const page = new Page();
    const [first, ...others] = logs();
    const broken: IntakeFile = {
      ...first!,
      read: (from, to) => (to > 4096 && from > 0 ? Promise.reject(new Error('the disk is gone')) : first!.read(from, Math.min(to, 60_000))),
      size: 3_000_000,
    };
    await page.job.open([broken, ...others]);
    expect(page.last('read').overview.sorted.leftOut).toEqual([
      { path: first!.path, sentence: 'It could not be read to its end: the disk is gone.' },
    ]);
  });
});

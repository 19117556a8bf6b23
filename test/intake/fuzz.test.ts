/** Anything at all from outside: it ends, it throws nothing but what it promises, and it says what was read and what was not. Seeds are printed on failure. */
import fc from 'fast-check';
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8, type Bytes } from '../../src/base/ids.ts';
import { openAll } from '../../src/intake/archive.ts';
import { classify } from '../../src/intake/classify.ts';
import { memoryFile } from '../../src/intake/files.ts';
import { diagnose } from '../../src/intake/logs/diagnose/diagnose.ts';
import { sentenceOfFinding } from '../../src/intake/logs/diagnose/sentence.ts';
import { summarize, understand } from '../../src/intake/logs/index.ts';
import { readLog } from '../../src/intake/logs/reader.ts';
import { buildTrace } from '../../src/intake/logs/trace.ts';
import { openRecording } from '../golden/archive.ts';
import { logBytes, logNames } from './logs/goldenLogs.ts';

const recording = openRecording('03-boot-3-1-then-2');
const LOGS = [...logNames(recording).values()].map((path) => logBytes(recording, path, 'full').slice(0, 24_000));
const MB = 1024 ** 2;

/** All that an import does with texts. */
function importAll(texts: readonly (readonly [name: string, bytes: Bytes])[]): { readonly records: number; readonly events: number } {
  const logs = texts.map(([name, bytes], i) => readLog(i, name, bytes));
  for (const [i, log] of logs.entries()) {
    expect(log.bytes).toBe(texts[i]?.[1].length);
    expect(log.starts).toHaveLength(log.lines);
    for (const { line } of log.records) expect(line >= 1 && line <= log.lines).toBe(true);
  }
  const logCase = understand(logs, {});
  const summary = summarize(logCase);
  for (const finding of diagnose(logCase, summary)) expect(sentenceOfFinding(finding, 'en')).not.toMatch(/undefined|NaN/);
  const { events } = buildTrace(logCase);
  expect(events.every(({ n, cause, at }, i) => n === i && cause < n && Number.isFinite(at))).toBe(true);
  return { records: logCase.records.length, events: events.length };
}

function utf16(text: string, little: boolean, mark: boolean): Bytes {
  const units = `${mark ? '\ufeff' : ''}${text}`;
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < units.length; i++) view.setUint16(2 * i, units.charCodeAt(i), little);
  return bytes;
}

const joined = (parts: readonly Bytes[]): Bytes => Uint8Array.from(parts.flatMap((part) => [...part]));
const anyBytes = fc.uint8Array({ maxLength: 4000 });
/** A log that was damaged: cut at both ends, bytes changed, something put in the middle. */
const damaged = fc
  .tuple(
    fc.constantFrom(...LOGS),
    fc.nat(24_000),
    fc.nat(24_000),
    fc.array(fc.tuple(fc.nat(24_000), fc.nat(255)), { maxLength: 40 }),
    fc.nat(24_000),
    fc.oneof(anyBytes, fc.string({ unit: 'binary' }).map(utf8), fc.constant(utf8('\0'.repeat(3000)))),
  )
  .map(([log, from, length, changes, at, inserted]) => {
    const bytes = log.slice(from, from + length);
    for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
    return joined([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  });

describe('server logs', () => {
  it('any bytes', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { minLength: 1, maxLength: 3 }), (texts) => void importAll(texts.map((text, i) => [`${i}`, text]))),
      {
        numRuns: 200,
      },
    );
  });

  it('damaged logs, and what is whole in them is still read', () => {
    fc.assert(
      fc.property(fc.array(damaged, { minLength: 1, maxLength: 3 }), fc.constantFrom(...LOGS), (texts, whole) => {
        const alone = importAll([['whole.log', whole]]);
        const { records } = importAll([['whole.log', whole], ...texts.map((text, i) => [`zk${i}.log`, text] as const)]);
        expect(records).toBeGreaterThan(alone.records / 2);
      }),
      { numRuns: 60 },
    );
  });

  it('UTF-16 in either order, with and without its mark, says what UTF-8 says; an odd byte at the end changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LOGS), fc.boolean(), fc.boolean(), fc.boolean(), (log, little, mark, odd) => {
        const text = fromUtf8(log);
        const wide = utf16(text, little, mark);
        const read = readLog(0, 'wide', odd ? joined([wide, new Uint8Array([0])]) : wide);
        expect(read.encoding).toBe(little ? 'utf-16le' : 'utf-16be');
        expect(read.records.map(({ fact }) => fact).slice(0, -1)).toEqual(
          readLog(0, 'plain', utf8(text))
            .records.map(({ fact }) => fact)
            .slice(0, -1),
        );
      }),
      { numRuns: 12 },
    );
  });

  it('a line of a million characters is cut and noted, and the lines around it are read', () => {
    const line = '2026-01-05 12:00:00,000 [myid:1] - INFO  [QuorumPeer[myid=1]:QuorumPeer@1] - ';
    for (const long of ['x', ' ', '(', '[', '{"a":', '\\', '=', '0x', '<b>', '\u00e9', 'at a.b(', 'Caused by: a.B: ']) {
      const startedAt = performance.now();
      const log = readLog(0, 'long', utf8(`${line}LOOKING\n${line}${long.repeat(Math.ceil(MB / long.length))}\n${line}FOLLOWING\n`));
      expect(log.notes.some(({ text }) => text.startsWith('longer than 64 kB'))).toBe(true);
      expect(log.records.filter(({ fact }) => fact.kind === 'role').map(({ line: at }) => at)).toEqual([1, 3]);
      expect(performance.now() - startedAt).toBeLessThan(2000);
    }
  });

  it('JSON as deep and as wide as it likes', () => {
    for (const text of [
      `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
      `{"message":${'['.repeat(20_000)}${']'.repeat(20_000)},"level":"INFO"}`,
      `{"level":"INFO","message":"LOOKING","thrown":${'{"cause":'.repeat(3000)}null${'}'.repeat(3000)}}`,
      `{"__proto__":{"level":"INFO"},"constructor":1,"message":"LOOKING"}`,
      Array.from({ length: 3000 }, () => '{"message":"x",').join('\n'),
    ])
      importAll([['deep.json', utf8(`${text}\n`)]]);
    expect(({} as { level?: string }).level).toBeUndefined();
  });

  it('HTML stays text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const log = readLog(
      0,
      `${evil}.log`,
      utf8(`2026-01-05 12:00:00,000 [myid:1] - ERROR [main:QuorumPeerMain@1] - Invalid config, exiting abnormally\n${evil}\n`),
    );
    expect(log.name).toBe(`${evil}.log`);
    importAll([[`${evil}.log`, utf8(evil)]]);
  });
});

describe('archives', () => {
  const names = fc.oneof(
    fc.constantFrom(
      '../../etc/passwd',
      '/etc/passwd',
      'C:\\x\\..\\y',
      'a/./b/../../../c',
      'con',
      '\0',
      '',
      '.',
      '..',
      '<b>.log',
      'a//b',
      '\u202elog.txt',
    ),
    fc.string({ maxLength: 40 }),
  );

  it('any entries, nested and damaged: no path climbs, and what could not be read is told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(names, fc.oneof(anyBytes, fc.constantFrom(...LOGS))), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        fc.array(fc.tuple(fc.nat(60_000), fc.nat(255)), { maxLength: 6 }),
        async (entries, depth, changes) => {
          let bytes: Bytes = zipSync(Object.fromEntries(entries.filter(([name]) => name !== '__proto__')));
          for (let i = 0; i < depth; i++) bytes = i % 2 === 0 ? gzipSync(bytes) : zipSync({ 'inner.zip': bytes });
          bytes = bytes.slice();
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const { files, problems } = await openAll([memoryFile('given.zip', bytes)]);
          for (const { path } of files) expect(path.split('/')).not.toContain('..');
          for (const { path } of files) expect(path.startsWith('/')).toBe(false);
          for (const { sentence } of problems) expect(sentence.length).toBeGreaterThan(10);
          await classify(files);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('bombs are refused, nested ones and many small ones too; what else was given stays', { timeout: 60_000 }, async () => {
    const zeros = zipSync({ 'zookeeper.log': new Uint8Array(64 * MB) }, { level: 9 });
    const tenfold = zipSync(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.zip`, zeros])));
    let deep: Bytes = gzipSync(new Uint8Array(1000));
    for (let i = 0; i < 40; i++) deep = gzipSync(deep);
    const given = [memoryFile('bomb.zip', tenfold), memoryFile('deep.gz', deep), memoryFile('zk1.log', LOGS[0] ?? new Uint8Array())];
    const { files, problems } = await openAll(given);
    expect(files.map(({ path }) => path)).toContain('zk1.log');
    expect(problems.length).toBeGreaterThan(0);
  });
});

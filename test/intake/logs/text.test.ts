/** Bytes → lines, in any encoding, cut anywhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8, type Bytes } from '../../../src/base/ids.ts';
import { LogReader, lineRange, lineText, readLog } from '../../../src/intake/logs/reader.ts';
import { LineSplitter, MAX_LINE_BYTES } from '../../../src/intake/logs/text.ts';

interface Split {
  readonly lines: readonly string[];
  readonly cuts: readonly boolean[];
  readonly starts: readonly number[];
  readonly encoding: string | null;
}

/** Splits bytes pushed in chunks of the given sizes, the last one repeated. */
function split(bytes: Bytes, sizes: readonly number[] = [bytes.length]): Split {
  const lines: string[] = [];
  const cuts: boolean[] = [];
  const splitter = new LineSplitter((text, cut) => {
    lines.push(text);
    cuts.push(cut);
  });
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? 1);
    splitter.push(bytes.subarray(at, at + size));
    at += size;
  }
  splitter.end();
  return { lines, cuts, starts: [...splitter.starts()], encoding: splitter.encoding };
}

function utf16(text: string, order: 'le' | 'be', mark: boolean): Bytes {
  const whole = mark ? '\ufeff' + text : text;
  const bytes = new Uint8Array(whole.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < whole.length; i++) view.setUint16(i * 2, whole.charCodeAt(i), order === 'le');
  return bytes;
}

const HEAD = '2018-09-04 10:11:12,345 [myid:1] - INFO  [QuorumPeer[myid=1]/0.0.0.0:2181:QuorumPeer@870] - ';

describe('line ends', () => {
  it.each([
    ['a\nb\n', ['a', 'b'], [0, 2]],
    ['a\r\nb\r\n', ['a', 'b'], [0, 3]],
    ['a\rb\r', ['a', 'b'], [0, 2]],
    ['a\n\r\nb', ['a', '', 'b'], [0, 2, 4]],
    ['a\r\rb', ['a', '', 'b'], [0, 2, 3]],
    ['\n', [''], [0]],
    ['', [], []],
    ['a', ['a'], [0]],
  ])('%j', (text, lines, starts) => {
    for (let size = 1; size <= text.length + 1; size++) expect(split(utf8(text), [size])).toMatchObject({ lines, starts });
    const bytes = utf16(text, 'le', true);
    for (let size = 1; size <= 5; size++) expect(split(bytes, [size]).lines).toEqual(text === '' ? [''] : lines);
  });
});

describe('encodings', () => {
  const text = `${HEAD}LOOKING\n服务器 ${HEAD}x\nJürgen 🙂 ü\nend`;
  const lines = text.split('\n');

  it.each([
    ['utf-8', utf8(text)],
    ['utf-8', utf8('\ufeff' + text)],
    ['utf-16le', utf16(text, 'le', true)],
    ['utf-16be', utf16(text, 'be', true)],
    ['utf-16le', utf16(text, 'le', false)],
    ['utf-16be', utf16(text, 'be', false)],
  ])('%s', (encoding, bytes) => {
    for (const size of [1, 2, 3, 7, 64, 100_000]) expect(split(bytes, [size])).toMatchObject({ lines, encoding });
    const log = readLog(0, 'x', bytes);
    expect(log).toMatchObject({ encoding, lines: 4, bytes: bytes.length });
    expect(lines.map((_, i) => lineText(bytes, log, i + 1))).toEqual(lines);
    expect(log.records).toMatchObject([{ line: 1, fact: { kind: 'role', role: 'LOOKING' } }]);
  });

  it('Latin-1, line by line: what is UTF-8 stays UTF-8', () => {
    const bytes = Uint8Array.from([...utf8('Jürgen\n'), 0x4a, 0xfc, 0x72, 0x0a, ...utf8(HEAD + 'LOOKING')]);
    for (const size of [1, 3, 1000])
      expect(split(bytes, [size])).toMatchObject({ lines: ['Jürgen', 'Jür', HEAD + 'LOOKING'], encoding: 'latin1' });
    const log = readLog(0, 'x', bytes);
    expect(log.notes).toEqual([{ line: 1, text: 'some lines are not UTF-8: they were read as Latin-1' }]);
    expect([1, 2, 3, 4].map((line) => lineText(bytes, log, line))).toEqual(['Jürgen', 'Jür', HEAD + 'LOOKING', '']);
  });

  it('U+FFFD in UTF-8 is no sign of Latin-1', () => {
    expect(split(utf8('a\ufffdb\nc'))).toMatchObject({ lines: ['a\ufffdb', 'c'], encoding: 'utf-8' });
  });
});

describe('long lines', () => {
  it('a million characters: the beginning is read, the next line whole', () => {
    const bytes = utf8('x'.repeat(1_000_000) + '\n' + HEAD + 'LOOKING\n');
    for (const size of [1000, 65_536, 2_000_000]) {
      const { lines, cuts, starts } = split(bytes, [size]);
      expect(lines.map((line) => line.length)).toEqual([MAX_LINE_BYTES, HEAD.length + 7]);
      expect(cuts).toEqual([true, false]);
      expect(starts).toEqual([0, 1_000_001]);
    }
    const log = readLog(0, 'x', bytes);
    expect(log.records).toMatchObject([{ line: 2 }]);
    expect(log.notes).toEqual([{ line: 1, text: 'longer than 64 kB: only its beginning was read' }]);
    expect(lineText(bytes, log, 1)).toHaveLength(MAX_LINE_BYTES);
    expect(lineRange(log, 2)).toEqual({ from: 1_000_001, to: bytes.length });
  });

  it('of characters with several bytes, not cut inside one', () => {
    const bytes = utf8('x' + '服'.repeat(400_000) + '\nend');
    for (const size of [999, 5_000_000]) {
      const { lines, starts } = split(bytes, [size]);
      expect(lines[0]).toBe('x' + '服'.repeat(21_845));
      expect(lines[1]).toBe('end');
      expect(starts).toEqual([0, 1_200_002]);
    }
  });

  it('in UTF-16', () => {
    const bytes = utf16('y'.repeat(500_000) + '\nend', 'le', true);
    expect(split(bytes, [777]).lines.map((line) => line.length)).toEqual([MAX_LINE_BYTES / 2 - 1, 3]);
    expect(split(bytes, [777])).toEqual(split(bytes));
  });

  it('exactly at the limit nothing is cut', () => {
    const bytes = utf8('x'.repeat(MAX_LINE_BYTES) + '\r\n' + 'y'.repeat(MAX_LINE_BYTES + 1) + '\r\n');
    for (const size of [1024, 65_535, 65_537, 200_000]) {
      const { lines, cuts } = split(bytes, [size]);
      expect(lines.map((line) => line.length)).toEqual([MAX_LINE_BYTES, MAX_LINE_BYTES]);
      expect(cuts).toEqual([false, true]);
    }
  });
});

describe('NULs', () => {
  it('a log truncated under its server begins with zeros: megabytes of them hide nothing', () => {
    const line = utf8(HEAD + 'LOOKING\n');
    const bytes = new Uint8Array(3_000_000 + line.length);
    bytes.set(line, 3_000_000);
    for (const size of [4096, 70_000, 10_000_000])
      expect(split(bytes, [size])).toMatchObject({ lines: [HEAD + 'LOOKING'], starts: [0], cuts: [false] });
    const log = readLog(0, 'x', bytes);
    expect(log.records).toMatchObject([{ line: 1, fact: { kind: 'role' } }]);
    expect(lineText(bytes, log, 1)).toBe(HEAD + 'LOOKING');
  });

  it('inside a line they are nothing', () => {
    expect(readLog(0, 'x', utf8(`\0\0zk1 | ${HEAD}LOO\0KING`)).records).toMatchObject([{ host: 'zk1' }]);
  });
});

/** Beginnings of messages that are taken apart at length. */
const STARTS = [
  'Notification: ',
  'Shutdown called. For the reason only synced with',
  'fsync-ing the write ahead log in ',
  'Unexpected exception, ',
  'Synchronizing with Follower sid: ',
  'Have quorum of supporters, sids: [',
  'Removing file: ',
  'Cannot open channel to 3 at election address ',
];

/** Pieces of logs, and of what is none, glued at random. */
const SCRAPS = [
  HEAD,
  HEAD + 'LOOKING',
  '[2020-02-03 10:11:12,345] INFO Notification time out: 800 (org.apache.zookeeper.server.quorum.FastLeaderElection)',
  '2022-07-08 10:11:12,345 INFO LOOKING (org.apache.zookeeper.server.quorum.QuorumPeer) [QuorumPeer[myid=1](plain=1)]',
  '11/30/19 10:11:12,345 [x] WARN [a.b.QuorumPeer] - PeerState set to LOOKING',
  '{"level":"INFO","message":"LOOKING"}',
  '{"level":"WARN","message":"x',
  '{"log":"{\\"log\\":\\"{}\\"}"}',
  '2021-01-01 10:11:12  [ :QuorumPeer:t:48112 ] - [ INFO ]   LOOKING  ',
  '1650000000.1\tnode0\t411/32\t-\t.a.QuorumPeer\tinfo\tLOOKING',
  'zk_1 | ',
  '2019-05-06T10:11:12.345678901Z ',
  '2024-01-05T10:11:12.3Z stdout P ',
  '2024-01-05T10:11:12.3Z stdout F ',
  'Jan 05, 2022 @ 10:11:12.345\tzk-1\t',
  'Jan 05 10:11:12 host zookeeper[123]: ',
  '> ',
  ' | |',
  '\tat x.Y.z(Y.java:1)',
  'java.io.IOException: gone',
  'Caused by: a.B: ',
  'server.3=zk3:2888:3888',
  'Cannot open channel to 3 at election address ',
  'Notification: my state:LOOKING; n.sid:99999999999999999999, n.state:LOOKING, n.leader:-1, n.round:0x',
  'Have quorum of supporters, sids: [[1, 2',
  '\n',
  '\r\n',
  '\r',
  '\0',
  '\u001b[31m',
  '服',
  '<script>',
  '((((((((',
  '        ',
];

const scraps: fc.Arbitrary<Bytes> = fc
  .array(fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ maxLength: 20 })), { maxLength: 60 })
  .map((parts) => utf8(parts.join('')));
const noise: fc.Arbitrary<Bytes> = fc.uint8Array({ maxLength: 3000 });
/** Zeros and ends of lines are more frequent than in plain noise. */
const binary: fc.Arbitrary<Bytes> = fc
  .array(fc.constantFrom(0, 0, 10, 13, 0xff, 0xfe, 0xc3, 0xa9, 0x41, 0xd8, 0xdc), { maxLength: 400 })
  .map((bytes) => Uint8Array.from(bytes));
const anything: fc.Arbitrary<Bytes> = fc.oneof(
  scraps,
  noise,
  binary,
  scraps.map((bytes) => utf16(new TextDecoder().decode(bytes), 'le', true)),
  scraps.map((bytes) => utf16(new TextDecoder().decode(bytes), 'be', false)),
);

describe('any bytes', () => {
  it('give the same lines however they are cut into chunks', () => {
    fc.assert(
      fc.property(anything, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }), (bytes, sizes) => {
        expect(split(bytes, sizes)).toEqual(split(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('give the same log however they are cut, and never throw', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 200 }), (bytes, size) => {
        const reader = new LogReader(0, 'x');
        for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        const log = reader.end();
        expect(log).toEqual(readLog(0, 'x', bytes));
        expect(log.starts).toHaveLength(log.lines);
        for (const record of log.records) expect(record.line >= 1 && record.line <= log.lines).toBe(true);
        expect(log.records.every((record, i) => i === 0 || log.records[i - 1]!.line <= record.line)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('lines can be shown again as they were read', () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        const { lines } = split(bytes);
        const log = readLog(0, 'x', bytes);
        lines.forEach((line, i) => expect(lineText(bytes, log, i + 1)).toBe(line));
      }),
      { numRuns: 200 },
    );
  });

  it('a log cut anywhere says the same up to the line before', () => {
    const text = utf8(
      [HEAD + 'LOOKING', 'zk_1 | ' + HEAD + 'FOLLOWING', '服 ' + HEAD + 'x', HEAD + 'LEADING', HEAD + 'LOOKING'].join('\n'),
    );
    const whole = readLog(0, 'x', text).records;
    for (let cut = 0; cut <= text.length; cut++) {
      const log = readLog(0, 'x', text.subarray(0, cut));
      const sure = log.records.filter((record) => record.line < log.lines);
      expect(sure).toEqual(whole.slice(0, sure.length));
    }
  });

  it.each([
    '((((',
    '. . . ',
    '] - [',
    'a.a.a.',
    '|',
    ' (',
    '{"a":',
    ': ',
    '\u001b[',
    '> ',
    '0x',
    'at ',
    'Caused by: ',
    'synced with',
    ' took 1ms',
    'tries=1, ',
    ' sid: 1',
  ])('long repetitions of %j take no longer than their length', (part) => {
    const line = part.repeat(60_000 / part.length);
    const said = STARTS.map((start) => HEAD + start + line.slice(0, 5000));
    const text = [
      ...said,
      line,
      HEAD + line,
      `[2020-02-03 10:11:12,345] INFO ${line}`,
      `2022-07-08 10:11:12,345 INFO ${line})`,
      `zk | ${line}`,
    ].join('\n');
    const started = performance.now();
    readLog(0, 'x', utf8(text));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

/** The diagnosis: each finding in lines that show it and in lines that do not, and what it says of recordings of real ensembles. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { understand } from '../../../src/intake/logs/case.ts';
import { adviceOfFinding, sentenceOfFinding } from '../../../src/intake/logs/diagnose/sentence.ts';
import { findingsEn } from '../../../src/intake/logs/diagnose/en.ts';
import { MOST_LINES } from '../../../src/intake/logs/diagnose/finding.ts';
import { MOST_FINDINGS } from '../../../src/intake/logs/diagnose/rank.ts';
import { fromUtf8, utf8 } from '../../../src/base/ids.ts';
import type { Finding, LogCase } from '../../../src/intake/logs/model.ts';
import { openRecording, recordingNames } from '../../golden/archive.ts';
import { caseOf, findingsOf, heard, logText } from './build.ts';
import { CASES } from './diagnoseCases.ts';
import { FILE_CASES } from './diagnoseFileCases.ts';
import { LIMIT_CASES } from './diagnoseLimitCases.ts';
import { logBytes, logNames, readAll, shifted } from './goldenLogs.ts';

const ALL = [...CASES, ...LIMIT_CASES, ...FILE_CASES];
const rulesOf = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule }) => rule);

describe('lines that show it, and lines that do not', () => {
  it.each(ALL)('$rule: $says.0', ({ rule, logs, others, servers, says, unsure, note, quiet, quietOthers }) => {
    const findings = findingsOf(caseOf(logs, others));
    const found = findings.find((finding) => finding.rule === rule);
    expect(rulesOf(findings)).toContain(rule);
    if (found === undefined) return;
    expect(found.servers).toEqual(servers);
    const sentence = sentenceOfFinding(found, 'en');
    for (const words of says) expect(sentence).toContain(words);
    expect([found.certainty, found.severity]).toEqual([unsure === true ? 'unsure' : 'certain', note === true ? 'note' : 'problem']);
    expect(rulesOf(findingsOf(caseOf(quiet, quietOthers)))).not.toContain(rule);
  });

  it('covers every rule', () => {
    const elsewhere = ['sid.twoLogs', 'clock.offset', 'clock.zone', 'clock.untied', 'clock.step', 'clock.impossible', 'log.note'];
    const tested = new Set<string>([...ALL.map(({ rule }) => rule), ...elsewhere]);
    expect(Object.keys(findingsEn.rules).filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it.each(ALL)('$rule leads to lines that exist, and has words in both languages', ({ logs, others }) => {
    const logCase = caseOf(logs, others);
    for (const finding of findingsOf(logCase)) {
      for (const { log, line } of finding.lines) {
        const text = logCase.logs.find((one) => one.log === log);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text?.lines ?? 0);
      }
      for (const language of ['en', 'zh'] as const) {
        for (const text of [sentenceOfFinding(finding, language), adviceOfFinding(finding, language)]) {
          expect(text).not.toMatch(/undefined|NaN|Infinity|\[object|\(\)|（）/);
          expect(text).toMatch(language === 'en' ? /[.!?…]$/ : /[。！？…]$|^.+：/);
        }
      }
    }
  });
});

describe('the logs themselves', () => {
  const RECORDING = '07-follower-behind-diff';
  const said = (findings: readonly Finding[], rule: string): readonly string[] =>
    findings.filter((one) => one.rule === rule).map((one) => `${one.servers.join()}: ${sentenceOfFinding(one, 'en')}`);
  /** The recording with the clock of server 1 moved. */
  const moved = (ms: number): LogCase => {
    const recording = openRecording(RECORDING);
    const texts = [...logNames(recording)].map(([sid, path]) => {
      const text = fromUtf8(logBytes(recording, path, 'full'));
      return [path, utf8(sid === 1 ? shifted(text, ms) : text)] as const;
    });
    return understand(readAll(texts), {});
  };

  it('tells how far a clock is off', () => {
    const [sentence = ''] = said(findingsOf(moved(5000)), 'clock.offset');
    expect(sentence).toMatch(/^1: The clock of server 1 is 5\.0 s ahead of the others \(± \d+ ms, from \d+ pairs of cause and effect\)/);
    expect(said(findingsOf(moved(0)), 'clock.offset')).toEqual([]);
  });

  it('takes whole hours for a time zone', () => {
    const findings = findingsOf(moved(-2 * 3_600_000));
    expect(said(findings, 'clock.zone')[0]).toContain('1: The times of server 1 differ by 2 h 0 min, most likely another time zone');
    expect(said(findings, 'clock.offset')).toEqual([]);
  });

  it('says that nothing ties a clock to the others', () => {
    const recording = openRecording(RECORDING);
    const texts = [...logNames(recording).values()].map((path) => [path, logBytes(recording, path, 'full')] as const);
    const stranger = utf8(logText(9, ['12:00:00.000 [SyncThread:9:FileTxnLog@1] Creating new log file: log.5']));
    expect(said(findingsOf(understand(readAll([...texts, ['zk9.log', stranger]]), {})), 'clock.untied')).toEqual([
      '9: Nothing ties the clock of server 9 to the others. Their times are taken as printed.',
    ]);
    expect(said(findingsOf(understand(readAll(texts), {})), 'clock.untied')).toEqual([]);
  });

  it('sees a clock that was set back', () => {
    const lines = ['12:00:00.000 LOOKING', '12:00:09.000 FOLLOWING', '12:00:04.000 LOOKING', '12:00:05.000 FOLLOWING'];
    const findings = findingsOf(caseOf({ 1: lines }));
    expect(said(findings, 'clock.step')).toEqual([
      '1: The times in the log of server 1 jump back once, by up to 5.0 s; what follows is moved on.',
    ]);
    expect(findings.find(({ rule }) => rule === 'clock.step')?.lines).toEqual([{ log: 0, line: 3 }]);
    expect(said(findingsOf(caseOf({ 1: lines.slice(0, 2) })), 'clock.step')).toEqual([]);
  });

  it('marks effects before their causes', () => {
    const logCase = caseOf({
      1: ['12:00:00.000 LOOKING', '12:00:01.000 FOLLOWING'],
      2: ['12:00:00.500 LOOKING', '12:00:09.000 FOLLOWING'],
    });
    const cause = logCase.records.findIndex(({ sid, fact }) => sid === 2 && fact.kind === 'role' && fact.role === 'FOLLOWING');
    const records = logCase.records.map((record, i) => (i === 0 ? { ...record, impossible: cause } : record));
    expect(said(findingsOf({ ...logCase, records }), 'clock.impossible')[0]).toContain(
      '1,2: Lines of server 1 stand before the lines of server 2 that caused them, once, by up to 9.0 s.',
    );
    expect(said(findingsOf(logCase), 'clock.impossible')).toEqual([]);
  });

  it('tells of two logs with one id', () => {
    const logs = (sid: number): readonly string[] =>
      Array.from({ length: 30 }, (_, i) => `12:00:${10 + i}.000 [SyncThread:${sid}:FileTxnLog@1] Creating new log file: log.${i}${sid}`);
    const other = logText(
      1,
      Array.from({ length: 30 }, (_, i) => `12:00:${10 + i}.500 [SyncThread:1:FileTxnLog@1] Creating new log file: log.f${i}`),
    );
    const findings = findingsOf(caseOf({ 1: logs(1), 2: logs(2) }, { 'copy.log': other }));
    expect(said(findings, 'sid.twoLogs')[0]).toContain(
      'say they are of server 1, but they are of different processes that ran at the same time',
    );
    expect(said(findingsOf(caseOf({ 1: logs(1), 2: logs(2) })), 'sid.twoLogs')).toEqual([]);
  });

  it('passes on what the reader had to say', () => {
    const findings = findingsOf(caseOf({ 1: ['12:00:00.000 LOOKING'] }, { 'long.log': `${'x'.repeat(2_000_000)}\n` }));
    expect(said(findings, 'log.note')[0]).toMatch(/^: long\.log, line 1: longer than \d+ kB: only its beginning was read\.$/);
    expect(said(findingsOf(caseOf({ 1: ['12:00:00.000 LOOKING'] })), 'log.note')).toEqual([]);
  });
});

describe('ranking', () => {
  it('puts problems before notes, and certain before unsure', () => {
    const findings = ALL.flatMap(({ logs, others }) => {
      const own = findingsOf(caseOf(logs, others));
      const weights = own.map((one) => (one.severity === 'problem' ? 0 : 2) + (one.certainty === 'certain' ? 0 : 1));
      expect(weights).toEqual([...weights].sort((a, b) => a - b));
      return own;
    });
    expect(findings.length).toBeGreaterThan(ALL.length);
  });

  it('folds what is said again and again, counts it, and names few lines', () => {
    const lines = Array.from(
      { length: 500 },
      (_, i) =>
        `12:${String(i % 60).padStart(2, '0')}:00.000 WARN [SyncThread:1:FileTxnLog@1] fsync-ing the write ahead log in SyncThread:1 took ${1000 + i}ms which will adversely effect operation latency. File size is 67108880 bytes.`,
    );
    const slow = findingsOf(caseOf({ 1: lines })).filter(({ rule }) => rule === 'fsync.slow');
    expect(slow).toHaveLength(1);
    expect(slow[0]?.values['count']).toBe(500);
    expect(slow[0]?.values['worstMs']).toBe(1499);
    expect(slow[0]?.lines).toHaveLength(MOST_LINES);
    // The worst is the most telling.
    expect(slow[0]?.lines[0]?.line).toBe(500);
  });

  it('is bounded whatever the logs say', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => heard('12:00:01.000', 'LOOKING', i, 'LEADING', i + 1, '0x5', i, i, i));
    const failing = Array.from(
      { length: 3000 },
      (_, i) => `12:00:02.000 WARN [x:QuorumCnxManager@1] Cannot open channel to ${i} at election address zk${i}:3888`,
    );
    expect(findingsOf(caseOf({ 1: ['12:00:00.000 LOOKING', ...lines, ...failing] })).length).toBeLessThanOrEqual(MOST_FINDINGS);
  });
});

describe('anything else', () => {
  it('does not fail on lines in any order, of any server', () => {
    const pool = ALL.flatMap(({ logs }) => Object.values(logs).flat());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.array(fc.constantFrom(...pool), { maxLength: 40 })), (logs) => {
        for (const finding of findingsOf(caseOf(logs))) {
          expect(finding.lines.length).toBeLessThanOrEqual(MOST_LINES);
          expect(sentenceOfFinding(finding, 'en')).not.toMatch(/undefined|NaN|Infinity/);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('prints what logs say as plain text', () => {
    const lines = [
      '12:00:00.000 LOOKING',
      '12:00:01.000 WARN [x:QuorumPeer$QuorumServer@1] Failed to resolve address: <b>zk\u202e\u0007</b>',
    ];
    const found = findingsOf(caseOf({ 1: lines })).find(({ rule }) => rule === 'reach.name');
    expect(found === undefined ? '' : sentenceOfFinding(found, 'en')).toContain('<b>zk\\u{202e}\\u{7}</b>');
  });
});

describe('recordings', () => {
  const findingsIn = (name: string, form: 'full' | 'info'): readonly Finding[] => {
    const recording = openRecording(name);
    return findingsOf(understand(readAll([...logNames(recording).values()].map((path) => [path, logBytes(recording, path, form)])), {}));
  };

  it('are told as they were', async () => {
    const told = recordingNames().map((name) => {
      const lines = findingsIn(name, 'full').map(
        (one) =>
          `${one.severity === 'problem' ? '!' : ' '}${one.certainty === 'unsure' ? '?' : ' '} ${one.rule}: ${sentenceOfFinding(one, 'en')}`,
      );
      return [`== ${name}`, ...lines].join('\n');
    });
    await expect(`${told.join('\n\n')}\n`).toMatchFileSnapshot('written/findings.txt');
  });

  it.each(recordingNames())('%s says nearly the same without DEBUG', (name) => {
    const said = (form: 'full' | 'info'): readonly string[] => findingsIn(name, form).map((one) => `${one.rule} ${one.servers.join()}`);
    expect(
      said('info')
        .filter((line) => !line.startsWith('log.noDebug'))
        .sort(),
    ).toEqual([...said('full')].sort());
  });
});

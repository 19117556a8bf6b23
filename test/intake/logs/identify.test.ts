/** Whose lines they are: real logs whose names, ids and layouts are taken away one after the other. */
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8, type Sid } from '../../../src/base/ids.ts';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import type { Answers, LogCase } from '../../../src/intake/logs/model.ts';
import { numberInHost, numberInPath } from '../../../src/intake/logs/names.ts';
import { openRecording } from '../../golden/archive.ts';
import { endOf, logBytes, logNames, readAll, said, shifted, toldBy, truthOf } from './goldenLogs.ts';

const NAME = '22-quorum-lost';
const recording = openRecording(NAME);
const texts = new Map([...logNames(recording)].map(([sid, path]) => [sid, fromUtf8(logBytes(recording, path, 'info'))]));
const text = (sid: Sid) => texts.get(sid) ?? '';

function caseOf(named: readonly (readonly [name: string, text: string])[], answers: Answers = {}): LogCase {
  return understand(readAll(named.map(([name, content]) => [name, utf8(content)])), answers);
}
const knownBy = (logCase: LogCase) => Object.fromEntries(logCase.servers.map(({ sid, knownBy: how }) => [sid, how]));

/** Every line as `date LEVEL message (logger)`: no thread, no id. */
const withoutIds = (content: string) =>
  content.replace(/^(\S+ \S+) \[myid:\d*\] - (\w+) +\[.*?([\w$]+)@\d+\] - (.*)$/gm, '[$1] $2 $4 (org.apache.zookeeper.server.quorum.$3)');
/** And without the lines that say "My id". */
const withoutOwnName = (content: string) =>
  withoutIds(content)
    .replace(/\d+ is accepting connections now, my election bind port/g, 'My election bind port')
    .split('\n')
    .filter((line) => !/my ?id|->/i.test(line))
    .join('\n');

function expectTruth(logCase: LogCase): void {
  const told = toldBy(logCase, summarize(logCase), endOf(recording));
  const truth = truthOf(recording);
  expect(said(told.elections)).toEqual(said(truth.elections));
  expect(said(told.syncs)).toEqual(said(truth.syncs));
  for (const [sid, roles] of truth.roles) expect(said(told.roles.get(sid) ?? [])).toEqual(said(roles));
}

describe('numbers in names', () => {
  it.each([
    ['server3.log', 3],
    ['zk-3/zookeeper.log', 3],
    ['s3/server.log', 3],
    ['zookeeper-2.out', 2],
    ['logs/zookeeper.log.1', null],
    ['zk2/zookeeper.log.2024-01-05', 2],
    ['zookeeper--server-node7.out.4', 7],
    ['alpha3.txt', 3],
    ['home/user3/zookeeper.log', null],
    ['zk1-to-zk2.log', null],
    ['zookeeper.log', null],
    ['10.77.0.3.log', null],
  ])('%s: %s', (path, sid) => expect(numberInPath(path)).toBe(sid));

  it.each([
    ['zk_2_1', 2],
    ['zk-2', 2],
    ['node0', 0],
    ['zookeeper-1.zookeeper.default.svc', 1],
    ['alpha', null],
  ])('host %s: %s', (host, sid) => expect(numberInHost(host)).toBe(sid));
});

describe('one text for each server', () => {
  const all = [...texts.keys()];

  it('[myid:N] tells', () => {
    const logCase = caseOf(all.map((sid) => [`part ${'abc'[sid - 1]}`, text(sid)]));
    expect(knownBy(logCase)).toEqual({ 1: 'myid', 2: 'myid', 3: 'myid' });
  });

  it('"My id = N" tells where no line has an id', () => {
    const logCase = caseOf(all.map((sid) => [`part ${'abc'[sid - 1]}`, withoutIds(text(sid))]));
    expect(knownBy(logCase)).toEqual({ 1: 'myIdLine', 2: 'myIdLine', 3: 'myIdLine' });
    expectTruth(logCase);
  });

  it('"(theirs, mine)" of a dropped connection tells', () => {
    const line = 'Have smaller server identifier, so dropping the connection: (3, 2) (org.apache.zookeeper.server.quorum.QuorumCnxManager)';
    expect(knownBy(caseOf([['a', `[2020-02-03 10:11:12,345] INFO ${line}\n`]]))).toEqual({ 2: 'myIdLine' });
  });

  it('without it, the votes and whom it speaks of', () => {
    const logCase = caseOf(all.map((sid) => [`part ${'abc'[sid - 1]}`, withoutOwnName(text(sid))]));
    expect(knownBy(logCase)).toEqual({ 1: 'votes', 2: 'votes', 3: 'votes' });
    expectTruth(logCase);
  });

  it('a person who says otherwise is believed', () => {
    expect(knownBy(caseOf([['a', text(1)]], { 0: 7 }))).toEqual({ 7: 'person' });
  });

  it('the name of the file, when nothing in it tells', () => {
    const quiet = '2024-01-05 10:11:12,345 INFO tickTime set to 2000 (org.apache.zookeeper.server.quorum.QuorumPeer)\n';
    expect(knownBy(caseOf([['zk-4/zookeeper.log', quiet]]))).toEqual({ 4: 'fileName' });
  });

  it('pods are counted from 0: the next number is suggested, and the person is asked', () => {
    const quiet = '2024-01-05 10:11:12,345 INFO tickTime set to 2000 (org.apache.zookeeper.server.quorum.QuorumPeer)\n';
    const logCase = caseOf([
      ['zk-0.log', quiet],
      ['zk-1.log', quiet],
    ]);
    expect(knownBy(logCase)).toEqual({ 1: 'guess', 2: 'guess' });
    expect(logCase.unknown.map(({ suggestions }) => suggestions[0])).toEqual([
      { sid: 1, because: 'countedFromZero' },
      { sid: 2, because: 'countedFromZero' },
    ]);
  });

  it('the only member without a log is suggested for the only log without a name', () => {
    const quiet = '2026-11-20 23:30:00,000 INFO tickTime set to 500 (org.apache.zookeeper.server.quorum.QuorumPeer)\n';
    const logCase = caseOf([
      ['a', text(1)],
      ['b', text(3)],
      ['c', quiet],
    ]);
    expect(logCase.unknown).toEqual([{ log: 2, host: null, suggestions: [{ sid: 2, because: 'onlyOneLeft' }] }]);
    expect(knownBy(logCase)).toEqual({ 1: 'myid', 2: 'guess', 3: 'myid' });
  });
});

describe('one text of several servers', () => {
  const sorted = (lines: readonly string[]) =>
    lines
      .map((line, i) => [line, i] as const)
      .sort((a, b) => (a[0].slice(0, 23) < b[0].slice(0, 23) ? -1 : a[0].slice(0, 23) > b[0].slice(0, 23) ? 1 : a[1] - b[1]))
      .map(([line]) => line);
  const dated = (content: string) => content.split('\n').filter((line) => /^\d{4}-/.test(line));

  it('merged by time', () => {
    const merged = sorted([...texts.values()].flatMap(dated)).join('\n');
    expectTruth(caseOf([['all.log', merged]]));
  });

  it('one after the other', () => {
    expectTruth(caseOf([['all.log', [...texts.values()].map((one) => dated(one).join('\n')).join('\n')]]));
  });

  it('without the lines of roles, the phases tell them', () => {
    const bare = (content: string) => content.replace(/^.* - (?:LOOKING|FOLLOWING|LEADING)\n/gm, '');
    const roles = summarize(caseOf([['a', bare(text(3))]])).servers[0]?.roles ?? [];
    expect(roles.map(({ role }) => role).slice(0, 4)).toEqual(['DOWN', 'LEADING', 'LOOKING', 'LEADING']);
  });

  it('of docker compose, without ids on the lines', () => {
    const lines = [...texts].flatMap(([sid, content]) =>
      dated(content).map((line) => `zk${sid}_1  | ${withoutIds(line).slice(1).replace(']', '')}`),
    );
    const logCase = caseOf([['compose.log', lines.join('\n')]]);
    expect(logCase.servers.map(({ sid, hosts }) => [sid, hosts])).toEqual([
      [1, ['zk1_1']],
      [2, ['zk2_1']],
      [3, ['zk3_1']],
    ]);
    expectTruth(logCase);
  });
});

describe('several texts of one server', () => {
  const halves = (content: string) => {
    const lines = content.split('\n');
    const cut = Math.floor(lines.length / 2);
    return [lines.slice(0, cut).join('\n'), lines.slice(cut).join('\n')] as const;
  };

  it('rotated texts are joined, in whatever order they come', () => {
    const named = [...texts].flatMap(([sid, content]) => {
      const [older, newer] = halves(content);
      return [
        [`s${sid}/server.log`, newer],
        [`s${sid}/server.log.1`, older],
      ] as const;
    });
    expectTruth(caseOf(named));
    expectTruth(caseOf(named.toReversed()));
  });

  it('newest line first', () => {
    const upsideDown = (content: string) =>
      content
        .split('\n')
        .filter((line) => /^\d{4}-/.test(line))
        .reverse()
        .join('\n');
    const told = summarize(caseOf([['a', upsideDown(text(3))]]));
    expect(told.servers[0]?.roles.map(({ role }) => role).slice(0, 5)).toEqual(['DOWN', 'LOOKING', 'LEADING', 'LOOKING', 'LEADING']);
  });

  it('the same text twice is read once', () => {
    const logCase = caseOf(
      [...texts, ...texts].map(([sid, content], i) => [`${i}`, sid === 1 && i > 2 ? content.slice(0, 9000) : content]),
    );
    expect(logCase.duplicates).toEqual([]);
    expectTruth(logCase);
  });

  it('two servers with the same id at the same time are kept apart', () => {
    const impostor = text(2).replaceAll('[myid:2]', '[myid:1]').replaceAll('[myid=2]', '[myid=1]').replaceAll('myid=2', 'myid=1');
    const logCase = caseOf([
      ['a', text(1)],
      ['b', impostor],
      ['c', text(3)],
    ]);
    expect(logCase.duplicates).toHaveLength(1);
    expect(logCase.duplicates[0]).toMatchObject({ sid: 1, because: 'addresses' });
    expect(logCase.records.filter(({ sid, log }) => sid === 1 && log === logCase.duplicates[0]?.logs[0])).toEqual([]);
    expect(logCase.records.length + (logCase.duplicates[0]?.records.length ?? 0)).toBe(
      logCase.logs.reduce((sum, { records }) => sum + records.length, 0),
    );
  });

  it('a clock that is set back is carried on', () => {
    const [before, after] = halves(text(3));
    const logCase = caseOf([['a', `${before}\n${shifted(after, -5000)}`]]);
    expect(logCase.clockSteps).toMatchObject([{ sid: 3, log: 0 }]);
    expect(logCase.records.map(({ line }) => line)).toEqual(logCase.records.map(({ line }) => line).toSorted((a, b) => a - b));
    const times = logCase.records.map(({ t }) => t);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

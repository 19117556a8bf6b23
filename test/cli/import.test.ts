import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as v from 'valibot';
import { importLogs } from '../../src/cli/import.ts';
import { openRecording, textOf } from '../golden/archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'zablab-import-'));
const file = (name: string, content: string | Uint8Array) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const output = async (...args: string[]) => {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await importLogs(args);
  return { text, code };
};
afterEach(() => vi.restoreAllMocks());

const recording = openRecording('22-quorum-lost');
const paths = ['s1/server.log', 's2/server.log', 's3/server.log'];
const logs = paths.map((path) => file(`case/${path}`, textOf(recording, path)));
file('case/notes.txt', 'the switch was replaced at noon\n');
const nameless = file(
  'other/quiet.log',
  '2026-11-20 23:30:00,000 INFO tickTime set to 500 (org.apache.zookeeper.server.quorum.QuorumPeer)\n',
);

const zxid = v.nullable(v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/)));
const printed = v.looseObject({
  zero: v.pipe(v.string(), v.isoTimestamp()),
  servers: v.array(
    v.looseObject({
      sid: v.number(),
      version: v.nullable(v.string()),
      roles: v.array(v.strictObject({ t: v.number(), role: v.picklist(['DOWN', 'LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING']) })),
      votes: v.array(v.looseObject({ t: v.number(), leader: v.number(), zxid })),
    }),
  ),
  elections: v.array(
    v.looseObject({
      leader: v.number(),
      epoch: v.nullable(v.number()),
      supporters: v.array(v.number()),
      tookMs: v.number(),
      t: v.number(),
    }),
  ),
  syncs: v.array(
    v.looseObject({ leader: v.number(), learner: v.number(), mode: v.picklist(['DIFF', 'TRUNC', 'SNAP']), zxid, t: v.number() }),
  ),
  findings: v.array(
    v.looseObject({
      rule: v.string(),
      sentence: v.string(),
      servers: v.array(v.number()),
      lines: v.array(v.strictObject({ log: v.string(), line: v.number() })),
    }),
  ),
  unparsed: v.record(v.string(), v.looseObject({ known: v.number(), unknown: v.number(), stack: v.number(), other: v.number() })),
  clockOffsets: v.record(v.string(), v.strictObject({ offsetMs: v.number(), uncertainMs: v.nullable(v.number()), pairs: v.number() })),
  leftOut: v.array(v.strictObject({ path: v.string(), sentence: v.string() })),
});
const jsonOf = async (...args: string[]) => {
  const { text, code } = await output(...args, '--json');
  expect(code).toBe(0);
  return v.parse(printed, JSON.parse(text));
};

describe('zablab import', () => {
  it('prints a case as JSON, as documented', async () => {
    const { zero, servers, elections, syncs, findings, unparsed, clockOffsets } = await jsonOf(...logs);
    expect(zero).toBe('2026-11-20T23:29:59.665Z');
    expect(servers.map(({ sid, roles }) => [sid, roles.map(({ role }) => role).join(' ')])).toEqual([
      [1, 'DOWN LOOKING FOLLOWING DOWN LOOKING FOLLOWING'],
      [2, 'DOWN LOOKING FOLLOWING DOWN LOOKING FOLLOWING'],
      [3, 'DOWN LOOKING LEADING LOOKING LEADING'],
    ]);
    expect(elections).toMatchObject([
      { leader: 3, epoch: 1, supporters: [2, 3], tookMs: 819, t: 1126 },
      { leader: 3, epoch: 2, supporters: [1, 3], tookMs: 3015, t: 5447 },
    ]);
    expect(syncs.map(({ leader, learner, mode, zxid: to }) => `${leader} ${learner} ${mode} ${to}`)).toEqual([
      '3 2 DIFF 0x0',
      '3 1 SNAP 0x100000000',
      '3 1 DIFF 0x100000005',
      '3 2 DIFF 0x200000002',
    ]);
    expect(findings.length).toBeGreaterThan(0);
    for (const { sentence, lines } of findings) {
      expect(sentence.length).toBeGreaterThan(10);
      for (const { log } of lines) expect(paths).toContain(log);
    }
    expect(Object.keys(unparsed)).toEqual(paths);
    expect(Object.keys(clockOffsets)).toEqual(['1', '2', '3']);
  });

  it('reads a folder, a zip and single files alike; what is no log is named', async () => {
    const zip = file('case.zip', zipSync(Object.fromEntries(paths.map((path) => [path, recording.get(path) ?? new Uint8Array()]))));
    const single = await jsonOf(...logs);
    const whole = await jsonOf(join(folder, 'case'));
    const packed = await jsonOf(zip);
    for (const other of [whole, packed]) {
      expect(other.elections).toEqual(single.elections);
      expect(other.syncs).toEqual(single.syncs);
    }
    expect(whole.leftOut.map(({ path }) => path)).toEqual(['case/notes.txt']);
  });

  it('prints an overview, a narration and a diagnosis in both languages', async () => {
    const { text, code } = await output(...logs);
    expect(code).toBe(0);
    expect(text).toContain('3 leads, epoch 2, supported by 1, 3; elected in 3015 ms');
    expect(text).toContain('3 → 1  DIFF from 0x100000004 to 0x100000005');
    expect((await output(...logs, '--lang', 'zh')).text).toContain('3 成为 leader，epoch 2，支持者 1, 3');
    const narrated = (await output(...logs, '--narrate')).text.split('\n');
    expect(narrated[0]).toMatch(/^2026-11-20 23:29:59,665 {2}\S/);
    expect(narrated.length).toBeGreaterThan(400);
    const found = (await output(...logs, '--diagnose')).text;
    expect(found).toContain('! Leader 3 gave up');
    expect((await output(...logs, '--diagnose', '--lang', 'zh')).text).toMatch(/[一-鿿]/);
  });

  it('asks whose log it is, and believes the answer', async () => {
    expect((await output(nameless, logs[0] ?? '', logs[2] ?? '')).text).toContain('other/quiet.log: server 2');
    const told = await jsonOf(nameless, '--sid', 'quiet.log=9');
    expect(told.servers.map(({ sid }) => sid)).toEqual([9]);
  });

  it('says so when there is no line of a server', async () => {
    const { text, code } = await output(join(folder, 'case/notes.txt'));
    expect(code).toBe(1);
    expect(text).toContain('No line of a ZooKeeper server was found.');
  });

  it.each([
    ['no file', [], 'expected a log to import, got none'],
    ['a file that is not there', [join(folder, 'nowhere.log')], 'nowhere.log: there is no such file'],
    ['two kinds of output', [nameless, '--json', '--narrate'], 'choose one'],
    ['a language it does not speak', [nameless, '--lang', 'fr'], '--lang fr: expected en or zh'],
    ['an answer that is none', [nameless, '--sid', 'quiet.log'], '--sid quiet.log: expected NAME=SID'],
    ['an answer for a log that is not there', [nameless, '--sid', 'loud.log=1'], 'no log and no host is called loud.log'],
    ['an unknown option', [nameless, '--fast'], "Unknown option '--fast'"],
  ])('%s is said in one sentence', async (_, args, words) => {
    await expect(importLogs(args)).rejects.toThrow(words);
  });
});

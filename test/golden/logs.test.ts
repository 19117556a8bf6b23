/** Our logs are held against real ones: the measure itself, and that what is printed looks as the real server prints it. */
import { describe, expect, test } from 'vitest';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { serverLog } from '../../src/export/logs/serverLog.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { step } from '../../src/zab/server.ts';
import { jsonOf, openRecording, textOf } from './archive.ts';
import { compareLogs, compareRun, editDistance, endOf, worstKinds } from './logs.ts';

const line = (second: number, level: string, thread: string, kind: string) =>
  `2026-11-20 23:22:${second},000 [myid:2] - ${level.padEnd(5)} [${thread}:${kind}] - text`;

describe('the measure', () => {
  test.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', 'abxc', 1],
    ['abc', 'ac', 1],
    ['abc', 'acb', 2],
    ['abc', 'axc', 2],
    ['', 'abc', 3],
  ])('%j to %j takes %i insertions and deletions', (a, b, distance) => {
    expect(editDistance(a.split(''), b.split(''))).toBe(distance);
  });

  test('stack frames are no messages, noise does not count, nor what comes after the end', () => {
    const real = [
      line(10, 'INFO', 'main', 'A@1'),
      '\tat java.base/java.io.DataInputStream.readInt(DataInputStream.java:386)',
      line(11, 'INFO', 'NIOWorkerThread-1', 'StatCommand@52'),
      line(12, 'DEBUG', 'main', 'B@1'),
      line(13, 'INFO', 'main', 'C@1'),
    ].join('\n');
    const ours = line(10, 'INFO', 'main', 'A@1');
    expect(compareLogs(2, real, ours)).toMatchObject({ real: 3, ours: 1, distance: 2 });
    expect(compareLogs(2, real, ours, { infoOnly: true })).toMatchObject({ real: 2, distance: 1 });
    expect(compareLogs(2, real, ours, { until: '2026-11-20 23:22:11,500' })).toMatchObject({ real: 1, distance: 0 });
  });

  test('threads that race count in the whole, and not each alone', () => {
    const real = [line(10, 'INFO', 'main', 'A@1'), line(10, 'INFO', 'SyncThread:2', 'B@1')];
    expect(compareLogs(2, real.join('\n'), real.toReversed().join('\n'))).toMatchObject({ distance: 2, byThread: 0 });
  });

  test('the kinds that differ most come first', () => {
    expect(worstKinds(new Map([['A@1', 1], ['B@1', -3]]), 1)).toBe('-3 B@1'); // prettier-ignore
  });
});

/** Values of a message, left out: what remains is its wording. */
function wordingOf(text: string): Map<string, Set<string>> {
  const wordings = new Map<string, Set<string>>();
  for (const [, level = '', thread = '', kind = '', message = ''] of text.matchAll(
    /^\S+ \S+ \[myid:\d*\] - (\w+ +)\[(.*):([\w$]+@\d+)\] - (.*)$/gm,
  )) {
    const wording = `${level}${thread} ${message}`
      .replace(/0x[0-9a-f]+/g, 'X')
      .replace(/(log|snapshot)\.[0-9a-f]+/g, '$1.X')
      .replace(/(reqpath|type):\S+/g, '$1:T')
      .replace(/-?\d+(\.\d+)*/g, 'N')
      .replace(/\[N(, N)*\]/g, '[S]')
      .replace(/LOOKING|FOLLOWING|LEADING|OBSERVING/g, 'ROLE');
    wordings.set(kind, (wordings.get(kind) ?? new Set()).add(wording));
  }
  return wordings;
}

/** A new epoch, a snapshot sync, a truncation, observers, a damaged log, files lost. */
const RECORDINGS = [
  '02-boot-1-2-then-3',
  '04i-clean-stop-leader',
  '05d-trunc-without-new-writes',
  '11-observers',
  '16-log-crc-middle',
  '26-epoch-file-lost',
];

const real = wordingOf(
  RECORDINGS.flatMap((name) => {
    const recording = openRecording(name);
    return [...recording.keys()].filter((path) => path.endsWith('/server.log')).map((path) => textOf(recording, path));
  }).join('\n'),
);

describe('a replayed recording', () => {
  test.each(RECORDINGS)('%s: every message is worded as in the real logs, and the logs are alike', async (name) => {
    const recording = openRecording(name);
    const scenario = parseScenario(jsonOf(recording, 'scenario.json'), name, PROFILE_3_8_0);
    const { ensemble } = await runScenario(scenario, new InlineHost(step as Core), { seed: 1, surroundings: { bootMs: 500 } });
    const { trace } = ensemble;
    const logs = scenario.members.map(({ sid }) => serverLog(trace, scenario.members, scenario.config, sid, { debug: true }));
    for (const [kind, wordings] of wordingOf(logs.join('\n'))) {
      const known = real.get(kind);
      // Some kinds come in other recordings only; the recorder cut others from logs that were long.
      if (known === undefined || RACING.has(kind)) continue;
      for (const wording of wordings) expect([...known], kind).toContain(wording);
    }
    const { info, debug } = compareRun(recording, scenario, trace);
    expect(info.real).toBeGreaterThan(200);
    expect(info.byThread / info.real, `INFO: ${worstKinds(info.counts, 5)}`).toBeLessThan(0.15);
    expect(debug.byThread / debug.real, `DEBUG: ${worstKinds(debug.counts, 5)}`).toBeLessThan(0.25);
    expect(endOf(recording)).toMatch(/^2026-11-20 /);
  });
});

/** Printed by whichever thread comes first. */
const RACING = new Set(['CommitProcessor@595', 'CommitProcessor@607', 'Leader@1022', 'Leader@1026']);

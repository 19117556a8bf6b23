/** Runs as links: small, whole or refused, and the same picture in every release. */
import { deflateSync } from 'fflate';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../../src/base/ids.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from '../../../src/intake/runs/base64.ts';
import { understand } from '../../../src/intake/logs/case.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { rebuild } from '../../../src/intake/logs/rebuild.ts';
import { buildTrace } from '../../../src/intake/logs/trace.ts';
import { RunError, type RunProblem } from '../../../src/intake/runs/errors.ts';
import { readLink, scenarioHash, writeLink, type KnownScenario } from '../../../src/intake/runs/link.ts';
import { runOfLink, type OpenedRun } from '../../../src/intake/runs/open.ts';
import type { RunRecord } from '../../../src/intake/runs/record.ts';
import { diskOf, emptyDisk, exportFiles } from '../../../src/store/disk.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import { openRecording } from '../../golden/archive.ts';
import { logBytes, logNames } from '../logs/goldenLogs.ts';
import { known, lived, pictureOf, type Deed, type Picture } from './runs.ts';

const knownAs = (name: string): KnownScenario => ({ name, scenario: known(name) });
const opened = (fragment: string): OpenedRun => {
  const link = readLink(fragment);
  return runOfLink(link, link.known === null ? undefined : known(link.known.name));
};
const problemOf = (work: () => unknown): RunProblem | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.problem;
  }
};

const WORLD = [{ perms: 31, scheme: 'world', id: 'anyone' }];

/** Of a lesson, whose servers are down at first. */
const TEN: readonly Deed[] = [
  [0, { type: 'start', sid: 1 }],
  [0, { type: 'start', sid: 2 }],
  [0, { type: 'start', sid: 3 }],
  [900, { type: 'connect', client: 1 }],
  [200, { type: 'request', client: 1, request: { op: 'create', path: '/config', data: utf8('v1'), acl: WORLD, mode: 'persistent' } }],
  [150, { type: 'kill', sid: 3 }],
  [700, { type: 'restart', sid: 3 }],
  [500, { type: 'partition', groups: [[1], [2, 3]] }],
  [400, { type: 'heal' }],
  [300, { type: 'powerLoss', sid: 2 }],
];

describe('a lesson with ten commands', async () => {
  const name = '01-first-election';
  const run = await lived(known(name), 1, TEN, 300);
  const fragment = writeLink({ ...run, view: { server: 2, tab: 'decisions', speed: 4, heartbeats: true } }, knownAs(name));

  test('is a link of at most 300 characters, address included', () => {
    expect(fragment.length).toBeLessThan(200);
    expect(`https://zablab.example.org/a/folder/index.html${fragment}`.length).toBeLessThanOrEqual(300);
  });

  test('opens the same run, at the same event, with the same view', () => {
    const { run: read, changed } = opened(fragment);
    expect(changed).toBe(false);
    expect(read).toMatchObject({
      n: run.n,
      seed: 1,
      view: { server: 2, tab: 'decisions', speed: 4, heartbeats: true },
      digest: run.digest.slice(0, 8),
    });
    expect(read.commands.map(({ step, command }) => ({ step, command }))).toEqual(
      run.commands.map(({ step, command }) => ({ step, command })),
    );
    expect(pictureOf({ ...opened(fragment) })).toMatchObject({ n: run.n, digest: run.digest });
  });
});

describe('the scenario', () => {
  test('is named where it is a ready one, whatever its words and seed; else it is all there', async () => {
    const ready = known('kill-the-leader') as Readonly<Record<string, unknown>>;
    const own = { ...ready, seed: 77, title: 'Mine', texts: {} };
    const run = await lived(own, 77, [], 100);
    const link = readLink(writeLink(run, knownAs('kill-the-leader')));
    expect(link).toMatchObject({ known: { name: 'kill-the-leader' }, seed: 77, scenario: null });
    const other = { ...own, servers: 4 };
    expect(readLink(writeLink({ ...run, scenario: other }, knownAs('kill-the-leader')))).toMatchObject({
      known: null,
      scenario: other,
      seed: null,
    });
    expect(scenarioHash(own)).toBe(scenarioHash(ready));
    expect(scenarioHash(other)).not.toBe(scenarioHash(ready));
  });

  test('that has changed since is said to have', async () => {
    const run = await lived(known('first-election'), 1, [], 100);
    const link = readLink(writeLink(run, knownAs('first-election')));
    expect(runOfLink(link, { ...(known('first-election') as object), cfg: { tickTime: 999 } }).changed).toBe(true);
    expect(runOfLink(link, { ...(known('first-election') as object), title: 'Another title' }).changed).toBe(false);
  });
});

describe('a link that cannot be honoured says why', async () => {
  const run = await lived(known('first-election'), 1, [[900, { type: 'kill', sid: 5 }]], 100);
  const good = writeLink(run, knownAs('first-election'));
  /** A link with this content, whole. */
  const made = (list: unknown): string => {
    const json = utf8(typeof list === 'string' ? list : JSON.stringify(list));
    const deflated = deflateSync(json, { level: 9 });
    let [a, b] = [1, 0];
    for (const byte of deflated) b = (b + (a = (a + byte) % 251)) % 251;
    return `#r=1.${toBase64Url(new Uint8Array([a, b, ...deflated]))}`;
  };

  test('our own way of making links is theirs', () => {
    expect(problemOf(() => opened(made([{ servers: 3, steps: [] }, null, [], 4, ''])))).toBeNull();
  });

  test.each<[string, string, RunProblem]>([
    ['a later version', good.replace('#r=1.', '#r=3.'), 'newer'],
    ['no version', good.replace('#r=1.', '#r=0.'), 'damaged'],
    ['another fragment', '#stage', 'damaged'],
    ['half of it', good.slice(0, good.length / 2), 'cut'],
    ['its last letter missing', good.slice(0, -1), 'cut'],
    ['nothing', '#r=1.', 'cut'],
    ['other letters', `${good}%20`, 'damaged'],
    ['too many letters', `#r=1.${'A'.repeat(70_000)}`, 'tooLarge'],
    ['a bomb', made(`["${'0'.repeat(20_000_000)}"]`), 'tooLarge'],
    ['no JSON', made('{'), 'cut'],
    ['a scenario that is not known', made(['atlantis~aaaaaa', null, [], 4, '']), 'unknownScenario'],
    ['a name from Object', made(['constructor~aaaaaa', null, [], 4, '']), 'unknownScenario'],
    ['a scenario that is none', made([{ servers: 99 }, null, [], 4, '']), 'wrong'],
    ['a server that is not there', made([{ servers: 3 }, null, [[1, 2, 4]], 4, '']), 'wrong'],
    ['a playhead in the far future', made([{ servers: 3 }, null, [], 1e9, '']), 'wrong'],
    ['an object', made({}), 'wrong'],
    ['too many commands', made([{ servers: 3 }, null, Array.from({ length: 20_001 }, () => []), 1, '']), 'wrong'],
  ])('%s', (_what, link, problem) => {
    expect(problemOf(() => opened(link))).toBe(problem);
  });

  test('changed letters are noticed, or change nothing that is shown', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 6), fc.constantFrom('A', 'B', 'x', 'z', '0', '9', '-', '_'), (at, letter) => {
        const i = 5 + at;
        const other = good.slice(0, i) + letter + good.slice(i + 1);
        const problem = problemOf(() => opened(other));
        // The last letter may hold bits that belong to no byte.
        expect(problem !== null || other === good || isSameBytes(other, good)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('any text whatever is read or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => problemOf(() => opened(`#r=1.${text}`)) !== undefined));
  });

  test('what no link can hold is not put into one', () => {
    const disks: RunRecord['disks'] = new Map([[1, diskOf({ 'log.1': fromBase64(noise(1, 70_000)) ?? new Uint8Array() })]]);
    expect(problemOf(() => writeLink({ ...run, disks }, null))).toBe('tooLarge');
    const content = Array.from({ length: 60 }, (_, i): Command => ({ type: 'writeFile', sid: 1, file: 'f', content: noise(i, 3000) }));
    expect(problemOf(() => writeLink({ ...run, commands: content.map((command, step) => ({ step, at: 0, command })) }, null))).toBe(
      'tooLarge',
    );
  });
});

describe('a run that began with disks, as one that goes on from logs does', async () => {
  const recording = openRecording('04-kill-leader-5');
  const logs = [...logNames(recording).values()].map((path, i) => readLog(i, path, logBytes(recording, path, 'full')));
  const trace = buildTrace(understand(logs, {}));
  const { given, disks } = rebuild(new Timeline(trace.members, trace.events), trace.config, Math.floor(trace.events.length * 0.6));
  const run = await lived(given, 1, [[400, { type: 'kill', sid: 4 }]], 300, undefined, disks);
  const fragment = writeLink(run, null);

  test('is a link as well, of a version that says so', () => {
    expect(fragment.startsWith('#r=2.')).toBe(true);
    expect(fragment.length).toBeLessThan(16_000);
  });

  test('opens the same run with the same disks', () => {
    const read = opened(fragment);
    for (const [sid, disk] of disks) expect(exportFiles(read.run.disks.get(sid) ?? emptyDisk())).toEqual(exportFiles(disk));
    expect(pictureOf(read).digest.startsWith(read.run.digest)).toBe(true);
    expect(pictureOf(read).digest).toBe(run.digest);
  });

  test('cut or changed, it is refused', () => {
    expect(problemOf(() => opened(fragment.slice(0, -9)))).toBe('cut');
    expect(problemOf(() => opened(fragment.replace('#r=2.', '#r=9.')))).toBe('newer');
  });
});

/** Base64 of bytes that nothing compresses. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  return toBase64(Uint8Array.from({ length }, next));
}

function isSameBytes(a: string, b: string): boolean {
  return fromBase64Url(a.slice(5))?.join() === fromBase64Url(b.slice(5))?.join();
}

describe('links of earlier releases', () => {
  const folder = join(import.meta.dirname, '../links');
  const stored = readdirSync(folder)
    .sort()
    .map(
      (file) =>
        [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as { readonly link: string; readonly picture: Picture }] as const,
    );

  test('there are some', () => expect(stored.length).toBeGreaterThanOrEqual(5));

  test.each(stored)('%s shows what it showed', (_file, { link, picture }) => {
    const read = opened(link);
    expect(pictureOf(read)).toEqual(picture);
    expect(picture.digest.startsWith(read.run.digest)).toBe(true);
  });
});

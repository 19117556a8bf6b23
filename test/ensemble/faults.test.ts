import { describe, expect, test } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { CommandError } from '../../src/ensemble/errors.ts';
import type { Command } from '../../src/ensemble/types.ts';
import { diskOf, fileNames, fileSize, readFile } from '../../src/store/disk.ts';
import type { Effect } from '../../src/zab/types.ts';
import { fakeEnsemble, noEffects, startAll, story, type Behaviour } from './fakes.ts';

const written: readonly Effect[] = [
  {
    type: 'disk',
    ops: [
      { op: 'create', file: 'log.1' },
      { op: 'append', file: 'log.1', bytes: utf8('safe') },
    ],
  },
  { type: 'fsync', token: 7, files: ['log.1'] },
  { type: 'disk', ops: [{ op: 'append', file: 'log.1', bytes: utf8('-unsafe') }] },
];
const writers: Behaviour = (_, input) => (input.type === 'boot' ? written : []);
const text = (ensemble: ReturnType<typeof fakeEnsemble>, sid: number, file: string): string =>
  new TextDecoder().decode(readFile(ensemble.disk(sid), file));

describe('commands that make no sense are refused, name the field, and change nothing', () => {
  const up: readonly Command[] = [{ type: 'start', sid: 1 }];
  const cases: readonly (readonly [readonly Command[], Command, string, string])[] = [
    [[], { type: 'start', sid: 9 }, 'sid', 'There is no server 9. Servers are 1, 2, 3.'],
    [up, { type: 'start', sid: 1 }, 'sid', 'kill or stop it first'],
    [[], { type: 'kill', sid: 1 }, 'sid', 'Server 1 is not running'],
    [[], { type: 'powerLoss', sid: 1 }, 'sid', 'not running'],
    [[], { type: 'resume', sid: 1 }, 'sid', 'not running'],
    [up, { type: 'pause', sid: 1 }, 'sid', 'still starting'],
    [up, { type: 'resume', sid: 1 }, 'sid', 'not paused'],
    [up, { type: 'wipe', sid: 1 }, 'sid', 'kill or stop it first'],
    [up, { type: 'backup', sid: 1, name: 'x' }, 'sid', 'kill or stop it first'],
    [[], { type: 'restore', sid: 1, name: 'x' }, 'name', 'There is no backup "x" of server 1. Known are: none.'],
    [[], { type: 'cut', from: 1, to: 1 }, 'to', 'two different servers'],
    [[], { type: 'cut', from: 1, to: 8 }, 'to', 'There is no server 8'],
    [[], { type: 'heal', from: 1 }, 'to', 'give both'],
    [
      [],
      {
        type: 'partition',
        groups: [
          [1, 2],
          [2, 3],
        ],
      },
      'groups',
      'named twice',
    ],
    [[], { type: 'slow', from: 1, to: 2, delayMs: -1 }, 'delayMs', '0 or more'],
    [[], { type: 'skew', sid: 1, rate: 0 }, 'rate', 'above 0'],
    [[], { type: 'flipByte', sid: 1, file: 'log.1', offset: 0 }, 'file', 'has no file "log.1"'],
    [[], { type: 'writeFile', sid: 1, file: 'x', content: '%%' }, 'content', 'base64'],
    [[], { type: 'connect', client: 0 }, 'client', 'numbered'],
    [[], { type: 'connect', client: 1, servers: [] }, 'servers', 'no server'],
    [[], { type: 'close', client: 1 }, 'client', 'There is no client 1'],
    [[{ type: 'connect', client: 1 }], { type: 'connect', client: 1 }, 'client', 'already'],
    [[], { type: 'explode' } as unknown as Command, 'type', 'There is no command "explode"'],
  ];

  test.each(cases)('%j then %j: %s', (before, command, field, sentence) => {
    const ensemble = fakeEnsemble(noEffects);
    for (const one of before) ensemble.command(one);
    const digest = ensemble.digest();
    let thrown: unknown;
    try {
      ensemble.command(command);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CommandError);
    expect(thrown).toMatchObject({ field });
    expect((thrown as Error).message).toContain(sentence);
    expect(ensemble.digest()).toBe(digest);
    expect(ensemble.commands).toHaveLength(before.length);
  });
});

describe('disks', () => {
  test('an fsync makes safe what was written when it was asked for', () => {
    const ensemble = fakeEnsemble(writers, { tornWriteChance: 0 });
    startAll(ensemble);
    ensemble.run({ untilMs: 1 });
    expect(ensemble.disk(1).files['log.1']).toMatchObject({ length: 11, synced: -1 });
    ensemble.run({ untilMs: 10 });
    expect(story(ensemble, 1)).toEqual(['0 boot', '2 fsynced 7']);
    expect(ensemble.disk(1).files['log.1']).toMatchObject({ length: 11, synced: 4 });
  });

  test.each([
    ['kill', 'safe-unsafe'],
    ['crash', 'safe-unsafe'],
    ['powerLoss', 'safe'],
  ] as const)('%s leaves "%s"', (type, left) => {
    const ensemble = fakeEnsemble(writers, { tornWriteChance: 0 });
    startAll(ensemble);
    ensemble.run({ untilMs: 10 });
    ensemble.command({ type, sid: 1 });
    expect(text(ensemble, 1, 'log.1')).toBe(left);
    const ended = ensemble.trace.at(-1);
    expect(ended?.what).toMatchObject({ type: 'processEnded', how: type });
    expect(ended?.disk === null).toBe(type !== 'powerLoss');
  });

  test('a power loss before the fsync is done takes the file; during it, fsynced never comes', () => {
    const ensemble = fakeEnsemble(writers, { tornWriteChance: 0 });
    startAll(ensemble);
    ensemble.run({ untilMs: 1 });
    ensemble.command({ type: 'powerLoss', sid: 1 });
    ensemble.run({ untilMs: 10 });
    expect(fileNames(ensemble.disk(1))).toEqual([]);
    expect(story(ensemble, 1)).toEqual(['0 boot']);
  });

  test('what was left alone for 30 s has been written back by the kernel', () => {
    const ensemble = fakeEnsemble(writers, { tornWriteChance: 0 });
    startAll(ensemble);
    ensemble.run({ untilMs: 29_000 });
    ensemble.command({ type: 'powerLoss', sid: 1 });
    ensemble.run({ untilMs: 30_000 });
    ensemble.command({ type: 'powerLoss', sid: 2 });
    expect([text(ensemble, 1, 'log.1'), text(ensemble, 2, 'log.1')]).toEqual(['safe', 'safe-unsafe']);
  });

  test('a torn write: a part of the unsafe bytes stays', () => {
    const left = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const ensemble = fakeEnsemble(writers, { tornWriteChance: 1, seed });
      startAll(ensemble);
      ensemble.run({ untilMs: 10 });
      ensemble.command({ type: 'powerLoss', sid: 1 });
      left.add(text(ensemble, 1, 'log.1'));
    }
    for (const bytes of left) expect('safe-unsafe'.startsWith(bytes) && bytes.length >= 4).toBe(true);
    expect(left.size).toBeGreaterThan(3);
  });

  test('fsyncs of one disk come one after another; slowDisk sets their time', () => {
    const ensemble = fakeEnsemble((_, input) => (input.type === 'boot' ? [...written, { type: 'fsync', token: 8, files: ['log.1'] }] : []));
    ensemble.command({ type: 'slowDisk', sid: 1, fsyncMs: 30 });
    startAll(ensemble);
    ensemble.run({ untilMs: 100 });
    expect(story(ensemble, 1)).toEqual(['0 boot', '30 fsynced 7', '60 fsynced 8']);
  });

  test('on a full disk the process hears an error, and nothing more is written', () => {
    const ensemble = fakeEnsemble((_, input) => (input.type === 'boot' ? written.slice(0, 1) : []));
    ensemble.command({ type: 'diskFull', sid: 1, full: true });
    startAll(ensemble);
    ensemble.run({ untilMs: 10 });
    expect(ensemble.trace.filter(({ what }) => what.type === 'diskError').map(({ what }) => what)).toEqual([
      { type: 'diskError', message: 'log.1: No space left on device' },
    ]);
    expect(fileNames(ensemble.disk(1))).toEqual([]);
  });

  test('what was to follow a refused write is not done: no promise is sent that the disk does not hold', () => {
    const ensemble = fakeEnsemble((_, input) =>
      input.type === 'boot' ? [...written, { type: 'disk', ops: [{ op: 'writeAtomic', file: 'acceptedEpoch', bytes: utf8('1') }] }] : [],
    );
    ensemble.command({ type: 'diskFull', sid: 1, full: true });
    startAll(ensemble);
    ensemble.run({ untilMs: 10 });
    expect(story(ensemble, 1)).toEqual(['0 boot', '0 diskError']);
    expect(fileNames(ensemble.disk(1))).toEqual([]);
  });

  test('backup, wipe, restore on the same or another server', () => {
    const disks = new Map([[1, diskOf({ 'snapshot.0': utf8('one') })]]);
    const ensemble = fakeEnsemble(noEffects, {}, { disks });
    ensemble.command({ type: 'backup', sid: 1, name: 'monday' });
    ensemble.command({ type: 'wipe', sid: 1 });
    expect(fileNames(ensemble.disk(1))).toEqual([]);
    ensemble.command({ type: 'restore', sid: 1, name: 'monday' });
    ensemble.command({ type: 'restore', sid: 3, name: 'monday', from: 1 });
    expect([text(ensemble, 1, 'snapshot.0'), text(ensemble, 3, 'snapshot.0')]).toEqual(['one', 'one']);
  });

  test.each([
    [{ type: 'flipByte', sid: 1, file: 'f', offset: 1 }, [1, 0xfd, 3, 4], 4],
    [{ type: 'cutFile', sid: 1, file: 'f', length: 2 }, [1, 2], 2],
    [{ type: 'cutFile', sid: 1, file: 'f', length: 2, zeroed: true }, [1, 2], 4],
    [{ type: 'writeFile', sid: 1, file: 'f', content: btoa('\x09') }, [9], 1],
  ] as const)('%j', (command, bytes, size) => {
    const ensemble = fakeEnsemble(noEffects, {}, { disks: new Map([[1, diskOf({ f: new Uint8Array([1, 2, 3, 4]) })]]) });
    ensemble.command(command);
    expect([...readFile(ensemble.disk(1), 'f')]).toEqual(bytes);
    expect(fileSize(ensemble.disk(1), 'f')).toBe(size);
    expect(ensemble.trace.at(-1)?.disk).toMatchObject({ sid: 1, reset: false });
  });
});

describe('processes', () => {
  test('SIGTERM is an input; a process that is still starting just ends', () => {
    const stopping: Behaviour = (_, input) => (input.type === 'stop' ? [{ type: 'exit', code: 143, message: 'SIGTERM' }] : []);
    const ensemble = fakeEnsemble(stopping, { bootMs: 50 });
    ensemble.command({ type: 'start', sid: 1 });
    ensemble.command({ type: 'stop', sid: 1 });
    ensemble.command({ type: 'start', sid: 1 });
    ensemble.run({ untilMs: 60 });
    ensemble.command({ type: 'stop', sid: 1 });
    ensemble.run({ untilMs: 70 });
    expect(story(ensemble, 1)).toEqual(['50 boot', '60 stop']);
    expect(ensemble.trace.filter(({ what }) => what.type === 'processEnded').map(({ what }) => what)).toMatchObject([
      { how: 'exit', exitCode: 143 },
      { how: 'exit', exitCode: 143, message: 'SIGTERM' },
    ]);
    expect(ensemble.isUp(1)).toBe(false);
    expect(ensemble.host.alive()).toBe(0);
  });

  test('a fast clock runs its timers early and shows more time', () => {
    const clocks: number[] = [];
    const ensemble = fakeEnsemble(
      (_, input, now) => {
        clocks.push(now);
        return input.type === 'boot' ? [{ type: 'setTimer', timer: 'tick', afterMs: 100 }] : [];
      },
      { config: { ...fakeEnsemble(noEffects).options.config, members: [{ sid: 1, type: 'participant' }] } },
    );
    ensemble.command({ type: 'start', sid: 1 });
    ensemble.run({ untilMs: 40 });
    ensemble.command({ type: 'skew', sid: 1, rate: 2 });
    ensemble.run({ untilMs: 1000 });
    expect(story(ensemble, 1)).toEqual(['0 boot', '70 timer tick']);
    expect(clocks).toEqual([0, 100]);
  });

  test('every event names its cause', () => {
    const ensemble = fakeEnsemble(writers);
    startAll(ensemble);
    ensemble.run({ untilMs: 10 });
    const fsynced = ensemble.trace.find(({ what }) => what.type === 'fsynced');
    const boot = ensemble.trace[fsynced?.cause ?? -1];
    const started = ensemble.trace[boot?.cause ?? -1];
    expect([boot?.what.type, started?.what.type, ensemble.trace[started?.cause ?? -1]?.what.type]).toEqual([
      'boot',
      'processStarted',
      'command',
    ]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sid } from '../../src/base/ids.ts';
import { CommandError, HostError } from '../../src/ensemble/errors.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { Driver } from '../../src/ensemble/driver.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { RemoteHost } from '../../src/ensemble/host/remote.ts';
import { serve } from '../../src/ensemble/host/serve.ts';
import { ThreadHost } from '../../src/ensemble/host/thread.ts';
import type { Command } from '../../src/ensemble/types.ts';
import { step } from '../../src/zab/server.ts';
import { fakeEnsemble, startAll, story, talkers } from './fakes.ts';
import { ask, create, inline, leaderOf, optionsFor, realEnsemble, serving } from './real.ts';

/** A person's doing: a command, or a while of watching. */
type Deed = Command | { readonly type: 'watch'; readonly ms: number };

const sid = fc.integer({ min: 1, max: 3 });
const client = fc.integer({ min: 1, max: 2 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 1500 }).map((ms) => ({ type: 'watch', ms }) as const) },
  { weight: 3, arbitrary: fc.tuple(client, fc.constantFrom('/a', '/b', '/a/c')).map(([id, path]) => ask(id, create(path))) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('start', 'start', 'kill', 'crash', 'powerLoss', 'pause', 'resume', 'stop'), sid }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cut' as const), from: sid, to: sid, oneWay: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reset' as const), from: sid, to: sid }) },
  fc.constant({ type: 'heal' } as const),
  fc.record({ type: fc.constantFrom('connect' as const, 'abandon' as const, 'close' as const), client }),
  fc.record({ type: fc.constant('skew' as const), sid, rate: fc.constantFrom(0.8, 1, 1.3) }),
);
const deeds = fc.array(deed, { minLength: 5, maxLength: 30 });

function give(ensemble: Ensemble, command: Command): void {
  try {
    ensemble.command(command);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}

function live(ensemble: Ensemble, list: readonly Deed[]): void {
  for (const one of list) {
    if (one.type === 'watch') ensemble.run({ untilMs: ensemble.now + one.ms });
    else give(ensemble, one);
  }
}

describe('a run', () => {
  test('elects the highest sid of fresh servers and serves writes', () => {
    const ensemble = serving(5);
    expect(leaderOf(ensemble)).toBe(5);
    ensemble.command({ type: 'connect', client: 1, servers: [1] });
    ensemble.command(ask(1, create('/a')));
    ensemble.run({ untilMs: ensemble.now + 500 });
    expect(ensemble.outcomes(1)).toMatchObject([{ outcome: 'acked' }]);
  });

  test('is the same however it is cut into pieces', () => {
    const whole = fakeEnsemble(talkers(30, 7, true));
    startAll(whole);
    whole.run({ untilMs: 400 });
    const pieces = fakeEnsemble(talkers(30, 7, true));
    startAll(pieces);
    for (let i = 0; i < 20; i++) pieces.run({ events: 1 });
    pieces.run({ until: (e) => e.now > 100 });
    pieces.run({ untilMs: 400 });
    expect(pieces.digest()).toBe(whole.digest());
    expect(pieces.trace).toEqual(whole.trace);
  });

  test('differs with the seed', () => {
    expect(serving(3, 1).digest()).not.toBe(serving(3, 2).digest());
  });

  test('says why it stopped', () => {
    const ensemble = fakeEnsemble(talkers(3, 10), {}, { clock: () => 0 });
    startAll(ensemble);
    expect(ensemble.run({ events: 2 })).toBe('events');
    expect(ensemble.run({ untilMs: 10 })).toBe('time');
    expect(ensemble.now).toBe(10);
    expect(ensemble.run({ until: (e) => e.trace.at(-1)?.what.type === 'receive' })).toBe('until');
    expect(ensemble.run({ budgetMs: -1 })).toBe('budget');
    expect(ensemble.run()).toBe('idle');
  });

  test('stops at a violation, which is in the trace behind the event that broke the rule', () => {
    const violation = { invariant: 'integrity', breach: { kind: 'noLeader', calmMs: 3 }, known: [], source: 'test' } as const;
    const observer = {
      observe: (event: { what: { type: string } }) => (event.what.type === 'accepted' ? { violation } : null),
      checkpoint: () => null,
      restore: () => undefined,
    };
    const ensemble = fakeEnsemble(talkers(3, 10), {}, { observers: [observer as never] });
    startAll(ensemble);
    expect(ensemble.run({ untilMs: 1000 })).toBe('violation');
    const last = ensemble.trace.at(-1);
    expect(last?.what).toEqual({ type: 'violation', ...violation });
    expect(ensemble.trace[last?.cause ?? -1]?.what.type).toBe('accepted');
    expect(ensemble.run({ untilMs: 1000 })).toBe('time');
  });

  test('a core that throws: says where, and leaves the run as it was before', () => {
    const ensemble = fakeEnsemble((server, input, now) => {
      if (input.type === 'timer' && input.timer === 'handler:2') throw new Error('boom');
      return talkers(3, 10)(server, input, now);
    });
    startAll(ensemble);
    let thrown: unknown;
    try {
      ensemble.run({ untilMs: 1000 });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HostError);
    expect(thrown).toMatchObject({ sid: 1, position: ensemble.trace.length, input: { type: 'timer', timer: 'handler:2' } });
    expect((thrown as Error).message).toContain('boom');
    expect(story(ensemble, 2).at(-1)).toBe('8 receive 1');
    expect(() => ensemble.run()).toThrow(HostError);
    ensemble.rewindTo(ensemble.trace.length - 1);
    ensemble.command({ type: 'kill', sid: 1 });
    expect(ensemble.run({ untilMs: 1000 })).toBe('time');
  });

  test('a driver is asked when it wants, and goes back in time with the run', () => {
    const driver: Driver<number> = {
      initial: 0,
      next: (state, world) => ({
        state: state + 1,
        commands: state === 0 ? world.sids.map((sid) => ({ type: 'start', sid })) : [{ type: 'kill', sid: state }],
        notes: [`step ${state}`],
        wakeAt: state < 3 ? world.now + 100 : null,
      }),
    };
    const ensemble = fakeEnsemble(talkers(30, 10), { checkpointEvery: 5 }, { driver });
    ensemble.run({ untilMs: 1000 });
    expect(ensemble.trace.flatMap(({ what, at }) => (what.type === 'note' ? [`${at} ${what.text}`] : []))).toEqual([
      '0 step 0',
      '100 step 1',
      '200 step 2',
      '300 step 3',
    ]);
    const digest = ensemble.digest();
    ensemble.rewindTo(20);
    ensemble.run({ untilMs: 1000 });
    expect(ensemble.digest()).toBe(digest);
    expect(ensemble.commands).toEqual([]);
  });
});

describe('rewinding', () => {
  test('rewound to any event and run again with the same deeds: the identical trace', () => {
    fc.assert(
      fc.property(deeds, deeds, fc.double({ min: 0, max: 1, noNaN: true }), (before, after, where) => {
        const ensemble = new Ensemble({ ...optionsFor(3), checkpointEvery: 20 }, inline());
        for (const one of ensemble.sids) give(ensemble, { type: 'start', sid: one });
        live(ensemble, [...before, { type: 'watch', ms: 0 }]);
        const middle = ensemble.trace.length;
        const { now } = ensemble;
        const digest = ensemble.digest();
        live(ensemble, after);
        const trace = [...ensemble.trace];
        const commands = [...ensemble.commands];

        // All the way to an arbitrary event: what is left is what was there.
        const n = Math.floor(where * (trace.length - 1));
        const left = ensemble.rewindTo(n);
        expect(left).toBeGreaterThan(n);
        expect(ensemble.trace).toEqual(trace.slice(0, left));
        expect(ensemble.commands).toEqual(commands.slice(0, ensemble.commands.length));

        if (left > middle) ensemble.rewindTo(middle - 1);
        else return;
        if (ensemble.trace.length !== middle) return;
        expect(ensemble.digest()).toBe(digest);
        ensemble.run({ untilMs: now });
        live(ensemble, after);
        expect(ensemble.trace).toEqual(trace);
      }),
      { numRuns: 40 },
    );
  });

  test('gives another run from there on, with another command', () => {
    const ensemble = serving(3);
    const at = ensemble.trace.length - 1;
    ensemble.run({ untilMs: ensemble.now + 3000 });
    ensemble.rewindTo(at);
    expect(ensemble.sids.every((one) => ensemble.view(one)?.serving)).toBe(true);
    ensemble.command({ type: 'kill', sid: leaderOf(ensemble) });
    ensemble.run({ untilMs: ensemble.now + 3000 });
    expect(leaderOf(ensemble)).toBe(2);
  });

  test('to the beginning, and not beyond the end', () => {
    const ensemble = realEnsemble(3);
    startAll(ensemble);
    ensemble.run({ untilMs: 1000 });
    expect(() => ensemble.rewindTo(ensemble.trace.length)).toThrow(RangeError);
    expect(ensemble.rewindTo(-1)).toBe(0);
    expect(ensemble.host.alive()).toBe(0);
    expect(ensemble.now).toBe(0);
  });
});

/** Answers as workers do: through structuredClone, later, and one server before the other in whatever order. */
class FarHost extends RemoteHost {
  /** Servers that were at work at the same time, steps that travelled together, steps taken back: at most, at most, in all. */
  readonly seen = { together: 0, batch: 0, takenBack: 0 };

  constructor(disorder = 1) {
    const working: Sid[] = [];
    let turn = disorder;
    super('thread', (sid, onAnswer) => {
      let answers = Promise.resolve();
      const handle = serve(step as Core, (results) => {
        const sent = structuredClone(results);
        turn = (turn * 48_271) % 0x7fffffff;
        const late = turn % 7;
        answers = answers.then(async () => {
          for (let i = 0; i < late; i++) await Promise.resolve();
          working.splice(working.indexOf(sid), 1);
          onAnswer(sent);
        });
      });
      return {
        post: (message) => {
          if (message.type === 'steps') this.seen.together = Math.max(this.seen.together, new Set([sid, ...working]).size);
          if (message.type === 'steps') working.push(sid);
          if (message.type === 'steps') this.seen.batch = Math.max(this.seen.batch, message.steps.length);
          if (message.type === 'takeBack') this.seen.takenBack += message.steps;
          handle(structuredClone(message));
        },
        terminate: () => undefined,
      };
    });
  }
}

async function liveFar(ensemble: Ensemble, list: readonly Deed[]): Promise<void> {
  for (const one of list) {
    if (one.type === 'watch') await ensemble.runAsync({ untilMs: ensemble.now + one.ms });
    else give(ensemble, one);
  }
}

const START: readonly Deed[] = [1, 2, 3].map((one) => ({ type: 'start', sid: one }) as const);
const CROWD: readonly Deed[] = [
  ...[1, 2].map((one) => ({ type: 'connect', client: one }) as const),
  { type: 'watch', ms: 300 },
  ...Array.from({ length: 40 }, (_, i) => ask(1 + (i % 2), create(`/n${i}`))),
];
const STORY: readonly Deed[] = [
  ...START,
  { type: 'watch', ms: 1000 },
  { type: 'connect', client: 1 },
  { type: 'watch', ms: 300 },
  ...['/a', '/b', '/c'].map((path) => ask(1, create(path))),
  { type: 'watch', ms: 100 },
  { type: 'kill', sid: 3 },
  { type: 'watch', ms: 3000 },
  { type: 'start', sid: 3 },
  { type: 'watch', ms: 2000 },
  { type: 'powerLoss', sid: 1 },
  { type: 'watch', ms: 500 },
  { type: 'start', sid: 1 },
  { type: 'watch', ms: 2000 },
];

describe('every host gives the same trace', () => {
  let folder = '';
  let entry = new URL('file:///');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ensemble-'));
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        target: 'node20',
        lib: {
          entry: new URL('../../src/ensemble/host/serverThread.ts', import.meta.url).pathname,
          formats: ['es'],
          fileName: 'serverThread',
        },
        rolldownOptions: { external: [/^node:/] },
      },
    });
    entry = pathToFileURL(join(folder, 'serverThread.js'));
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a host that answers later and out of order', async () => {
    await fc.assert(
      fc.asyncProperty(deeds, fc.integer({ min: 1, max: 1000 }), async (list, disorder) => {
        const near = realEnsemble(3);
        live(near, [...START, ...list]);
        const far = new Ensemble(optionsFor(3), new FarHost(disorder));
        await liveFar(far, [...START, ...list]);
        expect(far.digest()).toBe(near.digest());
        expect(far.trace).toEqual(near.trace);
      }),
      { numRuns: 25 },
    );
  });

  test('servers work at the same time and ahead of their turn, and take back what does not come to pass', async () => {
    const host = new FarHost();
    const far = new Ensemble(optionsFor(3), host);
    const near = realEnsemble(3);
    await liveFar(far, [...START, { type: 'watch', ms: 1500 }, ...CROWD]);
    live(near, [...START, { type: 'watch', ms: 1500 }, ...CROWD]);
    for (const command of [
      { type: 'pause', sid: 1 },
      { type: 'kill', sid: 3 },
      { type: 'resume', sid: 1 },
    ] as const) {
      await far.runAsync({ events: 40 });
      near.run({ events: 40 });
      far.command(command);
      near.command(command);
    }
    await far.runAsync({ untilMs: far.now + 1000 });
    near.run({ untilMs: near.now + 1000 });
    expect(far.trace).toEqual(near.trace);
    expect(host.seen.together).toBe(3);
    expect(host.seen.batch).toBeGreaterThan(3);
    expect(host.seen.takenBack).toBeGreaterThan(0);
  });

  test('worker threads; rewound in the middle they go on alike', async () => {
    const near = realEnsemble(3);
    live(near, STORY);
    const host = new ThreadHost(entry);
    const far = new Ensemble(optionsFor(3), host, { replayer: inline });
    try {
      await liveFar(far, STORY);
      expect(far.digest()).toBe(near.digest());
      expect(host.alive()).toBe(near.host.alive());
      const middle = Math.floor(near.trace.length / 2);
      expect(far.rewindTo(middle)).toBe(near.rewindTo(middle));
      const goOn: readonly Deed[] = [
        { type: 'watch', ms: 1000 },
        { type: 'kill', sid: 2 },
        { type: 'watch', ms: 2000 },
      ];
      live(near, goOn);
      await liveFar(far, goOn);
      expect(far.digest()).toBe(near.digest());
    } finally {
      far.dispose();
    }
    expect(host.alive()).toBe(0);
  }, 60_000);
});

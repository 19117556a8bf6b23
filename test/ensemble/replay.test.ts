/** A recorded run, had again from its commands: same options, same commands, same trace. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandError, ReplayError } from '../../src/ensemble/errors.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import { RemoteHost } from '../../src/ensemble/host/remote.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { serve } from '../../src/ensemble/host/serve.ts';
import type { ReplayedCommand } from '../../src/ensemble/hooks.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { SCENARIOS } from '../../src/ensemble/scenarios/index.ts';
import { scriptOf } from '../../src/ensemble/script.ts';
import type { Command } from '../../src/ensemble/types.ts';
import { diskOf, exportFiles } from '../../src/store/disk.ts';
import { step } from '../../src/zab/server.ts';
import { foldEvents, emptyView } from '../../src/trace/fold.ts';
import { ask, create, inline, optionsFor, realEnsemble } from './real.ts';

const START: readonly Command[] = [1, 2, 3].map((sid) => ({ type: 'start', sid }));

/** Pieces of time, each with what is done at its end; `ms` runs to a time, `events` to a number of events. */
const piece = fc.record({
  by: fc.constantFrom('ms' as const, 'events' as const),
  much: fc.integer({ min: 0, max: 900 }),
  command: fc.oneof(
    fc.record({ type: fc.constantFrom('start', 'kill', 'powerLoss', 'pause', 'resume'), sid: fc.integer({ min: 1, max: 3 }) }),
    fc.constant<Command>({ type: 'connect', client: 1 }),
    fc.constant<Command>(ask(1, create('/a'))),
    fc.constant<Command>({ type: 'heal' }),
    fc.record({ type: fc.constant('cut' as const), from: fc.constantFrom(1, 2), to: fc.constant(3) }),
  ),
});

function live(seed: number, pieces: readonly { by: 'ms' | 'events'; much: number; command: Command }[]): Ensemble {
  const ensemble = realEnsemble(3, seed);
  for (const command of START) ensemble.command(command);
  for (const { by, much, command } of pieces) {
    ensemble.run(by === 'ms' ? { untilMs: ensemble.now + much } : { events: much });
    try {
      ensemble.command(command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  ensemble.run({ events: 50 });
  return ensemble;
}

/** What a link keeps of a command: its step, and its time only where the clock had gone on. */
const bare = ({ step: at, command, ...rest }: ReplayedCommand): ReplayedCommand =>
  rest.waited === true ? { step: at, command, at: rest.at, waited: true } : { step: at, command, at: 0 };

describe('a recorded run', () => {
  test('is the same again, from steps and commands alone', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.array(piece, { maxLength: 12 }), (seed, pieces) => {
        const first = live(seed, pieces);
        const again = realEnsemble(3, seed);
        expect(again.replay({ shared: 0, commands: first.commands.map(bare), length: first.trace.length })).toBe(first.trace.length);
        expect(again.digest()).toBe(first.digest());
        expect(again.commands).toEqual(first.commands);
        first.run({ events: 200 });
        again.run({ events: 200 });
        expect(again.digest()).toBe(first.digest());
      }),
      { numRuns: 25 },
    );
  });

  test('a second future shares the past: going to and fro between two gives each as it was', () => {
    const ensemble = realEnsemble(3, 5);
    for (const command of START) ensemble.command(command);
    ensemble.run({ events: 1200 });
    ensemble.command({ type: 'kill', sid: 3 });
    ensemble.run({ events: 700 });
    const one = { commands: ensemble.commands, length: ensemble.trace.length, digest: ensemble.digest() };
    ensemble.rewindTo(900);
    ensemble.command({ type: 'kill', sid: 1 });
    ensemble.run({ events: 900 });
    const two = { commands: ensemble.commands, length: ensemble.trace.length, digest: ensemble.digest() };
    expect(two.digest).not.toBe(one.digest);
    for (const branch of [one, two, one, two]) {
      ensemble.replay({ shared: 901, commands: branch.commands, length: branch.length });
      expect(ensemble.digest()).toBe(branch.digest);
    }
  });

  test('a worker host takes the servers over when the past has been run in this thread', async () => {
    const first = live(3, [{ by: 'events', much: 900, command: { type: 'kill', sid: 3 } }]);
    const host = new RemoteHost('thread', (_sid, onAnswer) => {
      const handle = serve(step as Core, (results) => queueMicrotask(() => onAnswer(results)));
      return { post: (message) => handle(structuredClone(message)), terminate: () => undefined };
    });
    const again = new Ensemble(optionsFor(3, 3), host, { replayer: inline });
    let breaths = 0;
    await again.replaySlowly({ shared: 0, commands: first.commands, length: first.trace.length }, () =>
      ++breaths % 100 === 0 ? Promise.resolve() : null,
    );
    expect(breaths).toBeGreaterThan(200);
    expect(again.digest()).toBe(first.digest());
    expect(host.alive()).toBe(2);
    await again.runAsync({ events: 400 });
    first.run({ events: 400 });
    expect(again.digest()).toBe(first.digest());
  });

  test.each(['kill-the-leader', 'session-expiry-failover'])('the script of %s takes its part again', (name) => {
    const scenario = parseScenario(SCENARIOS[name], name);
    const made = (): Ensemble => {
      const options = optionsOf(scenario, 11);
      return new Ensemble(options, inline(), { driver: scriptOf(scenario), observers: [new Invariants(options.config)] });
    };
    const first = made();
    first.run({ events: 1500 });
    first.command({ type: 'kill', sid: 2 });
    first.run({ events: 800 });
    const again = made();
    again.replay({ shared: 0, commands: first.commands.map(bare), length: first.trace.length });
    expect(again.digest()).toBe(first.digest());
  });

  test('says which command has no place in the run, and refuses what makes no sense', () => {
    const kill: ReplayedCommand = { step: 0, at: 0, command: { type: 'kill', sid: 1 } };
    const replay = (commands: readonly ReplayedCommand[], length = 10): unknown => {
      try {
        return realEnsemble(3).replay({ shared: 0, commands, length });
      } catch (error) {
        return error;
      }
    };
    expect(replay([kill])).toBeInstanceOf(CommandError);
    const start = { step: 0, at: 0, command: START[0] as Command };
    expect(replay([start, { ...kill, step: 40 }, { ...kill, step: 30 }])).toMatchObject({ name: 'ReplayError', command: 2 });
    expect(replay([{ ...start, step: 3 }])).toBeInstanceOf(ReplayError);
    expect(replay([], 10)).toMatchObject({ message: 'nothing is left to happen after event -1' });
  });
});

describe('disks that were there before', () => {
  test('are in the trace, and the run is the same again', () => {
    const before = realEnsemble(3, 2);
    for (const command of START) before.command(command);
    before.run({ untilMs: 3000 });
    before.command({ type: 'connect', client: 1 });
    before.command(ask(1, create('/kept')));
    before.run({ untilMs: 4000 });
    const disks = new Map([1, 2].map((sid) => [sid, diskOf(exportFiles(before.disk(sid)))] as const));
    const made = (): Ensemble => {
      const options = optionsFor(3, 4);
      return new Ensemble(options, inline(), { disks, observers: [new Invariants(options.config)] });
    };
    const first = made();
    const view = foldEvents(emptyView(first.options.config.members), first.trace, first.trace.length - 1);
    expect(view.servers[1]?.files.map(({ name }) => name)).toEqual(expect.arrayContaining(['currentEpoch', 'snapshot.0']));
    expect(view.servers[3]?.files).toEqual([]);
    for (const command of START) first.command(command);
    first.run({ untilMs: 3000 });
    expect([1, 2, 3].map((sid) => first.view(sid)?.nodes)).toEqual([1, 2, 3].map(() => before.view(1)?.nodes));
    expect(first.view(3)?.currentEpoch).toBe(2);
    expect(first.trace.filter(({ what }) => what.type === 'violation')).toEqual([]);
    const digest = first.digest();
    const again = made();
    again.replay({ shared: 0, commands: first.commands, length: first.trace.length });
    expect(again.digest()).toBe(digest);
    first.rewindTo(-1);
    expect(first.trace).toHaveLength(2);
    first.replay({ shared: 0, commands: again.commands, length: again.trace.length });
    expect(first.digest()).toBe(digest);
  });
});

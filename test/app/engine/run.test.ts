/** The run on screen: futures are kept, shown again, and run on; what is shown is always what the commands give. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Recorded } from '../../../src/app/engine/recorded.ts';
import { Run } from '../../../src/app/engine/run.svelte.ts';
import { digestOf } from '../../../src/ensemble/digest.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { branchOf } from '../../../src/trace/branches.ts';
import { fixtureTrace } from '../fixture.ts';
import { InlineEngine } from './inlineEngine.ts';

const SCENARIO = { servers: 3, steps: [{ start: 'all' }] };

async function begun(events: number, seed = 1): Promise<{ readonly run: Run; readonly engine: InlineEngine }> {
  const engine = new InlineEngine(SCENARIO, seed);
  const run = new Run('test', engine);
  run.pause();
  await run.ahead(events);
  run.seek(run.length - 1);
  return { run, engine };
}

/** What a fresh ensemble makes of the commands of the run. */
function again(run: Run, seed = 1): string {
  const fresh = new InlineEngine(SCENARIO, seed).ensemble;
  fresh.replay({ shared: 0, commands: run.commands.map((given) => ({ ...given, n: -1 })), length: run.length });
  return digestOf(fresh.trace, run.length);
}
const digest = (run: Run): string => digestOf(run.timeline.events);

describe('acting in the past', () => {
  test('begins a branch; the old future stays, and is shown again without the engine', async () => {
    const { run, engine } = await begun(900);
    await run.command({ type: 'kill', sid: 3 });
    await run.ahead(300);
    const old = { digest: digest(run), length: run.length };
    run.seek(700);
    await run.command({ type: 'kill', sid: 1 });
    await run.ahead(200);
    const other = { digest: digest(run), length: run.length };
    expect(run.branches).toMatchObject({
      active: 2,
      list: [
        { id: 1, parent: null, length: old.length },
        { id: 2, parent: 1, forkN: 701 },
      ],
    });
    expect(other.digest).toBe(again(run));

    engine.replays = 0;
    engine.advances = 0;
    await run.showBranch(1);
    expect([digest(run), run.length, run.n]).toEqual([old.digest, old.length, 700]);
    expect(run.view.servers[3]?.up).toBe('up');
    expect(run.commands.map(({ command }) => command)).toEqual([{ type: 'kill', sid: 3 }]);
    await run.showBranch(2);
    expect([digest(run), run.length]).toEqual([other.digest, other.length]);
    expect([engine.replays, engine.advances]).toEqual([0, 0]);
  });

  test('playing past the end of a kept branch, and acting on it, runs the engine there', async () => {
    const { run, engine } = await begun(900);
    await run.command({ type: 'kill', sid: 3 });
    await run.ahead(300);
    run.seek(700);
    await run.command({ type: 'pause', sid: 2 });
    await run.ahead(150);
    await run.showBranch(1);
    await run.ahead(120);
    expect(engine.replays).toBe(1);
    expect(digest(run)).toBe(again(run));
    run.goLive();
    run.pause();
    await run.command({ type: 'restart', sid: 3 });
    await run.ahead(400);
    expect(engine.replays).toBe(1);
    expect(digest(run)).toBe(again(run));
    await run.showBranch(2);
    run.seek(720);
    await run.command({ type: 'kill', sid: 1 });
    await run.ahead(100);
    expect(run.branches?.list.map(({ id, parent, forkN }) => [id, parent, forkN])).toEqual([
      [1, null, 0],
      [2, 1, 701],
      [3, 2, 721],
    ]);
    expect(digest(run)).toBe(again(run));
    expect(run.view.servers[2]?.up).toBe('paused');
  });

  test('a command that is refused leaves what was shown, and the next one works', async () => {
    const { run } = await begun(900);
    await run.command({ type: 'kill', sid: 3 });
    await run.ahead(200);
    const before = { digest: digest(run), length: run.length };
    run.seek(600);
    await expect(run.command({ type: 'restart', sid: 1 })).rejects.toThrow();
    expect(run.trouble?.kind).toBe('command');
    expect([digest(run), run.length, run.n]).toEqual([before.digest, before.length, 600]);
    expect(run.branches?.list).toHaveLength(1);
    await run.command({ type: 'kill', sid: 2 });
    expect(run.branches?.list).toHaveLength(2);
    await run.ahead(300);
    expect(digest(run)).toBe(again(run));
    await run.showBranch(1);
    expect(digest(run)).toBe(before.digest);
    await run.ahead(50);
    expect(digest(run)).toBe(again(run));
  });

  test('at the newest moment no branch begins', async () => {
    const { run } = await begun(800);
    await run.command({ type: 'kill', sid: 3 });
    await run.command({ type: 'kill', sid: 2 });
    expect(run.branches).toBeNull();
  });

  test('a branch on which nothing happened goes when it is left', async () => {
    const { run } = await begun(800);
    await run.rewindTo(500);
    expect([run.length, run.branches?.active]).toEqual([501, 2]);
    await run.showBranch(1);
    expect([run.length, run.branches?.list.length]).toEqual([800, 1]);
  });

  test('branches are named and dropped; the one on screen is not', async () => {
    const { run } = await begun(800);
    run.seek(500);
    await run.command({ type: 'kill', sid: 1 });
    await run.nameBranch(1, 'as it was');
    expect(run.branches && branchOf(run.branches, 1).name).toBe('as it was');
    await expect(run.dropBranch(2)).rejects.toThrow('on screen');
    await run.dropBranch(1);
    expect(run.branches?.list.map(({ id, parent }) => [id, parent])).toEqual([[2, null]]);
    await run.ahead(100);
    expect(digest(run)).toBe(again(run));
  });

  test("a branch's own timeline is there beside the one on screen", async () => {
    const { run } = await begun(800);
    run.seek(500);
    await run.command({ type: 'kill', sid: 1 });
    const other = await run.timelineOf(1);
    expect(other?.length).toBe(800);
    expect(other?.head.servers[1]?.up).toBe('up');
    expect(await run.timelineOf(1)).toBe(other);
    expect(await run.timelineOf(2)).toBe(run.timeline);
  });
});

type Deed = { readonly what: 'ahead' | 'seek' | 'command' | 'show' | 'drop' | 'rewind'; readonly much: number };
const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom('ahead', 'seek', 'seek', 'command', 'command', 'show', 'drop', 'rewind'),
  much: fc.nat(5000),
});
const COMMANDS: readonly Command[] = [
  ...[1, 2, 3].flatMap((sid): Command[] => [
    { type: 'kill', sid },
    { type: 'restart', sid },
    { type: 'pause', sid },
  ]),
  { type: 'cut', from: 1, to: 3 },
  { type: 'heal' },
  { type: 'connect', client: 1 },
];

test('whatever is done, in whatever order: each branch is what its commands give', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 14 }), async (deeds) => {
      const { run } = await begun(400);
      for (const { what, much } of deeds) {
        const list = run.branches?.list ?? [];
        const id = list[much % Math.max(1, list.length)]?.id;
        if (what === 'ahead') await run.ahead(much % 150);
        else if (what === 'seek') run.seek(much % run.length);
        else if (what === 'rewind') await run.rewindTo(much % run.length);
        else if (what === 'command') await run.command(COMMANDS[much % COMMANDS.length] as Command).catch(() => undefined);
        else if (id !== undefined && what === 'show') await run.showBranch(id);
        else if (id !== undefined && id !== run.branches?.active) await run.dropBranch(id);
        expect(run.trouble?.kind).not.toBe('worker');
        expect(run.length).toBe(run.timeline.length);
      }
      for (const { id } of run.branches?.list ?? []) {
        await run.showBranch(id);
        expect(digest(run)).toBe(again(run));
        await run.ahead(30);
        expect(digest(run)).toBe(again(run));
      }
    }),
    { numRuns: 30 },
  );
});

describe('a trace that was not made here', () => {
  const story = fixtureTrace();
  const engine = new InlineEngine({ servers: 5 });
  const trace = { members: engine.members, config: engine.config, events: story };

  test('is shown whole; commands are refused, wherever the playhead is', async () => {
    const run = new Run('logs', new Recorded('logs', trace));
    run.pause();
    while (await run.ahead(50));
    expect(run.length).toBe(story.length);
    for (const n of [run.length - 1, 20]) {
      run.seek(n);
      await expect(run.command({ type: 'kill', sid: 1 })).rejects.toThrow('cannot be changed');
      expect(run.trouble?.kind).toBe('recorded');
      expect([run.n, run.length]).toEqual([n, story.length]);
    }
    expect(run.branches).toBeNull();
    expect(run.source).toBeNull();
  });
});

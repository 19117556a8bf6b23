/** Futures of a run as data: what hangs where, what is shared, what is let go. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GivenCommand } from '../../src/ensemble/hooks.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import {
  branchOf,
  commandsOf,
  dropped,
  eventsOf,
  forked,
  kept,
  oneBranch,
  pathTo,
  renamed,
  sharedLength,
  shownBranch,
  trimmed,
  type Branches,
} from '../../src/trace/branches.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { fixtureTrace } from '../app/fixture.ts';

/** A model of the same: every branch is the whole list of its events, each a label; every event that ends in `!` is a command. */
interface Model {
  branches: Branches;
  readonly futures: Map<number, string[]>;
}

const event = (label: string, n: number): TraceEvent => ({ n, label }) as unknown as TraceEvent;
const labels = (events: readonly TraceEvent[]): string[] => events.map((one) => (one as unknown as { label: string }).label);
const eventsIn = (future: readonly string[]): TraceEvent[] => future.map((label, n) => event(label, n));
const commandsIn = (future: readonly string[]): GivenCommand[] =>
  future.flatMap((label, n) => (label.endsWith('!') ? [{ n, step: n, at: n, command: { type: 'heal' } }] : []));

const start = (): Model => ({ branches: oneBranch(), futures: new Map([[1, []]]) });
const active = (model: Model): string[] => model.futures.get(model.branches.active) as string[];

function live(model: Model, count: number, tag: string): void {
  for (let i = 0; i < count; i++) active(model).push(`${tag}${i}${i === 0 ? '!' : ''}`);
}
function leave(model: Model): void {
  model.branches = kept(model.branches, commandsIn(active(model)), eventsIn(active(model)));
}
function fork(model: Model, n: number): void {
  leave(model);
  const future = active(model).slice(0, n);
  model.branches = forked(model.branches, n);
  model.futures.set(model.branches.active, future);
}
function check(model: Model): void {
  const here = eventsIn(active(model));
  for (const { id } of model.branches.list) {
    const future = model.futures.get(id) as string[];
    const all = eventsOf(model.branches, id, here);
    expect(all === null ? null : labels(all)).toEqual(future);
    if (id !== model.branches.active) expect(commandsOf(model.branches, id)).toEqual(commandsIn(future));
    for (const other of model.branches.list) {
      const theirs = model.futures.get(other.id) as string[];
      let same = 0;
      while (same < future.length && same < theirs.length && future[same] === theirs[same]) same++;
      expect(sharedLength(model.branches, id, other.id)).toBe(same);
    }
  }
}

const deed = fc.record({
  what: fc.constantFrom('live', 'fork', 'show', 'drop'),
  much: fc.nat(1000),
});

describe('branches', () => {
  test('whatever is done: every branch has its events and its commands, and shares what it shares', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), (deeds) => {
        const model = start();
        live(model, 5, 'r');
        deeds.forEach(({ what, much }, i) => {
          const { list } = model.branches;
          const id = list[much % list.length]?.id ?? 1;
          if (what === 'live') live(model, (much % 4) + 1, `${i}.`);
          else if (what === 'fork') {
            fork(model, much % (active(model).length + 1));
            live(model, 1, `${i}.`);
          } else if (what === 'show') {
            leave(model);
            model.branches = shownBranch(model.branches, id);
          } else if (id !== model.branches.active) {
            leave(model);
            model.branches = dropped(model.branches, id);
          }
        });
        leave(model);
        check(model);
      }),
      { numRuns: 300 },
    );
  });

  test('a fork before the point where its branch began hangs from the branch whose events it shares', () => {
    const model = start();
    live(model, 10, 'a');
    fork(model, 6);
    live(model, 5, 'b');
    fork(model, 4);
    live(model, 3, 'c');
    expect(model.branches.list.map(({ id, parent, forkN }) => [id, parent, forkN])).toEqual([
      [1, null, 0],
      [2, 1, 6],
      [3, 1, 4],
    ]);
    fork(model, 6);
    expect(branchOf(model.branches, 4)).toMatchObject({ parent: 3, forkN: 6 });
    expect(pathTo(model.branches, 4).map(({ branch, to }) => [branch.id, to])).toEqual([
      [1, 4],
      [3, 6],
      [4, 6],
    ]);
  });

  test('names are short, and an empty one is none', () => {
    const named = renamed(oneBranch(), 1, `  ${'x'.repeat(100)}`);
    expect(branchOf(named, 1).name).toBe('x'.repeat(60));
    expect(branchOf(renamed(named, 1, '  '), 1).name).toBeNull();
  });

  test('the branch on screen is not dropped, and there is no other than there is', () => {
    expect(() => dropped(oneBranch(), 1)).toThrow('on screen');
    expect(() => branchOf(oneBranch(), 2)).toThrow('There is no branch 2; there are 1.');
  });
});

describe('bounded memory', () => {
  const many = (): Model => {
    const model = start();
    live(model, 10, 'a');
    for (let i = 0; i < 5; i++) {
      fork(model, 5);
      live(model, 10, `b${i}.`);
    }
    leave(model);
    return model;
  };

  test('events go first, of the unnamed shown longest ago; commands stay', () => {
    const { branches } = many();
    const named = renamed(branches, 1, 'first');
    const rest = trimmed(named, { events: 26, branches: 64 });
    expect(rest.list.map(({ events }) => events?.length ?? null)).toEqual([10, null, null, null, 10, 10]);
    expect(rest.list.map(({ commands }) => commands.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(eventsOf(rest, 2, [])).toBeNull();
    expect(trimmed(named, { events: 3, branches: 64 }).list[0]?.events).toBeNull();
  });

  test('then whole branches without a name and without others on them, never the one on screen', () => {
    const { branches } = many();
    const rest = trimmed(renamed(branches, 3, 'mine'), { events: 1000, branches: 3 });
    expect(rest.list.map(({ id }) => id)).toEqual([1, 3, 6]);
    expect(trimmed(rest, { events: 1000, branches: 1 }).list.map(({ id }) => id)).toEqual([1, 3, 6]);
  });
});

describe('timelines of branches', () => {
  test('share the views of the past, and go on by themselves', () => {
    const story = fixtureTrace();
    const members = [1, 2, 3, 4, 5].map((sid) => ({ sid, type: 'participant' as const }));
    const whole = new Timeline(members, story);
    const fork = Math.floor(story.length / 2);
    const other = new Timeline(members, story.slice(0, fork));
    const branch = whole.branchedAt(fork, story.slice(fork, fork + 20));
    expect(branch.length).toBe(fork + 20);
    expect(branch.viewAt(99)).toEqual(whole.viewAt(99));
    expect(branch.head).toEqual(whole.viewAt(fork + 19));
    branch.truncated(fork);
    expect(branch.head).toEqual(other.head);
    expect(branch.index.positions('fault')).toEqual(other.index.positions('fault'));
    expect(whole.length).toBe(story.length);
  });
});

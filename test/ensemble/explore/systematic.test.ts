import { describe, expect, it } from 'vitest';
import { Play } from '../../../src/ensemble/explore/play.ts';
import { search, type Window } from '../../../src/ensemble/explore/systematic.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { inline } from '../real.ts';

const START = { servers: 3, seed: 2, profile: 'sound', latency: 2 };

/** Three servers with a write under way. */
function writing(untilMs = 1_503): Play {
  const play = new Play(START, inline());
  for (const sid of [1, 2, 3]) play.give({ type: 'start', sid }, 0);
  play.give({ type: 'connect', client: 1, servers: [3] }, 1_000);
  play.runTo(1_500);
  play.give(
    {
      type: 'request',
      client: 1,
      request: { op: 'create', path: '/a', data: null, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' },
    },
    1_500,
  );
  play.runTo(untilMs);
  return play;
}

const windowOf = (depth: number, faults = 0): Window => ({ depth, faults, kinds: ['kill'], mostStates: Infinity, afterMs: 20 });

/** What all servers are, and have on their disks. */
function stateOf({ ensemble }: Play): string {
  return JSON.stringify(
    ensemble.sids.map((sid) => [
      ensemble.view(sid),
      Object.entries(ensemble.disk(sid).files).map(([name, file]) => [name, file.length, file.synced]),
    ]),
  );
}

const placeOf = (command: Command): readonly [string, string] =>
  command.type === 'hurry'
    ? [String(command.to), `${command.from} ${command.channel}`]
    : ['sid' in command ? String(command.sid) : '', command.type];

/** All orders, one by one: for each, what every server was given, and what came of it. */
function bruteForce(play: Play, depth: number, path: readonly Command[] = [], ends: (readonly [string, string])[] = []): typeof ends {
  const given: Record<string, string[]> = { 1: [], 2: [], 3: [] };
  for (const command of path) given[placeOf(command)[0]]?.push(placeOf(command)[1]);
  ends.push([JSON.stringify(given), stateOf(play)]);
  if (depth === 0) return ends;
  for (const choice of play.ensemble.hurries()) {
    const mark = play.mark();
    play.give(choice, play.ensemble.now);
    play.runTo(play.ensemble.now);
    bruteForce(play, depth - 1, [...path, choice], ends);
    play.backTo(mark);
  }
  return ends;
}

describe('the systematic search', () => {
  it('looks at the states that brute force comes to, each once', () => {
    const ends = bruteForce(writing(), 4);
    const { states, whole, found } = search(writing(), windowOf(4));
    expect(found).toBeNull();
    expect(whole).toBe(true);
    expect(states).toBe(new Set(ends.map(([given]) => given)).size);
    expect(states).toBeLessThan(ends.length / 2);
  });

  it('may take orders for one that differ only between servers: they come to the same', () => {
    const states = new Map<string, Set<string>>();
    for (const [given, state] of bruteForce(writing(), 4)) states.set(given, (states.get(given) ?? new Set()).add(state));
    expect([...states.values()].filter((each) => each.size > 1)).toEqual([]);
    expect(new Set([...states.values()].map((each) => [...each][0])).size).toBeGreaterThan(10);
  });

  it('leaves the run as it was', () => {
    const play = writing();
    const before = [stateOf(play), play.events, play.given.length, play.ensemble.now];
    search(play, windowOf(3, 1));
    expect([stateOf(play), play.events, play.given.length, play.ensemble.now]).toEqual(before);
  });

  it('looks at more states with a fault among the choices, and stops at the bound', () => {
    const without = search(writing(), windowOf(2));
    const withOne = search(writing(), windowOf(2, 1));
    expect(withOne.states).toBeGreaterThan(without.states);
    expect(search(writing(), { ...windowOf(4), mostStates: 5 })).toMatchObject({ states: 5, whole: false });
  });
});

describe('hurrying', () => {
  it('brings the oldest packet of a pipe now, and nothing else', () => {
    // The proposals have been sent, and not arrived.
    const play = writing(1_502.5);
    const [packet] = play.ensemble.hurries().filter(({ type }) => type === 'hurry');
    const before = play.ensemble.now;
    play.give(packet ?? { type: 'heal' }, before);
    play.runTo(play.ensemble.now);
    const event = play.ensemble.trace.at(-1);
    expect(event?.what).toMatchObject({ type: 'receive', from: { sid: packet?.type === 'hurry' ? packet.from : 0 } });
    expect(play.ensemble.now - before).toBeLessThan(0.002);
  });

  it('is refused where nothing is on its way', () => {
    const { ensemble } = new Play(START, inline());
    expect(() => ensemble.command({ type: 'hurry', from: 1, to: 2, channel: 'quorum' })).toThrow(
      /Nothing is on its way from server 1 to server 2/,
    );
    expect(() => ensemble.command({ type: 'hurryDisk', sid: 2 })).toThrow(/No fsync is under way on server 2/);
  });
});

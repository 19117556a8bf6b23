/** Messages on the stage: where each is, and how those that a cut holds up are shown. */
import { describe, expect, test } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import type { Flight } from '../../src/ensemble/types.ts';
import type { EnsembleView } from '../../src/trace/view.ts';
import { placeServers, type Point } from '../../src/app/stage/layout.ts';
import { flyingAt, labelWishes, type Flying, type Whereabouts } from '../../src/app/stage/scene.ts';
import { Cinema, FLIGHT_MS } from '../../src/app/transport/cinema.ts';
import { TraceMaker } from './fixture.ts';

const layout = placeServers([1, 2, 3], 1000, 500);
const at = (sid: number): Point => layout.servers.find((place) => place.sid === sid) ?? { x: 0, y: 0 };
const where: Whereabouts = (peer) => (peer.kind === 'server' ? { at: at(peer.sid), radius: layout.radius } : undefined);

/** `[from, to]` messages, all sent by one event; `cuts` are one-way. */
function scene(ways: readonly (readonly [number, number])[], cuts: readonly (readonly [number, number])[]) {
  const maker = new TraceMaker();
  const sent: readonly Flight[] = ways.map(([from, to], i) =>
    maker.flight({ kind: 'server', sid: from }, { kind: 'server', sid: to }, { kind: 'ACK', zxid: zxid(1, i + 1) }, 'quorum'),
  );
  const event = maker.add({ kind: 'world' }, { type: 'processStarted', sid: 1 }, { sent });
  const clock = new Cinema({ hideHeartbeats: true });
  clock.append(event);
  const links = Object.fromEntries(cuts.map(([from, to]) => [`${from}>${to}`, { cut: true, slowMs: 0 }]));
  const view: EnsembleView = { n: 0, at: 0, servers: {}, clients: {}, links, flights: sent, connections: [], violation: null, voids: [] };
  return (t: number, still = false): readonly Flying[] => flyingAt(view, clock, t, where, layout, { hideHeartbeats: true, still });
}

const LATE = 20 * FLIGHT_MS;
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

describe('messages at a cut', () => {
  const five = scene(
    [1, 2, 3, 4, 5].map(() => [1, 2] as const),
    [[1, 2]],
  );

  test('are one glyph that stands for all of them, the oldest first', () => {
    const flying = five(LATE);
    expect(flying.map(({ held }) => held.length)).toEqual([5]);
    expect(flying[0]?.flight).toBe(flying[0]?.held[0]);
    expect(flying[0]?.held.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  });

  test('wait before the gap, nearer to the sender', () => {
    const spot = five(LATE)[0]?.at ?? at(2);
    expect(distance(spot, at(1))).toBeLessThan(distance(spot, at(2)));
  });

  test('join one by one: until it is there each is a glyph of its own, and none is lost', () => {
    const counts = [];
    for (let t = 0; t <= LATE; t += FLIGHT_MS / 20) {
      const flying = five(t);
      const waiting = flying.find(({ held }) => held.length > 0)?.held.length ?? 0;
      const moving = flying.filter(({ held }) => held.length === 0).length;
      expect(moving + waiting).toBeLessThanOrEqual(5);
      counts.push(waiting);
    }
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(new Set(counts)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  test('carry no text beside them: the count stands for it, and one alone keeps its key field', () => {
    expect(labelWishes(five(LATE), 1)).toEqual([]);
    expect(labelWishes(scene([[1, 2]], [[1, 2]])(LATE), 1).map(({ text }) => text)).toEqual(['0x100000001']);
  });

  test('also wait there while nothing moves on the stage', () => {
    expect(five(LATE, true)).toEqual(five(LATE));
  });
});

test('each direction of a cut link has its own glyph, and a one-way cut holds up one direction only', () => {
  const ways = [
    [1, 2],
    [2, 1],
    [1, 2],
    [2, 1],
  ] as const;
  const both = scene(ways, [
    [1, 2],
    [2, 1],
  ])(LATE);
  expect(both.map(({ flight, held }) => [flight.id, held.length])).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(
    scene(ways, [[1, 2]])(LATE)
      .map(({ flight, held }) => [flight.id, held.length])
      .toSorted(),
  ).toEqual([
    [1, 2],
    [2, 0],
    [4, 0],
  ]);
});

test('messages on an open link stay apart', () => {
  const [first, second] = scene(
    [
      [1, 2],
      [1, 2],
    ],
    [],
  )(LATE);
  expect(distance(first?.at ?? at(1), second?.at ?? at(1))).toBeGreaterThan(30);
});

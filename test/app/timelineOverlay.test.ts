/** Lanes that fold, and what stands out on the timeline, painted on a surface that writes down what it is told. */
import { describe, expect, test } from 'vitest';
import { lanesOf } from '../../src/app/timeline/lanes.ts';
import { nearestEvent } from '../../src/app/timeline/nearest.ts';
import type { Overlay } from '../../src/app/timeline/overlay.ts';
import { paintTimeline } from '../../src/app/timeline/paint.ts';
import { timelineScale } from '../../src/app/timeline/scale.ts';
import type { Surface, TimelinePicture } from '../../src/app/timeline/picture.ts';
import { Cinema } from '../../src/app/transport/cinema.ts';
import { en } from '../../src/app/i18n/en.ts';
import { Filtered, passesFilter } from '../../src/trace/search.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { fixtureTrace } from './fixture.ts';

const SIDS = [5, 4, 3, 2, 1];
const timeline = new Timeline(SIDS.map((sid) => ({ sid })) as unknown as Timeline['members'], fixtureTrace());
const clock = new Cinema({ hideHeartbeats: true });
for (const event of timeline.events) clock.append(event);
const scale = timelineScale('story', clock, { from: 0, to: clock.end }, 1000);

describe('lanes', () => {
  test('without folded ones they are equally high', () => {
    const lanes = [...lanesOf(SIDS, new Set(), 150, 1).values()];
    expect(lanes.map(({ y }) => y)).toEqual([15, 45, 75, 105, 135]);
    expect(new Set(lanes.map(({ half }) => half))).toEqual(new Set([11]));
  });

  test('folded ones are thin lines, and the others share the rest', () => {
    const lanes = lanesOf(SIDS, new Set([4, 2]), 150, 1);
    expect([...lanes.keys()]).toEqual(SIDS);
    expect(lanes.get(4)).toMatchObject({ half: 1.5, folded: true, y: 48 });
    expect(lanes.get(5)).toMatchObject({ y: 21, folded: false });
    expect(lanes.get(1)?.y).toBe(129);
  });

  test('also when all are folded, none lies on another', () => {
    const ys = [...lanesOf(SIDS, new Set(SIDS), 150, 1).values()].map(({ y }) => y);
    expect(ys).toEqual([15, 45, 75, 105, 135]);
  });
});

interface Stroke {
  readonly alpha: number;
  readonly points: number;
}

/** Strokes, filled circles and filled boxes, with the opacity at which they are painted. */
function painted(overlay: Overlay | null): { strokes: Stroke[]; dots: Record<number, number>; boxes: number } {
  const strokes: Stroke[] = [];
  const dots: Record<number, number> = {};
  let [moves, arcs, boxes] = [0, 0, 0];
  const surface = {
    globalAlpha: 1,
    beginPath: () => ([moves, arcs] = [0, 0]),
    moveTo: () => void moves++,
    arc: () => void arcs++,
    fillRect: () => void boxes++,
    fill() {
      dots[this.globalAlpha] = (dots[this.globalAlpha] ?? 0) + arcs;
    },
    stroke() {
      strokes.push({ alpha: this.globalAlpha, points: moves });
    },
    measureText: (text: string) => ({ width: text.length * 7 }),
  };
  const quiet = new Proxy(surface, { get: (target, key) => (Reflect.get(target, key) as unknown) ?? (() => undefined) });
  const picture: TimelinePicture = {
    timeline,
    scale,
    sids: SIDS,
    lanes: lanesOf(SIDS, overlay?.folded ?? new Set(), 150, 1),
    height: 170,
    gutter: 30,
    ticks: [],
    folds: [],
    zero: null,
    hideHeartbeats: true,
    theme: 'light',
    textScale: 1,
    ink: { bg: '#fff', surface: '#fff', ink: '#000', muted: '#777', line: '#ccc', broken: '#c00', onEpoch: '#fff' },
    t: en,
    selectedSid: null,
    overlay,
  };
  paintTimeline(quiet as unknown as Surface, picture, 1);
  return { strokes, dots, boxes };
}

const NOTHING: Overlay = {
  folded: new Set(),
  flight: null,
  line: null,
  passing: null,
  event: null,
  hits: [],
  hit: null,
  marked: null,
  chain: [],
};

describe('what stands out', () => {
  const lines = (strokes: readonly Stroke[], alpha: number): number =>
    strokes.filter((stroke) => stroke.alpha === alpha).reduce((sum, { points }) => sum + points, 0);

  test('an overlay of nothing changes nothing', () => {
    expect(painted(NOTHING)).toEqual(painted(null));
  });

  test('filtered-out lines and dots are faded, and every line is still there', () => {
    const filter = { servers: [2], kinds: ['election'] } as const;
    const filtered = new Filtered(filter, timeline, () => '');
    while (!filtered.extend());
    const before = painted(null);
    const after = painted({ ...NOTHING, flight: (flight) => passesFilter(filter, flight), passing: filtered.positions });
    const all = lines(before.strokes, 0.8);
    const bright = timeline.index.flights
      .between(0, timeline.length)
      .filter(({ flight }) => flight.from.kind === 'server' && flight.to.kind === 'server' && passesFilter(filter, flight)).length;
    expect(bright).toBeGreaterThan(5);
    expect(lines(after.strokes, 0.8)).toBe(bright);
    expect(lines(after.strokes, 0.12)).toBe(all - bright);
    expect(after.dots[0.2]).toBe(before.dots[1]);
    expect(after.dots[1]).toBeGreaterThan(0);
    expect(after.dots[1]).toBeLessThan(before.dots[1] ?? 0);
  });

  test('a hit has a tick; hits at one place have one', () => {
    const before = painted(null).boxes;
    expect(painted({ ...NOTHING, hits: [0, 1, 200] }).boxes - before).toBeGreaterThanOrEqual(2);
    const every = timeline.events.map(({ n }) => n);
    expect(painted({ ...NOTHING, hits: every }).boxes - before).toBeLessThanOrEqual(1000 / 3 + 1);
  });
});

test('pointing at a lane finds an event of its server when one is near, else the last one before', () => {
  const own = timeline.index.eventsOf(3);
  const n = own[10] ?? 0;
  expect(nearestEvent(timeline, scale, scale.xOf(n) + 0.01, 3)).toBe(n);
  expect(nearestEvent(timeline, scale, scale.xOf(n), null)).toBeGreaterThanOrEqual(n);
  expect(nearestEvent(timeline, scale, -100, 3)).toBe(-1);
});

/** The stage: nothing overlaps, whatever the size and the number of servers. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  along,
  clientHalf,
  crosses,
  edge,
  occupied,
  overlaps,
  placeClients,
  placeLabels,
  placeServers,
  textBox,
  type LabelWish,
} from '../../src/app/stage/layout.ts';

const sids = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each([
  [1080, 500],
  [1054, 470],
  [664, 350],
  [390, 560],
  [390, 250],
  [900, 620],
])('on a stage of %i×%i', (width, height) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('%i servers and their texts keep clear of one another and of the border', (count) => {
    const layout = placeServers(sids(count), width, height);
    const boxes = occupied(layout);
    boxes.forEach((box, i) => {
      expect(box.x, `box ${i}`).toBeGreaterThanOrEqual(-1);
      expect(box.x + box.width).toBeLessThanOrEqual(width + 1);
      expect(box.y + box.height).toBeLessThanOrEqual(height + 1);
    });
    for (const a of layout.servers)
      for (const b of layout.servers)
        if (a.sid < b.sid) {
          expect(Math.hypot(a.x - b.x, a.y - b.y), `${a.sid} and ${b.sid}`).toBeGreaterThan(2 * layout.radius);
          expect(overlaps(textBox(a, layout), textBox(b, layout)), `texts of ${a.sid} and ${b.sid}`).toBe(false);
        }
  });
});

test('servers keep their place for good: it depends on members and size alone', () => {
  expect(placeServers(sids(5), 1000, 500)).toEqual(placeServers(sids(5), 1000, 500));
});

test('a projector has larger discs', () => {
  expect(placeServers(sids(5), 1600, 900, 1.5).radius).toBeGreaterThan(placeServers(sids(5), 1080, 500, 1).radius);
});

describe.each([
  [1080, 500],
  [664, 420],
  [390, 560],
])('clients on a stage of %i×%i', (width, height) => {
  const layout = placeServers(sids(5), width, height);
  const boxOf = ({ x, y }: { readonly x: number; readonly y: number }) => ({
    x: x - clientHalf(layout).x,
    y: y - clientHalf(layout).y,
    width: 2 * clientHalf(layout).x,
    height: 2 * clientHalf(layout).y,
  });

  test.each([[1], [2], [3], [4], [5]])('that of server %i stands near it and covers nothing', (sid) => {
    const host = layout.servers.find((server) => server.sid === sid) ?? { x: 0, y: 0 };
    const places = [...placeClients([{ client: 1, sid }], layout).values()];
    for (const at of places) {
      expect(Math.hypot(at.x - host.x, at.y - host.y)).toBeLessThan(layout.radius + 150);
      expect(occupied(layout).some((box) => overlaps(box, boxOf(at)))).toBe(false);
    }
  });

  test('several of one server fan out', () => {
    const places = [
      ...placeClients(
        [1, 2, 3].map((client) => ({ client, sid: 2 })),
        layout,
      ).values(),
    ];
    for (const at of places) expect(places.some((other) => other !== at && overlaps(boxOf(other), boxOf(at)))).toBe(false);
  });

  test('those without a server stand apart from all', () => {
    const places = [
      ...placeClients(
        [1, 2, 3, 4].map((client) => ({ client, sid: null })),
        layout,
      ).values(),
    ];
    for (const at of places) expect(places.some((other) => other !== at && overlaps(boxOf(other), boxOf(at)))).toBe(false);
  });
});

describe('ways', () => {
  const a = { x: 0, y: 0 };
  const b = { x: 100, y: 0 };

  test('begin and end outside the marks', () => {
    expect(edge(a, b, 10, 20)).toEqual({ from: { x: 10, y: 0 }, to: { x: 80, y: 0 } });
  });

  test('the two directions of a link keep to their own side', () => {
    expect(along(a, b, 0.5, 8).y).toBe(8);
    expect(along(b, a, 0.5, 8).y).toBe(-8);
  });

  test('a stroke crosses the links it passes and no others', () => {
    expect(crosses({ x: 50, y: -5 }, { x: 50, y: 5 }, a, b)).toBe(true);
    expect(crosses({ x: 150, y: -5 }, { x: 150, y: 5 }, a, b)).toBe(false);
  });
});

test('labels never cover one another, a glyph, or what is taken', () => {
  const wish = fc.record({
    x: fc.integer({ min: 0, max: 600 }),
    y: fc.integer({ min: 0, max: 400 }),
    tx: fc.integer({ min: 0, max: 600 }),
    ty: fc.integer({ min: 0, max: 400 }),
    width: fc.integer({ min: 10, max: 160 }),
  });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 30 }), (raw) => {
      const wishes: LabelWish[] = raw.map(({ x, y, tx, ty, width }, id) => ({
        id,
        at: { x, y },
        half: { x: 15, y: 11 },
        width,
        height: 16,
        towards: { x: tx, y: ty },
      }));
      const taken = [{ x: 200, y: 100, width: 100, height: 100 }];
      const placed = [...placeLabels(wishes, taken, { width: 600, height: 400 })].map(([id, at]) => ({
        id,
        x: at.x,
        y: at.y - 8,
        width: wishes[id]?.width ?? 0,
        height: 16,
      }));
      for (const label of placed) {
        expect(taken.some((box) => overlaps(label, box))).toBe(false);
        expect(placed.some((other) => other.id !== label.id && overlaps(label, other))).toBe(false);
        expect(
          wishes.some(({ at, half }) => overlaps(label, { x: at.x - half.x, y: at.y - half.y, width: 2 * half.x, height: 2 * half.y })),
        ).toBe(false);
      }
    }),
    { numRuns: 200 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heightOf, lastTop, MOST_HEIGHT, scrollOf, topOf, topToShow, type Scroller } from '../../../src/app/intake/scroll.ts';

const scroller = fc.record({
  lines: fc.integer({ min: 1, max: 50_000_000 }),
  row: fc.constantFrom(16, 20, 30),
  view: fc.integer({ min: 20, max: 2000 }),
});

describe('scrolling through any number of lines', () => {
  test('the element is never higher than a browser takes, and shows lines one to one while it fits', () => {
    fc.assert(
      fc.property(scroller, (s) => {
        expect(heightOf(s)).toBeLessThanOrEqual(MOST_HEIGHT);
        if (s.lines * s.row <= MOST_HEIGHT && s.lines * s.row > s.view) expect(topOf(s, s.row)).toBeCloseTo(Math.min(1, lastTop(s)), 6);
      }),
    );
  });

  test('both ends of the scroll bar are both ends of the text, and positions come back as they were', () => {
    fc.assert(
      fc.property(scroller, fc.double({ min: 0, max: 1, noNaN: true }), (s, share) => {
        expect(topOf(s, 0)).toBe(0);
        expect(topOf(s, heightOf(s))).toBeCloseTo(lastTop(s), 3);
        const top = share * lastTop(s);
        expect(topOf(s, scrollOf(s, top))).toBeCloseTo(top, 3);
      }),
    );
  });

  test('a line that is to be shown is in view', () => {
    fc.assert(
      fc.property(scroller, fc.nat(), fc.nat(), (s, at, wanted) => {
        const line = wanted % s.lines;
        const top = topToShow(s, at % s.lines, line);
        expect(top).toBeLessThanOrEqual(line + 0.51);
        expect(top + s.view / s.row).toBeGreaterThanOrEqual(Math.min(line + 1, line + s.view / s.row) - 0.51);
      }),
    );
  });

  test('a line in view moves nothing', () => {
    const s: Scroller = { lines: 1000, row: 20, view: 400 };
    expect(topToShow(s, 100, 110)).toBe(100);
    expect(topToShow(s, 100, 120)).toBe(104);
    expect(topToShow(s, 100, 101)).toBe(98);
  });
});

/** The timeline's scales: monotone, invertible, with legible marks. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { clamped, following, roundest, ticks, timelineScale, zoomed } from '../../src/app/timeline/scale.ts';
import { Cinema } from '../../src/app/transport/cinema.ts';
import { fixtureTrace } from './fixture.ts';

const story = fixtureTrace();
const clock = new Cinema({ hideHeartbeats: true });
for (const event of story) clock.append(event);

describe.each(['story', 'clock'] as const)('in %s time', (kind) => {
  const end = kind === 'story' ? clock.end : clock.virtualOf(clock.length - 1);
  const scale = timelineScale(kind, clock, { from: 0, to: end }, 1000);

  test('later events lie further to the right, or at the same place', () => {
    for (let n = 1; n < story.length; n++) expect(scale.xOf(n)).toBeGreaterThanOrEqual(scale.xOf(n - 1));
    expect(scale.xOf(Infinity)).toBeGreaterThan(1000);
  });

  test('a pixel and its value are inverse', () => {
    for (const x of [0, 1, 333.3, 1000]) expect(scale.x(scale.at(x))).toBeCloseTo(x, 6);
  });

  test('the event under a pixel is not right of it', () => {
    for (const x of [10, 500, 990]) expect(scale.xOf(scale.eventAt(x))).toBeLessThanOrEqual(x + 1e-6);
  });

  test('marks are far enough apart to read, and rise', () => {
    const marks = ticks(scale, clock, 110);
    expect(marks.length).toBeGreaterThan(2);
    marks.slice(1).forEach((mark, i) => {
      expect(mark.x - (marks[i]?.x ?? 0)).toBeGreaterThan(60);
      expect(mark.ms).toBeGreaterThan(marks[i]?.ms ?? Infinity);
    });
  });
});

test('zooming keeps the value under the pointer where it is', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 5, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (factor, share) => {
      const window = { from: 1000, to: 9000 };
      const around = 1000 + share * 8000;
      const next = zoomed(window, factor, around);
      expect((around - next.from) / (next.to - next.from)).toBeCloseTo(share, 6);
    }),
  );
});

test('the window follows the playhead in jumps and stays near the trace', () => {
  const window = { from: 0, to: 1000 };
  expect(following(window, 500)).toBe(window);
  expect(following(window, 900).from).toBeGreaterThan(0);
  // Asked again with what it gave, it gives the same: also for a playhead that no window can reach.
  for (const playhead of [-5000, -1, 0, 500, 900, 1e9]) {
    const next = following(window, playhead);
    expect(following(next, playhead)).toBe(next);
  }
  expect(clamped({ from: 50_000, to: 51_000 }, 2000).from).toBeLessThan(2000);
  expect(clamped({ from: -5000, to: -4000 }, 2000).from).toBeGreaterThan(-100);
});

test.each([
  [0, 3, 0],
  [97, 104, 100],
  [312.2, 312.9, 312.5],
  [1234, 1310, 1300],
])('the roundest number from %d to %d is %d', (low, high, round) => {
  expect(roundest(low, high)).toBe(round);
});

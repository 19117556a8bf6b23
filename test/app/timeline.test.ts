/** The timeline's scales: monotone, invertible, with legible marks. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { clamped, following, roundest, ticks, timelineScale, zoomed } from '../../src/app/timeline/scale.ts';
import { formatAxis, formatClock } from '../../src/app/timeline/axis.ts';
import { FlightLines } from '../../src/trace/flightLines.ts';
import { Cinema, compressQuiet } from '../../src/app/transport/cinema.ts';
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
  [3_000, 9_000, 5_000],
  [61_000, 139_000, 120_000],
  [3_400_000, 3_900_000, 3_600_000],
  [70_000_000, 95_000_000, 86_400_000],
])('the roundest number from %d to %d is %d', (low, high, round) => {
  expect(roundest(low, high)).toBe(round);
});

test.each([
  [12_480, 9_000, '12\u2009480 ms'],
  [12_480, 60_000, '12.5 s'],
  [205_000, 600_000, '3:25'],
  [3_805_000, 9_000_000, '1:03:25'],
])('%d ms on an axis of %d ms is written %s', (ms, span, text) => {
  expect(formatAxis(ms, span)).toBe(text);
});

test('a trace from logs shows the time of day, to the millisecond when it is zoomed in', () => {
  const wall = Date.UTC(2026, 0, 5, 10, 11, 12, 345);
  expect(formatClock(wall, 500)).toBe('10:11:12.345');
  expect(formatClock(wall, 3_600_000)).toBe('10:11:12');
});

test('of many messages a window draws a few, evenly, and only those that are shown', () => {
  const lines = new FlightLines(story.map(({ at }) => at));
  for (const event of story) lines.add(event);
  const all = lines.between(0, story.length);
  const elections = all.filter(({ flight }) => flight.message.kind === 'NOTIFICATION');
  expect(lines.thinned(0, story.length, 1e6, () => true)).toEqual(all);
  expect(lines.thinned(0, story.length, 1e6, ({ message }) => message.kind === 'NOTIFICATION')).toEqual(elections);
  const few = lines.thinned(0, story.length, 20, () => true);
  expect(few.length).toBeGreaterThan(5);
  expect(few.length).toBeLessThanOrEqual(20);
  expect(all).toEqual(expect.arrayContaining(few));
});

test('a recorded night is seconds long, and says how long it was', () => {
  const night = 8 * 3_600_000;
  expect(compressQuiet(night, true)).toBeLessThan(5_000);
  const calm = { ...story[0]!, sent: [], changes: { role: 'LOOKING' as const } };
  const cinema = new Cinema({ hideHeartbeats: true, recorded: true });
  cinema.append({ ...calm, n: 0, at: 0 });
  cinema.append({ ...calm, n: 1, at: 100 });
  cinema.append({ ...calm, n: 2, at: 100 + night });
  expect(cinema.foldsIn(0, cinema.end)).toEqual([{ from: cinema.timeOf(1), to: cinema.timeOf(2), ms: night }]);
  expect(cinema.end).toBeLessThan(6_000);
});

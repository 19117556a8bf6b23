import { expect, it } from 'vitest';
import { ALL_BRANCHES } from '../../../src/ensemble/explore/branches.ts';
import { grown, pathOf, type Point } from '../../../src/app/explore/curve.ts';
import { clock, duration, neverTaken } from '../../../src/app/explore/words.ts';
import { rulesOf } from '../../../src/app/menu/rules.ts';

it('says how long', () => {
  expect([0, 59_999, 60_000, 3_725_000].map(clock)).toEqual(['0:00', '0:59', '1:00', '62:05']);
  expect([840, 12_400, 125_000].map(duration)).toEqual(['0.8 s', '12 s', '2:05 min']);
});

it('puts branches that were never taken under their rules', () => {
  expect(neverTaken(['vote.order by=weight', 'purge', 'vote.order outcome=swallowed'])).toEqual([
    { rule: 'vote.order', ways: ['by=weight', 'outcome=swallowed'] },
    { rule: 'purge', ways: [] },
  ]);
  const all = neverTaken(ALL_BRANCHES);
  expect(all.reduce((sum, { ways }) => sum + Math.max(1, ways.length), 0)).toBe(ALL_BRANCHES.length);
});

it('thins out a curve that grows long, and keeps its ends', () => {
  let points: readonly Point[] = [];
  for (let i = 0; i <= 5_000; i++) points = grown(points, { at: i, value: i * 2 });
  expect(points.length).toBeLessThanOrEqual(240);
  expect(points[0]).toEqual({ at: 0, value: 0 });
  expect(points.at(-1)).toEqual({ at: 5_000, value: 10_000 });
  expect(points.every(({ at }, i) => i === 0 || at > (points[i - 1]?.at ?? 0))).toBe(true);
});

it('draws a curve from the lower left to the upper right', () => {
  expect(pathOf([{ at: 0, value: 0 }], 100, 40)).toBe('');
  expect(
    pathOf(
      [
        { at: 0, value: 0 },
        { at: 5, value: 30 },
        { at: 10, value: 40 },
      ],
      100,
      40,
    ),
  ).toBe('M0.0 40.0L50.0 10.0L100.0 0.0');
});

it('reads the rules of a run from the name of its profile', () => {
  expect(rulesOf('sound + no-trunc + ZOOKEEPER-335')).toEqual({ profile: 'sound', variants: ['no-trunc', 'ZOOKEEPER-335'] });
  expect(rulesOf('3.8.0')).toEqual({ profile: '3.8.0', variants: [] });
  expect(rulesOf('home-made + toString')).toEqual({ profile: 'current', variants: [] });
});

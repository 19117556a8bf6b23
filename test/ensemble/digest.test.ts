import { expect, test } from 'vitest';
import { digestEvent, EMPTY_DIGEST, formatDigest } from '../../src/ensemble/digest.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { serving } from './real.ts';

const of = (...values: readonly unknown[]): string =>
  formatDigest(values.reduce<readonly [number, number]>((lanes, value) => digestEvent(lanes, value as TraceEvent), EMPTY_DIGEST));

test('the order of fields and undefined fields do not count', () => {
  expect(of({ a: 1, b: 'x' })).toBe(of({ b: 'x', c: undefined, a: 1 }));
});

test.each([
  [[{ a: 1 }], [{ a: 2 }]],
  [[{ a: 1 }], [{ b: 1 }]],
  [[{ a: '1' }], [{ a: 1 }]],
  [[{ a: null }], [{}]],
  [[{ a: [] }], [{ a: {} }]],
  [[{ a: [1, 2] }], [{ a: [2, 1] }]],
  [[{ a: new Uint8Array([1]) }], [{ a: [1] }]],
  [[{ a: 0.1 }], [{ a: 0.2 }]],
  [[{ a: { x: 1 }, b: { x: 2 } }], [{ a: { x: 2 }, b: { x: 1 } }]],
  [
    [{ a: 1 }, { b: 1 }],
    [{ b: 1 }, { a: 1 }],
  ],
])('%j and %j differ', (one, other) => {
  expect(of(...one)).not.toBe(of(...other));
});

test('no two prefixes of a real trace have the same digest, and a copy has the same', () => {
  const { trace } = serving(3);
  const seen = new Set(trace.map((_, n) => of(...trace.slice(0, n + 1))));
  expect(seen.size).toBe(trace.length);
  expect(of(...structuredClone(trace))).toBe(of(...trace));
});

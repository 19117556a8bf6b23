/** The cones of a marked event agree with "happened before"; long chains are told shortly. */
import { expect, test } from 'vitest';
import { conesOf } from '../../../src/app/order/cones.ts';
import { shortened } from '../../../src/app/order/shortened.ts';
import { relation, type Hop } from '../../../src/trace/happenedBefore.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import { fixtureTrace } from '../fixture.ts';

const timeline = new Timeline([1, 2, 3, 4, 5].map((sid) => ({ sid })) as unknown as Timeline['members'], fixtureTrace());

test.each([0, 40, 150, 260])('event %d: in a cone is whatever is not concurrent', (n) => {
  const cones = conesOf(timeline, n);
  let [past, future] = [0, 0];
  for (let at = 0; at < timeline.length; at += 3) {
    const { order } = relation(timeline, at, n);
    expect(cones.has(at), `event ${at} is ${order}`).toBe(order !== 'concurrent');
  }
  for (let at = 0; at < timeline.length; at++) {
    const { order } = relation(timeline, at, n);
    if (order === 'before') past++;
    if (order === 'after') future++;
  }
  expect(cones).toMatchObject({ of: n, past, future });
});

test('a line stands out when it lies in one cone: not when it leads from the past around the event', () => {
  const n = 150;
  const cones = conesOf(timeline, n);
  const lines = timeline.index.flights.between(0, timeline.length);
  expect(lines.filter(cones.hasLine).length).toBeGreaterThan(10);
  expect(lines.some((line) => !cones.hasLine(line))).toBe(true);
  for (const line of lines.filter(({ endN }) => endN !== Infinity)) {
    const orders = [line.sentN, line.endN].map((at) => relation(timeline, at, n).order);
    const isPast = orders.every((order) => order === 'before' || order === 'same');
    const isFuture = orders.every((order) => order === 'after' || order === 'same');
    expect(cones.hasLine(line)).toBe(isPast || isFuture);
  }
});

test('steps in a row on one line are told by the last; a long chain by its ends', () => {
  const hop = (n: number, by: Hop['by']): Hop => ({ n, by, flight: null });
  expect(shortened([hop(1, 'start'), hop(2, 'order'), hop(3, 'order'), hop(4, 'message')])).toEqual([
    hop(1, 'start'),
    hop(3, 'order'),
    hop(4, 'message'),
  ]);
  const long = Array.from({ length: 40 }, (_, i) => hop(i, i === 0 ? 'start' : 'message'));
  const short = shortened(long);
  expect(short).toHaveLength(13);
  expect(short[6]).toBe(28);
  expect(short.at(-1)).toBe(long.at(-1));
});

/** Breakpoints: they stop where something becomes true or happens, and nowhere else. */
import { beforeAll, expect, test } from 'vitest';
import { watchFor } from '../../../src/app/stops/stops.svelte.ts';
import { i18n } from '../../../src/app/i18n/i18n.svelte.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import { fixtureTrace } from '../fixture.ts';

const events = fixtureTrace();
const members = [1, 2, 3, 4, 5].map((sid) => ({ sid, weight: 1, observer: false }));
const timeline = new Timeline(members as unknown as Timeline['members'], events);
const run = { members: timeline.members, timeline };
beforeAll(() => i18n.use('en'));

/** Every position at which playback would stop, going on from each. */
function stopsOf(...texts: string[]): readonly number[] {
  const watch = watchFor(run, texts, () => undefined);
  const found: number[] = [];
  for (let n = -1; n < timeline.length - 1;) {
    const seen = watch.look(n, timeline.length - 1);
    if (seen.stops) found.push(seen.n);
    n = seen.n;
  }
  return found;
}

test('a role: where it begins, once for each time', () => {
  const roles = events.map(({ n }) => timeline.viewAt(n).servers[4]?.role);
  const begins = roles.flatMap((role, n) => (role === 'LEADING' && roles[n - 1] !== 'LEADING' ? [n] : []));
  expect(begins).toHaveLength(1);
  expect(stopsOf('role(4)=LEADING')).toEqual(begins);
});

test('a message or a decision: every time', () => {
  const arrivals = events.flatMap(({ n, what }) => (what.type === 'receive' && what.message.kind === 'COMMIT' ? [n] : []));
  expect(arrivals.length).toBeGreaterThan(4);
  expect(stopsOf('message=COMMIT')).toEqual(arrivals);
  expect(stopsOf('decision=sync.mode')).toEqual(
    events.flatMap(({ n, decisions }) => (decisions.some(({ rule }) => rule === 'sync.mode') ? [n] : [])),
  );
});

test('several at once, and each is named where it stops', () => {
  const named: (readonly string[])[] = [];
  const watch = watchFor(run, ['becomes=DOWN', 'event=processEnded', 'epoch>=9'], (_, texts) => named.push(texts));
  // It looks in pieces of time.
  let seen = watch.look(-1, timeline.length - 1);
  while (!seen.stops && seen.n < timeline.length - 1) seen = watch.look(seen.n, timeline.length - 1);
  expect(events[seen.n]?.what.type).toBe('processEnded');
  watch.stopped(seen.n);
  expect(named).toEqual([['becomes=DOWN', 'event=processEnded']]);
});

test('what never comes true stops nothing', () => {
  expect(stopsOf('epoch>=9', 'violation')).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entriesUntil, popEntry, pushEntry, type Queue } from '../../src/ensemble/queue.ts';

test('entries come out by time, and by number within an instant', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 }), (times) => {
      const queue: Queue<number> = [];
      times.forEach((at, seq) => pushEntry(queue, { at, seq, item: seq }));
      const soon = entriesUntil(queue, 4);
      const out = times.map(() => popEntry(queue));
      const sorted = times.map((at, seq) => ({ at, seq, item: seq })).sort((a, b) => a.at - b.at || a.seq - b.seq);
      expect(out).toEqual(sorted);
      expect(soon).toEqual(sorted.filter(({ at }) => at <= 4));
      expect(popEntry(queue)).toBeUndefined();
    }),
  );
});

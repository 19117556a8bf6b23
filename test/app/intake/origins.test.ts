import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../src/ensemble/types.ts';
import { eventOfLine, hasEvent, lineAt, OriginTables } from '../../../src/app/intake/origins.ts';

const event = (n: number, log: number, line: number): TraceEvent => ({ n, origin: { log, line, uncertainMs: 0 } }) as TraceEvent;

function tableOf(lines: readonly number[]) {
  const tables = new OriginTables(1);
  for (const [n, line] of lines.entries()) tables.add(event(n, 0, line));
  return tables.tables()[0]!;
}

describe('lines and events lead to each other', () => {
  test('a line leads to its first event, a line below to the nearest above, one above all to the first', () => {
    const table = tableOf([10, 10, 14, 0, 20]);
    expect([1, 10, 11, 14, 19, 20, 500].map((line) => eventOfLine(table, line))).toEqual([0, 0, 0, 2, 2, 4, 4]);
    expect([9, 10, 11, 20].map((line) => hasEvent(table, line))).toEqual([false, true, false, true]);
  });

  test('the playhead is at the line of the last event at or before it; inferred events have none', () => {
    const table = tableOf([10, 10, 14, 0, 20]);
    expect([-1, 0, 1, 2, 3, 4, 99].map((n) => lineAt(table, n))).toEqual([null, 10, 10, 14, 14, 20, 20]);
  });

  test('events that the clocks put in another order than the lines are found all the same', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 }), (lines) => {
        const table = tableOf(lines);
        for (const [n, line] of lines.entries()) {
          expect(eventOfLine(table, line)).toBe(n);
          expect(lineAt(table, n)).toBe(line);
        }
      }),
    );
  });

  test('logs are kept apart', () => {
    const tables = new OriginTables(2);
    tables.add(event(0, 1, 5));
    tables.add(event(1, 0, 7));
    const [first, second] = tables.tables();
    expect([eventOfLine(first!, 7), eventOfLine(second!, 5)]).toEqual([1, 0]);
  });
});

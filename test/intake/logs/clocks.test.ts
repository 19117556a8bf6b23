/** Clock offsets from causes and effects: hand-made bounds, and real logs whose clocks are set wrong in nasty ways. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8, type Sid } from '../../../src/base/ids.ts';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import { offsetsOf, SLACK_MS, type Bound } from '../../../src/intake/logs/offsets.ts';
import { openRecording } from '../../golden/archive.ts';
import { logBytes, logNames, readAll, shifted } from './goldenLogs.ts';

const HOUR = 3_600_000;
const bound = (from: Sid, to: Sid, ...differences: number[]): Bound => ({ from, to, differences });

describe('offsets', () => {
  it('no change when the pairs allow it', () => {
    expect(offsetsOf([1, 2], [bound(1, 2, 5), bound(2, 1, 7)]).get(2)).toEqual({ offsetMs: 0, uncertainMs: 7 + SLACK_MS, pairs: 2 });
  });

  it('otherwise the middle, and half the width', () => {
    // 2 sees what 1 does 5110 ms later by its clock, and 1 what 2 does 5090 ms earlier.
    expect(offsetsOf([1, 2], [bound(1, 2, 5110), bound(2, 1, -5090)]).get(2)).toEqual({
      offsetMs: 5100,
      uncertainMs: 10 + SLACK_MS,
      pairs: 2,
    });
  });

  it('a whole hour before the middle, a quarter of one when no hour fits', () => {
    const offset = (low: number, high: number) => offsetsOf([1, 2], [bound(1, 2, high), bound(2, 1, -low)]).get(2)?.offsetMs;
    expect(offset(HOUR - 10, HOUR + 300)).toBe(HOUR);
    expect(offset(-2 * HOUR - 900, -2 * HOUR + 5)).toBe(-2 * HOUR);
    expect(offset(5.75 * HOUR - 10, 5.75 * HOUR + 30)).toBe(5.75 * HOUR);
  });

  it('one direction alone bounds one side only', () => {
    expect(offsetsOf([1, 2], [bound(1, 2, 40)]).get(2)).toEqual({ offsetMs: 0, uncertainMs: Infinity, pairs: 1 });
    expect(offsetsOf([1, 2], [bound(1, 2, -HOUR + 5)]).get(2)).toMatchObject({ offsetMs: -HOUR, uncertainMs: Infinity });
  });

  it('servers without a pair keep their clock, and nothing is known about it', () => {
    expect(offsetsOf([1, 2, 3], [bound(1, 2, 1), bound(2, 1, 1)]).get(3)).toEqual({ offsetMs: 0, uncertainMs: Infinity, pairs: 0 });
  });

  it('two servers that never met are tied through a third', () => {
    const offsets = offsetsOf([1, 2, 3], [bound(1, 2, 1003), bound(2, 1, -997), bound(2, 3, 503), bound(3, 2, -497)]);
    const [a, b, c] = [1, 2, 3].map((sid) => offsets.get(sid)?.offsetMs ?? NaN);
    expect((b ?? 0) - (a ?? 0)).toBeCloseTo(1000, 0);
    expect((c ?? 0) - (b ?? 0)).toBeCloseTo(500, 0);
  });

  it('of contradictions, the offset that has the fewest', () => {
    expect(offsetsOf([1, 2], [bound(1, 2, 3, 4, 5, -9000), bound(2, 1, 3, 4, 5)]).get(2)?.offsetMs).toBe(0);
    const many = offsetsOf([1, 2], [bound(1, 2, 8003, 8004, 8005, 1), bound(2, 1, -7997, -7996, -7995)]).get(2);
    expect(many?.offsetMs).toBeGreaterThan(7990);
  });

  it('recovers any offsets from pairs with any delays', () => {
    const delay = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -10 * HOUR, max: 10 * HOUR }), { minLength: 2, maxLength: 6 }),
        fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 }), delay), { minLength: 1, maxLength: 40 }),
        (clocks, pairs) => {
          const sids = clocks.map((_, sid) => sid);
          const bounds = new Map<string, { from: Sid; to: Sid; differences: number[] }>();
          for (const [from, to, ms] of pairs) {
            const [a, b] = [clocks[from], clocks[to]];
            if (a === undefined || b === undefined || from === to) continue;
            const key = `${from} ${to}`;
            const one = bounds.get(key) ?? { from, to, differences: [] };
            one.differences.push(ms + b - a);
            bounds.set(key, one);
          }
          const offsets = offsetsOf(sids, [...bounds.values()]);
          const reference = sids.find((sid) => offsets.get(sid)?.uncertainMs === 0 && offsets.get(sid)?.offsetMs === 0) ?? 0;
          for (const sid of sids) {
            const { offsetMs, uncertainMs } = offsets.get(sid) ?? { offsetMs: NaN, uncertainMs: 0 };
            expect(Math.abs(offsetMs - ((clocks[sid] ?? 0) - (clocks[reference] ?? 0)))).toBeLessThanOrEqual(uncertainMs);
          }
          for (const { from, to, differences } of bounds.values()) {
            const apart = (offsets.get(to)?.offsetMs ?? 0) - (offsets.get(from)?.offsetMs ?? 0);
            for (const difference of differences) expect(apart).toBeLessThanOrEqual(difference + SLACK_MS);
          }
        },
      ),
    );
  });
});

describe('real logs', () => {
  const recording = openRecording('23-epochs');
  const texts = [...logNames(recording)].map(([sid, path]) => [sid, path, fromUtf8(logBytes(recording, path, 'full'))] as const);

  it('a clock that is set while it runs: the offset that contradicts least, and the rest is marked impossible', () => {
    const jump = (text: string, at: number, ms: number) => {
      const lines = text.split('\n');
      const cut = Math.floor(lines.length * at);
      return `${lines.slice(0, cut).join('\n')}\n${shifted(lines.slice(cut).join('\n'), ms)}`;
    };
    const logCase = understand(readAll(texts.map(([sid, path, text]) => [path, utf8(sid === 1 ? jump(text, 0.8, 30_000) : text)])), {});
    expect(logCase.clocks.get(1)?.offsetMs).toBe(0);
    const marked = logCase.records.filter(({ impossible }) => impossible !== null);
    expect(marked.length).toBeGreaterThan(5);
    for (const record of marked) {
      const cause = logCase.records[record.impossible ?? -1];
      expect(cause?.t).toBeGreaterThan(record.t + SLACK_MS);
      // Half a minute apart are only the lines of server 1 and of the others.
      expect([record.sid, cause?.sid]).toContain(1);
    }
  });

  it('records stand in order of time, and each log in its own order', () => {
    const logCase = understand(readAll(texts.map(([sid, path, text]) => [path, utf8(shifted(text, sid * 777_777))])), {});
    let last = -Infinity;
    const line = new Map<number, number>();
    for (const record of logCase.records) {
      expect(record.t).toBeGreaterThanOrEqual(last);
      expect(record.line).toBeGreaterThanOrEqual(line.get(record.log) ?? 0);
      last = record.t;
      line.set(record.log, record.line);
    }
    expect(logCase.records).toHaveLength(logCase.logs.reduce((sum, { records }) => sum + records.length, 0));
    expect(summarize(logCase).elections).toHaveLength(5);
  });
});

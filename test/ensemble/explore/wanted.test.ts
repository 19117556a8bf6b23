import { describe, expect, it } from 'vitest';
import { breaksUnder, objectionTo } from '../../../src/ensemble/explore/wanted.ts';
import { work, Tally, type Report } from '../../../src/ensemble/explore/work.ts';
import { inline } from '../real.ts';
import { found, optionsOf } from './hunters.ts';

const VARIANT = 'ZOOKEEPER-335';
const { run, violation } = found([VARIANT]);

describe('a find', () => {
  it('counts when the same run breaks nothing under the rules that it is measured against', () => {
    expect(breaksUnder(run, violation, { profile: 'sound' }, inline())).toBeNull();
    expect(objectionTo(run, violation, { cleanUnder: { profile: 'sound' } }, inline())).toBeNull();
    expect(objectionTo(run, violation, {}, inline())).toBeNull();
  });

  it('does not count when those rules break as well', () => {
    const cleanUnder = { profile: 'sound', variants: [VARIANT] };
    expect(objectionTo(run, violation, { cleanUnder }, inline())).toBe(`without the variant too: ${violation.invariant}`);
  });

  it('does not count when it is another invariant, or broken in another way', () => {
    expect(objectionTo(run, violation, { invariants: ['equal trees'] }, inline())).toMatch(/^another invariant: /);
    expect(objectionTo(run, violation, { invariants: [violation.invariant], breach: { kind: 'elephant' } }, inline())).toMatch(
      /^another way/,
    );
    expect(objectionTo(run, violation, { breach: { kind: violation.breach.kind } }, inline())).toBeNull();
  });
});

describe('the work of a hunter that wants something else', () => {
  it('goes on, and says what it passed over', () => {
    const reports: Report[] = [];
    let now = 0;
    const wanted = { invariants: ['silent sessions end'] };
    work(
      { task: optionsOf([VARIANT]), huntMs: 400, shrinkMs: 0, wanted },
      inline(),
      () => (now += 20),
      (report) => reports.push(report),
    );
    const tally = new Tally();
    for (const report of reports) tally.add(report);
    expect(tally.passedOver).toBeGreaterThan(0);
    expect(reports.filter(({ type }) => type === 'passedOver')).toHaveLength(tally.passedOver);
    expect(reports.at(-1)).toEqual({ type: 'done' });
  });
});

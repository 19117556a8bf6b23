/** Some of the logs, or logs with wrong clocks: what is left tells the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8, type Sid } from '../../../src/base/ids.ts';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import { openRecording, recordingNames } from '../../golden/archive.ts';
import { endOf, logBytes, logNames, readAll, said, shifted, toldBy, truthOf, type Told } from './goldenLogs.ts';

/** A sync without what only the leader, or only the learner, can know. */
const withoutDetails = (line: string) => line.replace(/ from .*/, '');
const leaderOf = (line: string) => Number(/^(?:leader )?(\d+)/.exec(line)?.[1]);
const learnerOf = (line: string) => Number(/to (\d+)/.exec(line)?.[1]);
/** Leader and epoch of an election line. */
const leadership = (line: string) => /^leader \d+ epoch \d+/.exec(line)?.[0] ?? '';

/** What the logs of `present` must tell, and what they may not get wrong. */
function check(told: Told, truth: Told, present: readonly Sid[]): void {
  for (const sid of present)
    expect(
      told.roles.get(sid)?.map(({ says }) => says),
      `roles of ${sid}`,
    ).toEqual(truth.roles.get(sid)?.map(({ says }) => says));
  const here = (line: string) => present.includes(leaderOf(line));
  expect(said(told.elections).filter(here)).toEqual(said(truth.elections).filter(here));
  const syncs = said(truth.syncs).map(withoutDetails);
  expect(said(told.syncs).filter(here).map(withoutDetails)).toEqual(syncs.filter(here));
  const learnt = (line: string) => !here(line) && present.includes(learnerOf(line));
  expect(
    said(told.syncs)
      .filter((line) => !here(line))
      .map(withoutDetails),
  ).toEqual(syncs.filter(learnt));
  // Of a leader without a log its learners know at least that there was one.
  const truths = said(truth.elections).map(leadership);
  for (const line of said(told.elections).filter((one) => !here(one) && !one.includes('epoch null')))
    expect(truths).toContain(leadership(line));
  const attempts = said(told.elections).filter((line) => !here(line));
  const leaders = new Set(said(truth.elections).map(leaderOf));
  for (const line of attempts) expect(leaders).toContain(leaderOf(line));
}

describe.each(['full', 'info'] as const)('one log alone, %s', (form) => {
  it.each(recordingNames())('%s', (name) => {
    const recording = openRecording(name);
    const truth = truthOf(recording);
    for (const [sid, path] of logNames(recording)) {
      const logCase = understand(readAll([[path, logBytes(recording, path, form)]]), {});
      check(toldBy(logCase, summarize(logCase), endOf(recording)), truth, [sid]);
    }
  });
});

const scenario = fc.constantFrom(...recordingNames());
const form = fc.constantFrom('full' as const, 'info' as const);

it('some of the logs, in any order', () => {
  fc.assert(
    fc.property(scenario, form, fc.infiniteStream(fc.boolean()), (name, one, picks) => {
      const recording = openRecording(name);
      const chosen = [...logNames(recording)].filter(() => picks.next().value === true);
      const order = chosen.toSorted(() => (picks.next().value === true ? 1 : -1));
      if (chosen.length === 0) return;
      const logCase = understand(readAll(order.map(([, path]) => [path, logBytes(recording, path, one)])), {});
      check(
        toldBy(logCase, summarize(logCase), endOf(recording)),
        truthOf(recording),
        chosen.map(([sid]) => sid),
      );
    }),
    { numRuns: 60 },
  );
});

it('clocks that are seconds or hours off are set right, and everything is told the same', () => {
  const off = fc.oneof(
    fc.integer({ min: -90_000, max: 90_000 }),
    fc.integer({ min: -12, max: 14 }).map((hours) => hours * 3_600_000),
    fc.integer({ min: -50_000_000, max: 50_000_000 }),
  );
  fc.assert(
    fc.property(scenario, form, fc.array(off, { minLength: 5, maxLength: 5 }), (name, one, offsets) => {
      const recording = openRecording(name);
      const given = new Map([...logNames(recording)].map(([sid], i) => [sid, offsets[i] ?? 0]));
      const end = endOf(recording);
      // The end of the recording is cut off by the true clock, before the clocks are set wrong.
      const texts = [...logNames(recording)].map(
        ([sid, path]) => [path, utf8(shifted(until(fromUtf8(logBytes(recording, path, one)), end), given.get(sid) ?? 0))] as const,
      );
      const logCase = understand(readAll(texts), {});
      const reference = [...logCase.clocks].find(([, clock]) => clock.offsetMs === 0 && clock.uncertainMs === 0)?.[0];
      expect(reference).toBeDefined();
      const zero = given.get(reference ?? 0) ?? 0;
      for (const [sid, { offsetMs, uncertainMs }] of logCase.clocks) {
        const true_ = (given.get(sid) ?? 0) - zero;
        expect(Math.abs(offsetMs - true_), `clock of ${sid}: ${offsetMs} ± ${uncertainMs}, truly ${true_}`).toBeLessThanOrEqual(
          uncertainMs,
        );
        expect(uncertainMs).toBeLessThan(2000);
      }
      const told = toldBy(logCase, summarize(logCase), Infinity);
      const truth = truthOf(recording);
      expect(said(told.elections)).toEqual(said(truth.elections));
      expect(said(told.syncs)).toEqual(said(truth.syncs));
      for (const [sid, roles] of truth.roles) expect(told.roles.get(sid)?.map(({ says }) => says)).toEqual(roles.map(({ says }) => says));
      expect(logCase.records.filter(({ impossible }) => impossible !== null)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** The lines of a log up to a time. */
function until(text: string, end: number): string {
  const lines = text.split('\n');
  const stop = lines.findIndex((line) => {
    const time = /^(\d{4}-\d\d-\d\d) ([\d:]{8}),(\d{3}) /.exec(line);
    return time !== null && Date.parse(`${time[1]}T${time[2]}.${time[3]}Z`) > end;
  });
  return stop < 0 ? text : lines.slice(0, stop).join('\n');
}

import { describe, expect, it } from 'vitest';
import { ALL_BRANCHES, BranchCount } from '../../../src/ensemble/explore/branches.ts';
import { Hunt, type HuntMode } from '../../../src/ensemble/explore/hunt.ts';
import { commandTime } from '../../../src/ensemble/explore/plain.ts';
import { signFound } from '../../../src/intake/runs/found.ts';
import { CORE_FAILED, Play } from '../../../src/ensemble/explore/play.ts';
import { Tally, work, type Report } from '../../../src/ensemble/explore/work.ts';
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import { violationText } from '../../../src/trace/findings/words.ts';
import { inline } from '../real.ts';
import { found, optionsOf } from './hunters.ts';

const RUNS = 3;
const outcomesOf = (mode: HuntMode, seed: number, stripe = 0) => {
  const hunt = new Hunt(optionsOf([], seed, mode, stripe), inline());
  return Array.from({ length: RUNS }, () => hunt.next());
};

describe('a hunt', () => {
  it.each(['random', 'pct', 'coverage'] as const)('is the same again from the same seed (%s)', (mode) => {
    expect(JSON.stringify(outcomesOf(mode, 3)) === JSON.stringify(outcomesOf(mode, 3))).toBe(true);
  });

  it('is another from another seed, and for every one of several hunters', () => {
    const starts = [outcomesOf('pct', 3), outcomesOf('pct', 4), outcomesOf('pct', 3, 1)].map((outcomes) =>
      outcomes.map(({ run }) => run.start['seed']),
    );
    expect(new Set(starts.flat()).size).toBe(3 * RUNS);
  });

  it('meets new states in every run at first, and goes on from where it did', () => {
    const hunt = new Hunt(optionsOf([], 5), inline());
    const outcomes = Array.from({ length: 12 }, () => hunt.next());
    expect(outcomes.slice(0, 3).every(({ fresh }) => fresh > 0)).toBe(true);
    const starts = outcomes.map(({ run }) => run.start['seed']);
    expect(new Set(starts).size).toBeLessThan(starts.length);
  });

  it('goes on from the steps of a scenario', () => {
    const start = {
      servers: 3,
      steps: [{ start: 'all' }, { wait: 'quorum' }, { op: 'connect', session: 'c' }, { op: 'create', session: 'c', path: '/a' }],
    };
    const hunt = new Hunt({ ...optionsOf([]), start }, inline());
    const { run } = hunt.next();
    expect(run.start.steps).toEqual(start.steps);
    const clients = run.commands.flatMap(({ command }) => (command.type === 'connect' ? [command.client] : []));
    expect(Math.min(...clients)).toBeGreaterThan(1);
  });

  it.each([
    ['ZOOKEEPER-335', /accepted epoch|had before|both lead/],
    ['ZOOKEEPER-4646', /history/],
  ])('finds that %s breaks something', (variant, sentence) => {
    expect(violationText(found([variant]).violation, 'en')).toMatch(sentence);
  });

  it('takes a failing core for a finding, with the input that it fails at; played as a scenario it fails there again', async () => {
    const fails = (): InlineHost =>
      new InlineHost(() => {
        throw new Error('no more');
      });
    const play = new Play({ servers: 1 }, fails());
    play.give({ type: 'start', sid: 1 }, 0);
    play.runTo(1_000);
    const { violation } = play;
    expect(violation).toMatchObject({
      invariant: CORE_FAILED,
      breach: { kind: 'simulatorFailed', message: expect.stringContaining('no more') as string },
    });
    if (violation === null) return;
    const run = { start: play.start, commands: play.given };
    expect((await signFound(run, violation, fails())).replayed).toBe(true);
    expect((await signFound(run, { ...violation, n: violation.n + 1 }, fails())).replayed).toBe(false);
    expect((await signFound(run, violation, inline())).replayed).toBe(false);
  });
});

describe('the work of a hunter', () => {
  it('says figures that add up, and ends when its time is over', () => {
    let now = 0;
    const reports: Report[] = [];
    const job = { task: optionsOf([]), huntMs: 1_000, shrinkMs: 0 };
    work(
      job,
      inline(),
      () => (now += 50),
      (report) => reports.push(report),
    );
    const tally = new Tally();
    for (const report of reports) tally.add(report);
    expect(reports.at(-1)).toEqual({ type: 'done' });
    expect(tally.runs).toBeGreaterThan(3);
    expect(tally.events).toBeGreaterThan(tally.runs);
    expect(tally.states).toBeGreaterThan(100);
    expect(tally.branches + tally.never.length).toBe(ALL_BRANCHES.length);
    expect(tally.never).not.toContain('vote.quorum outcome=quorum');
  });

  it('makes smaller what it finds, and gives up shrinking when told', () => {
    const reports: Report[] = [];
    work(
      { task: optionsOf(['ZOOKEEPER-335']), huntMs: 1e9, shrinkMs: 0 },
      inline(),
      () => 0,
      (report) => reports.push(report),
    );
    const first = reports.find((report) => report.type === 'found');
    const last = reports.at(-1);
    expect(first?.type === 'found' && last?.type === 'shrunk' && last.violation.invariant).toBe(
      first?.type === 'found' && first.violation.invariant,
    );
    expect(last).toMatchObject({ minimal: false, tries: 0 });
  });
});

describe('branches', () => {
  it('are all different', () => {
    expect(new Set(ALL_BRANCHES).size).toBe(ALL_BRANCHES.length);
  });

  it('are counted once', () => {
    const count = new BranchCount();
    const decision = { rule: 'epoch.accept', leader: 1, epoch: 1, acceptedEpoch: 0, outcome: 'accepted' } as const;
    expect([count.add(decision), count.add(decision), count.add({ ...decision, outcome: 'refused' })]).toEqual([true, false, true]);
    expect([...count.taken]).toEqual(['epoch.accept outcome=accepted', 'epoch.accept outcome=refused']);
  });
});

describe('times of commands', () => {
  it('fall between whole microseconds, and stay as they are', () => {
    for (const after of [0, 1, 12.345, 1069.0829, 99_999.999]) {
      const time = commandTime(after);
      expect(Math.abs(time - after)).toBeLessThan(0.001);
      expect(Math.abs((time * 1000) % 1)).toBeCloseTo(0.5, 3);
      expect(commandTime(time)).toBe(time);
    }
  });
});

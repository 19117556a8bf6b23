import { describe, expect, it } from 'vitest';
import { jobsOf, nextSeed, usualChoices, wrongOf } from '../../../src/app/explore/choices.ts';
import { Pack, type Find, type HunterWorker, type Listener } from '../../../src/app/explore/pack.ts';
import type { FromHunter, ToHunter } from '../../../src/app/explore/wire.ts';
import type { FoundRun } from '../../../src/ensemble/explore/plain.ts';
import type { Violation } from '../../../src/ensemble/explore/play.ts';
import { work } from '../../../src/ensemble/explore/work.ts';
import { digestOf } from '../../../src/ensemble/digest.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { runScenario } from '../../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { signFound } from '../../../src/intake/runs/found.ts';
import { readLink } from '../../../src/intake/runs/link.ts';
import { runOfLink } from '../../../src/intake/runs/open.ts';
import { violationText } from '../../../src/trace/findings/words.ts';
import { guaranteeName } from '../../../src/trace/guarantees.ts';
import { inline } from '../../ensemble/real.ts';

/** Workers that do nothing by themselves: the test says what they say. */
class Kennel {
  readonly workers: { name: string; posted: ToHunter[]; ended: boolean; say: (message: FromHunter) => void; die: (why: string) => void }[] =
    [];

  readonly start = (name: string, say: (message: FromHunter) => void, die: (why: string) => void): HunterWorker => {
    const worker = { name, posted: [] as ToHunter[], ended: false, say, die };
    this.workers.push(worker);
    return { post: (message) => worker.posted.push(message), terminate: () => (worker.ended = true) };
  };

  get alive(): readonly string[] {
    return this.workers.filter(({ ended }) => !ended).map(({ name }) => name);
  }

  at(index: number): Kennel['workers'][number] {
    const worker = this.workers[index];
    if (worker === undefined) throw new Error(`there is no worker ${index}`);
    return worker;
  }
}

function listening(): { readonly told: string[]; readonly listener: Listener; find: Find | null } {
  const told: string[] = [];
  const state: { told: string[]; find: Find | null; listener: Listener } = {
    told,
    find: null,
    listener: {
      found: (violation, commands) => told.push(`found ${violation.invariant} ${commands}`),
      shrinking: (commands, tries) => told.push(`shrinking ${commands} ${tries}`),
      ending: () => told.push('ending'),
      nothing: () => told.push('nothing'),
      signed: (find) => {
        state.find = find;
        told.push('signed');
      },
      failed: (message) => told.push(`failed ${message}`),
    },
  };
  return state;
}

const violation: Violation = { invariant: 'agreement', breach: { kind: 'noLeader', calmMs: 1 }, known: [], source: 'I-3', n: 9, at: 50 };
const runOf = (commands: number): FoundRun => ({
  start: { servers: 3 },
  commands: Array.from({ length: commands }, (_, i) => ({ at: i, command: { type: 'heal' } })),
});
const signed = { scenario: {}, record: {}, link: '#r=', replayed: true } as never;
const jobs = jobsOf({ ...usualChoices(3), variants: ['no-trunc'], profile: 'sound' }, null);

function pack(): { kennel: Kennel; heard: ReturnType<typeof listening>; pack: Pack } {
  const kennel = new Kennel();
  const heard = listening();
  let now = 0;
  return { kennel, heard, pack: new Pack(jobs, heard.listener, kennel.start, () => (now += 1000)) };
}

describe('a pack', () => {
  it('starts a hunter a job, and adds up what they say', () => {
    const { kennel, pack: hunters } = pack();
    expect(kennel.alive).toEqual(['hunter 1', 'hunter 2', 'hunter 3']);
    expect(kennel.workers.map(({ posted }) => posted)).toEqual(jobs.map((job) => [{ type: 'hunt', job }]));
    kennel.at(0).say({ type: 'progress', runs: 2, events: 10, states: [1, 2], branches: ['purge'] });
    kennel.at(2).say({ type: 'progress', runs: 3, events: 5, states: [2, 3], branches: ['purge'] });
    expect(hunters.tally).toMatchObject({ runs: 5, events: 15, states: 3, branches: 1 });
  });

  it('ends when nobody has found anything', () => {
    const { kennel, heard } = pack();
    kennel.at(0).say({ type: 'done' });
    kennel.at(2).say({ type: 'done' });
    expect(heard.told).toEqual([]);
    kennel.at(1).say({ type: 'done' });
    expect(heard.told).toEqual(['nothing']);
    expect(kennel.alive).toEqual([]);
  });

  it('lets the first finder shrink, ends all others, and plays the smallest run once more', () => {
    const { kennel, heard } = pack();
    kennel.at(1).say({ type: 'found', run: runOf(40), violation });
    kennel.at(0).say({ type: 'found', run: runOf(3), violation });
    expect(kennel.alive).toEqual(['hunter 2']);
    kennel.at(1).say({ type: 'shrinking', commands: 12, tries: 5, run: runOf(12), violation });
    kennel.at(1).say({ type: 'shrunk', run: runOf(4), violation, tries: 9, minimal: true });
    expect(kennel.alive).toEqual(['finder']);
    expect(kennel.at(3).posted).toEqual([{ type: 'sign', run: runOf(4), violation }]);
    kennel.at(3).say({ type: 'signed', signed });
    expect(heard.told).toEqual(['found agreement 40', 'shrinking 12 5', 'shrinking 4 9', 'ending', 'signed']);
    expect(heard.find).toMatchObject({ commandsBefore: 40, commands: 4, tries: 9, minimal: true, afterMs: 1000 });
    expect(kennel.alive).toEqual([]);
  });

  it('takes what is reached so far when somebody stops the shrinking', () => {
    const { kennel, heard, pack: hunters } = pack();
    kennel.at(0).say({ type: 'found', run: runOf(40), violation });
    kennel.at(0).say({ type: 'shrinking', commands: 12, tries: 5, run: runOf(12), violation: { ...violation, n: 7 } });
    hunters.stop();
    hunters.stop();
    expect(kennel.alive).toEqual(['finder']);
    expect(kennel.at(3).posted).toEqual([{ type: 'sign', run: runOf(12), violation: { ...violation, n: 7 } }]);
    kennel.at(3).say({ type: 'signed', signed });
    expect(heard.find).toMatchObject({ commandsBefore: 40, commands: 12, minimal: false });
  });

  it('stops hunting when it is told to', () => {
    const { kennel, heard, pack: hunters } = pack();
    hunters.stop();
    expect(heard.told).toEqual(['nothing']);
    expect(kennel.alive).toEqual([]);
    kennel.at(0).say({ type: 'found', run: runOf(40), violation });
    expect(heard.told).toEqual(['nothing']);
  });

  it('says when a worker died, and leaves none behind', () => {
    const { kennel, heard } = pack();
    kennel.at(2).die('out of memory');
    kennel.at(1).die('terminated');
    expect(heard.told).toEqual(['failed out of memory']);
    expect(kennel.alive).toEqual([]);
  });
});

it('finds with a real hunter what the scenario shows wherever it is played', { timeout: 120_000 }, async () => {
  const [job] = jobsOf({ ...usualChoices(1), profile: 'sound', variants: ['flush-now-and-then'], beginning: '3' }, null);
  const heard = listening();
  const kennel = new Kennel();
  // The clock stands still: what is found depends on the seed alone.
  new Pack([job!], heard.listener, kennel.start, () => 0);
  const hunter = kennel.at(0);
  work(job!, inline(), () => 0, hunter.say);
  const [request] = kennel.at(1).posted;
  if (request?.type !== 'sign') throw new Error('nothing was found');
  const mine = await signFound(request.run, request.violation, inline());
  kennel.at(1).say({ type: 'signed', signed: mine });
  expect(heard.find!.commands).toBeLessThan(heard.find!.commandsBefore);
  expect(mine.replayed).toBe(true);
  expect(mine.scenario).toMatchObject({ name: 'found', title: request.violation.invariant });
  expect(mine.scenario['texts']).toMatchObject({
    en: { text: violationText(request.violation, 'en') },
    zh: { text: violationText(request.violation, 'zh'), title: guaranteeName(request.violation.invariant, 'zh') },
  });

  // The file that is saved, and the link, each played as anybody would.
  const scenario = parseScenario(JSON.parse(JSON.stringify(mine.scenario)), 'found.json');
  const { ensemble } = await runScenario(scenario, inline(), { observers: [new Invariants(scenario.config)] });
  const { n } = mine.record;
  expect(ensemble.trace[n]?.what).toMatchObject({ type: 'violation', invariant: request.violation.invariant });
  expect(digestOf(ensemble.trace, n + 1)).toBe(mine.record.digest);
  const opened = runOfLink(readLink(mine.link!), undefined).run;
  expect(opened).toMatchObject({ n, seed: mine.record.seed, scenario: mine.record.scenario });
  expect(mine.record.digest.startsWith(opened.digest)).toBe(true);
});

describe('choices', () => {
  it('become jobs: one a hunter, each with a stripe of its own', () => {
    expect(jobs.map(({ task }) => task)).toEqual(
      [0, 1, 2].map((stripe) => expect.objectContaining({ mode: 'coverage', stripe, servers: null, start: null, seed: 1 }) as unknown),
    );
    const start = { name: 'mine', servers: 2 };
    const choices = { ...usualChoices(1), beginning: 'scenario', mode: 'systematic', depth: 3 } as const;
    expect(jobsOf(choices, start)[0]?.task).toMatchObject({
      mode: 'systematic',
      depth: 3,
      start,
      rules: { profile: 'current', variants: [] },
    });
    expect(jobsOf({ ...choices, beginning: '5' }, start)[0]?.task).toMatchObject({ servers: 5, start: null });
  });

  it('begin with as many hunters as there are cores, within reason', () => {
    expect([0, 1, 4, 64, NaN].map((cores) => usualChoices(cores).workers)).toEqual([1, 1, 4, 8, 1]);
  });

  it('are refused when no hunt can come of them', () => {
    const usual = usualChoices(2);
    expect(wrongOf(usual)).toBeNull();
    expect(wrongOf({ ...usual, faults: [] })).toBe('faults');
    expect(wrongOf({ ...usual, seed: NaN })).toBe('seed');
    expect(wrongOf({ ...usual, workers: 9 })).toBe('workers');
    expect(wrongOf({ ...usual, mode: 'systematic', depth: 13 })).toBe('depth');
    expect(wrongOf({ ...usual, depth: 13 })).toBeNull();
    expect([nextSeed(1), nextSeed(4_294_967_295)]).toEqual([2, 0]);
  });
});

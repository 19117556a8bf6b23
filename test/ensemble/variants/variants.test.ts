/** Each variant on top of `sound`, in weather that shows it; and `sound` in the same weather. */
import { describe, expect, test } from 'vitest';
import { INVARIANTS, type InvariantName } from '../../../src/ensemble/invariantList.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { PROFILE_SOUND, PROFILES, VARIANTS, withVariants, type Profile } from '../../../src/zab/profile.ts';
import { VARIANT_LIST } from '../../../src/zab/variantList.ts';
import type { Sid } from '../../../src/base/ids.ts';
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../../src/ensemble/options.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { ask, create, inline } from '../real.ts';
import { QUICK, storm, type StormOptions } from './storm.ts';

const WEATHER = {
  cuts: { faults: ['kill', 'cut'], acts: 40 },
  restarts: { faults: ['kill', 'killAll'], acts: 40, config: { snapCount: 8 }, multis: true },
  stalls: { faults: ['kill', 'cut', 'pause'], acts: 15, calmMs: 8000, pauseMs: 150 },
  power: { faults: ['kill', 'killAll', 'powerLoss'], acts: 40, config: { snapCount: 6 }, pauseMs: 20 },
  longPower: { faults: ['kill', 'killAll', 'powerLoss'], acts: 60, calmMs: 8000, config: { snapCount: 6 }, pauseMs: 20 },
  slowCuts: { faults: ['cut', 'kill'], acts: 60, pauseMs: 200 },
  mixed: { faults: ['kill', 'powerLoss', 'pause', 'cut'], acts: 60, calmMs: 8000, pauseMs: 150 },
  disks: { faults: ['diskFull', 'kill'], acts: 40, pauseMs: 40 },
} as const satisfies Readonly<Record<string, Omit<StormOptions, 'seed'>>>;

const SHOWN: readonly (readonly [variant: string, weather: keyof typeof WEATHER, seed: number, breaks: InvariantName])[] = [
  ['ZOOKEEPER-335', 'restarts', 1, 'promises are kept'],
  ['ZOOKEEPER-1154', 'slowCuts', 17, 'sync gives the committed txns'],
  ['ZOOKEEPER-1549', 'disks', 112, 'what was cut stays cut'],
  ['ZOOKEEPER-2845', 'stalls', 92, 'applied is a prefix of committed'],
  ['ZOOKEEPER-3104', 'slowCuts', 4, 'an epoch stands on its history'],
  ['ZOOKEEPER-3127', 'restarts', 1, 'equal trees'],
  ['ZOOKEEPER-3911', 'slowCuts', 4, 'an epoch stands on its history'],
  ['ZOOKEEPER-4394', 'longPower', 103, 'commits match proposals'],
  ['ZOOKEEPER-4643', 'slowCuts', 4, 'an epoch stands on its history'],
  ['ZOOKEEPER-4646', 'slowCuts', 4, 'an epoch stands on its history'],
  ['ZOOKEEPER-4685', 'cuts', 30, 'acks match'],
  ['ZOOKEEPER-4712', 'stalls', 92, 'applied is a prefix of committed'],
  ['ZOOKEEPER-4882', 'disks', 22, 'applied is a prefix of committed'],
  ['ZOOKEEPER-4925', 'slowCuts', 17, 'sync gives the committed txns'],
  ['leader-by-sid', 'mixed', 78, 'a leader emerges'],
  ['no-trunc', 'stalls', 50, 'applied is a prefix of committed'],
  ['flush-now-and-then', 'restarts', 1, 'no acknowledged write is lost'],
];

function with1(variant: string): Profile {
  const made = withVariants(PROFILE_SOUND, [variant]);
  if (!('profile' in made)) throw new Error(`no variant ${variant}`);
  return made.profile;
}

describe('variants', () => {
  test.each(SHOWN)('%s, %s %i: %s', (variant, weather, seed, breaks) => {
    expect(storm(with1(variant), { ...WEATHER[weather], seed }).violation?.invariant).toBe(breaks);
    expect(storm(PROFILE_SOUND, { ...WEATHER[weather], seed }).violation).toBeNull();
  });

  test.each(Object.entries(VARIANTS))('%s changes a rule of sound, and names invariants that there are', (name, rules) => {
    expect(Object.entries(rules).some(([rule, value]) => PROFILE_SOUND[rule as keyof Profile] !== value)).toBe(true);
    expect(VARIANT_LIST[name]?.breaks.filter((broken) => !(broken in INVARIANTS))).toEqual([]);
  });

  test('the list tells of each', () => expect(Object.keys(VARIANT_LIST)).toEqual(Object.keys(VARIANTS)));
});

/** Three servers under a profile, and what is done to them. */
function small(profile: Profile): {
  readonly give: (...commands: readonly Command[]) => void;
  readonly run: (ms: number) => string | null;
} {
  const config = { ...configOf([1, 2, 3]), ...QUICK, profile };
  const ensemble = new Ensemble({ ...DEFAULT_OPTIONS, config }, inline(), { observers: [new Invariants(config)] });
  return {
    give: (...commands) => commands.forEach((command) => ensemble.command(command)),
    run: (ms) => {
      ensemble.run({ untilMs: ensemble.now + ms });
      const said = ensemble.trace.find(({ what }) => what.type === 'violation')?.what;
      return said?.type === 'violation' ? said.invariant : null;
    },
  };
}
const all = (type: 'start' | 'kill', sids: readonly Sid[]): Command[] => sids.map((sid) => ({ type, sid }));
const CLIENT: Command = { type: 'connect', client: 1, servers: [1, 2] };
const WRITE = ask(1, create('/a'));

describe('liveness', () => {
  /** Server 3 is down, and there is a write. */
  const oneDown = (profile: Profile): string | null => {
    const { give, run } = small(profile);
    give(...all('start', [1, 2, 3]), CLIENT);
    run(2_000);
    give({ type: 'kill', sid: 3 });
    run(2_000);
    give(WRITE);
    return run(20_000);
  };

  test('commit-needs-all: one follower down, and nothing is committed any more', () => {
    expect(oneDown(with1('commit-needs-all'))).toBe('requests are answered');
    expect(oneDown(PROFILE_SOUND)).toBeNull();
  });
});

describe('in a scenario', () => {
  const read = (variants: readonly string[]): Profile => parseScenario({ servers: 3, profile: 'sound', variants }, 'test').profile;

  test('variants lie on top of the profile', () => {
    expect(read(['ZOOKEEPER-4643', 'no-trunc'])).toMatchObject({
      newLeaderOrder: 'epochThenHistory',
      rollback: 'never',
      diffZxid: 'stays',
    });
    expect(read([])).toBe(PROFILES['sound']);
  });
  test('one that does not exist is refused', () => {
    expect(() => read(['ZOOKEEPER-1'])).toThrow(/variants\[0\].*there is no variant "ZOOKEEPER-1"/);
  });
  test('two that change one rule in different ways are refused', () => {
    expect(() => read(['ZOOKEEPER-4643', 'ZOOKEEPER-4646'])).toThrow(/variants\[1\].*both change the rule "newLeaderOrder"/);
  });
});

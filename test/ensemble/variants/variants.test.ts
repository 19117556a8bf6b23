/** What a variant is; what each breaks is shown in `shown.test.ts`. */
import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../../../src/ensemble/invariantList.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { PROFILE_SOUND, PROFILES, VARIANTS, withVariants, type Profile } from '../../../src/zab/profile.ts';
import { VARIANT_LIST } from '../../../src/zab/variantList.ts';
import type { Sid } from '../../../src/base/ids.ts';
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../../src/ensemble/options.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { ask, create, inline, QUICK } from '../real.ts';

function with1(variant: string): Profile {
  const made = withVariants(PROFILE_SOUND, [variant]);
  if (!('profile' in made)) throw new Error(`no variant ${variant}`);
  return made.profile;
}

describe('variants', () => {
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

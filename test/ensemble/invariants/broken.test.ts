/** Every invariant is violated by running servers with a broken rule, and by nothing when the rule is whole. */
import { describe, expect, test } from 'vitest';
import { INVARIANTS, isLeftToConsequences, type InvariantName } from '../../../src/ensemble/invariantList.ts';
import { PROFILE_3_8_0, PROFILE_3_8_6, PROFILES, PROFILE_SOUND, withVariants } from '../../../src/zab/profile.ts';
import { violationText } from '../../../src/trace/findings/words.ts';
import { eventName, play, type Found, type Setting } from './broken.ts';
import { ROWS, type Row } from './breaks.ts';
import { newEpochForLaggard } from './stories.ts';

function withVariant(setting: Setting, name: string): Setting {
  const made = withVariants(PROFILE_SOUND, [name]);
  if (!('profile' in made)) throw new Error(`no variant ${name}`);
  return { ...setting, profile: made.profile };
}

function broken({ by, setting = {}, story }: Row): readonly Found[] {
  return typeof by === 'string' ? play(null, withVariant(setting, by), story) : play(by(), setting, story);
}

describe('a broken rule', () => {
  test.each(ROWS.map((row) => [row.rule, row.breaks, row] as const))('%s: %s', (_rule, name, row) => {
    const first = broken(row).find(({ invariant }) => row.setting?.after?.includes(invariant as InvariantName) !== true);
    expect(first?.invariant).toBe(name);
    expect(first?.source).toBe(INVARIANTS[name].source);
    expect(first === undefined ? '' : violationText(first, 'en')).toMatch(row.says);
    expect(first === undefined ? '' : eventName(first.at)).toMatch(row.at);
  });

  test.each(ROWS.map((row) => [row.rule, row] as const))('not %s: nothing is violated', (_rule, row) => {
    expect(play(null, row.setting ?? {}, row.story)).toEqual([]);
  });

  test('there is one for every invariant', () => {
    expect(new Set(ROWS.map((row) => row.breaks))).toEqual(new Set(Object.keys(INVARIANTS)));
  });
});

describe('what a release breaks in the course of its normal work is left to its consequences', () => {
  const left = (profile: (typeof PROFILES)[string]): readonly string[] =>
    Object.keys(INVARIANTS).filter((name) => isLeftToConsequences(name as InvariantName, profile));
  const late = ['a history ascends', 'proposals follow one another', 'commits match proposals'];

  test('3.8.0 and 3.8.6, and no other profile', () => {
    expect(left(PROFILE_3_8_0)).toEqual(
      expect.arrayContaining(['committed is durable', 'an epoch stands on its history', 'acks match', ...late]),
    );
    expect(left(PROFILE_3_8_0)).toHaveLength(6);
    expect([...left(PROFILE_3_8_6)].sort()).toEqual([...late].sort());
    for (const name of ['3.9.3', 'current', 'sound']) expect(left(PROFILES[name] ?? PROFILE_3_8_0)).toEqual([]);
  });

  test('3.8.0 acknowledges an epoch before its history is on the disk, and the run goes on', () => {
    expect(play(null, { profile: PROFILE_3_8_0 }, newEpochForLaggard)).toEqual([]);
    const [found] = play(null, { profile: { ...PROFILE_3_8_0, name: '3.8.0, checked' } }, newEpochForLaggard);
    expect(found?.invariant).toBe('an epoch stands on its history');
  });
});

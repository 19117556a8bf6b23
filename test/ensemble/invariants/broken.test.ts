/** Every invariant is violated by running servers with a broken rule, and by nothing when the rule is whole. */
import { describe, expect, test } from 'vitest';
import { INVARIANTS, type InvariantName } from '../../../src/ensemble/invariantList.ts';
import { PROFILE_SOUND, withVariants } from '../../../src/zab/profile.ts';
import { eventName, play, type Found, type Setting } from './broken.ts';
import { ROWS, type Row } from './breaks.ts';

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
    expect(first?.sentence).toMatch(row.says);
    expect(first?.sentence).toContain(INVARIANTS[name].says);
    expect(first === undefined ? '' : eventName(first.at)).toMatch(row.at);
  });

  test.each(ROWS.map((row) => [row.rule, row] as const))('not %s: nothing is violated', (_rule, row) => {
    expect(play(null, row.setting ?? {}, row.story)).toEqual([]);
  });

  test('there is one for every invariant', () => {
    expect(new Set(ROWS.map((row) => row.breaks))).toEqual(new Set(Object.keys(INVARIANTS)));
  });
});

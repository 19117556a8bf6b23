/** The rules that keep the rooms apart are themselves shown to work: a wrong import fails, a right one does not. */
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';

interface CruiserConfig extends IFlattenedRuleSet {
  readonly options: Record<string, unknown>;
}
const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as CruiserConfig;
const TREE = 'test/house/fixtures/arrows/src';

describe('an import against the arrows', () => {
  let found: readonly string[] = [];
  beforeAll(async () => {
    const { options, ...ruleSet } = config;
    const { output } = await cruise([TREE], { ...options, exclude: { path: '^$' }, validate: true, ruleSet });
    found = (output as ICruiseResult).summary.violations.map(({ rule, from }) => `${rule.name}: ${from.replace(`${TREE}/`, '')}`);
  });

  test.each([
    'arrows-tree: tree/importsFromAbove.ts',
    'trace-knows-only-types: trace/importsCode.ts',
    'screen-stays-on-top: base/importsD3.ts',
    'machines-stay-in-zab: zab/importsXstate.ts',
    'no-cycles: store/cycleA.ts',
  ])('is found: %s', (violation) => {
    expect(found).toContain(violation);
  });

  test('and the types of a room below are free to use', () => {
    expect(found.filter((line) => line.includes('importsTypes'))).toEqual([]);
  });
});

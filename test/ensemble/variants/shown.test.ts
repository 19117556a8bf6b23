/** One run for each variant, found by exploration and made small: it breaks an invariant under `sound` with the variant, and none without. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INVARIANTS } from '../../../src/ensemble/invariantList.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { runScenario } from '../../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { VARIANTS } from '../../../src/zab/profile.ts';
import { inline } from '../real.ts';

/** As `npm run hunt -- --keep test/ensemble/variants/shown` writes them. */
const FOLDER = new URL('shown/', import.meta.url);
/** The shown run of a variant; its title is the invariant that it breaks. */
interface Shown {
  readonly title: string;
  readonly profile: string;
  readonly variants: readonly string[];
}

const shown = readdirSync(FOLDER).map((file): readonly [string, Shown] => [
  file.replace(/\.json$/, ''),
  JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Shown,
]);

/** The first invariant that a scenario breaks. */
async function brokenBy(scenario: object): Promise<string | null> {
  const parsed = parseScenario(scenario, 'shown');
  const { ensemble } = await runScenario(parsed, inline(), { observers: [new Invariants(parsed.config)] });
  const said = ensemble.trace.find(({ what }) => what.type === 'violation')?.what;
  return said?.type === 'violation' ? said.invariant : null;
}

/** The first is shown in `explore/found`; the second cannot come about here: see "Left out" in `docs/fidelity.md`. */
const ELSEWHERE = ['ack-of-the-cut', 'ZOOKEEPER-5094'];

it('every variant is shown', () => {
  expect([...shown.map(([variant]) => variant), ...ELSEWHERE].sort()).toEqual(Object.keys(VARIANTS).sort());
});

describe.each(shown)('%s', (variant, scenario) => {
  it('is a variant on top of sound, and breaks an invariant that there is', () => {
    expect(Object.keys(VARIANTS)).toContain(variant);
    expect(scenario).toMatchObject({ profile: 'sound', variants: [variant] });
    expect(Object.keys(INVARIANTS)).toContain(scenario.title);
  });

  it(`breaks: ${scenario.title}`, async () => {
    expect(await brokenBy(scenario)).toBe(scenario.title);
  });

  it('breaks nothing under plain sound', async () => {
    expect(await brokenBy({ ...scenario, variants: [] })).toBeNull();
  });
});

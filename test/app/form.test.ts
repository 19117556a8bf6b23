/** The form for a new ensemble: what is wrong is said where it is, and what is right is a scenario. */
import { expect, test } from 'vitest';
import { en } from '../../src/app/i18n/en.ts';
import { zh } from '../../src/app/i18n/zh.ts';
import { checkForm, DEFAULT_FORM, quorumOf, scenarioOfForm, type Field } from '../../src/app/menu/form.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { isQuorum } from '../../src/zab/quorum.ts';

test('the form begins correct', () => {
  expect(checkForm(DEFAULT_FORM, en)).toEqual({});
});

test.each<[Field, string]>([
  ['servers', '0'],
  ['servers', '10'],
  ['servers', 'five'],
  ['servers', ''],
  ['observers', '5'],
  ['observers', '-1'],
  ['seed', '1.5'],
  ['seed', '4294967296'],
  ['tickTime', '9'],
  ['initLimit', '0'],
  ['syncLimit', '0'],
  ['snapCount', '1'],
  ['latencyFrom', '-1'],
  ['latencyTo', '0.1'],
  ['latencyTo', '99999'],
  ['weights', '1 2'],
  ['weights', '0 0 0 0 0'],
  ['weights', '1 1 x 1 1'],
])('%s "%s" is refused at that field, in both languages', (field, text) => {
  for (const t of [en, zh]) {
    const wrong = checkForm({ ...DEFAULT_FORM, [field]: text }, t);
    expect(Object.keys(wrong)).toEqual([field]);
    expect(wrong[field]).not.toBe('');
  }
});

test('a correct form is a scenario', () => {
  const scenario = parseScenario(
    scenarioOfForm({
      ...DEFAULT_FORM,
      servers: '7',
      observers: '2',
      seed: '42',
      tickTime: '200',
      latencyFrom: '1',
      latencyTo: '5',
      profile: '3.8.0',
    }),
    'form',
  );
  expect(scenario.members.map(({ type }) => type)).toEqual([...Array<string>(5).fill('participant'), 'observer', 'observer']);
  expect(scenario).toMatchObject({ seed: 42, latency: { meanMs: 3, jitterMs: 2 } });
  expect(scenario.config).toMatchObject({ tickTimeMs: 200, profile: { name: '3.8.0' } });
});

test('weights decide the quorum', () => {
  const values = { ...DEFAULT_FORM, servers: '3', weights: '1, 1 3' };
  expect(checkForm(values, en)).toEqual({});
  const { config } = parseScenario(scenarioOfForm(values), 'form');
  expect(isQuorum(config, [3])).toBe(true);
  expect(isQuorum(config, [1, 2])).toBe(false);
  expect(quorumOf(values)).toEqual({ need: 3, of: 5 });
});

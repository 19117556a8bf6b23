/** The ready scenarios, in the order of the menu: simple before surprising. */
import type { ScenarioText } from '../../ensemble/scenarioWorld.ts';
import type { Language } from '../i18n/i18n.svelte.ts';
import { SCENARIOS } from '../../ensemble/scenarios/index.ts';

export interface ReadyScenario {
  readonly name: string;
  readonly texts: { readonly en?: ScenarioText; readonly zh?: ScenarioText };
  /** The whole scenario, as `parseScenario` takes it. */
  readonly scenario: unknown;
}

interface Told {
  readonly texts?: ReadyScenario['texts'];
}

export const CATALOGUE: readonly ReadyScenario[] = Object.entries(SCENARIOS).map(([name, scenario]) => ({
  name,
  texts: (scenario as Told).texts ?? {},
  scenario,
}));

export function titleOf({ texts, name }: ReadyScenario, language: Language): string {
  return texts[language]?.title ?? texts.en?.title ?? name;
}

export function sentenceOf({ texts }: ReadyScenario, language: Language): string {
  return texts[language]?.text ?? texts.en?.text ?? '';
}

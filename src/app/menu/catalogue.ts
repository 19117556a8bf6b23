/** The ready scenarios, in the order of the menu: simple before surprising. */
import type { ScenarioText } from '../../ensemble/scenario.ts';
import type { Language } from '../i18n/i18n.svelte.ts';
import { FIRST_SCENARIO } from './ready.ts';

export interface ReadyScenario {
  readonly name: string;
  readonly texts: { readonly en?: ScenarioText; readonly zh?: ScenarioText };
  /** The whole scenario, as `parseScenario` takes it. */
  readonly scenario: unknown;
}

interface Named {
  readonly name: string;
  readonly order?: number;
  readonly texts?: ReadyScenario['texts'];
}

const files = import.meta.glob<Named>('../../ensemble/scenarios/*.json', { eager: true, import: 'default' });

const first: ReadyScenario = { name: (FIRST_SCENARIO as Named).name, texts: (FIRST_SCENARIO as Named).texts ?? {}, scenario: FIRST_SCENARIO };

export const CATALOGUE: readonly ReadyScenario[] = [
  first,
  ...Object.values(files)
    .filter(({ name }) => name !== first.name)
    .toSorted((a, b) => (a.order ?? 100) - (b.order ?? 100) || a.name.localeCompare(b.name))
    .map((scenario) => ({ name: scenario.name, texts: scenario.texts ?? {}, scenario })),
];

export function titleOf({ texts, name }: ReadyScenario, language: Language): string {
  return texts[language]?.title ?? texts.en?.title ?? name;
}

export function sentenceOf({ texts }: ReadyScenario, language: Language): string {
  return texts[language]?.text ?? texts.en?.text ?? '';
}

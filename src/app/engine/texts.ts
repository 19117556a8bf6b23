/** What a run is called and what to look at in it, in the languages that it knows. */
import type { Scenario, ScenarioText } from '../../ensemble/scenarioWorld.ts';

export type Texts = { readonly en?: ScenarioText | undefined; readonly zh?: ScenarioText | undefined };

/** What a scenario says of itself; its title at least. */
export function textsOf({ texts, title }: Scenario): Texts {
  return texts.en === undefined ? { en: { title } } : texts;
}

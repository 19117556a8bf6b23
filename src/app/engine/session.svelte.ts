/** Which run is on screen, and how another one gets there. What runs is kept until the new one is known to be good. */
import type { Scenario, ScenarioText } from '../../ensemble/scenarioWorld.ts';
import type { Language } from '../i18n/i18n.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { Emitter } from './emitter.ts';
import { Run } from './run.svelte.ts';

/** A scenario that could not be opened: what, where in it, and what was expected. */
export interface Refusal {
  readonly source: string;
  readonly path: string;
  readonly message: string;
}

export type Texts = { readonly en?: ScenarioText | undefined; readonly zh?: ScenarioText | undefined };

export class Session {
  run = $state.raw<Run | null>(null);
  texts = $state.raw<Texts>({});
  name = $state('');
  refusal = $state.raw<Refusal | null>(null);
  private readonly emitter = new Emitter<'load'>();

  titleIn(language: Language): string {
    return this.texts[language]?.title ?? this.texts.en?.title ?? this.name;
  }

  /** What to look at, as the scenario says. */
  hintIn(language: Language): string | null {
    return this.texts[language]?.watch ?? this.texts.en?.watch ?? null;
  }

  onLoad(listener: (run: Run) => void): void {
    this.emitter.on('load', (run) => listener(run as Run));
  }

  /** The first run of the page. */
  async begin(): Promise<void> {
    // Checked when the page was built, so that the first ensemble does not wait for the checker.
    const [{ startEngine }, { given, scenario }] = await Promise.all([import('./launch.ts'), import('virtual:scenario/first-election')]);
    // Somebody was faster, and asked for another ensemble.
    if (this.run !== null) return;
    this.show(new Run(scenario.name, startEngine(scenario, given)), textsOf(scenario));
  }

  /**
   * Replaces the run by a scenario's, for the person: if that cannot be, the page shows why.
   *
   * @param source file name or whatever names the scenario in messages.
   * @returns whether it was loaded; if not, `refusal` says why and the old run goes on.
   */
  async load(scenario: unknown, source: string): Promise<boolean> {
    this.refusal = await this.replace(scenario, source);
    return this.refusal === null;
  }

  /** Replaces the run by a scenario's. @returns why it could not be (the old run then goes on, and the page shows nothing), or null. */
  async replace(scenario: unknown, source: string): Promise<Refusal | null> {
    const [{ startEngine }, { checkScenario }] = await Promise.all([import('./launch.ts'), import('./check.ts')]);
    const checked = checkScenario(scenario, source);
    if ('refusal' in checked) return checked.refusal;
    this.show(new Run(checked.scenario.name, startEngine(checked.scenario, scenario)), textsOf(checked.scenario));
    return null;
  }

  async openFile(file: File): Promise<boolean> {
    try {
      return await this.load(JSON.parse(await file.text()), file.name);
    } catch (error) {
      this.refusal = {
        source: file.name,
        path: '',
        message: error instanceof SyntaxError ? `this is not JSON: ${error.message}` : String(error),
      };
      return false;
    }
  }

  private show(run: Run, texts: Texts): void {
    this.run?.dispose();
    this.run = run;
    this.name = run.name;
    this.texts = texts;
    this.refusal = null;
    ui.select(null);
    ui.acts = 0;
    ui.cutFrom = null;
    this.emitter.emit('load', run);
  }
}

/** What a scenario says of itself; its title at least. */
function textsOf({ texts, title }: Scenario): Texts {
  return texts.en === undefined ? { en: { title } } : texts;
}

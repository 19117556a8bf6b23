/** Which run is on screen, and how another one gets there. What runs is kept until the new one is known to be good. */
import type { GivenTrace } from '../share/recorded.ts';
import type { Language } from '../i18n/i18n.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { Emitter } from './emitter.ts';
import type { RunSource } from './engine.ts';
import { Run } from './run.svelte.ts';
import { textsOf, type Texts } from './texts.ts';

/** A scenario that could not be opened: what, where in it, and what was expected. */
export interface Refusal {
  readonly source: string;
  readonly path: string;
  readonly message: string;
}

/** Something about the run that the person should know, or may want. */
export type Notice =
  /** This release plays an opened run differently, up to event `n`; or its ready scenario has changed. */
  | { readonly kind: 'differs'; readonly n: number | null; readonly changed: boolean }
  /** A long run is being played again. */
  | { readonly kind: 'opening'; readonly done: number; readonly of: number; readonly cancel: () => void }
  /** A run from before the page was loaded can be continued. */
  | { readonly kind: 'offer'; readonly id: string; readonly name: string; readonly commands: number }
  /** The run was read from logs; or it goes on from such a one. */
  | { readonly kind: 'recorded' }
  | { readonly kind: 'runOn' };

export class Session {
  run = $state.raw<Run | null>(null);
  texts = $state.raw<Texts>({});
  name = $state('');
  refusal = $state.raw<Refusal | null>(null);
  notice = $state.raw<Notice | null>(null);
  /** What the run was opened from: a ready scenario's or lesson's name, a file's. */
  opened = '';
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
    this.show(new Run(scenario.name, await startEngine(scenario, given)), textsOf(scenario), scenario.name);
  }

  /**
   * Replaces the run by a scenario's, for the person: if that cannot be, the page shows why.
   *
   * @param source file name or whatever names the scenario in messages.
   * @param disks what servers have on their disks at the start; others have nothing.
   * @returns whether it was loaded; if not, `refusal` says why and the old run goes on.
   */
  async load(scenario: unknown, source: string, disks?: RunSource['disks']): Promise<boolean> {
    this.refusal = await this.replace(scenario, source, disks);
    return this.refusal === null;
  }

  /** Replaces the run by a scenario's. @returns why it could not be (the old run then goes on, and the page shows nothing), or null. */
  async replace(scenario: unknown, source: string, disks?: RunSource['disks']): Promise<Refusal | null> {
    const [{ startEngine }, { checkScenario }] = await Promise.all([import('./launch.ts'), import('./check.ts')]);
    const checked = checkScenario(scenario, source);
    if ('refusal' in checked) return checked.refusal;
    this.show(
      new Run(checked.scenario.name, await startEngine(checked.scenario, scenario, undefined, disks)),
      textsOf(checked.scenario),
      source,
    );
    return null;
  }

  /** Opens what a person dropped, chose or pasted. @returns whether there is something new on screen; if not, the page says why. */
  async openFiles(files: readonly (File | FileSystemEntry)[]): Promise<boolean> {
    return (await import('../share/files.ts')).openFiles(this, files);
  }

  /** Shows a trace that was not made here. See `share/recorded.ts`. */
  async showTrace(name: string, trace: GivenTrace): Promise<Run> {
    return (await import('../share/recorded.ts')).showTrace(this, name, trace);
  }

  /** Builds an ensemble in the state that the trace on screen has at event `n`, and shows it instead. Does nothing when the run was made here. */
  async runOnFrom(n: number): Promise<void> {
    await this.run?.runOn?.(n);
  }

  /** Puts another run on screen; the one before ends. */
  show(run: Run, texts: Texts, opened: string): void {
    this.run?.dispose();
    this.run = run;
    this.name = run.name;
    this.texts = texts;
    this.opened = opened;
    this.refusal = null;
    this.notice = null;
    ui.select(null);
    ui.acts = 0;
    ui.cutFrom = null;
    this.emitter.emit('load', run);
  }
}

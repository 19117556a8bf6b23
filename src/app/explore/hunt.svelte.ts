/** The hunt of this page. It outlives the panel's tab, and the run on screen: one looks around meanwhile. */
import { ALL_BRANCHES } from '../../ensemble/explore/branches.ts';
import type { PlainScenario } from '../../ensemble/explore/plain.ts';
import type { Violation } from '../../ensemble/explore/play.ts';
import type { Session } from '../engine/session.svelte.ts';
import { rulesOf } from '../menu/rules.ts';
import { jobsOf, nextSeed, usualChoices, type Choices } from './choices.ts';
import { grown, type Point } from './curve.ts';
import { Pack, type Find } from './pack.ts';

export type Phase = 'choosing' | 'hunting' | 'shrinking' | 'found' | 'nothing' | 'failed';

export interface Figures {
  readonly runs: number;
  readonly events: number;
  readonly states: number;
  readonly branches: number;
  /** Branches that were never taken: see `ALL_BRANCHES`. */
  readonly never: readonly string[];
  /** How long it has hunted, ms. */
  readonly ms: number;
}

/** What is being made smaller. */
export interface Shrinking {
  readonly violation: Violation;
  readonly from: number;
  readonly to: number;
  readonly tries: number;
  /** Nothing more is left out: it is played once more. */
  readonly ending: boolean;
}

const NONE: Figures = { runs: 0, events: 0, states: 0, branches: 0, never: ALL_BRANCHES, ms: 0 };
/** How often the figures are looked at, ms. */
const LOOK_MS = 250;

export class Hunting {
  choices = $state.raw<Choices>(usualChoices(navigator.hardwareConcurrency));
  phase = $state<Phase>('choosing');
  figures = $state.raw<Figures>(NONE);
  curve = $state.raw<readonly Point[]>([]);
  shrinking = $state.raw<Shrinking | null>(null);
  find = $state.raw<Find | null>(null);
  /** Why it failed, as far as anybody knows. */
  failure = $state('');
  /** Somebody had enough before the time was over. */
  stopped = $state(false);
  #chosen = false;
  #scenario: PlainScenario | null = null;
  #pack: Pack | null = null;
  #startedAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  choose(some: Partial<Choices>): void {
    this.#chosen = true;
    this.choices = { ...this.choices, ...some };
  }

  /** Begins with the rules of the run on screen, as long as nobody has chosen others. */
  suggest(rules: string): void {
    if (!this.#chosen) this.choices = { ...this.choices, ...rulesOf(rules) };
  }

  /** @param scenario the one on screen; null when no hunt can begin with it. */
  start(scenario: PlainScenario | null): void {
    this.#pack?.dispose();
    this.#scenario = scenario;
    this.figures = NONE;
    this.curve = [{ at: 0, value: 0 }];
    this.shrinking = null;
    this.find = null;
    this.failure = '';
    this.stopped = false;
    this.phase = 'hunting';
    this.#startedAt = performance.now();
    this.#pack = new Pack(jobsOf(this.choices, scenario), {
      found: (violation, commands) => this.#found(violation, commands),
      shrinking: (commands, tries) => {
        if (this.shrinking !== null) this.shrinking = { ...this.shrinking, to: commands, tries };
      },
      ending: () => {
        if (this.shrinking !== null) this.shrinking = { ...this.shrinking, ending: true };
      },
      nothing: () => this.#end('nothing'),
      signed: (find) => {
        this.find = find;
        this.#end('found');
      },
      failed: (message) => {
        this.failure = message;
        this.#end('failed');
      },
    });
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The same hunt with another seed. */
  goOn(): void {
    this.choices = { ...this.choices, seed: nextSeed(this.choices.seed) };
    this.start(this.#scenario);
  }

  /** The same hunt once more. */
  again(): void {
    this.start(this.#scenario);
  }

  stop(): void {
    this.stopped = true;
    this.#pack?.stop();
  }

  /** Back to what is hunted, with some choices made. A hunt that is under way ends. */
  change(some: Partial<Choices> = {}): void {
    this.#pack?.dispose();
    clearInterval(this.#timer);
    this.choose(some);
    this.phase = 'choosing';
  }

  #found(violation: Violation, commands: number): void {
    this.#look();
    clearInterval(this.#timer);
    this.shrinking = { violation, from: commands, to: commands, tries: 0, ending: false };
    this.phase = 'shrinking';
  }

  #end(phase: Phase): void {
    if (this.phase === 'hunting') this.#look();
    clearInterval(this.#timer);
    this.phase = phase;
  }

  #look(): void {
    if (this.#pack === null) return;
    const { runs, events, states, branches, never } = this.#pack.tally;
    const ms = performance.now() - this.#startedAt;
    this.figures = { runs, events, states, branches, never, ms };
    this.curve = grown(this.curve, { at: ms, value: states });
  }
}

export const hunting = new Hunting();

/** What is on screen as the start of a hunt; null when it was not made by a scenario alone. */
export function scenarioOnScreen({ run }: Session): PlainScenario | null {
  const source = run?.source ?? null;
  if (source === null || source.disks.size > 0 || typeof source.scenario !== 'object') return null;
  return source.scenario as PlainScenario | null;
}

/** A lesson as data: what the page shows and the test walks. Made from a folder of `lessons/` by `compile/`. */
import type { Command } from '../ensemble/types.ts';
import type { Ask, Claim } from '../trace/claim/parse.ts';

export type Language = 'en' | 'zh';
export const LESSON_LANGUAGES = ['en', 'zh'] as const satisfies readonly Language[];

/** A run of text, or a number quoted from the trace. */
export type Inline = { readonly text: string; readonly mark: 'plain' | 'strong' | 'em' | 'code' } | { readonly quote: Ask };

export type Block =
  | { readonly block: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly block: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] };

/** What "do it for me" does, in order. */
export type Act =
  | { readonly act: 'command'; readonly command: Command }
  /** Lets time pass until the claim holds. */
  | { readonly act: 'wait'; readonly until: Claim }
  /** Puts the playhead on the first moment at which the claim holds. */
  | { readonly act: 'seek'; readonly to: Claim };

/** An experiment: predicted first, then done, and decided by the trace. */
export interface Experiment {
  /** Which choice of the prediction is right, from 0. */
  readonly right: number;
  readonly acts: readonly Act[];
  /** Holds at the playhead when the experiment is done. */
  readonly check: Claim;
}

export interface Step {
  readonly id: string;
  readonly experiment: Experiment | null;
}

export interface Choice {
  readonly text: readonly Inline[];
  /** Why it is right or wrong. */
  readonly answer: readonly Inline[];
}

/** A step in one language. `predict`, `task` and `then` are there exactly if the step has an experiment. */
export interface StepText {
  readonly title: string;
  readonly intro: readonly Block[];
  readonly predict: { readonly question: readonly Block[]; readonly choices: readonly Choice[] } | null;
  readonly task: readonly Block[];
  readonly then: readonly Block[];
}

export interface LessonText {
  readonly title: string;
  readonly summary: string;
  readonly steps: readonly StepText[];
}

export interface Lesson {
  /** The folder's name. */
  readonly id: string;
  /** How long it takes, about. */
  readonly minutes: number;
  /** ZooKeeper's words that it explains. */
  readonly terms: readonly string[];
  /** Where ZooKeeper does what is shown: Java classes and methods. */
  readonly source: string;
  /** As in the folder; `parseScenario` has accepted it. */
  readonly scenario: unknown;
  readonly steps: readonly Step[];
  readonly texts: Readonly<Record<Language, LessonText>>;
}

/** What a menu of lessons needs. */
export interface LessonCard {
  readonly id: string;
  readonly minutes: number;
  readonly steps: number;
  readonly texts: Readonly<Record<Language, { readonly title: string; readonly summary: string }>>;
}

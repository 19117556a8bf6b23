/** What stands behind a decision: its rule, the numbers it compared, and its source. */
import type { Sid } from '../base/ids.ts';
import type { Decision, RuleId } from '../zab/types.ts';
import type { DecisionOf, Language } from './narrate/language.ts';
import { NUMBERS } from './narrate/numbers.ts';
import { REASONS } from './narrate/reasons.ts';
import { SOURCES } from './narrate/sources.ts';
import type { RuleSource } from './narrate/sources.ts';
import { sentenceOf } from './narrate.ts';

export interface Explanation {
  readonly sentence: string;
  /** The rule in words. */
  readonly rule: string;
  /** What was compared; either side may be empty text. */
  readonly numbers: readonly (readonly [label: string, theirs: string, mine: string])[];
  readonly source: RuleSource;
}

/** Why server `sid` decided as it did. */
export function explain(decision: Decision, sid: Sid, language: Language): Explanation {
  const { labels, rules } = REASONS[language.code];
  const numbers = NUMBERS[decision.rule] as (decision: DecisionOf<RuleId>) => ReturnType<(typeof NUMBERS)[RuleId]>;
  return {
    sentence: sentenceOf(decision, sid, language),
    rule: rules[decision.rule],
    numbers: numbers(decision).map(([label, theirs, mine]) => [labels[label], theirs, mine] as const),
    source: SOURCES[decision.rule],
  };
}

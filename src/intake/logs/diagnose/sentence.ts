/** A finding in the words of a reader's language. */
import type { Finding } from '../model.ts';
import { findingsEn } from './en.ts';
import type { FindingLanguage, FindingRule, Wording } from './words.ts';
import { wordsOf } from './words.ts';
import { findingsZh } from './zh.ts';

export type FindingLanguageCode = 'en' | 'zh';

const LANGUAGES: Readonly<Record<FindingLanguageCode, FindingLanguage>> = { en: findingsEn, zh: findingsZh };

/** What was found, in one or two sentences of plain text; one that is not certain says so, and why. */
export function sentenceOfFinding(finding: Finding, language: FindingLanguageCode): string {
  const wording = wordingOf(finding, language);
  if (wording === null) return finding.rule;
  const words = wordsOf(finding);
  const { unsure, gap } = LANGUAGES[language];
  const sentence = wording.sentence(words);
  return finding.certainty === 'certain' ? sentence : `${sentence}${gap}${wording.unsure?.(words) ?? unsure}`;
}

/** What to do about it, in one sentence of plain text. */
export function adviceOfFinding(finding: Finding, language: FindingLanguageCode): string {
  return wordingOf(finding, language)?.advice(wordsOf(finding)) ?? '';
}

/** Null for a finding of a later version that this one has no words for. */
function wordingOf(finding: Finding, language: FindingLanguageCode): Wording | null {
  const { rules } = LANGUAGES[language];
  return Object.hasOwn(rules, finding.rule) ? rules[finding.rule as FindingRule] : null;
}

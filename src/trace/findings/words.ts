/** What does not hold, in words. Loaded where somebody is told of it, not with the page. */
import type { Breach, Deed } from '../../ensemble/breach.ts';
import { guaranteeName } from '../guarantees.ts';
import type { Lang, Language } from '../narrate/language.ts';
import { findingsEn } from './en.ts';
import type { FindingTexts } from './texts.ts';
import { findingsZh } from './zh.ts';

const FINDINGS: Readonly<Record<Lang, FindingTexts>> = { en: findingsEn, zh: findingsZh };

/** What a violation consists of, in an event, a view, or a report of a hunt. */
export interface BrokenGuarantee {
  readonly invariant: string;
  readonly breach: Breach;
  readonly known: readonly string[];
}

/** A guarantee that the person made void. */
export interface VoidedGuarantee {
  readonly breach: Breach;
  readonly after: readonly Deed[];
}

/** What was found, what should have been, and which known defects may be the cause: plain text of a few sentences. */
export function violationText({ invariant, breach, known }: BrokenGuarantee, lang: Lang): string {
  const texts = FINDINGS[lang];
  const sentences = [breachText(breach, texts)];
  const says: string | undefined = Object.hasOwn(texts.says, invariant) ? texts.says[invariant as keyof FindingTexts['says']] : undefined;
  if (says !== undefined) sentences.push(says);
  if (known.length > 0) sentences.push(texts.known(known));
  return sentences.join(texts.space);
}

/** What was found, and what the person did that makes it nobody's fault. */
export function voidText({ breach, after }: VoidedGuarantee, lang: Lang): string {
  const texts = FINDINGS[lang];
  const deeds = after.map((deed) => (texts.deeds[deed.kind] as (deed: Deed) => string)(deed));
  return [breachText(breach, texts), texts.promised(deeds)].join(texts.space);
}

/** A language that tells findings in full, made of one that can only say that there are some. */
export function withFindings(language: Language): Language {
  const { code, world } = language;
  const { broken, void: voided } = FINDINGS[code];
  return {
    ...language,
    world: {
      ...world,
      violation: (event) => broken(guaranteeName(event.invariant, code), violationText(event, code)),
      guaranteeVoid: (event) => voided(guaranteeName(event.guarantee, code), voidText(event, code)),
    },
  };
}

function breachText(breach: Breach, { breaches }: FindingTexts): string {
  return (breaches[breach.kind] as (breach: Breach) => string)(breach);
}

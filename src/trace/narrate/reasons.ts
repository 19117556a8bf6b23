import { reasonsEn } from './enReasons.ts';
import type { Lang, Reasons } from './language.ts';
import { reasonsZh } from './zhReasons.ts';

/** Rules and answers to "why?", by language. */
export const REASONS: Readonly<Record<Lang, Reasons>> = { en: reasonsEn, zh: reasonsZh };

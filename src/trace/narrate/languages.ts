import { en } from './en.ts';
import type { Lang, Language } from './language.ts';
import { zh } from './zh.ts';

/** Every language that the trace speaks. */
export const LANGUAGES: Readonly<Record<Lang, Language>> = { en, zh };

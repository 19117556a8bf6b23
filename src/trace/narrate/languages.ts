import { withFindings } from '../findings/words.ts';
import { en } from './en.ts';
import type { Lang, Language } from './language.ts';
import { zh } from './zh.ts';

/** Every language that the trace speaks, for those who need them all at hand. The page loads only the one it shows. */
export const LANGUAGES: Readonly<Record<Lang, Language>> = { en: withFindings(en), zh: withFindings(zh) };

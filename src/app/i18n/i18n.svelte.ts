/** The language of the page: the browser's by default, the reader's choice after that. */
import { en, type Dictionary } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh';

const dictionaries: Readonly<Record<Language, Dictionary>> = { en, zh };

class I18n {
  language = $state<Language>('en');
  /** Every text of the page, in the current language. */
  readonly t: Dictionary = $derived(dictionaries[this.language]);
}

export const i18n = new I18n();

/** The language to start with: what was chosen before, else what the browser asks for. */
export function preferredLanguage(stored: string | null, wanted: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh') return stored;
  const first = wanted.find((tag) => /^(en|zh)\b/i.test(tag));
  return first?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}

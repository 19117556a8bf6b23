/** The language of the page: the browser's by default, the reader's choice after that. Only the texts of the language in use are loaded. */
import type * as Findings from '../../trace/findings/words.ts';
import type { Language as Speech } from '../../trace/narrate/language.ts';
import type { Dictionary } from './en.ts';

export type Language = 'en' | 'zh';

interface Texts {
  readonly t: Dictionary;
  readonly speech: Speech;
}

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => {
    const [texts, speech] = await Promise.all([import('./en.ts'), import('../../trace/narrate/en.ts')]);
    return { t: texts.en, speech: withLateFindings(speech.en) };
  },
  zh: async () => {
    const [texts, speech] = await Promise.all([import('./zh.ts'), import('../../trace/narrate/zh.ts')]);
    return { t: texts.zh, speech: withLateFindings(speech.zh) };
  },
};

class I18n {
  language = $state<Language>('en');
  private texts = $state.raw<Texts>();
  private words = $state.raw<typeof Findings>();
  private loading = false;

  /** Every text of the page, in the current language. */
  get t(): Dictionary {
    return this.loaded.t;
  }

  /** What the trace says in the current language. */
  get speech(): Speech {
    return this.loaded.speech;
  }

  /** Loads a language and switches to it. Rejects, and nothing changes, when it cannot be loaded. */
  async use(language: Language): Promise<void> {
    const texts = await LOADERS[language]();
    this.texts = texts;
    this.language = language;
  }

  /** What findings say. Undefined until that is loaded, which the first asking begins: few runs break a guarantee. */
  get findings(): typeof Findings | undefined {
    if (this.words === undefined && !this.loading) {
      this.loading = true;
      import('../../trace/findings/words.ts').then(
        (words) => (this.words = words),
        () => (this.loading = false),
      );
    }
    return this.words;
  }

  private get loaded(): Texts {
    if (this.texts === undefined) throw new Error('no language is loaded yet: await i18n.use(...) first');
    return this.texts;
  }
}

export const i18n = new I18n();

/** Says that there is a finding, and which as soon as the words for it are there. */
function withLateFindings(speech: Speech): Speech {
  const { world } = speech;
  const full = (): Speech['world'] => i18n.findings?.withFindings(speech).world ?? world;
  return {
    ...speech,
    world: {
      ...world,
      violation: (event, who) => full().violation(event, who),
      guaranteeVoid: (event, who) => full().guaranteeVoid(event, who),
    },
  };
}

/** The language to start with: what was chosen before, else what the browser asks for. */
export function preferredLanguage(stored: string | null, wanted: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh') return stored;
  const first = wanted.find((tag) => /^(en|zh)\b/i.test(tag));
  return first?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}

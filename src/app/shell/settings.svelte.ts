/** What the reader chose for this browser: language, theme, size. Remembered in localStorage where that is allowed. */
import { i18n, preferredLanguage, type Language } from '../i18n/i18n.svelte.ts';
import type { Theme } from '../stage/hue.ts';

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`zablab.${key}`);
  } catch {
    return null; // storage is off: the defaults hold
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`zablab.${key}`, value);
  } catch {
    // storage is off: the choice lasts until the page is closed
  }
}

class Settings {
  theme = $state<Theme>('light');
  projector = $state(false);
  reducedMotion = $state(false);
  timelineRem = $state(12);
  /** Text scale of the stage and the canvases. */
  readonly scale = $derived(this.projector ? 1.5 : 1);

  /** Reads the system and what was remembered, and follows the system until the reader chooses. Resolves when the texts are there. */
  async start(): Promise<void> {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const motion = matchMedia('(prefers-reduced-motion: reduce)');
    const stored = remembered('theme');
    this.theme = stored === 'dark' || stored === 'light' ? stored : dark.matches ? 'dark' : 'light';
    this.projector = remembered('size') === 'projector';
    this.reducedMotion = motion.matches;
    dark.addEventListener('change', () => {
      if (remembered('theme') === null) this.apply(dark.matches ? 'dark' : 'light');
    });
    motion.addEventListener('change', () => (this.reducedMotion = motion.matches));
    this.apply(this.theme);
    await i18n.use(preferredLanguage(remembered('language'), navigator.languages));
    this.apply(this.theme);
  }

  toggleTheme(): void {
    const next = this.theme === 'dark' ? 'light' : 'dark';
    remember('theme', next);
    this.apply(next);
  }

  toggleProjector(): void {
    this.projector = !this.projector;
    remember('size', this.projector ? 'projector' : 'normal');
    this.apply(this.theme);
  }

  async toggleLanguage(): Promise<void> {
    const next: Language = i18n.language === 'en' ? 'zh' : 'en';
    await i18n.use(next);
    remember('language', next);
    this.apply(this.theme);
  }

  private apply(theme: Theme): void {
    this.theme = theme;
    const root = document.documentElement;
    root.dataset['theme'] = theme;
    root.dataset['size'] = this.projector ? 'projector' : 'normal';
    root.lang = i18n.language === 'zh' ? 'zh-CN' : 'en';
  }
}

export const settings = new Settings();

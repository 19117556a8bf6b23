/** Texts of the timeline's tools; loaded with it. */
import type { Language } from '../i18n/i18n.svelte.ts';

const en = {
  find: 'Find…',
  findTitle: 'Find events by a text or a condition',
  filter: 'Filter…',
  filterTitle: 'Show some servers, kinds, sessions or paths only',
};

export const TIMELINE_TEXTS: Readonly<Record<Language, typeof en>> = {
  en,
  zh: { find: '查找…', findTitle: '按文字或条件查找事件', filter: '筛选…', filterTitle: '只显示某些服务器、种类、会话或路径' },
};

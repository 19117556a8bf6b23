/** The sentence for an event, in the reader's language. */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Language } from '../i18n/i18n.svelte.ts';

export function say(event: TraceEvent, language: Language): string {
  return `${event.what.type} ${language}`;
}

/** What a person typed into the find bar: a condition, or a text that is looked for. */
import type { Sid } from '../../base/ids.ts';
import { ClaimError, parsePredicate, type Predicate } from '../../trace/claim/parse.ts';

export type Query =
  | { readonly kind: 'empty' }
  | { readonly kind: 'condition' | 'text'; readonly predicate: Predicate }
  /** At which character (from 0), how long the wrong word is, what was expected, and what may have been meant. */
  | { readonly kind: 'wrong'; readonly offset: number; readonly length: number; readonly says: string; readonly suggestion: string | null };

/** Longest text that is looked for. */
const LONGEST = 500;

/** Whatever compares, asks with parentheses or quotes is a condition; everything else is looked for as it stands. */
export function readQuery(typed: string, sids: readonly Sid[]): Query {
  const text = typed.trim();
  if (text === '') return { kind: 'empty' };
  if (!/[=<>("]/.test(text)) return { kind: 'text', predicate: { kind: 'text', text: text.slice(0, LONGEST) } };
  try {
    return { kind: 'condition', predicate: parsePredicate(typed, sids) };
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    const word = /^(?:"[^"]*"?|[^\s=<>!(),]+|.)/.exec(typed.slice(error.offset))?.[0] ?? '';
    return { kind: 'wrong', offset: error.offset, length: Math.max(1, word.length), says: reasonOf(error), suggestion: error.suggestion };
  }
}

/** With the suggestion in the place of the wrong word. */
export function corrected(typed: string, query: Query): string {
  if (query.kind !== 'wrong' || query.suggestion === null) return typed;
  return typed.slice(0, query.offset) + query.suggestion + typed.slice(query.offset + query.length);
}

/** The message without the text and the place, which the bar shows by itself, and without long lists of names, which it completes. */
function reasonOf({ message }: ClaimError): string {
  const says = message.replace(/^".*", character \d+: /s, '').replace(/; did you mean "[^"]*"\?$/, '');
  return says.replace(/; expected one of (?:[^,]+, ){8,}.*$/s, '');
}

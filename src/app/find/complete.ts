/** How a condition that is being typed may go on: names of facts, and the words and servers that fit where the caret is. */
import type { Sid } from '../../base/ids.ts';
import { EVENT_FACTS, isEventFactName } from '../../trace/claim/eventFacts.ts';
import { FACTS, isFactName, MESSAGE_KINDS, ROLES, RULES, type ParamType } from '../../trace/claim/facts.ts';

export interface Completion {
  /** What is replaced: characters `from`…`to` of the text. */
  readonly from: number;
  readonly to: number;
  /** As they are inserted, the likeliest first. */
  readonly options: readonly string[];
}

/** Most that are offered at once. */
export const MOST_OPTIONS = 8;

const NONE: readonly string[] = [];

export function complete(text: string, caret: number, sids: readonly Sid[]): Completion {
  const before = text.slice(0, caret);
  const word = /[\w./]*$/.exec(before)?.[0] ?? '';
  const from = caret - word.length;
  const to = caret + (/^[\w.]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const options = ranked(wordsAfter(before.slice(0, from), sids), word);
  return { from, to, options: options.slice(0, MOST_OPTIONS) };
}

/** The words that may stand after what has been typed. */
function wordsAfter(head: string, sids: readonly Sid[]): readonly string[] {
  if ((head.match(/"/g)?.length ?? 0) % 2 === 1) return NONE;
  const compared = /([\w.]+)\s*(?:\([^()]*\))?\s*(?:>=|<=|!=|=|<|>)\s*$/.exec(head)?.[1];
  if (compared !== undefined) return valuesOf(compared, sids);
  const asked = /([\w.]+)\s*\(([^()]*)$/.exec(head);
  if (asked !== null && isFactName(asked[1] ?? '')) return argumentsOf(asked[1] ?? '', (asked[2] ?? '').split(',').length - 1, sids);
  if (/^\s*$|\b(?:and|or|not)\s+$|\(\s*$/.test(head)) return NAMES;
  return /\s$/.test(head) ? ['and', 'or'] : NONE;
}

const NAMES: readonly string[] = [
  ...Object.entries(FACTS).map(([name, { params, optional }]) => (params.length > optional ? `${name}(` : name)),
  ...Object.keys(EVENT_FACTS).filter((name) => !isFactName(name)),
  'not',
];

function valuesOf(name: string, sids: readonly Sid[]): readonly string[] {
  const servers = sids.map(String);
  if (isEventFactName(name) && !isFactName(name)) {
    const { gives, words } = EVENT_FACTS[name];
    return gives === 'sid' ? servers : (words ?? NONE);
  }
  if (!isFactName(name)) return NONE;
  return name === 'leader' || name === 'vote' ? servers : (FACTS[name].words ?? NONE);
}

function argumentsOf(name: string, i: number, sids: readonly Sid[]): readonly string[] {
  const param: ParamType | undefined = isFactName(name) ? FACTS[name].params[i] : undefined;
  switch (param) {
    case 'sid':
    case 'sidOrPath':
      return sids.map(String);
    case 'role':
      return ROLES;
    case 'message':
      return MESSAGE_KINDS;
    case 'rule':
      return RULES;
    default:
      return NONE;
  }
}

/** Those that begin with the word, then those that contain it; nothing when the word is there already. */
function ranked(words: readonly string[], word: string): readonly string[] {
  const wanted = word.toLowerCase();
  if (wanted === '') return words;
  const begin = words.filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  const contain = words.filter((candidate) => !begin.includes(candidate) && candidate.toLowerCase().includes(wanted));
  return [...begin, ...contain].filter((candidate) => candidate !== word);
}

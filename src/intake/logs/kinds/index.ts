/** All message kinds, found by their first word. */
import { CONNECTIONS } from './connections.ts';
import { DISK } from './disk.ts';
import { ELECTION } from './election.ts';
import { LEADER } from './leader.ts';
import { LEARNER } from './learner.ts';
import { PROCESS } from './process.ts';
import { NOISE, type Entry, type Reading, type Rule } from './rules.ts';
import { SESSIONS } from './sessions.ts';

/** In this order: of rules with the same start, an earlier one that reads the message wins. */
const ALL: readonly Rule[] = [...ELECTION, ...CONNECTIONS, ...LEARNER, ...LEADER, ...DISK, ...PROCESS, ...SESSIONS];

const BY_WORD = new Map<string, Rule[]>();
/** Rules that start inside a word. */
const OTHERS: Rule[] = [];

/** Up to the first blank or sign; a word that is not followed by one in a rule's start may go on in a message. */
function wordEnd(message: string): number {
  for (let i = 0; i < message.length && i < 64; i++) {
    const c = message.charCodeAt(i);
    if (c === 32 || c === 58 || c === 61 || c === 44 || c === 46 || c === 40 || c === 33) return i;
  }
  return -1;
}

for (const rule of ALL) {
  const end = wordEnd(rule.starts);
  if (rule.starts === '#') continue;
  if (end <= 0) {
    OTHERS.push(rule);
  } else {
    const word = rule.starts.slice(0, end);
    const known = BY_WORD.get(word);
    if (known === undefined) BY_WORD.set(word, [rule]);
    else known.push(rule);
  }
}
const NUMBERED = ALL.filter((rule) => rule.starts === '#');

/** What a message says; null when nothing here knows it. */
export function readMessage(message: string, entry: Entry): Reading {
  const first = message.charCodeAt(0);
  if (first >= 48 && first <= 57) {
    const found = tryRules(NUMBERED, message, entry);
    if (found !== null) return found;
  }
  const end = wordEnd(message);
  const rules = BY_WORD.get(end < 0 ? message : message.slice(0, end));
  if (rules !== undefined) {
    const found = tryRules(rules, message, entry);
    if (found !== null) return found;
  }
  return tryRules(OTHERS, message, entry);
}

function tryRules(rules: readonly Rule[], message: string, entry: Entry): Reading {
  let noise = false;
  for (const { starts, read } of rules) {
    if (starts !== '#' && !message.startsWith(starts)) continue;
    const found = read(message, entry);
    if (found === NOISE) noise = true;
    else if (found !== null) return found;
  }
  return noise ? NOISE : null;
}

/**
 * Reads claims about a moment of a trace: `leader=3`, `role(1)=FOLLOWING and epoch>=2`, `committed(/a) and not applied(/a, 1)`,
 * `zxid(1)<zxid(3)`, `log(2) contains 0x100000002`; and predicates, which may also ask about the event that led there:
 * `decision=vote.order and server=2`, `message=NOTIFICATION`, `"no quorum"`. A closed language: facts, comparisons, `and`, `or`, `not`,
 * parentheses. Every name and every argument is checked when it is read, so that a claim that parses always has an answer.
 */
import { parseZxid, type Zxid } from '../../base/zxid.ts';
import type { Sid } from '../../base/ids.ts';
import { EVENT_FACTS, isEventFactName, sessionOf, type EventFact, type EventFactName, type EventValue } from './eventFacts.ts';
import { FACTS, isFactName, isZxidText, MESSAGE_KINDS, ROLES, RULES, type Arg, type Fact, type FactName, type ParamType } from './facts.ts';
import { nearest } from './nearest.ts';

export const OPERATORS = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A fact, asked with arguments. */
export interface Ask {
  readonly fact: FactName;
  readonly args: readonly Arg[];
}

/** Claims joined by `and` (`all`), `or` (`any`) and `not`. */
export type Joined<Leaf> =
  Leaf | { readonly kind: 'all' | 'any'; readonly of: readonly Joined<Leaf>[] } | { readonly kind: 'not'; readonly of: Joined<Leaf> };

/** Something about the moment. Without a comparison: the fact is true, or has a value other than 0. A fact may be compared with another. */
export interface AskClaim {
  readonly kind: 'ask';
  readonly ask: Ask;
  readonly compare: { readonly operator: Operator; readonly value: number | string | Zxid | { readonly ask: Ask } } | null;
}

/** Something about the event itself. */
export interface EventClaim {
  readonly kind: 'event';
  readonly fact: EventFactName;
  /** Null: the event has such a thing at all. */
  readonly compare: { readonly operator: Operator; readonly value: EventValue } | null;
}

/** The event's text contains this, upper and lower case alike. */
export interface TextClaim {
  readonly kind: 'text';
  readonly text: string;
}

/** Plain data. */
export type Claim = Joined<AskClaim>;
export type Predicate = Joined<AskClaim | EventClaim | TextClaim>;

/** A claim that is wrong: at which character (from 0), what was expected there, and perhaps what was meant. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
  readonly offset: number;
  /** A word that may take the place of the one at `offset`. */
  readonly suggestion: string | null;

  constructor(text: string, offset: number, expected: string, suggestion: string | null = null) {
    super(`"${text}", character ${offset + 1}: ${expected}${suggestion === null ? '' : `; did you mean "${suggestion}"?`}`);
    this.offset = offset;
    this.suggestion = suggestion;
  }
}

const LONGEST = 500;
const DEEPEST = 20;

interface Token {
  readonly text: string;
  readonly offset: number;
}

/**
 * @param sids the servers there are; others are refused.
 * @throws ClaimError
 */
export function parseClaim(text: string, sids: readonly Sid[]): Claim {
  return new Reader(text, sids, false).whole() as Claim;
}

/**
 * Reads a claim that may also ask about the event: for search, filters, breakpoints and "run until".
 *
 * @throws ClaimError
 */
export function parsePredicate(text: string, sids: readonly Sid[]): Predicate {
  return new Reader(text, sids, true).whole();
}

/**
 * Reads a fact to be quoted, such as `leader` or `lastZxid(2)`; it must have a value to print.
 *
 * @throws ClaimError
 */
export function parseAsk(text: string, sids: readonly Sid[]): Ask {
  return new Reader(text, sids, false).quotation();
}

class Reader {
  readonly #text: string;
  readonly #sids: readonly Sid[];
  /** Whether it may ask about events. */
  readonly #events: boolean;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, sids: readonly Sid[], events: boolean) {
    if (text.length > LONGEST)
      throw new ClaimError(`${text.slice(0, 40)}…`, LONGEST, `expected at most ${LONGEST} characters, got ${text.length}`);
    this.#text = text;
    this.#sids = sids;
    this.#events = events;
    this.#tokens = [...text.matchAll(/"[^"]*"?|>=|<=|!=|[=<>(),]|[^\s=<>!(),]+|\S/g)].map((match) => ({
      text: match[0],
      offset: match.index,
    }));
  }

  whole(): Predicate {
    const claim = this.#any();
    this.#end();
    return claim;
  }

  quotation(): Ask {
    const start = this.#offset();
    const ask = this.#ask();
    this.#end();
    if (FACTS[ask.fact].gives === 'claim')
      this.#fail(
        start,
        `"${ask.fact}" is true or false and cannot be quoted; expected a fact with a value, such as ${named((fact) => fact.gives !== 'claim')}`,
      );
    return ask;
  }

  #any(): Predicate {
    return this.#joined('or', 'any', () => this.#joined('and', 'all', () => this.#not()));
  }

  #joined(word: string, kind: 'all' | 'any', part: () => Predicate): Predicate {
    const of = [part()];
    while (this.#eat(word)) of.push(part());
    return of.length === 1 ? (of[0] as Predicate) : { kind, of };
  }

  #not(): Predicate {
    if (++this.#depth > DEEPEST) this.#fail(this.#offset(), `expected at most ${DEEPEST} levels of "not" and parentheses`);
    const claim = this.#eat('not') ? ({ kind: 'not', of: this.#not() } as const) : this.#eat('(') ? this.#inParentheses() : this.#test();
    this.#depth--;
    return claim;
  }

  #inParentheses(): Predicate {
    const claim = this.#any();
    this.#need(')');
    return claim;
  }

  #test(): Predicate {
    const token = this.#peek();
    if (this.#events && token?.text.startsWith('"') === true) return this.#searched(token);
    if (this.#events && token !== undefined && isEventFactName(token.text) && this.#tokens[this.#at + 1]?.text !== '(')
      return this.#event(token.text);
    const ask = this.#ask();
    const fact = FACTS[ask.fact];
    const operator = this.#operator(ask.fact, fact.gives);
    if (operator === null) return { kind: 'ask', ask, compare: null };
    return { kind: 'ask', ask, compare: { operator, value: this.#value(fact) } };
  }

  #searched({ text, offset }: Token): TextClaim {
    if (text.length < 3 || !text.endsWith('"')) this.#fail(offset, 'expected a text in quotation marks, such as "no quorum"');
    this.#at++;
    return { kind: 'text', text: text.slice(1, -1) };
  }

  #event(name: EventFactName): EventClaim {
    this.#at++;
    const fact = EVENT_FACTS[name];
    const operator = this.#operator(name, fact.gives === 'number' ? 'number' : 'word');
    return { kind: 'event', fact: name, compare: operator === null ? null : { operator, value: this.#eventValue(fact) } };
  }

  /** Eats an operator that fits what a fact gives, if there is one. */
  #operator(name: string, gives: Fact['gives']): Operator | null {
    const operator = OPERATORS.find((candidate) => candidate === this.#peek()?.text);
    if (operator === undefined) return null;
    if (gives === 'claim') this.#fail(this.#offset(), `"${name}" is true or false by itself; expected no comparison`);
    if (gives === 'word' && operator !== '=' && operator !== '!=')
      this.#fail(this.#offset(), `expected = or != after "${name}", which gives a word`);
    this.#at++;
    return operator;
  }

  #ask(): Ask {
    const token = this.#take('the name of a fact');
    const { text: name, offset } = token;
    if (!isFactName(name)) {
      const names = [...Object.keys(FACTS), ...(this.#events ? Object.keys(EVENT_FACTS) : [])];
      return this.#fail(offset, `unknown fact "${name}"; expected one of ${names.join(', ')}`, nearest(name, names));
    }
    const { params, optional, contains } = FACTS[name];
    const args: Arg[] = [];
    if (this.#eat('(')) {
      do {
        const param = params[args.length];
        if (param === undefined) this.#fail(this.#offset(), `"${name}" takes at most ${params.length} arguments`);
        args.push(this.#arg(name, param));
      } while (this.#eat(','));
      this.#need(')');
    }
    const rest = params[args.length];
    if (contains === true && rest !== undefined && args.length > 0 && this.#eat('contains')) args.push(this.#arg(name, rest));
    if (args.length < params.length - optional)
      this.#fail(offset, `"${name}" needs ${params.length - optional} of these in parentheses: ${params.join(', ')}`);
    return { fact: name, args };
  }

  #arg(name: FactName, param: ParamType): Arg {
    const { text, offset } = this.#take(`an argument of "${name}"`);
    switch (param) {
      case 'sid':
        return this.#sid(text, offset);
      case 'sidOrPath':
        return text.startsWith('/')
          ? text
          : /^\d/.test(text)
            ? this.#sid(text, offset)
            : this.#fail(offset, `expected a server or a path, such as 1 or /a, got "${text}"`);
      case 'path':
        return text.startsWith('/') ? text : this.#fail(offset, `expected a path, such as /a, got "${text}"`);
      case 'txn':
        return text.startsWith('/') || isZxidText(text)
          ? text
          : this.#fail(offset, `expected a path or a zxid, such as /a or 0x100000003, got "${text}"`);
      case 'rule':
        return this.#oneOf(text, offset, RULES, 'rule');
      case 'role':
        return this.#oneOf(text, offset, ROLES, 'role');
      case 'message':
        return this.#oneOf(text, offset, MESSAGE_KINDS, 'message kind');
      case 'word':
        return /^[\w.-]+$/.test(text) ? text : this.#fail(offset, `expected a word, got "${text}"`);
      case 'client':
        return text;
    }
  }

  #sid(text: string, offset: number): Sid {
    if (/^\d+$/.test(text) && this.#sids.includes(Number(text))) return Number(text);
    return this.#fail(offset, `there is no server "${text}"; the servers are ${this.#sids.join(', ')}`);
  }

  #oneOf(text: string, offset: number, words: readonly string[], what: string): string {
    if (words.includes(text)) return text;
    return this.#fail(offset, `unknown ${what} "${text}"; expected one of ${words.join(', ')}`, nearest(text, words));
  }

  #value(fact: Fact): number | string | Zxid | { readonly ask: Ask } {
    const next = this.#peek();
    if (next !== undefined && isFactName(next.text) && fact.words?.includes(next.text) !== true) return this.#otherFact(fact, next);
    const { text, offset } = this.#take('a value');
    if (fact.gives === 'zxid')
      return isZxidText(text) ? parseZxid(text) : this.#fail(offset, `expected a zxid, such as 0x100000003, got "${text}"`);
    if (fact.gives === 'number') return this.#number(text, offset);
    return this.#word(text, offset, fact.words);
  }

  #otherFact(fact: Fact, { offset }: Token): { readonly ask: Ask } {
    const ask = this.#ask();
    const other = FACTS[ask.fact];
    if (other.gives !== fact.gives) this.#fail(offset, `"${ask.fact}" gives a ${other.gives} and cannot be compared with a ${fact.gives}`);
    return { ask };
  }

  #eventValue({ gives, words }: EventFact): EventValue {
    const { text, offset } = this.#take('a value');
    switch (gives) {
      case 'sid':
        return this.#sid(text, offset);
      case 'number':
        return this.#number(text, offset);
      case 'word':
        return this.#word(text, offset, words);
      case 'session':
        return isZxidText(text) ? sessionOf(text) : this.#fail(offset, `expected a session, such as 0x100003464c50000, got "${text}"`);
      case 'path':
        return text.startsWith('/') ? text : this.#fail(offset, `expected a path, such as /a, got "${text}"`);
      case 'client':
        return /^[a-z]{1,4}$/.test(text) ? text : this.#fail(offset, `expected the letter of a client, such as a, got "${text}"`);
    }
  }

  #number(text: string, offset: number): number {
    return /^-?\d{1,15}$/.test(text) ? Number(text) : this.#fail(offset, `expected a whole number, got "${text}"`);
  }

  #word(text: string, offset: number, words: readonly string[] | undefined): string {
    if (words === undefined || words.includes(text)) return text;
    return this.#fail(offset, `expected one of ${words.join(', ')}, got "${text}"`, nearest(text, words));
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #offset(): number {
    return this.#peek()?.offset ?? this.#text.length;
  }

  #take(what: string): Token {
    const token = this.#peek();
    if (token === undefined || /^[=<>!(),]/.test(token.text))
      this.#fail(this.#offset(), `expected ${what}, got ${token === undefined ? 'the end' : `"${token.text}"`}`);
    this.#at++;
    return token;
  }

  #eat(text: string): boolean {
    if (this.#peek()?.text !== text) return false;
    this.#at++;
    return true;
  }

  #need(text: string): void {
    if (!this.#eat(text))
      this.#fail(this.#offset(), `expected "${text}", got ${this.#peek() === undefined ? 'the end' : `"${this.#peek()?.text ?? ''}"`}`);
  }

  #end(): void {
    const left = this.#peek();
    if (left !== undefined) this.#fail(left.offset, `expected "and", "or", a comparison or the end, got "${left.text}"`);
  }

  #fail(offset: number, expected: string, suggestion: string | null = null): never {
    throw new ClaimError(this.#text, offset, expected, suggestion);
  }
}

function named(which: (fact: Fact) => boolean): string {
  return Object.entries(FACTS)
    .filter(([, fact]) => which(fact))
    .map(([name]) => name)
    .join(', ');
}

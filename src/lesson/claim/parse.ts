/**
 * Reads claims about a moment of a trace: `leader=3`, `role(1)=FOLLOWING and epoch>=2`, `committed(/a) and not applied(/a, 1)`,
 * `decided(vote.quorum, quorum)`, `lastZxid(2)>=0x100000002`. A closed language: facts, comparisons, `and`, `or`, `not`, parentheses.
 * Every name and every argument is checked when it is read, so that a claim that parses always has an answer.
 */
import { parseZxid, type Zxid } from '../../base/zxid.ts';
import type { Sid } from '../../base/ids.ts';
import { FACTS, isFactName, ROLES, RULES, type Arg, type Fact, type FactName, type ParamType } from './facts.ts';

export const OPERATORS = ['>=', '<=', '!=', '=', '>', '<'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A fact, asked with arguments. */
export interface Ask {
  readonly fact: FactName;
  readonly args: readonly Arg[];
}

/** Plain data. */
export type Claim =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Claim[] }
  | { readonly kind: 'not'; readonly of: Claim }
  /** Without a comparison: the fact is true, or has a value other than 0. */
  | {
      readonly kind: 'ask';
      readonly ask: Ask;
      readonly compare: { readonly operator: Operator; readonly value: number | string | Zxid } | null;
    };

/** A claim that is wrong: at which character (from 0), and what was expected there. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError';
  readonly offset: number;

  constructor(text: string, offset: number, expected: string) {
    super(`"${text}", character ${offset + 1}: ${expected}`);
    this.offset = offset;
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
  return new Reader(text, sids).whole();
}

/**
 * Reads a fact to be quoted, such as `leader` or `lastZxid(2)`; it must have a value to print.
 *
 * @throws ClaimError
 */
export function parseAsk(text: string, sids: readonly Sid[]): Ask {
  return new Reader(text, sids).quotation();
}

class Reader {
  readonly #text: string;
  readonly #sids: readonly Sid[];
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, sids: readonly Sid[]) {
    if (text.length > LONGEST)
      throw new ClaimError(`${text.slice(0, 40)}…`, LONGEST, `expected at most ${LONGEST} characters, got ${text.length}`);
    this.#text = text;
    this.#sids = sids;
    this.#tokens = [...text.matchAll(/>=|<=|!=|[=<>(),]|[^\s=<>!(),]+|\S/g)].map((match) => ({ text: match[0], offset: match.index }));
  }

  whole(): Claim {
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

  #any(): Claim {
    return this.#joined('or', 'any', () => this.#joined('and', 'all', () => this.#not()));
  }

  #joined(word: string, kind: 'all' | 'any', part: () => Claim): Claim {
    const of = [part()];
    while (this.#eat(word)) of.push(part());
    return of.length === 1 ? (of[0] as Claim) : { kind, of };
  }

  #not(): Claim {
    if (++this.#depth > DEEPEST) this.#fail(this.#offset(), `expected at most ${DEEPEST} levels of "not" and parentheses`);
    const claim = this.#eat('not') ? ({ kind: 'not', of: this.#not() } as const) : this.#eat('(') ? this.#inParentheses() : this.#test();
    this.#depth--;
    return claim;
  }

  #inParentheses(): Claim {
    const claim = this.#any();
    this.#need(')');
    return claim;
  }

  #test(): Claim {
    const ask = this.#ask();
    const fact = FACTS[ask.fact];
    const operator = OPERATORS.find((candidate) => candidate === this.#peek()?.text);
    if (operator === undefined) return { kind: 'ask', ask, compare: null };
    if (fact.gives === 'claim') this.#fail(this.#offset(), `"${ask.fact}" is true or false by itself; expected no comparison`);
    if (fact.gives === 'word' && operator !== '=' && operator !== '!=')
      this.#fail(this.#offset(), `expected = or != after "${ask.fact}", which gives a word`);
    this.#at++;
    return { kind: 'ask', ask, compare: { operator, value: this.#value(fact) } };
  }

  #ask(): Ask {
    const token = this.#take('the name of a fact');
    if (!isFactName(token.text)) this.#fail(token.offset, `unknown fact "${token.text}"; expected one of ${named(() => true)}`);
    const name = token.text;
    const { params, optional } = FACTS[name];
    const args: Arg[] = [];
    if (this.#eat('(')) {
      do {
        const param = params[args.length];
        if (param === undefined) this.#fail(this.#offset(), `"${name}" takes at most ${params.length} arguments`);
        args.push(this.#arg(name, param));
      } while (this.#eat(','));
      this.#need(')');
    }
    if (args.length < params.length - optional)
      this.#fail(token.offset, `"${name}" needs ${params.length - optional} of these in parentheses: ${params.join(', ')}`);
    return { fact: name, args };
  }

  #arg(name: FactName, param: ParamType): Arg {
    const { text, offset } = this.#take(`an argument of "${name}"`);
    if (param === 'sid') {
      if (!this.#sids.includes(Number(text))) this.#fail(offset, `there is no server "${text}"; the servers are ${this.#sids.join(', ')}`);
      return Number(text);
    }
    if (param === 'path' && !(text.startsWith('/') || (name === 'acks' && /^0x[0-9a-f]{1,16}$/i.test(text))))
      this.#fail(offset, `expected a path, such as /a, got "${text}"`);
    if (param === 'rule' && !RULES.some((rule) => rule === text))
      this.#fail(offset, `unknown rule "${text}"; expected one of ${RULES.join(', ')}`);
    if (param === 'role' && !ROLES.some((role) => role === text))
      this.#fail(offset, `unknown role "${text}"; expected one of ${ROLES.join(', ')}`);
    if (param === 'word' && !/^[\w.-]+$/.test(text)) this.#fail(offset, `expected a word, got "${text}"`);
    return text;
  }

  #value(fact: Fact): number | string | Zxid {
    const { text, offset } = this.#take('a value');
    if (fact.gives === 'zxid') {
      if (!/^0x[0-9a-f]{1,16}$/i.test(text)) this.#fail(offset, `expected a zxid, such as 0x100000003, got "${text}"`);
      return parseZxid(text);
    }
    if (fact.gives === 'number') {
      if (!/^-?\d{1,15}$/.test(text)) this.#fail(offset, `expected a whole number, got "${text}"`);
      return Number(text);
    }
    if (fact.words?.includes(text) !== true) this.#fail(offset, `expected one of ${(fact.words ?? []).join(', ')}, got "${text}"`);
    return text;
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

  #fail(offset: number, expected: string): never {
    throw new ClaimError(this.#text, offset, expected);
  }
}

function named(which: (fact: Fact) => boolean): string {
  return Object.entries(FACTS)
    .filter(([, fact]) => which(fact))
    .map(([name]) => name)
    .join(', ');
}

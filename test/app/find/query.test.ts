/** What is typed into the find bar: a condition or a text, what is wrong with it, and how it may go on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complete, MOST_OPTIONS } from '../../../src/app/find/complete.ts';
import { corrected, readQuery } from '../../../src/app/find/query.ts';
import { reasonIn } from '../../../src/app/find/reasons.ts';
import { FIND_TEXTS } from '../../../src/app/find/texts.ts';

const SIDS = [1, 2, 3];

describe('what is typed', () => {
  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['no quorum', 'text'],
    ['leader', 'text'],
    ['"no quorum"', 'condition'],
    ['role(2)=LEADING', 'condition'],
    ['epoch>=3', 'condition'],
    ['zxid(1)<zxid(3)', 'condition'],
    ['message=NOTIFICATION and server=1', 'condition'],
    ['up(1)', 'condition'],
    ['role(2)=', 'wrong'],
    ['rol(2)=LEADING', 'wrong'],
  ])('%j is %s', (typed, kind) => {
    expect(readQuery(typed, SIDS).kind).toBe(kind);
  });

  test.each([
    ['role(9)=LEADING', 5, 1, null],
    ['rol(2)=LEADING', 0, 3, 'role'],
    ['role(2)=LEADNG', 8, 6, 'LEADING'],
    ['epoch>=1 adn up(1)', 9, 3, null],
    ['message=NOTIFICATON', 8, 11, 'NOTIFICATION'],
  ])('%j is wrong at character %d', (typed, offset, length, suggestion) => {
    expect(readQuery(typed, SIDS)).toMatchObject({ kind: 'wrong', offset, length, suggestion });
  });

  test('the suggestion takes the place of the wrong word', () => {
    const typed = 'epoch>=2 and role(2)=LEADNG and up(1)';
    const better = corrected(typed, readQuery(typed, SIDS));
    expect(better).toBe('epoch>=2 and role(2)=LEADING and up(1)');
    expect(readQuery(better, SIDS).kind).toBe('condition');
  });

  test('every example can be found, in both languages', () => {
    for (const { exampleNotes } of Object.values(FIND_TEXTS))
      for (const [example] of exampleNotes) expect(readQuery(example, SIDS).kind).toMatch(/condition|text/);
  });

  test('whatever is typed is read, and what is wrong is told in Chinese too', () => {
    const part = fc.constantFrom(
      'role',
      'epoch',
      '(',
      ')',
      '=',
      '>=',
      '<',
      '1',
      '9',
      'LEADING',
      'and',
      'not',
      '"',
      ',',
      'vote.order',
      'x',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const typed = parts.join('');
        const query = readQuery(typed, SIDS);
        if (query.kind !== 'wrong') return;
        expect(query.offset).toBeLessThanOrEqual(typed.length);
        expect(query.says).not.toContain('character');
        expect(reasonIn('zh', query.says), query.says).toMatch(/[\u4e00-\u9fff].*。$/s);
      }),
    );
  });
});

describe('how a condition may go on', () => {
  const at = (text: string): readonly string[] => complete(text, text.length, SIDS).options;

  test.each([
    ['rol', ['role(']],
    ['role(', ['1', '2', '3']],
    ['role(2)=', ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING', 'PAUSED', 'DOWN']],
    ['role(2)=LE', ['LEADING']],
    ['count(', ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING', 'PAUSED', 'DOWN']],
    ['leader=', ['1', '2', '3']],
    ['server=', ['1', '2', '3']],
    ['message=NOTI', ['NOTIFICATION']],
    ['decision=vote.o', ['vote.order']],
    ['role(2)=LEADING ', ['and', 'or']],
    ['zxid(1)<zxid(3', []],
    ['"no qu', []],
  ])('after %j', (text, options) => {
    expect(at(text)).toEqual(options);
  });

  test('names come after "and", and in parentheses', () => {
    for (const text of ['epoch>=1 and ro', 'not ro', '(ro']) expect(at(text)).toContain('role(');
  });

  test('what is taken replaces the word at the caret and nothing else', () => {
    const text = 'epoch>=2 and rol and up(1)';
    const { from, to, options } = complete(text, 16, SIDS);
    expect(text.slice(0, from) + (options[0] ?? '') + text.slice(to)).toBe('epoch>=2 and role( and up(1)');
  });

  test('never more than fit', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.nat(40), (text, caret) => {
        const { from, to, options } = complete(text, Math.min(caret, text.length), SIDS);
        expect(options.length).toBeLessThanOrEqual(MOST_OPTIONS);
        expect(from).toBeLessThanOrEqual(to);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/trace/explain.ts';
import { sentenceOf } from '../../../src/trace/narrate.ts';
import { LANGUAGES } from '../../../src/trace/narrate/languages.ts';
import { plainText } from '../../../src/trace/narrate/text.ts';
import type { Decision } from '../../../src/zab/types.ts';
import { DECISIONS } from './decisions.ts';
import { checkText, LANGS, vote, Z } from './said.ts';

describe.each(LANGS)('decisions in %s', (lang) => {
  test.each(Object.entries(DECISIONS))('%s', (rule, cases) => {
    expect(cases.length).toBeGreaterThan(0);
    for (const [decision, contains] of cases) {
      const { sentence, rule: words, numbers, source } = explain(decision, 2, LANGUAGES[lang]);
      checkText(sentence);
      checkText(words);
      expect(sentence).toContain('2');
      expect(sentence).toMatch(lang === 'zh' ? /。$/ : /\.$/);
      for (const part of contains) expect(sentence).toContain(String(part));
      for (const [label, theirs, mine] of numbers) {
        checkText(label);
        expect(`${theirs}${mine}`).not.toBe('');
      }
      expect(source.java).toMatch(/^\w+\.\w+$/);
      expect(source.reference).toMatch(/^[A-Z]-\d+$/);
      expect(rule).toBe(decision.rule);
    }
  });
});

test('the sentence of a vote reads as promised', () => {
  const decision: Decision = { rule: 'vote.order', from: 1, theirs: vote(1), mine: vote(3), outcome: 'kept', by: 'sid' };
  expect(sentenceOf(decision, 2, LANGUAGES.en)).toBe(
    "Server 2 keeps its vote for 3 against 1's vote for 1: epoch 0 = 0, zxid 0x0 = 0x0, and sid 3 > 1.",
  );
  expect(sentenceOf(decision, 2, LANGUAGES.zh)).toBe('服务器 2 仍投 3，不采纳 1 投给 1 的票：epoch 0 = 0，zxid 0x0 = 0x0，且 sid 3 > 1。');
});

test('paths and names from outside stay plain text, whatever is in them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...LANGS), (text, lang) => {
      const decision: Decision = { rule: 'request.validated', zxid: Z, op: 'create', path: `/${text}`, err: 'OK', session: '0x7' };
      const sentence = sentenceOf(decision, 1, LANGUAGES[lang]);
      expect(sentence).toContain(plainText(`/${text}`));
      expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
  expect(plainText('/<b>&amp;')).toBe('/<b>&amp;');
  expect(plainText('a\u202Eb\n')).toBe('a\\u{202e}b\\u{a}');
  expect(plainText('x'.repeat(999)).length).toBeLessThan(130);
});

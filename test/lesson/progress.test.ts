/** What the page remembers of lessons, and what it makes of storage that is off or holds something else. */
import { expect, test } from 'vitest';
import { keepProgress, readProgress } from '../../src/app/lesson/progress.ts';

function store(text: string | null = null): {
  getItem: () => string | null;
  setItem: (key: string, value: string) => void;
  text: () => string | null;
} {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key, value) => {
      kept = value;
    },
    text: () => kept,
  };
}

test('progress in one lesson leaves that of the others', () => {
  const kept = store();
  keepProgress('01-a', { steps: 2, finished: false }, kept);
  keepProgress('02-b', { steps: 8, finished: true }, kept);
  keepProgress('01-a', { steps: 3, finished: false }, kept);
  expect(readProgress(kept)).toEqual({ '01-a': { steps: 3, finished: false }, '02-b': { steps: 8, finished: true } });
});

test.each([
  '',
  'null',
  '[1]',
  '{',
  '"text"',
  '{"01-a":7}',
  '{"01-a":{"steps":-1,"finished":false}}',
  '{"01-a":{"steps":1.5,"finished":true}}',
  '{"01-a":{"steps":1}}',
])('what is no progress is passed over: %s', (text) => {
  expect(Object.keys(readProgress(store(text))).filter((key) => key !== '0')).toEqual([]);
});

test('without storage everything still works', () => {
  const off = {
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('denied');
    },
  };
  expect(readProgress(off)).toEqual({});
  expect(() => keepProgress('01-a', { steps: 1, finished: false }, off)).not.toThrow();
  expect(readProgress(null)).toEqual({});
});

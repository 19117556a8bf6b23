/** Every lesson of the project: it can be read, its experiments do what it says, and both languages tell the same. */
import { describe, expect, test } from 'vitest';
import { lessonIds, readLesson } from '../../src/lesson/compile/folder.ts';
import { LESSON_LANGUAGES, type Block, type Inline, type Lesson, type StepText } from '../../src/lesson/lesson.ts';
import { Walker } from './walker.ts';

const lessons = lessonIds('lessons').map((id) => readLesson('lessons', id));

test('there are lessons', () => {
  expect(lessons.map(({ id }) => id)).toEqual(expect.arrayContaining(['01-first-election', '02-proposal-to-commit']));
});

describe.each(lessons.map((lesson) => [lesson.id, lesson] as const))('%s', (_id, lesson) => {
  test.each([
    ['as written', undefined, 500],
    ['by a hasty learner', undefined, 0],
    ['by a slow learner', undefined, 20_000],
    ['with other random numbers', 7, 500],
    ['with yet others', 2026, 3_000],
  ])('every checkpoint is reached by its acts and not before: %s', (_how, seed, pauseMs) => {
    walk(lesson, seed, pauseMs);
  });

  test.each(LESSON_LANGUAGES)('asks before every experiment, with one right answer: %s', (language) => {
    const { steps } = lesson.texts[language];
    expect(steps).toHaveLength(lesson.steps.length);
    lesson.steps.forEach(({ experiment }, i) => {
      const text = steps[i] as StepText;
      expect(text.title.length).toBeGreaterThan(1);
      if (experiment === null) return expect(text.predict).toBeNull();
      expect(text.predict?.choices[experiment.right]?.answer).not.toHaveLength(0);
      expect(text.predict?.choices.length).toBeGreaterThanOrEqual(2);
      return expect(text.then).not.toHaveLength(0);
    });
  });

  test('has the size of a lesson', () => {
    expect(lesson.steps.length).toBeGreaterThanOrEqual(6);
    expect(lesson.steps.length).toBeLessThanOrEqual(9);
  });

  test('is translated: the Chinese text is Chinese, the English text is not', () => {
    const chinese = (text: string): boolean => /[\u4e00-\u9fff]/.test(text);
    for (const step of lesson.texts.zh.steps) expect(step.intro.some((block) => chinese(wordsOf([block])))).toBe(true);
    for (const step of lesson.texts.en.steps) expect(chinese(wordsOf([...step.intro, ...step.then, ...step.task]))).toBe(false);
  });
});

function walk(lesson: Lesson, seed: number | undefined, pauseMs: number): void {
  const walker = new Walker(lesson, seed);
  lesson.steps.forEach(({ id, experiment }, i) => {
    if (experiment === null) return;
    expect(walker.isSo(experiment.check), `${id}: the checkpoint is already reached before the experiment`).toBe(false);
    for (const act of experiment.acts) expect(walker.act(act), `${id}: ${JSON.stringify(act)} never comes true`).toBe(true);
    expect(walker.until(experiment.check), `${id}: the checkpoint is not reached`).toBe(true);
    for (const language of LESSON_LANGUAGES)
      for (const ask of asksOf(lesson.texts[language].steps[i] as StepText))
        expect(walker.says(ask), `${id}, ${language}: ${JSON.stringify(ask)} has no value`).not.toBe('–');
    walker.idle(pauseMs);
  });
  expect(walker.timeline.head.violation).toBeNull();
  expect(walker.timeline.head.voids).toEqual([]);
}

/** What the explanation of a step quotes. */
function asksOf({ then }: StepText): readonly Extract<Inline, { quote: unknown }>['quote'][] {
  return then.flatMap((block) => inlinesOf(block)).flatMap((inline) => ('quote' in inline ? [inline.quote] : []));
}

function inlinesOf(block: Block): readonly Inline[] {
  return block.block === 'paragraph' ? block.inlines : block.items.flat();
}

function wordsOf(blocks: readonly Block[]): string {
  return blocks
    .flatMap(inlinesOf)
    .map((inline) => ('text' in inline ? inline.text : ''))
    .join('');
}

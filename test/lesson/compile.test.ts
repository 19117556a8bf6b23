/** A lesson that is wrong gives one message: file, line, part, and what was expected. */
import { describe, expect, test } from 'vitest';
import { compileLesson, type LessonSources } from '../../src/lesson/compile/lesson.ts';
import { LessonError } from '../../src/lesson/compile/lessonError.ts';

const EN = `---
title: A lesson
summary: What it is about.
minutes: 5
terms: vote, zxid
source: FastLeaderElection.lookForLeader
---

## one: The first step

Some *text* with \`code\`, **strong** words and {{leader}}.

:::predict
Who will lead?

- [ ] Server 1

  No: {{epoch}}.

- [x] Server 3

  Yes.
:::

:::task
Start them.
:::

\`\`\`do
{"type":"start","sid":1}
wait up(1)
\`\`\`

\`\`\`check
leader=3
\`\`\`

:::then
It was so:

- first
- second
:::

## two: The second step

More text.
`;
const ZH = EN.replace('A lesson', '一课')
  .replace('The first step', '第一步')
  .replace('The second step', '第二步')
  .replace('More text.', '更多\n文字，\n用两种语言 here\nand there。');
const GOOD: LessonSources = { folder: 'lessons/01-a-lesson', en: EN, zh: ZH, scenario: '{"servers":3,"steps":[]}' };

test('a lesson becomes data', () => {
  const lesson = compileLesson(GOOD);
  expect(lesson).toMatchObject({ id: '01-a-lesson', minutes: 5, terms: ['vote', 'zxid'], scenario: { servers: 3 } });
  expect(lesson.steps.map(({ id, experiment }) => [id, experiment?.right])).toEqual([
    ['one', 1],
    ['two', undefined],
  ]);
  expect(lesson.steps[0]?.experiment?.acts).toEqual([
    { act: 'command', command: { type: 'start', sid: 1 } },
    { act: 'wait', until: { kind: 'ask', ask: { fact: 'up', args: [1] }, compare: null } },
  ]);
  expect(lesson.texts.en.steps[0]?.intro).toEqual([
    {
      block: 'paragraph',
      inlines: [
        { text: 'Some ', mark: 'plain' },
        { text: 'text', mark: 'em' },
        { text: ' with ', mark: 'plain' },
        { text: 'code', mark: 'code' },
        { text: ', ', mark: 'plain' },
        { text: 'strong', mark: 'strong' },
        { text: ' words and ', mark: 'plain' },
        { quote: { fact: 'leader', args: [] } },
        { text: '.', mark: 'plain' },
      ],
    },
  ]);
  expect(lesson.texts.zh.title).toBe('一课');
});

test('lines of Chinese are joined without a space, others with one', () => {
  expect(compileLesson(GOOD).texts.zh.steps[1]?.intro).toEqual([
    { block: 'paragraph', inlines: [{ text: '更多文字，用两种语言 here and there。', mark: 'plain' }] },
  ]);
});

describe('what is wrong is said with its place:', () => {
  test.each<[what: string, from: string | RegExp, to: string, message: string]>([
    ['no front matter', /^---\n/, '', 'lesson.en.md:1: expected front matter'],
    ['a line without a key', 'minutes: 5', 'five minutes', 'lesson.en.md:4: expected "key: value"'],
    ['a missing key', /minutes: 5\n/, '', 'lesson.en.md:1: minutes: this key is missing'],
    ['an unknown key', 'minutes: 5', 'minutes: 5\nauthor: me', 'lesson.en.md:5: author: unknown key'],
    ['minutes that are no number', 'minutes: 5', 'minutes: soon', 'lesson.en.md:4: minutes: expected a whole number of minutes'],
    ['text before the first step', '## one:', 'Hello.\n\n## one:', 'lesson.en.md:9: expected a step first'],
    ['a heading without an id', '## one: The first step', '## The first step', 'lesson.en.md:9: steps: expected a heading "## id: Title"'],
    ['an id that is taken', '## two:', '## one:', 'steps.one: the id "one" is taken by the step at line 9'],
    ['HTML', 'More text.', 'More <b>text</b>.', 'steps.two: expected text, *emphasis*, **strong** or `code`, got html'],
    ['a block of HTML', 'More text.', '<script>alert(1)</script>', 'steps.two: expected a paragraph or a list, got html'],
    ['a link', 'More text.', '[More](javascript:alert(1))', 'steps.two: expected text, *emphasis*, **strong** or `code`, got link'],
    ['an image', 'More text.', '![More](x.png)', 'got image'],
    [
      'a quote of nothing known',
      '{{leader}}',
      '{{president}}',
      'lesson.en.md:11: steps.one: "president", character 1: unknown fact "president"',
    ],
    [
      'two right answers',
      '- [ ] Server 1',
      '- [x] Server 1',
      'lesson.en.md:20: steps.one.predict: expected exactly one right choice ("- [x]"), got 2',
    ],
    ['no right answer', '- [x] Server 3', '- [ ] Server 3', 'steps.one.predict: expected exactly one right choice ("- [x]"), got 0'],
    ['a choice without a box', '- [ ] Server 1', '- Server 1', 'lesson.en.md:16: steps.one.predict: expected "- [ ]" for a wrong choice'],
    ['a choice without an answer', '  Yes.\n', '', 'lesson.en.md:20: steps.one.predict: expected a short answer text'],
    ['a prediction without a question', 'Who will lead?\n', '', 'steps.one.predict: expected a question, then a list'],
    ['an unknown check', 'leader=3', 'leadership=3', 'lesson.en.md:34: steps.one.check: "leadership=3", character 1: unknown fact'],
    [
      'a check on a server that is not there',
      'leader=3',
      'up(4)',
      'steps.one.check: "up(4)", character 4: there is no server "4"; the servers are 1, 2, 3',
    ],
    [
      'a command on a server that is not there',
      '"sid":1',
      '"sid":7',
      'lesson.en.md:30: steps.one.do: there is no server 7; the servers are 1, 2, 3',
    ],
    ['an unknown command', '"start"', '"explode"', 'lesson.en.md:30: steps.one.do: type: expected '],
    [
      'a command that is no JSON',
      '{"type":"start","sid":1}',
      'start 1',
      'lesson.en.md:30: steps.one.do: expected a command as JSON, "wait CLAIM" or "seek CLAIM", got start 1',
    ],
    ['a wait for nothing known', 'wait up(1)', 'wait awake(1)', 'lesson.en.md:31: steps.one.do: "awake(1)", character 1: unknown fact'],
    ['an experiment without a check', /```check[\s\S]*?```\n/, '', 'steps.one.check: expected a ```check block here'],
    [
      'an experiment without an end',
      /:::then[\s\S]*?:::\n/,
      '',
      'lesson.en.md:9: steps.one.then: this step has an experiment and needs :::then',
    ],
    ['parts in the wrong order', ':::task\nStart them.', ':::then\nStart them.', 'lesson.en.md:25: steps.one.task: expected :::task here'],
    ['text after the end of an experiment', '## two:', 'Stray.\n\n## two:', 'steps.one: expected the next step'],
    ['a step without text', 'More text.', '', 'steps.two: expected text after the heading'],
  ])('%s', (_what, from, to, message) => {
    const en = EN.replace(from, to);
    expect(en).not.toBe(EN);
    expect(refusal({ ...GOOD, en }).message).toContain(message);
  });

  test.each<[what: string, from: string | RegExp, to: string, message: string]>([
    [
      'a missing translation of a step',
      /## two:[\s\S]*/,
      '',
      'lesson.zh.md: steps.two: expected the step "two" here, as in lessons/01-a-lesson/lesson.en.md:45; got the end of the file',
    ],
    [
      'a step that is called otherwise',
      '## two:',
      '## deux:',
      'lesson.zh.md:45: steps.two: expected the step "two" here, as in lessons/01-a-lesson/lesson.en.md:45; got "deux"',
    ],
    ['a step too many', '## two:', '## two: x\n\ny\n\n## three:', 'steps.three: lessons/01-a-lesson/lesson.en.md has no such step'],
    [
      'another check',
      'leader=3',
      'leader=2',
      'lesson.zh.md:9: steps.one.check: expected the same check block as in lessons/01-a-lesson/lesson.en.md:9',
    ],
    ['other acts', 'wait up(1)', 'wait up(2)', 'steps.one.do: expected the same do block'],
    [
      'another right answer',
      '- [ ] Server 1\n\n  No: {{epoch}}.\n\n- [x] Server 3',
      '- [x] Server 1\n\n  No: {{epoch}}.\n\n- [ ] Server 3',
      'steps.one.predict: expected the same right choice',
    ],
    ['another number of choices', '- [x] Server 3', '- [ ] Server 2\n\n  No.\n\n- [x] Server 3', 'steps.one.predict: expected 2 choices'],
    ['no experiment', /:::predict[\s\S]*second\n:::\n/, '', 'steps.one: expected an experiment'],
    ['other minutes', 'minutes: 5', 'minutes: 6', 'minutes: expected the same as in lessons/01-a-lesson/lesson.en.md: 5'],
  ])('%s in the translation', (_what, from, to, message) => {
    const zh = ZH.replace(from, to);
    expect(zh).not.toBe(ZH);
    expect(refusal({ ...GOOD, zh }).message).toContain(message);
  });

  test.each<[what: string, sources: Partial<LessonSources>, message: string]>([
    ['a missing file', { zh: undefined }, 'lessons/01-a-lesson/lesson.zh.md: this file is missing'],
    ['a missing scenario', { scenario: undefined }, 'lessons/01-a-lesson/scenario.json: this file is missing'],
    ['a scenario that is no JSON', { scenario: '{' }, 'lessons/01-a-lesson/scenario.json: this is not JSON'],
    [
      'a scenario without servers',
      { scenario: '{"servers":0}' },
      'lessons/01-a-lesson/scenario.json: servers: expected at least one server',
    ],
    ['a folder without a number', { folder: 'lessons/a-lesson' }, 'lessons/a-lesson: expected a folder name of two digits and a slug'],
    ['a file of absurd size', { en: EN + 'x'.repeat(200_000) }, 'expected at most 200000 characters'],
  ])('%s', (_what, sources, message) => {
    expect(refusal({ ...GOOD, ...sources }).message).toContain(message);
  });

  test('wherever a file is cut off, the message names the file', () => {
    for (let length = 0; length < EN.length; length += 7)
      expect(refusalOrNull({ ...GOOD, en: EN.slice(0, length) })?.file ?? 'lessons/01-a-lesson/').toContain('lessons/01-a-lesson/');
  });
});

function refusalOrNull(sources: LessonSources): LessonError | null {
  try {
    compileLesson(sources);
    return null;
  } catch (error) {
    if (error instanceof LessonError) return error;
    throw error;
  }
}

function refusal(sources: LessonSources): LessonError {
  const error = refusalOrNull(sources);
  if (error === null) throw new Error('it was accepted');
  return error;
}

/** Joins the files of a lesson's folder: both languages must tell the same steps, with the same experiments. */
import { parseScenarioText } from '../../ensemble/scenario.ts';
import type { Scenario } from '../../ensemble/scenario.ts';
import { ScenarioError } from '../../ensemble/scenarioError.ts';
import type { Language, Lesson, LessonText } from '../lesson.ts';
import { LessonError } from './lessonError.ts';
import { readLessonFile, type LessonFile, type ReadStep } from './lessonFile.ts';

/** The texts of the files of one folder. A file that is not there is undefined. */
export interface LessonSources {
  /** As it is named in errors, such as `lessons/01-first-election`. */
  readonly folder: string;
  readonly en: string | undefined;
  readonly zh: string | undefined;
  readonly scenario: string | undefined;
}

/** @throws LessonError naming file, line, part, and what was expected. */
export function compileLesson(sources: LessonSources): Lesson {
  const { folder } = sources;
  const id = folder.split('/').at(-1) ?? folder;
  if (!/^\d\d-[a-z0-9]+(-[a-z0-9]+)*$/.test(id))
    throw new LessonError(folder, null, '', 'expected a folder name of two digits and a slug, such as 01-first-election');
  const scenario = readScenario(sources);
  const sids = scenario.members.map(({ sid }) => sid);
  const read = (language: Language): LessonFile =>
    readLessonFile(present(sources[language], `${folder}/lesson.${language}.md`), `${folder}/lesson.${language}.md`, sids);
  const en = read('en');
  const zh = read('zh');
  mustAgree(en, zh);
  return {
    id,
    minutes: en.minutes,
    terms: en.terms,
    source: en.source,
    scenario: JSON.parse(present(sources.scenario, folder)),
    steps: en.steps.map(({ step }) => step),
    texts: { en: textOf(en), zh: textOf(zh) },
  };
}

function present(text: string | undefined, file: string): string {
  if (text === undefined)
    throw new LessonError(file, null, '', 'this file is missing; a lesson has lesson.en.md, lesson.zh.md and scenario.json');
  return text;
}

function readScenario({ folder, scenario }: LessonSources): Scenario {
  const file = `${folder}/scenario.json`;
  try {
    return parseScenarioText(present(scenario, file), file);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new LessonError(file, null, '', error.message.replace(`${file}: `, ''));
  }
}

function textOf({ title, summary, steps }: LessonFile): LessonText {
  return { title, summary, steps: steps.map(({ text }) => text) };
}

/** The translation has the same steps in the same order, each with the same experiment, and as many choices. */
function mustAgree(en: LessonFile, zh: LessonFile): void {
  for (const key of ['minutes', 'terms', 'source'] as const)
    if (!same(en[key], zh[key]))
      throw new LessonError(zh.file, null, key, `expected the same as in ${en.file}: ${[en[key]].flat().join(', ')}`);
  en.steps.forEach((step, i) => stepsMustAgree(step, zh.steps[i], en.file, zh.file));
  const extra = zh.steps[en.steps.length];
  if (extra !== undefined) throw new LessonError(zh.file, extra.line, `steps.${extra.step.id}`, `${en.file} has no such step`);
}

function stepsMustAgree(en: ReadStep, zh: ReadStep | undefined, enFile: string, zhFile: string): void {
  const key = `steps.${en.step.id}`;
  if (zh?.step.id !== en.step.id)
    throw new LessonError(
      zhFile,
      zh?.line ?? null,
      key,
      `expected the step "${en.step.id}" here, as in ${enFile}:${en.line}; got ${zh === undefined ? 'the end of the file' : `"${zh.step.id}"`}`,
    );
  const [mine, theirs] = [zh.step.experiment, en.step.experiment];
  if ((mine === null) !== (theirs === null))
    throw new LessonError(zhFile, zh.line, key, `expected ${theirs === null ? 'no' : 'an'} experiment, as in ${enFile}:${en.line}`);
  if (zh.text.predict?.choices.length !== en.text.predict?.choices.length)
    throw new LessonError(
      zhFile,
      zh.line,
      `${key}.predict`,
      `expected ${en.text.predict?.choices.length ?? 0} choices, as in ${enFile}:${en.line}`,
    );
  for (const [part, field] of [
    ['predict', 'right'],
    ['do', 'acts'],
    ['check', 'check'],
  ] as const)
    if (!same(mine?.[field], theirs?.[field]))
      throw new LessonError(
        zhFile,
        zh.line,
        `${key}.${part}`,
        `expected the same ${part === 'predict' ? 'right choice' : `${part} block`} as in ${enFile}:${en.line}`,
      );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

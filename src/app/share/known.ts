/** Scenarios that the page has anyway, by the name that a link gives them: the ready ones, and those of the lessons. */
import { lessons } from 'virtual:lessons';
import { SCENARIOS } from '../../ensemble/scenarios/index.ts';
import type { Lesson, LessonCard } from '../../lesson/lesson.ts';

const LESSONS: readonly { readonly card: LessonCard; readonly load: () => Promise<Lesson> }[] = lessons;

/** @returns undefined when there is none of that name. */
export async function knownScenario(name: string): Promise<unknown> {
  if (Object.hasOwn(SCENARIOS, name)) return SCENARIOS[name];
  const lesson = LESSONS.find(({ card }) => card.id === name);
  return lesson === undefined ? undefined : (await lesson.load()).scenario;
}

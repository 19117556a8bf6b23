/** Reads the lessons of a folder from disk. Used at build time and by tests; the page gets data. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lesson } from '../lesson.ts';
import { compileLesson } from './lesson.ts';

/** Names of the lesson folders in `root`, in their order. */
export function lessonIds(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Files of a lesson. */
export function lessonFiles(root: string, id: string): readonly string[] {
  return ['lesson.en.md', 'lesson.zh.md', 'scenario.json'].map((name) => join(root, id, name));
}

/** @throws LessonError */
export function readLesson(root: string, id: string): Lesson {
  const [en, zh, scenario] = lessonFiles(root, id).map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined));
  return compileLesson({ folder: `lessons/${id}`, en, zh, scenario });
}

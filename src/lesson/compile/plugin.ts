/**
 * Turns `lessons/` into modules when the page is built: `virtual:lessons` is the menu, each lesson a chunk of its own that is
 * loaded when it is opened. Markdown and its readers stay behind.
 */
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { Lesson, LessonCard } from '../lesson.ts';
import { lessonFiles, lessonIds, readLesson } from './folder.ts';

const MENU = 'virtual:lessons';
const ONE = 'virtual:lesson/';

/** @param folder where the lessons are, relative to the root of the project. */
export function lessons(folder = 'lessons'): Plugin {
  let root = folder;
  return {
    name: 'zablab-lessons',
    configResolved(config) {
      root = join(config.root, folder);
    },
    resolveId(id) {
      return id === MENU || id.startsWith(ONE) ? `\0${id}` : undefined;
    },
    load(id) {
      if (id === `\0${MENU}`) return menuModule(lessonIds(root).map((name) => read(name, (file) => this.addWatchFile(file))));
      if (id.startsWith(`\0${ONE}`))
        return `export default ${JSON.stringify(
          read(id.slice(ONE.length + 1), (file) => this.addWatchFile(file)),
          tagBytes,
        )};`.replace(/\{"\$bytes":(\[[\d,]*\])\}/g, 'Uint8Array.from($1)');
      return undefined;
    },
  };

  function read(name: string, watch: (file: string) => void): Lesson {
    for (const file of lessonFiles(root, name)) watch(file);
    return readLesson(root, name);
  }
}

function menuModule(all: readonly Lesson[]): string {
  const entries = all.map(
    (lesson) =>
      `{ card: ${JSON.stringify(cardOf(lesson))}, load: () => import(${JSON.stringify(ONE + lesson.id)}).then((module) => module.default) }`,
  );
  return `export const lessons = [${entries.join(',\n')}];`;
}

function cardOf({ id, minutes, steps, texts }: Lesson): LessonCard {
  const text = ({ title, summary }: { readonly title: string; readonly summary: string }) => ({ title, summary });
  return { id, minutes, steps: steps.length, texts: { en: text(texts.en), zh: text(texts.zh) } };
}

/** The data of a request is bytes, which JSON does not know. */
function tagBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { $bytes: [...value] } : value;
}

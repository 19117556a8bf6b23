/** Made by `compile/plugin.ts` from the folders of `lessons/`. */
declare module 'virtual:lessons' {
  import type { Lesson, LessonCard } from './lesson.ts';

  export const lessons: readonly { readonly card: LessonCard; readonly load: () => Promise<Lesson> }[];
}

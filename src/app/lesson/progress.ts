/** How far the reader has come in each lesson, kept in this browser where that is allowed. */
const KEY = 'zablab.lessons';

export interface Progress {
  /** Steps that are behind the reader. */
  readonly steps: number;
  readonly finished: boolean;
}

export const NO_PROGRESS: Progress = { steps: 0, finished: false };

type Store = Pick<Storage, 'getItem' | 'setItem'>;

/** What was kept. Anything that does not look like progress is passed over. */
export function readProgress(store: Store | null = browserStore()): Readonly<Record<string, Progress>> {
  try {
    const kept: unknown = JSON.parse(store?.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter((entry): entry is [string, Progress] => isProgress(entry[1])));
  } catch {
    return {}; // storage is off, or holds something else
  }
}

export function keepProgress(lesson: string, progress: Progress, store: Store | null = browserStore()): void {
  try {
    store?.setItem(KEY, JSON.stringify({ ...readProgress(store), [lesson]: progress }));
  } catch {
    // storage is off or full: progress lasts until the page is closed
  }
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false;
  const { steps, finished } = value as Partial<Record<keyof Progress, unknown>>;
  return Number.isInteger(steps) && (steps as number) >= 0 && typeof finished === 'boolean';
}

function browserStore(): Store | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

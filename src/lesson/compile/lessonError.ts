/** A lesson that is wrong: in which file, at which line, which part of it, and what was expected there. */
export class LessonError extends Error {
  override readonly name = 'LessonError';
  readonly file: string;
  /** From 1; null where the whole file is meant. */
  readonly line: number | null;
  /** Such as `steps.two-votes.check`; empty for the whole. */
  readonly key: string;

  constructor(file: string, line: number | null, key: string, expected: string) {
    super(`${file}${line === null ? '' : `:${line}`}: ${key === '' ? '' : `${key}: `}${expected}`);
    this.file = file;
    this.line = line;
    this.key = key;
  }
}

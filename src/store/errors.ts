import type { StoreFailure } from './types.ts';

/** A disk that cannot be read. `failure` says what was wrong, in the words of the real server's log, and where. */
export class StoreError extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(failure.message + placeOf(failure));
    this.name = 'StoreError';
    this.failure = failure;
  }
}

/**
 * The bytes ended before the value did (`EOFException`). Not always a failure: the end of a log, a record of an older
 * version and an older snapshot are recognised by it.
 */
export class EndOfBytes extends StoreError {}

/** The same failure, with the file named, for errors raised by a reader that saw only bytes. */
export function inFile(error: StoreError, file: string): StoreError {
  return new StoreError({ file, ...error.failure });
}

function placeOf({ file, offset }: StoreFailure): string {
  if (file === undefined && offset === undefined) return '';
  if (offset === undefined) return ` (${file})`;
  return file === undefined ? ` (at byte ${offset})` : ` (${file}, at byte ${offset})`;
}

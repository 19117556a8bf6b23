/** What of an archive was not read, and why. */

export type ProblemKind =
  | 'encrypted'
  | 'method'
  | 'format'
  | 'path'
  | 'notAFile'
  | 'twice'
  | 'tooMany'
  | 'tooLarge'
  | 'bomb'
  | 'overlap'
  | 'nested'
  | 'truncated'
  | 'checksum'
  | 'damaged';

export interface ArchiveProblem {
  readonly kind: ProblemKind;
  /** Of the archive or the entry, as it was written. */
  readonly path: string;
  /** Byte in the archive where it was noticed, where there is such a place. */
  readonly offset: number | null;
  /** What was wrong, and what was done about it. */
  readonly sentence: string;
}

/** Most problems that are kept; an archive of ten thousand wrong entries says enough with these. */
const MOST_PROBLEMS = 200;

/** Collects problems, keeping a bounded number of them. */
export class Problems {
  readonly list: ArchiveProblem[] = [];

  add(kind: ProblemKind, path: string, offset: number | null, sentence: string): void {
    if (this.list.length < MOST_PROBLEMS) this.list.push({ kind, path: printable(path), offset, sentence });
  }
}

/** A name from outside, in a form that can be printed on one line. */
export function printable(name: string): string {
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}

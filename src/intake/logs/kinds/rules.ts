/** How a message is recognised: by what it starts with, then by a rule that takes it apart. */
import type { Sid } from '../../../base/ids.ts';
import type { LogFact, LoggedException, LogRecord } from '../facts.ts';

/** The entry that a message belongs to. */
export interface Entry {
  readonly level: LogRecord['level'];
  /** Simple name of the outermost class, or empty. */
  readonly logger: string;
  readonly thread: string;
  readonly exception: LoggedException | null;
  /** The learner that this LearnerHandler thread serves, as far as its lines have told. */
  readonly learner: Sid | null;
}

/** Known, and of no interest. */
export const NOISE = 'noise';

/** Null: not this kind after all. */
export type Reading = LogFact | readonly LogFact[] | typeof NOISE | null;

export interface Rule {
  /** The message starts with this; `#` stands for a digit. */
  readonly starts: string;
  readonly read: (message: string, entry: Entry) => Reading;
}

export function rule(starts: string, read: Rule['read']): Rule {
  return { starts, read };
}

/** A rule that is a regular expression from the start of the message on. */
export function pattern(starts: string, form: RegExp, read: (groups: RegExpExecArray, entry: Entry) => Reading): Rule {
  return {
    starts,
    read: (message, entry) => {
      const found = form.exec(message);
      return found === null ? null : read(found, entry);
    },
  };
}

/** Messages that say nothing of interest. */
export function noise(...starts: readonly string[]): readonly Rule[] {
  return starts.map((start) => ({ starts: start, read: () => NOISE }));
}

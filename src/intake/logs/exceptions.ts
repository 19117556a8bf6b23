/** Stack traces below an entry: in any indentation, or none. */
import type { LoggedException } from './facts.ts';
import { copied } from './words.ts';

const MAX_MESSAGE = 300;
const MAX_CAUSES = 12;

/** What a line of a trace is; null when it is none. */
export type TraceLine = 'frame' | { readonly type: string; readonly message: string; readonly cause: boolean } | null;

const HEAD =
  /^(Caused by: |Suppressed: |Exception in thread "[^"]{0,200}" )?((?:[a-zA-Z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,120})(?:: ?(.*))?$/s;

/** Reads a line by itself. Blanks before it are of no meaning. */
export function traceLine(text: string): TraceLine {
  let at = 0;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  const first = text.charCodeAt(at);
  // `at org.x.Y.z(Y.java:1)`
  if (first === 97 && text.charCodeAt(at + 1) === 116 && text.charCodeAt(at + 2) === 32)
    return /^at [\w.$/@<>\- ]{1,300}\(/.test(text.slice(at, at + 320)) ? 'frame' : null;
  // `... 12 more`
  if (first === 46) return /^\.{3} \d{1,6} (?:more|common frames omitted)\s*$/.test(text.slice(at)) ? 'frame' : null;
  if (!isLetter(first)) return null;
  const found = HEAD.exec(text.slice(at, at + 2000));
  if (found === null) return null;
  const type = (found[2] ?? '').slice((found[2] ?? '').lastIndexOf('.') + 1);
  const simple = type.slice(type.lastIndexOf('$') + 1);
  if (found[1] === undefined && !/(?:Exception|Error|Throwable|ThreadDeath|Timeout)$/.test(simple)) return null;
  // A line of prose may start with such a word: an exception is followed by nothing or a colon, and only a cause may lack its package.
  return {
    type: copied(simple),
    message: copied((found[3] ?? '').trim().slice(0, MAX_MESSAGE)),
    cause: found[1]?.startsWith('Caused by') === true,
  };
}

function isLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

/** Builds one exception from the lines of its trace. */
export class ExceptionBuilder {
  private type: string | null = null;
  private message = '';
  private causes: { readonly type: string; readonly message: string }[] = [];

  add(line: Exclude<TraceLine, 'frame' | null>): void {
    if (this.type === null) {
      this.type = line.type;
      this.message = line.message;
    } else if (line.cause && this.causes.length < MAX_CAUSES) {
      this.causes.push({ type: line.type, message: line.message });
    }
  }

  /** The exception so far, or null; starts anew. */
  take(): LoggedException | null {
    if (this.type === null) return null;
    const exception: LoggedException = { type: this.type, message: this.message, causes: this.causes };
    this.type = null;
    this.causes = [];
    return exception;
  }
}

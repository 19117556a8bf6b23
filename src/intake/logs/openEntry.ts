/** An entry that may go on: its first line, and what follows it. */
import type { Sid } from '../../base/ids.ts';
import { ExceptionBuilder } from './exceptions.ts';
import type { LogFact, LogRecord } from './facts.ts';
import type { Head } from './heads.ts';
import { readMessage } from './kinds/index.ts';
import { NOISE, type Entry, type Reading } from './kinds/rules.ts';
import { withoutBars } from './prefixes.ts';

/** Lines of one message that are tried together. */
const MAX_PARTS = 12;
/** A terminal's lines are at least so long: a shorter line was not wrapped. */
export const MIN_WRAP = 38;
const MAX_LEARNERS = 1000;
/** No message that is known is longer. */
const MAX_MESSAGE = 4096;

export class OpenEntry implements Entry {
  line = 0;
  at: number | null = null;
  head: Head = { layout: '', level: 'INFO', sid: null, thread: '', logger: '' };
  host: string | null = null;
  message = '';
  /** The first line's length. */
  width = 0;
  /** About as long as the longest so far: in a text of wrapped lines, those that go on are. */
  wide = false;
  /** Its layout lacks its end. */
  unfinished = false;
  /** Lines that are neither entries nor of a trace. */
  more: string[] = [];
  traced = false;
  exception: Entry['exception'] = null;
  readonly trace = new ExceptionBuilder();
  /** By LearnerHandler's thread: whom it serves. */
  readonly learners = new Map<string, Sid>();

  get level(): LogRecord['level'] {
    return this.head.level;
  }
  get logger(): string {
    return this.head.logger;
  }
  get thread(): string {
    return this.head.thread;
  }
  get learner(): Sid | null {
    return this.learners.get(this.head.thread) ?? null;
  }

  /** This LearnerHandler's thread has named its learner. */
  serves(learner: Sid): void {
    const thread = this.head.thread;
    if (!thread.startsWith('LearnerHandler')) return;
    if (this.learners.size >= MAX_LEARNERS) this.learners.clear();
    this.learners.set(thread, learner);
  }

  /** What the entry says, now that it is complete. */
  read(): Reading {
    return this.more.length === 0 && !this.unfinished ? this.readPlain() : this.readLong();
  }

  private readPlain(): Reading {
    if (this.message.length > MAX_MESSAGE) this.message = this.message.slice(0, MAX_MESSAGE);
    const last = this.message.charCodeAt(this.message.length - 1);
    if (last === 32 || last === 9 || last === 124) this.message = withoutBars(this.message);
    return readMessage(this.message, this);
  }

  /** A message of several lines: wrapped, or printed so. The whole of it counts where it is known, else its first line. */
  private readLong(): Reading {
    const alone = withoutBars(this.message.slice(0, MAX_MESSAGE));
    const mayWrap = this.width >= MIN_WRAP;
    if (mayWrap && this.more.length > 0) {
      for (const between of ['', ' ']) {
        let message = this.message;
        let text = '';
        for (let i = 0; i < Math.min(this.more.length, MAX_PARTS); i++) {
          message += between + (this.more[i] ?? '');
          if (message.length > MAX_MESSAGE) break;
          text = withoutBars(this.closed(message));
          const read = readMessage(text, this);
          if (read !== null && read !== NOISE && !isList(read) && this.isLonger(alone, read)) {
            this.message = text;
            return read;
          }
        }
      }
    }
    this.message = alone;
    return readMessage(alone, this);
  }

  /** Whether the joined message says more than its first line alone; a line that is whole by itself goes on only if it was wrapped. */
  private isLonger(alone: string, joined: LogFact): boolean {
    const read = readMessage(alone, this);
    if (read === null || read === NOISE || isList(read)) return true;
    return this.wide && read.kind === joined.kind && JSON.stringify(read) !== JSON.stringify(joined);
  }

  /** C5 and C6 have their logger behind the message, which may be on a later line. */
  private closed(message: string): string {
    if (!this.unfinished) return message;
    const from = Math.max(0, message.length - 520);
    const found = / \(([\w.$]{1,200})\)(?: \[.{0,300}\])?$/.exec(message.slice(from));
    return found === null ? message : message.slice(0, from + found.index);
  }
}

export function isList(read: LogFact | readonly LogFact[]): read is readonly LogFact[] {
  return Array.isArray(read);
}

/** An entry that may go on: its first line, and what follows it. */
import type { Sid } from '../../base/ids.ts';
import { ExceptionBuilder } from './exceptions.ts';
import type { FactKind, LogFact, LogRecord } from './facts.ts';
import { trailingHead, type Head } from './heads.ts';
import { readMessage } from './kinds/index.ts';
import { NOISE, type Entry, type Reading } from './kinds/rules.ts';
import { withoutBars } from './prefixes.ts';

/** Lines of one message that are tried together. */
const MAX_PARTS = 12;
/** A terminal's lines are at least so long: a shorter line was not wrapped. */
export const MIN_WRAP = 38;
/** Wrapped between words, a line is so much shorter than the longest. */
export const MAX_WORD = 24;
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
  /** The same of the line that its text so far ends with, where its head was wrapped. */
  ends = 0;
  /** The longest line's so far: the terminal's, in a text of wrapped lines. */
  terminal = 0;
  /** About as long as the longest so far: in a text of wrapped lines, those that go on are. */
  wide = false;
  /** Its layout lacks its end. */
  unfinished = false;
  /** Lines that are neither entries nor of a trace. */
  more: string[] = [];
  traced = false;
  exception: Entry['exception'] = null;
  /** The message with its further lines. */
  private whole = '';
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
    // The message may be whole while what names its thread is not.
    if (this.unfinished && mayWrap) this.closed(this.message + this.more.slice(0, MAX_PARTS).join('').slice(0, MAX_MESSAGE));
    if (mayWrap && this.more.length > 0) {
      for (const between of ['', ' ']) {
        const joined = this.join(between, alone);
        if (joined !== null) return joined;
      }
    }
    this.message = alone;
    return readMessage(alone, this);
  }

  /** What the message says with the lines after it. One that fills the width goes on, even if the message is whole without it. */
  private join(between: string, alone: string): Known | null {
    let message = this.message;
    let found: Known | null = null;
    let before = this.ends;
    for (const part of this.more.slice(0, MAX_PARTS)) {
      // The line was wrapped between its logger and its thread, which is no part of the message.
      if (this.lacksThread() && /^ ?\[.{1,300}\]$/.test(part)) break;
      message += message === '' ? part.trimStart() : (between === '' && this.lacksBlank(before) ? ' ' : between) + part;
      before = part.length;
      if (message.length > MAX_MESSAGE) break;
      const text = withoutBars(this.closed(message));
      const read = readMessage(text, this);
      if (read !== null && read !== NOISE && this.isLonger(alone, read) && (found === null || kindOf(found) === kindOf(read))) {
        this.whole = text;
        found = read;
      }
      if (found !== null && part.length < this.width - MAX_WORD) break;
    }
    if (found !== null) this.message = this.whole;
    return found;
  }

  /** Blanks at the end of a line are gone: one that is so much shorter than the terminal ended with them. */
  private lacksBlank(length: number): boolean {
    const missing = this.terminal - length;
    return missing === 1 || missing === 2;
  }

  /** Whether the joined message says more than its first line alone; a line that is whole by itself goes on only if it was wrapped. */
  private isLonger(alone: string, joined: Known): boolean {
    const read = readMessage(alone, this);
    if (read === null || read === NOISE) return true;
    if (this.width >= this.terminal - 1 && !isList(read) && read.kind === 'role' && !isList(joined) && joined.kind === 'electionTook')
      return true;
    return this.wide && kindOf(read) === kindOf(joined) && JSON.stringify(read) !== JSON.stringify(joined);
  }

  /** C5 and C6 have a thread behind their logger, unless the line ends before it. */
  private lacksThread(): boolean {
    return (this.head.layout === 'C5' || this.head.layout === 'C6') && this.head.thread === '';
  }

  /** C5 and C6 have their logger behind the message, which may be on a later line. */
  private closed(message: string): string {
    if (!this.unfinished) return message;
    const from = Math.max(0, message.length - 520);
    const found = / \([\w.$]{1,200}\)(?: \[.{0,300}\])?$/.exec(message.slice(from));
    const head = found === null ? null : trailingHead(`${this.head.layout}${this.head.level}${found[0]}`);
    if (found === null || head === null) return message;
    // What stands before is the message only if this is the end, which shows when it reads.
    this.head = head;
    return message.slice(0, from + found.index);
  }
}

type Known = LogFact | readonly LogFact[];

function kindOf(read: Known): FactKind | undefined {
  return isList(read) ? read[0]?.kind : read.kind;
}

export function isList(read: LogFact | readonly LogFact[]): read is readonly LogFact[] {
  return Array.isArray(read);
}

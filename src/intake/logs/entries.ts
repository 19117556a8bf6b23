/**
 * Lines → entries → records. An entry is a log line and what belongs to it: the rest of a wrapped line, further lines of its message, its
 * stack trace. It is read when it is complete, which shows when the next one begins.
 */
import { traceLine } from './exceptions.ts';
import type { LogFact, LogRecord, ReadLog } from './facts.ts';
import { configLine } from './kinds/process.ts';
import { NOISE } from './kinds/rules.ts';
import { CoreReader } from './layouts.ts';
import { isList, MAX_WORD, MIN_WRAP, OpenEntry } from './openEntry.ts';
import { cleaned, PrefixReader } from './prefixes.ts';
import { Shapes } from './shapes.ts';
import { copied } from './words.ts';

const MAX_PREFIXES = 5;
const MAX_HOSTS = 1000;
/** Lines of one wrapped line, and their characters. */
const MAX_PARTS = 12;
const MAX_WRAPPED = 8192;
/** The same for JSON over several lines, and how often it is tried. */
const MAX_JSON_PARTS = 400;
const MAX_TRIES = 8;
const MAX_JOINED = 65_536;
/** Lines that are no rest of a message: prompts, traces of shells, separators, cut marks. */
const AROUND = /^(?:[$#%+>] |--|\.\.\.|\[\.\.\.|\[?[\w.-]{1,40}@[\w.-]{1,60}[ :])/;

/** The parts of a line so far: one that was wrapped before its message, or that its transport has cut. Joined only when it may be whole. */
interface Parts {
  readonly line: number;
  readonly host: string | null;
  readonly outer: number | null;
  readonly texts: string[];
  length: number;
  tries: number;
  readonly json: boolean;
}

export class EntryReader {
  private readonly log: number;
  private readonly core = new CoreReader();
  private readonly prefix = new PrefixReader();
  private readonly shapes = new Shapes();
  private readonly layouts = new Map<string, number>();
  private readonly records: LogRecord[] = [];
  private readonly counts = { known: 0, noise: 0, unknown: 0, stack: 0, other: 0 };
  private readonly alone = new OpenEntry();
  private readonly open = new Map<string, OpenEntry>();
  private readonly lastAt = new Map<string | null, number>();
  /** P3, by host. */
  private readonly pieces = new Map<string | null, Parts>();
  private wrapped: Parts | null = null;
  /** Hosts of prefixes whose lines name another host themselves: what follows such a line belongs to that one. */
  private readonly inner = new Map<string, string>();
  /** The entry that began last: lines that name no host go on with it. */
  private last = this.alone;
  private number = 0;
  /** Length of the longest entry's line. */
  private widest = 0;
  /** Of the line being read. */
  private first = 0;
  private host: string | null = null;
  private outer: number | null = null;

  constructor(log: number) {
    this.log = log;
  }

  line(text: string): void {
    this.number++;
    this.first = this.number;
    this.host = null;
    this.outer = null;
    const c = text.charCodeAt(0);
    if (c >= 48 && c <= 57 && this.core.read(text, 0)) {
      this.begin(text);
      return;
    }
    if (text === '') {
      this.counts.other++;
      return;
    }
    // Frames of a trace, without looking further.
    if ((c === 9 || c === 32) && this.wrapped === null && this.rest(text)) return;
    this.outside(cleaned(text));
  }

  end(): Pick<ReadLog, 'records' | 'layouts' | 'unknown' | 'counts'> {
    for (const piece of [...this.pieces.values()]) this.whole(piece);
    this.dropWrapped();
    this.finish(this.alone);
    for (const entry of this.open.values()) this.finish(entry);
    // Entries of several hosts may end in another order than they began.
    let sorted = true;
    for (let i = 1; i < this.records.length; i++) if (this.records[i]!.line < this.records[i - 1]!.line) sorted = false;
    return {
      records: sorted ? this.records : this.records.toSorted((a, b) => a.line - b.line),
      layouts: Object.fromEntries([...this.layouts].sort(([a], [b]) => (a < b ? -1 : 1))),
      unknown: this.shapes.list(),
      counts: { ...this.counts },
    };
  }

  /** Takes prefixes off, one at a time, until a core layout begins. */
  private outside(text: string): void {
    let from = 0;
    let tail = false;
    for (let depth = 0; depth < MAX_PREFIXES; depth++) {
      if (text.charCodeAt(from) === 62 && text.charCodeAt(from + 1) === 32) from += 2;
      if (this.core.read(text, from)) {
        this.begin(text);
        return;
      }
      if (!this.prefix.read(text, from)) break;
      tail = true;
      from = this.prefix.end;
      this.count(this.prefix.layout);
      this.host = this.prefix.host ?? this.host;
      this.outer = this.outer ?? this.prefix.at;
      if (this.prefix.layout === 'P3') {
        const piece = this.pieces.get(this.host);
        if (piece !== undefined || this.prefix.partial) {
          this.piece(piece ?? this.parts(false), text.slice(from), this.prefix.partial);
          return;
        }
      }
    }
    if (this.host !== null) this.host = this.inner.get(this.host) ?? this.host;
    if (tail && from >= text.length) {
      this.counts.other++;
      return;
    }
    this.inside(text, from);
  }

  private parts(json: boolean): Parts {
    return { line: this.first, host: this.host, outer: this.outer, texts: [], length: 0, tries: 0, json };
  }

  /** P3: one more piece of a line that its transport has cut. */
  private piece(parts: Parts, text: string, partial: boolean): void {
    if (parts.length < MAX_JOINED) parts.texts.push(copied(text));
    parts.length += text.length;
    if (partial && (this.pieces.size < 100 || this.pieces.has(parts.host))) {
      this.pieces.set(parts.host, parts);
    } else {
      this.pieces.delete(parts.host);
      this.whole(parts);
    }
  }

  private whole(parts: Parts): void {
    this.first = parts.line;
    this.host = parts.host;
    this.outer = parts.outer;
    this.inside(parts.texts.join('').slice(0, MAX_JOINED), 0);
  }

  /** What follows the prefixes: no core layout as it stands, unless it was put together from pieces. */
  private inside(text: string, from: number): void {
    if (from === 0 && this.core.read(text, 0)) {
      this.begin(text);
      return;
    }
    const rest = from === 0 ? text : text.slice(from);
    // A trace inside JSON belongs to the JSON.
    if (this.wrapped?.json === true && this.unwrap(rest)) return;
    if (this.rest(rest)) return;
    // `grep` with file names, shell prompts: the line begins later.
    const later = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3}/.exec(rest.slice(1, 160));
    if (later !== null && this.core.read(rest, later.index + 1)) {
      this.begin(rest);
      return;
    }
    if (this.unwrap(rest)) return;
    if (isHead(rest)) {
      this.dropWrapped();
      this.wrapped = this.parts(rest.charCodeAt(0) === 123);
      this.wrap(this.wrapped, rest);
      return;
    }
    this.loose(rest);
  }

  /** Stack frames and exceptions belong to the entry before. */
  private rest(text: string): boolean {
    const found = traceLine(text);
    if (found === null) return false;
    this.counts.stack++;
    const entry = this.before();
    if (found !== 'frame') entry.trace.add(found);
    entry.traced = true;
    return true;
  }

  /** The rest of a wrapped line, maybe. */
  private unwrap(rest: string): boolean {
    const wrapped = this.wrapped;
    if (wrapped === null || (this.host !== null && this.host !== wrapped.host)) return false;
    if (wrapped.texts.length >= (wrapped.json ? MAX_JSON_PARTS : MAX_PARTS) || wrapped.length + rest.length > MAX_JOINED) {
      this.dropWrapped();
      return false;
    }
    this.wrap(wrapped, rest);
    // JSON is parsed when it may be whole, and not again and again.
    if (wrapped.json && (!rest.endsWith('}') || ++wrapped.tries > MAX_TRIES)) return true;
    for (const between of wrapped.json ? ['\\n'] : ['', ' ']) {
      const text = wrapped.texts.join(between);
      if (!this.core.read(text, 0)) continue;
      this.wrapped = null;
      this.first = wrapped.line;
      this.host = wrapped.host;
      this.outer = wrapped.outer;
      this.begin(text, Math.max(...wrapped.texts.map((part) => part.length)));
      this.last.width = Math.max(this.last.width, MIN_WRAP);
      this.last.ends = rest.length;
      this.last.wide = true;
      return true;
    }
    return true;
  }

  private wrap(wrapped: Parts, text: string): void {
    // Control characters of a pasted JSON text whose escapes were expanded.
    wrapped.texts.push(copied(wrapped.json ? text.replaceAll('\t', '\\t') : text));
    wrapped.length += text.length;
  }

  private dropWrapped(): void {
    if (this.wrapped === null) return;
    this.counts.other += this.wrapped.texts.length;
    this.wrapped = null;
  }

  /** No log line: the rest of a message, a listed configuration, or what stood around the log. */
  private loose(text: string): void {
    this.counts.other++;
    const trimmed = text.trim();
    if (trimmed === '') return;
    const entry = this.before();
    const listed = configLine(trimmed);
    if (listed !== null) {
      this.record(entry, this.first, listed);
      return;
    }
    if (AROUND.test(trimmed)) return;
    if (entry.line > 0 && entry.more.length < MAX_PARTS && !entry.traced && text.length < MAX_WRAPPED) entry.more.push(copied(text));
  }

  /** The entry that a line without its own belongs to. */
  private before(): OpenEntry {
    return this.host === null ? this.last : this.current();
  }

  private current(): OpenEntry {
    if (this.host === null) return this.alone;
    let entry = this.open.get(this.host);
    if (entry === undefined) {
      if (this.open.size >= MAX_HOSTS) return this.alone;
      entry = new OpenEntry();
      this.open.set(this.host, entry);
    }
    return entry;
  }

  /** The core reader has found an entry. `width`: of its longest line, where it was wrapped. */
  private begin(text: string, width = text.length): void {
    const found = this.core.line;
    if (this.wrapped !== null) this.dropWrapped();
    if (found.json?.wrapped !== null && found.json !== null) {
      this.outer = this.outer ?? found.json.at;
      this.count('C8');
      this.outside(cleaned(found.json.wrapped));
      return;
    }
    if (found.host !== null && this.host !== null && this.inner.size < MAX_HOSTS) this.inner.set(this.host, found.host);
    this.host = found.host ?? this.host;
    const entry = this.current();
    this.last = entry;
    this.finish(entry);
    const at = found.at ?? this.outer ?? this.lastAt.get(this.host) ?? null;
    if (at !== null) this.lastAt.set(this.host, at);
    entry.line = this.first;
    entry.at = at;
    entry.head = found.head;
    entry.host = this.host;
    entry.message = found.message;
    entry.width = width;
    entry.ends = width;
    entry.wide = width >= this.widest - MAX_WORD;
    if (width > this.widest) this.widest = width;
    entry.terminal = this.widest;
    entry.unfinished = found.open;
    this.count(found.head.layout);
    const trace = found.json?.trace;
    if (trace !== undefined)
      for (const line of trace) {
        const part = traceLine(line);
        if (part === null || part === 'frame') continue;
        entry.trace.add(part);
      }
  }

  private count(layout: string): void {
    this.layouts.set(layout, (this.layouts.get(layout) ?? 0) + 1);
  }

  /** The entry is complete: what does it say? */
  private finish(entry: OpenEntry): void {
    if (entry.line === 0) {
      entry.trace.take();
      return;
    }
    entry.exception = entry.trace.take();
    const read = entry.read();
    if (read === null && entry.message.trim() === '') {
      this.counts.noise++;
    } else if (read === null) {
      this.counts.unknown++;
      this.shapes.add(entry.message, entry.line);
    } else if (read === NOISE) {
      this.counts.noise++;
    } else {
      this.counts.known++;
      if (isList(read)) for (const fact of read) this.record(entry, entry.line, fact);
      else this.record(entry, entry.line, read);
    }
    entry.line = 0;
    entry.traced = false;
    if (entry.more.length > 0) entry.more = [];
  }

  private record(entry: OpenEntry, line: number, fact: LogFact): void {
    if (fact.kind === 'learnerArrived' || fact.kind === 'synchronizing') entry.serves(fact.learner);
    this.records.push({
      log: this.log,
      line,
      at: entry.line === 0 ? (this.lastAt.get(this.host) ?? this.outer) : entry.at,
      sid: entry.line === 0 ? null : entry.head.sid,
      host: entry.line === 0 ? this.host : entry.host,
      level: entry.head.level,
      fact,
    });
  }
}

/** A line that begins as a log line does, and was wrapped before its message; or JSON over several lines. */
function isHead(text: string): boolean {
  if (text.charCodeAt(0) === 123) return /^\{ ?"[\w@.]{1,40}" ?:/.test(text);
  if (text.length < MIN_WRAP) return false;
  return (
    /^\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[,.]\d{3} (?:\[myid:|- [A-Z]{4,5} )/.test(text) ||
    /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d,\d{3} \[/.test(text)
  );
}

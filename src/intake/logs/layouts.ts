/**
 * The core layouts of a server's log line: C1…C10 of the reference, and Cloudera's (C11). Each line is recognised by itself, since pastes
 * mix them; what stands before the message is looked up in a table, because a log repeats a few hundred such heads.
 */
import { utcMs } from '../../base/utc.ts';
import { classicHead, clouderaHead, cppHead, slashesHead, trailingHead, type Head } from './heads.ts';
import { readJson, type JsonEntry } from './jsonLayout.ts';
import { withoutBars } from './prefixes.ts';
import { TimeReader } from './times.ts';
import { copied, levelOf, sidOfThread, simpleName } from './words.ts';

/** What `readCore` found; valid until the next call. */
export interface CoreLine {
  head: Head;
  /** Ms since 1970, or null. */
  at: number | null;
  message: string;
  host: string | null;
  /** The line has a time and a level, but its end is missing: a C5 or C6 without its logger. */
  open: boolean;
  json: JsonEntry | null;
}

/** Heads remembered, and their length. */
const MAX_HEADS = 4096;
const MAX_HEAD = 1000;

/** Reads core layouts. One for each text: it remembers heads and the C++ port's clock. */
export class CoreReader {
  readonly line: CoreLine = {
    head: { layout: '', level: 'INFO', sid: null, thread: '', logger: '' },
    at: null,
    message: '',
    host: null,
    open: false,
    json: null,
  };
  private readonly heads = new Map<string, Head | null>();
  private readonly time = new TimeReader();
  private cppStart: number | null = null;

  /** Reads the line from `from` on; false when it is none of these layouts. */
  read(text: string, from: number): boolean {
    const line = this.line;
    line.host = null;
    line.open = false;
    line.json = null;
    const first = text.charCodeAt(from);
    if (first === 123) return this.json(text, from);
    if (first === 91) return this.confluent(text, from);
    if (first < 48 || first > 57) return false;
    if (this.time.read(text, from)) return this.afterTime(text, this.time.end, this.time.ms);
    if (text.charCodeAt(from + 2) === 47) return this.slashes(text, from);
    return this.embedded(text, from);
  }

  private afterTime(text: string, from: number, at: number): boolean {
    const line = this.line;
    line.at = at;
    if (text.charCodeAt(from) !== 32) return false;
    const next = text.charCodeAt(from + 1);
    // ` [myid:2] - INFO  [thread:Class@1] - ` or ` - INFO  [thread:Class@1] - `
    if (next === 91 || next === 45) {
      const search = next === 91 ? text.indexOf(']', from) + 1 : from;
      let end = text.indexOf('] - ', search);
      if (end < 0) {
        if (!text.endsWith('] -')) return false;
        end = text.length - 3;
      }
      const head = this.head(text.slice(from, end + 3), classicHead);
      if (head === null) return false;
      line.head = head;
      line.message = text.slice(end + 4);
      return true;
    }
    if (next === 32 && text.startsWith('  [ :', from)) return this.cpp(text, from, at);
    return this.kafka(text, from, 'C5');
  }

  /** `[2020-02-03 10:11:12,345] INFO message (logger)`. */
  private confluent(text: string, from: number): boolean {
    if (!this.time.read(text, from + 1) || text.charCodeAt(this.time.end) !== 93) return false;
    this.line.at = this.time.ms;
    return this.kafka(text, this.time.end + 1, 'C6');
  }

  /** ` INFO message (logger) [thread]`: what names the logger stands behind the message. */
  private kafka(printed: string, from: number, layout: string): boolean {
    const line = this.line;
    const last = printed.charCodeAt(printed.length - 1);
    const text = last === 124 || last === 32 ? withoutBars(printed) : printed;
    let at = from;
    while (text.charCodeAt(at) === 32 && at < from + 4) at++;
    const end = text.indexOf(' ', at);
    if (end < 0 || end - at > 7 || end === at) return false;
    const word = text.slice(at, end);
    const level = levelOf(word);
    if (level === null) return false;
    let start = end + 1;
    while (text.charCodeAt(start) === 32) start++;
    const thread = text.endsWith(']') ? text.lastIndexOf(') [') : -1;
    const close = thread >= 0 ? thread : text.endsWith(')') ? text.length - 1 : -1;
    const open = close < 0 ? -1 : text.lastIndexOf(' (', close);
    if (open >= start - 1) {
      const head = this.head(`${layout}${word}${text.slice(open)}`, trailingHead);
      if (head !== null) {
        line.head = head;
        line.message = text.slice(start, open);
        return true;
      }
    }
    // `INFO org.apache.zookeeper.server.quorum.QuorumPeer: LOOKING`, as Cloudera Manager has it.
    const colon = text.indexOf(': ', start);
    if (colon > start && colon - start < 120) {
      const head = this.head(`C11${word} ${text.slice(start, colon)}`, clouderaHead);
      if (head !== null) {
        line.head = head;
        line.message = text.slice(colon + 2);
        return true;
      }
    }
    line.head = { layout, level, sid: null, thread: '', logger: '' };
    line.message = text.slice(start);
    line.open = true;
    return true;
  }

  /** `11/30/19 10:11:12,345 [thread] ERROR [logger] - message`. */
  private slashes(text: string, from: number): boolean {
    const date = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)[,.](\d{3}) \[/.exec(text.slice(from, from + 23));
    if (date === null) return false;
    const end = text.indexOf('] - ', from + 22);
    if (end < 0) return false;
    const head = this.head(text.slice(from + 22, end + 1), slashesHead);
    if (head === null) return false;
    const [month, day, year, hour, minute, second, ms] = date.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    this.line.head = head;
    this.line.at = utcMs(2000 + year, month, day, hour, minute, second, ms);
    this.line.message = text.slice(end + 4);
    return true;
  }

  /** `  [ :Class:thread:uptime ] - [ LEVEL ]   message`: no milliseconds, so the uptime gives the order within a second. */
  private cpp(text: string, from: number, at: number): boolean {
    const end = text.indexOf(' ] - [ ', from);
    const close = end < 0 ? -1 : text.indexOf(' ]', end + 7);
    if (close < 0) return false;
    const inner = text.slice(from + 5, end);
    const colon = inner.indexOf(':');
    const last = inner.lastIndexOf(':');
    const uptime = Number(inner.slice(last + 1));
    const head = this.head(`C9${text.slice(end + 7, close)}:${inner.slice(0, Math.max(last, colon))}`, cppHead);
    if (head === null || !Number.isSafeInteger(uptime)) return false;
    const start = at - uptime;
    if (this.cppStart === null || start > this.cppStart || start <= this.cppStart - 1000) this.cppStart = start;
    this.line.head = head;
    this.line.at = this.cppStart + uptime;
    this.line.message = text.slice(close + 2).trim();
    return true;
  }

  /** Epoch seconds, host, pid/thread, `-`, component, level, message, between tabs. */
  private embedded(text: string, from: number): boolean {
    const tab = text.indexOf('\t', from);
    if (tab < 0 || tab - from > 24) return false;
    const fields: string[] = [];
    let at = from;
    for (let i = 0; i < 6; i++) {
      const next = text.indexOf('\t', at);
      if (next < 0 || next - at > 300) return false;
      fields.push(text.slice(at, next));
      at = next + 1;
    }
    const [seconds = '', host = '', , , component = '', word = ''] = fields;
    if (!/^\d{9,11}(\.\d{1,9})?$/.test(seconds)) return false;
    const level = levelOf(word);
    if (level === null) return false;
    this.line.head = { layout: 'C10', level, sid: null, thread: '', logger: simpleName(copied(component)) };
    this.line.at = Math.floor(Number(seconds) * 1000 + 1e-4);
    this.line.host = host === '' ? null : copied(host);
    this.line.message = text.slice(at);
    return true;
  }

  private json(text: string, from: number): boolean {
    if (!text.endsWith('}')) return false;
    const entry = readJson(from === 0 ? text : text.slice(from));
    if (entry === null || (entry.wrapped === null && entry.level === null)) return false;
    const line = this.line;
    line.json = entry;
    line.at = entry.at;
    line.host = entry.host;
    line.message = entry.message;
    line.head = {
      layout: 'C8',
      level: entry.level ?? 'INFO',
      sid: entry.myid ?? sidOfThread(entry.thread),
      thread: entry.thread,
      logger: simpleName(entry.logger),
    };
    return true;
  }

  private head(key: string, read: (key: string) => Head | null): Head | null {
    if (key.length > MAX_HEAD) return null;
    const known = this.heads.get(key);
    if (known !== undefined) return known;
    if (this.heads.size >= MAX_HEADS) this.heads.clear();
    const own = copied(key);
    const head = read(own);
    this.heads.set(own, head);
    return head;
  }
}

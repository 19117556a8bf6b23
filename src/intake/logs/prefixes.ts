/**
 * What transports and viewers put before a server's line: P1…P6 of the reference, and what terminals and web pages leave on it. Prefixes
 * nest, so they are taken off one at a time.
 */
import { utcMs } from '../../base/utc.ts';
import { monthOf, TimeReader } from './times.ts';
import { copied } from './words.ts';

/** Longer names are none. */
const MAX_NAME = 64;

/** Takes prefixes off. One for each text: host names are kept once. */
export class PrefixReader {
  /** Of the last prefix read: which one, where it ends, and what it told. */
  layout = '';
  end = 0;
  host: string | null = null;
  at: number | null = null;
  /** P3: the line goes on in the next one. */
  partial = false;
  private readonly time = new TimeReader();
  private readonly hosts = new Map<string, string>();

  /** Reads one prefix; false when there is none at `from`. */
  read(text: string, from: number): boolean {
    this.host = null;
    this.at = null;
    this.partial = false;
    const first = text.charCodeAt(from);
    if (first >= 48 && first <= 57) {
      if (this.stamped(text, from)) return true;
    } else if (first >= 65 && first <= 90 && (this.viewer(text, from) || this.syslog(text, from))) {
      return true;
    } else if (first === 91 && this.kubectl(text, from)) {
      return true;
    }
    return this.compose(text, from);
  }

  /** P2, P3, P5: a time of its own. */
  private stamped(text: string, from: number): boolean {
    const between = text.charCodeAt(from + 10);
    if ((between !== 84 && between !== 95) || !this.time.read(text, from)) return false;
    let at = this.time.end;
    // svlogd prints more decimals than the reader takes, and a colon after the time.
    if (text.charCodeAt(at) === 58) at++;
    if (text.charCodeAt(at) !== 32) return at === text.length && this.found(between === 95 ? 'P5' : 'P2', at, null, this.time.ms);
    at++;
    if (between === 95) return this.found('P5', at, null, this.time.ms);
    const stream = text.startsWith('stdout ', at) || text.startsWith('stderr ', at);
    const tag = text.charCodeAt(at + 7);
    const after = text.charCodeAt(at + 8);
    if (stream && (tag === 70 || tag === 80) && (after === 32 || at + 8 === text.length)) {
      this.found('P3', Math.min(at + 9, text.length), null, this.time.ms);
      this.partial = tag === 80;
      return true;
    }
    return this.found('P2', at, null, this.time.ms);
  }

  /** P4: `Jan 05, 2022 @ 10:11:12.345⇥zk-1⇥`. */
  private viewer(text: string, from: number): boolean {
    if (text.charCodeAt(from + 6) !== 44) return false;
    const found = /^([A-Z][a-z]{2}) (\d\d), (\d{4}) @ (\d\d):(\d\d):(\d\d)\.(\d{3})\t([^\t]{0,200})\t/.exec(text.slice(from, from + 240));
    const month = monthOf(found?.[1] ?? '');
    if (found === null || month === 0) return false;
    const [day, year, hour, minute, second, ms] = found.slice(2, 8).map(Number) as [number, number, number, number, number, number];
    return this.found('P4', from + found[0].length, found[8] ?? '', utcMs(year, month, day, hour, minute, second, ms));
  }

  /** P6: `Jan 05 10:11:12 host zookeeper[123]: `; the year is not told, so neither is the time. */
  private syslog(text: string, from: number): boolean {
    if (text.charCodeAt(from + 3) !== 32 || text.charCodeAt(from + 9) !== 58) return false;
    const found = /^([A-Z][a-z]{2}) [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? (\S{1,200}) ([\w./@-]{1,100})(?:\[\d{1,10}\])?: ?/.exec(
      text.slice(from, from + 360),
    );
    if (found === null || monthOf(found[1] ?? '') === 0) return false;
    return this.found('P6', from + found[0].length, found[2] ?? '', null);
  }

  /** `[pod/zk-0/zookeeper] `. */
  private kubectl(text: string, from: number): boolean {
    if (!text.startsWith('[pod/', from)) return false;
    const close = text.indexOf('] ', from);
    if (close < 0 || close - from > 200) return false;
    const slash = text.indexOf('/', from + 5);
    return this.found('P1', close + 2, text.slice(from + 5, slash > 0 && slash < close ? slash : close), null);
  }

  /** P1: `zk_2_1   | `. */
  private compose(text: string, from: number): boolean {
    let at = from;
    while (at < from + MAX_NAME && isNameChar(text.charCodeAt(at))) at++;
    if (at === from || at === text.length) return false;
    const name = at;
    while (at < from + 2 * MAX_NAME && text.charCodeAt(at) === 32) at++;
    if (text.charCodeAt(at) !== 124) return false;
    const next = text.charCodeAt(at + 1);
    if (next === 32) return this.found('P1', at + 2, text.slice(from, name), null);
    return (next === 9 || at + 1 === text.length) && this.found('P1', at + 1, text.slice(from, name), null);
  }

  private found(layout: string, end: number, host: string | null, at: number | null): true {
    this.layout = layout;
    this.end = end;
    this.at = at;
    this.host = host === null || host === '' ? null : (this.hosts.get(host) ?? this.keep(host));
    return true;
  }

  private keep(host: string): string {
    const own = copied(host);
    if (this.hosts.size < 1000) this.hosts.set(own, own);
    return own;
  }
}

function isNameChar(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 45 || c === 95 || c === 46 || c === 47;
}

/** Colours and other control sequences of terminals. */
const ANSI = /\u001b\[[0-9;?]{0,20}[A-Za-z]/g;

/** Takes off what a terminal, a mail or a web page has added: control sequences, NULs, `> ` quoting, bars and blanks at the end. */
export function cleaned(text: string): string {
  let clean = text;
  if (clean.includes('\u001b')) clean = clean.replace(ANSI, '');
  if (clean.includes('\0')) clean = clean.replaceAll('\0', '');
  for (let depth = 0; depth < 8 && clean.charCodeAt(0) === 62; depth++) clean = clean.slice(clean.charCodeAt(1) === 32 ? 2 : 1);
  return withoutBars(clean);
}

/** `… LOOKING | |` as copied from a table of a web page. */
export function withoutBars(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9 || text.charCodeAt(end - 1) === 124)) end--;
  if (end === text.length) return text;
  // A single bar may belong to the message; blanks at the end never do.
  return text.slice(0, /\|\s*$/.test(text.slice(end)) && !/\|\s*\|/.test(text.slice(end)) ? text.trimEnd().length : end);
}

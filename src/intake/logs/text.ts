/**
 * Lines of a text of unknown encoding that comes in chunks. A chunk may end anywhere, inside a character too; what comes out depends on the
 * bytes alone. Long texts are decoded in big pieces, and lines are found with `indexOf`: this is the hot path of an import.
 */
import type { Bytes } from '../../base/ids.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

/** Longer lines are cut here: bytes. */
export const MAX_LINE_BYTES = 65_536;
/** The encoding is told by so many bytes at the start. */
const SAMPLE = 4096;
/** Decoded at once: bytes. */
const PIECE = 32_768;

const LF = 10;
const CR = 13;
const NONE: Bytes = new Uint8Array(0);

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** `latin1` is windows-1252 to the Encoding Standard, which is what such texts are. */
const latin1 = new TextDecoder('latin1');

/** Tells the encoding by the byte order mark, or by where zeros stand: half of the bytes of ASCII in UTF-16 are zero. */
export function detectEncoding(sample: Bytes): Exclude<Encoding, 'latin1'> {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  let even = 0;
  let odd = 0;
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  const pairs = sample.length >> 1;
  if (pairs >= 2 && odd > pairs * 0.4 && even < pairs * 0.1) return 'utf-16le';
  if (pairs >= 2 && even > pairs * 0.4 && odd < pairs * 0.1) return 'utf-16be';
  return 'utf-8';
}

/**
 * Decodes the bytes of one line, its end included or not. An 8-bit line that is no UTF-8 is read as Latin-1.
 *
 * @param encoding as detected; `latin1` only means that a line of the text is.
 */
export function decodeLine(bytes: Bytes, encoding: Encoding): string {
  const wide = encoding === 'utf-16le' || encoding === 'utf-16be';
  const content = wide ? bytes : bytes.subarray(leadingNuls(bytes));
  const cut = content.length > MAX_LINE_BYTES ? content.subarray(0, MAX_LINE_BYTES) : content;
  const text = wide ? new TextDecoder(encoding, { ignoreBOM: true }).decode(cut) : decodeBytes(cut, cut.length < content.length);
  const end = text.endsWith('\r\n') ? text.length - 2 : text.endsWith('\n') || text.endsWith('\r') ? text.length - 1 : text.length;
  return text.slice(text.charCodeAt(0) === 0xfeff ? 1 : 0, end);
}

/** `cut`: the last character may be incomplete. */
function decodeBytes(bytes: Bytes, cut: boolean): string {
  const text = utf8.decode(bytes);
  const bad = text.indexOf('\ufffd');
  if (bad < 0 || (cut && bad >= text.length - 3) || holdsReplacement(bytes)) return cut ? text.replace(/\ufffd{1,3}$/, '') : text;
  return latin1.decode(bytes);
}

/** Whether U+FFFD stands in the UTF-8 itself. */
function holdsReplacement(bytes: Bytes): boolean {
  for (let i = bytes.indexOf(0xef); i >= 0; i = bytes.indexOf(0xef, i + 1)) if (bytes[i + 1] === 0xbf && bytes[i + 2] === 0xbd) return true;
  return false;
}

/** A log that was truncated while its server went on writing begins with as many zero bytes as it had: they belong to no line. */
function leadingNuls(bytes: Bytes): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}

/** Takes lines without their ends. The string may be a slice of a much longer one: keep copies of its parts. */
export type LineSink = (text: string, cut: boolean) => void;

/** Cuts chunks into lines, and remembers where each starts. */
export class LineSplitter {
  encoding: Encoding | null = null;
  bytes = 0;
  lines = 0;
  private offsets = new Uint32Array(1024);
  private head: Bytes = NONE;
  private feed: Feed | null = null;
  private readonly sink: LineSink;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  push(chunk: Bytes): void {
    this.bytes += chunk.length;
    if (this.feed !== null) {
      this.feed.push(chunk);
      return;
    }
    // A big first chunk is not copied.
    const head = this.head.length === 0 && chunk.length >= SAMPLE ? chunk : joined(this.head, chunk);
    if (head.length >= SAMPLE) this.start(head);
    else this.head = head;
  }

  end(): void {
    (this.feed ?? this.start(this.head)).end();
  }

  /** Byte offset of each line's start. */
  starts(): Uint32Array {
    return this.offsets.slice(0, this.lines);
  }

  private start(head: Bytes): Feed {
    const encoding = detectEncoding(head.subarray(0, SAMPLE));
    this.encoding = encoding;
    const line = (text: string, start: number, cut: boolean): void => {
      if (this.lines === this.offsets.length) {
        const wider = new Uint32Array(this.offsets.length * 2);
        wider.set(this.offsets);
        this.offsets = wider;
      }
      this.offsets[this.lines++] = start;
      this.sink(this.lines === 1 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, cut);
    };
    this.feed =
      encoding === 'utf-8'
        ? new ByteFeed(line, () => {
            this.encoding = 'latin1';
          })
        : new UnitFeed(line, encoding);
    this.head = NONE;
    this.feed.push(head);
    return this.feed;
  }
}

interface Feed {
  push(chunk: Bytes): void;
  end(): void;
}

type StartedLine = (text: string, start: number, cut: boolean) => void;

/** UTF-8 and other texts of single bytes. */
class ByteFeed implements Feed {
  /** Of the line that has not ended: its first bytes, how many are kept, how many it has in all, and where it starts. */
  private pending: Bytes = new Uint8Array(1024);
  private kept = 0;
  private length = 0;
  private start = 0;
  /** The last byte was a CR: whether an LF belongs to it shows next. */
  private cr = false;
  private readonly line: StartedLine;
  private readonly onLatin1: () => void;

  constructor(line: StartedLine, onLatin1: () => void) {
    this.line = line;
    this.onLatin1 = onLatin1;
  }

  push(chunk: Bytes): void {
    let from = 0;
    if (chunk.length === 0) return;
    if (this.cr) {
      if (chunk[0] === LF) {
        this.length++;
        from = 1;
      }
      this.flush();
    }
    if (this.length > 0) {
      const end = firstEnd(chunk, from);
      if (end < 0) {
        this.keep(chunk.subarray(from));
        return;
      }
      // A CR at the very end waits for what follows.
      const last = chunk[end] === CR && end === chunk.length - 1;
      this.keep(chunk.subarray(from, chunk[end] === CR && chunk[end + 1] === LF ? end + 2 : end + 1));
      if (last) return;
      from = chunk[end] === CR && chunk[end + 1] === LF ? end + 2 : end + 1;
      this.flush();
    }
    const lf = chunk.lastIndexOf(LF);
    const cr = chunk.lastIndexOf(CR, chunk.length - 2);
    const end = Math.max(lf, chunk.length >= 2 ? cr : -1) + 1;
    if (end > from) {
      this.block(chunk.subarray(from, end));
      from = end;
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
  }

  end(): void {
    if (this.length > 0) this.flush();
  }

  private keep(part: Bytes): void {
    const content = this.kept === 0 ? part.subarray(leadingNuls(part)) : part;
    const room = Math.min(content.length, MAX_LINE_BYTES + 1 - this.kept);
    if (room > 0) {
      if (this.kept + room > this.pending.length) {
        const wider = new Uint8Array(Math.max(this.pending.length * 2, this.kept + room));
        wider.set(this.pending.subarray(0, this.kept));
        this.pending = wider;
      }
      this.pending.set(content.subarray(0, room), this.kept);
      this.kept += room;
    }
    this.length += part.length;
    this.cr = part[part.length - 1] === CR;
  }

  /** The pending line is complete. */
  private flush(): void {
    const kept = this.pending.subarray(0, this.kept);
    const end = firstEnd(kept, 0);
    this.one(end < 0 ? kept : kept.subarray(0, end), this.start);
    this.start += this.length;
    this.length = 0;
    this.kept = 0;
    this.cr = false;
  }

  /** Whole lines with their ends. */
  private block(bytes: Bytes): void {
    for (let from = 0; from < bytes.length;) {
      let to = bytes.length;
      if (to - from > PIECE) {
        const end = firstEnd(bytes, from + PIECE);
        if (end >= 0) to = bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
      }
      this.piece(bytes.subarray(from, to));
      from = to;
    }
  }

  private piece(bytes: Bytes): void {
    const text = utf8.decode(bytes);
    // As many characters as bytes, and none of them bad: ASCII.
    if (text.length === bytes.length && !text.includes('\ufffd')) {
      const base = this.start;
      eachLine(text, (start, to) => {
        let from = start;
        while (from < to && text.charCodeAt(from) === 0) from++;
        const cut = to - from > MAX_LINE_BYTES;
        this.line(text.slice(from, cut ? from + MAX_LINE_BYTES : to), base + start, cut);
      });
    } else {
      for (let from = 0; from < bytes.length;) {
        const end = firstEnd(bytes, from);
        const to = end < 0 ? bytes.length : end;
        this.one(bytes.subarray(from + leadingNuls(bytes.subarray(from, to)), to), this.start + from);
        from = bytes[to] === CR && bytes[to + 1] === LF ? to + 2 : to + 1;
      }
    }
    this.start += bytes.length;
  }

  private one(bytes: Bytes, start: number): void {
    const cut = bytes.length > MAX_LINE_BYTES;
    const part = cut ? bytes.subarray(0, MAX_LINE_BYTES) : bytes;
    const text = decodeBytes(part, cut);
    if (text.length === part.length && part.some((byte) => byte > 127)) this.onLatin1();
    this.line(text, start, cut);
  }
}

/** UTF-16: decoded first; a code unit is two bytes. */
class UnitFeed implements Feed {
  private readonly decoder: TextDecoder;
  private pending: string[] = [];
  private length = 0;
  private start = 0;
  private cr = false;
  private readonly line: StartedLine;

  constructor(line: StartedLine, encoding: 'utf-16le' | 'utf-16be') {
    this.line = line;
    this.decoder = new TextDecoder(encoding, { ignoreBOM: true });
  }

  push(chunk: Bytes): void {
    for (let from = 0; from < chunk.length; from += PIECE)
      this.text(this.decoder.decode(chunk.subarray(from, from + PIECE), { stream: true }));
  }

  end(): void {
    this.text(this.decoder.decode());
    if (this.length > 0) this.flush();
  }

  private text(text: string): void {
    if (text === '') return;
    let from = 0;
    if (this.cr) {
      if (text.charCodeAt(0) === LF) {
        this.length++;
        from = 1;
      }
      this.flush();
    }
    eachLine(text, (at, to, next) => {
      if (at < from) at = from;
      // Only whole lines; the rest waits, and so does a CR whose LF may still come.
      if (next < 0 || (next === text.length && text.charCodeAt(next - 1) === CR)) {
        this.keep(text.slice(at));
      } else if (next > from) {
        this.keep(text.slice(at, to));
        this.length += next - to;
        this.flush();
      }
    });
  }

  private keep(part: string): void {
    const room = MAX_LINE_BYTES / 2 + 1 - this.length;
    if (room > 0 && part !== '') this.pending.push(part.slice(0, room));
    this.length += part.length;
    this.cr = part.charCodeAt(part.length - 1) === CR;
  }

  private flush(): void {
    const whole = this.pending.join('');
    const text = this.cr && whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    const cut = text.length > MAX_LINE_BYTES / 2;
    this.line(cut ? text.slice(0, MAX_LINE_BYTES / 2) : text, this.start, cut);
    this.start += this.length * 2;
    this.pending = [];
    this.length = 0;
    this.cr = false;
  }
}

/** Calls with the start and end of every line, and where the next starts: −1 when the last one has no end. */
function eachLine(text: string, found: (from: number, to: number, next: number) => void): void {
  let cr = text.indexOf('\r');
  let from = 0;
  while (from < text.length) {
    const lf = text.indexOf('\n', from);
    if (cr >= 0 && cr < from) cr = text.indexOf('\r', from);
    if (cr >= 0 && (lf < 0 || cr < lf)) {
      const next = text.charCodeAt(cr + 1) === LF ? cr + 2 : cr + 1;
      found(from, cr, next);
      from = next;
    } else if (lf >= 0) {
      found(from, lf, lf + 1);
      from = lf + 1;
    } else {
      found(from, text.length, -1);
      return;
    }
  }
}

function firstEnd(bytes: Bytes, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const cr = (lf < 0 ? bytes : bytes.subarray(0, lf)).indexOf(CR, from);
  return cr >= 0 ? cr : lf;
}

function joined(a: Bytes, b: Bytes): Bytes {
  if (a.length === 0) return b.slice();
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Reads one text of server logs: lines → entries → facts. */
import type { Bytes } from '../../base/ids.ts';
import { EntryReader } from './entries.ts';
import type { ReadLog } from './facts.ts';
import { decodeLine, LineSplitter, MAX_LINE_BYTES } from './text.ts';

const MAX_NOTES = 100;

export interface LogReaderOptions {
  /** Called now and then with the number of bytes read so far. */
  readonly progress?: (bytes: number) => void;
}

/**
 * Reads a text that comes in chunks, in any encoding, cut anywhere. It takes any bytes; it never throws.
 *
 * ```ts
 * const reader = new LogReader(0, 'zookeeper.log');
 * for await (const chunk of stream) reader.push(chunk);
 * const log = reader.end();
 * ```
 */
export class LogReader {
  private readonly log: number;
  private readonly name: string;
  private readonly options: LogReaderOptions;
  private readonly notes: { readonly line: number; readonly text: string }[] = [];
  private readonly entries: EntryReader;
  private readonly splitter: LineSplitter;

  /** @param log the text's number, which all its records carry; @param name of the file, or what the person calls it. */
  constructor(log: number, name: string, options: LogReaderOptions = {}) {
    this.log = log;
    this.name = name;
    this.options = options;
    this.entries = new EntryReader(log);
    this.splitter = new LineSplitter((text, cut) => {
      if (cut) this.note(this.splitter.lines, `longer than ${MAX_LINE_BYTES / 1024} kB: only its beginning was read`);
      this.entries.line(text);
    });
  }

  push(chunk: Bytes): void {
    this.splitter.push(chunk);
    this.options.progress?.(this.splitter.bytes);
  }

  end(): ReadLog {
    this.splitter.end();
    const read = this.entries.end();
    const encoding = this.splitter.encoding ?? 'utf-8';
    if (encoding === 'latin1') this.note(1, 'some lines are not UTF-8: they were read as Latin-1');
    return {
      log: this.log,
      name: this.name,
      bytes: this.splitter.bytes,
      encoding,
      lines: this.splitter.lines,
      notes: this.notes,
      starts: this.splitter.starts(),
      ...read,
    };
  }

  private note(line: number, text: string): void {
    if (this.notes.length < MAX_NOTES) this.notes.push({ line, text });
  }
}

/** Reads a whole text at once. */
export function readLog(log: number, name: string, bytes: Bytes, options?: LogReaderOptions): ReadLog {
  const reader = new LogReader(log, name, options);
  reader.push(bytes);
  return reader.end();
}

/** Where a line stands in the text: bytes, its end included. Null when there is no such line. */
export function lineRange(log: Pick<ReadLog, 'starts' | 'bytes'>, line: number): { readonly from: number; readonly to: number } | null {
  const from = log.starts[line - 1];
  return from === undefined ? null : { from, to: log.starts[line] ?? log.bytes };
}

/**
 * The text of a line, from the bytes of the whole text. At most 64 kB of it.
 *
 * @param line from 1; @returns an empty text when there is no such line.
 */
export function lineText(bytes: Bytes, log: Pick<ReadLog, 'starts' | 'bytes' | 'encoding'>, line: number): string {
  const range = lineRange(log, line);
  return range === null ? '' : decodeLine(bytes.subarray(range.from, range.to), log.encoding);
}

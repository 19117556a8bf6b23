/** A search in a log's lines, which the worker makes; hits come as they are found. */
import type { ImportReader } from './reader.ts';

export class LineSearch {
  text = $state('');
  running = $state(false);
  /** Of the log that was looked at. */
  share = $state(0);
  count = $state(0);
  /** There are more hits than were kept. */
  more = $state(false);
  private hits: number[] = [];
  private turn = 0;
  private readonly reader: ImportReader;
  private readonly log: number;

  constructor(reader: ImportReader, log: number) {
    this.reader = reader;
    this.log = log;
  }

  /** Searches; a search before it ends. Resolves when all was looked at, or another search began. */
  async start(text: string): Promise<void> {
    if (text === this.text) return;
    const turn = ++this.turn;
    this.reader.stopFind();
    this.text = text;
    this.hits = [];
    [this.count, this.share, this.more] = [0, 0, false];
    this.running = text !== '';
    if (text === '') return;
    try {
      const more = await this.reader.find(this.log, text, {
        found: (lines, share) => {
          if (turn !== this.turn) return;
          for (const line of lines) this.hits.push(line);
          [this.count, this.share] = [this.hits.length, share];
        },
      });
      if (turn === this.turn) this.more = more;
    } catch {
      // The lines cannot be read any more: the list says so.
    }
    if (turn === this.turn) this.running = false;
  }

  /** Keeps what was found so far. */
  stop(): void {
    this.turn++;
    this.reader.stopFind();
    this.running = false;
    this.more = true;
  }

  /** The next hit after or before a line, beyond the end the first or last one. Null without hits. */
  next(line: number, direction: 1 | -1): number | null {
    const at = this.countAtMost(direction === 1 ? line : line - 1);
    return (direction === 1 ? (this.hits[at] ?? this.hits[0]) : (this.hits[at - 1] ?? this.hits.at(-1))) ?? null;
  }

  /** Which hit a line is, from 1; 0 when it is none. */
  place(line: number): number {
    void this.count;
    const at = this.countAtMost(line);
    return this.hits[at - 1] === line ? at : 0;
  }

  private countAtMost(line: number): number {
    let low = 0;
    let high = this.hits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.hits[middle] ?? Infinity) <= line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The lines of a log that was read, from its bytes: they stay where they are, only what is looked at becomes text. */
import type { IntakeFile } from '../../intake/files.ts';
import type { ReadLog } from '../../intake/logs/facts.ts';
import { decodeLine, MAX_LINE_BYTES } from '../../intake/logs/text.ts';

/** What is kept of a log once its records have become events. */
export interface KeptLog extends Pick<ReadLog, 'bytes' | 'encoding' | 'lines' | 'starts'> {
  readonly file: IntakeFile;
}

/** Read at once: bytes. */
const PIECE = 1 << 20;
/** At most so many lines are found. */
export const MOST_FOUND = 100_000;

/** Lines `from` up to, not including, `to`, counted from 1. At most 64 kB of each. Rejects when the file cannot be read any more. */
export async function linesOf(log: KeptLog, from: number, to: number): Promise<string[]> {
  const first = Math.max(1, from);
  const end = Math.min(log.lines + 1, to);
  const texts: string[] = [];
  for (let line = first; line < end;) {
    const next = pieceEnd(log, line, end);
    const base = startOf(log, line);
    // A line that is longer than a piece is read as far as it is shown.
    const bytes = await log.file.read(base, Math.min(startOf(log, next), base + Math.max(PIECE, MAX_LINE_BYTES)));
    for (; line < next; line++)
      texts.push(decodeLine(bytes.subarray(startOf(log, line) - base, startOf(log, line + 1) - base), log.encoding));
  }
  return texts;
}

export interface Search {
  /** Lines found so far, ascending, and the share of the log that was looked at. Called after every piece. */
  readonly found: (lines: readonly number[], share: number) => void;
  readonly stopped: () => boolean;
}

/** Finds a text in all lines, whatever its case. @returns whether there are more lines than are given. */
export async function findLines(log: KeptLog, text: string, { found, stopped }: Search): Promise<boolean> {
  const wanted = text.toLowerCase();
  let left = wanted === '' ? 0 : MOST_FOUND;
  for (let line = 1; line <= log.lines && left > 0;) {
    const next = pieceEnd(log, line, log.lines + 1);
    const texts = await linesOf(log, line, next);
    if (stopped()) return false;
    const hits: number[] = [];
    for (const [i, one] of texts.entries()) if (hits.length < left && one.toLowerCase().includes(wanted)) hits.push(line + i);
    left -= hits.length;
    line = next;
    found(hits, startOf(log, line) / Math.max(1, log.bytes));
  }
  return left === 0 && wanted !== '';
}

/** The first line after those that fit a piece; at least one fits. */
function pieceEnd(log: KeptLog, line: number, end: number): number {
  const limit = startOf(log, line) + PIECE;
  let low = line + 1;
  let high = end;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (startOf(log, middle) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startOf(log: KeptLog, line: number): number {
  return log.starts[line - 1] ?? log.bytes;
}

/** A log line as far as a narrow list has room for it. */

export interface ShortLine {
  /** Time of day as printed; empty where the line has none. */
  readonly time: string;
  /** `INFO`, `WARN`, …; empty where the line has none. */
  readonly level: string;
  readonly text: string;
}

/** Characters of a line that a row shows. */
const MOST = 600;
const TIME = /\b(\d{2}:\d{2}:\d{2}(?:[.,]\d{1,6})?)/;
const LEVEL = /\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/;
/** The head of a line ends with ` - ` behind the thread, the class or the level. */
const HEAD_END = / - (?!(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b)/;
/** The head is no longer than this. */
const MOST_HEAD = 400;

/** Time, level and message of a line; a line without such a head is all message. */
export function shortLine(line: string): ShortLine {
  const head = line.slice(0, MOST_HEAD);
  const level = LEVEL.exec(head);
  const time = TIME.exec(head);
  if (level === null || time === null || time.index > 120 || level.index > 200) return { time: '', level: '', text: line.slice(0, MOST) };
  const rest = line.slice(level.index + level[0].length);
  const end = HEAD_END.exec(rest.slice(0, MOST_HEAD));
  const text = end === null ? rest.replace(/^[\s\]:|-]+/, '') : rest.slice(end.index + end[0].length);
  return { time: time[1] ?? '', level: level[1] ?? '', text: text.slice(0, MOST) };
}

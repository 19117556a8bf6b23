/** Which line of a log belongs to which event of the trace, both ways. */
import type { TraceEvent } from '../../ensemble/types.ts';

/** The events of one log's lines. All arrays of one length; positions in `byLine*` ascend by line, those in `byEvent*` by event. */
export interface OriginTable {
  readonly byLine: Uint32Array<ArrayBuffer>;
  readonly eventOfByLine: Uint32Array<ArrayBuffer>;
  readonly byEvent: Uint32Array<ArrayBuffer>;
  readonly lineOfByEvent: Uint32Array<ArrayBuffer>;
}

/** Collects the tables while the trace is built. */
export class OriginTables {
  private readonly logs: { readonly lines: number[]; readonly events: number[] }[];

  /** @param logs how many there are. */
  constructor(logs: number) {
    this.logs = Array.from({ length: logs }, () => ({ lines: [], events: [] }));
  }

  /** Takes the next event. One that no line says leads to no line. */
  add({ n, origin }: TraceEvent): void {
    if (origin === undefined || origin.line < 1) return;
    const log = this.logs[origin.log];
    log?.lines.push(origin.line);
    log?.events.push(n);
  }

  tables(): OriginTable[] {
    return this.logs.map(({ lines, events }) => {
      const order = Uint32Array.from(lines.keys());
      const line = (i: number): number => lines[i] ?? 0;
      order.sort((a, b) => line(a) - line(b) || a - b);
      return {
        byLine: order.map(line),
        eventOfByLine: order.map((i) => events[i] ?? 0),
        byEvent: Uint32Array.from(events),
        lineOfByEvent: Uint32Array.from(lines),
      };
    });
  }
}

/** The event of a line: of the line itself, else of the nearest one above (a stack trace belongs to what it follows), else of the first. Null without any. */
export function eventOfLine({ byLine, eventOfByLine }: OriginTable, line: number): number | null {
  const after = countAtMost(byLine, line);
  if (after === 0) return eventOfByLine[0] ?? null;
  const found = byLine[after - 1] ?? 0;
  // Of several events of one line, the first.
  return eventOfByLine[countAtMost(byLine, found - 1)] ?? null;
}

/** Whether a line itself made an event. */
export function hasEvent({ byLine }: OriginTable, line: number): boolean {
  return byLine[countAtMost(byLine, line) - 1] === line;
}

/** The line of this log at the playhead: of event `n`, or of the log's last event before it. Null before its first. */
export function lineAt({ byEvent, lineOfByEvent }: OriginTable, n: number): number | null {
  return lineOfByEvent[countAtMost(byEvent, n) - 1] ?? null;
}

/** How many values of an ascending list are at most `value`. */
export function countAtMost(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

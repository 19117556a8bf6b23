/** How rules write down what they found. */
import { logTime } from '../../../base/utc.ts';
import type { Sid } from '../../../base/ids.ts';
import type { LoggedException } from '../facts.ts';
import type { Evidence, Finding, PlacedRecord } from '../model.ts';
import type { Context } from './context.ts';
import { distinct } from './context.ts';
import type { FindingRule } from './words.ts';

/** At most so many lines are named for one finding. */
export const MOST_LINES = 20;

/** The calendar reaches 100 million days either way. */
const CALENDAR_MS = 8.64e15;

/** A finding before ranking. Those of one rule, the same servers and the same `fold` become one. */
export interface Draft extends Finding {
  readonly rule: FindingRule;
  readonly fold: string;
}

/** What a rule says; everything else follows from the records. */
export interface Said {
  readonly servers: readonly Sid[];
  readonly records: readonly PlacedRecord[];
  readonly values?: Finding['values'];
  /** Default: certain. */
  readonly unsure?: boolean;
  /** Default: a problem. */
  readonly note?: boolean;
  /** What keeps apart findings of the same servers. */
  readonly fold?: string | number;
  /** Of the evidence's first by default; `t` of records. */
  readonly t?: number;
  readonly lines?: readonly Evidence[];
  /** How often it was seen; default: the number of records. */
  readonly count?: number;
}

/** A finding with the time of its first and its last line (`time`, `until`, as printed in the logs) and its `count` among the values. */
export function draft(context: Context, rule: FindingRule, said: Said): Draft {
  const times = said.records.map((record) => record.t);
  const first = said.t ?? least(times);
  const last = greatest(times) ?? first;
  return {
    rule,
    certainty: said.unsure === true ? 'unsure' : 'certain',
    severity: said.note === true ? 'note' : 'problem',
    servers: distinct(said.servers),
    values: {
      ...(first === null ? {} : { time: timeText(context, first), until: timeText(context, Math.max(first, last ?? first)) }),
      count: said.count ?? said.records.length,
      ...said.values,
    },
    lines: linesOf(said.lines ?? said.records.map(({ log, line }) => ({ log, line }))),
    t: first === null ? null : first - context.logCase.zero,
    fold: String(said.fold ?? ''),
  };
}

/** `23:28:50.968`, with the date before it when the logs are of several days; times that no calendar holds are printed as they are. */
export function timeText(context: Context, t: number): string {
  if (!(Math.abs(t) <= CALENDAR_MS)) return String(t);
  const text = logTime(t).replace(',', '.');
  return context.oneDay ? text.slice(-12) : text;
}

/** The first lines, each once. */
export function linesOf(lines: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  const kept: Evidence[] = [];
  for (const { log, line } of lines) {
    if (kept.length === MOST_LINES) break;
    if (seen.has(`${log}:${line}`)) continue;
    seen.add(`${log}:${line}`);
    kept.push({ log, line });
  }
  return kept;
}

/** The text of an exception: `SocketTimeoutException: Read timed out`. Empty when there is none. */
export function exceptionText(exception: { readonly type: string; readonly message: string } | null): string {
  if (exception === null) return '';
  return exception.message === '' ? exception.type : `${exception.type}: ${exception.message}`;
}

/** An exception's own text and those of its causes, in one. */
export function allTexts(exception: LoggedException | null): string {
  return exception === null ? '' : [exception, ...exception.causes].map(exceptionText).join(' / ');
}

function least(values: readonly number[]): number | null {
  return values.reduce<number | null>((a, b) => (a === null || b < a ? b : a), null);
}

function greatest(values: readonly number[]): number | null {
  return values.reduce<number | null>((a, b) => (a === null || b > a ? b : a), null);
}

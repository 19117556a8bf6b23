/**
 * One server's records in its own order: rotated texts joined, the same text given twice read once, a clock that was set back
 * carried on, and another process with the same id told apart.
 */
import type { Sid } from '../../base/ids.ts';
import type { LogRecord } from './facts.ts';
import type { ClockStep, DuplicateServer } from './model.ts';
import type { Source } from './sources.ts';

/** The records of one server. */
export interface Stream {
  readonly sid: Sid;
  readonly records: readonly LogRecord[];
  /** Time of each record on the server's own clock, ms since 1970; never goes back. */
  readonly at: Float64Array;
  readonly logs: readonly number[];
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
}

/** Lines of several threads may stand a little out of order; more than this is a clock that was set, or another text. */
const OUT_OF_ORDER_MS = 1000;
/** Two texts of one server that meet at a rotation may share this much time. */
const SHARED_MS = 1000;

/** A text, or a piece of one between two jumps back in time. */
interface Piece {
  readonly records: readonly LogRecord[];
  readonly first: number;
  readonly last: number;
}

/**
 * Joins the sources of one server.
 *
 * @param sources all of them with this sid, in any order; at least one record in all.
 */
export function streamOf(
  sid: Sid,
  sources: readonly Source[],
): { readonly stream: Stream; readonly duplicates: readonly DuplicateServer[]; readonly steps: readonly ClockStep[] } {
  const groups = processes(sources);
  const [own = [], ...others] = groups.toSorted((a, b) => size(b) - size(a));
  const { records, at, steps } = join(sid, own);
  return {
    stream: { sid, records, at, ...whereabouts(own) },
    duplicates: others.map((group) => ({
      sid,
      ...whereabouts(group),
      because: difference(own, group),
      records: join(sid, group).records,
    })),
    steps,
  };
}

function size(group: readonly Source[]): number {
  return group.reduce((sum, { records }) => sum + records.length, 0);
}

/** A source, and the time it spans; null when no line of it has a time. */
interface Spanned {
  readonly source: Source;
  readonly span: { readonly first: number; readonly last: number } | null;
}

/** Groups of sources that one process after the other can have written. A text that only repeats another is dropped. */
function processes(sources: readonly Source[]): Source[][] {
  const groups: Spanned[][] = [];
  const spanned = sources.map((source) => ({ source, span: spanOf(source) }));
  for (const one of spanned.toSorted((a, b) => b.source.records.length - a.source.records.length)) {
    if (groups.some((group) => group.some((other) => repeats(other, one)))) continue;
    const home = groups.find((group) => group.every((other) => sameText(other, one) || !overlaps(other, one)));
    if (home === undefined) groups.push([one]);
    else home.push(one);
  }
  return groups.map((group) => group.map(({ source }) => source));
}

/** Whether nearly all of `part` stands in `whole` too: a console and a file of one process, or one text given twice. */
function repeats(whole: Spanned, part: Spanned): boolean {
  if (whole.source.log.log === part.source.log.log || whole.span === null || part.span === null) return false;
  if (part.span.first < whole.span.first || part.span.last > whole.span.last) return false;
  const known = new Set<string>();
  for (const { at, fact } of whole.source.records) known.add(`${at} ${fact.kind}`);
  let same = 0;
  for (const { at, fact } of part.source.records) if (known.has(`${at} ${fact.kind}`)) same += 1;
  return same >= part.source.records.length * 0.9;
}

/** Lines with and without a transport prefix in one log. */
function sameText({ source: a }: Spanned, { source: b }: Spanned): boolean {
  return a.log.log === b.log.log && (a.host === null || b.host === null);
}

function overlaps({ span: a }: Spanned, { span: b }: Spanned): boolean {
  return a !== null && b !== null && Math.min(a.last, b.last) - Math.max(a.first, b.first) > SHARED_MS;
}

function spanOf({ records }: Source): Spanned['span'] {
  let first = Infinity;
  let last = -Infinity;
  for (const { at } of records) {
    if (at === null) continue;
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return first <= last ? { first, last } : null;
}

function difference(own: readonly Source[], other: readonly Source[]): DuplicateServer['because'] {
  const a = whereabouts(own);
  const b = whereabouts(other);
  const apart = (x: readonly string[], y: readonly string[]) => x.length > 0 && y.length > 0 && !x.some((one) => y.includes(one));
  return apart(a.addresses, b.addresses) ? 'addresses' : apart(a.hosts, b.hosts) ? 'hosts' : 'overlap';
}

function whereabouts(sources: readonly Source[]): Pick<Stream, 'logs' | 'hosts' | 'addresses'> {
  const logs = new Set<number>();
  const hosts = new Set<string>();
  const addresses = new Set<string>();
  for (const { log, host, records } of sources) {
    logs.add(log.log);
    if (host !== null) hosts.add(host);
    for (const { fact } of records) if (fact.kind === 'electionPort' && !isWildcard(fact.address)) addresses.add(fact.address);
  }
  return { logs: [...logs].sort((a, b) => a - b), hosts: [...hosts], addresses: [...addresses] };
}

function isWildcard(address: string): boolean {
  return /(?:^|\/)(?:0\.0\.0\.0|\[?(?:0:){7}0\]?|\[?::\]?)(?::\d+)?$/.test(address);
}

/** Texts in order of time; within a text its own order, unless it was printed newest first. */
function join(sid: Sid, sources: readonly Source[]): { records: readonly LogRecord[]; at: Float64Array; steps: ClockStep[] } {
  const texts = sources.map((source) => ({ pieces: piecesOf(upright(source.records)), first: spanOf(source)?.first ?? 0 }));
  const ordered = inOrder(texts.toSorted((a, b) => a.first - b.first).flatMap(({ pieces }) => pieces));
  const [only] = ordered;
  const records = ordered.length === 1 && only !== undefined ? only.records : ordered.flatMap((piece) => piece.records);
  const at = new Float64Array(records.length);
  const steps: ClockStep[] = [];
  let last = firstTime(records);
  let carried = 0;
  records.forEach((record, i) => {
    if (record.at !== null) {
      const back = last - (record.at + carried);
      if (back > OUT_OF_ORDER_MS) {
        carried += back;
        steps.push({ sid, log: record.log, line: record.line, ms: back });
      }
      last = Math.max(last, record.at + carried);
    }
    at[i] = last;
  });
  return { records, at, steps };
}

function firstTime(records: readonly LogRecord[]): number {
  for (const { at } of records) if (at !== null) return at;
  return 0;
}

/** A view of a log that lists the newest line first is turned round. */
function upright(records: readonly LogRecord[]): readonly LogRecord[] {
  let back = 0;
  let forth = 0;
  let last: number | null = null;
  for (const { at } of records) {
    if (at === null) continue;
    if (last !== null && at < last) back += 1;
    if (last !== null && at > last) forth += 1;
    last = at;
  }
  return back > forth ? records.toReversed() : records;
}

/** Cuts a text where time jumps back. */
function piecesOf(records: readonly LogRecord[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let first: number | null = null;
  let last = -Infinity;
  const cut = (to: number) => {
    if (to > from)
      pieces.push({ records: from === 0 && to === records.length ? records : records.slice(from, to), first: first ?? 0, last });
    from = to;
    first = null;
    last = -Infinity;
  };
  records.forEach(({ at }, i) => {
    if (at === null) return;
    if (at < last - OUT_OF_ORDER_MS) cut(i);
    first ??= at;
    if (at > last) last = at;
  });
  cut(records.length);
  return pieces;
}

/**
 * Pieces by time when they follow each other so; otherwise in the order given, text after text: then a clock was set back.
 */
function inOrder(pieces: readonly Piece[]): readonly Piece[] {
  const sorted = pieces.toSorted((a, b) => a.first - b.first);
  const apart = sorted.every((piece, i) => {
    const before = sorted[i - 1];
    return before === undefined || piece.first >= before.last - SHARED_MS;
  });
  return apart ? sorted : pieces;
}

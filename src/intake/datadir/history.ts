/**
 * The histories of several servers side by side: which txns all have, which only some, and which have the same zxid and are not the same.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, type Zxid } from '../../base/zxid.ts';
import type { DirectoryReport, LogReport } from './types.ts';

/** How a server stands to a txn. */
export type Standing =
  /** In its log, with the content of the first group. */
  | 'has'
  /** In its log under the same zxid, with other content. */
  | 'other'
  /** Not in its log; the snapshot that it starts from is newer, so it may or may not be in there. */
  | 'snapshot'
  /** Newer than all it has. */
  | 'behind'
  /** It has later ones of the same epoch and no snapshot covers this one: a hole in its log. */
  | 'missing'
  /** It has none of the same epoch behind it, but some of a later epoch: that epoch began without it. */
  | 'absent';

/** Txns that follow each other and stand alike on all servers. */
export interface Span {
  readonly from: Zxid;
  readonly to: Zxid;
  readonly count: number;
  readonly standing: Readonly<Record<Sid, Standing>>;
}

/** One server's history as it takes part in a comparison. */
export interface HistorySource {
  readonly sid: Sid;
  readonly report: DirectoryReport;
}

/** Where a txn stands in a server's log. */
export interface Place {
  readonly log: LogReport;
  readonly index: number;
}

const MOST_SPANS = 10_000;

export interface Histories {
  /** Oldest first. */
  readonly spans: readonly Span[];
  /** Whether there were more spans than are kept. */
  readonly more: boolean;
  /** Up to here, from the first txn that any log holds, no server differs from another; null when already the first one differs. */
  readonly commonTo: Zxid | null;
}

/** Compares all logs, txn by txn. Holds no more than the indexes and the spans. */
export function compareHistories(sources: readonly HistorySource[]): Histories {
  const cursors = sources.map(({ sid, report }) => ({ sid, report, cursor: new Cursor(report.logs), lastOf: lastCounters(report.logs) }));
  const spans: Span[] = [];
  let commonTo: Zxid | null = null;
  let common = true;
  for (;;) {
    const at = smallest(cursors.map(({ cursor }) => cursor.zxid));
    if (at === null) return { spans, more: cursors.some(({ cursor }) => cursor.more), commonTo };
    let content: string | null = null;
    const standing: Record<Sid, Standing> = {};
    for (const { sid, report, cursor, lastOf } of cursors) {
      const mine = cursor.takeIf(at);
      if (mine === null) standing[sid] = standingWithout(report, lastOf, at);
      else {
        content ??= mine;
        standing[sid] = mine === content ? 'has' : 'other';
      }
    }
    common &&= Object.values(standing).every((one) => one === 'has' || one === 'snapshot');
    if (common) commonTo = at;
    if (!join(spans, at, standing)) {
      if (spans.length === MOST_SPANS) return { spans, more: true, commonTo };
      spans.push({ from: at, to: at, count: 1, standing });
    }
  }
}

/** Txns of a span as they stand in one server's log, at most `most`. */
export function* placesOf(report: DirectoryReport, span: Pick<Span, 'from' | 'to'>, most: number): Generator<Place> {
  let left = most;
  for (const log of report.logs) {
    if (log.first === null || compareZxid(log.first, span.to) > 0) continue;
    for (let index = 0; index < log.index.count; index++) {
      const at = log.index.zxidAt(index);
      if (compareZxid(at, span.from) < 0 || compareZxid(at, span.to) > 0) continue;
      if (left-- <= 0) return;
      yield { log, index };
    }
  }
}

function standingWithout({ start, logs }: DirectoryReport, lastOf: ReadonlyMap<number, number>, at: Zxid): Standing {
  const logged = logs.findLast((log) => log.last !== null)?.last ?? null;
  const last = start.starts === true ? start.lastZxid : logged;
  if (start.starts === true && start.snapshotZxid !== null && compareZxid(at, start.snapshotZxid) <= 0) return 'snapshot';
  if (last === null || compareZxid(at, last) > 0) return 'behind';
  return (lastOf.get(at.epoch) ?? 0) > at.counter ? 'missing' : 'absent';
}

/** The last counter of each epoch that a server has logged. */
function lastCounters(logs: readonly LogReport[]): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (const { index } of logs) {
    index.epochs.forEach(({ epoch }, i) => {
      const end = (index.epochs[i + 1]?.from ?? index.count) - 1;
      last.set(epoch, Math.max(last.get(epoch) ?? 0, index.zxidAt(end).counter));
    });
  }
  return last;
}

/** Whether the txn goes with the last span; then it is counted there. */
function join(spans: Span[], at: Zxid, standing: Span['standing']): boolean {
  const last = spans.at(-1);
  if (last === undefined || last.to.epoch !== at.epoch) return false;
  for (const sid of Object.keys(standing)) if (last.standing[Number(sid)] !== standing[Number(sid)]) return false;
  spans[spans.length - 1] = { ...last, to: at, count: last.count + 1 };
  return true;
}

function smallest(zxids: readonly (Zxid | null)[]): Zxid | null {
  let least: Zxid | null = null;
  for (const zxid of zxids) if (zxid !== null && (least === null || compareZxid(zxid, least) < 0)) least = zxid;
  return least;
}

/** Part of a log in which zxids rise. */
interface Rise {
  readonly log: LogReport;
  readonly from: number;
  readonly to: number;
}

/** Rises that follow each other in zxid, and where the walk is. */
interface Stretch {
  readonly rises: Rise[];
  rise: number;
  at: number;
}

const MOST_STRETCHES = 200;

/**
 * Walks a server's logs by zxid. A log may go back in zxid (an epoch was used twice): then there are several stretches, walked at once; where two of them
 * hold the same zxid the later one counts, as it does in a replay.
 */
class Cursor {
  readonly #stretches: Stretch[] = [];
  /** Whether the log goes back so often that parts were left out. */
  readonly more: boolean;
  #next: Zxid | null = null;

  constructor(logs: readonly LogReport[]) {
    let last: Zxid | null = null;
    let more = false;
    for (const rise of logs.flatMap(risesOf)) {
      const first = rise.log.index.zxidAt(rise.from);
      const open = this.#stretches.at(-1);
      if (open !== undefined && last !== null && compareZxid(first, last) > 0) open.rises.push(rise);
      else if (this.#stretches.length < MOST_STRETCHES) this.#stretches.push({ rises: [rise], rise: 0, at: rise.from });
      else more = true;
      last = rise.log.index.zxidAt(rise.to - 1);
    }
    this.more = more;
    this.#find();
  }

  get zxid(): Zxid | null {
    return this.#next;
  }

  /** The content of the txn as a key, and past it; null if the next one is another. */
  takeIf(zxid: Zxid): string | null {
    if (this.#next === null || compareZxid(this.#next, zxid) !== 0) return null;
    let content: string | null = null;
    for (const stretch of this.#stretches) {
      const rise = stretch.rises[stretch.rise];
      if (rise === undefined || compareZxid(rise.log.index.zxidAt(stretch.at), zxid) !== 0) continue;
      content = `${rise.log.index.checksumAt(stretch.at)}:${rise.log.index.lengthAt(stretch.at)}`;
      if (++stretch.at === rise.to) {
        stretch.rise++;
        stretch.at = stretch.rises[stretch.rise]?.from ?? 0;
      }
    }
    this.#find();
    return content;
  }

  #find(): void {
    this.#next = null;
    for (const { rises, rise, at } of this.#stretches) {
      const log = rises[rise]?.log;
      if (log === undefined) continue;
      const zxid = log.index.zxidAt(at);
      if (this.#next === null || compareZxid(zxid, this.#next) < 0) this.#next = zxid;
    }
  }
}

function risesOf(log: LogReport): Rise[] {
  const rises: Rise[] = [];
  let from = 0;
  for (let i = 1; i <= log.index.count && rises.length <= MOST_STRETCHES; i++) {
    if (i < log.index.count && compareZxid(log.index.zxidAt(i), log.index.zxidAt(i - 1)) > 0) continue;
    rises.push({ log, from, to: i });
    from = i;
  }
  return rises;
}

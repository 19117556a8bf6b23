/** The logs themselves: clocks, cuts, what they do not hold, and texts that are no server logs at all. */
import type { Sid } from '../../../../base/ids.ts';
import type { ReadLog } from '../../facts.ts';
import type { PlacedRecord } from '../../model.ts';
import { groupBy } from '../context.ts';
import type { Context } from '../context.ts';
import { draft } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** Clocks this far apart are worth a word, ms: NTP keeps them within some ten. */
const OFFSET_MS = 200;
const ZONE_MS = 15 * 60_000;
/** Zones are multiples of a quarter of an hour; a clock may be off by this besides, ms. */
const ZONE_SLACK_MS = 60_000;
/** From here on an impossible order is worth a word, ms. */
const IMPOSSIBLE_MS = 100;
const MOST_LOGS = 100;

const ELECTION: ReadonlySet<PlacedRecord['fact']['kind']> = new Set([
  'role',
  'newElection',
  'notification',
  'sending',
  'leavingElection',
  'electionTook',
  'established',
  'setLooking',
  'notificationTimeout',
]);

/** Clocks that differ, as causes and effects tell; those that differ by a time zone. */
export function clockOffsets(c: Context): readonly Draft[] {
  return [...c.logCase.clocks].flatMap(([sid, clock]) => {
    const size = Math.abs(clock.offsetMs);
    if (clock.pairs === 0 || !Number.isFinite(clock.uncertainMs) || size < OFFSET_MS || size <= clock.uncertainMs) return [];
    const zones = Math.round(clock.offsetMs / ZONE_MS);
    const zone = zones !== 0 && Math.abs(clock.offsetMs - zones * ZONE_MS) <= ZONE_SLACK_MS;
    return [
      draft(c, zone ? 'clock.zone' : 'clock.offset', {
        servers: [sid],
        records: c.by(sid).slice(0, 1),
        note: zone || size < 10_000,
        unsure: zone || clock.pairs < 3,
        count: 1,
        values: {
          server: sid,
          offsetMs: clock.offsetMs,
          uncertainMs: clock.uncertainMs,
          pairs: clock.pairs,
          zoneMinutes: zone ? (zones * ZONE_MS) / 60_000 : 0,
        },
      }),
    ];
  });
}

/** Clocks that nothing ties to the others. */
export function clocksUntied(c: Context): readonly Draft[] {
  if (c.logged.length < 2) return [];
  const untied = [...c.logCase.clocks].filter(([, clock]) => clock.uncertainMs === Infinity && clock.pairs === 0).map(([sid]) => sid);
  const others = c.logged.filter((sid) => !untied.includes(sid));
  if (untied.length === 0 || others.length === 0) return [];
  return [
    draft(c, 'clock.untied', {
      servers: untied,
      records: untied.flatMap((sid) => c.by(sid).slice(0, 1)),
      note: true,
      unsure: true,
      count: 1,
      values: { untied },
    }),
  ];
}

/** Clocks that were set back while the server ran. */
export function clockSteps(c: Context): readonly Draft[] {
  const steps = c.logCase.clockSteps.filter((step) => step.ms >= OFFSET_MS);
  return [...groupBy(steps, (step) => step.sid)].map(([sid, own]) =>
    draft(c, 'clock.step', {
      servers: [sid],
      records: [],
      lines: own.map(({ log, line }) => ({ log, line })),
      note: true,
      count: own.length,
      values: { server: sid, largestMs: own.reduce((largest, step) => Math.max(largest, step.ms), 0) },
    }),
  );
}

/** Effects printed before their causes: a clock was set or drifts. */
export function impossibleOrders(c: Context): readonly Draft[] {
  const records = c.logCase.records.filter((record) => record.impossible !== null);
  const groups = groupBy(records, (record) => {
    const cause = record.impossible === null ? undefined : c.logCase.records[record.impossible];
    return `${cause?.sid ?? -1} ${record.sid}`;
  });
  return [...groups].flatMap(([key, own]) => {
    const [cause = -1, effect = -1] = key.split(' ').map(Number);
    const worstMs = own.reduce((worst, record) => Math.max(worst, early(c, record)), 0);
    // Threads of one server print within some ms of each other in any order.
    if (cause < 0 || worstMs < IMPOSSIBLE_MS) return [];
    return [
      draft(c, 'clock.impossible', {
        servers: [cause, effect],
        records: own,
        note: true,
        unsure: true,
        fold: key,
        values: { cause, effect, worstMs },
      }),
    ];
  });
}

/** How long a line stands before the line that caused it, ms. */
function early(c: Context, record: PlacedRecord): number {
  const cause = record.impossible === null ? undefined : c.logCase.records[record.impossible];
  return cause === undefined ? 0 : cause.t - record.t;
}

/** What the reader had to say about a text: cut, lines too long, a strange encoding. */
export function readerNotes(c: Context): readonly Draft[] {
  return c.logCase.logs.slice(0, MOST_LOGS).flatMap((log) =>
    log.notes.slice(0, 10).map((note) =>
      draft(c, 'log.note', {
        servers: [],
        records: [],
        note: true,
        fold: `${log.log} ${note.text}`,
        lines: [{ log: log.log, line: note.line }],
        count: 1,
        values: { log: log.name, line: note.line, text: note.text },
      }),
    ),
  );
}

/** Logs whose first role is none that a start begins with: what came before is not known. */
export function startsInTheMiddle(c: Context): readonly Draft[] {
  return c.logged.flatMap((sid) => {
    const records = c.by(sid);
    const first = records.find(({ fact }) => BOOT.has(fact.kind) || ELECTION.has(fact.kind));
    const [record] = records;
    if (record === undefined || first === undefined || BOOT.has(first.fact.kind)) return [];
    return [draft(c, 'log.middle', { servers: [sid], records: [record], note: true, count: 1, values: { server: sid } })];
  });
}

/** No DEBUG lines of the election: what cannot be known then. */
export function noDebug(c: Context): readonly Draft[] {
  const votes = c.of('notification');
  if (votes.length === 0 || c.logCase.records.some((record) => record.level === 'DEBUG')) return [];
  return [draft(c, 'log.noDebug', { servers: [], records: [], note: true, count: 1, t: c.logCase.zero })];
}

/** A ZooKeeper server's log without any election: what it does hold. */
export function noElection(c: Context): readonly Draft[] {
  const own = groupBy(c.logCase.records, (record) => record.log);
  return c.logCase.logs.slice(0, MOST_LOGS).flatMap((log) => {
    const records = own.get(log.log) ?? [];
    if (log.counts.known === 0 || records.some(({ fact }) => ELECTION.has(fact.kind))) return [];
    const kinds = [...groupBy(log.records, (record) => record.fact.kind)].sort((a, b) => b[1].length - a[1].length);
    return [
      draft(c, 'log.noElection', {
        servers: sidsOf(records),
        records: records.slice(0, 1),
        note: true,
        fold: log.log,
        count: 1,
        values: { log: log.name, lines: log.lines, holds: kinds.slice(0, 6).map(([kind, all]) => `${kind} ${all.length}`) },
      }),
    ];
  });
}

/** Texts in which nothing of a server was recognised: a client's log, or no ZooKeeper log at all. */
export function notAServerLog(c: Context): readonly Draft[] {
  return c.logCase.logs.slice(0, MOST_LOGS).flatMap((log) => {
    if (log.counts.known > 0) return [];
    const client = log.unknown.find(({ shape }) => CLIENT.test(shape));
    return [
      draft(c, client === undefined ? 'log.foreign' : 'log.client', {
        servers: [],
        records: [],
        unsure: client !== undefined,
        fold: log.log,
        lines: log.lines === 0 ? [] : [{ log: log.log, line: client?.line ?? 1 }],
        count: 1,
        values: { log: log.name, lines: log.lines, entries: log.counts.unknown, shape: log.unknown[0]?.shape ?? '' },
      }),
    ];
  });
}

const CLIENT =
  /ClientCnxn|opening socket connection to server|session establishment complete|initiating client connection|session expired.*reconnect/i;
const BOOT: ReadonlySet<PlacedRecord['fact']['kind']> = new Set([
  'starting',
  'version',
  'setting',
  'electionPort',
  'readingSnapshot',
  'snapshotLoaded',
]);

/** Logs whose server is not known: what they hold is left out. */
export function unknownServers(c: Context): readonly Draft[] {
  const names = new Map<number, ReadLog>(c.logCase.logs.map((log) => [log.log, log]));
  return c.logCase.unknown.slice(0, MOST_LOGS).map((unknown) =>
    draft(c, 'log.unknownServer', {
      servers: [],
      records: [],
      fold: `${unknown.log} ${unknown.host ?? ''}`,
      lines: [{ log: unknown.log, line: 1 }],
      count: 1,
      values: {
        log: names.get(unknown.log)?.name ?? String(unknown.log),
        host: unknown.host ?? '',
        suggestions: unknown.suggestions.slice(0, 5).map((suggestion) => suggestion.sid),
      },
    }),
  );
}

function sidsOf(records: readonly PlacedRecord[]): readonly Sid[] {
  return [...new Set(records.slice(0, 1000).map((record) => record.sid))];
}

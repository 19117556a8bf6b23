/** Elections that take long, find no quorum, or come again and again. */
import type { Sid } from '../../../../base/ids.ts';
import { between, distinct, groupBy } from '../context.ts';
import type { Context, RecordOf, Stay } from '../context.ts';
import { draft } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** So many leaderships within so many ms are flapping. */
const FLAPPING = 3;
const FLAPPING_MS = 10 * 60_000;
/** So many times LOOKING within that time, for one server. */
const RESTLESS = 5;
/** Looking for a leader longer than this needs an explanation, ms; a clean election takes 200. */
const LONG_MS = 2000;
/** From here on the wait between two rounds of notifications is felt, ms; it starts at 200 and doubles. */
const GROWN_MS = 1600;

/** Leaders that come and go. */
export function flapping(c: Context): readonly Draft[] {
  const { elections } = c;
  let best: { readonly from: number; readonly to: number } | null = null;
  for (let from = 0, to = 0; to < elections.length; to++) {
    while ((elections[to]?.t ?? 0) - (elections[from]?.t ?? 0) > FLAPPING_MS) from++;
    if (to - from + 1 >= FLAPPING && to - from > (best === null ? 0 : best.to - best.from)) best = { from, to };
  }
  if (best === null) return [];
  const dense = elections.slice(best.from, best.to + 1);
  const leaders = dense.map((election) => election.leader);
  const first = dense[0]?.t ?? 0;
  return [
    draft(c, 'flapping', {
      servers: leaders,
      records: c.of('role').filter((record) => record.fact.role === 'LEADING' && leaders.includes(record.sid)),
      t: c.logCase.zero + first,
      count: dense.length,
      values: {
        leaders: leaders.slice(0, 10),
        withinMs: (dense.at(-1)?.t ?? first) - first,
        lost: dense.filter((one) => one.ended !== null).length,
      },
    }),
  ];
}

/** One server that falls out of the ensemble again and again. */
export function restless(c: Context): readonly Draft[] {
  return c.logged.flatMap((sid) => {
    const stays = c.staysOf(sid);
    // A search after a start is no fall.
    const looking = stays.filter((stay, i) => stay.role === 'LOOKING' && i > 0 && stays[i - 1]?.role !== 'STARTING');
    const dense = looking.filter((stay, i) => (looking[i + RESTLESS - 1]?.from ?? Infinity) - stay.from <= FLAPPING_MS);
    const [first] = dense;
    if (first === undefined) return [];
    const within = looking.filter((stay) => stay.from >= first.from && stay.from <= first.from + FLAPPING_MS);
    return [
      draft(c, 'restless', {
        servers: [sid],
        records: within.map((stay) => stay.record),
        values: { server: sid, withinMs: (within.at(-1)?.from ?? first.from) - first.from },
      }),
    ];
  });
}

/** A long time of a search in which fewer servers were heard than a quorum needs. */
export function noQuorumHeard(c: Context): readonly Draft[] {
  return longSearches(c).flatMap(({ stay, heardBefore, alone }) => {
    if (c.members.weighted || alone < LONG_MS || c.members.voters.length === 0) return [];
    return [
      draft(c, 'quorum.notHeard', {
        servers: [stay.sid],
        records: [stay.record],
        // Without a printed membership the number of voters is only what the logs mention.
        unsure: !c.members.known,
        fold: heardBefore.join(),
        values: {
          server: stay.sid,
          heard: heardBefore,
          voters: c.members.voters.length,
          majority: c.members.majority,
          missing: c.members.voters.filter((sid) => !heardBefore.includes(sid)),
          forMs: alone,
        },
      }),
    ];
  });
}

/** A server knows from others who leads, and does not hear that leader itself, without which it may not follow (`checkLeader`). */
export function leaderNotHeard(c: Context): readonly Draft[] {
  return longSearches(c).flatMap(({ stay }) => silentLeader(c, stay));
}

function silentLeader(c: Context, stay: Stay): readonly Draft[] {
  const told = new Map<Sid, RecordOf<'notification'>[]>();
  const heardAt = new Map<Sid, number>();
  for (const record of between(c.of('notification'), stay.from, stay.until)) {
    const { fact } = record;
    if (record.sid !== stay.sid || fact.state === 'LOOKING') continue;
    if (fact.from === fact.vote.leader) {
      if (!heardAt.has(fact.from)) heardAt.set(fact.from, record.t);
    } else told.set(fact.vote.leader, [...(told.get(fact.vote.leader) ?? []).slice(-MOST_TOLD), record]);
  }
  return [...told].flatMap(([leader, records]) => {
    const first = records[0]?.t ?? stay.from;
    const forMs = (heardAt.get(leader) ?? stay.until) - first;
    if (leader === stay.sid || forMs < LONG_MS) return [];
    return [
      draft(c, 'quorum.leaderNotHeard', {
        servers: [stay.sid, leader],
        records: records.filter((record) => record.t <= first + forMs),
        t: first,
        count: 1,
        fold: stay.from,
        values: { server: stay.sid, leader, tellers: distinct(records.map(({ fact }) => fact.from)), forMs },
      }),
    ];
  });
}

const MOST_TOLD = 100;

/** A long search although enough servers were heard: their votes did not agree, or came too late. */
export function votesSplit(c: Context): readonly Draft[] {
  return longSearches(c).flatMap(({ stay, heard, heardAll, forMs }) => {
    if (c.members.weighted || heard.length < c.members.majority || heardAll < LONG_MS) return [];
    if (silentLeader(c, stay).length > 0) return [];
    const votes = between(c.by(stay.sid), stay.from, stay.to ?? Infinity).flatMap((record) =>
      record.fact.kind === 'notification' ? [record] : [],
    );
    const leaders = distinct(votes.map((record) => (record.fact.kind === 'notification' ? record.fact.vote.leader : stay.sid)));
    return [
      draft(c, 'votes.split', {
        servers: [stay.sid],
        records: [stay.record, ...votes.slice(-10)],
        unsure: true,
        fold: leaders.join(),
        values: { server: stay.sid, heard, voters: c.members.voters.length, leaders, forMs },
      }),
    ];
  });
}

/** Elections that took long because servers waited longer and longer between their notifications. */
export function backedOff(c: Context): readonly Draft[] {
  return c.stays.flatMap((stay) => {
    if (stay.role !== 'LOOKING' || stay.to === null) return [];
    const waits = between(c.by(stay.sid), stay.from, stay.to).flatMap((record) =>
      record.fact.kind === 'notificationTimeout' && (record.fact.ms ?? 0) >= GROWN_MS ? [{ record, ms: record.fact.ms ?? 0 }] : [],
    );
    if (waits.length === 0) return [];
    return [
      draft(c, 'election.backoff', {
        servers: [stay.sid],
        records: waits.map(({ record }) => record).reverse(),
        note: true,
        t: stay.from,
        count: 1,
        values: { server: stay.sid, grownMs: Math.max(...waits.slice(-10).map(({ ms }) => ms)), forMs: stay.to - stay.from },
      }),
    ];
  });
}

interface Search {
  readonly stay: Stay;
  /** Voters heard, itself included if it votes; ascending. */
  readonly heard: readonly Sid[];
  /** The same until a majority was heard. */
  readonly heardBefore: readonly Sid[];
  /** Without a majority, ms. */
  readonly alone: number;
  /** With one, ms. */
  readonly heardAll: number;
  readonly forMs: number;
}

function longSearches(c: Context): readonly Search[] {
  return c.stays.flatMap((stay) => {
    const to = stay.until;
    if (stay.role !== 'LOOKING' || to - stay.from < LONG_MS) return [];
    const heard = new Set<Sid>(c.members.voters.includes(stay.sid) ? [stay.sid] : []);
    let before: readonly Sid[] | null = null;
    let complete = to;
    for (const { t, fact } of between(c.by(stay.sid), stay.from, to)) {
      if (fact.kind !== 'notification' || heard.has(fact.from) || !c.members.voters.includes(fact.from)) continue;
      if (before === null && heard.size + 1 >= c.members.majority) {
        before = distinct(heard);
        complete = t;
      }
      heard.add(fact.from);
    }
    const all = distinct(heard);
    return [{ stay, heard: all, heardBefore: before ?? all, alone: complete - stay.from, heardAll: to - complete, forMs: to - stay.from }];
  });
}

/** Leaderships that were not followed by another: who is left at the end of the logs, and how many it would take. */
export function endsWithoutQuorum(c: Context): readonly Draft[] {
  const last = c.elections.at(-1);
  if (last === undefined || last.ended === null) return [];
  const ended = c.logCase.zero + last.ended.t;
  const waiting = [
    ...groupBy(
      c.stays.filter((stay) => stay.role === 'LOOKING' && stay.to === null && stay.from >= ended - LONG_MS),
      (stay) => stay.sid,
    ).values(),
  ].flat();
  if (waiting.length === 0 || waiting.every((stay) => c.lastSeen(stay.sid) - stay.from < LONG_MS)) return [];
  return [
    draft(c, 'quorum.gone', {
      servers: waiting.map((stay) => stay.sid),
      records: waiting.map((stay) => stay.record),
      t: ended,
      unsure: !c.members.known,
      count: 1,
      values: {
        leader: last.leader,
        waiting: distinct(waiting.map((stay) => stay.sid)),
        majority: c.members.majority,
        voters: c.members.voters.length,
      },
    }),
  ];
}

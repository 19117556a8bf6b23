/** initLimit, syncLimit, slow disks and stalls: who waited for whom in vain. */
import type { Sid } from '../../../../base/ids.ts';
import type { LoggedException } from '../../facts.ts';
import type { PlacedRecord } from '../../model.ts';
import { distinct, findBack, firstAt, groupBy } from '../context.ts';
import type { Context, RecordOf } from '../context.ts';
import { draft } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** Silence shorter than this is nothing, ms, however small syncLimit is. */
const SHORT_STALL_MS = 1000;
const ONE_EVENT_MS = 5000;
const MOST_EVENTS = 40;

/** A leader that waited initLimit for a quorum of epochs, epoch acknowledgements, or acknowledgements of NEWLEADER. */
export function leaderWaited(c: Context): readonly Draft[] {
  const waited = c.of('quorumTimeout').map((record) => ({ record, what: record.fact.what }));
  const shut = c.of('leaderShutdown').flatMap((record) => {
    const what = /waiting for a quorum of followers/i.test(record.fact.reason) ? ('newLeaderAck' as const) : null;
    return what === null ? [] : [{ record, what }];
  });
  return [...groupBy([...waited, ...shut], ({ record, what }) => `${record.sid} ${what}`).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { sid } = first.record;
    return [
      draft(c, 'initLimit.leader', {
        servers: [sid],
        records: own.map(({ record }) => record),
        fold: first.what,
        values: { leader: sid, what: first.what, limitMs: c.limitMs('initLimit', sid) ?? 0 },
      }),
    ];
  });
}

/** Learners whose read from the leader timed out: within initLimit while they were synchronized, within syncLimit after. */
export function learnerTimedOut(c: Context): readonly Draft[] {
  const records = c.of('learnerException').filter(({ fact }) => timedOut(fact.exception));
  const groups = groupBy(records, (record) => `${leaderOf(c, record) ?? ''} ${wasSynced(c, record)}`);
  return [...groups].flatMap(([key, all]) =>
    together(all).map((own) => {
      const synced = key.endsWith('true');
      const [leader = ''] = key.split(' ');
      const sids = distinct(own.map((record) => record.sid));
      return draft(c, synced ? 'syncLimit.learner' : 'initLimit.learner', {
        servers: leader === '' ? sids : [...sids, Number(leader)],
        records: own,
        fold: own[0].t,
        values: {
          learners: sids,
          leader: leader === '' ? -1 : Number(leader),
          limitMs: c.limitMs(synced ? 'syncLimit' : 'initLimit', own[0].sid) ?? 0,
        },
      });
    }),
  );
}

/** A leader that heard nothing from learners for syncLimit, or whose learners did not acknowledge in time. */
export function learnerTooSlow(c: Context): readonly Draft[] {
  const records = c.of('learnerGone').filter(({ fact }) => timedOut(fact.exception));
  return [...groupBy(records, (record) => record.sid)].flatMap(([sid, all]) =>
    together(all).map((own) => {
      const learners = own.map((record) => learnerAt(c, record));
      const known = distinct(learners.filter((learner) => learner !== null));
      const unknown = [...new Set(own.filter((_, i) => learners[i] === null).map((record) => record.fact.address))];
      return draft(c, 'syncLimit.leader', {
        servers: [sid, ...known],
        records: own,
        fold: own[0].t,
        values: { leader: sid, learners: known, addresses: unknown.slice(0, 5), limitMs: c.limitMs('syncLimit', sid) ?? 0 },
      });
    }),
  );
}

/** Records that come one after the other within some seconds, so that they tell of one event; at most 40 such events. */
function together<T extends PlacedRecord>(records: readonly T[]): readonly (readonly [T, ...T[]])[] {
  const events: [T, ...T[]][] = [];
  for (const record of records) {
    const event = events.at(-1);
    const last = event?.at(-1);
    if (event === undefined || last === undefined || (record.t - last.t > ONE_EVENT_MS && events.length < MOST_EVENTS))
      events.push([record]);
    else event.push(record);
  }
  return events;
}

/** A leader that gave up because too few followers were in sync. */
export function quorumLost(c: Context): readonly Draft[] {
  return (
    c
      .of('leaderShutdown')
      .filter(({ fact }) => /not sufficient followers|only synced with/i.test(fact.reason) && !/waiting for a quorum/i.test(fact.reason))
      // A leader that a reconfig replaced has no followers either, and nothing is wrong with it.
      .filter((record) => {
        const before = findBack(c.by(record.sid), record.t, ({ fact }) => fact.kind === 'suggestedLeader' || fact.kind === 'role');
        return before?.fact.kind !== 'suggestedLeader' || before.fact.leader === record.sid;
      })
      .map((record) =>
        draft(c, 'quorum.lost', {
          servers: [record.sid],
          records: [record],
          fold: (record.fact.synced ?? []).join(),
          values: {
            leader: record.sid,
            synced: record.fact.synced ?? [],
            voters: c.members.voters.length,
            majority: c.members.majority,
            limitMs: c.limitMs('syncLimit', record.sid) ?? 0,
          },
        }),
      )
  );
}

/** Slow fsyncs of a server's txn log: how many, the worst, and what that is of syncLimit. */
export function slowFsync(c: Context): readonly Draft[] {
  return [...groupBy(c.of('slowFsync'), (record) => record.sid)].map(([sid, records]) => {
    const worst = records.reduce((top, record) => (record.fact.ms > top.fact.ms ? record : top));
    const limitMs = c.limitMs('syncLimit', sid) ?? 0;
    return draft(c, 'fsync.slow', {
      servers: [sid],
      records: [worst, ...records],
      count: records.length,
      // Below half of the limit nothing is lost by it alone.
      note: limitMs > 0 && worst.fact.ms < limitMs / 2,
      values: { server: sid, worstMs: worst.fact.ms, limitMs },
    });
  });
}

/** A server whose log is silent while others wait for it in vain, and which then goes on without a restart. */
export function stalls(c: Context): readonly Draft[] {
  const waits = waitsInVain(c);
  if (waits.length === 0) return [];
  return c.logged.flatMap((sid) => {
    const records = c.by(sid);
    const tick = c.setting('tickTime', sid) ?? SHORT_STALL_MS;
    const least = Math.max(SHORT_STALL_MS, c.limitMs('syncLimit', sid) ?? 0);
    const gaps = new Map<PlacedRecord, { readonly after: PlacedRecord; readonly waits: readonly Wait[] }>();
    for (const wait of waits) {
      if (wait.sid === sid || wait.who !== sid) continue;
      const at = firstAt(records, wait.t);
      const before = records[at - 1];
      const after = records[at];
      if (before === undefined || after === undefined || STARTS.has(after.fact.kind)) continue;
      // A server that was only cut off gives up about when the others do; one that slept goes on later.
      if (after.t - before.t < least || after.t - wait.t < tick / 2) continue;
      gaps.set(before, { after, waits: [...(gaps.get(before)?.waits ?? []), wait] });
    }
    return [...gaps].map(([before, gap]) =>
      draft(c, 'stall', {
        servers: [sid],
        records: [before, gap.after, ...gap.waits.map((wait) => wait.record)],
        unsure: true,
        fold: before.t,
        t: before.t,
        count: 1,
        values: { server: sid, gapMs: gap.after.t - before.t, waiting: distinct(gap.waits.map((wait) => wait.sid)) },
      }),
    );
  });
}

const STARTS: ReadonlySet<PlacedRecord['fact']['kind']> = new Set(['starting', 'version', 'setting']);

interface Wait {
  readonly sid: Sid;
  /** Whom it waited for; null when not known. */
  readonly who: Sid | null;
  readonly t: number;
  readonly record: PlacedRecord;
}

/** Reads that timed out, the first 500. */
function waitsInVain(c: Context): readonly Wait[] {
  const learners = c.of('learnerException').filter(({ fact }) => timedOut(fact.exception));
  const leaders = c.of('learnerGone').filter(({ fact }) => timedOut(fact.exception));
  const waits: readonly Wait[] = [
    ...learners.map((record) => ({ sid: record.sid, who: leaderOf(c, record), t: record.t, record })),
    ...leaders.map((record) => ({ sid: record.sid, who: learnerAt(c, record), t: record.t, record })),
  ];
  return waits.filter((wait) => wait.who !== null).slice(0, 500);
}

export function timedOut(exception: LoggedException | null): boolean {
  return exception !== null && (exception.type.endsWith('SocketTimeoutException') || /timed out/i.test(exception.message));
}

/** Whether a learner had its state when the connection ended. */
function wasSynced(c: Context, record: PlacedRecord): boolean {
  const sign = findBack(
    c.by(record.sid),
    record.t,
    ({ fact }) =>
      fact.kind === 'role' ||
      fact.kind === 'upToDateReceived' ||
      fact.kind === 'newLeaderReceived' ||
      (fact.kind === 'phase' && fact.words.includes('broadcast')),
  );
  return sign !== undefined && sign.fact.kind !== 'role';
}

/** The leader a learner followed at that time, by the elections and its supporters. */
function leaderOf(c: Context, record: PlacedRecord): Sid | null {
  const own = findBack(c.of('following'), record.t, (one) => one.sid === record.sid)?.fact.leader ?? null;
  if (own !== null) return own;
  const t = record.t - c.logCase.zero;
  return (
    c.elections.findLast(
      (election) => election.t <= t && election.leader !== record.sid && (election.ended === null || election.ended.t >= t - LATE_MS),
    )?.leader ?? null
  );
}

/** A leader and its learners do not give up at the same moment, ms. */
const LATE_MS = 3000;

/** Learners that came before a connection ended, at most so many: more than an ensemble has. */
const RECENT = 500;

/** Whose connection it was: as the line says, by the address the learner came from, else by the learner of that host. */
function learnerAt(c: Context, record: RecordOf<'learnerGone'>): Sid | null {
  if (record.fact.learner !== null) return record.fact.learner;
  const host = record.fact.address.replace(/^[^/]*\//, '').replace(/:\d+$/, '');
  const arrivals = c.of('learnerArrived');
  const until = firstAt(arrivals, record.t + 1);
  const came = arrivals.slice(Math.max(0, until - RECENT), until).filter((one) => one.sid === record.sid);
  const exact = came.findLast((one) => one.fact.address !== null && one.fact.address.includes(record.fact.address.replace(/^[^/]*\//, '')));
  const sameHost = came.filter((one) => host !== '' && (one.fact.address ?? '').includes(`${host}:`));
  const sids = new Set(sameHost.map((one) => one.fact.learner));
  if (exact !== undefined) return exact.fact.learner;
  return sids.size === 1 ? (sameHost[0]?.fact.learner ?? null) : null;
}

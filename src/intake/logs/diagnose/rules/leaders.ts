/** Who led when, and where nobody did. */
import type { ReadElection } from '../../model.ts';
import { between, findBack, someElections } from '../context.ts';
import type { Context } from '../context.ts';
import { draft, timeText } from '../finding.ts';
import type { Draft } from '../finding.ts';
import { endsWithoutQuorum } from './quorum.ts';

/** A stay in LOOKING at the end of a log counts from here on, ms: a clean election takes 200 ms, a slow one some seconds. */
const STILL_LOOKING_MS = 5000;

/** Each leader that had a quorum: its epoch, its supporters, how long, and why it ended. */
export function leaderEstablished(c: Context): readonly Draft[] {
  return someElections(c)
    .filter((election) => election.established)
    .map((election) =>
      draft(c, 'leader.established', {
        servers: [election.leader],
        records: evidenceOf(c, election),
        note: true,
        fold: `${election.epoch} ${election.t}`,
        t: c.logCase.zero + election.t,
        count: 1,
        values: {
          ...endOf(c, election),
          leader: election.leader,
          epoch: election.epoch ?? -1,
          supporters: election.supporters,
          voters: c.members.known ? c.members.voters.length : 0,
          tookMs: election.tookMs,
        },
      }),
    );
}

/** Elected, and never acknowledged by a quorum. */
export function leaderNotEstablished(c: Context): readonly Draft[] {
  return someElections(c)
    .filter((election) => !election.established)
    .map((election) =>
      draft(c, 'leader.notEstablished', {
        servers: [election.leader],
        records: evidenceOf(c, election),
        // Without an end, the log may simply stop in the middle.
        unsure: election.ended === null,
        fold: election.ended?.reason ?? '',
        t: c.logCase.zero + election.t,
        count: 1,
        values: { ...endOf(c, election), leader: election.leader },
      }),
    );
}

/** A leader that a reconfig replaces: everybody takes the leader that the new configuration names. */
export function leaderReplaced(c: Context): readonly Draft[] {
  return c.of('suggestedLeader').flatMap((record) => {
    const { sid, t, fact } = record;
    if (fact.leader === null || fact.leader === sid) return [];
    const role = findBack(c.by(sid), t, (one) => one.fact.kind === 'role');
    if (role?.fact.kind !== 'role' || role.fact.role !== 'LEADING') return [];
    return [
      draft(c, 'leader.replaced', {
        servers: [sid, fact.leader],
        records: [record],
        note: true,
        fold: t,
        values: { leader: sid, to: fact.leader },
      }),
    ];
  });
}

/** Elections, and no leader in all the logs. */
export function noLeader(c: Context): readonly Draft[] {
  const looking = c.stays.filter((stay) => stay.role === 'LOOKING');
  const led = c.elections.some((election) => election.established) || c.stays.some((stay) => followsOrLeads(stay.role));
  if (looking.length === 0 || led) return [];
  return [
    draft(c, 'leader.none', {
      servers: looking.map((stay) => stay.sid),
      records: looking.map((stay) => stay.record),
      values: { looking: [...new Set(looking.map((stay) => stay.sid))].sort((a, b) => a - b) },
    }),
  ];
}

/** Servers whose log ends while they look for a leader, unless the whole quorum is gone, which is told once. */
export function lookingAtEnd(c: Context): readonly Draft[] {
  const told = new Set(endsWithoutQuorum(c).flatMap((one) => one.servers));
  return c.stays
    .filter((stay) => !told.has(stay.sid))
    .filter((stay) => stay.role === 'LOOKING' && stay.to === null && c.lastSeen(stay.sid) - stay.from >= STILL_LOOKING_MS)
    .map((stay) =>
      draft(c, 'looking.atEnd', {
        servers: [stay.sid],
        records: [stay.record],
        values: { server: stay.sid, forMs: c.lastSeen(stay.sid) - stay.from },
      }),
    );
}

function followsOrLeads(role: string): boolean {
  return role === 'FOLLOWING' || role === 'OBSERVING';
}

/** The end of a leadership in values; `lastedMs` −1 while it lasts. */
function endOf(c: Context, election: ReadElection): Readonly<Record<string, string | number>> {
  if (election.ended === null) return { lastedMs: -1, reason: '' };
  return {
    lastedMs: election.ended.t - election.t,
    until: timeText(c, c.logCase.zero + election.ended.t),
    reason: election.ended.reason ?? '',
  };
}

/** Lines of the leader that show its election, its quorum and its end. */
function evidenceOf(c: Context, election: ReadElection): ReturnType<Context['by']> {
  const from = c.logCase.zero + election.t;
  const to = election.ended === null ? Infinity : c.logCase.zero + election.ended.t;
  const own = between(c.by(election.leader), from - 1, to + 1);
  const leading = own.find((record) => record.fact.kind === 'role' && record.fact.role === 'LEADING');
  const established = own.find((record) => record.fact.kind === 'established');
  const shutdown = own.find((record) => record.fact.kind === 'leaderShutdown');
  return [established, leading, shutdown].filter((record) => record !== undefined);
}

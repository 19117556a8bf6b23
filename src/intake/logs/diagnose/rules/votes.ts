/** Why this leader and not another: the comparison of votes, joins, and votes that came too late. */
import type { Sid } from '../../../../base/ids.ts';
import { compareZxid, formatZxid } from '../../../../base/zxid.ts';
import type { Zxid } from '../../../../base/zxid.ts';
import type { PlacedRecord, ReadElection } from '../../model.ts';
import { between, isCandidate, someElections } from '../context.ts';
import type { Context, Stay } from '../context.ts';
import { draft } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** A notification that was under way when the decision fell may be printed a little later. */
const LATE_MS = 50;

/** A server's vote for itself. */
interface OwnVote {
  readonly sid: Sid;
  readonly zxid: Zxid;
  readonly peerEpoch: number | null;
  readonly round: number | null;
  readonly record: PlacedRecord;
}

/** What decided between two votes, in the order of comparison. */
export type DecidedBy = 'epoch' | 'zxid' | 'sid';

/**
 * Which of two votes is higher, and by what; an epoch that a log does not print is not compared.
 *
 * Source: `FastLeaderElection.totalOrderPredicate`.
 */
export function compareVotes(
  a: OwnVote | Omit<OwnVote, 'record'>,
  b: Omit<OwnVote, 'record'>,
): { readonly order: number; readonly by: DecidedBy } {
  const epochs = a.peerEpoch === null || b.peerEpoch === null ? 0 : a.peerEpoch - b.peerEpoch;
  if (epochs !== 0) return { order: epochs, by: 'epoch' };
  const zxids = compareZxid(a.zxid, b.zxid);
  return zxids === 0 ? { order: a.sid - b.sid, by: 'sid' } : { order: zxids, by: 'zxid' };
}

/** The winner's vote against the best of the others that stood in the same round. */
export function whyThisLeader(c: Context): readonly Draft[] {
  return someElections(c).flatMap((election) => {
    const race = raceOf(c, election);
    if (race === null) return [];
    const rivals = race.heard.filter((vote) => compareVotes(vote, race.winner).order < 0);
    const best = rivals.reduce<OwnVote | null>((top, vote) => (top === null || compareVotes(vote, top).order > 0 ? vote : top), null);
    const unsure = best === null || best.peerEpoch === null || race.winner.peerEpoch === null;
    return [
      draft(c, best === null ? 'why.alone' : 'why.vote', {
        servers: [election.leader],
        records: [race.winner.record, ...(best === null ? [] : [best.record]), ...rivals.map((vote) => vote.record)],
        note: true,
        unsure,
        fold: election.t,
        t: c.logCase.zero + election.t,
        count: 1,
        values: {
          ...voteValues('', race.winner),
          round: race.winner.round ?? election.vote.round ?? -1,
          others: rivals.map((vote) => vote.sid).sort((a, b) => a - b),
          ...(best === null ? {} : { ...voteValues('other', best), by: compareVotes(race.winner, best).by }),
        },
      }),
    ];
  });
}

/** A server looked for a leader at that time, had the better vote, and was not heard before a quorum had decided. */
export function betterNotHeard(c: Context): readonly Draft[] {
  return someElections(c).flatMap((election) => {
    const race = raceOf(c, election);
    if (race === null) return [];
    const at = c.logCase.zero + election.t;
    const away = c.stays.filter(
      (stay) => stay.role === 'LOOKING' && stay.sid !== election.leader && stay.from <= at && stay.until >= at - LATE_MS,
    );
    return away.flatMap((stay) => {
      const vote = c.members.observers.includes(stay.sid) ? null : ownVoteIn(c, stay, at);
      if (vote === null) return [];
      const { order, by } = compareVotes(vote, race.winner);
      if (order <= 0) return [];
      return [
        draft(c, 'why.notHeard', {
          servers: [election.leader, stay.sid],
          records: [vote.record, race.winner.record],
          note: by === 'sid',
          unsure: vote.peerEpoch === null || race.winner.peerEpoch === null,
          fold: election.t,
          t: at,
          count: 1,
          values: { ...voteValues('', race.winner), ...voteValues('other', vote), by },
        }),
      ];
    });
  });
}

/** Servers that came to a leader which already had its quorum: votes are not compared then. */
export function joinedEstablished(c: Context): readonly Draft[] {
  return c.stays.flatMap((stay) => {
    if (stay.role !== 'LOOKING' || (stay.next !== 'FOLLOWING' && stay.next !== 'OBSERVING') || stay.to === null) return [];
    const election = c.elections.findLast(
      (one) => one.established && c.logCase.zero + one.t < stay.from && lastsAt(c, one, stay.to ?? stay.from),
    );
    if (election === undefined || namedLeader(c, stay, election.leader) === false) return [];
    return [
      draft(c, 'why.joined', {
        servers: [stay.sid, election.leader],
        records: [stay.record, ...between(c.by(stay.sid), stay.to, stay.to + LATE_MS).filter((record) => record.fact.kind === 'role')],
        note: true,
        fold: election.t,
        t: stay.to,
        count: 1,
        values: { joiner: stay.sid, leader: election.leader, epoch: election.epoch ?? -1, tookMs: stay.to - stay.from },
      }),
    ];
  });
}

function lastsAt(c: Context, election: ReadElection, t: number): boolean {
  return election.ended === null || c.logCase.zero + election.ended.t > t;
}

/** Whether the votes that a server held when it left LOOKING named this leader; null when none is printed. */
function namedLeader(c: Context, stay: Stay, leader: Sid): boolean | null {
  const votes = between(c.by(stay.sid), stay.from, (stay.to ?? stay.from) + LATE_MS).flatMap(({ fact }) =>
    fact.kind === 'notification' && fact.state !== 'LOOKING' ? [fact.vote.leader] : [],
  );
  return votes.length === 0 ? null : votes.includes(leader);
}

/** Who stood in the round that made this leader; null when no log shows the winner's own vote. */
function raceOf(c: Context, election: ReadElection): { readonly winner: OwnVote; readonly heard: readonly OwnVote[] } | null {
  const at = c.logCase.zero + election.t;
  const looking = c.staysOf(election.leader).findLast((stay) => stay.role === 'LOOKING' && stay.from <= at);
  const from = looking?.from ?? at - election.tookMs;
  const own = new Map<Sid, OwnVote>();
  for (const record of between(c.of('notification'), from - LATE_MS, at + LATE_MS)) {
    const { fact } = record;
    if (fact.state !== 'LOOKING' || fact.from !== fact.vote.leader || !isCandidate(fact.from)) continue;
    // A server that comes late has a smaller round and takes over the others'; its own vote was still weighed, if there is no better.
    const late = election.vote.round !== null && fact.vote.round !== null && fact.vote.round !== election.vote.round;
    if (late && own.has(fact.from)) continue;
    own.set(fact.from, { sid: fact.from, zxid: fact.vote.zxid, peerEpoch: fact.vote.peerEpoch, round: fact.vote.round, record });
  }
  // Those that looked longer may have voted for themselves before; their votes stood all the same.
  for (const sid of c.members.voters) {
    const stay = own.has(sid) ? undefined : c.staysOf(sid).findLast((one) => one.role === 'LOOKING' && one.from <= at);
    const vote = stay === undefined || stay.until < from ? null : ownVoteIn(c, stay, at);
    if (vote !== null && vote.peerEpoch !== null) own.set(sid, vote);
  }
  const winner = own.get(election.leader) ?? (looking === undefined ? null : ownVoteIn(c, looking, at));
  return winner === null ? null : { winner, heard: [...own.values()].filter((vote) => vote.sid !== election.leader) };
}

/** The last vote of a server for itself in its stay, of its own lines; the zxid of `New election` when there is nothing better. */
function ownVoteIn(c: Context, stay: Stay, until: number): OwnVote | null {
  const records = between(c.by(stay.sid), stay.from, Math.min(until, stay.to ?? until));
  const heard = records.findLast(
    ({ fact }) => fact.kind === 'notification' && fact.from === stay.sid && fact.vote.leader === stay.sid && fact.state === 'LOOKING',
  );
  if (heard?.fact.kind === 'notification') {
    const { vote } = heard.fact;
    return { sid: stay.sid, zxid: vote.zxid, peerEpoch: vote.peerEpoch, round: vote.round, record: heard };
  }
  const started = records.findLast(({ fact }) => fact.kind === 'newElection');
  if (started?.fact.kind !== 'newElection') return null;
  return { sid: stay.sid, zxid: started.fact.zxid, peerEpoch: null, round: null, record: started };
}

/** A vote among the values, its names behind a prefix: `zxid`, or `otherZxid`. */
function voteValues(prefix: string, vote: OwnVote): Readonly<Record<string, string | number>> {
  const name = (plain: string): string => (prefix === '' ? plain : prefix + plain.charAt(0).toUpperCase() + plain.slice(1));
  return { [name('sid')]: vote.sid, [name('zxid')]: formatZxid(vote.zxid), [name('epoch')]: vote.peerEpoch ?? -1 };
}

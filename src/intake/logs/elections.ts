/** Leaderships: from the leader's own log, and those of leaders without a log from what their learners say. */
import type { Sid } from '../../base/ids.ts';
import type { LogFact, LoggedException } from './facts.ts';
import type { ReadElection } from './model.ts';
import type { Stay } from './stays.ts';
import type { Chapter } from './chapters.ts';

export function electionsOf(chapters: readonly Chapter[]): ReadElection[] {
  const told = new Set(chapters.map(({ sid }) => sid));
  const own = chapters.flatMap((chapter) =>
    chapter.stays.flatMap((stay, i) => (stay.role === 'LEADING' ? [ledBy(chapter, stay, chapter.stays[i + 1] ?? null)] : [])),
  );
  return [...own, ...fromLearners(chapters, told)];
}

/** One LEADING of a server, from its own lines. */
function ledBy({ sid, records, time }: Chapter, stay: Stay, next: Stay | null): ReadElection {
  let established: Extract<LogFact, { kind: 'established' }> | null = null;
  let reason: string | null = null;
  for (let i = stay.from; i < stay.to; i += 1) {
    const fact = records[i]?.fact;
    if (fact?.kind === 'established') established ??= fact;
    else if (fact !== undefined) reason = reasonOf(fact) ?? reason;
  }
  if (next !== null) reason ??= reasonOf(records[next.from]?.fact);
  const { vote } = stay;
  return {
    leader: sid,
    epoch: established?.zxid.epoch ?? null,
    established: established !== null,
    supporters: established === null ? [] : [...established.supporters].sort((a, b) => a - b),
    tookMs: stay.looking === null ? 0 : Math.max(0, time(stay.from) - time(stay.looking)),
    t: time(stay.from),
    vote: vote ?? { leader: sid, zxid: null, round: null, peerEpoch: null },
    ended: next === null ? null : { t: time(next.from), reason },
  };
}

/** Why a leader stopped, as it says itself. */
function reasonOf(fact: LogFact | undefined): string | null {
  switch (fact?.kind) {
    case 'leaderShutdown':
      return fact.reason;
    case 'quorumTimeout':
      return {
        epoch: 'Timeout while waiting for epoch from quorum',
        epochAck: 'Timeout while waiting for epoch to be acked by quorum',
        newLeaderAck: 'Timeout while waiting for quorum of NEWLEADER acks',
      }[fact.what];
    case 'exiting':
      return fact.exception === null ? fact.message : exceptionText(fact.exception);
    case 'ackEpochRefused':
      return fact.message;
    default:
      return null;
  }
}

function exceptionText({ type, message }: LoggedException): string {
  return message === '' ? type : `${type}: ${message}`;
}

/** A stay with a leader that has no log. */
interface Report {
  readonly chapter: Chapter;
  readonly stay: Stay;
  readonly next: Stay | null;
  readonly leader: Sid;
  readonly acked: number | null;
  readonly upToDate: number | null;
  readonly epoch: number | null;
}

/** Stays of learners with the same leader and the same vote are one leadership. */
function fromLearners(chapters: readonly Chapter[], told: ReadonlySet<Sid>): ReadElection[] {
  const groups = new Map<string, Report[]>();
  for (const chapter of chapters)
    for (const [i, stay] of chapter.stays.entries()) {
      const { leader, role } = stay;
      if (leader === null || told.has(leader) || (role !== 'FOLLOWING' && role !== 'OBSERVING')) continue;
      const key = `${leader} ${stay.vote?.zxid.epoch} ${stay.vote?.zxid.counter} ${stay.vote?.round}`;
      const report = reportOf(chapter, stay, chapter.stays[i + 1] ?? null, leader);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [report]);
      else group.push(report);
    }
  return [...groups.values()].map(electionFrom);
}

function reportOf(chapter: Chapter, stay: Stay, next: Stay | null, leader: Sid): Report {
  let acked: number | null = null;
  let upToDate: number | null = null;
  let epoch: number | null = null;
  const { records, time, sid } = chapter;
  for (let i = stay.from; i < stay.to; i += 1) {
    const fact = records[i]?.fact;
    if (fact?.kind === 'newLeaderReceived') acked ??= time(i);
    else if (fact?.kind === 'upToDateReceived') upToDate ??= time(i);
    else if (upToDate !== null && fact?.kind === 'unexpectedZxid') epoch = newer(epoch, fact.got.epoch, stay);
    else if (upToDate !== null && fact?.kind === 'committing') epoch = newer(epoch, fact.zxid.epoch, stay);
  }
  // The next vote of the same process carries the epoch it was last told of (currentEpoch).
  for (let i = stay.to; epoch === null && acked !== null && i < records.length; i += 1) {
    const fact = records[i]?.fact;
    if (fact?.kind === 'sending' && fact.vote.leader === sid) epoch = fact.vote.peerEpoch;
    else if (fact?.kind === 'notification' && fact.from === sid && fact.vote.leader === sid) epoch = fact.vote.peerEpoch;
    else if (fact?.kind === 'role' && fact.role !== 'LOOKING') break;
  }
  return { chapter, stay, next, leader, acked, upToDate, epoch };
}

/** The epoch of a proposal that the leader sent, if it is its own: later than the one of the vote that made it leader. */
function newer(known: number | null, epoch: number, { vote }: Stay): number | null {
  const before = Math.max(vote?.peerEpoch ?? 0, vote?.zxid.epoch ?? 0);
  return epoch > before && epoch > (known ?? 0) ? epoch : known;
}

function electionFrom(reports: readonly Report[]): ReadElection {
  const [first] = reports;
  const start = reports.reduce(
    (best, one) => (one.chapter.time(one.stay.from) < best.chapter.time(best.stay.from) ? one : best),
    first as Report,
  );
  const { chapter, stay, leader } = start;
  const began = reports.reduce((least, { upToDate }) => Math.min(least, upToDate ?? Infinity), Infinity);
  const established = began < Infinity;
  const acked = reports
    .filter((one) => one.stay.role === 'FOLLOWING' && one.acked !== null && one.acked <= began)
    .map((one) => one.chapter.sid);
  const end = endFrom(reports);
  return {
    leader,
    epoch: established ? (reports.find(({ epoch }) => epoch !== null)?.epoch ?? null) : null,
    established,
    supporters: established ? [...new Set([leader, ...acked])].sort((a, b) => a - b) : [],
    tookMs: stay.looking === null ? 0 : Math.max(0, chapter.time(stay.from) - chapter.time(stay.looking)),
    t: chapter.time(stay.from),
    vote: stay.vote ?? { leader, zxid: null, round: null, peerEpoch: null },
    ended: end === null ? null : { t: end, reason: null },
  };
}

/** When the last learner went looking for another leader; null while one stays, or when all that left were stopped themselves. */
function endFrom(reports: readonly Report[]): number | null {
  const last = new Map<Sid, Report>();
  for (const report of reports) last.set(report.chapter.sid, report);
  let end: number | null = null;
  for (const { chapter, stay, next } of last.values()) {
    if (next === null) return null;
    if (next.role !== 'DOWN') end = Math.max(end ?? 0, chapter.time(stay.to));
  }
  return end;
}

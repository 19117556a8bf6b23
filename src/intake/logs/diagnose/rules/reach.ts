/** Who could not be reached, who was never heard, and what stood at the port instead. */
import type { Sid } from '../../../../base/ids.ts';
import type { Unreachable } from '../../facts.ts';
import type { PlacedRecord } from '../../model.ts';
import { between, distinct, findFrom, groupBy } from '../context.ts';
import type { Context, RecordOf } from '../context.ts';
import { allTexts, draft } from '../finding.ts';
import type { Draft } from '../finding.ts';
import type { FindingRule } from '../words.ts';
import { OWN_ID } from './members.ts';

/** Answers of an election come within milliseconds; so many unanswered votes are no accident. */
const UNANSWERED = 3;
const UNANSWERED_MS = 1000;
/** A server that is away for less than this by the end of the logs is only a note, ms. */
const OUTAGE_MS = 2000;
const MOST_OUTAGES = 50;

const CHANNEL: Readonly<Record<Unreachable, FindingRule>> = {
  refused: 'reach.refused',
  timeout: 'reach.timeout',
  unresolved: 'reach.unresolved',
  unreachable: 'reach.unreachable',
  reset: 'reach.reset',
  tls: 'reach.tls',
  other: 'reach.other',
};

/** Election connections that could not be opened, by target, reason and outage; only a note where the target came later. */
export function cannotOpen(c: Context): readonly Draft[] {
  const groups = groupBy(c.of('cannotOpen'), ({ fact }) => `${fact.to} ${fact.why}`);
  return [...groups.values()].flatMap((records) =>
    outages(c, records).map((outage) => {
      const [first] = outage;
      const { to, why, address, exception } = first.fact;
      const from = distinct(outage.map((record) => record.sid));
      const later = thereAfter(c, to, why, outage.at(-1)?.t ?? first.t) !== null;
      const watched = Math.max(...from.map((sid) => c.lastSeen(sid))) - first.t;
      return draft(c, CHANNEL[why], {
        servers: [to, ...from],
        records: outage,
        // A server that is stopped just before the logs end says nothing yet.
        note: later || watched < OUTAGE_MS,
        fold: first.t,
        values: { to, from, address, why, text: allTexts(exception), later: later ? 1 : 0 },
      });
    }),
  );
}

type Attempt = RecordOf<'cannotOpen'>;

/** Failures with a sign of life of the target between them are not of the same outage; at most 50 outages, the last one takes the rest. */
function outages(c: Context, records: readonly Attempt[]): readonly (readonly [Attempt, ...Attempt[]])[] {
  const found: [Attempt, ...Attempt[]][] = [];
  for (const record of records) {
    const current = found.at(-1);
    const before = current?.at(-1);
    if (current === undefined || before === undefined || (found.length < MOST_OUTAGES && livedBetween(c, record, before.t))) {
      found.push([record]);
    } else current.push(record);
  }
  return found;
}

function livedBetween(c: Context, { fact, t }: Attempt, from: number): boolean {
  const alive = thereAfter(c, fact.to, fact.why, from);
  return alive !== null && alive.t < t;
}

/** What shows that the reason is over: a sign of life, or a vote that came through where the target may have been alive all the time. */
function thereAfter(c: Context, sid: Sid, why: Unreachable, t: number): PlacedRecord | null {
  if (why !== 'tls' && why !== 'unresolved') return heardAfter(c, sid, t);
  return findFrom(c.of('notification'), t, (record) => record.fact.from === sid && record.sid !== sid) ?? null;
}

/** Names that could not be resolved outside of a connection attempt. */
export function unresolvedNames(c: Context): readonly Draft[] {
  return [...groupBy(c.of('unresolved'), ({ fact }) => fact.host)].map(([host, records]) => {
    const resolved = c.of('resolved').some((record) => record.fact.host === host && record.t > (records.at(-1)?.t ?? 0));
    return draft(c, 'reach.name', {
      servers: records.map((record) => record.sid),
      records,
      note: resolved,
      fold: host,
      values: { host, from: distinct(records.map((record) => record.sid)), later: resolved ? 1 : 0 },
    });
  });
}

/** A learner that could not connect to its leader's quorum port. */
export function cannotReachLeader(c: Context): readonly Draft[] {
  const groups = groupBy(c.of('cannotReachLeader'), ({ sid, fact }) => `${sid} ${fact.address ?? ''} ${fact.why}`);
  return [...groups.values()].flatMap((records) => {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return [];
    const came = learnerCame(c, first.sid, last.t);
    // A learner often decides some milliseconds before its leader opens the port, and comes at the second try.
    if (came && records.length < 3) return [];
    return [
      draft(c, 'reach.leader', {
        servers: [first.sid],
        records,
        note: came,
        fold: `${first.fact.address ?? ''} ${first.fact.why}`,
        values: {
          from: first.sid,
          address: first.fact.address ?? '',
          why: first.fact.why,
          text: allTexts(first.fact.exception),
          later: came ? 1 : 0,
        },
      }),
    ];
  });
}

/** Members that nobody heard and whose log is not here. */
export function neverHeard(c: Context): readonly Draft[] {
  if (c.of('notification').length === 0) return [];
  const heard = heardSids(c);
  const attempts = groupBy(c.of('cannotOpen'), ({ fact }) => fact.to);
  return c.members.voters
    .filter((sid) => !c.logged.includes(sid) && !heard.has(sid))
    .map((sid) => {
      const tried = attempts.get(sid) ?? [];
      return draft(c, 'silent.member', {
        servers: [sid],
        records: tried.length > 0 ? tried : c.of('member').filter((record) => record.fact.sid === sid),
        // Without a printed membership the number may be a mistake of whoever named it.
        unsure: !c.members.known,
        values: { server: sid, whys: [...new Set(tried.map((record) => record.fact.why))] },
      });
    });
}

/** Servers whose log is here, that show no vote of their own and that nobody heard voting. */
export function neverVoted(c: Context): readonly Draft[] {
  const heard = heardSids(c);
  return c.logged
    .filter((sid) => !heard.has(sid) && !c.members.observers.includes(sid) && c.by(sid).length > 0)
    .filter((sid) => !c.by(sid).some(({ fact }) => VOTING.has(fact.kind)))
    .map((sid) =>
      draft(c, 'silent.server', {
        servers: [sid],
        records: c.by(sid).slice(-1),
        values: { server: sid, exited: c.by(sid).some(({ fact }) => fact.kind === 'exiting') ? 1 : 0 },
      }),
    );
}

/** One server hears another and is not heard by it: packets are lost one way. */
export function oneWay(c: Context): readonly Draft[] {
  const looking = c.stays.filter((stay) => stay.role === 'LOOKING' && stay.to !== stay.from);
  return looking.flatMap((stay) => {
    const to = stay.until;
    const own = between(c.by(stay.sid), stay.from, to);
    const listening = c.logged.filter((sid) => sid !== stay.sid && c.members.voters.includes(sid));
    return listening.flatMap((sid) => {
      const answer = own.find(({ fact }) => fact.kind === 'notification' && fact.from === sid);
      const arrived = between(c.by(sid), stay.from, answer?.t ?? to).filter(
        ({ fact }) => fact.kind === 'notification' && fact.from === stay.sid,
      );
      const overMs = (arrived.at(-1)?.t ?? 0) - (arrived[0]?.t ?? 0);
      if (arrived.length < UNANSWERED || overMs < UNANSWERED_MS) return [];
      return [
        draft(c, 'reach.oneWay', {
          servers: [stay.sid, sid],
          records: arrived,
          unsure: true,
          fold: `${stay.sid}`,
          values: { deaf: stay.sid, speaker: sid },
        }),
      ];
    });
  });
}

/** What came to the election port and was no election message. */
export function badConnections(c: Context): readonly Draft[] {
  const known = c.of('badConnection').filter(({ fact }) => fact.why !== 'unknownSid' && !OWN_ID.test(fact.message));
  const groups = groupBy(known, (record) => `${record.sid} ${portRule(record)}`);
  return [...groups.values()].flatMap((records) => {
    const [first] = records;
    if (first === undefined) return [];
    return [draft(c, portRule(first), { servers: [first.sid], records, values: { server: first.sid, text: first.fact.message } })];
  });
}

const VOTING: ReadonlySet<PlacedRecord['fact']['kind']> = new Set([
  'newElection',
  'notification',
  'sending',
  'leavingElection',
  'electionTook',
]);

function portRule({ fact }: RecordOf<'badConnection'>): FindingRule {
  if (/sasl|auth|kerberos|gss|digest-md5/i.test(fact.message)) return 'port.auth';
  if (fact.why === 'tls' || /ssl|tls/i.test(fact.message)) return 'port.tls';
  return fact.why === 'port' || fact.why === 'protocol' ? 'port.garbage' : 'port.other';
}

function heardSids(c: Context): ReadonlySet<Sid> {
  return new Set([
    ...c.of('notification').map(({ fact }) => fact.from),
    ...c.of('learnerArrived').map(({ fact }) => fact.learner),
    ...c.of('established').flatMap(({ fact }) => fact.supporters),
  ]);
}

/** The first sign of life of a server after `t`, in its own log or in another's. */
function heardAfter(c: Context, sid: Sid, t: number): PlacedRecord | null {
  const own = findFrom(c.by(sid), t, ({ fact }) => fact.kind === 'notification' || fact.kind === 'role');
  return own ?? findFrom(c.of('notification'), t, ({ fact }) => fact.from === sid) ?? null;
}

function learnerCame(c: Context, sid: Sid, t: number): boolean {
  const came = findFrom(
    c.by(sid),
    t,
    ({ fact }) =>
      fact.kind === 'connectedToLeader' ||
      fact.kind === 'gettingSync' ||
      fact.kind === 'upToDateReceived' ||
      (fact.kind === 'phase' && fact.words.includes('synchronization')),
  );
  return came !== undefined;
}

/** Server ids and member lists that do not fit together. */
import type { Sid } from '../../../../base/ids.ts';
import { formatZxid } from '../../../../base/zxid.ts';
import type { Role } from '../../../../zab/types.ts';
import { between, distinct, groupBy, isCandidate, present } from '../context.ts';
import type { Context, RecordOf } from '../context.ts';
import { allTexts, draft, MOST_LINES } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** Said of a connection from a server with the same id. */
export const NOT_LISTED = /not in the peer list|not in (the )?server list/i;
export const OWN_ID = /our own (id|sid)/i;
const BEFORE_MS = 200;
const AFTER_MS = 2000;

/** Another process uses this server's id: messages in its own name that it did not send. */
export function sameIdHeard(c: Context): readonly Draft[] {
  // A server hears its own votes, and its own answers to them a moment after it has left LOOKING; a role it did not have is not its own.
  const impostor = c
    .of('notification')
    .filter(({ sid, t, fact }) => fact.from === sid && fact.state !== 'LOOKING' && !hadRole(c, sid, fact.state, t));
  const refused = c.of('badConnection').filter(({ fact }) => OWN_ID.test(fact.message));
  return [...groupBy([...impostor, ...refused], (record) => record.sid)].map(([sid, records]) =>
    draft(c, 'sid.same', { servers: [sid], records, values: { server: sid } }),
  );
}

/** Whether a server was in a role around `t`. Roles are printed a moment after they are taken, and answers come a moment later. */
function hadRole(c: Context, sid: Sid, role: Role, t: number): boolean {
  return (
    c.staysOf(sid).length === 0 ||
    c.staysOf(sid).some((stay) => stay.role === role && stay.from <= t + BEFORE_MS && (stay.to ?? Infinity) >= t - AFTER_MS)
  );
}

/**
 * One id, two histories: what one server hears from it goes back and forth between two votes for itself. A restart changes the vote
 * once, and only forward.
 */
export function sameIdVotes(c: Context): readonly Draft[] {
  const own = c.of('notification').filter(({ fact }) => fact.state === 'LOOKING' && fact.from === fact.vote.leader);
  return [...groupBy(own, ({ sid, fact }) => `${sid} ${fact.from}`).values()].flatMap((records) => {
    const turns = records.filter((record, i) => i === 0 || voteText(record) !== voteText(records[i - 1] ?? record));
    const back = turns.filter((record, i) => i >= 2 && voteText(record) === voteText(turns[i - 2] ?? record));
    const [first] = back;
    if (first === undefined || back.length < 2) return [];
    const votes = [...new Set(turns.map(voteText))];
    return [
      draft(c, 'sid.twoVotes', {
        servers: [first.fact.from],
        records: turns,
        unsure: true,
        values: { server: first.fact.from, votes: votes.slice(0, 4), hearer: first.sid },
      }),
    ];
  });
}

function voteText({ fact }: RecordOf<'notification'>): string {
  return formatZxid(fact.vote.zxid);
}

/** One id, two addresses, as a leader saw its learners arrive. */
export function sameIdArrived(c: Context): readonly Draft[] {
  return [...groupBy(c.of('learnerArrived'), ({ fact }) => fact.learner)].flatMap(([sid, records]) => {
    const hosts = [...new Set(records.map(({ fact }) => hostOf(fact.address)).filter((host) => host !== ''))];
    if (hosts.length < 2) return [];
    return [draft(c, 'sid.twoAddresses', { servers: [sid], records, unsure: true, values: { server: sid, addresses: hosts.slice(0, 6) } })];
  });
}

/** Logs that say they are of one server and are not: two servers were given one id, or logs of two ensembles are mixed. */
export function sameIdLogs(c: Context): readonly Draft[] {
  return c.logCase.duplicates.map(({ sid, logs, hosts, addresses, records }) => {
    const own = c.logCase.servers.find((server) => server.sid === sid)?.logs ?? [];
    const names = distinct([...own, ...logs]).map((log) => c.logCase.logs.find((one) => one.log === log)?.name ?? String(log));
    return draft(c, 'sid.twoLogs', {
      servers: [sid],
      records: c.by(sid).slice(0, 1),
      lines: [...c.by(sid).slice(0, 1), ...records.slice(0, MOST_LINES)].map(({ log, line }) => ({ log, line })),
      // One may also be a part or a copy of the other with other times.
      unsure: true,
      fold: logs.join(),
      count: 1,
      values: { server: sid, logs: names.slice(0, 6), places: [...hosts, ...addresses].slice(0, 6) },
    });
  });
}

/** A server that is not in its own list of members. */
export function notAMember(c: Context): readonly Draft[] {
  const said = [...c.of('configError'), ...c.of('exiting')].filter(({ fact }) =>
    NOT_LISTED.test(fact.kind === 'exiting' ? `${fact.message} ${allTexts(fact.exception)}` : fact.message),
  );
  return [...groupBy(said, (record) => record.sid)].map(([sid, records]) =>
    draft(c, 'sid.notMember', { servers: [sid], records, values: { server: sid } }),
  );
}

/** Connections from ids that the member list does not have. */
export function unknownIds(c: Context): readonly Draft[] {
  const records = c.of('badConnection').filter(({ fact }) => fact.why === 'unknownSid' && !OWN_ID.test(fact.message));
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) =>
    draft(c, 'sid.unknown', { servers: [sid], records: own, values: { server: sid, text: own[0]?.fact.message ?? '' } }),
  );
}

/** Member lists that differ from server to server. */
export function membersDiffer(c: Context): readonly Draft[] {
  const lists = [...groupBy(c.of('member'), (record) => record.sid)].sort(([a], [b]) => a - b);
  const [reference, ...others] = lists;
  if (reference === undefined) return [];
  return others.flatMap(([sid, records]) => {
    const differs = differences(reference[1], records);
    if (differs.length === 0) return [];
    return [
      draft(c, 'members.differ', {
        servers: [reference[0], sid],
        records: [...reference[1], ...records].filter(({ fact }) => differs.includes(fact.sid)),
        // Members that only one list has may be lines that only one log has.
        unsure: differs.every((one) => !hasMember(reference[1], one) || !hasMember(records, one)),
        values: { one: reference[0], other: sid, differs },
      }),
    ];
  });
}

function hasMember(records: readonly RecordOf<'member'>[], sid: Sid): boolean {
  return records.some((record) => record.fact.sid === sid);
}

/** Members of which one list knows nothing, another address, or another kind. */
function differences(a: readonly RecordOf<'member'>[], b: readonly RecordOf<'member'>[]): readonly Sid[] {
  const left = new Map(a.map(({ fact }) => [fact.sid, fact]));
  const right = new Map(b.map(({ fact }) => [fact.sid, fact]));
  return distinct([...left.keys(), ...right.keys()]).filter((sid) => {
    const one = left.get(sid);
    const other = right.get(sid);
    if (one === undefined || other === undefined) return true;
    const anywhere = /^\/?(0\.0\.0\.0|\[?(0:){7}0\]?|\[?::\]?)/;
    const moved = one.address !== other.address && !anywhere.test(one.address) && !anywhere.test(other.address);
    return one.observer !== other.observer || moved;
  });
}

/** Servers that still announce another configuration version than the others at the end. */
export function configVersions(c: Context): readonly Draft[] {
  const last = new Map<Sid, RecordOf<'notification'>>();
  for (const record of c.of('notification')) if (record.fact.configVersion !== null) last.set(record.fact.from, record);
  const versions = new Set([...last.values()].map(({ fact }) => fact.configVersion));
  if (versions.size < 2) return [];
  const newest = Math.max(...[...versions].map((version) => version ?? 0));
  const stale = distinct([...last].filter(([, { fact }]) => fact.configVersion !== newest).map(([sid]) => sid));
  return [
    draft(c, 'members.versions', {
      servers: stale,
      records: [...last.values()],
      // A server that was not heard since may have caught up.
      unsure: true,
      values: { stale, newest: newest.toString(16) },
    }),
  ];
}

/** Votes for a server that no member list has. */
export function votesForStrangers(c: Context): readonly Draft[] {
  if (!c.members.known) return [];
  const members = new Set([...c.members.voters, ...c.members.observers, ...present(c.logCase, c.of)]);
  const records = c.of('notification').filter(({ fact }) => isCandidate(fact.vote.leader) && !members.has(fact.vote.leader));
  return [...groupBy(records, ({ fact }) => fact.vote.leader)].map(([leader, own]) =>
    draft(c, 'vote.stranger', {
      servers: own.map(({ fact }) => fact.from),
      records: own,
      fold: leader,
      values: { leader, voters: distinct(own.map(({ fact }) => fact.from)) },
    }),
  );
}

/** Groups or weights that servers print differently. */
export function weightsDiffer(c: Context): readonly Draft[] {
  const weights = c.of('setting').filter(({ fact }) => /^(weight|group)\b/.test(fact.name));
  return [...groupBy(weights, ({ fact }) => fact.name)].flatMap(([name, records]) => {
    if (new Set(records.map(({ fact }) => fact.value)).size < 2) return [];
    return [draft(c, 'members.weights', { servers: records.map((record) => record.sid), records, fold: name, values: { name } })];
  });
}

/** Two servers with one id take each other's connections away, again and again. */
export function connectionStorm(c: Context): readonly Draft[] {
  const events = c.of('connectionBroken');
  const groups = groupBy(events, (record) => `${record.sid} ${record.fact.peer}`);
  return [...groups.values()].flatMap((records) => {
    const dense = records.filter((record, i) => (records[i + STORM - 1]?.t ?? Infinity) - record.t <= STORM_MS);
    const [first] = dense;
    if (first === undefined) return [];
    const storm = between(records, first.t, (dense.at(-1)?.t ?? first.t) + STORM_MS);
    return [
      draft(c, 'storm', {
        servers: [first.sid, first.fact.peer],
        records: storm,
        unsure: true,
        values: { server: first.sid, peer: first.fact.peer },
      }),
    ];
  });
}

/** So many broken connections to one peer within so many ms are a storm: a restart breaks one. */
const STORM = 10;
const STORM_MS = 60_000;

/** `10.0.0.1` of `/10.0.0.1:37560`, `zk1/10.0.0.1:2888` and `10.0.0.1:2888:3888:participant`. */
function hostOf(address: string | null): string {
  const plain = (address ?? '').replace(/^[^/]*\//, '');
  return plain.startsWith('[') ? plain.slice(0, plain.indexOf(']') + 1) : (plain.split(':')[0] ?? '');
}

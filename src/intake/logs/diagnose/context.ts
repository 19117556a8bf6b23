/** What every rule of the diagnosis looks at: the records by kind and by server, the members, the settings, the stays in a role. */
import type { Sid } from '../../../base/ids.ts';
import type { Role } from '../../../zab/types.ts';
import type { FactKind, LogFact } from '../facts.ts';
import type { LogCase, LogSummary, PlacedRecord, ReadElection } from '../model.ts';

type FactOf<K extends FactKind, F = LogFact> = F extends { readonly kind: FactKind } ? (K extends F['kind'] ? F : never) : never;

/** A record of one kind of fact. */
export type RecordOf<K extends FactKind> = PlacedRecord & { readonly fact: FactOf<K> };

/** A server in one role, or between the start of its process and its first role. Times are those of the records. */
export interface Stay {
  readonly sid: Sid;
  readonly role: Role | 'STARTING';
  readonly from: number;
  /** Null while it lasts at the end of the log. */
  readonly to: number | null;
  /** The last line of it: the same as `to` when another role follows, earlier when the process ended in between. */
  readonly until: number;
  /** What comes after it in the log; null at its end. */
  readonly next: Role | 'STARTING' | null;
  readonly record: PlacedRecord;
}

/** Who belongs to the ensemble. */
export interface Membership {
  /** Whether a log prints the members; otherwise they are those that the logs mention. */
  readonly known: boolean;
  readonly voters: readonly Sid[];
  readonly observers: readonly Sid[];
  /** Voters that make a quorum: more than half. */
  readonly majority: number;
  /** Whether groups or weights are configured: then counting heads is not enough. */
  readonly weighted: boolean;
}

export interface Context {
  readonly logCase: LogCase;
  readonly summary: LogSummary;
  /** Servers whose log is here, ascending. */
  readonly logged: readonly Sid[];
  readonly members: Membership;
  /** Of all servers, in the order of time. */
  readonly stays: readonly Stay[];
  readonly staysOf: (sid: Sid) => readonly Stay[];
  /** Records of a kind, in the order of time. */
  readonly of: <K extends FactKind>(kind: K) => readonly RecordOf<K>[];
  /** Records of a server, in the order of time. */
  readonly by: (sid: Sid) => readonly PlacedRecord[];
  /** A numeric setting of a server (`tickTime`, `syncLimit`), or of any when that one does not print it. */
  readonly setting: (name: string, sid: Sid) => number | null;
  /** Ticks times tickTime, ms; null when the logs do not print both. */
  readonly limitMs: (limit: 'initLimit' | 'syncLimit', sid: Sid) => number | null;
  /** Elections in the order of time. */
  readonly elections: readonly ReadElection[];
  /** When a server's log ends, as `t` of the records. */
  readonly lastSeen: (sid: Sid) => number;
  /** Whether all records are of one day: then times are told without a date. */
  readonly oneDay: boolean;
}

/** Sorts once what all rules need. Linear in the records. */
export function contextOf(logCase: LogCase, summary: LogSummary): Context {
  const kinds = groupBy(logCase.records, (record) => record.fact.kind);
  const servers = groupBy(logCase.records, (record) => record.sid);
  const of = <K extends FactKind>(kind: K): readonly RecordOf<K>[] => (kinds.get(kind) ?? []) as readonly RecordOf<K>[];
  const by = (sid: Sid): readonly PlacedRecord[] => servers.get(sid) ?? [];
  const setting = settingsOf(of('setting'));
  const stays = new Map([...servers].map(([sid, records]) => [sid, staysIn(sid, records)]));
  return {
    logCase,
    summary,
    logged: [...new Set([...logCase.servers.map((server) => server.sid), ...servers.keys()])].sort((a, b) => a - b).slice(0, MOST_GROUPS),
    members: membershipOf(logCase, of),
    stays: [...stays.values()].flat().sort((a, b) => a.from - b.from),
    staysOf: (sid) => stays.get(sid) ?? [],
    of,
    by,
    setting,
    limitMs: (limit, sid) => {
      const ticks = setting(limit, sid);
      const tickTime = setting('tickTime', sid);
      return ticks === null || tickTime === null ? null : ticks * tickTime;
    },
    elections: [...summary.elections].sort((a, b) => a.t - b.t),
    lastSeen: (sid) => by(sid).at(-1)?.t ?? logCase.zero,
    oneDay: dayOf(logCase.records[0]?.t ?? 0) === dayOf(logCase.records.at(-1)?.t ?? 0),
  };
}

/** So many elections at the beginning and at the end are told one by one: a log of days of flapping holds thousands. */
const TOLD_ELECTIONS = 40;

export function someElections(context: Context): readonly ReadElection[] {
  const { elections } = context;
  return elections.length <= 2 * TOLD_ELECTIONS ? elections : [...elections.slice(0, TOLD_ELECTIONS), ...elections.slice(-TOLD_ELECTIONS)];
}

/** More groups than this come from a strange file; the rest is not looked at, so that rules stay linear in the records. */
const MOST_GROUPS = 300;

/** Groups in the order of first appearance, at most 300. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group !== undefined) group.push(item);
    else if (groups.size < MOST_GROUPS) groups.set(key, [item]);
  }
  return groups;
}

/** Each once, ascending. */
export function distinct(sids: Iterable<Sid>): readonly Sid[] {
  return [...new Set(sids)].sort((a, b) => a - b);
}

/** Index of the first record at or after `t`; records are in the order of `t`. */
export function firstAt(records: readonly PlacedRecord[], t: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.t ?? Infinity) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Records with `from` ≤ t ≤ `to`. */
export function between<T extends PlacedRecord>(records: readonly T[], from: number, to: number): readonly T[] {
  return records.slice(firstAt(records, from), firstAt(records, to + 1e-6));
}

/** The first record at or after `t` that fits, looking at some thousand at most. */
export function findFrom<T extends PlacedRecord>(records: readonly T[], t: number, fits: (record: T) => boolean): T | undefined {
  const from = firstAt(records, t);
  return records.slice(from, from + LOOKED_AT).find(fits);
}

/** The last record before or at `t` that fits, looking at some thousand at most. */
export function findBack<T extends PlacedRecord>(records: readonly T[], t: number, fits: (record: T) => boolean): T | undefined {
  const to = firstAt(records, t + 1e-6);
  return records.slice(Math.max(0, to - LOOKED_AT), to).findLast(fits);
}

/** How far a search goes: keeps the rules linear. */
const LOOKED_AT = 4000;

/** Candidates that votes can be for: observers vote for nobody, written as a negative number. */
export function isCandidate(sid: Sid): boolean {
  return sid >= 0;
}

function dayOf(t: number): number {
  return Math.floor(t / 86_400_000);
}

function settingsOf(records: readonly RecordOf<'setting'>[]): Context['setting'] {
  const own = new Map<string, number>();
  const any = new Map<string, number>();
  for (const { sid, fact } of records) {
    const value = Number.parseFloat(fact.value);
    if (!Number.isFinite(value)) continue;
    own.set(`${sid} ${fact.name}`, value);
    any.set(fact.name, value);
  }
  return (name, sid) => own.get(`${sid} ${name}`) ?? any.get(name) ?? null;
}

function membershipOf(logCase: LogCase, of: Context['of']): Membership {
  const printed = of('member');
  const observers = new Set(logCase.servers.filter((server) => server.observer).map((server) => server.sid));
  for (const { fact } of printed) if (fact.observer) observers.add(fact.sid);
  for (const { fact } of of('learnerArrived')) if (fact.observer) observers.add(fact.learner);
  for (const { fact } of of('notification')) if (fact.state === 'OBSERVING') observers.add(fact.from);
  // A cut log may hold only a part of its list: who votes and is here is a member too. Of others only the printed ones count.
  const all = printed.length > 0 ? [...printed.map(({ fact }) => fact.sid), ...present(logCase, of)] : mentioned(logCase, of);
  const voters = distinct(all.filter((sid) => isCandidate(sid) && !observers.has(sid))).slice(0, MOST_GROUPS);
  return {
    known: printed.length > 0,
    voters,
    observers: distinct(observers),
    majority: Math.floor(voters.length / 2) + 1,
    weighted: of('setting').some(({ fact }) => /^(weight|group)\b/.test(fact.name)),
  };
}

/** Servers that left a trace of their own: a log, a vote, a connection to a leader. */
export function present(logCase: LogCase, of: Context['of']): ReadonlySet<Sid> {
  return new Set([
    ...logCase.servers.map((server) => server.sid),
    ...of('notification').map(({ fact }) => fact.from),
    ...of('learnerArrived').map(({ fact }) => fact.learner),
    ...of('established').flatMap(({ fact }) => fact.supporters),
  ]);
}

function mentioned(logCase: LogCase, of: Context['of']): readonly Sid[] {
  return [
    ...present(logCase, of),
    ...of('notification').map(({ fact }) => fact.vote.leader),
    ...of('cannotOpen').map(({ fact }) => fact.to),
    ...of('connectionBroken').map(({ fact }) => fact.peer),
  ];
}

function staysIn(sid: Sid, records: readonly PlacedRecord[]): readonly Stay[] {
  const turns = records.flatMap((record, i) => {
    const role = record.fact.kind === 'role' ? record.fact.role : record.fact.kind === 'starting' ? ('STARTING' as const) : null;
    return role === null ? [] : [{ role, record, i }];
  });
  return turns.map(({ role, record }, turn) => {
    const after = turns[turn + 1];
    const to = after?.record.t ?? null;
    const last =
      after === undefined
        ? records.at(-1)
        : after.role === 'STARTING'
          ? records.slice(Math.max(0, after.i - LOOKED_AT), after.i).findLast(lives)
          : after.record;
    return { sid, role, record, from: record.t, to, until: Math.max(record.t, last?.t ?? record.t), next: after?.role ?? null };
  });
}

/** Lines of a start come before `starting`, when the configuration is read. */
function lives({ fact }: PlacedRecord): boolean {
  return fact.kind !== 'setting' && fact.kind !== 'version' && fact.kind !== 'member' && fact.kind !== 'configError';
}

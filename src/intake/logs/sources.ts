/**
 * Sources: the parts of the logs that one server wrote, as far as the lines themselves tell. A log holds several when a transport
 * prefix or a host column names several hosts, or when lines of several ids are mixed (compose, merged by time, one JVM).
 */
import type { Sid } from '../../base/ids.ts';
import type { LogFact, LogRecord, ReadLog } from './facts.ts';

/** Records of one server in one log. */
export interface Source {
  readonly log: ReadLog;
  /** Of the transport prefix or host column; null without one, or when one host wrote for several servers. */
  readonly host: string | null;
  /** What the lines tell; null when nothing on them does. */
  readonly sid: Sid | null;
  /** Whether ids stood on lines (`[myid:3]`, thread names), or in what they say (`My id = 3`). */
  readonly told: 'line' | 'fact' | null;
  /** In the log's order. */
  readonly records: readonly LogRecord[];
}

/** The sources of one log, in order of first appearance; those without any record are left out. */
export function sourcesOf(log: ReadLog): Source[] {
  return [...byHost(log.records)].flatMap(([host, records]) => {
    const told = toldBy(records);
    return split(records, told).map(([sid, own]) => ({ log, host, sid, told: sid === null ? null : told, records: own }));
  });
}

/** A line without a prefix or an id goes with the line before it. */
function byHost(records: readonly LogRecord[]): Map<string | null, readonly LogRecord[]> {
  const hosts = new Set<string | null>();
  for (const { host } of records) hosts.add(host);
  const [only] = hosts;
  if (hosts.size <= 1) return new Map<string | null, readonly LogRecord[]>(only === undefined ? [] : [[only, records]]);
  const parts = new Map<string | null, LogRecord[]>();
  let last: string | null = null;
  for (const record of records) {
    if (record.host !== null) last = record.host;
    const host = record.host ?? (record.sid === null ? last : null);
    const part = parts.get(host);
    if (part === undefined) parts.set(host, [record]);
    else part.push(record);
  }
  return parts;
}

function toldBy(records: readonly LogRecord[]): Source['told'] {
  if (records.some(({ sid }) => sid !== null)) return 'line';
  return records.some(({ fact }) => ownSid(fact) !== null) ? 'fact' : null;
}

/** The id of the server that says this, where the message has it. */
export function ownSid(fact: LogFact): Sid | null {
  switch (fact.kind) {
    case 'starting':
    case 'newElection':
    case 'sending':
    case 'answering':
    case 'leavingElection':
    case 'connectionBroken':
    case 'connectionOrder':
      return fact.myid;
    case 'electionPort':
      return fact.sid;
    default:
      return null;
  }
}

/** What a process says before it knows its id: such lines belong to the id that follows. */
function isPreamble({ kind }: LogFact): boolean {
  return kind === 'version' || kind === 'setting' || kind === 'member' || kind === 'configError' || kind === 'starting' || kind === 'purge';
}

/** Lines without an id go with the line before them, those of a starting process with the one after. */
function split(records: readonly LogRecord[], told: Source['told']): [Sid | null, readonly LogRecord[]][] {
  const idOf = (record: LogRecord) => (told === 'line' ? (record.sid ?? ownSid(record.fact)) : ownSid(record.fact));
  const ids = new Set<Sid>();
  for (const record of records) {
    const id = told === null ? null : idOf(record);
    if (id !== null) ids.add(id);
  }
  const [first] = ids;
  if (ids.size <= 1) return [[first ?? null, records]];
  const parts = new Map<Sid, LogRecord[]>();
  for (const id of ids) parts.set(id, []);
  let current = first ?? 0;
  let waiting: LogRecord[] = [];
  for (const record of records) {
    const id = idOf(record);
    if (id === null && isPreamble(record.fact)) {
      waiting.push(record);
      continue;
    }
    current = id ?? current;
    const part = parts.get(current);
    for (const early of waiting) part?.push(early);
    part?.push(record);
    waiting = [];
  }
  for (const late of waiting) parts.get(current)?.push(late);
  return [...parts];
}

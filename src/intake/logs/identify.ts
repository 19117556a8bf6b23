/** Whose line is it: every record goes to a server, or to the person with a suggestion. */
import type { Sid } from '../../base/ids.ts';
import type { LogFact, ReadLog } from './facts.ts';
import { certainSid, hintsOf, type Hints } from './hints.ts';
import type { Answers, LogServer, SuggestionReason, UnknownServer } from './model.ts';
import { numberInHost, numberInPath } from './names.ts';
import { sourcesOf, type Source } from './sources.ts';

/** A server and the sources it wrote. */
export interface Named {
  readonly sid: Sid;
  readonly knownBy: LogServer['knownBy'];
  readonly sources: readonly Source[];
}

export interface Identified {
  /** Ascending by sid. */
  readonly named: readonly Named[];
  readonly unknown: readonly UnknownServer[];
}

type KnownBy = LogServer['knownBy'];
const STRENGTH: readonly KnownBy[] = ['person', 'myid', 'myIdLine', 'votes', 'fileName', 'host', 'guess'];

/** A source that nobody has named yet, with what can be said about it. */
interface Unnamed {
  readonly source: Source;
  readonly hints: Hints;
  readonly fileNumber: Sid | null;
  readonly hostNumber: Sid | null;
}

/**
 * Gives each source its server: by the person's answer, by the ids on its lines, by what it says, by its votes, by the name of its file
 * or host. A source that nothing tells is put under its best suggestion, and the person is asked.
 */
export function identify(logs: readonly ReadLog[], answers: Answers): Identified {
  const servers = new Servers();
  const left: Unnamed[] = [];
  const members = new Set<Sid>();
  const seen = new Set<Sid>();
  for (const log of logs) {
    collectIds(log, members, seen);
    const sources = sourcesOf(log);
    for (const source of sources) {
      const answer = answerFor(source, sources.length === 1, answers);
      if (answer !== null) servers.add(answer, 'person', source);
      else if (source.sid !== null) servers.add(source.sid, source.told === 'line' ? 'myid' : 'myIdLine', source);
      else left.push(unnamed(source));
    }
  }
  const ensemble = members.size > 0 ? members : seen;
  const unsure = nameByHints(left, servers, ensemble);
  const unknown = unsure.map((one) => guess(one, unsure, servers, ensemble));
  const { kept, left: tooMany } = atMost(servers.all());
  return { named: kept, unknown: [...unknown, ...tooMany] };
}

/** No ensemble has more; a text with more ids is damaged or made to be slow. */
const MOST_SERVERS = 100;

/** Keeps the servers that say most. */
function atMost(all: readonly Named[]): { readonly kept: Named[]; readonly left: UnknownServer[] } {
  const size = ({ sources }: Named) => sources.reduce((sum, { records }) => sum + records.length, 0);
  const bySize = all.map((one) => ({ one, size: size(one) })).sort((a, b) => b.size - a.size);
  return {
    kept: bySize
      .slice(0, MOST_SERVERS)
      .map(({ one }) => one)
      .sort((a, b) => a.sid - b.sid),
    left: bySize
      .slice(MOST_SERVERS)
      .flatMap(({ one }) =>
        one.sources.map(({ log, host }) => ({ log: log.log, host, suggestions: [{ sid: one.sid, because: 'tooMany' as const }] })),
      ),
  };
}

/** Servers as they become known. */
class Servers {
  private readonly bySid = new Map<Sid, { knownBy: KnownBy; sources: Source[] }>();

  add(sid: Sid, knownBy: KnownBy, source: Source): void {
    const server = this.bySid.get(sid);
    if (server === undefined) this.bySid.set(sid, { knownBy, sources: [source] });
    else {
      server.sources.push(source);
      if (STRENGTH.indexOf(knownBy) < STRENGTH.indexOf(server.knownBy)) server.knownBy = knownBy;
    }
  }

  has(sid: Sid): boolean {
    return this.bySid.has(sid);
  }

  /** Sources of a server that the name of a file or host told: another text of the same name may join them. */
  namedBy(sid: Sid, knownBy: KnownBy): boolean {
    return this.bySid.get(sid)?.knownBy === knownBy;
  }

  all(): Named[] {
    return [...this.bySid].map(([sid, { knownBy, sources }]) => ({ sid, knownBy, sources })).sort((a, b) => a.sid - b.sid);
  }
}

/** An answer for a host is stronger than one for the whole log; one for the log names only lines that have no id of another. */
function answerFor({ log, host, sid }: Source, alone: boolean, answers: Answers): Sid | null {
  const forHost = host === null ? undefined : answers[`${log.log}/${host}`];
  if (forHost !== undefined) return forHost;
  const forLog = answers[`${log.log}`];
  if (forLog === undefined) return null;
  return sid === null || alone ? forLog : null;
}

function unnamed(source: Source): Unnamed {
  return {
    source,
    hints: hintsOf(source.records),
    fileNumber: numberInPath(source.log.name),
    hostNumber: source.host === null ? null : numberInHost(source.host),
  };
}

/** Ids of the configuration, and all ids that a log speaks of. */
function collectIds(log: ReadLog, members: Set<Sid>, seen: Set<Sid>): void {
  for (const { sid, fact } of log.records) {
    if (sid !== null) seen.add(sid);
    if (fact.kind === 'member') members.add(fact.sid);
    else for (const id of idsIn(fact)) if (id >= 0) seen.add(id);
  }
}

function idsIn(fact: LogFact): readonly Sid[] {
  switch (fact.kind) {
    case 'notification':
      return [fact.from];
    case 'sending':
      return [fact.to];
    case 'cannotOpen':
      return [fact.to];
    case 'connectionOrder':
    case 'connectionBroken':
    case 'workerLeaving':
      return [fact.peer];
    case 'learnerArrived':
    case 'synchronizing':
      return [fact.learner];
    case 'established':
      return fact.supporters;
    default:
      return [];
  }
}

/** Names what votes, file names and host names tell for certain; returns the rest. */
function nameByHints(left: readonly Unnamed[], servers: Servers, ensemble: ReadonlySet<Sid>): Unnamed[] {
  const fits = (sid: Sid, { hints }: Unnamed) => !hints.peers.has(sid) && (ensemble.size === 0 || ensemble.has(sid));
  const ways: readonly [KnownBy, (one: Unnamed) => Sid | null][] = [
    ['votes', ({ hints }) => certainSid(hints)],
    ['host', ({ hostNumber }) => hostNumber],
    ['fileName', ({ source, fileNumber }) => (source.host === null ? fileNumber : null)],
  ];
  let rest = left;
  for (const [knownBy, sidOf] of ways) {
    const next: Unnamed[] = [];
    // Pods and hosts are often counted from 0: then their numbers are no ids unless 0 is one.
    const fromZero = knownBy !== 'votes' && rest.some((one) => sidOf(one) === 0) && !ensemble.has(0);
    for (const one of rest) {
      const sid = fromZero ? null : sidOf(one);
      const free = sid !== null && (!servers.has(sid) || servers.namedBy(sid, knownBy));
      if (sid !== null && free && fits(sid, one)) servers.add(sid, knownBy, one.source);
      else next.push(one);
    }
    rest = next;
  }
  return [...rest];
}

/** Puts a source under its best suggestion. */
function guess(one: Unnamed, unsure: readonly Unnamed[], servers: Servers, ensemble: ReadonlySet<Sid>): UnknownServer {
  const suggestions = suggest(one, unsure, servers, ensemble);
  const [best] = suggestions;
  if (best !== undefined) servers.add(best.sid, 'guess', one.source);
  return { log: one.source.log.log, host: one.source.host, suggestions };
}

function suggest(one: Unnamed, unsure: readonly Unnamed[], servers: Servers, ensemble: ReadonlySet<Sid>): UnknownServer['suggestions'] {
  const { hints, fileNumber, hostNumber } = one;
  const found = new Map<Sid, SuggestionReason>();
  const offer = (sid: Sid | null, because: SuggestionReason) => {
    if (sid !== null && sid >= 0 && !servers.has(sid) && !hints.peers.has(sid) && !found.has(sid)) found.set(sid, because);
  };
  for (const sid of hints.leads) offer(sid, 'leads');
  for (const [sid] of [...hints.ownVotes].sort((a, b) => b[1] - a[1])) offer(sid, 'ownVote');
  const missing = [...ensemble].filter((sid) => !servers.has(sid)).sort((a, b) => a - b);
  if (missing.length === 1) offer(missing[0] ?? null, 'onlyOneLeft');
  const [number, reason]: [Sid | null, SuggestionReason] = hostNumber === null ? [fileNumber, 'fileName'] : [hostNumber, 'hostName'];
  const fromZero = unsure.some((other) => (other.hostNumber ?? other.fileNumber) === 0) && !ensemble.has(0);
  if (number !== null && fromZero) offer(number + 1, 'countedFromZero');
  else offer(number, reason);
  for (const sid of missing) offer(sid, 'neverAPeer');
  if (found.size === 0) offer(lowestFree(servers, hints), 'free');
  return [...found].map(([sid, because]) => ({ sid, because }));
}

function lowestFree(servers: Servers, { peers }: Hints): Sid {
  let sid = 1;
  while (servers.has(sid) || peers.has(sid)) sid += 1;
  return sid;
}

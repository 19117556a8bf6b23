/**
 * Holds our log of a replayed recording against the real one, by kinds of messages: a kind is a class and a line of ZooKeeper's source.
 * Several threads of a real server print at once, so the order within a few milliseconds is a race, and how many votes are heard in an
 * election too: besides the edit distance the difference of the counts is given, where order does not matter.
 */
import type { Sid } from '../../src/base/ids.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import type { Scenario } from '../../src/ensemble/scenario.ts';
import { serverLog } from '../../src/export/logs/serverLog.ts';
import { jsonLinesOf, textOf, type Recording } from './archive.ts';

export interface LogComparison {
  readonly sid: Sid;
  /** Messages of the real log, and of ours, without noise. */
  readonly real: number;
  readonly ours: number;
  /** Insertions and deletions that turn one sequence of kinds into the other. */
  readonly distance: number;
  /** The same for each thread alone, together: what remains when threads race. */
  readonly byThread: number;
  /** How often each kind is missing (negative) or too many (positive) in ours; equal counts are left out. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Kinds that are left out on both sides: they tell of what the scenarios do not hold, such as the recorder's own probes and the clients'
 * sockets.
 */
export const NOISE: readonly string[] = [
  'StatCommand@52', // four-letter words
  'NIOServerCnxn@374', // a client's socket closed
  'NIOServerCnxn@383', // a probe while not serving
  'FastLeaderElection@1141', // DEBUG, number of threads: with each end of an election, and nothing else in it
];

/** DEBUG kinds that the recorder cut from long logs (`README.md`, "Removed from server.log"): left out where the real log has none of them. */
const CUT = [
  /^CommitProcessor@(595|607)$/,
  /^Leader@(1022|1026|1273|643)$/,
  /^QuorumCnxManager@(377|394|426|469|518|554|613|652|720|744|763|804)$/,
  /^QuorumCnxManager\$(SendWorker@(1184|1201|1218|1260|1268)|RecvWorker@(1366|1384)|Listener@946)$/,
];

const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \[myid:\d*\] - (DEBUG|INFO|WARN|ERROR) +\[(.*):([\w$]+@\d+)\] - /;

export interface KindOptions {
  readonly infoOnly?: boolean;
  /** Time of the log, as printed, after which lines do not count: at the end of a recording all servers are killed. */
  readonly until?: string;
}

interface Said {
  readonly kind: string;
  readonly thread: string;
}

function messagesOf(log: string, { infoOnly = false, until }: KindOptions): readonly Said[] {
  const messages: Said[] = [];
  for (const line of log.split('\n')) {
    const match = LINE.exec(line);
    if (match === null || (infoOnly && match[2] === 'DEBUG') || (until !== undefined && (match[1] as string) > until)) continue;
    messages.push({ kind: match[4] as string, thread: threadKind(match[3] as string) });
  }
  return messages;
}

/** Threads that come and go are one: those that connect, and the handlers of a learner. */
function threadKind(thread: string): string {
  return thread.replace(/^QuorumConnectionThread-.*/, 'QuorumConnectionThread').replace(/^((?:LearnerHandler|Sender)-\/[\d.]+):\d+$/, '$1');
}

/** When the recorder had done its last step and began to kill the servers, as logs print it. */
export function endOf(recording: Recording): string | undefined {
  const events = jsonLinesOf(recording, 'events.jsonl') as readonly { readonly do?: string; readonly ts?: string }[];
  return events.find((event) => event.do === 'final')?.ts;
}

/** @param options `until` holds for the real log alone: ours ends with the scenario. */
export function compareLogs(sid: Sid, realLog: string, ourLog: string, options: KindOptions = {}): LogComparison {
  const all = messagesOf(realLog, options);
  const inReal = new Set(all.map(({ kind }) => kind));
  const isCut = !all.some(({ kind }) => kind.startsWith('QuorumCnxManager@377'));
  const counted = ({ kind }: Said) => !NOISE.includes(kind) && !(isCut && !inReal.has(kind) && CUT.some((cut) => cut.test(kind)));
  const real = all.filter(counted);
  const { infoOnly = false } = options;
  const ours = messagesOf(ourLog, { infoOnly }).filter(counted);
  const threads = new Set([...real, ...ours].map(({ thread }) => thread));
  const kindsIn = (messages: readonly Said[], thread: string) => messages.filter((said) => said.thread === thread).map(({ kind }) => kind);
  const realKinds = real.map(({ kind }) => kind);
  const ourKinds = ours.map(({ kind }) => kind);
  return {
    sid,
    real: real.length,
    ours: ours.length,
    distance: editDistance(realKinds, ourKinds),
    byThread: [...threads].reduce((sum, thread) => sum + editDistance(kindsIn(real, thread), kindsIn(ours, thread)), 0),
    counts: countDifference(realKinds, ourKinds),
  };
}

/** Insertions and deletions only: a message in the wrong place counts twice. */
export function editDistance(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1);
  let current = new Uint32Array(b.length + 1);
  for (const kind of a) {
    for (let j = 1; j <= b.length; j++) {
      current[j] = kind === b[j - 1] ? (previous[j - 1] as number) + 1 : Math.max(previous[j] as number, current[j - 1] as number);
    }
    [previous, current] = [current, previous];
  }
  return a.length + b.length - 2 * (previous[b.length] as number);
}

function countDifference(real: readonly string[], ours: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of ours) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const kind of real) counts.set(kind, (counts.get(kind) ?? 0) - 1);
  return new Map([...counts].filter(([, count]) => count !== 0));
}

/** Our logs of a replayed recording against the real ones: with DEBUG lines, and without. */
export function compareRun(
  recording: Recording,
  { members, config }: Scenario,
  trace: readonly TraceEvent[],
): { readonly debug: LogVerdict; readonly info: LogVerdict } {
  const until = endOf(recording);
  const limit = until === undefined ? {} : { until };
  const pairs = members.map(({ sid }) => ({
    sid,
    real: textOf(recording, `s${sid}/server.log`),
    ours: serverLog(trace, members, config, sid, { debug: true }),
  }));
  return {
    debug: sumUp(pairs.map(({ sid, real, ours }) => compareLogs(sid, real, ours, limit))),
    info: sumUp(pairs.map(({ sid, real, ours }) => compareLogs(sid, real, ours, { ...limit, infoOnly: true }))),
  };
}

/** All servers of a recording together. */
export interface LogVerdict {
  readonly real: number;
  readonly distance: number;
  readonly byThread: number;
  /** Messages too many or too few, whatever the order. */
  readonly miscounted: number;
  readonly counts: ReadonlyMap<string, number>;
}

export function sumUp(servers: readonly LogComparison[]): LogVerdict {
  const counts = new Map<string, number>();
  for (const server of servers) for (const [kind, count] of server.counts) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return {
    real: servers.reduce((sum, { real }) => sum + real, 0),
    distance: servers.reduce((sum, { distance }) => sum + distance, 0),
    byThread: servers.reduce((sum, { byThread }) => sum + byThread, 0),
    miscounted: servers.reduce((sum, { counts: own }) => sum + [...own.values()].reduce((all, count) => all + Math.abs(count), 0), 0),
    counts,
  };
}

/** `+3 Leader@1022, -1 FileSnap@85`: the kinds that differ most. */
export function worstKinds(counts: ReadonlyMap<string, number>, most: number): string {
  return [...counts]
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, most)
    .map(([kind, count]) => `${count > 0 ? '+' : ''}${count} ${kind}`)
    .join(', ');
}

/** Small readings of names in logs. */
import type { Sid } from '../../base/ids.ts';
import type { LogRecord } from './facts.ts';

const LEVELS: ReadonlyMap<string, LogRecord['level']> = new Map([
  ['TRACE', 'DEBUG'],
  ['DEBUG', 'DEBUG'],
  ['INFO', 'INFO'],
  ['WARN', 'WARN'],
  ['WARNING', 'WARN'],
  ['ERROR', 'ERROR'],
  ['FATAL', 'ERROR'],
  ['SEVERE', 'ERROR'],
]);

/** @returns null for a word that is no level. */
export function levelOf(word: string): LogRecord['level'] | null {
  return LEVELS.get(word) ?? LEVELS.get(word.toUpperCase()) ?? null;
}

/** Own copy of a slice, so that a long text is not kept alive by a short part of it. */
export function copied(text: string): string {
  return (' ' + text).slice(1);
}

/** `o.a.z.s.q.FastLeaderElection$Messenger` → `FastLeaderElection`. */
export function simpleName(logger: string): string {
  const dollar = logger.indexOf('$');
  const outer = dollar < 0 ? logger : logger.slice(0, dollar);
  return outer.slice(outer.lastIndexOf('.') + 1);
}

/**
 * The server's own sid in the name of a thread: `QuorumPeer[myid=3]…`, `SyncThread:3`, `ProcessThread(sid:3 cport:-1):`. Threads towards a
 * peer (`SendWorker:2`, `RecvWorker:2`, `LearnerHandler-…`) carry none.
 */
export function sidOfThread(thread: string): Sid | null {
  const found = /\[myid=(\d{1,15})\]|^(?:SyncThread|CommitProcessor|FollowerRequestProcessor|ObserverRequestProcessor):(\d{1,15})$/.exec(
    thread,
  );
  if (found === null) return inRange(numberOr(/^ProcessThread\(sid:(\d{1,15}) cport/.exec(thread)?.[1]));
  return inRange(numberOr(found[1] ?? found[2]));
}

function numberOr(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

/** myid is a Java long; beyond what a number holds exactly it is no sid here. */
export function inRange(sid: number | null): Sid | null {
  return sid !== null && Number.isSafeInteger(sid) ? sid : null;
}

/**
 * Watches for servers that report the same zxid but hold different trees. Cheap enough to look at every event as it comes: of each server only what it
 * reports is kept.
 *
 * Source: `DataTree.compareDigest`; nothing else in ZooKeeper compares trees, and a DIFF sync is checked by zxid alone (`LearnerHandler.syncFollower`).
 */
import type { Sid } from '../../base/ids.ts';
import { sameZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';

/** Two servers, the smaller sid first. */
export interface PartedPair {
  readonly a: Sid;
  readonly b: Sid;
  /** The event at which both reported `zxid` with different trees for the first time. */
  readonly n: number;
  readonly zxid: Zxid;
}

interface Reported {
  readonly serving: boolean;
  readonly lastZxid: Zxid;
  /** 0: not known. */
  readonly digest: number;
}

/** What was found up to event `n`. */
export interface Looked {
  readonly n: number;
  readonly servers: ReadonlyMap<Sid, Reported>;
  /** Pairs that differed when they were last at the same zxid. */
  readonly pairs: readonly PartedPair[];
}

export const NOT_LOOKED: Looked = { n: -1, servers: new Map(), pairs: [] };

const SILENT: Reported = { serving: false, lastZxid: ZXID_ZERO, digest: 0 };

/** What is known after event `to`, when it is known what was before: `looked` may be of any earlier event of the same trace. */
export function lookOn(looked: Looked, trace: readonly TraceEvent[], to: number): Looked {
  const end = Math.min(to, trace.length - 1);
  if (end <= looked.n) return looked;
  const servers = new Map(looked.servers);
  let { pairs } = looked;
  for (let n = looked.n + 1; n <= end; n++) {
    const { actor, what, changes } = trace[n] as TraceEvent;
    if (what.type === 'processEnded' || what.type === 'processStarted') servers.set(what.sid, SILENT);
    if (actor.kind !== 'server' || changes === null) continue;
    if (changes.lastZxid === undefined && changes.digest === undefined && changes.serving === undefined) continue;
    const { sid } = actor;
    const before = servers.get(sid) ?? SILENT;
    const now = {
      serving: changes.serving ?? before.serving,
      lastZxid: changes.lastZxid ?? before.lastZxid,
      digest: changes.digest ?? before.digest,
    };
    servers.set(sid, now);
    pairs = compared(pairs, servers, sid, now, n);
  }
  return { n: end, servers, pairs };
}

/** A server is held against all that report the same: a pair begins when they differ, and ends when they are equal again. */
function compared(
  pairs: readonly PartedPair[],
  servers: ReadonlyMap<Sid, Reported>,
  sid: Sid,
  now: Reported,
  n: number,
): readonly PartedPair[] {
  if (!now.serving || now.digest === 0) return pairs;
  let next = pairs;
  for (const [other, reported] of servers) {
    if (other === sid || !reported.serving || reported.digest === 0 || !sameZxid(reported.lastZxid, now.lastZxid)) continue;
    const [a, b] = [Math.min(sid, other), Math.max(sid, other)];
    const isKnown = next.some((pair) => pair.a === a && pair.b === b);
    if (reported.digest === now.digest) {
      if (isKnown) next = next.filter((pair) => pair.a !== a || pair.b !== b);
    } else if (!isKnown) next = [...next, { a, b, n, zxid: now.lastZxid }];
  }
  return next;
}

/**
 * What a recording says beside its `Facts`: where each write ended up, when servers started and served, which failures they logged, who supported a
 * leader. Derived the same way from a run of the simulator.
 */
import * as v from 'valibot';
import type { Facts, TxnFact } from '../../src/ensemble/facts.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { jsonOf, type Recording } from './archive.ts';

/** A write as it was given. */
export interface GivenWrite {
  readonly session: string;
  readonly sessionId: string;
  /** 0 for one that was never sent. */
  readonly xid: number;
  readonly op: string;
  readonly path: string | null;
  readonly rejected: boolean;
  readonly burst: boolean;
}

/** Where its txn is in the end. */
export interface Place {
  readonly inLogOf: readonly string[];
  /** Null where it was rejected. */
  readonly survives: boolean | null;
}

export interface Further {
  /** Of each server, in order: each start, and each role in which it began to serve. */
  readonly lives: Readonly<Record<string, readonly string[]>>;
  /** Of each server, those of `FAILURES` that it logged. */
  readonly failures: Readonly<Record<string, readonly string[]>>;
  /** Of each established leader, whose ACK of NEWLEADER it had counted. */
  readonly supporters: readonly (readonly number[])[];
}

/** A recording's own word on its writes. */
export interface Written {
  readonly write: GivenWrite;
  readonly place: Place;
}

const serverSchema = v.object({
  timeline: v.array(v.looseObject({ proc: v.optional(v.string()), zab: v.optional(v.string()) })),
  problems: v.array(v.looseObject({ msg: v.string() })),
});
const expectedSchema = v.object({
  elections: v.array(v.looseObject({ established: v.boolean(), newLeaderAckedBy: v.nullish(v.array(v.number()), []) })),
  servers: v.record(v.string(), serverSchema),
  ops: v.array(
    v.looseObject({
      session: v.string(),
      sessionId: v.nullish(v.string(), ''),
      xid: v.nullish(v.number(), 0),
      op: v.string(),
      path: v.nullish(v.string(), null),
      outcome: v.string(),
      burst: v.optional(v.number()),
      count: v.optional(v.number(), 1),
      inLogOf: v.array(v.number()),
      survives: v.nullable(v.boolean()),
    }),
  ),
});

/** Failures that change what a server is, by the words of its log. */
const FAILURES: readonly (readonly [name: string, words: RegExp])[] = [
  ['its logger died', /from thread : SyncThread/],
  ['a digest did not match', /^First digest mismatch/],
  ['its database did not load', /^Unable to load database/],
];

/** @param name of the recording, for errors. */
export function readFurther(recording: Recording, name: string): { readonly further: Further; readonly written: readonly Written[] } {
  const checked = v.safeParse(expectedSchema, jsonOf(recording, 'expected.json'));
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new Error(`${name}/expected.json: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  const { elections, servers, ops } = checked.output;
  const each = <T>(of: (server: v.InferOutput<typeof serverSchema>) => T) =>
    Object.fromEntries(Object.entries(servers).map(([sid, server]) => [sid, of(server)]));
  return {
    further: {
      lives: each(({ timeline }) =>
        timeline.flatMap(({ proc, zab }) =>
          proc === 'start' ? ['started'] : zab?.endsWith(' - broadcast') === true ? [zab.slice(0, -' - broadcast'.length)] : [],
        ),
      ),
      failures: each(({ problems }) =>
        FAILURES.filter(([, words]) => problems.some(({ msg }) => words.test(msg))).map(([failure]) => failure),
      ),
      supporters: elections.filter(({ established }) => established).map(({ newLeaderAckedBy }) => sorted(newLeaderAckedBy)),
    },
    written: ops.map(({ session, sessionId, xid, op, path, outcome, burst, count, inLogOf, survives }) => ({
      // Of a folded burst the first stands for all: they have the same place.
      write: { session, sessionId, xid, op, path, rejected: outcome === 'rejected', burst: burst !== undefined || count > 1 },
      place: { inLogOf: inLogOf.map(String), survives },
    })),
  };
}

const SERVES = { FOLLOWING: 'following', OBSERVING: 'observing', LEADING: 'leading', LOOKING: 'looking' } as const;

/**
 * The same of a run of ours.
 *
 * @param drains whether a learner's logger drains its queue when its leader is gone, so that it does not die of it
 *   (`SendAckRequestProcessor.flush` before 3.9.3).
 */
export function furtherOf(trace: readonly TraceEvent[], sids: readonly string[], drains: boolean): Further {
  const lives = new Map(sids.map((sid) => [sid, [] as string[]]));
  const failures = new Map(sids.map((sid) => [sid, new Set<string>()]));
  const state = new Map<string, { role: keyof typeof SERVES; serving: boolean; queue: readonly [number, number] }>();
  const supporters: (readonly number[])[] = [];
  const [loggerDied, mismatch, cannotLoad] = FAILURES.map(([name]) => name) as [string, string, string];
  for (const { actor, what, changes, decisions } of trace) {
    if (what.type === 'processStarted') lives.get(String(what.sid))?.push('started');
    if (actor.kind !== 'server') continue;
    const sid = String(actor.sid);
    const before = state.get(sid) ?? { role: 'LOOKING', serving: false, queue: [0, 0] };
    const role = changes?.role ?? before.role;
    for (const decision of decisions) {
      if (decision.rule === 'leader.established') {
        supporters.push(sorted(decision.supporters));
        lives.get(sid)?.push(SERVES.LEADING);
      } else if (decision.rule === 'learner.serving') lives.get(sid)?.push(SERVES[role]);
      else if (decision.rule === 'digest.mismatch') failures.get(sid)?.add(mismatch);
      else if (decision.rule === 'recovery.failed') failures.get(sid)?.add(cannotLoad);
      else if (
        decision.rule === 'learner.gaveUp' &&
        !drains &&
        before.serving &&
        before.role === 'FOLLOWING' &&
        before.queue[0] + before.queue[1] > 0
      )
        failures.get(sid)?.add(loggerDied);
    }
    state.set(sid, { role, serving: changes?.serving ?? before.serving, queue: changes?.syncQueue ?? before.queue });
  }
  const names = FAILURES.map(([name]) => name);
  return {
    lives: Object.fromEntries(lives),
    failures: Object.fromEntries([...failures].map(([sid, found]) => [sid, names.filter((name) => found.has(name))])),
    supporters,
  };
}

function sorted(sids: readonly number[]): readonly number[] {
  return sids.toSorted((a, b) => a - b);
}

/**
 * Where the txn of each write is in the end: in whose logs; and whether it survives, which is when it is in the log of a server that recovers to the same
 * state as the final leader (else the one with the highest zxid) and was not given its state by SNAP, or when its node is in that tree.
 *
 * @param sessionId what these facts call the session of a write.
 */
export function placesOf(
  writes: readonly GivenWrite[],
  { servers, syncs }: Facts,
  sessionId: (write: GivenWrite) => string | undefined,
): readonly Place[] {
  const whole = Object.entries(servers).flatMap(([sid, { recovered, finalMode }]) =>
    'error' in recovered ? [] : [{ sid, finalMode, zxid: BigInt(recovered.lastZxid), recovered, state: JSON.stringify(recovered.tree) }],
  );
  const authority =
    whole.find(({ finalMode }) => finalMode === 'leader') ??
    whole.reduce<(typeof whole)[number] | undefined>(
      (best, server) => (best === undefined || server.zxid > best.zxid ? server : best),
      undefined,
    );
  const snapped = new Set(
    syncs.filter(({ mode, peerLastZxid }) => mode === 'SNAP' && peerLastZxid !== '0x0').map(({ learner }) => String(learner)),
  );
  const agree = new Set(
    whole
      .filter(({ zxid, state, sid }) => zxid === authority?.zxid && state === authority.state && !snapped.has(sid))
      .map(({ sid }) => sid),
  );
  const paths = new Set(authority?.recovered.tree.map(({ path }) => path));
  const logs = Object.entries(servers).map(([sid, { txns }]) => ({ sid, has: new Set(txns.filter(isWrite).map(keyOf)) }));
  return writes.map((write): Place => {
    const session = sessionId(write);
    const inLogOf =
      session === undefined || write.xid === 0 || write.rejected
        ? []
        : logs.filter(({ has }) => has.has(`${session} ${write.xid}`)).map(({ sid }) => sid);
    const shown = write.path !== null && write.op.startsWith('create') && paths.has(write.path);
    return { inLogOf, survives: write.rejected ? null : shown || inLogOf.some((sid) => agree.has(sid)) };
  });
}

function isWrite({ type }: TxnFact): boolean {
  return type !== 'error' && type !== 'createSession' && type !== 'closeSession';
}

function keyOf({ session, cxid }: TxnFact): string {
  return `${session} ${cxid}`;
}

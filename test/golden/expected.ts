/** Reads a recording's `expected.json` (and the trees of its `ops.jsonl`) in the shape of the simulator's own facts. Errors name the file and the field. */
import * as v from 'valibot';
import type { Facts, LogFact, NodeFact, OpFact, RecoveredFact, ServerFact, TreeFact, TxnFact } from '../../src/ensemble/facts.ts';
import { jsonLinesOf, jsonOf, type Recording } from './archive.ts';

const hex = v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/));
const node = v.object({
  path: v.string(),
  data: v.nullish(v.string(), ''),
  version: v.number(),
  cversion: v.number(),
  aversion: v.number(),
  czxid: hex,
  mzxid: hex,
  pzxid: hex,
  ephemeralOwner: hex,
  numChildren: v.nullish(v.number(), -1),
});
const sameAs = v.object({ sameAs: v.string() });
const serverSchema = v.object({
  finalMode: v.string(),
  finalZxid4lw: v.nullish(v.string(), null),
  exitCode: v.nullish(v.number(), null),
  acceptedEpoch: v.nullish(v.string(), null),
  currentEpoch: v.nullish(v.string(), null),
  files: v.array(v.string()),
  logs: v.array(
    v.looseObject({
      file: v.string(),
      count: v.nullish(v.number(), 0),
      first: v.nullish(v.string(), null),
      last: v.nullish(v.string(), null),
      end: v.nullish(v.string(), ''),
    }),
  ),
  txns: v.union([v.array(v.record(v.string(), v.unknown())), sameAs]),
  recovered: v.union([
    v.object({
      lastZxid: hex,
      nodeCount: v.number(),
      sessions: v.union([v.record(v.string(), v.number()), sameAs]),
      tree: v.union([v.array(node), sameAs]),
    }),
    v.object({ error: v.string() }),
    sameAs,
  ]),
  loads: v.array(v.looseObject({ zxid: v.optional(v.string()) })),
  sessionsExpired: v.array(v.looseObject({ session: v.string() })),
});
const expectedSchema = v.object({
  elections: v.array(
    v.looseObject({
      leader: v.number(),
      established: v.boolean(),
      epoch: v.nullish(v.number()),
      startZxid: v.nullish(v.string()),
      leaderZxidBefore: v.nullish(v.string()),
      t: v.looseObject({ leading: v.nullish(v.number()) }),
    }),
  ),
  syncs: v.array(
    v.looseObject({
      leader: v.number(),
      learner: v.number(),
      mode: v.picklist(['DIFF', 'TRUNC', 'SNAP']),
      peerLastZxid: hex,
      minCommittedLog: hex,
      maxCommittedLog: hex,
      lastProcessedZxid: hex,
      zxidSent: hex,
      source: v.nullable(v.string()),
    }),
  ),
  servers: v.record(v.string(), serverSchema),
  waits: v.array(
    v.looseObject({
      step: v.number(),
      cond: v.string(),
      ok: v.boolean(),
      view: v.optional(v.record(v.string(), v.looseObject({ mode: v.string() })), {}),
    }),
  ),
  ops: v.array(
    v.looseObject({
      step: v.number(),
      session: v.string(),
      op: v.string(),
      path: v.nullish(v.string(), null),
      outcome: v.picklist(['acked', 'rejected', 'unknown']),
      err: v.nullish(v.string(), null),
      zxid: v.nullish(v.string(), null),
      xid: v.nullish(v.number(), 0),
      burst: v.optional(v.number()),
      count: v.optional(v.number(), 1),
    }),
  ),
});

const treeSchema = v.object({
  step: v.number(),
  op: v.literal('tree'),
  session: v.string(),
  ok: v.boolean(),
  tree: v.nullish(v.array(node), null),
});

/** @param name of the recording, for errors. */
export function readExpected(recording: Recording, name: string): Facts {
  const trees = recording.has('ops.jsonl') ? jsonLinesOf(recording, 'ops.jsonl').flatMap(treeFact) : [];
  return { ...expectedFacts(jsonOf(recording, 'expected.json'), `${name}/expected.json`), trees };
}

/** The session that read the tree is called `verify<step>_<sid>`. */
function treeFact(line: unknown): readonly TreeFact[] {
  const checked = v.safeParse(treeSchema, line);
  if (!checked.success) return [];
  const { step, session, ok, tree } = checked.output;
  const sid = Number(/_(\d+)$/.exec(session)?.[1] ?? NaN);
  return Number.isNaN(sid) ? [] : [{ step, sid, tree: ok && tree !== null ? sorted(tree) : null }];
}

export function expectedFacts(value: unknown, source: string): Facts {
  const checked = v.safeParse(expectedSchema, value);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new Error(`${source}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  const raw = checked.output;
  const servers: Record<string, ServerFact> = {};
  for (const [sid, server] of Object.entries(raw.servers)) {
    const { txns, recovered, loads, sessionsExpired, logs, ...rest } = server;
    servers[sid] = {
      ...rest,
      logs: logs.map(({ file, count, first, last, end }): LogFact => ({ file, count, first, last, end })),
      txns: (follow(raw.servers, txns, (other) => other.txns) as unknown as readonly TxnFact[]).filter((txn) => txn['crcOk'] !== false),
      recovered: recoveredFact(raw.servers, recovered),
      loads: loads.flatMap(({ zxid }) => (zxid === undefined ? [] : [zxid])),
      sessionsExpired: sessionsExpired.map(({ session }) => session),
    };
  }
  return {
    elections: raw.elections
      .filter(({ established }) => established)
      .map(({ leader, epoch, startZxid, leaderZxidBefore, t }) => ({
        leader,
        epoch: epoch ?? 0,
        startZxid: startZxid ?? '',
        leaderZxidBefore: leaderZxidBefore ?? '',
        n: -1,
        at: t.leading ?? 0,
      })),
    syncs: raw.syncs.map(
      ({ leader, learner, mode, peerLastZxid, minCommittedLog, maxCommittedLog, lastProcessedZxid, zxidSent, source: from }) => ({
        leader,
        learner,
        mode,
        peerLastZxid,
        minCommittedLog,
        maxCommittedLog,
        lastProcessedZxid,
        zxidSent,
        source: from,
      }),
    ),
    servers,
    waits: raw.waits.map(({ step, cond, ok, view }) => ({ step, cond, ok, view: view as Facts['waits'][number]['view'] })),
    // A recording lists operations as they ended; each session gave them in order of xid.
    ops: raw.ops
      .toSorted((a, b) => (a.session === b.session ? a.xid - b.xid : 0))
      .flatMap(({ count, ...op }) =>
        Array.from({ length: count }, (_, i): OpFact => ({
          step: op.step,
          session: op.session,
          op: op.op,
          path: op.path,
          outcome: op.outcome,
          err: op.err,
          burst: op.burst !== undefined,
          zxid: op.zxid === null ? null : plus(op.zxid, i),
        })),
      ),
    trees: [],
  };
}

type RawServer = v.InferOutput<typeof serverSchema>;

function follow<T extends object>(
  servers: Readonly<Record<string, RawServer>>,
  value: T | { readonly sameAs: string },
  field: (server: RawServer) => T | { readonly sameAs: string },
): T {
  if (!('sameAs' in value) || typeof value.sameAs !== 'string') return value as T;
  const other = servers[value.sameAs];
  if (other === undefined) throw new Error(`sameAs ${value.sameAs}: there is no such server`);
  return follow(servers, field(other), field);
}

type RawRecovered = RawServer['recovered'];
type Whole = Extract<RawRecovered, { lastZxid: string }>;

function recoveredFact(servers: Readonly<Record<string, RawServer>>, value: RawRecovered): ServerFact['recovered'] {
  const own = follow<Whole | { error: string }>(servers, value, (other) => other.recovered);
  if ('error' in own) return own;
  const whole = (pick: (of: Whole) => unknown) => (server: RawServer) => {
    const other = follow<Whole | { error: string }>(servers, server.recovered, (next) => next.recovered);
    if ('error' in other) throw new Error('sameAs names a server that could not recover');
    return pick(other);
  };
  const tree = follow(servers, own.tree, whole((of) => of.tree) as (server: RawServer) => Whole['tree']);
  const sessions = follow(servers, own.sessions, whole((of) => of.sessions) as (server: RawServer) => Whole['sessions']);
  return {
    lastZxid: own.lastZxid,
    nodeCount: own.nodeCount,
    sessions: sessions as RecoveredFact['sessions'],
    tree: sorted(tree as readonly NodeFact[]),
  };
}

function sorted(tree: readonly NodeFact[]): readonly NodeFact[] {
  return tree.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The `i`-th zxid after this one, of the same epoch. */
function plus(zxid: string, i: number): string {
  return `0x${(BigInt(zxid) + BigInt(i)).toString(16)}`;
}

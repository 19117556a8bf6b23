/** Compares what the simulator made of a scenario with what the real ensemble did, fact by fact. */
import type { Facts, LogFact, NodeFact, ServerFact, TxnFact } from '../../src/ensemble/facts.ts';
import { NO_SESSION, type SessionId } from '../../src/base/ids.ts';
import { ownerKind } from '../../src/tree/ephemeralType.ts';
import { freshBootSync, isEmptyEpochSnapshot, normalSync, type Allowances } from './allowances.ts';
import { holeFound, withoutChildren, type Hole, type HoleFound } from './holes.ts';
import { Tally, type Comparison } from './tally.ts';
import { compareWaits } from './waits.ts';

export function compareFacts(expected: Facts, actual: Facts, allowances: Allowances): Comparison {
  const tally = new Tally();
  compareElections(tally, expected, actual, allowances);
  compareSyncs(tally, expected, actual, allowances);
  compareOps(tally, expected, actual, allowances);
  compareWaits(tally, expected, actual, allowances);
  const labels = sessionLabels(expected, actual);
  for (const [sid, server] of Object.entries(expected.servers)) {
    const other = actual.servers[sid];
    if (other === undefined) tally.same(`server ${sid}`, 'present', 'missing');
    else compareServer(tally, sid, server, other, labels, allowances);
  }
  compareTrees(tally, expected, actual, labels, allowances);
  compareGroups(tally, expected, actual, allowances);
  return tally.result;
}

/** Only what was done, asked and read before a step: what must hold in every run, whatever real timing chose later. */
export function compareBefore(expected: Facts, actual: Facts, fromStep: number, allowances: Allowances): Comparison {
  const tally = new Tally();
  const isEarly = ({ step }: { readonly step: number }) => step < fromStep;
  const early = ({ waits, trees }: Facts, ops: Facts['ops']): Facts => ({
    ...NOTHING,
    ops,
    waits: waits.filter(isEarly),
    trees: trees.filter(isEarly),
  });
  const asked = expected.ops.filter(isEarly);
  const left = new Map<string, number>();
  for (const { session } of asked) left.set(session, (left.get(session) ?? 0) + 1);
  // A recording notes an operation that nobody waited for at the step with which it ended, so ours are taken by their order.
  const ours = actual.ops.filter(({ session }) => {
    const more = left.get(session) ?? 0;
    left.set(session, more - 1);
    return more > 0;
  });
  const strictly: Allowances = { ...allowances, burstCut: null, logHoles: new Map() };
  compareOps(tally, early(expected, asked), early(actual, ours), strictly);
  compareWaits(tally, early(expected, asked), early(actual, ours), strictly);
  compareTrees(tally, early(expected, asked), early(actual, ours), sessionLabels(expected, actual), strictly);
  return tally.result;
}

const NOTHING: Facts = { elections: [], syncs: [], servers: {}, waits: [], ops: [], trees: [] };

// ---------------------------------------------------------------------------------------------------------------------
// Elections, syncs, operations.

/** With `burstCut`, of a zxid only the epoch is fixed. */
const loosely = (zxid: string | null, { burstCut }: Allowances): string | null =>
  zxid === null || burstCut === null ? zxid : zxid.slice(0, -8);

function compareElections(tally: Tally, expected: Facts, actual: Facts, allowances: Allowances): void {
  tally.list('election', expected.elections, actual.elections, ({ leader, epoch, startZxid }) => ({ epoch, leader, startZxid }), null);
  tally.list('zxid of the leader before its election', expected.elections, actual.elections, ({ leaderZxidBefore }) =>
    loosely(leaderZxidBefore, allowances),
  );
}

function compareSyncs(tally: Tally, expected: Facts, actual: Facts, allowances: Allowances): void {
  for (const sid of Object.keys(expected.servers)) {
    const of = (facts: Facts) => facts.syncs.filter(({ learner }) => String(learner) === sid);
    const [theirs, ours] = [of(expected), of(actual)];
    tally.same(`syncs of ${sid}: count`, theirs.length, ours.length);
    theirs.forEach((sync, i) => {
      const other = ours[i];
      if (other === undefined) return;
      const fresh = freshBootSync(sync) !== null && freshBootSync(other) !== null ? freshBootSync(sync) : null;
      const print = ({
        leader,
        mode,
        peerLastZxid,
        minCommittedLog,
        maxCommittedLog,
        lastProcessedZxid,
        zxidSent,
        source,
      }: ReturnType<typeof normalSync>) =>
        allowances.burstCut !== null && fresh === null
          ? { leader, mode, peer: loosely(peerLastZxid, allowances), sent: loosely(zxidSent, allowances) }
          : allowances.randomRolls !== null
            ? { leader, mode, peerLastZxid, maxCommittedLog, lastProcessedZxid, zxidSent }
            : { leader, mode, peerLastZxid, minCommittedLog, maxCommittedLog, lastProcessedZxid, zxidSent, source };
      tally.near(`sync of ${sid}, number ${i + 1}`, print(normalSync(sync)), print(normalSync(other)), fresh, allowances.logHoles.get(sid));
    });
  }
}

function compareOps(tally: Tally, expected: Facts, actual: Facts, allowances: Allowances): void {
  const sessions = (facts: Facts) => [...new Set(facts.ops.map(({ session }) => session))].sort();
  tally.same('sessions that wrote', sessions(expected), sessions(actual));
  for (const name of sessions(expected)) {
    const of = (facts: Facts) => facts.ops.filter(({ session, burst }) => session === name && (!burst || allowances.burstCut === null));
    tally.list(`operation of session ${name}`, of(expected), of(actual), ({ op, path, burst, outcome, err, zxid }) => ({
      op,
      path: burst ? null : path,
      outcome,
      err,
      zxid: loosely(zxid, allowances),
    }));
  }
  if (allowances.burstCut === null) return;
  const count = (facts: Facts) => facts.ops.filter(({ burst }) => burst).length;
  tally.same('operations of the burst', count(expected), count(actual));
  const kinds = (facts: Facts) => [...new Set(facts.ops.filter(({ burst }) => burst).map(({ outcome }) => outcome))].sort();
  tally.same('outcomes in the burst', kinds(expected), kinds(actual), allowances.burstCut);
}

// ---------------------------------------------------------------------------------------------------------------------
// Servers.

export interface Labels {
  readonly expected: ReadonlyMap<string, string>;
  readonly actual: ReadonlyMap<string, string>;
}

/** Session ids depend on the clock. Two sessions are the same if, on some server, a txn of one has the place of a txn of the other. */
export function sessionLabels(expected: Facts, actual: Facts): Labels {
  const labels = { expected: new Map<string, string>(), actual: new Map<string, string>() };
  for (const [sid, server] of Object.entries(expected.servers)) {
    const ours = new Map(actual.servers[sid]?.txns.map(({ zxid, session }) => [zxid, session]));
    for (const { zxid, session } of server.txns) {
      const other = ours.get(zxid);
      if (other === undefined || session === '0x0' || labels.expected.has(session) || labels.actual.has(other)) continue;
      labels.expected.set(session, `session ${labels.expected.size + 1}`);
      labels.actual.set(other, `session ${labels.actual.size + 1}`);
    }
  }
  return labels;
}

function compareHex(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

function compareServer(tally: Tally, sid: string, expected: ServerFact, actual: ServerFact, labels: Labels, allowances: Allowances): void {
  const at = (what: string) => `server ${sid}: ${what}`;
  const { burstCut, randomRolls } = allowances;
  const hole = allowances.logHoles.get(sid);
  const found = hole === undefined ? null : holeFound(hole, expected, actual);
  tally.same(at('final mode'), expected.finalMode, actual.finalMode);
  tally.same(at('final zxid'), loosely(expected.finalZxid4lw, allowances), loosely(actual.finalZxid4lw, allowances));
  tally.same(at('exit code'), expected.exitCode, actual.exitCode);
  tally.same(at('acceptedEpoch'), expected.acceptedEpoch, actual.acceptedEpoch);
  tally.same(at('currentEpoch'), expected.currentEpoch, actual.currentEpoch);
  tally.same(at('loads: count'), expected.loads.length, actual.loads.length);
  expected.loads.forEach((zxid, i) =>
    tally.near(at(`load ${i + 1}`), loosely(zxid, allowances), loosely(actual.loads[i] ?? null, allowances), null, hole),
  );
  tally.same(at('expired sessions'), expected.sessionsExpired.length, actual.sessionsExpired.length);
  const rolls = randomRolls ?? burstCut;
  if (rolls === null) {
    tally.same(at('files'), comparableFiles(expected.files), comparableFiles(actual.files));
    compareLogs(tally, at('log'), expected.logs, actual.logs, hole);
  }
  compareTxns(tally, at('txn'), expected.txns, actual.txns, labels, allowances, found);
  compareRecovered(tally, at, expected.recovered, actual.recovered, labels, allowances, found);
}

function comparableFiles(files: readonly string[]): readonly string[] {
  return files.filter((file) => !isEmptyEpochSnapshot(file)).toSorted();
}

/** The recorder's tool reads on behind a checksum error and counts a torn record: of a damaged log only its beginning is comparable. */
function compareLogs(tally: Tally, fact: string, expected: readonly LogFact[], actual: readonly LogFact[], hole: Hole | undefined): void {
  tally.same(`${fact}s`, expected.length, actual.length);
  expected.forEach((log, i) => {
    const other = actual[i];
    if (other === undefined) return;
    const broken = [log, other].some(({ end }) => end.startsWith('CRC') || end === 'missing EOR');
    const print = ({ file, first, last, end }: LogFact) => (broken ? { file, first } : { file, first, last, end });
    tally.near(`${fact} ${i + 1}`, print(log), print(other), null, hole);
  });
}

function compareTxns(
  tally: Tally,
  fact: string,
  expected: readonly TxnFact[],
  actual: readonly TxnFact[],
  labels: Labels,
  allowances: Allowances,
  hole: HoleFound | null,
): void {
  if (allowances.burstCut !== null) {
    const outside = (txns: readonly TxnFact[]) => txns.filter(({ type }) => type !== 'setData');
    return tally.list(
      fact,
      outside(expected),
      outside(actual),
      ({ zxid, type, path }) => ({ epoch: loosely(zxid, allowances), type, path }),
      allowances.burstCut,
    );
  }
  if (hole !== null) tally.same(`${fact}s in flight`, expected.length, actual.length, hole.reason);
  const from = allowances.randomRolls === null ? null : ([expected[0]?.zxid ?? '', actual[0]?.zxid ?? ''].toSorted(compareHex)[1] ?? '');
  const kept = (txns: readonly TxnFact[]) =>
    txns.filter(({ zxid }) => (from === null || compareHex(zxid, from) >= 0) && hole?.zxids.has(zxid) !== true);
  const [theirs, ours] = [kept(expected), kept(actual)];
  tally.same(`${fact}: count`, theirs.length, ours.length);
  for (let i = 0; i < Math.min(theirs.length, ours.length); i++) {
    const [their, our] = [theirs[i] as TxnFact, ours[i] as TxnFact];
    tally.same(
      `${fact} ${their.zxid}`,
      printTxn(their, labels.expected, allowances),
      printTxn(our, labels.actual, allowances),
      isSameFailure(their, our) ? LOGGED_LATE : null,
    );
  }
}

const LOGGED_LATE =
  'a follower that applies a failed multi before it has logged it logs errors in place of its operations: which is first is chance';

function isSameFailure(their: TxnFact, our: TxnFact): boolean {
  const errors = errorsOf(their);
  return errors !== null && JSON.stringify(errors) === JSON.stringify(errorsOf(our));
}

/** Of a failed multi: the errors that its leader put there, by their places. A code above 0 is the length of a path, read where an operation was. */
function errorsOf({ zxid, type, txns }: TxnFact): unknown {
  const subs = type === 'multi' ? (txns as readonly { readonly type: string; readonly err?: number }[]) : [];
  const errors = subs.map((sub) => (sub.type === 'error' && (sub.err ?? 0) < 0 ? sub.err : null));
  return errors.some((err) => err !== null) ? [zxid, errors] : null;
}

/** The cxid of a closeSession counts what its session read: less through a server that has a hole. */
function printTxn(txn: TxnFact, labels: ReadonlyMap<string, string>, allowances: Allowances): unknown {
  const { zxid, type, session, cxid: count, ...fields } = txn;
  const cxid = type === 'closeSession' && allowances.logHoles.size > 0 ? null : count;
  const paths = fields['paths2Delete'];
  const plain = Array.isArray(paths) ? { ...fields, paths2Delete: paths.toSorted() } : fields;
  return sortedKeys({ zxid, type, session: labels.get(session) ?? session, cxid, ...plain });
}

/** The same plain value with the keys of its objects in order, and without undefined fields. */
function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => sortedKeys(item));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value as Readonly<Record<string, unknown>>).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sortedKeys(field)]));
}

function compareRecovered(
  tally: Tally,
  at: (what: string) => string,
  expected: ServerFact['recovered'],
  actual: ServerFact['recovered'],
  labels: Labels,
  allowances: Allowances,
  hole: HoleFound | null,
): void {
  const [failed, failedHere] = ['error' in expected, 'error' in actual];
  tally.same(at('recovery'), failed ? 'fails' : 'succeeds', failedHere ? 'fails' : 'succeeds');
  if ('error' in expected || 'error' in actual) return;
  tally.same(at('recovered zxid'), loosely(expected.lastZxid, allowances), loosely(actual.lastZxid, allowances));
  const sessions = (recovered: { readonly sessions: Readonly<Record<string, number>> }, names: ReadonlyMap<string, string>) =>
    allowances.burstCut === null
      ? sortedKeys(Object.fromEntries(Object.entries(recovered.sessions).map(([id, timeout]) => [names.get(id) ?? id, timeout])))
      : Object.values(recovered.sessions).toSorted((a, b) => a - b);
  tally.same(at('recovered sessions'), sessions(expected, labels.expected), sessions(actual, labels.actual));
  compareNodes(tally, at('recovered node'), expected.tree, actual.tree, labels, allowances, hole);
}

function compareTrees(tally: Tally, expected: Facts, actual: Facts, labels: Labels, allowances: Allowances): void {
  tally.list('tree read', expected.trees, actual.trees, ({ step, sid, tree }) => ({ step, sid, read: tree !== null }));
  expected.trees.forEach(({ tree, step, sid }, i) => {
    const other = actual.trees[i]?.tree;
    if (tree !== null && other !== null && other !== undefined)
      compareNodes(
        tally,
        `step ${step}, read through ${sid}: node`,
        tree,
        other,
        labels,
        allowances,
        holeOf(expected, actual, allowances, String(sid)),
      );
  });
}

function compareNodes(
  tally: Tally,
  fact: string,
  expected: readonly NodeFact[],
  actual: readonly NodeFact[],
  labels: Labels,
  allowances: Allowances,
  hole: HoleFound | null,
): void {
  const others = new Map(actual.map((node) => [node.path, node]));
  const known = new Set(expected.map(({ path }) => path));
  const outside = (nodes: readonly NodeFact[]) => nodes.filter(({ path }) => hole?.paths.has(path) !== true).length;
  tally.same(`${fact}s`, outside(expected), outside(actual));
  for (const node of expected) {
    const other = others.get(node.path);
    const pair = (change: (node: NodeFact) => NodeFact): readonly [unknown, unknown] => [
      printNode(change(node), labels.expected, allowances),
      other === undefined ? null : printNode(change(other), labels.actual, allowances),
    ];
    tally.same(
      `${fact} ${node.path}`,
      ...pair((whole) => whole),
      hole !== null && isWithin(hole, node.path, pair(withoutChildren)) ? hole.reason : null,
    );
  }
  for (const { path } of actual)
    if (!known.has(path) && hole?.paths.has(path) === true) tally.same(`${fact} ${path}`, null, path, hole.reason);
}

/** A node that a txn of the hole is about, or a parent of one that differs only by its children. */
function isWithin({ paths, parents }: HoleFound, path: string, [theirs, ours]: readonly [unknown, unknown]): boolean {
  return paths.has(path) || (parents.has(path) && JSON.stringify(theirs) === JSON.stringify(ours));
}

function holeOf(expected: Facts, actual: Facts, allowances: Allowances, sid: string): HoleFound | null {
  const [hole, theirs, ours] = [allowances.logHoles.get(sid), expected.servers[sid], actual.servers[sid]];
  return hole === undefined || theirs === undefined || ours === undefined ? null : holeFound(hole, theirs, ours);
}

/**
 * Addresses in `/zookeeper/config` are the machine's own. The owner of a TTL node is shown as it is stored by a reader that does not enable extended types;
 * `DataNode.copyStat` hides it from all others. Its time to live is compared with its txn.
 */
function printNode(node: NodeFact, labels: ReadonlyMap<string, string>, allowances: Allowances): unknown {
  const { path, data, version, cversion, aversion, czxid, mzxid, pzxid, ephemeralOwner, numChildren } = node;
  const zxids = [czxid, mzxid, pzxid].map((zxid) => loosely(zxid, allowances));
  return {
    path,
    data: path === '/zookeeper/config' ? '' : data,
    version: allowances.burstCut === null ? version : null,
    cversion,
    aversion,
    zxids,
    owner: labels.get(ephemeralOwner) ?? (ownerKind(ephemeralOwner as SessionId) === 'ttl' ? NO_SESSION : ephemeralOwner),
    ...(numChildren < 0 ? {} : { numChildren }),
  };
}

/** Servers with a hole in their log stand apart or not; the others must be grouped alike. */
function compareGroups(tally: Tally, expected: Facts, actual: Facts, allowances: Allowances): void {
  const holed = Object.keys(expected.servers).filter((sid) => holeOf(expected, actual, allowances, sid) !== null);
  const [hole] = holed.map((sid) => allowances.logHoles.get(sid));
  const fact = 'which servers recover to the same state';
  if (holed.length > 0) tally.same(`${fact}, apart from ${holed.join(' and ')}`, groups(expected, holed), groups(actual, holed));
  tally.same(fact, groups(expected, []), groups(actual, []), hole?.reason ?? null);
}

/** Servers that recover to the same tree, as lists of sids. */
function groups(facts: Facts, without: readonly string[]): readonly string[] {
  const byState = new Map<string, string[]>();
  for (const [sid, { recovered }] of Object.entries(facts.servers)) {
    if (without.includes(sid)) continue;
    const state = 'error' in recovered ? 'unreadable' : JSON.stringify([recovered.lastZxid, recovered.tree]);
    byState.set(state, [...(byState.get(state) ?? []), sid]);
  }
  return [...byState.values()].map((sids) => sids.join(' ')).toSorted();
}

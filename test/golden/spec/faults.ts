/**
 * Crashes, restarts and cut links, as the specification has them: whoever loses its leader, or its quorum, looks for a leader in the same step.
 */
import { compareZxid } from '../../../src/base/zxid.ts';
import type { Sid } from '../../../src/base/ids.ts';
import { applyDiskOps } from '../../../src/store/disk.ts';
import { datedFiles, snapshotName } from '../../../src/store/names.ts';
import { serializeSnapshot } from '../../../src/store/snapshot.ts';
import { newLogWriter } from '../../../src/store/txnLog.ts';
import type { DiskOp } from '../../../src/store/types.ts';
import type { TimerName } from '../../../src/zab/types.ts';
import { NotEnabled, type Driver, type Node, type Sinks } from './driver.ts';
import { treeOnDisk, txnsOf } from './mapping.ts';

const UNHEARD: Sinks = { vote: () => false };

/** A follower whose leader keeps its quorum looks for a leader, and says so at once. */
export function shutDownFollower(driver: Driver, leader: Sid, follower: Sid): void {
  settle(driver, driver.node(follower));
  driver.breakLearner(leader, follower);
  driver.node(follower).recvQueue = [];
}

/** A leader without quorum shuts down, and all its learners with it. They tell their votes once their timeout signal is handled. */
export function shutDownLeader(driver: Driver, leader: Sid): void {
  const node = driver.node(leader);
  const learners = learnersOf(node);
  for (const learner of learners) settle(driver, driver.node(learner));
  for (const learner of learners) driver.breakLearner(leader, learner, UNHEARD);
  giveUp(driver, node);
  for (const sid of [leader, ...learners]) driver.node(sid).recvQueue = ['NONE'];
  driver.difference('tellsAtOnce', 1 + learners.length);
}

export function learnersOf({ server }: Node): readonly Sid[] {
  return [...new Set(Object.values(server.leading?.handlers ?? {}).map(({ sid }) => sid))];
}

/** Its limits and ticks pass until it notices. */
function giveUp(driver: Driver, node: Node): void {
  driver.difference('quorumLossAtOnce');
  const limits: readonly TimerName[] = ['epochLimit', 'epochAckLimit', 'newLeaderLimit', 'tick'];
  for (let turn = 0; turn < 4 && node.server.leading !== null; turn++) {
    const next = limits.find((timer) => node.timers.has(timer));
    if (next === undefined) break;
    driver.fire(node.sid, next, UNHEARD);
  }
  if (node.server.leading !== null) throw new NotEnabled(`server ${node.sid} goes on leading without a quorum`);
}

/** Before a role ends: puts a learner where the specification has it. */
function settle(driver: Driver, node: Node): void {
  keepInterrupted(driver, node);
  catchUp(driver, node);
}

/** Writes down what an unfinished SNAP or TRUNC has brought, which ours would lose. */
function keepInterrupted(driver: Driver, node: Node): void {
  const { learning, disk, tree } = node.server;
  if (learning === null || learning.mode === null || !learning.snapshotNeeded) return;
  if (JSON.stringify(txnsOf(driver, tree)) === JSON.stringify(txnsOf(driver, treeOnDisk(driver, disk)))) return;
  driver.difference('interruptedSync');
  const old = [...datedFiles(disk, 'log'), ...datedFiles(disk, 'snapshot')];
  const file = snapshotName(tree.lastProcessedZxid);
  const bytes = serializeSnapshot(tree, { digest: driver.config.digestEnabled, lastProcessedZxid: false });
  const kept = applyDiskOps(disk, [...old.map(({ name }): DiskOp => ({ op: 'delete', file: name })), { op: 'writeAtomic', file, bytes }]);
  node.server = { ...node.server, disk: kept, log: newLogWriter() };
}

/** A learner that was not running yet keeps in memory only what it had applied; the specification's votes with all its history. */
function catchUp(driver: Driver, node: Node): void {
  if (node.server.zabState === 'BROADCAST') return;
  const tree = treeOnDisk(driver, node.server.disk);
  if (compareZxid(tree.lastProcessedZxid, node.server.tree.lastProcessedZxid) <= 0) return;
  driver.difference('caughtUpOnlyWhenRunning');
  node.server = { ...node.server, tree };
}

function isQuorum(driver: Driver, sids: readonly Sid[]): boolean {
  return sids.length > driver.nodes.size / 2;
}

/** A process ends. Ours boots from its disk at once, and stays out of reach until the specification starts it. */
export function crash(driver: Driver, i: Sid): void {
  const node = driver.node(i);
  if (!node.online) throw new NotEnabled(`server ${i} is down`);
  const { role, leading, learning } = node.server;
  keepInterrupted(driver, node);
  node.online = false;
  const leader = learning?.conn !== null && learning !== null ? driver.node(learning.leader) : null;
  if (role === 'LOOKING') return rebirth(driver, node, 'LOOKING');
  if (leading !== null) {
    const learners = learnersOf(node);
    for (const learner of learners) settle(driver, driver.node(learner));
    for (const { peer, conn } of driver.dropConns(i)) driver.apply(peer, { type: 'disconnected', conn, reason: 'reset' }, UNHEARD);
    for (const learner of learners) driver.node(learner).recvQueue = ['NONE'];
    driver.difference('tellsAtOnce', learners.length);
    return rebirth(driver, node, 'silent');
  }
  for (const { peer, conn } of driver.dropConns(i)) driver.apply(peer, { type: 'disconnected', conn, reason: 'reset' });
  const isQuorumLost = leader !== null && !isQuorum(driver, [leader.sid, ...learnersOf(leader)]);
  if (isQuorumLost) shutDownLeader(driver, leader.sid);
  rebirth(driver, node, isQuorumLost ? 'silent' : 'telling');
}

/** The new process, with the election memory of the old one. */
function rebirth(driver: Driver, node: Node, how: 'LOOKING' | 'silent' | 'telling'): void {
  driver.difference('memoryOfTheDead');
  const { cnx, disk } = node.server;
  const booted = driver.boot(node.sid, disk);
  const fresh = booted.cnx.election;
  if (fresh === null) throw new NotEnabled(`server ${node.sid} does not look for a leader after its start`);
  if (how === 'LOOKING') {
    node.server = { ...booted, cnx };
    return;
  }
  const round = cnx.round + 1;
  const proposal = { ...fresh.proposal, electionEpoch: round };
  const own = fresh.recvset[node.sid];
  const recvset = own === undefined ? {} : { [node.sid]: { ...own, vote: proposal } };
  node.server = { ...booted, cnx: { ...cnx, round, recvqueue: [], election: { ...fresh, ownVote: proposal, proposal, recvset } } };
  node.calling = null;
  node.timers.clear();
  node.timers.add('poll');
  node.recvQueue = how === 'silent' ? ['NONE'] : [];
  if (how === 'silent') return;
  for (const to of driver.nodes.keys()) {
    if (to !== node.sid) driver.putVote(node.sid, to, { kind: 'NOTIFICATION', state: 'LOOKING', vote: proposal, version: 2 });
  }
}

export function start(driver: Driver, i: Sid): void {
  const node = driver.node(i);
  if (node.online) throw new NotEnabled(`server ${i} is up`);
  node.online = true;
}

/** A link is cut: a learner loses its leader, and perhaps the leader its quorum. */
export function partitionStart(driver: Driver, i: Sid, j: Sid): void {
  const [a, b] = [driver.node(i), driver.node(j)];
  if (!a.online || !b.online) throw new NotEnabled(`server ${i} or ${j} is down`);
  a.cut.add(j);
  b.cut.add(i);
  if (a.server.role === 'LOOKING' && b.server.role === 'LOOKING') return;
  if (driver.quorumConn(i, j) === undefined) throw new NotEnabled(`server ${j} is no learner of server ${i}`);
  const remaining = learnersOf(a).filter((sid) => sid !== j);
  if (isQuorum(driver, [i, ...remaining])) shutDownFollower(driver, i, j);
  else shutDownLeader(driver, i);
}

export function partitionRecover(driver: Driver, i: Sid, j: Sid): void {
  if (!driver.node(i).cut.delete(j) || !driver.node(j).cut.delete(i)) throw new NotEnabled(`the link of servers ${i} and ${j} is not cut`);
}

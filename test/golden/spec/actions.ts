/**
 * Each action of the specification, as what is delivered to our servers. An action that ours does not allow at this point throws `NotEnabled`.
 */
import { emptyList, listItems, listLast, listOf } from '../../../src/base/chunked.ts';
import type { Sid } from '../../../src/base/ids.ts';
import { compareZxid, sameZxid, zxid, ZXID_ZERO, type Zxid } from '../../../src/base/zxid.ts';
import { applyDiskOps } from '../../../src/store/disk.ts';
import { datedFiles } from '../../../src/store/names.ts';
import { readTxns } from '../../../src/store/txnLog.ts';
import type { DiskOp } from '../../../src/store/types.ts';
import type { LoggedTxn } from '../../../src/zab/state.ts';
import type { QuorumPacket, ZabState } from '../../../src/zab/types.ts';
import type { SpecServer, SpecStep } from './behaviour.ts';
import { NotEnabled, type Driver, type Node, type Underway } from './driver.ts';
import { handleNotmsg, notmsgTimeout, receiveNotmsg, waitNewNotmsg } from './elections.ts';
import { crash, partitionRecover, partitionStart, shutDownLeader, start } from './faults.ts';
import { nameOf, pair, sidOf, treeOnDisk, txnsOf } from './mapping.ts';

type Action = (driver: Driver, i: Sid, j: Sid, step: SpecStep) => void;

const ACTIONS: Readonly<Record<string, Action>> = {
  FLENotmsgTimeout: notmsgTimeout,
  FLEReceiveNotmsg: receiveNotmsg,
  FLEHandleNotmsg: (driver, i, _j, step) => handleNotmsg(driver, i, step),
  FLEWaitNewNotmsg: waitNewNotmsg,
  ConnectAndFollowerSendFOLLOWERINFO: (driver, i, j) => driver.connectLearner(i, j),
  LeaderProcessFOLLOWERINFO: (driver, i, j) => deliver(driver, j, i, ['FOLLOWERINFO']),
  FollowerProcessLEADERINFO: acceptEpoch,
  LeaderProcessACKEPOCH: processAckEpoch,
  LeaderSyncFollower: syncFollower,
  FollowerProcessSyncMessage: openSync,
  FollowerProcessPROPOSALInSync: (driver, i, j) => deliver(driver, j, i, ['PROPOSAL'], 'SYNCHRONIZATION'),
  FollowerProcessCOMMITInSync: commitInSync,
  FollowerProcessNEWLEADER: (driver, i, j) => deliver(driver, j, i, ['NEWLEADER'], 'SYNCHRONIZATION'),
  LeaderProcessACKLD: processAckOfNewLeader,
  FollowerProcessUPTODATE: (driver, i, j) => deliver(driver, j, i, ['UPTODATE'], 'SYNCHRONIZATION'),
  LeaderProcessRequest: processRequest,
  FollowerProcessPROPOSAL: (driver, i, j) => deliver(driver, j, i, ['PROPOSAL'], 'BROADCAST'),
  LeaderProcessACK: processAck,
  FollowerProcessCOMMIT: (driver, i, j) => deliver(driver, j, i, ['COMMIT'], 'BROADCAST'),
  NodeCrash: crash,
  NodeStart: start,
  PartitionStart: partitionStart,
  PartitionRecover: partitionRecover,
};

const WITHOUT_PROCESS = new Set(['NodeStart']);

/**
 * Carries out one step of a behaviour.
 *
 * @throws NotEnabled when it is not possible in ours now.
 */
export function carryOut(driver: Driver, step: SpecStep): void {
  const action = ACTIONS[step.action];
  if (action === undefined) throw new NotEnabled(`no action ${step.action} is known`);
  const [i = 0, j = 0] = step.parameters.map(sidOf);
  if (!WITHOUT_PROCESS.has(step.action) && !driver.node(i).online) throw new NotEnabled(`server ${i} is down`);
  driver.tick();
  action(driver, i, j, step);
}

function headOf(driver: Driver, from: Sid, to: Sid): Underway | undefined {
  return driver.packets.get(`${from}>${to}`)?.[0];
}

/** Takes the head of a link off it: it must be one of these kinds, and its receiver in this phase. */
function takePacket(driver: Driver, from: Sid, to: Sid, kinds: readonly QuorumPacket['kind'][], phase?: ZabState): Underway {
  for (let head = headOf(driver, from, to); head?.aside === true; head = headOf(driver, from, to)) {
    driver.packets.get(`${from}>${to}`)?.shift();
    driver.difference('ackOfUptodate');
    driver.apply(to, { type: 'receive', conn: head.conn, message: head.packet });
  }
  const head = driver.packets.get(`${from}>${to}`)?.shift();
  if (head === undefined || !kinds.includes(head.packet.kind)) {
    throw new NotEnabled(`from server ${from} to server ${to} comes ${head?.packet.kind ?? 'nothing'}, not ${kinds.join(' or ')}`);
  }
  const { zabState } = driver.node(to).server;
  if (phase !== undefined && zabState !== phase) throw new NotEnabled(`server ${to} is in ${zabState}, not ${phase}`);
  return head;
}

function deliver(driver: Driver, from: Sid, to: Sid, kinds: readonly QuorumPacket['kind'][], phase?: ZabState): void {
  const { conn, packet } = takePacket(driver, from, to, kinds, phase);
  driver.apply(to, { type: 'receive', conn, message: packet });
}

function specServer(step: SpecStep, when: 'before' | 'after', sid: Sid): SpecServer {
  const server = step[when].servers[nameOf(sid)];
  if (server === undefined) throw new Error(`step ${step.n} has no server ${nameOf(sid)}`);
  return server;
}

// ---------------------------------------------------------------------------------------------------------------------
// Discovery and synchronization.

/** A follower that refuses the epoch looks for a leader, and has heard nothing yet. */
function acceptEpoch(driver: Driver, i: Sid, j: Sid): void {
  deliver(driver, j, i, ['LEADERINFO'], 'DISCOVERY');
  const node = driver.node(i);
  if (node.server.role === 'LOOKING') node.recvQueue = [];
}

/**
 * `waitForEpochAck`. What its sender, and others who waited, are sent is decided when it is sent, in steps of their own: ours does all at once, so the
 * handlers are held back where they go on from there.
 */
function processAckEpoch(driver: Driver, i: Sid, j: Sid): void {
  const taken = takePacket(driver, j, i, ['ACKEPOCH']);
  const node = driver.node(i);
  if (node.server.leading === null) throw new NotEnabled(`server ${i} does not lead`);
  driver.ackEpochs.set(`${j}>${i}`, taken);
  if (node.server.leading.epochAgreed) return;
  driver.apply(i, { type: 'receive', conn: taken.conn, message: taken.packet }, { packets: false, vote: () => false });
  const isAhead = driver.decisions.some(({ decision }) => decision.rule === 'epoch.ack' && decision.outcome === 'ahead');
  if (isAhead) {
    driver.difference('aheadOfLeader');
    shutDownLeader(driver, i);
    driver.node(j).recvQueue = ['NONE'];
  } else holdBack(driver, node);
}

/** Handlers that have just begun to synchronize have not got so far yet. */
function holdBack(driver: Driver, node: Node): void {
  const { leading } = node.server;
  if (leading === null) return;
  const handlers = Object.values(leading.handlers).map((handler) => {
    if (handler.stage !== 'synchronizing' || !driver.ackEpochs.has(`${handler.sid}>${node.sid}`)) return handler;
    driver.difference('queuedSync');
    return { ...handler, stage: 'epochProposed' as const, mode: null, forwarding: false, sending: false };
  });
  node.server = {
    ...node.server,
    leading: { ...leading, handlers: Object.fromEntries(handlers.map((handler) => [handler.conn, handler])) },
  };
}

/** Cuts the leader's committedLog down, or fills it up, to what the specification sends proposals from. */
function cutWindow(driver: Driver, i: Sid, theirs: SpecServer): void {
  const node = driver.node(i);
  const end = theirs.zabState === 'BROADCAST' ? theirs.lastCommitted[0] : theirs.history.length;
  const window = theirs.history.slice(theirs.lastSnapshot[0], end).map(([, value]) => loggedTxn(driver, value));
  const zxids = (items: Iterable<LoggedTxn>): string => JSON.stringify([...items].map(({ txn }) => txn.zxid));
  if (zxids(window) === zxids(listItems(node.server.committedLog))) return;
  driver.difference('committedLogWindow');
  node.server = { ...node.server, committedLog: listOf(window) };
}

function loggedTxn(driver: Driver, value: number): LoggedTxn {
  const item = driver.txnOf[value];
  if (item === undefined) throw new Error(`request ${value} was never made`);
  return item;
}

/** The handler decides how to synchronize its learner, and its sender starts. */
function syncFollower(driver: Driver, i: Sid, j: Sid, step: SpecStep): void {
  const ack = driver.ackEpochs.get(`${j}>${i}`);
  if (ack === undefined || driver.node(i).server.leading?.epochAgreed !== true)
    throw new NotEnabled(`server ${i} has nothing to send to server ${j}`);
  driver.ackEpochs.delete(`${j}>${i}`);
  cutWindow(driver, i, specServer(step, 'before', i));
  driver.apply(i, { type: 'receive', conn: ack.conn, message: ack.packet });
  const opening = headOf(driver, i, j)?.packet;
  const theirs = step.after.msgs[`${nameOf(i)}>${nameOf(j)}`] ?? [];
  if (opening?.kind === 'DIFF' && theirs[0]?.mtype === 'DIFF' && String(pair(opening.zxid)) !== String(theirs[0].mzxid))
    driver.difference('diffZxid');
}

function openSync(driver: Driver, i: Sid, j: Sid): void {
  const { conn, packet } = takePacket(driver, j, i, ['DIFF', 'TRUNC', 'SNAP'], 'SYNCHRONIZATION');
  driver.apply(i, { type: 'receive', conn, message: packet });
  if (packet.kind === 'TRUNC') finishTruncation(driver, i, packet.zxid);
}

/** Takes away what TRUNC has left, when that is for one of the known reasons. */
function finishTruncation(driver: Driver, i: Sid, to: Zxid): void {
  const node = driver.node(i);
  const left = txnsOf(driver, node.server.tree).filter(([[epoch, counter]]) => compareZxid({ epoch, counter }, to) > 0);
  if (left.length === 0) return;
  const { disk } = node.server;
  const logged = [...readTxns(disk, ZXID_ZERO)];
  const newer = datedFiles(disk, 'snapshot').filter(({ zxid: last }) => compareZxid(last, to) > 0);
  const first = logged.find(({ txn }) => compareZxid(txn.zxid, to) > 0);
  if (newer.length === 0 && logged.some(({ txn }) => sameZxid(txn.zxid, to))) throw new NotEnabled(`server ${i} keeps txns behind TRUNC`);
  driver.difference('truncLeavesTxns');
  const ops: DiskOp[] = newer.map(({ name }) => ({ op: 'delete', file: name }));
  if (first !== undefined) ops.push({ op: 'truncate', file: first.file, length: first.offset });
  const cut = applyDiskOps(disk, ops);
  node.server = { ...node.server, disk: cut, tree: { ...treeOnDisk(driver, cut), lastProcessedZxid: to }, committedLog: emptyList() };
}

/** Between NEWLEADER and UPTODATE, ours fails at the COMMIT of a txn that it logged at NEWLEADER; the specification keeps it. */
function commitInSync(driver: Driver, i: Sid, j: Sid): void {
  const { conn, packet } = takePacket(driver, j, i, ['COMMIT'], 'SYNCHRONIZATION');
  const input = { type: 'receive', conn, message: packet } as const;
  const node = driver.node(i);
  const { learning } = node.server;
  const fails = driver
    .ask(i, input)
    .output.decisions.some((decision) => decision.rule === 'commit.unexpected' && decision.outcome === 'gaveUp');
  if (!fails || learning === null || packet.kind !== 'COMMIT') {
    driver.apply(i, input);
    return;
  }
  const isLogged = [...listItems(learning.pendingTxns)].some(({ txn }) => sameZxid(txn.zxid, packet.zxid));
  if (!isLogged) throw new NotEnabled(`server ${i} fails at a COMMIT, and not because its txn was logged at NEWLEADER`);
  driver.difference('commitInSync');
  node.server = { ...node.server, learning: { ...learning, committed: [...learning.committed, packet.zxid] } };
}

function processAckOfNewLeader(driver: Driver, i: Sid, j: Sid): void {
  const node = driver.node(i);
  const wasEstablished = node.server.leading?.established;
  deliver(driver, j, i, ['ACK']);
  const { leading, tree } = node.server;
  if (leading === null || wasEstablished === true || !leading.established) return;
  if (!sameZxid(tree.lastProcessedZxid, zxid(leading.epoch, 0)))
    throw new NotEnabled(`server ${i} has not taken up the first zxid of its epoch`);
  driver.difference('newEpochZxid');
  const lastProcessedZxid = zxid(...(txnsOf(driver, tree).at(-1)?.[0] ?? [0, 0]));
  node.server = { ...node.server, tree: { ...tree, lastProcessedZxid }, committedZxid: lastProcessedZxid };
}

// ---------------------------------------------------------------------------------------------------------------------
// Broadcast.

function processRequest(driver: Driver, i: Sid): void {
  const { server } = driver.node(i);
  if (server.leading?.established !== true) throw new NotEnabled(`server ${i} does not lead yet`);
  driver.request(i);
  const { outstanding } = driver.node(i).server.leading ?? server.leading;
  const item = listLast(outstanding);
  const isNew = driver.decisions.some(({ decision }) => decision.rule === 'request.validated' && decision.session === item?.txn.session);
  if (item === undefined || !isNew) throw new NotEnabled(`server ${i} proposes nothing`);
  driver.requestOf.set(item.txn.session, { value: driver.txnOf.length, zxid: pair(item.txn.zxid) });
  driver.txnOf.push({ txn: item.txn, bytes: item.bytes });
}

function processAck(driver: Driver, i: Sid, j: Sid, step: SpecStep): void {
  const { conn, packet } = takePacket(driver, j, i, ['ACK']);
  const { history } = specServer(step, 'before', i);
  const acked = packet.kind === 'ACK' ? history.findIndex(([z]) => String(z) === String(pair(packet.zxid))) : -1;
  const last = history.findLastIndex(([, , ackSid]) => ackSid.includes(nameOf(j)));
  const isInOrder = acked >= 0 && (last === -1 || last + 1 === acked);
  const counts = driver
    .ask(i, { type: 'receive', conn, message: packet })
    .output.decisions.some(
      ({ rule, ...decision }) => rule === 'proposal.ack' && 'outcome' in decision && decision.outcome !== 'alreadyCommitted',
    );
  // Out of order for the specification, which therefore ignores it.
  if (!isInOrder && counts) driver.difference('ackInOrder');
  else driver.apply(i, { type: 'receive', conn, message: packet });
}

/**
 * The state of our servers in the specification's words, field by field, held against its state.
 */
import { listItems, listLength, mapEntries } from '../../../src/base/chunked.ts';
import type { SessionId, Sid } from '../../../src/base/ids.ts';
import type { Zxid } from '../../../src/base/zxid.ts';
import { recover } from '../../../src/store/recovery.ts';
import type { DataTree } from '../../../src/tree/types.ts';
import type { LoggedTxn } from '../../../src/zab/state.ts';
import type { Server } from '../../../src/zab/server.ts';
import type { Disk, ElectionMessage, Role, Vote } from '../../../src/zab/types.ts';
import type { SpecEntry, SpecPacket, SpecServer, SpecState, SpecZxid } from './behaviour.ts';
import type { DifferenceRule } from './differences.ts';
import type { Driver, Link, Node, Underway, Waiting } from './driver.ts';

export interface Mismatch {
  readonly where: string;
  readonly ours: string;
  readonly specification: string;
}

/** What was held against each other in one state. */
export interface Compared {
  readonly fields: number;
  /** Fields that were left out or translated, by the known difference that says why. */
  readonly noted: ReadonlyMap<DifferenceRule, number>;
  readonly mismatches: readonly Mismatch[];
}

export function nameOf(sid: Sid): string {
  return `s${sid}`;
}

export function sidOf(name: string): Sid {
  return Number(name.slice(1));
}

export function pair(z: Zxid): SpecZxid {
  return [z.epoch, z.counter];
}

/** Zxid and request of each txn in a tree: each request made one session. Oldest first. */
export type Txns = readonly (readonly [SpecZxid, number])[];

export function txnsOf(driver: Driver, tree: DataTree): Txns {
  const sessions = [...(mapEntries(tree.sessions) as Iterable<readonly [SessionId, number]>)].map(([session]) => session);
  return sessions.map((session) => txnOf(driver, session)).sort(([a], [b]) => a[0] - b[0] || a[1] - b[1]);
}

function txnOf(driver: Driver, session: SessionId): readonly [SpecZxid, number] {
  const made = driver.requestOf.get(session);
  if (made === undefined) throw new Error(`nobody asked for session ${session}`);
  return [[made.zxid[0], made.zxid[1]], made.value];
}

const recovered = new WeakMap<Disk, DataTree>();

/** What the server would know if it started from its disk now: the specification's `history`. */
export function treeOnDisk(driver: Driver, disk: Disk): DataTree {
  let tree = recovered.get(disk);
  if (tree === undefined) {
    const { commitLogCount } = driver.config;
    const outcome = recover(disk, {
      commitLogCount,
      trustEmptySnapshot: false,
      autocreate: true,
      configData: null,
      now: 0,
      deleteEmptyNewestLog: false,
    });
    if (!outcome.ok) throw new Error(`a disk cannot be read: ${outcome.failure.message}`);
    recovered.set(disk, (tree = outcome.recovered.tree));
  }
  return tree;
}

/** Holds every server and every link against the specification's state. */
export function compareState(driver: Driver, spec: SpecState): Compared {
  const sheet = new Sheet();
  for (const node of driver.nodes.values()) {
    const theirs = spec.servers[nameOf(node.sid)];
    if (theirs === undefined) throw new Error(`the specification has no server ${nameOf(node.sid)}`);
    compareServer(sheet, driver, node, theirs);
  }
  for (const a of driver.nodes.keys()) for (const b of driver.nodes.keys()) if (a !== b) compareLink(sheet, driver, spec, a, b);
  return sheet;
}

class Sheet implements Compared {
  fields = 0;
  readonly noted = new Map<DifferenceRule, number>();
  readonly mismatches: Mismatch[] = [];

  same(where: string, ours: unknown, specification: unknown): void {
    this.fields++;
    const [a, b] = [JSON.stringify(ours), JSON.stringify(specification)];
    if (a !== b) this.mismatches.push({ where, ours: a, specification: b });
  }

  note(rule: DifferenceRule, fields: number): void {
    this.noted.set(rule, (this.noted.get(rule) ?? 0) + fields);
  }
}

function compareServer(sheet: Sheet, driver: Driver, node: Node, theirs: SpecServer): void {
  const { server } = node;
  const at = (field: string): string => `${nameOf(node.sid)}.${field}`;
  sheet.same(at('status'), node.online ? 'ONLINE' : 'OFFLINE', theirs.status);
  sheet.same(at('state'), server.role, theirs.state);
  sheet.same(at('zabState'), server.zabState, theirs.zabState);
  sheet.same(at('acceptedEpoch'), server.acceptedEpoch, theirs.acceptedEpoch);
  sheet.same(at('currentEpoch'), server.currentEpoch, theirs.currentEpoch);
  sheet.same(at('partition'), [...node.cut].map(nameOf).sort(), theirs.partition);
  compareHistory(sheet, driver, node, theirs, at);
  compareElection(sheet, node, theirs, at);
  compareLeader(sheet, driver, node, theirs, at);
  compareFollower(sheet, driver, server, theirs, at);
  sheet.note('checkersOwn', 1);
  sheet.note('snapshotEveryTwo', 1);
}

type At = (field: string) => string;

function compareHistory(sheet: Sheet, driver: Driver, { server }: Node, theirs: SpecServer, at: At): void {
  const inMemory = server.learning?.snapshotNeeded === true && server.learning.mode !== null;
  if (inMemory) sheet.note('snapshotInMemory', 1);
  const history = txnsOf(driver, inMemory ? server.tree : treeOnDisk(driver, server.disk));
  sheet.same(at('history'), history, theirs.history.map(valued));
  sheet.same(at('lastProcessed'), [txnsOf(driver, server.tree).length, pair(server.tree.lastProcessedZxid)], theirs.lastProcessed);
  if (server.zabState !== 'BROADCAST') sheet.note('committedOutsideBroadcast', 1);
  else sheet.same(at('lastCommitted'), pair(committedOf(server, history)), theirs.lastCommitted[1]);
}

/** A leader that has committed nothing of its epoch has committed its whole history: there its lastCommitted names the epoch (`newEpochZxid`). */
function committedOf({ leading, committedZxid }: Server, history: Txns): Zxid {
  const committed = leading?.lastCommitted ?? committedZxid;
  if (leading === null || committed.counter !== 0) return committed;
  const [epoch, counter] = history.filter(([zxid]) => zxid[0] < committed.epoch).at(-1)?.[0] ?? [0, 0];
  return { epoch, counter };
}

function valued([zxid, value]: SpecEntry): readonly [SpecZxid, number] {
  return [zxid, value];
}

function voteOf({ leader, zxid, peerEpoch }: Vote): unknown {
  return [nameOf(leader), pair(zxid), peerEpoch];
}

function keptOf({ state, vote }: { readonly state: Role; readonly vote: Vote }): unknown {
  return [nameOf(vote.leader), pair(vote.zxid), vote.peerEpoch, vote.electionEpoch - 1, state];
}

export function notificationOf(from: Sid, { state, vote }: ElectionMessage): unknown {
  return [nameOf(from), state, vote.electionEpoch - 1, nameOf(vote.leader), pair(vote.zxid), vote.peerEpoch];
}

function waitingOf(waiting: Waiting): unknown {
  return waiting === 'NONE' ? 'NONE' : notificationOf(waiting.from, waiting.message);
}

function compareElection(sheet: Sheet, { sid, server, recvQueue }: Node, theirs: SpecServer, at: At): void {
  const { election, round } = server.cnx;
  sheet.same(at('currentVote'), voteOf(election?.proposal ?? server.vote), theirs.currentVote);
  sheet.same(at('logicalClock'), round - 1, theirs.logicalClock);
  if (election === null) {
    sheet.note('roleMemory', 4);
    return;
  }
  const rows = (votes: Readonly<Record<Sid, { readonly state: Role; readonly vote: Vote }>>): unknown =>
    Object.entries(votes)
      .filter(([voter]) => Number(voter) !== sid)
      .map(([voter, row]) => [nameOf(Number(voter)), keptOf(row)]);
  const theirRows = (votes: SpecServer['receiveVotes']): unknown =>
    Object.entries(votes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([voter, row]) => [voter, row.slice(0, 5)]);
  sheet.same(at('receiveVotes'), rows(election.recvset), theirRows(theirs.receiveVotes));
  sheet.same(at('outOfElection'), rows(election.outOfElection), theirRows(theirs.outOfElection));
  sheet.same(at('recvQueue'), recvQueue.map(waitingOf), theirs.recvQueue);
  sheet.same(at('waitNotmsg'), election.phase === 'finalizing', theirs.waitNotmsg);
}

function names(sids: Iterable<Sid>): readonly string[] {
  return [...new Set(sids)].map(nameOf).sort();
}

function compareLeader(sheet: Sheet, driver: Driver, { sid, server }: Node, theirs: SpecServer, at: At): void {
  const { leading } = server;
  const handlers = Object.values(leading?.handlers ?? {});
  const learners = leading === null ? [] : [sid, ...handlers.map((handler) => handler.sid)];
  sheet.same(at('learners'), names(learners), [...theirs.learners].sort());
  const forwarding = handlers.filter((handler) => handler.forwarding);
  sheet.same(at('forwarding'), names(forwarding.map((handler) => handler.sid)), [...theirs.forwarding].sort());
  if (leading === null) {
    sheet.note('roleMemory', 5);
    return;
  }
  sheet.same(at('leadingVoteSet'), names(server.cnx.leadingVoteSet), [...theirs.leadingVoteSet].sort());
  sheet.same(at('tempMaxEpoch'), leading.epoch, theirs.tempMaxEpoch);
  sheet.same(at('connecting'), names(leading.epochHeard), theirs.connecting.map(([name]) => name).sort());
  sheet.same(at('ackldRecv'), names([sid, ...leading.newLeaderAcked]), theirs.ackldRecv.map(([name]) => name).sort());
  sheet.note('connectedFlags', 2);
  compareElecting(sheet, driver, sid, server, theirs, at);
  compareAcks(sheet, server, theirs, at);
}

/** Who sent ACKEPOCH, whether it counted, and with which zxid it waits to be synchronized. */
function compareElecting(sheet: Sheet, driver: Driver, sid: Sid, server: Server, theirs: SpecServer, at: At): void {
  const { leading } = server;
  if (leading === null) return;
  const counted = names([sid, ...leading.epochAcked]);
  sheet.same(
    at('electing.inQuorum'),
    counted,
    theirs.electing
      .filter(([, , inQuorum]) => inQuorum)
      .map(([name]) => name)
      .sort(),
  );
  const waiting: [string, SpecZxid][] = [];
  for (const handler of Object.values(leading.handlers)) {
    const ack = driver.ackEpochs.get(`${handler.sid}>${sid}`)?.packet;
    if (ack?.kind === 'ACKEPOCH') waiting.push([nameOf(handler.sid), pair(ack.lastZxid)]);
  }
  const theirWaiting = theirs.electing.filter(([, [epoch]]) => epoch !== -1).map(([name, zxid]) => [name, zxid]);
  sheet.same(at('electing.peerLastZxid'), waiting.sort(), theirWaiting.sort());
}

/** Outstanding proposals and who has acknowledged each. */
function compareAcks(sheet: Sheet, server: Server, theirs: SpecServer, at: At): void {
  if (server.leading === null || server.zabState !== 'BROADCAST') return;
  const ours = [...listItems(server.leading.outstanding)].map(({ txn, acks }) => [pair(txn.zxid), names(acks)]);
  const outstanding = theirs.history.slice(theirs.lastCommitted[0]);
  sheet.same(
    at('history.ackSid'),
    ours,
    outstanding.map(([zxid, , ackSid]) => [zxid, [...ackSid].sort()]),
  );
  sheet.note('ackBookkeeping', theirs.history.length - outstanding.length);
}

function compareFollower(sheet: Sheet, driver: Driver, server: Server, theirs: SpecServer, at: At): void {
  const { learning, config } = server;
  // At NEWLEADER the read timeout becomes syncLimit.
  const newLeader = learning !== null && learning.readTimeoutMs === config.syncLimitTicks * config.tickTimeMs;
  const leader = learning === null || learning.conn === null ? null : nameOf(learning.leader);
  sheet.same(at('connectInfo'), [leader, newLeader ? null : (learning?.mode ?? null), newLeader], theirs.connectInfo);
  if (learning === null) {
    sheet.note('roleMemory', 2);
    return;
  }
  const txn = (item: LoggedTxn): unknown => txnOf(driver, item.txn.session);
  sheet.same(at('packetsSync.notCommitted'), learning.notLogged.map(txn), theirs.packetsSync.notCommitted.map(valued));
  sheet.same(at('packetsSync.committed'), learning.committed.map(pair), theirs.packetsSync.committed);
  if (theirs.zabState !== 'BROADCAST') return;
  sheet.same(at('pendingTxns'), listLength(learning.pendingTxns), theirs.history.length - theirs.lastCommitted[0]);
}

function compareLink(sheet: Sheet, driver: Driver, spec: SpecState, a: Sid, b: Sid): void {
  const link: Link = `${a}>${b}`;
  const theirs = `${nameOf(a)}>${nameOf(b)}`;
  const votes = (driver.votes.get(link) ?? []).map((message) => notificationOf(a, message));
  sheet.same(`electionMsgs[${theirs}]`, votes, spec.electionMsgs[theirs] ?? []);
  const ours = (driver.packets.get(link) ?? []).filter(({ aside }) => !aside).map((underway) => packetOf(driver, b, underway));
  sheet.same(`msgs[${theirs}]`, ours, (spec.msgs[theirs] ?? []).map(plain));
}

/** A packet in the specification's words; without the zxid of DIFF (`diffZxid`). */
function packetOf(driver: Driver, to: Sid, { conn, packet }: Underway): unknown {
  switch (packet.kind) {
    case 'FOLLOWERINFO':
      return [packet.kind, [packet.acceptedEpoch, 0]];
    case 'LEADERINFO':
      return [packet.kind, [packet.epoch, 0]];
    case 'ACKEPOCH':
      return [packet.kind, pair(packet.lastZxid), packet.currentEpoch];
    case 'DIFF':
      return [packet.kind];
    case 'TRUNC':
    case 'COMMIT':
    case 'NEWLEADER':
      return [packet.kind, pair(packet.zxid)];
    case 'SNAP':
      return [packet.kind, pair(packet.zxid), txnsOf(driver, packet.tree)];
    case 'PROPOSAL':
      return [packet.kind, pair(packet.zxid), txnOf(driver, packet.txn.session)[1]];
    case 'ACK': {
      const newLeader = packet.zxid.counter === 0 && driver.node(to).server.leading?.handlers[conn] !== undefined;
      return [newLeader ? 'ACKLD' : 'ACK', pair(packet.zxid)];
    }
    case 'UPTODATE': {
      return [packet.kind];
    }
    default:
      return [packet.kind];
  }
}

function plain(packet: SpecPacket): unknown {
  switch (packet.mtype) {
    case 'DIFF':
    case 'UPTODATE':
      return [packet.mtype];
    case 'ACKEPOCH':
      return [packet.mtype, packet.mzxid, packet.mepoch];
    case 'TRUNC':
      return [packet.mtype, packet.mtruncZxid];
    case 'SNAP':
      return [packet.mtype, packet.msnapZxid, packet.msnapshot.map(valued)];
    case 'PROPOSAL':
      return [packet.mtype, packet.mzxid, packet.mdata];
    default:
      return [packet.mtype, packet.mzxid];
  }
}

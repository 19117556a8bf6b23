/**
 * The steps of the election: what `FastLeaderElection` does in two threads, split as the specification splits it.
 */
import type { Sid } from '../../../src/base/ids.ts';
import type { Election } from '../../../src/zab/election/state.ts';
import type { ElectionMessage, Input } from '../../../src/zab/types.ts';
import type { SpecStep } from './behaviour.ts';
import { NotEnabled, type Driver, type Node, type Waiting } from './driver.ts';
import { nameOf } from './mapping.ts';

function electionOf({ sid, server }: Node): Election {
  const { election } = server.cnx;
  if (server.role !== 'LOOKING' || election === null)
    throw new NotEnabled(`server ${sid} is not looking for a leader, it is ${server.phase}`);
  return election;
}

function inputOf(driver: Driver, to: Sid, from: Sid, message: ElectionMessage): Input {
  return { type: 'receive', conn: driver.electionConn(from, to), message };
}

/** Nothing is under way to this server, and nothing waits: its notification timeout passes. */
export function notmsgTimeout(driver: Driver, i: Sid): void {
  const node = driver.node(i);
  electionOf(node);
  for (const from of driver.nodes.keys()) {
    if ((driver.votes.get(`${from}>${i}`) ?? []).length > 0)
      throw new NotEnabled(`a notification of server ${from} is under way to server ${i}`);
  }
  if (node.recvQueue.length > 0) throw new NotEnabled(`notifications wait at server ${i}`);
  if (!node.timers.has('poll') && !node.timers.has('finalizeWait')) throw new NotEnabled(`server ${i} does not wait for notifications`);
  node.recvQueue.push('NONE');
}

/** The WorkerReceiver: a server that looks for a leader keeps the message for later, and answers it now if its round is over. */
export function receiveNotmsg(driver: Driver, i: Sid, j: Sid): void {
  const node = driver.node(i);
  const message = driver.votes.get(`${j}>${i}`)?.shift();
  if (message === undefined) throw new NotEnabled(`no notification is under way from server ${j} to server ${i}`);
  if (node.server.role !== 'LOOKING') {
    driver.apply(i, inputOf(driver, i, j, message));
    return;
  }
  node.recvQueue = [...node.recvQueue.filter((waiting) => waiting !== 'NONE'), { from: j, message }];
  if (!isAnsweredLate(node, message)) return;
  driver.difference('receiveThenHandle');
  const before = { server: node.server, timers: [...node.timers] };
  driver.apply(i, inputOf(driver, i, j, message), { vote: (to) => to === j });
  node.server = before.server;
  node.timers.clear();
  for (const timer of before.timers) node.timers.add(timer);
}

/** Whether the sender is in a round that is over for this server, which tells it so. */
function isAnsweredLate({ server }: Node, message: ElectionMessage): boolean {
  return message.state === 'LOOKING' && message.vote.electionEpoch < server.cnx.round;
}

function take(node: Node): Waiting {
  const [head, ...rest] = node.recvQueue;
  if (head === undefined) throw new NotEnabled(`no notification waits at server ${node.sid}`);
  node.recvQueue = rest;
  return head;
}

/** `lookForLeader` takes one message, or the signal that none came. */
export function handleNotmsg(driver: Driver, i: Sid, step: SpecStep): void {
  const node = driver.node(i);
  const { phase } = electionOf(node);
  if (phase !== 'collecting') throw new NotEnabled(`server ${i} waits for a better vote: its election is ${phase}`);
  const head = take(node);
  if (head === 'NONE') {
    driver.fire(i, 'poll');
    // Its own vote, told once more, came back to it, and a quorum agreed already. The specification counts only when others are heard.
    const { election } = node.server.cnx;
    if (election?.phase === 'finalizing' && step.after.servers[nameOf(i)]?.waitNotmsg === false) {
      driver.difference('ownVoteCounts');
      collectOn(node, election);
    }
    return;
  }
  const { from, message } = head;
  const input = inputOf(driver, i, from, message);
  // The answer was given when it was received, or the round was not over then.
  const sinks = isAnsweredLate(node, message) ? { vote: () => false } : {};
  const ours = driver.ask(i, input).server.role;
  const theirs = step.after.servers[nameOf(i)]?.state;
  if (ours !== 'LOOKING' && theirs === 'LOOKING') stayLooking(driver, node, from, message);
  else if (ours === 'LOOKING' && theirs !== 'LOOKING' && message.state === 'LEADING') followOneNotice(driver, node, from, message);
  else driver.apply(i, input, sinks);
}

/**
 * Ours joins because a quorum agrees, and the specification does not: for it rounds and zxids must agree too, and its own vote does not count. The
 * message is kept all the same.
 */
function stayLooking(driver: Driver, node: Node, from: Sid, message: ElectionMessage): void {
  const election = electionOf(node);
  const row = { sid: from, state: message.state, vote: message.vote };
  const { leader, peerEpoch } = message.vote;
  const agreeing = [...Object.values(election.recvset), ...Object.values(election.outOfElection)].filter(
    ({ sid, vote }) => sid !== from && vote.leader === leader && vote.peerEpoch === peerEpoch,
  );
  if (agreeing.some(({ sid }) => sid === node.sid)) driver.difference('ownVoteCounts');
  else if (agreeing.some(({ vote }) => JSON.stringify(vote) !== JSON.stringify(message.vote))) driver.difference('voteEquality');
  else throw new NotEnabled(`server ${node.sid} joins server ${leader}, and not for a known reason`);
  const { cnx } = node.server;
  const sameRound = message.vote.electionEpoch === cnx.round;
  node.server = {
    ...node.server,
    cnx: {
      ...cnx,
      election: {
        ...election,
        recvset: sameRound ? { ...election.recvset, [from]: row } : election.recvset,
        outOfElection: { ...election.outOfElection, [from]: { ...row, version: message.version } },
      },
    },
  };
}

/** The specification follows a leader on its own word. Ours needs a second voice, which it is given. */
function followOneNotice(driver: Driver, node: Node, from: Sid, message: ElectionMessage): void {
  if (message.vote.electionEpoch !== node.server.cnx.round)
    throw new NotEnabled(`server ${node.sid} does not join server ${from}: the round is another`);
  driver.difference('oracle');
  driver.apply(node.sid, inputOf(driver, node.sid, from, message));
  for (const other of driver.nodes.keys()) {
    if (other === from || other === node.sid || node.server.role !== 'LOOKING') continue;
    driver.apply(node.sid, inputOf(driver, node.sid, other, { ...message, state: 'FOLLOWING' }));
  }
}

/** A quorum agrees: look for a better vote among those that wait, else it is decided. */
export function waitNewNotmsg(driver: Driver, i: Sid): void {
  const node = driver.node(i);
  const election = electionOf(node);
  if (election.phase !== 'finalizing') throw new NotEnabled(`server ${i} has no quorum of votes: its election is ${election.phase}`);
  const head = node.recvQueue[0];
  if (head === undefined || head === 'NONE') {
    driver.fire(i, 'finalizeWait');
    return;
  }
  take(node);
  const input = inputOf(driver, i, head.from, head.message);
  const isSwallowed = driver
    .ask(i, input)
    .output.decisions.some((decision) => decision.rule === 'vote.order' && decision.outcome === 'swallowed');
  if (isSwallowed) {
    driver.apply(i, input, { vote: () => false });
    return;
  }
  driver.difference('finalizeThenHandle');
  node.recvQueue.push(head);
  collectOn(node, election);
}

/** The wait for a better vote is over, votes are collected again. */
function collectOn(node: Node, election: Election): void {
  node.server = { ...node.server, cnx: { ...node.server.cnx, election: { ...election, phase: 'collecting' } } };
  node.timers.delete('finalizeWait');
  node.timers.add('poll');
}

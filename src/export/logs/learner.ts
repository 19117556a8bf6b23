/**
 * Followers and observers: finding the leader, discovery, synchronization, broadcast.
 *
 * Source: `Follower.followLeader`, `Observer.observeLeader`, `Learner.connectToLeader`, `registerWithLeader`, `syncWithLeader`.
 */
import type { Sid } from '../../base/ids.ts';
import { formatZxid, sameZxid, zxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { exitLine, reloadLines } from './disk.ts';
import { debug, electionMs, info, once, quorumAddress, say, type DecisionLines, type Pen } from './pen.ts';
import { commitProcessor, createdServer, requestThrottler } from './server.ts';
import { committing } from './txns.ts';
import { connectFailure } from './stacks.ts';

const STATIC = [
  ['Learner@130', 'leaderConnectDelayDuringRetryMs: 100'],
  ['Learner@131', 'TCP NoDelay set to: true'],
  ['Learner@132', 'zookeeper.learner.asyncSending = false'],
  ['Learner@133', 'zookeeper.learner.closeSocketAsync = false'],
] as const;

const OBSERVER_STATIC = [
  ['Observer@74', 'zookeeper.observer.reconnectDelayMs = 0'],
  ['Observer@76', 'zookeeper.observer.election.DelayMs = 200'],
] as const;

/** Elected somebody else. */
export function takeUpLearning(pen: Pen, observer: boolean, leader: Sid): void {
  info(pen, pen.peer, observer ? 'QuorumPeer@1518' : 'QuorumPeer@1537', observer ? 'OBSERVING' : 'FOLLOWING');
  once(pen, pen.peer, STATIC);
  if (observer) once(pen, pen.peer, OBSERVER_STATIC);
  createdServer(pen);
  if (observer) info(pen, pen.peer, 'ObserverZooKeeperServer@55', 'syncEnabled =true');
  else info(pen, pen.peer, 'Follower@77', `FOLLOWING - LEADER ELECTION TOOK - ${electionMs(pen)} MS`);
  phase(pen, observer, 'discovery');
  if (observer) info(pen, pen.peer, 'Observer@168', `Observing new leader sid=${leader} addr=${quorumAddress(pen, leader)}`);
  pen.learner = { leader, since: pen.now, connectedAt: null, tries: 0, lastQueued: null, serving: false, committed: [] };
}

function phase(pen: Pen, observer: boolean, name: 'discovery' | 'synchronization' | 'broadcast'): void {
  info(pen, pen.peer, 'QuorumPeer@917', `Peer state changed: ${roleWord(observer)} - ${name}`);
}

function roleWord(observer: boolean): string {
  return observer ? 'observing' : 'following';
}

function isObserving(pen: Pen): boolean {
  return pen.before.role === 'OBSERVING';
}

// ---------------------------------------------------------------------------------------------------------------------
// The connection to the leader.

function connector(pen: Pen, leader: Sid): string {
  return `LeaderConnector-${quorumAddress(pen, leader)}`;
}

export function connectedLines(pen: Pen, leader: Sid): void {
  if (pen.learner === null || pen.learner.connectedAt !== null) return;
  pen.learner.connectedAt = pen.now;
  const text = `Successfully connected to leader, using address: ${quorumAddress(pen, leader)}`;
  info(pen, connector(pen, leader), 'Learner$LeaderConnector@384', text);
}

/** An attempt failed; with the last one the learner gives up. Source: `Learner.LeaderConnector.connectToLeader`. */
export function connectFailedLines(pen: Pen, leader: Sid, reason: 'refused' | 'timeout', event: TraceEvent): void {
  if (pen.learner === null) return;
  const { initLimitTicks, tickTimeMs } = pen.config;
  const tries = pen.learner.tries++;
  const left = Math.max(0, initLimitTicks * tickTimeMs - Math.round(pen.now - pen.learner.since));
  const where = `remaining init limit=${left}, connecting to ${quorumAddress(pen, leader)}`;
  const stack = connectFailure(reason);
  const thread = connector(pen, leader);
  const isLast = event.decisions.some((decision) => decision.rule === 'learner.gaveUp' && decision.reason === 'cannotConnect');
  if (!isLast) return say(pen, 'WARN', thread, 'Learner$LeaderConnector@448', `Unexpected exception, tries=${tries}, ${where}`, stack);
  if (tries >= 4)
    say(pen, 'ERROR', thread, 'Learner$LeaderConnector@440', `Unexpected exception, retries exceeded. tries=${tries}, ${where}`, stack);
  else {
    const text = `Unexpected exception, connectToLeader exceeded. tries=${tries}, ${where}`;
    say(pen, 'ERROR', thread, 'Learner$LeaderConnector@432', text, stack);
  }
  say(pen, 'ERROR', thread, 'Learner$LeaderConnector@392', `Failed connect to ${quorumAddress(pen, leader)}`, stack);
}

// ---------------------------------------------------------------------------------------------------------------------
// Discovery and synchronization.

export const epochAccept: DecisionLines<'epoch.accept'> = (pen, { outcome }) => {
  if (outcome !== 'refused') phase(pen, isObserving(pen), 'synchronization');
};

export const syncOpened: DecisionLines<'sync.opened'> = (pen, { mode, zxid: told }) => {
  const state = `Peer state changed: ${roleWord(isObserving(pen))} - synchronization - ${mode.toLowerCase()}`;
  switch (mode) {
    case 'DIFF':
      info(pen, pen.peer, 'Learner@565', `Getting a diff from the leader ${formatZxid(told)}`);
      return info(pen, pen.peer, 'QuorumPeer@922', state);
    case 'SNAP':
      info(pen, pen.peer, 'QuorumPeer@922', state);
      info(pen, pen.peer, 'Learner@576', `Getting a snapshot from leader ${formatZxid(told)}`);
      return debug(pen, pen.peer, 'Learner@584', 'Reset config node content from local config after deserialization of snapshot.');
    case 'TRUNC':
      info(pen, pen.peer, 'QuorumPeer@922', state);
      say(pen, 'WARN', pen.peer, 'Learner@599', `Truncating log to get in sync with the leader ${formatZxid(told)}`);
  }
};

export const syncTruncated: DecisionLines<'sync.truncated'> = (pen, { to, outcome }, event) => {
  if (outcome === 'failed') {
    say(pen, 'ERROR', pen.peer, 'Learner@603', `Not able to truncate the log ${formatZxid(to)}`);
    return exitLine(pen, pen.peer, 13);
  }
  const reset = event.log.find((change) => change.change === 'reset');
  reloadLines(pen, to, reset?.change === 'reset' ? reset.cells.length : 0, event.changes?.digest ?? pen.before.digest);
};

/** A txn arrives, logged or told of. A gap is worth a warning, and so is the first one, whose predecessor these loops do not know. */
export function proposalLines(pen: Pen, kind: 'PROPOSAL' | 'INFORM', at: Zxid): void {
  const { learner } = pen;
  if (learner === null || (kind === 'INFORM' && learner.serving)) return;
  const expected = learner.lastQueued === null ? zxid(0, 1) : zxid(learner.lastQueued.epoch, learner.lastQueued.counter + 1);
  learner.lastQueued = at;
  if (sameZxid(at, expected)) return;
  const where = kind === 'INFORM' ? 'Learner@704' : learner.serving ? 'Follower@169' : 'Learner@637';
  say(pen, 'WARN', pen.peer, where, `Got zxid ${formatZxid(at)} expected ${formatZxid(expected)}`);
}

/** Source: `FollowerZooKeeperServer.commit`, `ObserverZooKeeperServer.commitRequest`. */
export function commitLines(pen: Pen, at: Zxid): void {
  if (pen.learner?.serving === true) committing(pen, at, pen.peer);
  else pen.learner?.committed.push(at);
}

export function newLeaderArrived(pen: Pen): void {
  info(pen, pen.peer, 'Learner@737', 'Learner received NEWLEADER message');
  info(pen, pen.peer, 'QuorumPeer@1892', "Dynamic reconfig is disabled, we don't store the last seen config.");
  // What was committed before was applied to memory at once, without CommitProcessor, unless it goes to the log (DIFF).
  if (pen.learner !== null && pen.before.learning?.mode !== 'DIFF') pen.learner.committed = [];
}

export const newLeaderReceived: DecisionLines<'newLeader.received'> = (pen) => {
  const observer = isObserving(pen);
  info(pen, pen.peer, 'QuorumPeer@922', `Peer state changed: ${roleWord(observer)} - synchronization`);
  commitProcessor(pen);
  if (!observer) {
    const text = 'Initialized FollowerRequestProcessor with zookeeper.follower.skipLearnerRequestToNextProcessor as false';
    info(pen, pen.peer, 'FollowerRequestProcessor@59', text);
  }
  requestThrottler(pen);
};

export const learnerServing: DecisionLines<'learner.serving'> = (pen) => {
  info(pen, pen.peer, 'Learner@721', 'Learner received UPTODATE message');
  debug(pen, pen.peer, 'QuorumPeer@2244', 'Reconfig feature is disabled, skip reconfig processing.');
  const { learner } = pen;
  if (learner !== null) {
    learner.serving = true;
    learner.lastQueued = null;
    for (const at of learner.committed) committing(pen, at, pen.peer);
    learner.committed = [];
  }
  phase(pen, isObserving(pen), 'broadcast');
};

/** Source: `FollowerZooKeeperServer.commit`. */
export const commitUnexpected: DecisionLines<'commit.unexpected'> = (pen, { zxid: at, head, outcome }) => {
  if (outcome === 'ignored' && head === null)
    return say(pen, 'WARN', pen.peer, 'FollowerZooKeeperServer@99', `Committing ${formatZxid(at).slice(2)} without seeing txn`);
  if (head === null) return;
  if (outcome === 'ignored')
    return say(pen, 'WARN', pen.peer, 'Learner@667', `Committing ${formatZxid(at)}, but next proposal is ${formatZxid(head)}`);
  const text = `Committing zxid ${formatZxid(at)} but next pending txn ${formatZxid(head)}`;
  say(pen, 'ERROR', pen.peer, 'FollowerZooKeeperServer@104', text);
  exitLine(pen, pen.peer, 12);
};

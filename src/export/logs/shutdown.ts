/**
 * How a role ends: the reason, the server that stops, and the way back to LOOKING.
 *
 * Source: `Leader.shutdown`, `Learner.shutdown`, `LearnerHandler.run` and `shutdown`, `QuorumPeer.run`.
 */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { ConnId, Decision } from '../../zab/types.ts';
import { txnsLoaded } from './disk.ts';
import { threads } from './line.ts';
import { handlerThread, info, quorumAddress, remoteAddress, say, sidSet, type DecisionLines, type Pen } from './pen.ts';
import { leaderServerShutdown, learnerServerShutdown } from './server.ts';
import { ACCEPT_CLOSED, epochRefused, failedConnect, packetEnd, READ_TIMED_OUT, SOCKET_CLOSED, thrown, WRITE_CLOSED } from './stacks.ts';

/** Back to voting. Handlers of a leader that stopped end now too. */
export function lookingAgain(pen: Pen): void {
  for (const { learner } of pen.closing) closingSocket(pen, pen.peer, learner);
  info(pen, pen.peer, 'QuorumPeer@917', 'Peer state changed: looking');
  say(pen, 'WARN', pen.peer, 'QuorumPeer@1585', 'PeerState set to LOOKING');
  for (const { learner, conn } of pen.closing) handlerEnd(pen, learner, conn, SOCKET_CLOSED);
  pen.closing = [];
}

/** An observer waits a moment before it votes again. */
export function observerDelay(pen: Pen, afterMs: number): void {
  lookingAgain(pen);
  info(pen, pen.peer, 'Observer@264', `Waiting for ${Math.round(afterMs)} ms before reconnecting with the leader`);
}

// ---------------------------------------------------------------------------------------------------------------------
// Learners.

export const learnerGaveUp: DecisionLines<'learner.gaveUp'> = (pen, decision, event) => {
  const observer = pen.before.role === 'OBSERVING';
  const name = observer ? 'Observer' : 'Follower';
  const { learner } = pen;
  const text = observer ? 'Exception when observing the leader' : 'Exception when following the leader';
  if (decision.reason === 'leaderUnknown')
    say(pen, 'WARN', pen.peer, 'Learner@287', `Couldn't find the leader with id = ${decision.leader}`);
  say(pen, 'WARN', pen.peer, observer ? 'Observer@132' : 'Follower@128', text, exceptionOf(pen, decision, event, observer));
  if (learner !== null && learner.connectedAt !== null) {
    const connected = `Was connected for ${Math.round(pen.now - learner.connectedAt)}ms. Sync state: ${learner.serving}`;
    const address = quorumAddress(pen, learner.leader);
    const at = observer ? 'Observer@144' : 'Follower@142';
    info(pen, pen.peer, at, `Disconnected from leader (with address: ${address}). ${connected}`);
  }
  info(pen, pen.peer, observer ? 'Observer@249' : 'Follower@286', `shutdown ${name}`);
  // A server that does not serve yet is not shut down.
  if (learner?.serving === true) {
    learnerServerShutdown(pen, observer);
    if (!observer) orphanedLogger(pen);
  }
  pen.learner = null;
};

/** The logger thread of a follower that is gone finds nobody to acknowledge to. Source: `SendAckRequestProcessor.flush` before 3.9.3. */
function orphanedLogger(pen: Pen): void {
  const [queued, flushing] = pen.before.syncQueue ?? [0, 0];
  if (pen.config.profile.shutdownOrder === 'drainFirst' || queued + flushing === 0) return;
  const thread = threads.sync(pen.sid);
  const closing = 'Closing connection to leader, exception during packet send';
  say(pen, 'WARN', thread, 'SendAckRequestProcessor@65', closing, WRITE_CLOSED);
  const frame = 'org.apache.zookeeper.server.quorum.SendAckRequestProcessor.flush(SendAckRequestProcessor.java:67)';
  const stack = thrown('java.lang.NullPointerException', NULL_SOCKET, frame);
  say(pen, 'ERROR', thread, 'ZooKeeperCriticalThread@49', `Severe unrecoverable error, from thread : ${thread}`, stack);
  info(pen, thread, 'ZooKeeperServerListenerImpl@43', `Thread ${thread} exits, error code 1`);
  info(pen, thread, 'SyncRequestProcessor@224', 'SyncRequestProcessor exited!');
}

/** Of Java 17, where `Learner.syncWithLeader` looks at the oldest proposal it has queued and there is none. */
const NO_PROPOSAL = 'Cannot read field "hdr" because "pif" is null';
const NULL_SOCKET = 'Cannot invoke "java.net.Socket.isClosed()" because "this.learner.sock" is null';

function exceptionOf(
  pen: Pen,
  { reason, detail, leader }: Extract<Decision, { rule: 'learner.gaveUp' }>,
  { what }: TraceEvent,
  observer: boolean,
): readonly string[] {
  const frame = `org.apache.zookeeper.server.quorum.${observer ? 'Observer.observeLeader(Observer.java:121)' : 'Follower.followLeader(Follower.java:108)'}`;
  switch (reason) {
    case 'connectionLost':
      return packetEnd(what.type === 'disconnected' && 'reason' in what ? what.reason : 'closed');
    case 'readTimeout':
      return READ_TIMED_OUT;
    case 'cannotConnect':
      return failedConnect(quorumAddress(pen, leader), observer);
    case 'epochTooOld':
      return epochRefused(detail ?? '', observer);
    case 'leaderUnknown':
      return thrown('java.lang.NullPointerException', '', frame);
    case 'commitMismatch':
      return thrown('java.lang.NullPointerException', NO_PROPOSAL, frame);
    case 'unexpectedPacket':
    case 'truncFailed':
    case 'nonContinuous':
    case 'diskFailure':
    case 'stopped':
      return thrown('java.io.IOException', detail ?? reason, frame);
  }
}

/** Memory catches up with the log before the next vote. Source: `ZKDatabase.fastForwardDataBase`. */
export const fastForward: DecisionLines<'fastForward'> = (pen, { txns }) => {
  if (txns > 0) txnsLoaded(pen, pen.peer, txns);
};

// ---------------------------------------------------------------------------------------------------------------------
// Leaders.

type GaveUp = Extract<Decision, { rule: 'leader.gaveUp' }>;

export const leaderGaveUp: DecisionLines<'leader.gaveUp'> = (pen, decision) => {
  const interrupted = INTERRUPTED[decision.reason];
  if (interrupted !== undefined) {
    const [message, frame] = interrupted;
    const stack = thrown('java.lang.InterruptedException', message, `org.apache.zookeeper.server.quorum.${frame}`);
    say(pen, 'WARN', pen.peer, 'QuorumPeer@1555', 'Unexpected exception', stack);
  }
  info(pen, pen.peer, 'Leader@813', 'Shutting down');
  info(pen, pen.peer, 'Leader@819', `Shutdown called. For the reason ${shutdownReason(decision)}`);
  const acceptor = `LearnerCnxAcceptorHandler-${quorumAddress(pen, pen.sid)}`;
  const at = 'Leader$LearnerCnxAcceptor$LearnerCnxAcceptorHandler@530';
  say(pen, 'WARN', acceptor, at, 'Exception while shutting down acceptor.', ACCEPT_CLOSED);
  if (pen.before.zabState === 'BROADCAST') leaderServerShutdown(pen);
};

const INTERRUPTED: Partial<Record<GaveUp['reason'], readonly [message: string, frame: string]>> = {
  epochTimeout: ['Timeout while waiting for epoch from quorum', 'Leader.getEpochToPropose(Leader.java:1443)'],
  epochAckTimeout: ['Timeout while waiting for epoch to be acked by quorum', 'Leader.waitForEpochAck(Leader.java:1491)'],
};

function shutdownReason({ reason, synced }: GaveUp): string {
  const sids = `only synced with sids: [ ${sidSet(synced)} ]`;
  switch (reason) {
    case 'quorumLost':
      return `Not sufficient followers synced, ${sids}`;
    case 'newLeaderTimeout':
      return `Waiting for a quorum of followers, ${sids}`;
    case 'zxidRollover':
      return 'zxid lower 32 bits have rolled over, forcing re-election, and therefore new epoch start';
    case 'internalError':
      return 'Unexpected internal error';
    case 'epochTimeout':
    case 'epochAckTimeout':
    case 'stopped':
      return 'Forcing shutdown';
  }
}

/** A learner's handler ends. Source: `LearnerHandler.run`, catch and finally. */
export const handlerClosed: DecisionLines<'handler.closed'> = (pen, { learner, reason }, { what }) => {
  const conn = what.type === 'disconnected' && 'conn' in what ? what.conn : what.type === 'receive' && 'conn' in what ? what.conn : null;
  const thread = handlerThread(pen, learner, conn);
  switch (reason) {
    case 'leaderStopped':
      pen.closing.push({ learner, conn });
      return;
    case 'disconnected': {
      const how = what.type === 'disconnected' && 'reason' in what ? what.reason : 'closed';
      return handlerEnd(pen, learner, conn, packetEnd(how), thread);
    }
    case 'readTimeout':
      return handlerEnd(pen, learner, conn, READ_TIMED_OUT, thread);
    case 'transactionTimeout':
      say(pen, 'WARN', pen.peer, 'LearnerHandler@1078', 'Closing connection to peer due to transaction timeout.');
      closingSocket(pen, pen.peer, learner);
      return handlerEnd(pen, learner, conn, SOCKET_CLOSED);
    case 'ahead': {
      const mine = `${pen.before.currentEpoch ?? 0} (current epoch), ${pen.before.lastZxid?.counter ?? 0} (last zxid)`;
      const message = `Follower is ahead of the leader, leader summary: ${mine}`;
      const frame = 'org.apache.zookeeper.server.quorum.Leader.waitForEpochAck(Leader.java:1468)';
      return handlerEnd(pen, learner, conn, thrown('java.io.IOException', message, frame), thread);
    }
    case 'protocol':
      return handlerEnd(pen, learner, conn, SOCKET_CLOSED, thread);
  }
};

/** @param closer the thread that closes the socket, if it is still open. */
function handlerEnd(pen: Pen, learner: Sid, conn: ConnId | null, stack: readonly string[], closer?: string): void {
  const thread = handlerThread(pen, learner, conn);
  say(pen, 'ERROR', thread, 'LearnerHandler@719', 'Unexpected exception in LearnerHandler: ', stack);
  if (closer !== undefined) closingSocket(pen, closer, learner);
  const address = conn === null ? thread.slice('LearnerHandler-'.length) : remoteAddress(pen, learner, conn);
  say(pen, 'WARN', thread, 'LearnerHandler@735', `******* GOODBYE ${address} ********`);
}

function closingSocket(pen: Pen, thread: string, learner: Sid): void {
  info(pen, thread, 'LearnerHandler@1159', `Synchronously closing socket to learner ${learner}.`);
}

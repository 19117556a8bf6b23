/**
 * A learner finds its leader and registers: connect, tell the accepted epoch, accept the new one.
 *
 * Source: `Learner.findLeader`, `Learner.connectToLeader`, `Learner.registerWithLeader`; Zab paper, phase 1.
 */
import { emptyList } from '../../base/chunked.ts';
import type { Sid } from '../../base/ids.ts';
import { ZXID_ZERO } from '../../base/zxid.ts';
import { epochOp } from '../../store/recovery.ts';
import { cancelTimer, close, connect, decide, edit, send, setTimer, write, type Draft } from '../draft.ts';
import { loseLeader } from '../roles.ts';
import type { Learning } from '../state.ts';
import type { ConnId, QuorumPacket } from '../types.ts';

/** Attempts to connect, and the pause between them (`zookeeper.leaderConnectDelayDuringRetryMs`), ms. */
const CONNECT_ATTEMPTS = 5;
const CONNECT_DELAY_MS = 100;

export function updateLearning(d: Draft, change: Partial<Learning>): void {
  Object.assign(edit(d, 'learning'), change);
}

/** Elected somebody else: look for its quorum port, which opens only once it has taken up its role (D-7). */
export function followLeader(d: Draft, leader: Sid): void {
  const { initLimitTicks, tickTimeMs, members } = d.s.config;
  d.s.learning = {
    leader,
    conn: null,
    attempts: 0,
    lastHeard: d.now,
    readTimeoutMs: initLimitTicks * tickTimeMs,
    epoch: 0,
    mode: null,
    snapshotNeeded: true,
    writeToTxnLog: false,
    notLogged: [],
    committed: [],
    toAck: [],
    lastQueued: ZXID_ZERO,
    pendingTxns: emptyList(),
    pendingSyncs: [],
    touched: {},
  };
  if (!members.some(({ sid }) => sid === leader)) {
    loseLeader(d, 'leaderUnknown');
    return;
  }
  setTimer(d, 'connectBudget', initLimitTicks * tickTimeMs);
  tryConnect(d);
}

function tryConnect(d: Draft): void {
  if (d.s.learning === null) return;
  updateLearning(d, { attempts: d.s.learning.attempts + 1 });
  connect(d, 'quorum', d.s.learning.leader);
}

export function onLeaderConnectFailed(d: Draft, peer: Sid, reason: string): void {
  const learning = d.s.learning;
  if (learning === null || learning.conn !== null || learning.leader !== peer) return;
  if (learning.attempts >= CONNECT_ATTEMPTS) loseLeader(d, 'cannotConnect', reason);
  else setTimer(d, 'connectRetry', CONNECT_DELAY_MS);
}

export function onConnectRetry(d: Draft): void {
  tryConnect(d);
}

export function onConnectBudget(d: Draft): void {
  loseLeader(d, 'cannotConnect', 'timeout');
}

/** Connected: introduce oneself with the highest epoch accepted so far. */
export function introduceSelf(d: Draft, conn: ConnId): void {
  const learning = d.s.learning;
  if (learning === null || learning.conn !== null) {
    close(d, conn);
    return;
  }
  cancelTimer(d, 'connectBudget');
  cancelTimer(d, 'connectRetry');
  updateLearning(d, { conn, lastHeard: d.now });
  setTimer(d, 'read', learning.readTimeoutMs);
  send(d, conn, { kind: d.s.role === 'OBSERVING' ? 'OBSERVERINFO' : 'FOLLOWERINFO', sid: d.s.sid, acceptedEpoch: d.s.acceptedEpoch });
}

/**
 * LEADERINFO: the leader proposes an epoch. Accepting it is a promise, so it is on disk before the answer leaves (D-14).
 */
export function acceptEpoch(d: Draft, conn: ConnId, packet: Extract<QuorumPacket, { kind: 'LEADERINFO' }>): void {
  const learning = d.s.learning;
  if (learning === null) return;
  const { epoch } = packet;
  const accepted = d.s.acceptedEpoch;
  const outcome = epoch > accepted ? 'accepted' : epoch === accepted ? 'alreadyAccepted' : 'refused';
  decide(d, { rule: 'epoch.accept', leader: learning.leader, epoch, acceptedEpoch: accepted, outcome });
  if (outcome === 'refused') {
    loseLeader(d, 'epochTooOld', `Leaders epoch, ${epoch} is less than accepted epoch, ${accepted}`);
    return;
  }
  updateLearning(d, { epoch });
  if (outcome === 'accepted') {
    d.s.acceptedEpoch = epoch;
    write(d, [epochOp('acceptedEpoch', epoch)]);
  }
  send(d, conn, {
    kind: 'ACKEPOCH',
    lastZxid: d.s.tree.lastProcessedZxid,
    currentEpoch: outcome === 'accepted' ? d.s.currentEpoch : -1,
    ...(d.s.wantsSnapshot && { wantsSnapshot: true }),
  });
}

/** Silence for too long? The timer is set again for what is left otherwise. */
export function onReadTimer(d: Draft): void {
  const learning = d.s.learning;
  if (learning === null || learning.conn === null) return;
  const left = learning.lastHeard + learning.readTimeoutMs - d.now;
  if (left > 0) setTimer(d, 'read', left);
  else loseLeader(d, 'readTimeout');
}

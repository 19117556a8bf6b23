/** Every decision in one English sentence, with both sides' numbers. */
import { candidate, compared, comparedZxids, ms, plainText, txnText, z } from './text.ts';
import type { Language } from './language.ts';
import type { Sid } from '../../base/ids.ts';
import type { RecoveryStep } from '../../store/types.ts';
import type { LeaderGiveUp, LearnerGiveUp, Role } from '../../zab/types.ts';
import type { DecisionOf } from './language.ts';

export const roleEn: Readonly<Record<Role, string>> = {
  LOOKING: 'looking',
  FOLLOWING: 'a follower',
  LEADING: 'the leader',
  OBSERVING: 'an observer',
};

/** "1", "1 and 2", "1, 2 and 3", "nobody". */
export function sidsEn(sids: readonly Sid[]): string {
  if (sids.length === 0) return 'nobody';
  return sids.length === 1 ? String(sids[0]) : `${sids.slice(0, -1).join(', ')} and ${sids.at(-1) ?? ''}`;
}

export const leaderGaveUpEn: Readonly<Record<LeaderGiveUp, string>> = {
  epochTimeout: 'no quorum proposed an epoch within initLimit',
  epochAckTimeout: 'no quorum acknowledged the new epoch within initLimit',
  newLeaderTimeout: 'no quorum acknowledged NEWLEADER within initLimit',
  quorumLost: 'it no longer hears from a quorum',
  internalError: 'one of its threads failed',
  zxidRollover: 'the counter of its zxids is used up and a new epoch is needed',
  stopped: 'it was stopped',
};

export const learnerGaveUpEn: Readonly<Record<LearnerGiveUp, string>> = {
  leaderUnknown: 'it does not know that server',
  cannotConnect: 'it could not connect',
  connectionLost: 'the connection was lost',
  readTimeout: 'it heard nothing within its limit',
  epochTooOld: "the leader's epoch is older than one it has accepted",
  unexpectedPacket: 'a packet came that does not belong here',
  truncFailed: 'it could not truncate its log',
  nonContinuous: 'a proposal was missing from the stream',
  commitMismatch: 'a COMMIT did not match its oldest pending proposal',
  diskFailure: 'its disk failed',
  stopped: 'it was stopped',
};

const commitUnexpectedEn: Readonly<Record<DecisionOf<'commit.unexpected'>['outcome'], string>> = {
  ignored: 'ignores the COMMIT',
  gaveUp: 'gives up its leader',
  exit: 'ends with exit code 12',
};

function voteOrder(d: DecisionOf<'vote.order'>, me: Sid): string {
  const theirs = candidate(d.theirs.leader, 'nobody');
  const mine = candidate(d.mine.leader, 'nobody');
  const head =
    d.outcome === 'adopted'
      ? `Server ${me} now votes for ${theirs} instead of ${mine}, as ${d.from} does`
      : `Server ${me} keeps its vote for ${mine} against ${d.from}'s vote for ${theirs}`;
  const [a, b] = d.outcome === 'adopted' ? [d.theirs, d.mine] : [d.mine, d.theirs];
  const epoch = `epoch ${compared(a.peerEpoch, b.peerEpoch)}`;
  const zxid = `zxid ${comparedZxids(a.zxid, b.zxid)}`;
  switch (d.by) {
    case 'peerEpoch':
      return `${head}: ${epoch}.`;
    case 'zxid':
      return `${head}: ${epoch}, and ${zxid}.`;
    case 'sid':
      return `${head}: ${epoch}, ${zxid}, and sid ${compared(a.leader, b.leader)}.`;
    case 'same':
      return `${head}: the votes are the same (${epoch}, ${zxid}, sid ${compared(a.leader, b.leader)}).`;
    case 'weight':
      return `${head}: server ${theirs} has weight 0 and cannot be elected, whatever its epoch (${compared(d.theirs.peerEpoch, d.mine.peerEpoch)}) and zxid (${comparedZxids(d.theirs.zxid, d.mine.zxid)}).`;
  }
}

function syncMode(d: DecisionOf<'sync.mode'>, me: Sid): string {
  const peer = `its last zxid ${z(d.peerLastZxid)}`;
  const range = `the leader's committed log ${z(d.minCommittedLog)}…${z(d.maxCommittedLog)}`;
  const why: Record<typeof d.because, string> = {
    forced: `a snapshot is forced by configuration (${peer}, the leader's is ${z(d.lastProcessedZxid)})`,
    same: `${peer} is the leader's own, ${z(d.lastProcessedZxid)}: nothing is missing`,
    ahead: `${peer} is beyond ${z(d.maxCommittedLog)}, the newest in the leader's committed log, so the rest was never committed`,
    inCommittedLog: `${peer} lies in ${range}`,
    diverged: `${peer} lies inside ${range} but is not one of its txns, so it goes back to ${z(d.zxidSent)}`,
    divergedEpoch: `${peer} belongs to another epoch than anything in ${range} that could precede it`,
    inTxnLog: `${peer} is older than ${range}, and the txn log on disk still reaches back to it`,
    txnLogUnusable: `${peer} is older than ${range}, and the txn log on disk cannot fill the gap`,
    txnLogGap: `${peer} is older than ${range}, and between txn log and committed log something is missing`,
    txnLogDisabled: `${peer} is older than ${range}, and sync from the txn log is switched off`,
    unhandled: `no other rule covers ${peer} with ${range}`,
  };
  const sends = d.mode === 'SNAP' ? `a SNAP of its whole tree at ${z(d.zxidSent)}` : `${d.mode} ${z(d.zxidSent)}`;
  return `Leader ${me} syncs server ${d.learner} with ${sends} and ${d.queued} queued ${d.queued === 1 ? 'txn' : 'txns'}: ${why[d.because]}.`;
}

export function recoveryEn(me: Sid, step: RecoveryStep): string {
  switch (step.step) {
    case 'snapshotSkipped':
      return `Server ${me} skips ${plainText(step.file)}: ${plainText(step.reason)}.`;
    case 'snapshotLoaded':
      return `Server ${me} loads ${plainText(step.file)}: ${step.nodes} znodes and ${step.sessions} sessions at ${z(step.zxid)}.`;
    case 'noSnapshot':
      return `Server ${me} finds no snapshot on its disk.`;
    case 'logReplayed': {
      const end = { eof: 'the end of the file', zeroPadding: 'the preallocated zeros', partial: 'a record that was only partly written' }[
        step.end
      ];
      const range = step.first === null || step.last === null ? '' : `, ${z(step.first)} to ${z(step.last)}`;
      return `Server ${me} replays ${step.count} txns of ${plainText(step.file)}${range}, up to ${end}.`;
    }
    case 'epochs':
      return `Server ${me} reads acceptedEpoch ${step.acceptedEpoch} and currentEpoch ${step.currentEpoch}${step.rebuilt.length > 0 ? `, having rebuilt ${step.rebuilt.join(' and ')} from its last zxid` : ''}.`;
  }
}

export const decisionsEn: Language['decisions'] = {
  'election.start': (d, me) => {
    const after = { boot: 'it has just started', lostLeader: 'it has lost its leader', gaveUpLeading: 'it gave up leading' }[d.after];
    return `Server ${me} starts election round ${d.round} because ${after}, and votes for ${candidate(d.vote.leader, 'nobody')} (epoch ${d.vote.peerEpoch}, zxid ${z(d.vote.zxid)}).`;
  },
  'vote.order': voteOrder,
  'vote.round': (d, me) =>
    d.outcome === 'caughtUp'
      ? `Server ${me} moves on from round ${d.myRound} to round ${d.theirRound} of server ${d.from} and forgets the votes of its old round.`
      : `Server ${me} ignores the vote of server ${d.from}: it is of round ${d.theirRound}, older than round ${d.myRound}.`,
  'vote.rejected': (d, me) => {
    const why = {
      senderNotVoter: `server ${d.from} may not vote`,
      leaderNotVoter: `server ${candidate(d.leader, 'nobody')} may not lead`,
      emptyDatabase: 'a server without a database neither votes nor is counted',
    }[d.reason];
    return `Server ${me} drops the vote of server ${d.from} for ${candidate(d.leader, 'nobody')}: ${why}.`;
  },
  'vote.quorum': (d, me) =>
    d.outcome === 'quorum'
      ? `Server ${me} sees a quorum for ${candidate(d.vote.leader, 'nobody')}: ${d.supporters.length} of ${d.voters} voters (${sidsEn(d.supporters)}). It waits a moment in case a better vote comes.`
      : `Server ${me} has no quorum for ${candidate(d.vote.leader, 'nobody')} yet: ${d.supporters.length} of ${d.voters} voters (${sidsEn(d.supporters)}).`,
  'vote.final': (d, me) =>
    `Server ${me} ends its election after ${ms(d.tookMs)}: ${sidsEn(d.supporters)} vote for ${candidate(d.vote.leader, 'nobody')} and no better vote came in ${ms(d.waitedMs)}. It ${d.role === 'LEADING' ? 'will lead' : `becomes ${roleEn[d.role]}`}.`,
  'vote.established': (d, me) =>
    d.outcome === 'joined'
      ? `Server ${me} joins the leader that exists: ${sidsEn(d.supporters)} follow ${d.leader}, a quorum${d.leaderConfirmed ? `, and ${d.leader} itself says so` : ''}. It is ${roleEn[d.role]}.`
      : `Server ${me} hears from ${d.from} that ${d.leader} leads, but cannot join yet: ${sidsEn(d.supporters)} say so, ${d.leaderConfirmed ? 'which is no quorum' : `and ${d.leader} itself has not confirmed it`}.`,
  'election.backoff': (d, me) =>
    `Server ${me} heard no vote for ${ms(d.waitedMs)}, ${d.action === 'resend' ? 'sends its own again' : 'connects to the others again'}, and next waits ${ms(d.nextMs)}.`,
  'connection.order': (d, me) => {
    const pair = `sid ${compared(d.initiator, d.initiator === me ? d.peer : me)}`;
    return d.outcome === 'kept'
      ? `Servers ${me} and ${d.peer} keep the election connection that ${d.initiator} opened: ${pair}.`
      : `Server ${me} drops the election connection with ${d.peer} that ${d.initiator} opened, since the larger sid must open it (${pair})${d.outcome === 'dropped' ? '' : `, and connects to ${d.peer} itself`}.`;
  },
  'epoch.propose': (d, me) => {
    const heard = `heard from ${sidsEn(d.heard)}`;
    if (d.outcome === 'notYet')
      return `Server ${me} would propose epoch ${d.epoch} after hearing that ${d.from} accepted epoch ${d.theirAcceptedEpoch}, but has only ${heard}: no quorum yet.`;
    if (d.outcome === 'decided')
      return `Server ${me} proposes epoch ${d.epoch}, one more than the highest accepted by those it ${heard}, a quorum (server ${d.from}, heard last, had accepted ${d.theirAcceptedEpoch}).`;
    return `Server ${me} tells ${d.from}, which accepted epoch ${d.theirAcceptedEpoch}, the epoch already decided: ${d.epoch}.`;
  },
  'epoch.accept': (d, me) => {
    if (d.outcome === 'accepted')
      return `Server ${me} accepts epoch ${d.epoch} of leader ${d.leader}: ${compared(d.epoch, d.acceptedEpoch)}. It will never accept an older one.`;
    if (d.outcome === 'alreadyAccepted')
      return `Server ${me} has accepted epoch ${d.epoch} before (${compared(d.epoch, d.acceptedEpoch)}): leader ${d.leader} may sync it but not count it.`;
    return `Server ${me} refuses epoch ${d.epoch} of leader ${d.leader}: ${compared(d.epoch, d.acceptedEpoch)}, which it has accepted.`;
  },
  'epoch.ack': (d, me) => {
    const history = `epoch ${compared(d.theirEpoch, d.myEpoch)}, zxid ${comparedZxids(d.theirZxid, d.myZxid)}`;
    switch (d.outcome) {
      case 'counted':
        return `Leader ${me} counts ${d.from}'s ACKEPOCH: its history is not newer (${history}). Now ${sidsEn(d.acked)} have acknowledged.`;
      case 'quorum':
        return `Leader ${me} has a quorum for its epoch: ${sidsEn(d.acked)}. ${d.from}'s history is not newer (${history}).`;
      case 'notCounted':
        return `Leader ${me} does not count ${d.from}, which had accepted this epoch before or may not vote (epoch ${d.theirEpoch}, zxid ${z(d.theirZxid)}).`;
      case 'ahead':
        return `Leader ${me} must refuse ${d.from}, whose history is newer than its own: ${history}.`;
      case 'late':
        return `Leader ${me} had its quorum before ${d.from} acknowledged the epoch (${history}).`;
    }
  },
  'sync.mode': syncMode,
  'sync.opened': (d, me) => `Server ${me} at ${z(d.myZxid)} is synced by leader ${d.leader} with ${d.mode} ${z(d.zxid)}.`,
  'sync.truncated': (d, me) =>
    d.outcome === 'done'
      ? `Server ${me} cuts its log back from ${z(d.from)} to ${z(d.to)}: the rest was never committed as far as the leader knows.`
      : `Server ${me} could not cut its log back from ${z(d.from)} to ${z(d.to)}${d.message === undefined ? '' : `: ${plainText(d.message)}`}.`,
  'newLeader.received': (d, me) =>
    `Server ${me} receives NEWLEADER of epoch ${d.epoch}: ${d.snapshot ? 'it writes a snapshot, ' : ''}${d.logged} proposals go to its log and ${d.left} wait.`,
  'newLeader.ack': (d, me) => {
    switch (d.outcome) {
      case 'counted':
        return `Leader ${me} counts ${d.from}'s ACK of NEWLEADER ${z(d.zxid)} in epoch ${d.epoch}: ${sidsEn(d.acked)}, no quorum yet.`;
      case 'quorum':
        return `Leader ${me} has a quorum for NEWLEADER of epoch ${d.epoch}: ${sidsEn(d.acked)} hold its history (${d.from} acknowledged ${z(d.zxid)}).`;
      case 'wrongEpoch':
        return `Leader ${me} does not count ${d.from}'s ACK ${z(d.zxid)}: it is not the start of epoch ${d.epoch}.`;
      case 'late':
        return `Leader ${me} was established before ${d.from} acknowledged NEWLEADER ${z(d.zxid)} of epoch ${d.epoch}.`;
      case 'observer':
        return `Leader ${me} does not count the ACK ${z(d.zxid)} of observer ${d.from} in epoch ${d.epoch}.`;
    }
  },
  'leader.established': (d, me) =>
    `Server ${me} leads epoch ${d.epoch} from ${z(d.zxid)} with ${sidsEn(d.supporters)}: all of its history is now committed.`,
  'learner.serving': (d, me) =>
    `Server ${me} is up to date with leader ${d.leader} in epoch ${d.epoch} at ${z(d.zxid)} and serves clients${d.waiting > 0 ? `; ${d.waiting} proposals still wait for their COMMIT` : ''}.`,
  'request.validated': (d, me) =>
    d.err === 'OK'
      ? `Leader ${me} makes ${txnText(d.op, d.path)} of session ${d.session} into txn ${z(d.zxid)}.`
      : `Leader ${me} gives ${txnText(d.op, d.path)} of session ${d.session} the zxid ${z(d.zxid)} although it fails with ${d.err}: failures are logged too.`,
  'proposal.ack': (d, me) => {
    const count = `${d.acks.length} of ${d.voters} voters: ${sidsEn(d.acks)}`;
    switch (d.outcome) {
      case 'committed':
        return `Leader ${me} commits ${z(d.zxid)}: with ${d.from} a quorum has it on disk (${count}).`;
      case 'notYet':
        return `Leader ${me} counts ${d.from}'s ACK of ${z(d.zxid)} (${count}): no quorum yet.`;
      case 'waitsForEarlier':
        return `Leader ${me} has a quorum for ${z(d.zxid)} with ${d.from} (${count}) but must commit the one before it first.`;
      case 'alreadyCommitted':
        return `Leader ${me} gets ${d.from}'s ACK of ${z(d.zxid)} after it was committed: nothing changes.`;
      case 'unknown':
        return `Leader ${me} knows no proposal ${z(d.zxid)} that ${d.from} could acknowledge.`;
      case 'observer':
        return `Leader ${me} does not count the ACK of ${z(d.zxid)} by ${d.from}, which is no voter (${count}).`;
    }
  },
  'commit.unexpected': (d, me) =>
    `Server ${me} is told to commit ${z(d.zxid)} while its oldest pending proposal is ${d.head === null ? 'none' : z(d.head)}: it ${commitUnexpectedEn[d.outcome]}.`,
  'leader.alive': (d, me) =>
    d.outcome === 'quorum'
      ? `Leader ${me} has heard from a quorum in time: ${sidsEn(d.synced)}.`
      : `Leader ${me} has heard in time only from ${sidsEn(d.synced)}, which is no quorum.`,
  'learner.tooSlow': (d, me) =>
    `Leader ${me} drops server ${d.learner}: its ACK of ${z(d.zxid)} has taken ${ms(d.waitedMs)}, and the limit is ${ms(d.limitMs)}.`,
  'leader.gaveUp': (d, me) => `Leader ${me} gives up: ${leaderGaveUpEn[d.reason]} (with it: ${sidsEn(d.synced)}).`,
  'learner.gaveUp': (d, me) =>
    `Server ${me} leaves leader ${d.leader}: ${learnerGaveUpEn[d.reason]}${d.detail === undefined ? '' : ` (${plainText(d.detail)})`}.`,
  'handler.closed': (d, me) => {
    const why = {
      disconnected: 'the connection broke',
      readTimeout: 'nothing was heard from it within the limit',
      transactionTimeout: 'it took too long to acknowledge',
      ahead: "its history is newer than the leader's",
      protocol: 'it sent what does not belong here',
      leaderStopped: 'this server no longer leads',
    }[d.reason];
    return `Leader ${me} lets go of server ${d.learner}: ${why}.`;
  },
  'session.created': (d, me) =>
    `Server ${me} gives session ${d.session} a timeout of ${ms(d.timeoutMs)}; ${ms(d.requestedMs)} was asked for.`,
  'session.expired': (d, me) =>
    `Leader ${me} expires session ${d.session}: nothing was heard from it for its timeout of ${ms(d.timeoutMs)}.`,
  'session.revalidated': (d, me) =>
    d.outcome === 'valid'
      ? `Server ${me} finds session ${d.session} alive: the client may go on with it.`
      : `Server ${me} finds session ${d.session} expired.`,
  'client.refused': (d, me) => {
    const why = {
      aheadOfServer: `it has seen zxid ${comparedZxids(d.clientZxid, d.serverZxid)}, so this server would take it back in time`,
      notServing: `it has no leader and does not serve now (client at ${z(d.clientZxid)}, server at ${z(d.serverZxid)})`,
      wrongPassword: `the password is wrong (client at ${z(d.clientZxid)}, server at ${z(d.serverZxid)})`,
    }[d.reason];
    return `Server ${me} refuses ${d.session === '0x0' ? 'a client' : `the client of session ${d.session}`}: ${why}.`;
  },
  'recovery.step': (d, me) => recoveryEn(me, d.what),
  'recovery.done': (d, me) => `Server ${me} has read its disk: ${d.nodes} znodes and ${d.sessions} sessions at ${z(d.zxid)}.`,
  'recovery.failed': (d, me) =>
    `Server ${me} cannot start from its disk and ends with exit code ${d.exitCode}: ${plainText(d.message)}${d.file === undefined ? '' : ` (${plainText(d.file)}${d.offset === undefined ? '' : `, byte ${d.offset}`})`}.`,
  fastForward: (d, me) =>
    `Server ${me} applies ${d.txns} logged txns to its memory, from ${z(d.from)} to ${z(d.to)}, committed or not: its vote must say what its log holds.`,
  'snapshot.due': (d, me) =>
    d.outcome === 'started'
      ? `Server ${me} starts a snapshot: ${d.txns} txns since the last one, threshold ${d.threshold}.`
      : `Server ${me} is due for a snapshot (${d.txns} txns, threshold ${d.threshold}) but still writes the last one.`,
  'snapshot.taken': (d, me) => {
    const why = {
      snapCount: 'enough txns have gone by',
      leading: 'it begins to lead',
      synchronized: 'it was synchronized',
      empty: 'its disk was empty',
    }[d.why];
    return `Server ${me} has written ${plainText(d.file)} with ${d.nodes} znodes because ${why}.`;
  },
  purge: (d, me) => `Server ${me} deletes ${d.deleted.length} old files: ${d.deleted.map(plainText).join(', ')}.`,
  'digest.mismatch': (d, me) =>
    `Server ${me}'s tree differs from the leader's at ${z(d.zxid)}: digest ${d.actual} instead of ${d.expected}. ZooKeeper counts this and goes on.`,
};

/** Rules, and answers to "why?", in English. */
import { sidsEn } from './enDecisions.ts';
import { candidate, ms } from './text.ts';
import type { Reasons } from './language.ts';

const ORDER = 'votes are ordered by epoch, then zxid, then sid';

const rules: Reasons['rules'] = {
  'election.start': 'A server that has no leader raises its round by one and votes for itself, with its last zxid and its current epoch.',
  'vote.order': `A vote replaces mine only if it is greater: ${ORDER}.`,
  'vote.round': 'Votes count only within one round: an older round is ignored, a newer one is adopted and all votes collected so far are forgotten.',
  'vote.rejected': 'Only participants vote, and only participants with an own database can be voted for.',
  'vote.quorum': 'When the voters that agree with my vote form a quorum, the election is nearly over: 200 ms are left for a better vote.',
  'vote.final': 'If no better vote comes within 200 ms after a quorum agrees, the vote is final.',
  'vote.established': 'A server joins an existing leader when a quorum says that it follows it and the leader itself says that it leads; no vote order is compared.',
  'election.backoff': 'A server that hears nothing sends or connects again, and doubles its wait up to maxNotificationInterval.',
  'connection.order': 'Two servers keep one election connection: the one opened by the larger sid.',
  'epoch.propose': 'The new epoch is one more than the highest epoch accepted by any server heard before a quorum was heard.',
  'epoch.accept': 'A learner accepts only an epoch newer than any it accepted, writes it to disk first, and never counts twice for the same one.',
  'epoch.ack': 'A leader needs a quorum that acknowledges its epoch, and must have the newest history (epoch, then zxid) of all of them.',
  'sync.mode': 'The leader compares the learner\'s last zxid with its committed log and txn log: DIFF sends what is missing, TRUNC cuts what is too much, SNAP sends the whole tree.',
  'sync.opened': 'A learner follows the leader\'s choice: keep all (DIFF), cut back (TRUNC), or replace all (SNAP).',
  'sync.truncated': 'TRUNC cuts the log right after a zxid that leader and learner share, and reloads the tree from disk.',
  'newLeader.received': 'At NEWLEADER a learner makes durable what it was given, writes currentEpoch, and acknowledges.',
  'newLeader.ack': 'A leader is established when a quorum has acknowledged NEWLEADER, that is, holds its history.',
  'leader.established': 'With the NEWLEADER quorum the leader\'s whole history is committed, and zxids start at counter 1 of the new epoch.',
  'learner.serving': 'After UPTODATE a learner may serve clients.',
  'request.validated': 'The leader gives every write a zxid before it validates it; a write that fails is logged as an error txn.',
  'proposal.ack': 'A proposal is committed, in order, as soon as a quorum of voters has it durably in its log.',
  'commit.unexpected': 'COMMITs must come in the order of the proposals.',
  'leader.alive': 'Each tick, a leader must have heard from a quorum within syncLimit ticks.',
  'learner.tooSlow': 'A learner must acknowledge a proposal within syncLimit ticks.',
  'leader.gaveUp': 'A leader that cannot have a quorum stops leading and looks for a leader again.',
  'learner.gaveUp': 'A learner that cannot go on with its leader looks for a leader again.',
  'handler.closed': 'A leader serves each learner over one connection; when it ends, the learner must start over.',
  'session.created': 'A session timeout lies between 2 and 20 ticks.',
  'session.expired': 'Only the leader expires sessions, when nothing was heard for their timeout, rounded up to a tick.',
  'session.revalidated': 'A client that changes servers keeps its session if the leader still knows it.',
  'client.refused': 'A server refuses a client that has seen a newer zxid than it has applied.',
  'recovery.step': 'A server starts from its newest valid snapshot and replays its txn log after it.',
  'recovery.done': 'After recovery a server knows all that its log holds, committed or not.',
  'recovery.failed': 'A server whose disk contradicts itself refuses to start.',
  fastForward: 'When a role ends, memory catches up with the log, so that the next vote tells the truth about the log.',
  'snapshot.due': 'A snapshot is due after a random number of txns between half of snapCount and snapCount.',
  'snapshot.taken': 'A snapshot is written while txns go on; replaying the log over it makes it exact.',
  purge: 'autopurge keeps the newest snapshots and the logs they need.',
  'digest.mismatch': 'The leader sends the digest of its tree with each txn; a server that differs counts it but goes on.',
};

export const reasonsEn: Reasons = {
  rules,
  labels: {
    epoch: 'epoch', zxid: 'zxid', sid: 'sid', round: 'round', weight: 'weight', supporters: 'supporters', votersNeeded: 'voters', waited: 'waited', next: 'next wait', took: 'took',
    acceptedEpoch: 'accepted epoch', currentEpoch: 'current epoch', newEpoch: 'new epoch', lastZxid: 'last zxid', minCommittedLog: 'oldest in committed log', maxCommittedLog: 'newest in committed log',
    zxidSent: 'zxid sent', queued: 'txns queued', acks: 'on disk at', timeout: 'timeout', limit: 'limit', session: 'session', txns: 'txns', threshold: 'threshold', nodes: 'znodes', sessions: 'sessions',
    digest: 'digest', exitCode: 'exit code', offset: 'byte', initiator: 'opened by', error: 'error', leader: 'leader', heard: 'heard from', logged: 'logged', left: 'waiting', from: 'from', to: 'to', path: 'path', files: 'files',
  },
  why: {
    down: (sid) => `Server ${sid} is not running.`,
    paused: (sid) => `Server ${sid} is paused: it does nothing until it goes on.`,
    noDecision: (sid) => `Server ${sid} has not decided anything about this yet.`,
    stillLooking: (sid, supporters, leader, waitMs) => `Server ${sid} is still looking: it votes for ${candidate(leader, 'nobody')} together with ${sidsEn(supporters)}, which is no quorum; it sends its vote again if it hears nothing for ${ms(waitMs)}.`,
    waitsFinal: (sid, leader, untilMs) => `Server ${sid} has a quorum for ${candidate(leader, 'nobody')} and waits for a better vote${untilMs === null ? '' : ` until ${ms(untilMs)}`}.`,
    ownVote: (sid, zxid, epoch) => `Server ${sid} votes as it began: its own history ends in epoch ${epoch} at ${zxid}.`,
    noSync: (sid) => `Server ${sid} has not been synced since it started.`,
  },
};

/**
 * Fast Leader Election in the words of `FastLeaderElection` and `QuorumPeer`: notifications as they arrive, comparisons, votes, the end.
 */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { ElectionMessage, Role, Vote } from '../../zab/types.ts';
import { connectOne, deliveredLine, reconnectLines } from './connections.ts';
import { takeUpLeading } from './leader.ts';
import { takeUpLearning } from './learner.ts';
import { threads } from './line.ts';
import { listenerLines } from './start.ts';
import { lookingAgain } from './shutdown.ts';
import { debug, info, isObserver, say, voterSids, voteText, type DecisionLines, type Pen } from './pen.ts';

const RECEIVER = 'FastLeaderElection$Messenger$WorkerReceiver';

// ---------------------------------------------------------------------------------------------------------------------
// Notifications.

/** A vote arrives. An observer's is answered without a word. Source: `FastLeaderElection.Messenger.WorkerReceiver.run`. */
export function notificationLines(pen: Pen, from: Sid, message: ElectionMessage, event: TraceEvent): void {
  const thread = threads.workerReceiver(pen.sid);
  debug(pen, thread, `${RECEIVER}@359`, `Receive new notification message. My id = ${pen.sid}`);
  if (isObserver(pen, from)) return answered(pen, from, event);
  const role = pen.before.role ?? 'LOOKING';
  received(pen, from, message.state, message.vote, role);
  if (role === 'LOOKING' || message.state !== 'LOOKING') return answered(pen, from, event);
  const mine = pen.before.vote;
  if (mine === undefined) return;
  const { leader, zxid } = voteText(mine);
  const text = `Sending new notification. My id =${pen.sid} recipient=${from} zxid=${zxid} leader=${leader} config version = 0`;
  debug(pen, thread, `${RECEIVER}@447`, text);
  answered(pen, from, event);
}

/** Whatever goes back to the sender alone passes the connection manager. */
function answered(pen: Pen, to: Sid, event: TraceEvent): void {
  const isAnswer = !event.decisions.some(({ rule }) => rule === 'vote.order' || rule === 'vote.round');
  if (isAnswer && event.sent.some((flight) => flight.to.kind === 'server' && flight.to.sid === to && flight.channel === 'election'))
    connectOne(pen, to, event, threads.workerSender(pen.sid));
}

function received(pen: Pen, from: Sid, state: Role, vote: Vote, mine: Role): void {
  const { leader, zxid, peerEpoch } = voteText(vote);
  const theirs = `n.sid:${from}, n.state:${state}, n.leader:${leader}, n.round:0x${vote.electionEpoch.toString(16)}, n.peerEpoch:${peerEpoch}, n.zxid:${zxid}`;
  const text = `Notification: my state:${mine}; ${theirs}, message format version:0x2, n.config version:0x0`;
  info(pen, threads.workerReceiver(pen.sid), `${RECEIVER}@391`, text);
}

/** Tells every voter, itself included. Source: `FastLeaderElection.sendNotifications`. */
function sendNotifications(pen: Pen, event: TraceEvent): void {
  const { proposal, round, sid } = pen;
  if (proposal === null) return;
  const { leader, zxid, peerEpoch } = voteText(proposal);
  for (const to of voterSids(pen)) {
    const vote = `${leader} (n.leader), ${zxid} (n.zxid), 0x${round.toString(16)} (n.round)`;
    const text = `Sending Notification: ${vote}, ${to} (recipient), ${sid} (myid), ${peerEpoch} (n.peerEpoch) `;
    debug(pen, pen.peer, 'FastLeaderElection@704', text);
    if (to !== sid) {
      connectOne(pen, to, event, threads.workerSender(sid));
      continue;
    }
    pen.ownVotes++;
    debug(pen, threads.workerReceiver(sid), `${RECEIVER}@359`, `Receive new notification message. My id = ${sid}`);
    received(pen, sid, 'LOOKING', { ...proposal, electionEpoch: round }, 'LOOKING');
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Votes.

/** Source: `FastLeaderElection.updateProposal`. */
function updateProposal(pen: Pen, vote: Vote): void {
  const old = pen.proposal === null ? { leader: '-1', zxid: '0xffffffffffffffff' } : voteText(pen.proposal);
  const { leader, zxid } = voteText(vote);
  const text = `Updating proposal: ${leader} (newleader), ${zxid} (newzxid), ${old.leader} (oldleader), ${old.zxid} (oldzxid)`;
  debug(pen, pen.peer, 'FastLeaderElection@817', text);
  pen.proposal = { leader: vote.leader, zxid: vote.zxid, peerEpoch: vote.peerEpoch };
}

/** Source: `FastLeaderElection.totalOrderPredicate`. */
function comparing(pen: Pen, theirs: Pick<Vote, 'leader' | 'zxid' | 'peerEpoch'>, mine: Pick<Vote, 'leader' | 'zxid' | 'peerEpoch'>): void {
  const a = voteText(theirs);
  const b = voteText(mine);
  const text = `id: ${a.leader}, proposed id: ${b.leader}, zxid: ${a.zxid}, proposed zxid: ${b.zxid}`;
  debug(pen, pen.peer, 'FastLeaderElection@724', text);
}

function addingVote(pen: Pen, from: Sid, vote: Pick<Vote, 'leader' | 'zxid' | 'peerEpoch'>, round: number): void {
  const { leader, zxid } = voteText(vote);
  const text = `Adding vote: from=${from}, proposed leader=${leader}, proposed zxid=${zxid}, proposed election epoch=0x${round.toString(16)}`;
  debug(pen, pen.peer, 'FastLeaderElection@1034', text);
}

export const electionStart: DecisionLines<'election.start'> = (pen, { round, vote, after }, event) => {
  if (after === 'boot') listenerLines(pen);
  else if (event.what.type !== 'timer' || event.what.timer !== 'observerDelay') lookingAgain(pen);
  info(pen, pen.peer, 'QuorumPeer@1455', 'LOOKING');
  debug(pen, pen.peer, 'QuorumPeer@1382', 'Initializing leader election protocol...');
  pen.round = round;
  pen.startedAt = pen.now;
  pen.ownVotes = 0;
  updateProposal(pen, vote);
  info(pen, pen.peer, 'FastLeaderElection@946', `New election. My id = ${pen.sid}, proposed zxid=${voteText(vote).zxid}`);
  sendNotifications(pen, event);
};

export const voteOrder: DecisionLines<'vote.order'> = (pen, { from, theirs, mine, outcome }, event) => {
  // During finalizeWait a better vote is compared twice: it goes back to the queue first.
  if (outcome === 'adopted' && pen.before.election?.state === 'finalizing') comparing(pen, theirs, mine);
  comparing(pen, theirs, mine);
  if (outcome === 'swallowed') return;
  const caughtUp = event.decisions.some(
    (decision) => decision.rule === 'vote.round' && decision.from === from && decision.outcome === 'caughtUp',
  );
  if (outcome === 'adopted' || caughtUp) {
    updateProposal(pen, outcome === 'adopted' ? theirs : mine);
    sendNotifications(pen, event);
  }
  addingVote(pen, from, theirs, theirs.electionEpoch);
};

export const voteRound: DecisionLines<'vote.round'> = (pen, { theirRound, myRound, outcome }) => {
  if (outcome === 'caughtUp') {
    pen.round = theirRound;
    return;
  }
  const rounds = `n.electionEpoch = 0x${theirRound.toString(16)}, logicalclock=0x${myRound.toString(16)}`;
  debug(pen, pen.peer, 'FastLeaderElection@1024', `Notification election epoch is smaller than logicalclock. ${rounds}`);
};

/** A count that no vote of others led to was for its own vote, which comes by the same queue. */
export const voteQuorum: DecisionLines<'vote.quorum'> = (pen, decision, event) => {
  const at = event.decisions.indexOf(decision);
  const before = event.decisions[at - 1];
  if (before?.rule === 'vote.order' && before.outcome !== 'swallowed') return;
  takeOwnVote(pen, true);
};

function takeOwnVote(pen: Pen, counted: boolean): void {
  if (pen.ownVotes === 0 || pen.proposal === null) return;
  pen.ownVotes--;
  comparing(pen, pen.proposal, pen.proposal);
  if (counted) addingVote(pen, pen.sid, pen.proposal, pen.round);
}

/** Own votes that were read while the winner waited: compared, and lost. */
export function swallowedOwnVotes(pen: Pen): void {
  while (pen.ownVotes > 0) takeOwnVote(pen, false);
}

export const voteRejected: DecisionLines<'vote.rejected'> = (pen, { from, leader, reason }) => {
  if (reason === 'leaderNotVoter') {
    const text = `Ignoring notification for non-cluster member sid ${leader} from sid ${from}`;
    say(pen, 'WARN', pen.peer, 'FastLeaderElection@1125', text);
  } else if (reason === 'emptyDatabase') debug(pen, pen.peer, 'FastLeaderElection@1000', 'Ignoring notification as our zxid is -1');
};

export const electionBackoff: DecisionLines<'election.backoff'> = (pen, { nextMs, action }, event) => {
  if (action === 'resend') {
    deliveredLine(pen);
    sendNotifications(pen, event);
  } else reconnectLines(pen, event);
  info(pen, pen.peer, 'FastLeaderElection@996', `Notification time out: ${nextMs} ms`);
};

// ---------------------------------------------------------------------------------------------------------------------
// The end of an election.

export const voteFinal: DecisionLines<'vote.final'> = (pen, { vote, role }) => decided(pen, vote, role);

export const voteEstablished: DecisionLines<'vote.established'> = (pen, { from, leader, outcome, role }, event) => {
  if (outcome === 'notYet') {
    if (from === leader) info(pen, pen.peer, 'FastLeaderElection@1205', 'Oracle indicates not to follow');
    return;
  }
  const theirs = event.what.type === 'receive' && event.what.message.kind === 'NOTIFICATION' ? event.what.message.vote : null;
  const vote = event.changes?.vote ?? theirs;
  if (vote !== null) decided(pen, vote, role);
};

/** Source: `FastLeaderElection.setPeerState`, `leaveInstance`, `QuorumPeer.run`. */
function decided(pen: Pen, vote: Vote, role: Role): void {
  pen.ownVotes = 0;
  if (role === 'FOLLOWING') debug(pen, pen.peer, 'FastLeaderElection@842', `I am a participant: ${pen.sid}`);
  if (role === 'OBSERVING') debug(pen, pen.peer, 'FastLeaderElection@845', `I am an observer: ${pen.sid}`);
  info(pen, pen.peer, 'QuorumPeer@903', `Peer state changed: ${role.toLowerCase()}`);
  const { leader, zxid } = voteText(vote);
  const text = `About to leave FLE instance: leader=${leader}, zxid=${zxid}, my id=${pen.sid}, my state=${role}`;
  debug(pen, pen.peer, 'FastLeaderElection@662', text);
  const alive = pen.links.size * 2 + pen.connecting.size;
  debug(pen, pen.peer, 'FastLeaderElection@1141', `Number of connection processing threads: ${alive}`);
  if (role === 'LEADING') takeUpLeading(pen);
  else takeUpLearning(pen, role === 'OBSERVING', vote.leader);
}

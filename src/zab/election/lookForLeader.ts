/**
 * Fast Leader Election. A server that looks for a leader tells all voters its vote, changes it when it hears a better one, and is
 * done when a quorum votes as it does and nothing better is heard for 200 ms, or when it hears of a leader that a quorum has already.
 *
 * Two parts, as in ZooKeeper. `onNotification` is the WorkerReceiver: it answers strangers and late-comers in every role, and hands
 * voters' messages on while LOOKING. `lookForLeader` takes them one by one from `recvqueue`; a server's own votes come the same way.
 *
 * Source: `FastLeaderElection`.
 */
import type { Sid } from '../../base/ids.ts';
import { sameZxid } from '../../base/zxid.ts';
import { cancelTimer, decide, setTimer, type Draft } from '../draft.ts';
import { electionMachine } from '../machines/election.ts';
import { stepper } from '../machines/stepper.ts';
import { isQuorum, isVoter, voters } from '../quorum.ts';
import { electionDecided } from '../roles.ts';
import type { ElectedRole, ElectionMessage, Vote } from '../types.ts';
import { connectAll, haveDelivered, toSend } from './cnxManager.ts';
import type { Election, Notification } from './state.ts';
import { beats, NO_ZXID, NOTIFICATION_VERSION, ownVote, supportersOf, type KeptVote, type Order, type StatedVote } from './votes.ts';

/** How long the winning vote must stay unchallenged, ms. Source: `FastLeaderElection.finalizeWait`. */
export const FINALIZE_WAIT_MS = 200;
/** First notification timeout, ms. Source: `zookeeper.fastleader.minNotificationInterval`. */
export const MIN_NOTIFICATION_INTERVAL_MS = 200;

type ElectionEvent = 'start' | 'betterVote' | 'laterRound' | 'silence' | 'quorumOfVotes' | 'established';

const machine = stepper(electionMachine);

const ACTIONS: Readonly<Record<string, (d: Draft) => void>> = {
  broadcast,
  askAgain,
  stopPolling: (d) => cancelTimer(d, 'poll'),
  stopFinalizeWait: (d) => cancelTimer(d, 'finalizeWait'),
};

// ---------------------------------------------------------------------------------------------------------------------
// Begin and end.

/** Begins a new round (E-4, E-31). At boot the server's current vote becomes one for itself first, also an observer's (E-3). */
export function startElection(d: Draft, after: 'boot' | 'lostLeader' | 'gaveUpLeading'): void {
  if (d.s.config.profile.epochMemory === 'lastTxn') forgetEpochs(d);
  if (after === 'boot') d.s.vote = { leader: d.s.sid, zxid: d.s.tree.lastProcessedZxid, electionEpoch: -1, peerEpoch: d.s.currentEpoch };
  const round = d.s.cnx.round + 1;
  const vote = ownVote(d.s, round);
  const election: Election = {
    phase: machine.initial,
    ownVote: vote,
    proposal: vote,
    recvset: {},
    outOfElection: {},
    supporters: [],
    waitMs: MIN_NOTIFICATION_INTERVAL_MS,
    startedAt: d.now,
  };
  d.s.cnx = { ...d.s.cnx, round, election };
  decide(d, { rule: 'election.start', round, vote, after });
  fire(d, 'start');
  lookForLeader(d);
}

/** Until 3.3 no file tells of epochs: what was promised and not followed by a txn is forgotten (ZOOKEEPER-335). */
function forgetEpochs(d: Draft): void {
  const { epoch } = d.s.tree.lastProcessedZxid;
  d.s.acceptedEpoch = epoch;
  d.s.currentEpoch = epoch;
}

/** Drops the election and what waits in `recvqueue`. Source: `FastLeaderElection.leaveInstance`. */
export function leaveElection(d: Draft): void {
  d.s.cnx = { ...d.s.cnx, election: null, recvqueue: [] };
}

function finish(d: Draft, vote: Vote, supporters: readonly Sid[]): void {
  const role = roleUnder(d, vote.leader);
  if (role === 'LEADING') d.s.cnx = { ...d.s.cnx, leadingVoteSet: supporters };
  leaveElection(d);
  electionDecided(d, vote, role);
}

/** Source: `FastLeaderElection.setPeerState`, `learningState`. */
function roleUnder(d: Draft, leader: Sid): ElectedRole {
  if (leader === d.s.sid) return 'LEADING';
  return isVoter(d.s.config, d.s.sid) ? 'FOLLOWING' : 'OBSERVING';
}

/**
 * Synchronization is done: from now on this server reports the new epoch with its vote (E-71).
 *
 * Source: `QuorumPeer.updateElectionVote`.
 */
export function updateElectionVote(d: Draft, epoch: number): void {
  d.s.vote = { ...d.s.vote, peerEpoch: epoch };
}

// ---------------------------------------------------------------------------------------------------------------------
// The machine, and what its actions do.

function fire(d: Draft, event: ElectionEvent): void {
  const { election } = d.s.cnx;
  if (election === null) throw new Error(`Election event ${event} without an election.`);
  const { phase, actions, allowed } = machine.step(election.phase, event);
  if (!allowed) throw new Error(`Election event ${event} is not allowed in phase ${election.phase}.`);
  edit(d, { phase });
  for (const action of actions) {
    const carryOut = ACTIONS[action];
    if (carryOut === undefined) throw new Error(`The election machine asks for the unknown action ${action}.`);
    carryOut(d);
  }
}

function edit(d: Draft, changes: Partial<Election>): void {
  if (d.s.cnx.election !== null) d.s.cnx = { ...d.s.cnx, election: { ...d.s.cnx.election, ...changes } };
}

function notification(d: Draft, vote: Vote): ElectionMessage {
  return { kind: 'NOTIFICATION', state: d.s.role, vote, version: NOTIFICATION_VERSION };
}

/** Tells every voter this server's vote. Source: `FastLeaderElection.sendNotifications` (E-32, E-15). */
function broadcast(d: Draft): void {
  const { election } = d.s.cnx;
  if (election === null) return;
  const message: ElectionMessage = { kind: 'NOTIFICATION', state: 'LOOKING', vote: election.proposal, version: NOTIFICATION_VERSION };
  for (const sid of voters(d.s.config)) {
    if (sid === d.s.sid) enqueue(d, { from: sid, message });
    else toSend(d, sid, message);
  }
}

/** Nothing was heard for the notification timeout, which doubles (E-45). */
function askAgain(d: Draft): void {
  const { election } = d.s.cnx;
  if (election === null) return;
  const waitedMs = election.waitMs;
  const delivered = haveDelivered(d);
  if (delivered) broadcast(d);
  else connectAll(d);
  const nextMs = Math.min(waitedMs * 2, d.s.config.maxNotificationIntervalMs);
  edit(d, { waitMs: nextMs });
  decide(d, { rule: 'election.backoff', waitedMs, nextMs, action: delivered ? 'resend' : 'reconnect' });
}

// ---------------------------------------------------------------------------------------------------------------------
// Messages, in every role.

/**
 * A vote has arrived. Non-voters are answered at once and not heard. A server with a leader tells those that look for one; a
 * server that is looking itself corrects those whose round is over, and takes the vote into account.
 *
 * A LOOKING observer in a later round than a LOOKING voter corrects it, is answered as a non-voter, corrects it again, and so on,
 * as fast as the network allows, until the voter's round has caught up. So does the real one (recording `11-observers`, server 4).
 *
 * Source: `FastLeaderElection.Messenger.WorkerReceiver.run` (E-21…E-24).
 */
export function onNotification(d: Draft, from: Sid, message: ElectionMessage): void {
  const { round, election } = d.s.cnx;
  if (!isVoter(d.s.config, from)) {
    decide(d, { rule: 'vote.rejected', from, leader: message.vote.leader, reason: 'senderNotVoter' });
    toSend(d, from, notification(d, { ...d.s.vote, electionEpoch: round }));
  } else if (d.s.role === 'LOOKING') {
    if (message.state === 'LOOKING' && message.vote.electionEpoch < round) {
      toSend(d, from, notification(d, { ...(election?.proposal ?? d.s.vote), electionEpoch: round }));
    }
    enqueue(d, { from, message });
    lookForLeader(d);
  } else if (message.state === 'LOOKING') {
    toSend(d, from, notification(d, d.s.vote));
  }
}

function enqueue(d: Draft, n: Notification): void {
  d.s.cnx = { ...d.s.cnx, recvqueue: [...d.s.cnx.recvqueue, n] };
}

/** The notification timeout has passed in silence. A timer that is late, after the phase has changed, means nothing. */
export function onPollTimer(d: Draft): void {
  if (d.s.cnx.election?.phase !== 'collecting') return;
  fire(d, 'silence');
  lookForLeader(d);
}

/** The winning vote has stayed unchallenged (E-38). */
export function onFinalizeTimer(d: Draft): void {
  const { election } = d.s.cnx;
  if (election?.phase !== 'finalizing') return;
  const { proposal, supporters } = election;
  fire(d, 'silence');
  const role = roleUnder(d, proposal.leader);
  decide(d, { rule: 'vote.final', vote: proposal, supporters, role, waitedMs: FINALIZE_WAIT_MS, tookMs: d.now - election.startedAt });
  finish(d, proposal, supporters);
}

// ---------------------------------------------------------------------------------------------------------------------
// The main loop.

/** Handles all that waits in `recvqueue`, then waits for more; each message heard restarts the wait. */
function lookForLeader(d: Draft): void {
  let election = d.s.cnx.election;
  while (election !== null) {
    const [n, ...recvqueue] = d.s.cnx.recvqueue;
    if (n === undefined) break;
    d.s.cnx = { ...d.s.cnx, recvqueue };
    if (election.phase === 'finalizing') onWhileFinalizing(d, election, n);
    else onWhileCollecting(d, election, n);
    election = d.s.cnx.election;
  }
  if (election === null) return;
  if (election.phase === 'finalizing') setTimer(d, 'finalizeWait', FINALIZE_WAIT_MS);
  else setTimer(d, 'poll', election.waitMs);
}

/**
 * During finalizeWait only the order of votes is looked at: not the round, the state or the candidate. A vote that is better goes
 * back to the tail of the queue for the main loop; all others are lost, also those that tell of an established leader (E-38).
 */
function onWhileFinalizing(d: Draft, { proposal }: Election, n: Notification): void {
  const order = beats(n.message.vote, proposal, d.s.config);
  if (order.beats) {
    enqueue(d, n);
    fire(d, 'betterVote');
  } else if (n.from !== d.s.sid) {
    decide(d, { rule: 'vote.order', from: n.from, theirs: n.message.vote, mine: proposal, outcome: 'swallowed', by: order.by });
  }
}

function onWhileCollecting(d: Draft, election: Election, n: Notification): void {
  const { leader } = n.message.vote;
  if (!isVoter(d.s.config, leader)) {
    decide(d, { rule: 'vote.rejected', from: n.from, leader, reason: 'leaderNotVoter' });
    return;
  }
  switch (n.message.state) {
    case 'LOOKING':
      return onLooking(d, election, n);
    case 'FOLLOWING':
    case 'LEADING':
      return onEstablished(d, election, n);
    case 'OBSERVING':
      return;
  }
}

/** The sender looks for a leader too (E-33…E-38). */
function onLooking(d: Draft, election: Election, n: Notification): void {
  const theirs = n.message.vote;
  const { round } = d.s.cnx;
  if (sameZxid(election.ownVote.zxid, NO_ZXID) || sameZxid(theirs.zxid, NO_ZXID)) {
    decide(d, { rule: 'vote.rejected', from: n.from, leader: theirs.leader, reason: 'emptyDatabase' });
    return;
  }
  if (theirs.electionEpoch < round) {
    decide(d, { rule: 'vote.round', from: n.from, theirRound: theirs.electionEpoch, myRound: round, outcome: 'ignored' });
    return;
  }
  if (theirs.electionEpoch > round) catchUp(d, election, n);
  else if (compare(d, n, election.proposal).beats) {
    edit(d, { proposal: theirs });
    fire(d, 'betterVote');
  }
  keepVote(d, n);
  countVotes(d);
}

/** A later round: votes so far are void, and the choice is between theirs and one's own, not the last proposal (E-34). */
function catchUp(d: Draft, election: Election, n: Notification): void {
  const theirs = n.message.vote;
  const theirRound = theirs.electionEpoch;
  const own: Vote = { ...election.ownVote, electionEpoch: theirRound };
  decide(d, { rule: 'vote.round', from: n.from, theirRound, myRound: d.s.cnx.round, outcome: 'caughtUp' });
  d.s.cnx = { ...d.s.cnx, round: theirRound };
  edit(d, { recvset: {}, proposal: compare(d, n, own).beats ? theirs : own });
  fire(d, 'laterRound');
}

function compare(d: Draft, n: Notification, mine: Vote): Order {
  const theirs = n.message.vote;
  const order = beats(theirs, mine, d.s.config);
  if (n.from !== d.s.sid) {
    decide(d, { rule: 'vote.order', from: n.from, theirs, mine, outcome: order.beats ? 'adopted' : 'kept', by: order.by });
  }
  return order;
}

/** Source: the `recvset.put` calls of `lookForLeader` (E-37, E-40); no version is kept (E-8). */
function keepVote(d: Draft, { from, message }: Notification): void {
  const recvset = d.s.cnx.election?.recvset;
  edit(d, { recvset: { ...recvset, [from]: { sid: from, state: message.state, vote: message.vote } } });
}

/** Whether a quorum votes as this server does (E-38). */
function countVotes(d: Draft): void {
  const { election } = d.s.cnx;
  if (election === null) return;
  const { config } = d.s;
  const { proposal } = election;
  const supporters = supportersOf(election.recvset, { state: 'LOOKING', vote: proposal, version: 0 }, config);
  const quorum = isQuorum(config, supporters);
  edit(d, { supporters });
  decide(d, { rule: 'vote.quorum', vote: proposal, supporters, voters: voters(config).length, outcome: quorum ? 'quorum' : 'notYet' });
  if (quorum) fire(d, 'quorumOfVotes');
}

/** The sender has a leader: follow it if a quorum does and the leader itself says so. No vote is compared (E-40, E-41). */
function onEstablished(d: Draft, election: Election, n: Notification): void {
  const theirs: StatedVote = n.message;
  const sameRound = theirs.vote.electionEpoch === d.s.cnx.round;
  if (sameRound) {
    keepVote(d, n);
    if (tryJoin(d, n, d.s.cnx.election?.recvset ?? {}, sameRound, false)) return;
  }
  const outOfElection = {
    ...election.outOfElection,
    [n.from]: { sid: n.from, state: theirs.state, vote: theirs.vote, version: theirs.version },
  };
  edit(d, { outOfElection });
  tryJoin(d, n, outOfElection, sameRound, true);
}

/** Joins the sender's leader if these votes allow it. The refusal is only recorded for the last set that is tried. */
function tryJoin(d: Draft, n: Notification, votes: Readonly<Record<Sid, KeptVote>>, sameRound: boolean, last: boolean): boolean {
  const { vote } = n.message;
  const { leader } = vote;
  const supporters = supportersOf(votes, n.message, d.s.config);
  const leaderConfirmed = checkLeader(d, votes, vote);
  const joined = isQuorum(d.s.config, supporters) && leaderConfirmed;
  if (joined || last) {
    const role = roleUnder(d, leader);
    decide(d, {
      rule: 'vote.established',
      from: n.from,
      leader,
      supporters,
      leaderConfirmed,
      sameRound,
      outcome: joined ? 'joined' : 'notYet',
      role,
    });
  }
  if (!joined) return false;
  d.s.cnx = { ...d.s.cnx, round: vote.electionEpoch };
  fire(d, 'established');
  finish(d, vote, supporters);
  return true;
}

/**
 * Whether the leader itself has said that it leads, so that nobody elects one that has crashed. If everybody says it is this server,
 * the round must be the current one.
 *
 * Source: `FastLeaderElection.checkLeader` (E-42).
 */
function checkLeader(d: Draft, votes: Readonly<Record<Sid, KeptVote>>, { leader, electionEpoch }: Vote): boolean {
  return leader === d.s.sid ? electionEpoch === d.s.cnx.round : votes[leader]?.state === 'LEADING';
}

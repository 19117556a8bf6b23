/**
 * Elections, told from the lines of one server. The rules are those of `zab/election`; what a server's own lines say (its votes, its
 * role) wins over what the rules would have done, since a log may miss lines and times are only so exact.
 *
 * Source: `FastLeaderElection.lookForLeader`, as in `zab/election/lookForLeader.ts`.
 */
import type { Sid } from '../../../base/ids.ts';
import { sameZxid, ZXID_ZERO } from '../../../base/zxid.ts';
import { beats, NO_ZXID, NOTIFICATION_VERSION, supportersOf, type KeptVote } from '../../../zab/election/votes.ts';
import { isQuorum, isVoter, voters } from '../../../zab/quorum.ts';
import type { Decision, Effect, ElectionMessage, EnsembleConfig, Role, Vote } from '../../../zab/types.ts';
import type { LogFact, LoggedVote } from '../facts.ts';
import { electionView, NONE, type Changes, type HeardVote, type Known, type KnownElection } from './known.ts';

/** Source: `FastLeaderElection.finalizeWait`. */
const FINALIZE_WAIT_MS = 200;
/** Source: `FastLeaderElection.minNotificationInterval`. */
const MIN_NOTIFICATION_INTERVAL_MS = 200;

const FINALIZE: readonly Effect[] = [{ type: 'setTimer', timer: 'finalizeWait', afterMs: FINALIZE_WAIT_MS }];

/** What an election line leads to. */
export interface Counted {
  readonly decisions: readonly Decision[];
  readonly changes: Changes | null;
  readonly effects: readonly Effect[];
}

const UNCHANGED: Counted = { decisions: NONE, changes: null, effects: NONE };

/** The vote of a line, with what older versions leave out filled in from what is known. */
export function voteOf(logged: LoggedVote, round: number): Vote {
  return {
    leader: logged.leader,
    zxid: logged.zxid,
    electionEpoch: logged.round ?? round,
    peerEpoch: logged.peerEpoch ?? Math.max(0, logged.zxid.epoch),
  };
}

/** A heard vote as data of its own; equal ones in a row share one object. */
export function heardOf(sender: Known, receiver: Known, fact: Extract<LogFact, { kind: 'notification' }>): HeardVote {
  const vote = voteOf(fact.vote, receiver.round);
  const last = sender.lastHeard;
  if (last !== null && last.state === fact.state && sameVoteFields(last.vote, vote)) return last;
  const version = fact.vote.peerEpoch === null ? 0 : NOTIFICATION_VERSION;
  return (sender.lastHeard = { from: fact.from, state: fact.state, vote, version });
}

/** The message that carried it. */
export function messageOf(heard: HeardVote): ElectionMessage {
  let message = messages.get(heard);
  if (message === undefined)
    messages.set(heard, (message = { kind: 'NOTIFICATION', state: heard.state, vote: heard.vote, version: heard.version }));
  return message;
}

const messages = new WeakMap<HeardVote, ElectionMessage>();

/** `New election`: a new round, a vote for oneself; then what has waited in the queue. */
export function newElection(
  s: Known,
  fact: Extract<LogFact, { kind: 'newElection' }>,
  told: { readonly round: number | null; readonly peerEpoch: number | null } | undefined,
  config: EnsembleConfig,
  at: number,
): Counted {
  const isObserver = !isVoter(config, s.sid);
  s.round = told?.round ?? s.round + 1;
  if (told?.peerEpoch !== undefined && told.peerEpoch !== null && told.peerEpoch >= 0) s.currentEpoch = told.peerEpoch;
  else if (!isObserver) s.currentEpoch = Math.max(s.currentEpoch, fact.zxid.epoch);
  s.acceptedEpoch = Math.max(s.acceptedEpoch, s.currentEpoch);
  const vote: Vote = isObserver
    ? { leader: -1, zxid: ZXID_ZERO, electionEpoch: s.round, peerEpoch: -1 }
    : { leader: s.sid, zxid: fact.zxid, electionEpoch: s.round, peerEpoch: s.currentEpoch };
  if (!isObserver && !sameZxid(fact.zxid, NO_ZXID)) s.zxid = fact.zxid;
  s.vote = vote;
  s.election = {
    state: 'collecting',
    startedAt: at,
    own: vote,
    proposal: vote,
    votes: {},
    outOfElection: {},
    supporters: NONE,
    waitMs: MIN_NOTIFICATION_INTERVAL_MS,
    joined: false,
  };
  const after = s.before === null ? 'boot' : s.before === 'LEADING' ? 'gaveUpLeading' : 'lostLeader';
  const decisions: Decision[] = [{ rule: 'election.start', round: s.round, vote, after }];
  const queue = s.queue;
  s.queue = [];
  for (const heard of queue) count(s, s.election, heard, config, decisions);
  const changes: Changes = {
    vote: s.vote,
    election: electionView(s),
    lastZxid: s.zxid,
    lastLogged: s.zxid,
    lastSynced: s.zxid,
    committedZxid: s.zxid,
    currentEpoch: s.currentEpoch,
    acceptedEpoch: s.acceptedEpoch,
  };
  return { decisions, changes, effects: timers(s.election, decisions) };
}

/** A vote was heard, also one's own. */
export function hear(s: Known, heard: HeardVote, config: EnsembleConfig): Counted {
  const { election } = s;
  if (heard.from !== s.sid && !isVoter(config, heard.from))
    return { ...UNCHANGED, decisions: [{ rule: 'vote.rejected', from: heard.from, leader: heard.vote.leader, reason: 'senderNotVoter' }] };
  if (s.role !== 'LOOKING') return UNCHANGED;
  if (election === null) {
    s.queue.push(heard);
    return UNCHANGED;
  }
  const before = s.vote;
  const decisions: Decision[] = [];
  count(s, election, heard, config, decisions);
  const changes: Changes = { election: electionView(s) };
  if (s.vote !== before) changes.vote = s.vote;
  return { decisions, changes, effects: timers(election, decisions) };
}

/** `Updating proposal` (DEBUG): what the server itself says it votes for now. */
export function proposed(s: Known, fact: Extract<LogFact, { kind: 'proposal' }>): Changes | null {
  const { election } = s;
  if (election === null || (election.proposal.leader === fact.leader && sameZxid(election.proposal.zxid, fact.zxid))) return null;
  // The line has no epoch: that of a heard vote for the same candidate, if there is one.
  const known = Object.values(election.votes).find(({ vote }) => vote.leader === fact.leader && sameZxid(vote.zxid, fact.zxid));
  const peerEpoch = known?.vote.peerEpoch ?? (fact.leader === s.sid ? s.currentEpoch : Math.max(0, fact.zxid.epoch));
  propose(s, election, { leader: fact.leader, zxid: fact.zxid, electionEpoch: s.round, peerEpoch });
  return { vote: s.vote, election: electionView(s) };
}

/** `Notification time out`: nobody spoke. `nextMs` is the new wait. */
export function silent(s: Known, nextMs: number | null, reachesOthers: boolean): Counted {
  const { election } = s;
  if (election === null) return UNCHANGED;
  const waitedMs = nextMs === null ? election.waitMs : Math.max(MIN_NOTIFICATION_INTERVAL_MS, Math.round(nextMs / 2));
  election.waitMs = nextMs ?? waitedMs * 2;
  const action = reachesOthers ? 'resend' : 'reconnect';
  return {
    decisions: [{ rule: 'election.backoff', waitedMs, nextMs: election.waitMs, action }],
    changes: { election: electionView(s) },
    effects: NONE,
  };
}

/** The server has taken a role: its election is over. */
export function decided(s: Known, role: Exclude<Role, 'LOOKING'>, config: EnsembleConfig, at: number): readonly Decision[] {
  const { election } = s;
  if (election === null) return NONE;
  s.election = null;
  if (role === 'LEADING' && election.proposal.leader !== s.sid) {
    // The lines by which it came to this are missing.
    propose(s, election, { ...election.own, leader: s.sid, electionEpoch: s.round });
    election.supporters = supportersOf(election.votes, { state: 'LOOKING', vote: election.proposal, version: 0 }, config);
  }
  s.vote = election.proposal;
  if (election.joined) return NONE;
  return [
    {
      rule: 'vote.final',
      vote: election.proposal,
      supporters: election.supporters,
      role,
      waitedMs: FINALIZE_WAIT_MS,
      tookMs: at - election.startedAt,
    },
  ];
}

function timers(election: KnownElection, decisions: readonly Decision[]): readonly Effect[] {
  return election.state === 'finalizing' && decisions.at(-1)?.rule === 'vote.quorum' ? FINALIZE : NONE;
}

function propose(s: Known, election: KnownElection, vote: Vote): void {
  election.proposal = vote;
  s.vote = vote;
}

function count(s: Known, election: KnownElection, heard: HeardVote, config: EnsembleConfig, decisions: Decision[]): void {
  if (election.state === 'decided') return;
  const theirs = heard.vote;
  if (heard.from === s.sid) return countOwn(s, election, heard, config, decisions);
  if (!isVoter(config, theirs.leader)) {
    decisions.push({ rule: 'vote.rejected', from: heard.from, leader: theirs.leader, reason: 'leaderNotVoter' });
  } else if (election.state === 'finalizing') {
    const order = beats(theirs, election.proposal, config);
    if (!order.beats) {
      decisions.push({ rule: 'vote.order', from: heard.from, theirs, mine: election.proposal, outcome: 'swallowed', by: order.by });
      return;
    }
    election.state = 'collecting';
    count(s, election, heard, config, decisions);
  } else if (heard.state === 'LOOKING') {
    countLooking(s, election, heard, config, decisions);
  } else if (heard.state !== 'OBSERVING') {
    countEstablished(s, election, heard, config, decisions);
  }
}

/** A server's own vote, come back to it. It tells what it really votes for. */
function countOwn(s: Known, election: KnownElection, heard: HeardVote, config: EnsembleConfig, decisions: Decision[]): void {
  const { vote } = heard;
  if (heard.state !== 'LOOKING' || !isVoter(config, vote.leader) || vote.electionEpoch < s.round) return;
  if (vote.electionEpoch > s.round) {
    s.round = vote.electionEpoch;
    election.votes = {};
    election.state = 'collecting';
    propose(s, election, vote);
  } else if (beats(vote, election.proposal, config).beats) {
    election.state = 'collecting';
    propose(s, election, vote);
  }
  keep(election, heard);
  if (election.state === 'collecting') countVotes(election, config, decisions);
}

function countLooking(s: Known, election: KnownElection, heard: HeardVote, config: EnsembleConfig, decisions: Decision[]): void {
  const { from, vote: theirs } = heard;
  if (sameZxid(election.own.zxid, NO_ZXID) || sameZxid(theirs.zxid, NO_ZXID)) {
    decisions.push({ rule: 'vote.rejected', from, leader: theirs.leader, reason: 'emptyDatabase' });
    return;
  }
  if (theirs.electionEpoch < s.round) {
    decisions.push({ rule: 'vote.round', from, theirRound: theirs.electionEpoch, myRound: s.round, outcome: 'ignored' });
    return;
  }
  let mine = election.proposal;
  if (theirs.electionEpoch > s.round) {
    decisions.push({ rule: 'vote.round', from, theirRound: theirs.electionEpoch, myRound: s.round, outcome: 'caughtUp' });
    s.round = theirs.electionEpoch;
    election.votes = {};
    mine = { ...election.own, electionEpoch: s.round };
    propose(s, election, mine);
  }
  const order = beats(theirs, mine, config);
  decisions.push({ rule: 'vote.order', from, theirs, mine, outcome: order.beats ? 'adopted' : 'kept', by: order.by });
  if (order.beats) propose(s, election, theirs);
  keep(election, heard);
  countVotes(election, config, decisions);
}

function countVotes(election: KnownElection, config: EnsembleConfig, decisions: Decision[]): void {
  const { proposal: vote } = election;
  const supporters = supportersOf(election.votes, { state: 'LOOKING', vote, version: 0 }, config);
  const quorum = isQuorum(config, supporters);
  election.supporters = sameSids(supporters, election.supporters) ? election.supporters : supporters;
  if (quorum) election.state = 'finalizing';
  const { length } = voters(config);
  decisions.push({ rule: 'vote.quorum', vote, supporters: election.supporters, voters: length, outcome: quorum ? 'quorum' : 'notYet' });
}

function countEstablished(s: Known, election: KnownElection, heard: HeardVote, config: EnsembleConfig, decisions: Decision[]): void {
  const { from, vote } = heard;
  const sameRound = vote.electionEpoch === s.round;
  if (sameRound) {
    keep(election, heard);
    if (join(s, election, heard, election.votes, sameRound, config, decisions)) return;
  }
  election.outOfElection = { ...election.outOfElection, [from]: { sid: from, state: heard.state, vote, version: heard.version } };
  if (!join(s, election, heard, election.outOfElection, sameRound, config, decisions)) {
    const supporters = supportersOf(election.outOfElection, heard, config);
    const leaderConfirmed = confirmed(s, election.outOfElection, vote);
    const role = roleUnder(s, vote.leader, config);
    decisions.push({
      rule: 'vote.established',
      from,
      leader: vote.leader,
      supporters,
      leaderConfirmed,
      sameRound,
      outcome: 'notYet',
      role,
    });
  }
}

function join(
  s: Known,
  election: KnownElection,
  heard: HeardVote,
  votes: Readonly<Record<Sid, KeptVote>>,
  sameRound: boolean,
  config: EnsembleConfig,
  decisions: Decision[],
): boolean {
  const { from, vote } = heard;
  const supporters = supportersOf(votes, heard, config);
  if (!isQuorum(config, supporters) || !confirmed(s, votes, vote)) return false;
  const role = roleUnder(s, vote.leader, config);
  decisions.push({
    rule: 'vote.established',
    from,
    leader: vote.leader,
    supporters,
    leaderConfirmed: true,
    sameRound,
    outcome: 'joined',
    role,
  });
  s.round = vote.electionEpoch;
  election.state = 'decided';
  election.joined = true;
  election.supporters = supporters;
  propose(s, election, vote);
  return true;
}

function confirmed(s: Known, votes: Readonly<Record<Sid, KeptVote>>, { leader, electionEpoch }: Vote): boolean {
  return leader === s.sid ? electionEpoch === s.round : votes[leader]?.state === 'LEADING';
}

function roleUnder(s: Known, leader: Sid, config: EnsembleConfig): Role {
  if (leader === s.sid) return 'LEADING';
  return isVoter(config, s.sid) ? 'FOLLOWING' : 'OBSERVING';
}

function keep(election: KnownElection, { from, state, vote }: HeardVote): void {
  const row = election.votes[from];
  if (row !== undefined && row.state === state && row.vote === vote) return;
  election.votes = { ...election.votes, [from]: { sid: from, state, vote } };
}

function sameVoteFields(a: Vote, b: Vote): boolean {
  return a.leader === b.leader && a.electionEpoch === b.electionEpoch && a.peerEpoch === b.peerEpoch && sameZxid(a.zxid, b.zxid);
}

function sameSids(a: readonly Sid[], b: readonly Sid[]): boolean {
  return a.length === b.length && a.every((sid, i) => sid === b[i]);
}

/** What a server shows of itself: the projection that is recorded in the trace, and only where it changed. */
import { listAt, listLength } from '../base/chunked.ts';
import type { Sid } from '../base/ids.ts';
import { nodeCount } from '../tree/tree.ts';
import { pathOf } from './database.ts';
import type { ElectionLayer } from './election/state.ts';
import type { Leading, Learning, Proposal, Server } from './state.ts';
import type { ProposalRow, ServerView, Vote, VoteRow } from './types.ts';

/** Outstanding proposals shown at most. */
const MOST_PROPOSALS = 8;

type Parts = { -readonly [K in keyof ServerView]?: ServerView[K] };

/** Fields of the view that differ between two states of one server; all of them when there was none before. */
export function changesOf(before: Server | null, s: Server): Partial<ServerView> {
  const out: Parts = {};
  if (before?.sid !== s.sid) out.sid = s.sid;
  if (before?.phase !== s.phase) {
    out.phase = s.phase;
    out.role = s.role;
    out.zabState = s.zabState;
  }
  if (before?.acceptedEpoch !== s.acceptedEpoch) out.acceptedEpoch = s.acceptedEpoch;
  if (before?.currentEpoch !== s.currentEpoch) out.currentEpoch = s.currentEpoch;
  const vote = voteOf(s);
  if (before === null || voteOf(before) !== vote) out.vote = vote;
  treeChanges(before, s, out);
  if (before?.lastLogged !== s.lastLogged) out.lastLogged = s.lastLogged;
  if (before?.lastSynced !== s.lastSynced) out.lastSynced = s.lastSynced;
  if (before?.committedZxid !== s.committedZxid) out.committedZxid = s.committedZxid;
  if (before?.serving !== s.serving) out.serving = s.serving;
  const leader = leaderOf(s);
  if (before === null || leaderOf(before) !== leader) out.leader = leader;
  if (before === null || electionChanged(before.cnx, s.cnx)) out.election = electionView(s);
  if (before?.leading !== s.leading) leadingChanges(before?.leading ?? null, s.leading, out);
  if (before === null || learningChanged(before.learning, s.learning))
    out.learning = s.learning === null ? null : { mode: s.learning.mode, pending: pendingOf(s.learning) };
  if (before?.snapshotPhase !== s.snapshotPhase || before.snapshotting?.file !== s.snapshotting?.file)
    out.snapshot = { state: s.snapshotPhase, file: s.snapshotting?.file ?? null };
  if (before?.recoveryPhase !== s.recoveryPhase) out.recovery = s.recoveryPhase;
  if (before?.digestMismatches !== s.digestMismatches) out.digestMismatches = s.digestMismatches;
  if (before === null || clientsChanged(before, s))
    out.clients = Object.values(s.clients).map(({ conn, client, session }) => ({ conn, client, session }));
  const { queue, flushing } = s.logger;
  if (before?.logger.queue.length !== queue.length || before.logger.flushing.length !== flushing.length)
    out.syncQueue = [queue.length, flushing.length];
  return out;
}

function treeChanges(before: Server | null, s: Server, out: Parts): void {
  if (before?.tree.lastProcessedZxid !== s.tree.lastProcessedZxid) out.lastZxid = s.tree.lastProcessedZxid;
  if (before?.tree.digest !== s.tree.digest) out.digest = s.tree.digest;
  if (before?.tree.nodes.size !== s.tree.nodes.size) out.nodes = nodeCount(s.tree);
  if (before?.tree.sessions.size !== s.tree.sessions.size) out.sessions = s.tree.sessions.size;
}

/** In an election, whom it proposes. */
function voteOf(s: Server): Vote {
  return s.cnx.election?.proposal ?? s.vote;
}

function leaderOf(s: Server): Sid | null {
  if (s.leading !== null) return s.sid;
  return s.learning?.leader ?? null;
}

function electionChanged(before: ElectionLayer, after: ElectionLayer): boolean {
  return before.election !== after.election || (after.election !== null && before.round !== after.round);
}

function electionView(s: Server): ServerView['election'] {
  const { election, round } = s.cnx;
  if (election === null) return null;
  const votes: VoteRow[] = Object.values(election.recvset);
  const outOfElection: VoteRow[] = Object.values(election.outOfElection).map(({ sid, state, vote }) => ({ sid, state, vote }));
  return { state: election.phase, round, votes, outOfElection, supporters: election.supporters, waitMs: election.waitMs };
}

function pendingOf(learning: Learning): number {
  return listLength(learning.pendingTxns) + learning.notLogged.length;
}

function learningChanged(before: Learning | null, after: Learning | null): boolean {
  if (before === after) return false;
  return before === null || after === null || before.mode !== after.mode || pendingOf(before) !== pendingOf(after);
}

function clientsChanged(before: Server, after: Server): boolean {
  if (before.clients === after.clients) return false;
  const now = Object.values(after.clients);
  return now.length !== Object.keys(before.clients).length || now.some((client) => before.clients[client.conn]?.session !== client.session);
}

// ---------------------------------------------------------------------------------------------------------------------
// The leader.

function leadingChanges(before: Leading | null, after: Leading | null, out: Parts): void {
  if (after === null) {
    out.leading = null;
    return;
  }
  const sameNumbers =
    before !== null &&
    before.tick === after.tick &&
    before.epoch === after.epoch &&
    before.epochHeard === after.epochHeard &&
    before.epochAcked === after.epochAcked &&
    before.newLeaderAcked === after.newLeaderAcked &&
    before.outstanding === after.outstanding &&
    before.epochDecided === after.epochDecided;
  if (sameNumbers && before.learners === after.learners) return;
  const count = listLength(after.outstanding);
  // Made in its full length: a list that grows keeps room for 16, and a trace has very many of these.
  const outstanding = new Array<ProposalRow>(Math.min(count, MOST_PROPOSALS));
  for (let i = 0; i < outstanding.length; i++) outstanding[i] = proposalRow(listAt(after.outstanding, i) as Proposal);
  out.leading = {
    epoch: after.epochDecided ? after.epoch : null,
    tick: after.tick,
    epochHeard: after.epochHeard,
    epochAcked: after.epochAcked,
    newLeaderAcked: after.newLeaderAcked,
    learners: after.learners,
    outstanding,
    outstandingCount: count,
  };
}

const proposalRows = new WeakMap<Proposal, ProposalRow>();

function proposalRow(proposal: Proposal): ProposalRow {
  let row = proposalRows.get(proposal);
  if (row === undefined) {
    const { txn, acks } = proposal;
    proposalRows.set(proposal, (row = { zxid: txn.zxid, op: txn.body.type, path: pathOf(txn.body), acks, phase: proposal.phase }));
  }
  return row;
}

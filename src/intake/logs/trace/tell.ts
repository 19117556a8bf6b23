/** One record, one event: what each kind of fact makes of its server. */
import type { Sid } from '../../../base/ids.ts';
import { maxZxid, sameZxid } from '../../../base/zxid.ts';
import type { Decision, LogCell, Role } from '../../../zab/types.ts';
import { serverAt, type Roster } from './config.ts';
import type { LogFact, Unreachable } from '../facts.ts';
import { electionView, NONE, type Changes, type Known } from './known.ts';
import * as leader from './leader.ts';
import * as learner from './learner.ts';
import { roleTold, type Plan } from './plan.ts';
import { textOf } from './text.ts';
import { decided, hear, heardOf, messageOf, newElection, proposed, silent } from './votes.ts';
import type { Act, EventWriter } from './writer.ts';

export interface Teller {
  readonly w: EventWriter;
  readonly roster: Roster;
  readonly plan: Plan;
}

/** The event of a record of a running server, without what it sends of the plan. */
export function tell(t: Teller, s: Known, fact: LogFact): Act {
  const { w, roster } = t;
  const { config } = roster;
  // An older learner's next line after its sync shows that it came through.
  if (s.syncTo !== null && fact.kind !== 'gettingSync' && fact.kind !== 'learnerException') learner.quietUpToDate(w, s);
  switch (fact.kind) {
    case 'role':
    case 'phase':
      return role(t, s, fact);
    case 'newElection': {
      const counted = newElection(s, fact, t.plan.ownVotes.get(w.index), config, w.at);
      return { what: line(fact), ...counted };
    }
    case 'notification':
      return notification(t, s, fact);
    case 'proposal':
      return { what: line(fact), changes: proposed(s, fact) };
    case 'notificationTimeout': {
      const reaches = [...w.servers.keys()].some((sid) => sid !== s.sid && w.connected('election', s.sid, sid));
      return { what: { type: 'timer', timer: 'poll' }, ...silent(s, fact.ms, reaches) };
    }
    case 'cannotOpen':
      return cannotOpen(t, s, fact);
    case 'connectionOrder': {
      const decisions: Decision[] = [{ rule: 'connection.order', peer: fact.peer, initiator: s.sid, outcome: fact.outcome }];
      return { what: line(fact), decisions };
    }
    case 'connectionRequest': {
      const peer = serverAt(roster, fact.address);
      if (peer === null || peer === s.sid) return { what: line(fact) };
      return { what: { type: 'accepted', channel: 'election', conn: w.conn('election', s.sid, peer), peer } };
    }
    case 'connectionBroken': {
      const conn = fact.peer === s.sid ? -1 : w.disconnect('election', s.sid, fact.peer);
      if (conn < 0) return { what: line(fact) };
      const reset = /reset/i.test(fact.exception?.message ?? '');
      return { what: { type: 'disconnected', conn, reason: reset ? 'reset' : 'closed' } };
    }
    case 'cannotReachLeader': {
      const reason = reasonOf(fact.why);
      const changes = learner.learnsLeader(s, serverAt(roster, fact.address));
      if (s.leader === null || s.leader === s.sid || reason === null) return { what: line(fact), changes };
      return { what: { type: 'connectFailed', channel: 'quorum', peer: s.leader, reason }, changes };
    }
    case 'connectedToLeader':
      return learner.connected(w, s, serverAt(roster, fact.address), fact);
    case 'following':
      return { what: line(fact), changes: learner.learnsLeader(s, fact.leader ?? serverAt(roster, fact.address)) };
    case 'learnerArrived':
      return leader.learnerArrived(w, s, fact, config);
    case 'synchronizing':
      return leader.synchronizing(w, s, fact, config);
    case 'syncSource':
      return leader.remarked(s, fact);
    case 'sync':
      return leader.chosen(w, s, fact);
    case 'newLeaderSent':
    case 'upToDateSent':
      return leader.sends(w, s, fact);
    case 'newLeaderAcked':
      return leader.newLeaderAcked(w, s, fact.learner, fact, config);
    case 'established':
      return leader.established(w, s, fact, config, learner.quietNewLeader, learner.quietUpToDate);
    case 'leaderShutdown':
      return leader.gaveUp(s, fact.reason, fact.synced, fact);
    case 'quorumTimeout':
      return leader.gaveUp(s, TIMEOUTS[fact.what], null, fact);
    case 'learnerGone':
      return leader.learnerGone(w, s, fact.learner ?? serverAt(roster, fact.address), fact);
    case 'gettingSync':
      return learner.gettingSync(w, s, fact);
    case 'newLeaderReceived':
      return learner.newLeader(w, s, fact);
    case 'upToDateReceived':
      return learner.upToDate(w, s, fact);
    case 'learnerException':
      return learner.leftLeader(w, s, fact);
    case 'epochRefused':
      return learner.refusesEpoch(s, fact);
    default:
      return onDisk(s, fact);
  }
}

/** `Leader`'s own words for what it waited for. */
const TIMEOUTS = {
  epoch: 'Timeout while waiting for epoch from quorum',
  epochAck: 'Timeout while waiting for epoch to be acked by quorum',
  newLeaderAck: 'Waiting for a quorum of followers',
} as const;

function line(fact: LogFact): { readonly type: 'logLine'; readonly text: string } {
  return { type: 'logLine', text: textOf(fact) };
}

function reasonOf(why: Unreachable): 'refused' | 'timeout' | null {
  if (why === 'refused' || why === 'reset') return 'refused';
  return why === 'timeout' || why === 'unreachable' ? 'timeout' : null;
}

/** Facts about disk and transactions. */
function onDisk(s: Known, fact: LogFact): Act {
  const what = line(fact);
  switch (fact.kind) {
    case 'epochFileMissing':
      if (fact.file === 'currentEpoch') s.currentEpoch = fact.epoch;
      else s.acceptedEpoch = fact.epoch;
      return { what, changes: { [fact.file]: fact.epoch } };
    case 'readingSnapshot':
      return { what, changes: { recovery: 'readingSnapshot' } };
    case 'snapshotLoaded':
      if (sameZxid(s.zxid, fact.zxid)) return { what, changes: { recovery: 'ready' } };
      s.zxid = fact.zxid;
      return { what, changes: { ...learner.history(s), recovery: 'ready' } };
    case 'snapshotting':
      return { what, changes: { snapshot: { state: 'done', file: fact.file.slice(fact.file.lastIndexOf('/') + 1) } } };
    case 'loadFailed':
      return { what, decisions: [{ rule: 'recovery.failed', message: fact.message, exitCode: 1 }], changes: { recovery: 'failed' } };
    case 'diskError':
      return { what: { type: 'diskError', message: fact.message } };
    case 'proposing': {
      s.zxid = maxZxid(s.zxid, fact.zxid);
      const cell: LogCell = { zxid: fact.zxid, type: fact.type, path: null, session: fact.session, cxid: fact.cxid };
      return { what, log: [{ change: 'append', cell }], changes: { lastLogged: s.zxid } };
    }
    case 'committing':
      s.zxid = maxZxid(s.zxid, fact.zxid);
      return { what, changes: learner.history(s) };
    case 'unexpectedZxid':
      s.zxid = maxZxid(s.zxid, fact.got);
      return { what, changes: { lastLogged: s.zxid } };
    case 'serving':
      s.serving = fact.serving;
      return { what, changes: { serving: fact.serving } };
    default:
      return { what };
  }
}

/** LOOKING, FOLLOWING, LEADING, OBSERVING, and the phases of the latter. */
function role({ w, roster, plan }: Teller, s: Known, fact: Extract<LogFact, { kind: 'role' | 'phase' }>): Act {
  const told = roleTold(fact);
  if (told !== null && told !== s.role) return newRole(w, s, told, fact, roster, plan);
  if (fact.kind === 'phase' && s.role === 'LEADING') return leader.phaseOfLeader(s, fact.words, fact);
  if (fact.kind === 'phase' && s.role !== 'LOOKING') return learner.phaseOfLearner(w, s, fact.words, fact);
  return { what: line(fact) };
}

function newRole(w: EventWriter, s: Known, role: Role, fact: LogFact, roster: Roster, plan: Plan): Act {
  const changes: Changes = { role, election: null, serving: false };
  learner.endRole(w, s);
  if (s.role !== 'LOOKING') s.before = s.role;
  const decisions = role === 'LOOKING' ? NONE : decided(s, role, roster.config, w.at);
  s.role = role;
  s.gaveUp = false;
  s.queue = [];
  if (role === 'LOOKING') {
    s.phase = 'looking';
    Object.assign(changes, { phase: 'looking', zabState: 'ELECTION', leader: null, leading: null, learning: null });
  } else {
    changes.vote = s.vote;
    if (role === 'LEADING') Object.assign(changes, leader.beginLeading(s, plan.epochs.get(w.index) ?? null));
    else Object.assign(changes, learner.beginLearning(w, s));
  }
  return { what: line(fact), decisions, changes };
}

function notification({ w, roster }: Teller, s: Known, fact: Extract<LogFact, { kind: 'notification' }>): Act {
  const sender = w.server(fact.from);
  const heard = heardOf(sender, s, fact);
  const counted = hear(s, heard, roster.config);
  const flight = w.flightOf[w.index] as number;
  if (fact.from === s.sid || flight < 0) return { what: line(fact), ...counted };
  const conn = w.conn('election', s.sid, fact.from);
  const what = { type: 'receive', conn, flight, from: sender.peer, message: messageOf(heard) } as const;
  return { what, cause: w.sentAt[w.index] as number, ...counted };
}

function cannotOpen({ w }: Teller, s: Known, fact: Extract<LogFact, { kind: 'cannotOpen' }>): Act {
  const reason = reasonOf(fact.why);
  const other = w.server(fact.to);
  // Nobody listens there: a server without lines of its own is known to be down only from this.
  if (fact.why === 'refused' && !other.hasLog) w.end(other, 'kill', null, null, true);
  if (reason === null || fact.to === s.sid) return { what: line(fact) };
  return { what: { type: 'connectFailed', channel: 'election', peer: fact.to, reason } };
}

/** What a vote tells of a server that has no log: its role, its vote, its leader. */
export function ghostChanges(s: Known, role: Role, vote: Known['vote']): Changes {
  const changes: Changes = {};
  if (s.vote !== vote) {
    s.vote = vote;
    changes.vote = vote;
  }
  if (s.role !== role) {
    const leaderOf: Sid | null = role === 'LEADING' ? s.sid : role === 'LOOKING' ? null : vote.leader;
    s.role = role;
    s.leader = leaderOf;
    s.phase = PHASES[role];
    Object.assign(changes, { role, phase: s.phase, leader: leaderOf, election: electionView(s) });
    changes.zabState = role === 'LOOKING' ? 'ELECTION' : 'BROADCAST';
    if (role !== 'LOOKING' && vote.peerEpoch > s.currentEpoch) changes.currentEpoch = s.currentEpoch = vote.peerEpoch;
  }
  return changes;
}

const PHASES: Readonly<Record<Role, string>> = {
  LOOKING: 'looking',
  FOLLOWING: 'following.broadcast',
  LEADING: 'leading.broadcast',
  OBSERVING: 'observing.broadcast',
};

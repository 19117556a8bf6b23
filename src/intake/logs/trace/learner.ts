/** A learner's side of discovery and synchronization, from its own lines. Source: `Learner`, `Follower`, `Observer`. */
import { maxZxid, sameZxid, zxid } from '../../../base/zxid.ts';
import type { Decision, QuorumPacket, Role, ServerView, SyncMode, ZabState } from '../../../zab/types.ts';
import type { LogFact } from '../facts.ts';
import { learnerReason } from './exceptions.ts';
import type { Changes, Known } from './known.ts';
import { expects, NO_LINE, NO_TREE, nothingSaid, packetsTo, received } from './packets.ts';
import { inferChoice, takeNewLeaderAck } from './leader.ts';
import { textOf } from './text.ts';
import type { Act, EventWriter } from './writer.ts';

/** The server follows or observes from here on. */
export function beginLearning(w: EventWriter, s: Known): Changes {
  nothingSaid(w, s);
  s.stage = 'discovery';
  s.mode = null;
  s.syncTo = null;
  s.leader = s.vote.leader >= 0 && s.vote.leader !== s.sid ? s.vote.leader : null;
  s.phase = `${branch(s.role)}.discovery`;
  return { leader: s.leader, learning: { mode: null, pending: 0 }, phase: s.phase, zabState: 'DISCOVERY' };
}

/** Back to looking, from whatever role. */
export function endRole(w: EventWriter, s: Known): void {
  if (s.leader !== null && s.leader !== s.sid) w.disconnect('quorum', s.sid, s.leader);
  s.stage = 'none';
  s.leader = null;
  s.mode = null;
  s.serving = false;
  s.leading = null;
}

/** A line names its leader. */
export function learnsLeader(s: Known, leader: number | null): Changes {
  if (leader === null || leader === s.leader || leader === s.sid || s.stage === 'none') return {};
  s.leader = leader;
  return { leader };
}

/** Connected: it introduces itself. */
export function connected(w: EventWriter, s: Known, leader: number | null, fact: LogFact): Act {
  const changes = learnsLeader(s, leader);
  const to = s.leader;
  if (to === null) return { what: { type: 'logLine', text: textOf(fact) } };
  // Whether it came through is only seen on the leader, if that leader's lines are there at all.
  const sent = packetsTo(w, s, to, introduction(s));
  return { what: { type: 'connected', channel: 'quorum', conn: w.conn('quorum', s.sid, to), peer: to }, changes, sent };
}

/** FOLLOWERINFO or OBSERVERINFO of this server. */
export function introduction(s: Known): QuorumPacket {
  return { kind: s.role === 'OBSERVING' ? 'OBSERVERINFO' : 'FOLLOWERINFO', sid: s.sid, acceptedEpoch: s.acceptedEpoch };
}

/** `following - synchronization`, `- diff`, `- broadcast`, and the same for observers. */
export function phaseOfLearner(w: EventWriter, s: Known, words: readonly string[], fact: LogFact): Act {
  const line = { type: 'logLine', text: textOf(fact) } as const;
  const [, state, mode] = words;
  if (state === 'discovery') return { what: line, changes: phase(s, 'discovery') };
  if (state === 'broadcast') {
    s.serving = true;
    return { what: line, changes: { ...phase(s, 'broadcast'), serving: true } };
  }
  if (state !== 'synchronization') return { what: line };
  if (s.stage === 'discovery' && s.leader !== null) return acceptEpoch(w, s, s.leader);
  if (mode !== undefined) return { what: line, changes: { ...phase(s, 'synchronization'), ...opened(s, modeOf(mode)) } };
  // The mode is over: what NEWLEADER asked for is done, and acknowledged.
  if (s.stage === 'newLeader' && s.leader !== null) return { what: line, sent: acknowledge(w, s, s.leader) };
  return { what: line, changes: phase(s, 'synchronization') };
}

/** DIFF, TRUNC or SNAP has come. */
export function gettingSync(w: EventWriter, s: Known, fact: Extract<LogFact, { kind: 'gettingSync' }>): Act {
  const { leader } = s;
  if (leader === null) return { what: { type: 'logLine', text: textOf(fact) } };
  inferEpoch(w, s);
  const to = fact.zxid ?? s.zxid;
  if (!expects(s, leader, fact.mode)) inferChoice(w, w.server(leader), s, fact.mode, to);
  const act = received(w, s, leader, fact.mode, () => syncPacket(fact.mode, to));
  const decisions: Decision[] = [{ rule: 'sync.opened', leader, mode: fact.mode, zxid: to, myZxid: s.zxid }];
  s.syncTo = to;
  return { ...act, decisions, changes: { ...phase(s, 'synchronization'), ...opened(s, fact.mode) } };
}

/** NEWLEADER has come: the server now holds the leader's history. */
export function newLeader(w: EventWriter, s: Known, fact: LogFact): Act {
  return s.leader === null ? { what: { type: 'logLine', text: textOf(fact) } } : takeNewLeader(w, s, s.leader);
}

function takeNewLeader(w: EventWriter, s: Known, leader: number): Act {
  inferEpoch(w, s);
  const act = received(w, s, leader, 'NEWLEADER', () => ({ kind: 'NEWLEADER', zxid: zxid(s.acceptedEpoch, 0) }));
  s.stage = 'newLeader';
  s.currentEpoch = s.acceptedEpoch;
  s.vote = { ...s.vote, peerEpoch: s.currentEpoch };
  const before = s.zxid;
  if (s.syncTo !== null) s.zxid = s.mode === 'DIFF' ? maxZxid(before, s.syncTo) : s.syncTo;
  const moved = sameZxid(before, s.zxid) ? {} : history(s);
  return { ...act, changes: { ...phase(s, 'synchronization'), ...moved, currentEpoch: s.currentEpoch, vote: s.vote } };
}

/** UPTODATE has come: the server serves. */
export function upToDate(w: EventWriter, s: Known, fact: LogFact): Act {
  return s.leader === null ? { what: { type: 'logLine', text: textOf(fact) } } : takeUpToDate(w, s, s.leader);
}

function takeUpToDate(w: EventWriter, s: Known, leader: number): Act {
  if (s.stage === 'newLeader') w.infer(s, { what: NO_LINE, sent: acknowledge(w, s, leader) });
  // The leader sends it when it has this server's ACK (or sent it before, as its own lines say).
  if (!expects(s, leader, 'UPTODATE')) takeNewLeaderAck(w, w.server(leader), s);
  const act = received(w, s, leader, 'UPTODATE', () => ({ kind: 'UPTODATE' }));
  s.serving = true;
  const decisions: Decision[] = [{ rule: 'learner.serving', leader, epoch: s.currentEpoch, zxid: s.zxid, waiting: 0 }];
  return { ...act, decisions, changes: { ...phase(s, 'broadcast'), serving: true } };
}

/** Inferred: NEWLEADER has come to a learner that has no line for it. */
export function quietNewLeader(w: EventWriter, s: Known): void {
  if (s.quiet && s.leader !== null && s.stage === 'synchronization' && !s.serving) w.infer(s, takeNewLeader(w, s, s.leader));
}

/** Inferred: UPTODATE has come to a learner that has no line for it, since its leader is established. */
export function quietUpToDate(w: EventWriter, s: Known): void {
  if (!s.quiet || s.leader === null || s.syncTo === null || s.serving || !(w.server(s.leader).leading?.established ?? false)) return;
  quietNewLeader(w, s);
  if (s.stage === 'newLeader' || s.stage === 'synchronization') w.infer(s, takeUpToDate(w, s, s.leader));
}

/** Why it left its leader; told once for each time it follows. */
export function leftLeader(w: EventWriter, s: Known, fact: Extract<LogFact, { kind: 'learnerException' }>): Act {
  const { leader } = s;
  const text = textOf(fact);
  if (leader === null) return { what: { type: 'logLine', text } };
  const reason = learnerReason(fact.exception);
  const conn = w.disconnect('quorum', s.sid, leader);
  const what = conn < 0 ? ({ type: 'logLine', text } as const) : ({ type: 'disconnected', conn, reason: 'closed' } as const);
  if (s.gaveUp) return { what };
  s.gaveUp = true;
  const detail = fact.exception === null ? {} : { detail: fact.exception.message === '' ? fact.exception.type : fact.exception.message };
  return { what, decisions: [{ rule: 'learner.gaveUp', reason, leader, ...detail }] };
}

/** The leader's epoch is older than one that was accepted before. */
export function refusesEpoch(s: Known, fact: Extract<LogFact, { kind: 'epochRefused' }>): Act {
  const decisions: Decision[] = [];
  s.acceptedEpoch = Math.max(s.acceptedEpoch, fact.myEpoch);
  if (s.leader !== null)
    decisions.push({ rule: 'epoch.accept', leader: s.leader, epoch: fact.leaderEpoch, acceptedEpoch: fact.myEpoch, outcome: 'refused' });
  if (s.leader !== null && !s.gaveUp) decisions.push({ rule: 'learner.gaveUp', reason: 'epochTooOld', leader: s.leader });
  s.gaveUp ||= s.leader !== null;
  return { what: { type: 'logLine', text: textOf(fact) }, decisions, changes: { acceptedEpoch: s.acceptedEpoch } };
}

/** History up to the server's zxid, all of it applied: what a server at rest has. */
export function history(s: Known): Changes {
  return { lastZxid: s.zxid, lastLogged: s.zxid, lastSynced: s.zxid, committedZxid: s.zxid };
}

/** LEADERINFO has come, and is answered. */
function acceptEpoch(w: EventWriter, s: Known, leader: number): Act {
  const epoch = epochOf(w, s, leader);
  const act = received(w, s, leader, 'LEADERINFO', () => ({ kind: 'LEADERINFO', epoch }));
  const { acceptedEpoch } = s;
  const outcome = epoch > acceptedEpoch ? 'accepted' : 'alreadyAccepted';
  s.acceptedEpoch = Math.max(epoch, acceptedEpoch);
  // `Learner.registerWithLeader`: −1 says that this epoch was accepted before.
  const sent = packetsTo(w, s, leader, ackEpoch(s, outcome === 'accepted'));
  const decisions: Decision[] = [{ rule: 'epoch.accept', leader, epoch, acceptedEpoch, outcome }];
  return { ...act, sent, decisions, changes: { ...phase(s, 'synchronization'), acceptedEpoch: s.acceptedEpoch } };
}

/** ACKEPOCH of this server. */
export function ackEpoch(s: Known, counts: boolean): QuorumPacket {
  return { kind: 'ACKEPOCH', lastZxid: s.zxid, currentEpoch: counts ? s.currentEpoch : -1 };
}

/** The epoch that this leader proposes: as the leader's lines say, else the next one. */
function epochOf(w: EventWriter, s: Known, leader: number): number {
  const leading = w.server(leader).leading;
  return leading?.epoch ?? leading?.epochTold ?? Math.max(s.acceptedEpoch, s.vote.peerEpoch, 0) + 1;
}

/** Older versions have no line for the new epoch: it must have come before anything that follows. */
function inferEpoch(w: EventWriter, s: Known): void {
  if (s.stage === 'discovery' && s.leader !== null) w.infer(s, acceptEpoch(w, s, s.leader));
}

function acknowledge(w: EventWriter, s: Known, leader: number): Act['sent'] & object {
  s.stage = 'synchronization';
  return packetsTo(w, s, leader, { kind: 'ACK', zxid: zxid(s.currentEpoch, 0) });
}

function syncPacket(mode: SyncMode, to: ServerView['lastZxid']): QuorumPacket {
  return mode === 'SNAP' ? { kind: 'SNAP', zxid: to, tree: NO_TREE } : { kind: mode, zxid: to };
}

function opened(s: Known, mode: SyncMode | null): Changes {
  s.mode = mode ?? s.mode;
  return { learning: { mode: s.mode, pending: 0 } };
}

function modeOf(word: string): SyncMode | null {
  return word === 'diff' ? 'DIFF' : word === 'trunc' ? 'TRUNC' : word === 'snap' ? 'SNAP' : null;
}

const ZAB: Readonly<Record<'discovery' | 'synchronization' | 'broadcast', ZabState>> = {
  discovery: 'DISCOVERY',
  synchronization: 'SYNCHRONIZATION',
  broadcast: 'BROADCAST',
};

function phase(s: Known, to: keyof typeof ZAB): Changes {
  if (s.stage === 'none') return {};
  if (to === 'broadcast' || (to === 'synchronization' && s.stage === 'discovery')) s.stage = to;
  const name = `${branch(s.role)}.${to}`;
  if (name === s.phase) return {};
  s.phase = name;
  return { phase: name, zabState: ZAB[to] };
}

function branch(role: Role): string {
  return role === 'OBSERVING' ? 'observing' : 'following';
}

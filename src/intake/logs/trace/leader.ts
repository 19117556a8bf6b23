/** A leader's side of discovery and synchronization, from its own lines. Source: `Leader`, `LearnerHandler`. */
import type { Sid } from '../../../base/ids.ts';
import { compareZxid, sameZxid, zxid, ZXID_ZERO, type Zxid } from '../../../base/zxid.ts';
import { isQuorum, isVoter } from '../../../zab/quorum.ts';
import type { Decision, EnsembleConfig, LearnerRow, QuorumPacket, SyncMode, ZabState } from '../../../zab/types.ts';
import type { LogFact } from '../facts.ts';
import { leaderReason } from './exceptions.ts';
import { leadingView, NONE, withSid, type Changes, type Known, type KnownLeading, type SyncNumbers } from './known.ts';
import { expects, NO_LINE, NO_TREE, packetsTo, received } from './packets.ts';
import { textOf } from './text.ts';
import type { Act, EventWriter, Outgoing } from './writer.ts';

/** The server leads from here on. `epochTold` is the epoch as it will be established, if it will. */
export function beginLeading(s: Known, epochTold: number | null): Changes {
  const own = [s.sid];
  s.leading = { epochTold, epoch: null, heard: own, acked: own, newLeaderAcked: own, rows: NONE, established: false };
  s.leader = s.sid;
  s.phase = 'leading.discovery';
  return { leader: s.sid, leading: leadingView(s), phase: s.phase, zabState: 'DISCOVERY' };
}

const ZAB: Readonly<Record<string, ZabState>> = { discovery: 'DISCOVERY', synchronization: 'SYNCHRONIZATION', broadcast: 'BROADCAST' };

/** `leading - synchronization` and the like. */
export function phaseOfLeader(s: Known, words: readonly string[], fact: LogFact): Act {
  const what = { type: 'logLine', text: textOf(fact) } as const;
  const { leading } = s;
  const zabState = ZAB[words[1] ?? ''];
  if (zabState === undefined || leading === null) return { what };
  const changes: Changes = {};
  const name = `leading.${words[1] ?? ''}`;
  if (name !== s.phase) {
    s.phase = name;
    changes.phase = name;
    changes.zabState = zabState;
  }
  // A quorum has acknowledged the epoch: `Leader.lead` makes it the current one before it synchronizes.
  if (words[1] === 'synchronization' && leading.epochTold !== null) Object.assign(changes, raiseEpoch(s, leading, leading.epochTold));
  return { what, changes };
}

/** A learner has introduced itself. */
export function learnerArrived(w: EventWriter, s: Known, fact: Extract<LogFact, { kind: 'learnerArrived' }>, config: EnsembleConfig): Act {
  const { leading } = s;
  const learner = w.server(fact.learner);
  if (leading === null || learner === s) return { what: { type: 'logLine', text: textOf(fact) } };
  const act = received(w, s, fact.learner, fact.observer ? 'OBSERVERINFO' : 'FOLLOWERINFO', () => ({
    kind: fact.observer ? 'OBSERVERINFO' : 'FOLLOWERINFO',
    sid: fact.learner,
    acceptedEpoch: learner.acceptedEpoch,
  }));
  putRow(leading, { sid: fact.learner, observer: fact.observer, stage: 'epochProposed', mode: null, deadlineTick: 0 });
  const before = leading.epoch;
  if (!fact.observer && before === null) leading.heard = withSid(leading.heard, fact.learner);
  const highest = Math.max(s.acceptedEpoch, ...leading.heard.map((sid) => w.server(sid).acceptedEpoch));
  const epoch = before ?? leading.epochTold ?? highest + 1;
  const agreed = before !== null || isQuorum(config, leading.heard);
  const changes: Changes = {};
  let sent: readonly Outgoing[] = NONE;
  if (agreed) {
    leading.epoch = epoch;
    if (before === null) {
      s.acceptedEpoch = Math.max(s.acceptedEpoch, epoch);
      changes.acceptedEpoch = s.acceptedEpoch;
    }
    // Those that came before waited for the quorum.
    const waiting = before === null ? leading.rows.map(({ sid }) => sid) : [fact.learner];
    sent = waiting
      .filter((sid) => w.server(sid).stage === 'discovery')
      .flatMap((sid) => packetsTo(w, s, sid, { kind: 'LEADERINFO', epoch }));
  }
  changes.leading = leadingView(s);
  const decisions: Decision[] = learner.hasLog
    ? [
        {
          rule: 'epoch.propose',
          from: fact.learner,
          theirAcceptedEpoch: learner.acceptedEpoch,
          epoch,
          heard: leading.heard,
          outcome: before !== null ? 'alreadyDecided' : agreed ? 'decided' : 'notYet',
        },
      ]
    : [];
  return { ...act, sent, decisions, changes };
}

/** What the leader compares for a learner; ACKEPOCH of a quorum has come by now. */
export function synchronizing(w: EventWriter, s: Known, fact: Extract<LogFact, { kind: 'synchronizing' }>, config: EnsembleConfig): Act {
  const { leading } = s;
  const { learner: sid, peerLastZxid } = fact;
  if (leading === null || sid === s.sid) return { what: { type: 'logLine', text: textOf(fact) } };
  const learner = w.server(sid);
  const act = received(w, s, sid, 'ACKEPOCH', () => ({ kind: 'ACKEPOCH', lastZxid: peerLastZxid, currentEpoch: learner.currentEpoch }));
  const before = leading.acked;
  const voter = isVoter(config, sid);
  if (voter) leading.acked = withSid(before, sid);
  const late = isQuorum(config, before);
  s.remarks.set(sid, { source: null, note: null, numbers: numbersOf(fact, s.zxid) });
  putRow(leading, { sid, observer: !voter, stage: 'epochAcked', mode: null, deadlineTick: 0 });
  const decisions: Decision[] = learner.hasLog
    ? [
        {
          rule: 'epoch.ack',
          from: sid,
          theirEpoch: learner.currentEpoch,
          theirZxid: peerLastZxid,
          myEpoch: s.currentEpoch,
          myZxid: s.zxid,
          acked: leading.acked,
          outcome: late ? 'late' : !voter ? 'notCounted' : isQuorum(config, leading.acked) ? 'quorum' : 'counted',
        },
      ]
    : [];
  return { ...act, decisions, changes: { leading: leadingView(s) } };
}

/** What is compared. The line shows zeros for an empty committedLog, which then counts as one that begins and ends at the last zxid. */
function numbersOf(fact: Extract<LogFact, { kind: 'synchronizing' }>, last: Zxid): SyncNumbers | null {
  const { peerLastZxid, minCommittedLog: min, maxCommittedLog: max } = fact;
  const lastProcessedZxid = fact.lastProcessedZxid ?? last;
  if (min === null || max === null) return null;
  const isEmpty = sameZxid(max, ZXID_ZERO);
  return {
    peerLastZxid,
    minCommittedLog: isEmpty ? lastProcessedZxid : min,
    maxCommittedLog: isEmpty ? lastProcessedZxid : max,
    lastProcessedZxid,
  };
}

/** Remarks between the comparison and the choice. */
export function remarked(s: Known, fact: Extract<LogFact, { kind: 'syncSource' }>): Act {
  const before = s.remarks.get(fact.learner);
  s.remarks.set(fact.learner, {
    numbers: before?.numbers ?? null,
    source: fact.source ?? before?.source ?? null,
    note: fact.note ?? before?.note ?? null,
  });
  return { what: { type: 'logLine', text: textOf(fact) } };
}

/** The choice: DIFF, TRUNC or SNAP. */
export function chosen(w: EventWriter, s: Known, fact: Extract<LogFact, { kind: 'sync' }>): Act {
  const what = { type: 'logLine', text: textOf(fact) } as const;
  const { leading } = s;
  // A line without a name belongs to the learner that was compared last.
  const learner = fact.learner ?? [...s.remarks.keys()].at(-1) ?? null;
  if (leading === null || learner === null || learner === s.sid) return { what };
  const numbers = s.remarks.get(learner)?.numbers ?? null;
  const to = fact.zxid ?? (fact.mode === 'SNAP' ? (numbers?.lastProcessedZxid ?? s.zxid) : (numbers?.maxCommittedLog ?? s.zxid));
  return { ...choice(w, s, leading, learner, fact.mode, to), what };
}

function choice(w: EventWriter, s: Known, leading: KnownLeading, learner: Sid, mode: SyncMode, to: Zxid): Omit<Act, 'what'> {
  const remark = s.remarks.get(learner);
  s.remarks.delete(learner);
  const row = leading.rows.find(({ sid }) => sid === learner);
  putRow(leading, { sid: learner, observer: row?.observer ?? false, stage: 'synchronizing', mode, deadlineTick: 0 });
  const numbers = remark?.numbers ?? null;
  return {
    decisions: numbers === null ? NONE : [modeDecision(learner, mode, to, numbers, remark?.source ?? null, remark?.note ?? null)],
    sent: packetsTo(w, s, learner, syncPacket(mode, to)),
    changes: { leading: leadingView(s) },
  };
}

/** Lines of the leader that name a packet and its learner. */
interface Sent {
  readonly kind: 'newLeaderSent' | 'newLeaderAcked' | 'upToDateSent';
  readonly learner: Sid;
}

/** Inferred: the leader has chosen, as the learner's line says. INFO lines of a leader do not show TRUNC. */
export function inferChoice(w: EventWriter, s: Known, learner: Known, mode: SyncMode, to: Zxid): void {
  const { leading } = s;
  const remark = s.remarks.get(learner.sid);
  if (leading === null || remark === undefined) return;
  w.infer(s, { ...choice(w, s, leading, learner.sid, mode, to), what: NO_LINE });
}

/** NEWLEADER or UPTODATE goes out (DEBUG). */
export function sends(w: EventWriter, s: Known, fact: Sent): Act {
  const what = { type: 'logLine', text: textOf(fact) } as const;
  const { leading } = s;
  if (leading === null || fact.learner === s.sid) return { what };
  if (fact.kind === 'newLeaderSent')
    return { what, sent: packetsTo(w, s, fact.learner, { kind: 'NEWLEADER', zxid: zxid(epochNow(s, leading), 0) }) };
  const changes = stageOf(s, leading, fact.learner, 'serving');
  return { what, sent: packetsTo(w, s, fact.learner, { kind: 'UPTODATE' }), changes };
}

/** A learner's ACK of NEWLEADER has come (DEBUG). */
export function newLeaderAcked(w: EventWriter, s: Known, learner: Sid, fact: LogFact, config: EnsembleConfig): Act {
  const { leading } = s;
  if (leading === null || learner === s.sid) return { what: { type: 'logLine', text: textOf(fact) } };
  return counted(w, s, leading, learner, config);
}

/** Inferred: the leader has this learner's ACK, since what follows needs it; it answers with UPTODATE. */
export function takeNewLeaderAck(w: EventWriter, s: Known, learner: Known): void {
  const { leading } = s;
  const ack = expects(s, learner.sid, 'ACK');
  if (leading === null || (!ack && leading.newLeaderAcked.includes(learner.sid))) return;
  const act = received(w, s, learner.sid, 'ACK', () => ({ kind: 'ACK', zxid: zxid(epochNow(s, leading), 0) }));
  leading.newLeaderAcked = withSid(leading.newLeaderAcked, learner.sid);
  const changes = stageOf(s, leading, learner.sid, 'serving');
  w.infer(s, { ...act, changes, sent: packetsTo(w, s, learner.sid, { kind: 'UPTODATE' }) });
}

/** Infers a step of a learner whose own log has no line for it. */
export type Quietly = (w: EventWriter, learner: Known) => void;

/** `Have quorum of supporters`. */
export function established(
  w: EventWriter,
  s: Known,
  fact: Extract<LogFact, { kind: 'established' }>,
  config: EnsembleConfig,
  quietNewLeader: Quietly,
  quietUpToDate: Quietly,
): Act {
  const { leading } = s;
  const what = { type: 'logLine', text: textOf(fact) } as const;
  if (leading === null) return { what };
  // 3.3 does not name them: those that were synchronized.
  const named = fact.supporters.length > 0 ? fact.supporters : leading.rows.filter(({ mode }) => mode !== null).map(({ sid }) => sid);
  const supporters = withSid(named, s.sid);
  for (const sid of supporters)
    if (sid !== s.sid && !leading.newLeaderAcked.includes(sid)) {
      quietNewLeader(w, w.server(sid));
      w.infer(s, counted(w, s, leading, sid, config));
    }
  const { epoch } = fact.zxid;
  leading.established = true;
  leading.newLeaderAcked = supporters;
  s.zxid = fact.zxid;
  s.serving = true;
  s.phase = 'leading.broadcast';
  const decisions: Decision[] = [{ rule: 'leader.established', epoch, supporters, zxid: fact.zxid }];
  const changes: Changes = {
    ...raiseEpoch(s, leading, epoch),
    lastZxid: s.zxid,
    committedZxid: s.zxid,
    serving: true,
    phase: s.phase,
    zabState: 'BROADCAST',
    leading: leadingView(s),
  };
  const then = (): void => {
    for (const sid of supporters) if (sid !== s.sid) quietUpToDate(w, w.server(sid));
  };
  return { what, decisions, changes, then };
}

/** Why it gave up; told once for each leadership. */
export function gaveUp(s: Known, reason: string, synced: readonly Sid[] | null, fact: LogFact): Act {
  const what = { type: 'logLine', text: textOf(fact) } as const;
  if (s.leading === null || s.gaveUp) return { what };
  s.gaveUp = true;
  return { what, decisions: [{ rule: 'leader.gaveUp', reason: leaderReason(reason), synced: synced ?? NONE }] };
}

/** A learner's handler has ended. */
export function learnerGone(w: EventWriter, s: Known, learner: Sid | null, fact: Extract<LogFact, { kind: 'learnerGone' }>): Act {
  const { leading } = s;
  if (learner === null || leading === null || learner === s.sid) return { what: { type: 'logLine', text: textOf(fact) } };
  const conn = w.disconnect('quorum', s.sid, learner);
  leading.rows = leading.rows.filter(({ sid }) => sid !== learner);
  const timedOut = /timed? ?out/i.test(`${fact.exception?.type ?? ''} ${fact.exception?.message ?? ''}`);
  return {
    what: conn < 0 ? { type: 'logLine', text: textOf(fact) } : { type: 'disconnected', conn, reason: 'closed' },
    decisions: [{ rule: 'handler.closed', learner, reason: timedOut ? 'readTimeout' : 'disconnected' }],
    changes: { leading: leadingView(s) },
  };
}

function counted(w: EventWriter, s: Known, leading: KnownLeading, learner: Sid, config: EnsembleConfig): Act {
  const epoch = epochNow(s, leading);
  const act = received(w, s, learner, 'ACK', () => ({ kind: 'ACK', zxid: zxid(epoch, 0) }));
  leading.newLeaderAcked = withSid(leading.newLeaderAcked, learner);
  const outcome = !isVoter(config, learner)
    ? 'observer'
    : leading.established
      ? 'late'
      : isQuorum(config, leading.newLeaderAcked)
        ? 'quorum'
        : 'counted';
  const decisions: Decision[] = [
    { rule: 'newLeader.ack', from: learner, zxid: zxid(epoch, 0), epoch, acked: leading.newLeaderAcked, outcome },
  ];
  return { ...act, decisions, changes: stageOf(s, leading, learner, 'newLeaderAcked') };
}

function epochNow(s: Known, leading: KnownLeading): number {
  return leading.epoch ?? leading.epochTold ?? s.acceptedEpoch;
}

function raiseEpoch(s: Known, leading: KnownLeading, epoch: number): Changes {
  if (s.currentEpoch === epoch && leading.epoch === epoch) return {};
  leading.epoch = epoch;
  s.currentEpoch = epoch;
  s.acceptedEpoch = Math.max(s.acceptedEpoch, epoch);
  s.vote = { ...s.vote, peerEpoch: epoch };
  return { currentEpoch: epoch, acceptedEpoch: s.acceptedEpoch, vote: s.vote, leading: leadingView(s) };
}

function putRow(leading: KnownLeading, row: LearnerRow): void {
  leading.rows = [...leading.rows.filter(({ sid }) => sid !== row.sid), row].sort((a, b) => a.sid - b.sid);
}

function stageOf(s: Known, leading: KnownLeading, learner: Sid, stage: LearnerRow['stage']): Changes {
  const row = leading.rows.find(({ sid }) => sid === learner);
  if (row !== undefined) putRow(leading, { ...row, stage });
  return { leading: leadingView(s) };
}

function syncPacket(mode: SyncMode, to: Zxid): QuorumPacket {
  return mode === 'SNAP' ? { kind: 'SNAP', zxid: to, tree: NO_TREE } : { kind: mode, zxid: to };
}

/** The decision as the simulator records it, from the numbers of the log. */
function modeDecision(
  learner: Sid,
  mode: SyncMode,
  to: Zxid,
  numbers: SyncNumbers,
  source: 'committedLog' | 'txnlog' | null,
  note: string | null,
): Decision {
  const { peerLastZxid: peer, minCommittedLog, maxCommittedLog, lastProcessedZxid } = numbers;
  const because = reasonOf(mode, numbers, note);
  // No line counts them. Counters of one epoch have no gaps; what an older epoch had beyond the learner's last txn is not told.
  const from = mode === 'TRUNC' ? to : peer;
  const until = maxCommittedLog;
  const queued = mode === 'SNAP' || compareZxid(from, until) >= 0 ? 0 : until.counter - (from.epoch === until.epoch ? from.counter : 0);
  return {
    rule: 'sync.mode',
    learner,
    mode,
    peerLastZxid: peer,
    minCommittedLog,
    maxCommittedLog,
    lastProcessedZxid,
    zxidSent: to,
    queued,
    source: source === 'txnlog' || because === 'inTxnLog' ? 'txnlog+committedLog' : source,
    because,
    forwardFrom: mode === 'SNAP' ? lastProcessedZxid : maxCommittedLog,
  };
}

type Because = Extract<Decision, { rule: 'sync.mode' }>['because'];

/** Which line of the decision list applied. Source: `LearnerHandler.syncFollower`, as in `zab/leader/syncFollower.ts`. */
function reasonOf(mode: SyncMode, numbers: SyncNumbers, note: string | null): Because {
  const { peerLastZxid: peer, minCommittedLog: min, maxCommittedLog: max, lastProcessedZxid: last } = numbers;
  if (mode === 'DIFF' && sameZxid(peer, last)) return 'same';
  const within = compareZxid(peer, min) >= 0 && compareZxid(peer, max) <= 0;
  if (mode === 'TRUNC') return compareZxid(peer, max) > 0 ? 'ahead' : 'diverged';
  if (mode === 'DIFF') return within || compareZxid(peer, max) > 0 ? 'inCommittedLog' : 'inTxnLog';
  if (note !== null && /force/i.test(note)) return 'forced';
  if (within) return peer.epoch === max.epoch ? 'unhandled' : 'divergedEpoch';
  return compareZxid(peer, min) < 0 ? 'txnLogUnusable' : 'unhandled';
}

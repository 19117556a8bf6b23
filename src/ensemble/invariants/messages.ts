/** Messages at the right place: I-7, I-8, I-10 and I-11. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, type Zxid } from '../../base/zxid.ts';
import type { Decision, LogCell, MessageKind, ZabState } from '../../zab/types.ts';
import { txnOf, type Breach } from '../breach.ts';
import { countUpTo, sameCell, type History } from '../ghost.ts';
import type { TraceEvent } from '../types.ts';
import type { Checks } from './report.ts';
import { lastOf, type Watched } from './state.ts';

type Phases = Readonly<Partial<Record<ZabState, true>>>;
const ANY: Phases = { DISCOVERY: true, SYNCHRONIZATION: true, BROADCAST: true };
const SYNC: Phases = { SYNCHRONIZATION: true };
const LATE: Phases = { SYNCHRONIZATION: true, BROADCAST: true };
const BROADCAST: Phases = { BROADCAST: true };
const DISCOVERY: Phases = { DISCOVERY: true };

/** Which quorum packets a learner and a leader may hear in which phase. */
const TO_LEARNER: Readonly<Partial<Record<MessageKind, Phases>>> = {
  LEADERINFO: DISCOVERY,
  DIFF: SYNC,
  TRUNC: SYNC,
  SNAP: SYNC,
  NEWLEADER: SYNC,
  UPTODATE: SYNC,
  PROPOSAL: LATE,
  COMMIT: LATE,
  INFORM: LATE,
  PING: LATE,
  REVALIDATE: BROADCAST,
  SYNC: BROADCAST,
};
const TO_LEADER: Readonly<Partial<Record<MessageKind, Phases>>> = {
  FOLLOWERINFO: ANY,
  OBSERVERINFO: ANY,
  ACKEPOCH: ANY,
  ACK: LATE,
  PING: LATE,
  REQUEST: BROADCAST,
  REVALIDATE: BROADCAST,
};

/** A message reaches a server in the phase it was in before. */
export function messageHeard(c: Checks, sid: Sid, before: Watched, what: Extract<TraceEvent['what'], { type: 'receive' }>): void {
  const { role, zabState } = before;
  const { kind } = what.message;
  if ((role === 'LEADING' ? TO_LEADER : TO_LEARNER)[kind]?.[zabState] === true) return;
  if (role === 'LOOKING' || kind === 'NOTIFICATION' || what.from.kind === 'client') return;
  c.report('messages come in their phase', { kind: 'outOfPhase', sid, message: kind, role, zabState }, null, sid);
}

/** What a server itself found wrong with what it was sent. */
export function protocolDecision(c: Checks, sid: Sid, decision: Decision): void {
  switch (decision.rule) {
    case 'learner.gaveUp':
      if (decision.reason === 'unexpectedPacket')
        c.report('messages come in their phase', { kind: 'packetRefused', sid, packet: decision.detail ?? null }, null, sid);
      return;
    case 'commit.unexpected': {
      // During sync a COMMIT without its proposal is passed over with a warning.
      if (decision.outcome === 'ignored') return;
      const { zxid, head } = decision;
      const breach =
        decision.outcome === 'exit'
          ? ({ kind: 'commitUnexpected', sid, zxid, head } as const)
          : ({ kind: 'commitRefused', sid, zxid } as const);
      return c.report('commits match proposals', breach, null, sid);
    }
    case 'newLeader.ack':
      if (decision.outcome === 'wrongEpoch')
        c.report(
          'acks match',
          { kind: 'newLeaderAck', leader: sid, epoch: decision.epoch, from: decision.from, zxid: decision.zxid },
          null,
          sid,
        );
      return;
    case 'proposal.ack':
      if (decision.outcome === 'unknown')
        c.report('acks match', { kind: 'unknownAck', leader: sid, from: decision.from, zxid: decision.zxid }, null, sid);
      return;
    default:
      return;
  }
}

/** A txn enters a server's history. One that it has already may come again. */
export function historyGrows(c: Checks, sid: Sid, history: History, cell: LogCell): void {
  const { tail } = history;
  const last = tail.length === 0 ? lastOf(c.ghost, history) : (tail[tail.length - 1] as LogCell).zxid;
  const { epoch, counter } = cell.zxid;
  if (epoch === last.epoch ? counter === last.counter + 1 : epoch > last.epoch && counter === 1) return;
  if (compareZxid(cell.zxid, last) <= 0) {
    if (!holds(c, history, cell))
      c.report('a history ascends', { kind: 'historyDescends', sid, txn: txnOf(cell), last }, c.own(sid) ?? c.ghost.lossExplained, sid);
  } else
    c.report('proposals follow one another', { kind: 'historyGap', sid, txn: txnOf(cell), last }, c.own(sid) ?? c.ghost.lossExplained, sid);
}

function holds(c: Checks, history: History, cell: LogCell): boolean {
  const known = c.ghost.committed.cells[countUpTo(c.ghost.committed, cell.zxid) - 1];
  return (
    (known !== undefined && sameCell(known, cell)) ||
    compareZxid(cell.zxid, history.base) <= 0 ||
    history.tail.some((mine) => sameCell(mine, cell))
  );
}

/**
 * A leader commits in the order of its proposals. What it commits may have been committed before as part of the history of a later leader, of which it
 * has not heard yet.
 */
export function commitsInOrder(c: Checks, sid: Sid, zxid: Zxid): void {
  const { commits } = c.ghost;
  const last = commits.get(zxid.epoch) ?? 0;
  commits.set(zxid.epoch, zxid.counter);
  if (zxid.counter === last + 1) return;
  const after = last === 0 ? null : { epoch: zxid.epoch, counter: last };
  c.report('commits match proposals', { kind: 'commitOutOfOrder', leader: sid, zxid, after }, c.ghost.lossExplained, sid);
}

const HIGHEST = 0xffff_ffff;

/** The shape of what a server shows, looked at whenever its phase or an epoch has changed: I-11, TypeOK. */
export function shapeHolds(c: Checks, sid: Sid, now: Watched): void {
  const { acceptedEpoch, currentEpoch, lastZxid, lastLogged, role, zabState } = now;
  if (!isEpoch(acceptedEpoch)) bad(c, { kind: 'badEpoch', sid, field: 'acceptedEpoch', epoch: acceptedEpoch });
  if (!isEpoch(currentEpoch)) bad(c, { kind: 'badEpoch', sid, field: 'currentEpoch', epoch: currentEpoch });
  if (!isZxid(lastZxid)) bad(c, { kind: 'badZxid', sid, field: 'lastZxid', zxid: lastZxid });
  if (!isZxid(lastLogged)) bad(c, { kind: 'badZxid', sid, field: 'lastLogged', zxid: lastLogged });
  if ((role === 'LOOKING') !== (zabState === 'ELECTION')) bad(c, { kind: 'badPhase', sid, role, zabState });
}

function isEpoch(epoch: number): boolean {
  return Number.isInteger(epoch) && epoch >= 0 && epoch <= HIGHEST;
}

/** −1 is the zxid of a database that is not to be trusted. */
function isZxid({ epoch, counter }: Zxid): boolean {
  return epoch >= -1 && epoch <= HIGHEST && counter >= 0 && counter <= HIGHEST;
}

function bad(c: Checks, breach: Extract<Breach, { kind: 'badEpoch' | 'badZxid' | 'badPhase' }>): void {
  c.report('values have their shape', breach, c.own(breach.sid), breach.sid);
}

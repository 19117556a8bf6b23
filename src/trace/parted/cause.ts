/** Why two histories parted, read from the decisions in the trace. */
import type { Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { sameTxn } from '../strip.ts';
import type { History, Taken } from './histories.ts';

/** A disk that somebody took away or replaced. */
export interface DiskChange {
  readonly n: number;
  readonly sid: Sid;
  readonly how: 'wiped' | 'restored';
}

export interface Established {
  readonly n: number;
  readonly leader: Sid;
}

export type Cause =
  /** Two leaders were established with the same epoch number, and both counted their zxids from 1. Source: `Leader.getEpochToPropose`. */
  | {
      readonly cause: 'epochReused';
      readonly epoch: number;
      readonly first: Established;
      readonly second: Established;
      readonly disks: readonly DiskChange[];
    }
  /**
   * The logger of a follower that lost its leader died of a null pointer, and its queue with it: memory had the txn, the log has not.
   * Source: `SendAckRequestProcessor.flush`, ZOOKEEPER-4712.
   */
  | {
      readonly cause: 'loggerDied';
      readonly sid: Sid;
      /** When it took the txn in; lost its leader; was given what came after its memory's last zxid; read the log back. −1: not in the trace. */
      readonly takenN: number;
      readonly lostN: number;
      readonly syncN: number;
      readonly readN: number;
      readonly queued: number;
    }
  /**
   * The same logger wrote the txn just after memory had been caught up with the log: the log has it, memory never had, until the log was read again.
   * Source: `ZKDatabase.fastForwardDataBase` before the logger is done.
   */
  | {
      readonly cause: 'loggedTooLate';
      readonly sid: Sid;
      readonly takenN: number;
      readonly lostN: number;
      readonly readN: number;
    }
  | { readonly cause: 'unknown' };

interface Sides {
  readonly a: Sid;
  readonly b: Sid;
  /** Histories of all other servers. */
  readonly others: readonly History[];
}

/** @param row the first zxid at which the histories differ. */
export function causeOf(
  trace: readonly TraceEvent[],
  to: number,
  row: { readonly zxid: Zxid; readonly a: Taken | null; readonly b: Taken | null },
  sides: Sides,
): Cause {
  if (row.a !== null && row.b !== null) return epochReused(trace, to, row.zxid.epoch);
  const [has, lacks, txn] = row.a === null ? [sides.b, sides.a, row.b] : [sides.a, sides.b, row.a];
  if (txn === null) return { cause: 'unknown' };
  const hole = loggerDied(trace, to, lacks, txn);
  if (hole !== null) return hole;
  return loggedTooLate(trace, to, has, txn) ?? { cause: 'unknown' };
}

function epochReused(trace: readonly TraceEvent[], to: number, epoch: number): Cause {
  const established: Established[] = [];
  for (let n = 0; n <= Math.min(to, trace.length - 1); n++) {
    const { actor, decisions } = trace[n] as TraceEvent;
    if (actor.kind !== 'server') continue;
    for (const decision of decisions)
      if (decision.rule === 'leader.established' && decision.epoch === epoch) established.push({ n, leader: actor.sid });
  }
  const [first, second] = [established[0], established.at(-1)];
  if (first === undefined || second === undefined || first === second) return { cause: 'unknown' };
  const disks: DiskChange[] = [];
  for (let n = first.n; n <= second.n; n++) {
    const { what } = trace[n] as TraceEvent;
    if (what.type !== 'command') continue;
    const { command } = what;
    if (command.type === 'wipe') disks.push({ n, sid: command.sid, how: 'wiped' });
    if (command.type === 'restore') disks.push({ n, sid: command.sid, how: 'restored' });
  }
  // A disk that was wiped first and then restored was restored.
  const last = disks.filter((change, i) => !disks.some((later, j) => j > i && later.sid === change.sid));
  return { cause: 'epochReused', epoch, first, second, disks: last };
}

/** Events of one server, as far as both causes need them. */
function livesOf(trace: readonly TraceEvent[], to: number, sid: Sid, txn: Taken): Life {
  const life: Life = { takenN: -1, lostN: -1, syncN: -1, readN: -1, queued: 0 };
  let queue: readonly [number, number] = [0, 0];
  for (let n = 0; n <= Math.min(to, trace.length - 1); n++) {
    const { actor, what, log, decisions, changes } = trace[n] as TraceEvent;
    if (actor.kind !== 'server' || actor.sid !== sid) continue;
    if (log.some((change) => change.change === 'append' && sameTxn(change.cell, txn.cell)))
      Object.assign(life, { takenN: n, lostN: -1, syncN: -1, readN: -1 });
    if (life.takenN >= 0)
      for (const { rule } of decisions) {
        if (rule === 'learner.gaveUp' && life.lostN < 0 && life.readN < 0) Object.assign(life, { lostN: n, queued: queue[0] + queue[1] });
        else if (rule === 'sync.opened' && life.lostN >= 0 && life.syncN < 0) life.syncN = n;
      }
    if (what.type === 'boot' && life.takenN >= 0 && life.readN < 0) life.readN = n;
    queue = changes?.syncQueue ?? queue;
  }
  return life;
}

interface Life {
  takenN: number;
  lostN: number;
  syncN: number;
  readN: number;
  queued: number;
}

function loggerDied(trace: readonly TraceEvent[], to: number, sid: Sid, txn: Taken): Cause | null {
  const { takenN, lostN, syncN, readN, queued } = livesOf(trace, to, sid, txn);
  return takenN < 0 || lostN < 0 || readN < 0 || queued === 0 ? null : { cause: 'loggerDied', sid, takenN, lostN, syncN, readN, queued };
}

function loggedTooLate(trace: readonly TraceEvent[], to: number, sid: Sid, txn: Taken): Cause | null {
  const { takenN, lostN, readN, queued } = livesOf(trace, to, sid, txn);
  return takenN < 0 || lostN < 0 || readN < 0 || queued === 0 ? null : { cause: 'loggedTooLate', sid, takenN, lostN, readN };
}

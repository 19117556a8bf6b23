/** The whole history of a server as far as a trace tells it: which txns it holds, and when it took each in. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { LogCell } from '../../zab/types.ts';
import { sameTxn } from '../strip.ts';

export interface Taken {
  readonly cell: LogCell;
  /** The event with which the server took it in. */
  readonly n: number;
}

export interface History {
  readonly sid: Sid;
  /** What is not after this zxid is in a snapshot that nobody knows the contents of. */
  readonly from: Zxid;
  /** By zxid. */
  readonly txns: readonly Taken[];
}

interface Growing {
  from: Zxid;
  txns: Taken[];
  /** Last txn in memory. */
  last: Zxid;
}

/** Histories after event `to`. */
export function historiesAt(trace: readonly TraceEvent[], to: number): ReadonlyMap<Sid, History> {
  const known = new Map<Sid, Growing>();
  const of = (sid: Sid): Growing => {
    const found = known.get(sid) ?? { from: ZXID_ZERO, txns: [], last: ZXID_ZERO };
    known.set(sid, found);
    return found;
  };
  for (let n = 0; n <= Math.min(to, trace.length - 1); n++) {
    const event = trace[n] as TraceEvent;
    // Another disk: what the server had known is no longer what it has.
    if (event.disk?.reset === true) Object.assign(of(event.disk.sid), { from: ZXID_ZERO, txns: [] });
    if (event.actor.kind !== 'server') continue;
    const own = of(event.actor.sid);
    forget(own, event);
    const source = snapshotOf(event, known);
    for (const change of event.log) {
      if (change.change === 'append') own.txns.push({ cell: change.cell, n });
      else if (change.change === 'truncate') own.txns = own.txns.filter(({ cell }) => compareZxid(cell.zxid, change.to) <= 0);
      else reset(own, change.base, change.cells, n, source);
    }
    own.last = event.changes?.lastZxid ?? own.last;
  }
  return new Map([...known].map(([sid, { from, txns }]) => [sid, { sid, from, txns }]));
}

/**
 * A server that begins a role with less in memory than in its log has the rest on its disk only, until it reads the log again (recording 05e): it is synchronized
 * from what memory has. Source: `ZKDatabase.getDataTreeLastProcessedZxid` in `Learner.registerWithLeader` and `Leader.lead`.
 */
function forget(own: Growing, { decisions }: TraceEvent): void {
  for (const decision of decisions) {
    const last = decision.rule === 'sync.opened' ? decision.myZxid : decision.rule === 'leader.established' ? own.last : null;
    if (last !== null) own.txns = own.txns.filter(({ cell }) => compareZxid(cell.zxid, last) <= 0);
  }
}

/** What a SNAP brings is the leader's history. */
function snapshotOf({ decisions }: TraceEvent, known: ReadonlyMap<Sid, Growing>): Growing | null {
  for (const decision of decisions)
    if (decision.rule === 'sync.opened' && decision.mode === 'SNAP') return known.get(decision.leader) ?? null;
  return null;
}

function reset(own: Growing, base: Zxid, cells: readonly LogCell[], n: number, source: Growing | null): void {
  const before = own.txns;
  const covered = (source ?? own).txns.filter(({ cell }) => compareZxid(cell.zxid, base) <= 0);
  const knowsBase = source !== null || covered.length > 0 || compareZxid(own.from, base) >= 0;
  const at = new Map(before.map((taken) => [keyOf(taken.cell), taken]));
  own.from = source !== null ? source.from : knowsBase ? own.from : base;
  own.txns = [
    ...covered.map(({ cell }) => kept(at.get(keyOf(cell)), cell, n)),
    // A log that a snapshot covers in part may hold txns from before it.
    ...cells.filter(({ zxid }) => compareZxid(zxid, base) > 0).map((cell) => kept(at.get(keyOf(cell)), cell, n)),
  ];
}

function keyOf({ zxid }: LogCell): string {
  return `${zxid.epoch} ${zxid.counter}`;
}

/** It had it before, or has it from now on. */
function kept(before: Taken | undefined, cell: LogCell, n: number): Taken {
  return before !== undefined && sameTxn(before.cell, cell) ? before : { cell, n };
}

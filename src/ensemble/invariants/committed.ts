/** Committed txns: I-3 to I-9, I-10b, I-20, I-26, I-27, I-30. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, sameZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { LogCell } from '../../zab/types.ts';
import { txnOf, type Told } from '../breach.ts';
import { align, countUpTo, emptyCommitted, type History } from '../ghost.ts';
import type { InvariantName } from '../invariantList.ts';
import type { Checks } from './report.ts';
import { sessionTxn } from './sessions.ts';
import { historyOf, type Watched } from './state.ts';

/** The NEWLEADER quorum commits the leader's whole history, which must contain all that was committed before. */
export function established(c: Checks, sid: Sid, epoch: number): void {
  const { committed } = c.ghost;
  const history = historyOf(c.ghost, sid);
  align(history, committed);
  const first = committed.cells.length === 0 && sameZxid(committed.base, ZXID_ZERO);
  if (first && !isKnown(history)) begin(c, history);
  const missing = committed.cells[history.matched];
  // One that was held up may hear of its quorum only when a later leader has long committed its history and more.
  if (missing !== undefined && missing.zxid.epoch > epoch && history.tail.length === 0) return;
  if (missing !== undefined) {
    const told = acknowledgedFrom(c, history.matched);
    const name: InvariantName = told === null ? 'a leader has all committed txns' : 'no acknowledged write is lost';
    const why = c.disksLost(history.matched);
    if (why !== null) c.ghost.lossExplained = why;
    c.report(name, { kind: 'leaderLacks', sid, epoch, txn: txnOf(missing), told }, why, sid);
    rebase(c, history);
  }
  grow(c, history, null);
  haveSnapshots(c);
}

/** Whether what the snapshot of a history holds was seen in detail, as of a leader that wrote it from txns that nobody has committed yet. */
function isKnown({ tail, base }: History): boolean {
  const first = tail[0];
  return first !== undefined && compareZxid(first.zxid, base) <= 0;
}

/** Who got a snapshot before what it holds was committed has all of that, unless it is known in detail that it has something else. */
function haveSnapshots(c: Checks): void {
  const { committed, histories } = c.ghost;
  for (const history of histories.values()) {
    align(history, committed);
    const first = history.tail[0];
    if (first === undefined || compareZxid(first.zxid, history.base) > 0)
      history.matched = Math.max(history.matched, countUpTo(committed, history.base));
  }
}

export function committed(c: Checks, sid: Sid, zxid: Zxid): void {
  const history = historyOf(c.ghost, sid);
  align(history, c.ghost.committed);
  const other = c.ghost.committed.cells[history.matched];
  const mine = history.tail[0];
  if (other !== undefined && mine !== undefined && compareZxid(mine.zxid, zxid) <= 0) {
    c.report('agreement', { kind: 'commitsOther', leader: sid, txn: txnOf(mine), committed: txnOf(other) }, c.ghost.lossExplained, sid);
    rebase(c, history);
  }
  grow(c, history, zxid);
}

/**
 * A leader tells a learner to cut its history: nothing goes that is committed by now. What becomes so while TRUNC is on its way is among what the leader
 * sends behind it (`LearnerHandler.startForwarding`).
 */
export function cutAskedFor(c: Checks, leader: Sid, sid: Sid, to: Zxid): void {
  const history = historyOf(c.ghost, sid);
  align(history, c.ghost.committed);
  const left = countUpTo(c.ghost.committed, to);
  const lost = c.ghost.committed.cells[left];
  if (history.matched <= left || lost === undefined) return;
  c.report(
    'committed is never cut',
    { kind: 'cutsCommitted', leader, sid, to, txn: txnOf(lost) },
    c.ghost.lossExplained ?? c.disksLost(left),
    leader,
  );
}

/** A serving server shows its tree to clients: what it has applied must be a prefix of what is committed. */
export function applied(c: Checks, sid: Sid, now: Watched): void {
  const { committed } = c.ghost;
  const history = historyOf(c.ghost, sid);
  align(history, committed);
  const mine = history.tail[0];
  const next = committed.cells[history.matched];
  const strange = mine !== undefined && compareZxid(mine.zxid, now.lastZxid) <= 0 ? mine : undefined;
  const skipped = next !== undefined && compareZxid(next.zxid, now.lastZxid) <= 0 ? next : undefined;
  if (strange === undefined && skipped === undefined) return sameTree(c, sid, now, history);
  const why = c.ghost.lossExplained ?? c.own(sid);
  if (strange !== undefined && skipped !== undefined && sameZxid(strange.zxid, skipped.zxid)) {
    c.report('agreement', { kind: 'appliedOther', sid, txn: txnOf(strange), committed: txnOf(skipped) }, why, sid);
  } else if (skipped !== undefined && (strange === undefined || compareZxid(skipped.zxid, strange.zxid) < 0)) {
    c.report('applied is a prefix of committed', { kind: 'servesWithout', sid, zxid: now.lastZxid, txn: txnOf(skipped) }, why, sid);
  } else if (strange !== undefined) {
    c.report('applied is a prefix of committed', { kind: 'showsUncommitted', sid, zxid: now.lastZxid, txn: txnOf(strange) }, why, sid);
  }
  history.matched = countUpTo(committed, now.lastZxid);
  history.tail = history.tail.filter((cell) => compareZxid(cell.zxid, now.lastZxid) > 0);
}

export function sameTree(c: Checks, sid: Sid, now: Watched, history: History): void {
  const { cells, digests } = c.ghost.committed;
  const i = history.matched - 1;
  const last = cells[i];
  if (!c.config.digestEnabled || now.digest === 0 || last === undefined || !sameZxid(last.zxid, now.lastZxid)) return;
  const seen = digests[i];
  if (seen === undefined) digests[i] = { digest: now.digest, sid, n: c.ghost.n };
  else if (seen.digest !== now.digest) {
    c.report(
      'equal trees',
      { kind: 'treesDiffer', sids: [seen.sid, sid], zxid: now.lastZxid, digests: [seen.digest, now.digest] },
      c.ghost.lossExplained ?? c.own(sid) ?? c.own(seen.sid),
      sid,
    );
  }
}

/** The first leader's history is where committed txns begin; below its snapshot nothing is known in detail. */
export function begin(c: Checks, leader: History): void {
  c.ghost.committed = emptyCommitted(leader.base);
  for (const history of c.ghost.histories.values()) {
    history.matched = 0;
    history.tail = history.tail.filter((cell) => compareZxid(cell.zxid, leader.base) > 0);
  }
}

/** Commits a leader's txns up to a zxid, or all. */
export function grow(c: Checks, leader: History, upTo: Zxid | null): void {
  const { cells } = c.ghost.committed;
  if (leader.matched !== cells.length) return;
  let i = 0;
  for (; i < leader.tail.length; i++) {
    const cell = leader.tail[i] as LogCell;
    if (upTo !== null && compareZxid(cell.zxid, upTo) > 0) break;
    cells.push(cell);
    sessionTxn(c, cell, cells.length - 1);
  }
  leader.matched += i;
  leader.tail.splice(0, i);
}

/** What was committed after a leader's history parts from it is given up, so that the rest of the run can be checked against the new history. */
export function rebase(c: Checks, leader: History): void {
  const { base, cells, digests } = c.ghost.committed;
  const common = leader.matched;
  c.ghost.committed = { base, cells: cells.slice(0, common), digests: digests.slice(0, common) };
  for (const history of c.ghost.histories.values()) {
    if (history.matched <= common) continue;
    history.tail = [...cells.slice(common, history.matched), ...history.tail];
    history.matched = common;
  }
}

export function acknowledgedFrom(c: Checks, index: number): Told | null {
  const { committed, acked } = c.ghost;
  const first = committed.cells[index];
  if (first === undefined) return null;
  return acked.find((ack) => compareZxid(ack.zxid, first.zxid) >= 0) ?? null;
}

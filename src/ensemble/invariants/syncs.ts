/** What a leader sends to bring a learner up to date is the committed txns: I-31. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, isNewEpochZxid, sameZxid } from '../../base/zxid.ts';
import type { Decision } from '../../zab/types.ts';
import { txnOf } from '../breach.ts';
import { countUpTo } from '../ghost.ts';
import type { Flight } from '../types.ts';
import type { Checks } from './report.ts';

/** A leader has chosen how to synchronize a learner, and sent what it will get. */
export function syncSent(c: Checks, leader: Sid, decision: Extract<Decision, { rule: 'sync.mode' }>, sent: readonly Flight[]): void {
  if (decision.mode === 'SNAP') return;
  const { cells, base } = c.ghost.committed;
  const from = decision.mode === 'DIFF' ? decision.peerLastZxid : decision.zxidSent;
  let next = countUpTo(c.ghost.committed, from);
  const known = cells[next - 1];
  // Behind all that is committed nothing can be said, nor in the snapshot with which the run began.
  if (next < cells.length && compareZxid(from, base) > 0 && !isNewEpochZxid(from) && !(known !== undefined && sameZxid(known.zxid, from))) {
    c.report(
      'sync gives the committed txns',
      { kind: 'syncFromElsewhere', leader, mode: decision.mode, from, learner: decision.learner },
      c.ghost.lossExplained ?? c.anyOf([leader, decision.learner]),
      leader,
    );
    return;
  }
  const packets = sent.flatMap(({ to, message }) => (to.kind === 'server' && to.sid === decision.learner ? [message] : []));
  for (const [i, message] of packets.entries()) {
    // A proposal without its COMMIT is one for which the leader itself still waits: it will never be committed if another leader has overtaken this one.
    if (message.kind !== 'PROPOSAL' || packets[i + 1]?.kind !== 'COMMIT') continue;
    const expected = cells[next++];
    if (expected === undefined) return;
    if (sameZxid(expected.zxid, message.zxid)) continue;
    c.report(
      'sync gives the committed txns',
      { kind: 'syncSkips', leader, zxid: message.zxid, learner: decision.learner, next: txnOf(expected) },
      c.ghost.lossExplained ?? c.anyOf([leader]),
      leader,
    );
    return;
  }
}

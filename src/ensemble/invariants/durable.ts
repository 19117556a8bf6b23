/** What is acknowledged is durable: I-21, I-25, and the second half of I-27. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import { isQuorum } from '../../zab/quorum.ts';
import type { Decision, LogChange } from '../../zab/types.ts';
import type { Checks } from './report.ts';

function durableOn(c: Checks, sid: Sid): Zxid {
  return c.ghost.synced[sid] ?? ZXID_ZERO;
}

/** A quorum has acknowledged a txn, or an epoch whose history ends with it: that quorum's disks have it. */
export function quorumIsDurable(c: Checks, leader: Sid, zxid: Zxid, supporters: readonly Sid[], taken: 'txn' | 'history'): void {
  if (!c.config.forceSync || zxid.counter === 0) return;
  let lacking: Sid | undefined;
  for (const sid of supporters) if (compareZxid(durableOn(c, sid), zxid) < 0) lacking ??= sid;
  if (lacking === undefined) return;
  const durable = supporters.filter((sid) => compareZxid(durableOn(c, sid), zxid) >= 0);
  if (isQuorum(c.config, durable)) return;
  c.report(
    'committed is durable',
    { kind: 'notDurable', leader, taken, sid: lacking, ends: durableOn(c, lacking) },
    c.anyOf(supporters),
    lacking,
  );
}

/** A learner has made an epoch its own: the history that the epoch began with is on its disk. */
export function epochIsFounded(c: Checks, sid: Sid, epoch: number): void {
  const initial = c.ghost.initial.get(epoch);
  if (initial === undefined || initial.counter === 0 || c.ghost.leaders.get(epoch) === sid || !c.config.forceSync) return;
  // Observers log nothing before they are up to date, and nobody counts on them.
  if (c.config.members.find((member) => member.sid === sid)?.type === 'observer') return;
  const ends = durableOn(c, sid);
  if (compareZxid(ends, initial) >= 0) return;
  c.report('an epoch stands on its history', { kind: 'epochUnfounded', sid, epoch, initial, ends }, c.disk(sid), sid);
}

/** A learner has carried out TRUNC: nothing later comes back from its disk. */
export function staysCut(c: Checks, sid: Sid, decision: Extract<Decision, { rule: 'sync.truncated' }>, log: readonly LogChange[]): void {
  if (decision.outcome !== 'done') return;
  for (const change of log) {
    if (change.change !== 'reset') continue;
    // The log, or a snapshot that was taken before: two defects.
    const logged = change.cells.at(-1)?.zxid;
    const inLog = logged !== undefined && compareZxid(logged, decision.to) > 0;
    const last = inLog ? logged : change.base;
    if (compareZxid(last, decision.to) <= 0) continue;
    c.report(
      'what was cut stays cut',
      { kind: 'cutCameBack', sid, to: decision.to, from: inLog ? 'log' : 'snapshot', last },
      c.own(sid),
      sid,
    );
  }
}

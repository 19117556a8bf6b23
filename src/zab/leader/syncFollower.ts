/**
 * How a learner is brought up to date: nothing, the txns it lacks (DIFF), fewer txns than it has (TRUNC), or everything (SNAP).
 *
 * Source: `LearnerHandler.syncFollower`, `LearnerHandler.queueCommittedProposals`, `ZKDatabase.getProposalsFromTxnLog`.
 */
import { listAt, listItems, listLast, type ChunkedList } from '../../base/chunked.ts';
import { compareZxid, isNewEpochZxid, type Zxid } from '../../base/zxid.ts';
import type { LoggedTxn } from '../state.ts';
import type { Profile } from '../switches.ts';
import type { Decision, SyncMode } from '../types.ts';

export interface SyncInputs {
  /** The learner's last zxid, from ACKEPOCH. */
  readonly peer: Zxid;
  /** The leader's `lastProcessedZxid`. */
  readonly last: Zxid;
  readonly committedLog: ChunkedList<LoggedTxn>;
  readonly txnLogSyncEnabled: boolean;
  /** Nothing but SNAP will do. */
  readonly forced: boolean;
  readonly rules: SyncRules;
  /** The txn log from `peer` on, or null when it does not reach back that far or is too large (D-34). Asked only when needed. */
  readonly txnLog: () => Iterable<LoggedTxn> | null;
}

export type SyncRules = Pick<Profile, 'divergedPeer' | 'rollback'>;

export interface SyncPlan {
  readonly mode: SyncMode;
  /** The zxid in the opening packet. */
  readonly zxidSent: Zxid;
  /** Txns to send as PROPOSAL and COMMIT, oldest first. */
  readonly queued: readonly LoggedTxn[];
  /** From here on the live stream takes over (`startForwarding`). */
  readonly forwardFrom: Zxid;
  readonly source: 'committedLog' | 'txnlog+committedLog' | null;
  readonly because: Extract<Decision, { rule: 'sync.mode' }>['because'];
  readonly minCommittedLog: Zxid;
  readonly maxCommittedLog: Zxid;
}

/** The decision list D-31. A learner that has too much is told to cut it, except where the rules differ. */
export function chooseSync(inputs: SyncInputs): SyncPlan {
  const plan = firstMatch(inputs);
  if (plan.mode !== 'TRUNC' || inputs.rules.rollback === 'TRUNC') return plan;
  if (inputs.rules.rollback === 'never') return { ...plan, mode: 'DIFF', zxidSent: plan.maxCommittedLog };
  return { ...plan, mode: 'SNAP', zxidSent: inputs.last, forwardFrom: inputs.last, queued: [], source: null };
}

/** The first line that matches decides. */
function firstMatch({ peer, last, committedLog, txnLogSyncEnabled, forced, rules, txnLog }: SyncInputs): SyncPlan {
  const min = listAt(committedLog, 0)?.txn.zxid ?? last;
  const max = listLast(committedLog)?.txn.zxid ?? last;
  const plan = (
    mode: SyncMode,
    zxidSent: Zxid,
    forwardFrom: Zxid,
    because: SyncPlan['because'],
    more: Partial<SyncPlan> = {},
  ): SyncPlan => ({
    mode,
    zxidSent,
    forwardFrom,
    because,
    queued: [],
    source: null,
    minCommittedLog: min,
    maxCommittedLog: max,
    ...more,
  });

  if (forced) return plan('SNAP', last, last, 'forced');
  if (compareZxid(peer, last) === 0) return plan('DIFF', peer, peer, 'same');
  if (compareZxid(peer, max) > 0 && !isNewEpochZxid(peer)) return plan('TRUNC', max, max, 'ahead');
  if (compareZxid(peer, max) <= 0 && compareZxid(peer, min) >= 0) {
    const walk = new Walk(peer, max, rules);
    walk.over(listItems(committedLog), null);
    return walk.finish(plan, last, 'committedLog', 'inCommittedLog');
  }
  if (compareZxid(peer, min) < 0 && txnLogSyncEnabled) {
    const log = txnLog();
    if (log === null) return plan('SNAP', last, last, 'txnLogUnusable');
    const walk = new Walk(peer, max, rules);
    walk.over(log, min);
    if (compareZxid(walk.queuedTo, min) < 0) return plan('SNAP', last, last, 'txnLogGap');
    walk.over(listItems(committedLog), null);
    return walk.finish(plan, last, 'txnlog+committedLog', 'inTxnLog');
  }
  return plan('SNAP', last, last, compareZxid(peer, min) < 0 ? 'txnLogDisabled' : 'unhandled');
}

/** zxid −1. Every history that is walked begins with a txn that the learner has too, or has passed: it never goes out. */
const BEFORE_ALL: Zxid = { epoch: -1, counter: 0xffff_ffff };

/** One pass over history, looking for the learner's last zxid and collecting what it lacks (D-33). */
class Walk {
  readonly queued: LoggedTxn[] = [];
  queuedTo: Zxid;
  private readonly peer: Zxid;
  private readonly lastCommitted: Zxid;
  private readonly rules: SyncRules;
  private previous: Zxid = BEFORE_ALL;
  private opening: { readonly mode: 'DIFF' | 'TRUNC'; readonly zxid: Zxid } | null = null;

  constructor(peer: Zxid, lastCommitted: Zxid, rules: SyncRules) {
    this.peer = peer;
    this.rules = rules;
    this.queuedTo = peer;
    this.lastCommitted = lastCommitted;
  }

  over(history: Iterable<LoggedTxn>, limit: Zxid | null): void {
    for (const item of history) {
      const { zxid } = item.txn;
      if (limit !== null && compareZxid(zxid, limit) > 0) break;
      if (compareZxid(zxid, this.peer) < 0) {
        this.previous = zxid;
        continue;
      }
      if (this.opening === null) {
        const same = compareZxid(zxid, this.peer) === 0;
        if (same || isNewEpochZxid(this.peer) || this.rules.divergedPeer === 'overlooked') {
          this.opening = { mode: 'DIFF', zxid: this.lastCommitted };
        } else if (zxid.epoch !== this.peer.epoch) {
          // The learner's last txn is not in this history, and a TRUNC must not cross epochs.
          return;
        } else {
          this.opening = { mode: 'TRUNC', zxid: this.previous };
          this.queuedTo = this.previous;
        }
      }
      if (compareZxid(zxid, this.queuedTo) > 0) {
        this.queued.push(item);
        this.queuedTo = zxid;
      }
    }
  }

  finish(
    plan: (mode: SyncMode, sent: Zxid, from: Zxid, because: SyncPlan['because'], more: Partial<SyncPlan>) => SyncPlan,
    last: Zxid,
    source: NonNullable<SyncPlan['source']>,
    because: SyncPlan['because'],
  ): SyncPlan {
    if (this.opening === null) return plan('SNAP', last, this.queuedTo, 'divergedEpoch', { source });
    return plan(this.opening.mode, this.opening.zxid, this.queuedTo, this.opening.mode === 'TRUNC' ? 'diverged' : because, {
      source,
      queued: this.queued,
    });
  }
}

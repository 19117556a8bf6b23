/** Every branch of every rule that a decision can tell, so that what was never taken can be named. */
import type { Decision, RuleId } from '../../zab/types.ts';

type Of<R extends RuleId> = Extract<Decision, { readonly rule: R }>;
/** Fields of a decision that say which way it went. */
type BranchField = 'outcome' | 'by' | 'reason' | 'after' | 'because' | 'mode' | 'action' | 'why' | 'role' | 'source';
type Branches = {
  readonly [R in RuleId]: {
    readonly [F in Extract<keyof Of<R>, BranchField>]: Readonly<Record<Extract<Of<R>[F], string>, true>>;
  };
};

const is = true;
const ROLES = { LOOKING: is, FOLLOWING: is, LEADING: is, OBSERVING: is } as const;
const MODES = { DIFF: is, TRUNC: is, SNAP: is } as const;

/** Fails to compile when a rule or one of its outcomes is missing. */
export const BRANCHES: Branches = {
  'election.start': { after: { boot: is, lostLeader: is, gaveUpLeading: is } },
  'vote.order': {
    outcome: { adopted: is, kept: is, swallowed: is },
    by: { peerEpoch: is, zxid: is, sid: is, same: is, weight: is },
  },
  'vote.round': { outcome: { caughtUp: is, ignored: is } },
  'vote.rejected': { reason: { senderNotVoter: is, leaderNotVoter: is, emptyDatabase: is } },
  'vote.quorum': { outcome: { quorum: is, notYet: is } },
  'vote.final': { role: ROLES },
  'vote.established': { outcome: { joined: is, notYet: is }, role: ROLES },
  'election.backoff': { action: { resend: is, reconnect: is } },
  'connection.order': { outcome: { kept: is, dropped: is, 'dropped, connecting back': is } },
  'epoch.propose': { outcome: { notYet: is, decided: is, alreadyDecided: is } },
  'epoch.accept': { outcome: { accepted: is, alreadyAccepted: is, refused: is } },
  'epoch.ack': { outcome: { counted: is, notCounted: is, ahead: is, late: is, quorum: is } },
  'sync.mode': {
    mode: MODES,
    source: { committedLog: is, 'txnlog+committedLog': is },
    because: {
      forced: is,
      same: is,
      ahead: is,
      inCommittedLog: is,
      diverged: is,
      divergedEpoch: is,
      inTxnLog: is,
      txnLogUnusable: is,
      txnLogGap: is,
      txnLogDisabled: is,
      unhandled: is,
    },
  },
  'sync.opened': { mode: MODES },
  'sync.truncated': { outcome: { done: is, failed: is } },
  'newLeader.received': {},
  'newLeader.ack': { outcome: { counted: is, wrongEpoch: is, late: is, observer: is, quorum: is } },
  'leader.established': {},
  'learner.serving': {},
  'request.validated': {},
  'proposal.ack': { outcome: { notYet: is, committed: is, waitsForEarlier: is, alreadyCommitted: is, unknown: is, observer: is } },
  'commit.unexpected': { outcome: { ignored: is, gaveUp: is, exit: is } },
  'leader.alive': { outcome: { quorum: is, lost: is } },
  'learner.tooSlow': {},
  'leader.gaveUp': {
    reason: {
      epochTimeout: is,
      epochAckTimeout: is,
      newLeaderTimeout: is,
      quorumLost: is,
      internalError: is,
      zxidRollover: is,
      stopped: is,
    },
  },
  'learner.gaveUp': {
    reason: {
      leaderUnknown: is,
      cannotConnect: is,
      connectionLost: is,
      readTimeout: is,
      epochTooOld: is,
      unexpectedPacket: is,
      truncFailed: is,
      nonContinuous: is,
      commitMismatch: is,
      diskFailure: is,
      stopped: is,
    },
  },
  'handler.closed': {
    reason: { disconnected: is, readTimeout: is, transactionTimeout: is, ahead: is, protocol: is, leaderStopped: is },
  },
  'session.created': {},
  'session.expired': {},
  'session.revalidated': { outcome: { valid: is, expired: is } },
  'client.refused': { reason: { aheadOfServer: is, notServing: is, wrongPassword: is } },
  'recovery.step': {},
  'recovery.done': {},
  'recovery.failed': {},
  fastForward: {},
  'snapshot.due': { outcome: { started: is, busy: is } },
  'snapshot.taken': { why: { snapCount: is, leading: is, synchronized: is, empty: is } },
  purge: {},
  'digest.mismatch': {},
};

/** A branch as one word: `sync.mode because=inTxnLog`; the rule alone where it has no branches. */
export const ALL_BRANCHES: readonly string[] = Object.entries(BRANCHES).flatMap(([rule, fields]) => {
  const named = Object.entries(fields).flatMap(([field, values]) =>
    Object.keys(values as object).map((value) => `${rule} ${field}=${value}`),
  );
  return named.length === 0 ? [rule] : named;
});

/** Counts the branches that decisions took. */
export class BranchCount {
  readonly #rules = new Map<RuleId, readonly (readonly [field: string, seen: Set<string>])[]>();
  readonly #taken = new Set<string>();

  constructor() {
    for (const [rule, fields] of Object.entries(BRANCHES))
      this.#rules.set(
        rule as RuleId,
        Object.keys(fields).map((field) => [field, new Set<string>()] as const),
      );
  }

  /** @returns whether the decision went a way that none went before. */
  add(decision: Decision): boolean {
    const fields = this.#rules.get(decision.rule);
    if (fields === undefined) return false;
    if (fields.length === 0) return this.#take(decision.rule);
    let fresh = false;
    for (const [field, seen] of fields) {
      const value = (decision as unknown as Readonly<Record<string, unknown>>)[field];
      if (typeof value !== 'string' || seen.has(value)) continue;
      seen.add(value);
      fresh = this.#take(`${decision.rule} ${field}=${value}`) || fresh;
    }
    return fresh;
  }

  get taken(): ReadonlySet<string> {
    return this.#taken;
  }

  #take(branch: string): boolean {
    if (this.#taken.has(branch)) return false;
    this.#taken.add(branch);
    return true;
  }
}

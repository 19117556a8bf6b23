/**
 * Shallow copies, field by field. `{ ...x }` says the same in less, but takes V8 about 20 times as long for objects this wide (0.7 µs for a
 * server, on every event). A field that is missing here is a compile error.
 */
import type { Mutable } from './draft.ts';
import type { Handler, Leading, Learning, Logger, Server } from './state.ts';

export function copyServer(s: Server): Mutable<Server> {
  return {
    sid: s.sid,
    config: s.config,
    phase: s.phase,
    role: s.role,
    zabState: s.zabState,
    random: s.random,
    nextToken: s.nextToken,
    disk: s.disk,
    log: s.log,
    acceptedEpoch: s.acceptedEpoch,
    currentEpoch: s.currentEpoch,
    tree: s.tree,
    committedLog: s.committedLog,
    lastLogged: s.lastLogged,
    lastSynced: s.lastSynced,
    committedZxid: s.committedZxid,
    digestMismatches: s.digestMismatches,
    halfMulti: s.halfMulti,
    wantsSnapshot: s.wantsSnapshot,
    recoveryPhase: s.recoveryPhase,
    vote: s.vote,
    cnx: s.cnx,
    logger: s.logger,
    snapshotting: s.snapshotting,
    snapshotPhase: s.snapshotPhase,
    serving: s.serving,
    clients: s.clients,
    connOfSession: s.connOfSession,
    nextSession: s.nextSession,
    learning: s.learning,
    leading: s.leading,
  };
}

export function copyLeading(l: Leading): Mutable<Leading> {
  return {
    since: l.since,
    tick: l.tick,
    skipCheck: l.skipCheck,
    summary: l.summary,
    epoch: l.epoch,
    epochDecided: l.epochDecided,
    epochHeard: l.epochHeard,
    epochAcked: l.epochAcked,
    epochAgreed: l.epochAgreed,
    newLeaderAcked: l.newLeaderAcked,
    established: l.established,
    handlers: l.handlers,
    learners: l.learners,
    lastProposed: l.lastProposed,
    lastCommitted: l.lastCommitted,
    outstanding: l.outstanding,
    ahead: l.ahead,
    tracker: l.tracker,
    pendingSyncs: l.pendingSyncs,
  };
}

export function copyLearning(l: Learning): Mutable<Learning> {
  return {
    leader: l.leader,
    conn: l.conn,
    attempts: l.attempts,
    lastHeard: l.lastHeard,
    readTimeoutMs: l.readTimeoutMs,
    epoch: l.epoch,
    mode: l.mode,
    snapshotNeeded: l.snapshotNeeded,
    writeToTxnLog: l.writeToTxnLog,
    notLogged: l.notLogged,
    committed: l.committed,
    toAck: l.toAck,
    lastQueued: l.lastQueued,
    pendingTxns: l.pendingTxns,
    pendingSyncs: l.pendingSyncs,
    touched: l.touched,
  };
}

export function copyLogger(l: Logger): Mutable<Logger> {
  return {
    queue: l.queue,
    flushing: l.flushing,
    token: l.token,
    txnsSinceSnapshot: l.txnsSinceSnapshot,
    snapshotAt: l.snapshotAt,
  };
}

export function copyHandler(h: Handler): Mutable<Handler> {
  return {
    conn: h.conn,
    sid: h.sid,
    observer: h.observer,
    introduced: h.introduced,
    stage: h.stage,
    mode: h.mode,
    peerLastZxid: h.peerLastZxid,
    wantsSnapshot: h.wantsSnapshot,
    deadlineTick: h.deadlineTick,
    lastHeard: h.lastHeard,
    readTimeoutMs: h.readTimeoutMs,
    forwarding: h.forwarding,
    sending: h.sending,
    watched: h.watched,
    watchedNext: h.watchedNext,
  };
}

/** A record without one of its entries. */
export function without<V>(record: Readonly<Record<string | number, V>>, key: string | number): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== String(key)));
}

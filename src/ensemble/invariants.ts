/**
 * Live checks on every event. Each is incremental: it looks at what the event changed, never at the whole run. When an invariant breaks
 * because of what the person did to the disks, that is said instead: the guarantee is void. Either is reported once.
 */
import type { Sid } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import type { Decision, EnsembleConfig } from '../zab/types.ts';
import { align, changeHistory, emptyHistory, type History } from './ghost.ts';
import { clientEvent, outcome } from './invariants/clients.ts';
import { applied, committed, established, cutAskedFor } from './invariants/committed.ts';
import { epochIsFounded, quorumIsDurable, staysCut } from './invariants/durable.ts';
import { epochs, epochWon, otherLeaders, promiseGiven, proposed, wasProposed } from './invariants/leaders.ts';
import {
  disturbed,
  epochBegun,
  look,
  processEnded,
  processStarted,
  requestCommitted,
  requestTaken,
  unsettle,
} from './invariants/liveness.ts';
import { commitsInOrder, historyGrows, messageHeard, protocolDecision, shapeHolds } from './invariants/messages.ts';
import { Checks, type Finding } from './invariants/report.ts';
import { copyGhost, DOWN, historyOf, newGhost, watched, type Ghost } from './invariants/state.ts';
import { syncSent } from './invariants/syncs.ts';
import { tampering } from './tamper.ts';
import type { TraceEvent, WorldEvent } from './types.ts';

export type { Finding } from './invariants/report.ts';

/** A point to come back to: see `Invariants.checkpoint`. */
export interface InvariantsCheckpoint {
  readonly ghost: Ghost;
  readonly committedLength: number;
  readonly ackedLength: number;
}

export class Invariants {
  readonly #checks: Checks;

  constructor(config: EnsembleConfig) {
    this.#checks = new Checks(config, newGhost(config));
  }

  /** Looks at the next event. Null when all holds; else the first thing that does not. */
  observe(event: TraceEvent): Finding | null {
    const c = this.#checks;
    c.finding = null;
    c.ghost.n = event.n;
    const { actor, what } = event;
    if (actor.kind === 'server') serverEvent(c, actor.sid, event);
    else if (actor.kind === 'client') clientEvent(c, actor.client, event);
    else worldEvent(c, what as WorldEvent, event.at);
    for (const ended of event.outcomes) outcome(c, ended);
    if (event.at >= c.ghost.calm.lookAt) look(c, event);
    return c.finding;
  }

  /** A cheap copy of what is known. Long lists are shared, since they only grow. */
  checkpoint(): InvariantsCheckpoint {
    const { ghost } = this.#checks;
    return { ghost: copyGhost(ghost), committedLength: ghost.committed.cells.length, ackedLength: ghost.acked.length };
  }

  /** Goes back to a checkpoint; it stays usable, as do all others. */
  restore(checkpoint: InvariantsCheckpoint): void {
    const ghost = copyGhost(checkpoint.ghost);
    const { base, cells, digests } = ghost.committed;
    const known = digests.slice(0, checkpoint.committedLength).map((seen) => (seen !== undefined && seen.n <= ghost.n ? seen : undefined));
    ghost.committed = { base, cells: cells.slice(0, checkpoint.committedLength), digests: known };
    ghost.acked = ghost.acked.slice(0, checkpoint.ackedLength);
    this.#checks.ghost = ghost;
  }
}

function serverEvent(c: Checks, sid: Sid, event: TraceEvent): void {
  const { changes, log, decisions, what } = event;
  const { ghost } = c;
  const before = ghost.servers.get(sid) ?? DOWN;
  if (what.type === 'receive') {
    messageHeard(c, sid, before, what);
    if (what.message.kind === 'LEADERINFO') promiseGiven(c, sid, what.message.epoch, event);
  }
  for (const change of log) {
    const history = historyOf(ghost, sid);
    if (change.change === 'append') {
      const role = changes?.role ?? before.role;
      proposed(c, sid, role, changes?.currentEpoch ?? before.currentEpoch, change.cell);
      historyGrows(c, sid, history, change.cell);
      if (role !== 'LEADING') wasProposed(c, sid, change.cell);
    }
    changeHistory(history, change, ghost.committed, change.change === 'reset' ? snapshotSource(c, event) : history);
  }
  if (changes?.lastSynced !== undefined) ghost.synced[sid] = changes.lastSynced;
  for (const decision of decisions) decided(c, sid, decision, event);
  if (changes === null || event.effects.some((effect) => effect.type === 'exit')) return;
  const now = watched(before, changes);
  if (now === before) return;
  ghost.servers.set(sid, now);
  epochs(c, sid, before, now);
  if (
    now.role !== before.role ||
    now.zabState !== before.zabState ||
    now.currentEpoch !== before.currentEpoch ||
    now.acceptedEpoch !== before.acceptedEpoch
  ) {
    shapeHolds(c, sid, now);
    if (now.currentEpoch > before.currentEpoch && now.role !== 'LOOKING') epochIsFounded(c, sid, now.currentEpoch);
    if (now.role === 'LEADING') otherLeaders(c, sid, now);
  }
  if (now.serving && (now.lastZxid !== before.lastZxid || !before.serving || now.digest !== before.digest)) applied(c, sid, now);
}

/** Of whose history a snapshot was made: of the leader's that sent it, or of the server's own. */
function snapshotSource(c: Checks, { what, actor }: TraceEvent): History {
  if (what.type === 'receive' && what.message.kind === 'SNAP' && what.from.kind === 'server') return historyOf(c.ghost, what.from.sid);
  return historyOf(c.ghost, actor.kind === 'server' ? actor.sid : 0);
}

function decided(c: Checks, sid: Sid, decision: Decision, event: TraceEvent): void {
  switch (decision.rule) {
    case 'proposal.ack':
      if (decision.outcome === 'unknown') protocolDecision(c, sid, decision);
      if (decision.outcome !== 'committed') return;
      quorumIsDurable(c, sid, decision.zxid, decision.acks, 'txn');
      commitsInOrder(c, sid, decision.zxid);
      requestCommitted(c, sid, decision.zxid, event.at);
      return committed(c, sid, decision.zxid);
    case 'request.validated':
      if (decision.op === 'multi' && decision.err !== 'OK') c.ghost.failedMultis.add(formatZxid(decision.zxid));
      return requestTaken(c, sid, decision.zxid, event.at);
    case 'leader.established':
      quorumIsDurable(c, sid, c.ghost.initial.get(decision.epoch) ?? decision.zxid, decision.supporters, 'history');
      c.ghost.calm.waiting = null;
      return established(c, sid, decision.epoch);
    case 'epoch.ack': {
      if (decision.outcome !== 'quorum') return;
      const epoch = event.changes?.acceptedEpoch ?? c.ghost.servers.get(sid)?.acceptedEpoch ?? 0;
      epochBegun(c, sid, epoch, event.at);
      return epochWon(c, sid, epoch);
    }
    case 'sync.mode':
      for (const { message } of decision.mode === 'TRUNC' ? event.sent : [])
        if (message.kind === 'TRUNC') cutAskedFor(c, sid, decision.learner, message.zxid);
      return syncSent(c, sid, decision, event.sent);
    case 'sync.truncated':
      c.ghost.truncated.add(sid);
      return staysCut(c, sid, decision, event.log);
    case 'learner.tooSlow':
      return unsettle(c, event.at);
    case 'learner.gaveUp':
    case 'commit.unexpected':
    case 'newLeader.ack':
      return protocolDecision(c, sid, decision);
    default:
      return;
  }
}

function worldEvent(c: Checks, what: WorldEvent, at: number): void {
  switch (what.type) {
    case 'processStarted':
      return processStarted(c, what.sid, at);
    case 'processEnded': {
      const server = c.ghost.servers.get(what.sid);
      if (server !== undefined) c.ghost.servers.set(what.sid, { ...server, role: 'LOOKING', zabState: 'ELECTION', serving: false });
      return processEnded(c, what, at);
    }
    case 'command':
      disturbed(c, what.command, at);
      return tampered(c, what.command);
    default:
      return;
  }
}

function tampered(c: Checks, command: Extract<WorldEvent, { type: 'command' }>['command']): void {
  const deed = tampering(command, c.config.forceSync);
  if (deed === null) return;
  const { ghost } = c;
  const { sid } = deed;
  const history = historyOf(ghost, sid);
  align(history, ghost.committed);
  const before = ghost.tampered.get(sid);
  const server = ghost.servers.get(sid);
  ghost.tampered.set(sid, {
    n: ghost.n,
    deed,
    held: Math.max(history.matched, before?.held ?? 0),
    accepted: Math.max(server?.acceptedEpoch ?? 0, before?.accepted ?? 0),
  });
  // What the disk holds now is known when it is read again.
  ghost.histories.set(sid, emptyHistory());
  ghost.servers.set(sid, { ...(server ?? DOWN), acceptedEpoch: 0, currentEpoch: 0 });
}

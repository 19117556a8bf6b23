/**
 * Live checks on every event. Each is incremental: it looks at what the event changed, never at the whole run. When an invariant breaks
 * because of what the person did to the disks, that is said instead: the guarantee is void. Either is reported once.
 */
import type { Sid } from '../base/ids.ts';
import { compareZxid, formatZxid, sameZxid, ZXID_ZERO } from '../base/zxid.ts';
import type { Zxid } from '../base/zxid.ts';
import { isQuorum } from '../zab/quorum.ts';
import type { Decision, EnsembleConfig, LogCell, ServerView } from '../zab/types.ts';
import { changeHistory, countUpTo, align, emptyCommitted, emptyHistory, nameOf } from './ghost.ts';
import type { Committed, History } from './ghost.ts';
import { INVARIANTS, knownCauses } from './invariantList.ts';
import type { InvariantName } from './invariantList.ts';
import { explanation, tampering } from './tamper.ts';
import type { Tampering } from './tamper.ts';
import type { ClientId, OpOutcome, TraceEvent } from './types.ts';

export interface Finding {
  readonly violation?: { readonly invariant: InvariantName; readonly sentence: string; readonly source: string };
  readonly void?: { readonly guarantee: InvariantName; readonly sentence: string };
}

type Watched = Pick<ServerView, 'role' | 'zabState' | 'acceptedEpoch' | 'currentEpoch' | 'lastZxid' | 'lastLogged' | 'serving' | 'digest'>;
const DOWN: Watched = {
  role: 'LOOKING',
  zabState: 'ELECTION',
  acceptedEpoch: 0,
  currentEpoch: 0,
  lastZxid: ZXID_ZERO,
  lastLogged: ZXID_ZERO,
  serving: false,
  digest: 0,
};

interface Seen {
  readonly session: string;
  readonly zxid: Zxid;
}
interface Acked {
  readonly zxid: Zxid;
  readonly client: ClientId;
  readonly op: string;
}

interface Ghost {
  n: number;
  committed: Committed;
  acked: Acked[];
  readonly servers: Map<Sid, Watched>;
  readonly histories: Map<Sid, History>;
  readonly clients: Map<ClientId, Seen>;
  /** Who completed the ACKEPOCH quorum of an epoch. */
  readonly leaders: Map<number, Sid>;
  /** Highest counter proposed in an epoch. */
  readonly proposed: Map<number, number>;
  readonly tampered: Map<Sid, Tampering>;
  readonly truncated: Set<Sid>;
  readonly reported: Set<InvariantName>;
  /** What made the loss of committed txns the person's own doing. */
  lossExplained: string | null;
}

/** A point to come back to: see `Invariants.checkpoint`. */
export interface InvariantsCheckpoint {
  readonly ghost: Ghost;
  readonly committedLength: number;
  readonly ackedLength: number;
}

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'create2',
  'delete',
  'setData',
  'setACL',
  'check',
  'multi',
  'createSession',
  'closeSession',
  'deleteContainer',
]);

export class Invariants {
  readonly #config: EnsembleConfig;
  #ghost: Ghost;
  #finding: Finding | null = null;

  constructor(config: EnsembleConfig) {
    this.#config = config;
    this.#ghost = {
      n: -1,
      committed: emptyCommitted(),
      acked: [],
      servers: new Map(),
      histories: new Map(),
      clients: new Map(),
      leaders: new Map(),
      proposed: new Map(),
      tampered: new Map(),
      truncated: new Set(),
      reported: new Set(),
      lossExplained: null,
    };
  }

  /** Looks at the next event. Null when all holds; else the first thing that does not. */
  observe(event: TraceEvent): Finding | null {
    this.#finding = null;
    this.#ghost.n = event.n;
    const { actor, what } = event;
    if (actor.kind === 'server') this.#server(actor.sid, event);
    else if (actor.kind === 'client') this.#client(actor.client, event);
    else if (what.type === 'processEnded') this.#ended(what.sid);
    else if (what.type === 'command') this.#command(what.command);
    for (const outcome of event.outcomes) this.#outcome(outcome);
    return this.#finding;
  }

  /** A cheap copy of what is known. Long lists are shared, since they only grow. */
  checkpoint(): InvariantsCheckpoint {
    return { ghost: copyGhost(this.#ghost), committedLength: this.#ghost.committed.cells.length, ackedLength: this.#ghost.acked.length };
  }

  /** Goes back to a checkpoint; it stays usable, as do all others. */
  restore(checkpoint: InvariantsCheckpoint): void {
    const ghost = copyGhost(checkpoint.ghost);
    const { base, cells, digests } = ghost.committed;
    const known = digests.slice(0, checkpoint.committedLength).map((seen) => (seen !== undefined && seen.n <= ghost.n ? seen : undefined));
    ghost.committed = { base, cells: cells.slice(0, checkpoint.committedLength), digests: known };
    ghost.acked = ghost.acked.slice(0, checkpoint.ackedLength);
    this.#ghost = ghost;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What an event changes.

  #server(sid: Sid, event: TraceEvent): void {
    const { changes, log, decisions } = event;
    const before = this.#ghost.servers.get(sid) ?? DOWN;
    for (const change of log) {
      if (change.change === 'append')
        this.#proposed(sid, changes?.role ?? before.role, changes?.currentEpoch ?? before.currentEpoch, change.cell);
      changeHistory(this.#history(sid), change, this.#ghost.committed);
    }
    for (const decision of decisions) this.#decided(sid, decision, event);
    if (changes === null || event.effects.some((effect) => effect.type === 'exit')) return;
    const now = watched(before, changes);
    if (now === before) return;
    this.#ghost.servers.set(sid, now);
    this.#epochs(sid, before, now);
    if (
      now.role === 'LEADING' &&
      (now.role !== before.role || now.zabState !== before.zabState || now.currentEpoch !== before.currentEpoch)
    )
      this.#otherLeaders(sid, now);
    if (now.serving && (now.lastZxid !== before.lastZxid || !before.serving || now.digest !== before.digest)) this.#applied(sid, now);
  }

  #decided(sid: Sid, decision: Decision, event: TraceEvent): void {
    if (decision.rule === 'proposal.ack') {
      if (decision.outcome === 'committed') this.#committed(sid, decision.zxid);
    } else if (decision.rule === 'leader.established') this.#established(sid, decision.epoch);
    else if (decision.rule === 'epoch.ack' && decision.outcome === 'quorum')
      this.#epochWon(sid, event.changes?.acceptedEpoch ?? this.#ghost.servers.get(sid)?.acceptedEpoch ?? 0);
    else if (decision.rule === 'sync.truncated') this.#ghost.truncated.add(sid);
  }

  #ended(sid: Sid): void {
    const server = this.#ghost.servers.get(sid);
    if (server !== undefined) this.#ghost.servers.set(sid, { ...server, role: 'LOOKING', zabState: 'ELECTION', serving: false });
  }

  #command(command: Extract<TraceEvent['what'], { type: 'command' }>['command']): void {
    const done = tampering(command, this.#config.forceSync);
    if (done === null) return;
    const ghost = this.#ghost;
    const history = this.#history(done.sid);
    align(history, ghost.committed);
    const before = ghost.tampered.get(done.sid);
    const server = ghost.servers.get(done.sid);
    ghost.tampered.set(done.sid, {
      n: ghost.n,
      what: done.what,
      emptied: done.emptied,
      held: Math.max(history.matched, before?.held ?? 0),
      accepted: Math.max(server?.acceptedEpoch ?? 0, before?.accepted ?? 0),
    });
    // What the disk holds now is known when it is read again.
    ghost.histories.set(done.sid, emptyHistory());
    ghost.servers.set(done.sid, { ...(server ?? DOWN), acceptedEpoch: 0, currentEpoch: 0 });
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Leaders and epochs.

  #epochWon(sid: Sid, epoch: number): void {
    const { leaders, proposed } = this.#ghost;
    const other = leaders.get(epoch);
    leaders.set(epoch, sid);
    if (other === undefined) return;
    proposed.delete(epoch);
    this.#report(
      'one leader per epoch',
      `Server ${sid} has a quorum for epoch ${epoch}, which server ${other} had before.`,
      this.#promisesWiped(epoch),
      sid,
    );
  }

  /** Two leaders of different epochs may believe in themselves for a while; two of one epoch may not. */
  #otherLeaders(sid: Sid, now: Watched): void {
    if (!leads(now)) return;
    for (const [other, server] of this.#ghost.servers) {
      if (other === sid || !leads(server) || (server.currentEpoch !== now.currentEpoch && server.acceptedEpoch !== now.acceptedEpoch))
        continue;
      this.#report(
        'one leader per epoch',
        `Servers ${other} and ${sid} both lead epoch ${now.currentEpoch}.`,
        this.#promisesWiped(now.currentEpoch),
        sid,
      );
    }
  }

  #epochs(sid: Sid, before: Watched, now: Watched): void {
    if (now.acceptedEpoch < before.acceptedEpoch)
      this.#report(
        'promises are kept',
        `Server ${sid} had accepted epoch ${before.acceptedEpoch} and goes back to ${now.acceptedEpoch}.`,
        null,
        sid,
      );
    if (now.currentEpoch > now.acceptedEpoch)
      this.#report(
        'epochs are ordered',
        `Server ${sid} is in epoch ${now.currentEpoch} but has accepted only ${now.acceptedEpoch}.`,
        this.#own(sid),
        sid,
      );
    if (now.zabState !== 'BROADCAST' || now.lastLogged.epoch <= now.currentEpoch) return;
    this.#report(
      'epochs are ordered',
      `Server ${sid} has logged ${formatZxid(now.lastLogged)}, but its current epoch is ${now.currentEpoch}.`,
      this.#own(sid),
      sid,
    );
  }

  #proposed(sid: Sid, role: ServerView['role'], currentEpoch: number, cell: LogCell): void {
    if (role !== 'LEADING') return;
    const { epoch, counter } = cell.zxid;
    const last = this.#ghost.proposed.get(epoch) ?? 0;
    this.#ghost.proposed.set(epoch, counter);
    if (epoch === currentEpoch && counter === last + 1) return;
    this.#report(
      'consecutive proposals',
      `Leader ${sid} of epoch ${currentEpoch} proposes ${formatZxid(cell.zxid)} after counter ${last} of epoch ${epoch}.`,
      null,
      sid,
    );
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Committed txns.

  /** The NEWLEADER quorum commits the leader's whole history, which must contain all that was committed before. */
  #established(sid: Sid, epoch: number): void {
    const { committed } = this.#ghost;
    const history = this.#history(sid);
    align(history, committed);
    const first = committed.cells.length === 0 && sameZxid(committed.base, ZXID_ZERO);
    if (first) this.#begin(history);
    const missing = committed.cells[history.matched];
    if (missing !== undefined) {
      const ack = this.#acknowledgedFrom(history.matched);
      const name: InvariantName = ack === null ? 'a leader has all committed txns' : 'no acknowledged write is lost';
      const told = ack === null ? '' : ` Client ${ack.client} was told that ${ack.op} succeeded at ${formatZxid(ack.zxid)}.`;
      const why = this.#disksLost(history.matched);
      if (why !== null) this.#ghost.lossExplained = why;
      this.#report(name, `Server ${sid} leads epoch ${epoch} without ${nameOf(missing)}, which was committed.${told}`, why, sid);
      this.#rebase(history);
    }
    this.#grow(history, null);
    if (first) this.#haveSnapshots();
  }

  /** Who got a snapshot before it was known what is committed has all that it holds. */
  #haveSnapshots(): void {
    const { committed, histories } = this.#ghost;
    for (const history of histories.values()) history.matched = Math.max(history.matched, countUpTo(committed, history.base));
  }

  #committed(sid: Sid, zxid: Zxid): void {
    const history = this.#history(sid);
    align(history, this.#ghost.committed);
    const other = this.#ghost.committed.cells[history.matched];
    const mine = history.tail[0];
    if (other !== undefined && mine !== undefined && compareZxid(mine.zxid, zxid) <= 0) {
      this.#report(
        'agreement',
        `Leader ${sid} commits ${nameOf(mine)} where ${nameOf(other)} was committed before.`,
        this.#ghost.lossExplained,
        sid,
      );
      this.#rebase(history);
    }
    this.#grow(history, zxid);
  }

  /** A serving server shows its tree to clients: what it has applied must be a prefix of what is committed. */
  #applied(sid: Sid, now: Watched): void {
    const { committed } = this.#ghost;
    const history = this.#history(sid);
    align(history, committed);
    const mine = history.tail[0];
    const next = committed.cells[history.matched];
    const strange = mine !== undefined && compareZxid(mine.zxid, now.lastZxid) <= 0 ? mine : undefined;
    const skipped = next !== undefined && compareZxid(next.zxid, now.lastZxid) <= 0 ? next : undefined;
    if (strange === undefined && skipped === undefined) return this.#sameTree(sid, now, history);
    const why = this.#ghost.lossExplained ?? this.#own(sid);
    if (strange !== undefined && skipped !== undefined && sameZxid(strange.zxid, skipped.zxid)) {
      this.#report('agreement', `Server ${sid} has applied ${nameOf(strange)} where ${nameOf(skipped)} was committed.`, why, sid);
    } else if (skipped !== undefined && (strange === undefined || compareZxid(skipped.zxid, strange.zxid) < 0)) {
      this.#report(
        'applied is a prefix of committed',
        `Server ${sid} serves clients at ${formatZxid(now.lastZxid)} without ${nameOf(skipped)}, which was committed.`,
        why,
        sid,
      );
    } else if (strange !== undefined) {
      this.#report(
        'applied is a prefix of committed',
        `Server ${sid} serves clients at ${formatZxid(now.lastZxid)} and shows ${nameOf(strange)}, which was never committed.`,
        why,
        sid,
      );
    }
    history.matched = countUpTo(committed, now.lastZxid);
    history.tail = history.tail.filter((cell) => compareZxid(cell.zxid, now.lastZxid) > 0);
  }

  #sameTree(sid: Sid, now: Watched, history: History): void {
    const { cells, digests } = this.#ghost.committed;
    const i = history.matched - 1;
    const last = cells[i];
    if (!this.#config.digestEnabled || now.digest === 0 || last === undefined || !sameZxid(last.zxid, now.lastZxid)) return;
    const seen = digests[i];
    if (seen === undefined) digests[i] = { digest: now.digest, sid, n: this.#ghost.n };
    else if (seen.digest !== now.digest) {
      this.#report(
        'equal trees',
        `Servers ${seen.sid} and ${sid} have both applied up to ${formatZxid(now.lastZxid)}, but their trees differ (digests ${seen.digest} and ${now.digest}).`,
        this.#ghost.lossExplained ?? this.#own(sid) ?? this.#own(seen.sid),
        sid,
      );
    }
  }

  #outcome(outcome: OpOutcome): void {
    if (outcome.outcome !== 'acked' || outcome.zxid === null || !WRITES.has(outcome.op.op)) return;
    const { committed, acked } = this.#ghost;
    const last = committed.cells.at(-1)?.zxid ?? committed.base;
    acked.push({ zxid: outcome.zxid, client: outcome.client, op: opName(outcome) });
    if (outcome.zxid.counter === 0 || compareZxid(outcome.zxid, last) <= 0) return;
    this.#report(
      'reply means committed',
      `Client ${outcome.client} is told that ${opName(outcome)} succeeded at ${formatZxid(outcome.zxid)}, but only ${formatZxid(last)} is committed.`,
      this.#ghost.lossExplained,
      null,
    );
  }

  #client(client: ClientId, event: TraceEvent): void {
    const { clients } = this.#ghost;
    const seen = clients.get(client) ?? { session: '0x0', zxid: ZXID_ZERO };
    const session = event.client?.session ?? seen.session;
    let zxid = session === seen.session || seen.session === '0x0' ? seen.zxid : ZXID_ZERO;
    const { what } = event;
    if (what.type === 'received' && what.message.kind === 'Reply' && what.message.zxid.epoch >= 0) {
      const told = what.message.zxid;
      if (compareZxid(told, zxid) < 0)
        this.#report(
          'a client never goes back',
          `Client ${client} had seen ${formatZxid(zxid)} and is now answered as of ${formatZxid(told)}.`,
          this.#ghost.lossExplained,
          null,
        );
      else zxid = told;
    }
    if (session !== seen.session || zxid !== seen.zxid) clients.set(client, { session, zxid });
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Ghost state.

  #history(sid: Sid): History {
    let history = this.#ghost.histories.get(sid);
    if (history === undefined) this.#ghost.histories.set(sid, (history = emptyHistory()));
    return history;
  }

  /** The first leader's history is where committed txns begin; below its snapshot nothing is known in detail. */
  #begin(leader: History): void {
    this.#ghost.committed = emptyCommitted(leader.base);
    for (const history of this.#ghost.histories.values()) {
      history.matched = 0;
      history.tail = history.tail.filter((cell) => compareZxid(cell.zxid, leader.base) > 0);
    }
  }

  /** Commits a leader's txns up to a zxid, or all. */
  #grow(leader: History, upTo: Zxid | null): void {
    const { cells } = this.#ghost.committed;
    if (leader.matched !== cells.length) return;
    let i = 0;
    for (; i < leader.tail.length; i++) {
      const cell = leader.tail[i] as LogCell;
      if (upTo !== null && compareZxid(cell.zxid, upTo) > 0) break;
      cells.push(cell);
    }
    leader.matched += i;
    leader.tail.splice(0, i);
  }

  /** What was committed after a leader's history parts from it is given up, so that the rest of the run can be checked against the new history. */
  #rebase(leader: History): void {
    const { base, cells, digests } = this.#ghost.committed;
    const common = leader.matched;
    this.#ghost.committed = { base, cells: cells.slice(0, common), digests: digests.slice(0, common) };
    for (const history of this.#ghost.histories.values()) {
      if (history.matched <= common) continue;
      history.tail = [...cells.slice(common, history.matched), ...history.tail];
      history.matched = common;
    }
  }

  #acknowledgedFrom(index: number): Acked | null {
    const { committed, acked } = this.#ghost;
    const first = committed.cells[index];
    if (first === undefined) return null;
    return acked.find((ack) => compareZxid(ack.zxid, first.zxid) >= 0) ?? null;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Violated or void.

  /** Whether the person's actions took the committed txn at an index from a quorum's disks. */
  #disksLost(index: number): string | null {
    const { committed, histories, tampered } = this.#ghost;
    for (const history of histories.values()) align(history, committed);
    const keepers = [...histories].filter(([, history]) => history.matched > index).map(([sid]) => sid);
    const losers = [...tampered].filter(([sid, done]) => done.held > index && !keepers.includes(sid));
    return this.#explain(keepers, losers);
  }

  #promisesWiped(epoch: number): string | null {
    const { servers, tampered } = this.#ghost;
    const keepers = [...servers].filter(([sid, server]) => !tampered.has(sid) && server.acceptedEpoch >= epoch).map(([sid]) => sid);
    return this.#explain(
      keepers,
      [...tampered].filter(([, done]) => done.accepted >= epoch),
    );
  }

  #explain(keepers: readonly Sid[], losers: readonly (readonly [Sid, Tampering])[]): string | null {
    return explanation(
      keepers,
      losers.map(([, done]) => done),
      losers.map(([sid]) => sid),
      (sids) => isQuorum(this.#config, sids),
    );
  }

  /** What was done to a server's own files that can make its content wrong. */
  #own(sid: Sid): string | null {
    const done = this.#ghost.tampered.get(sid);
    return done === undefined || done.emptied ? null : done.what;
  }

  #report(name: InvariantName, what: string, why: string | null, sid: Sid | null): void {
    if (this.#finding !== null || this.#ghost.reported.has(name)) return;
    this.#ghost.reported.add(name);
    const { says, source } = INVARIANTS[name];
    if (why !== null)
      this.#finding = { void: { guarantee: name, sentence: `${what} ZooKeeper promises the contrary, but not after this: ${why}.` } };
    else
      this.#finding = {
        violation: {
          invariant: name,
          sentence: `${what} ${says}${knownCauses(name, this.#config.profile, sid !== null && this.#ghost.truncated.has(sid))}`,
          source,
        },
      };
  }
}

function leads(server: Watched): boolean {
  return server.role === 'LEADING' && (server.zabState === 'SYNCHRONIZATION' || server.zabState === 'BROADCAST');
}

/** The watched fields after a change; the same object if none changed. */
function watched(before: Watched, changes: Partial<ServerView>): Watched {
  const { role, zabState, acceptedEpoch, currentEpoch, lastZxid, lastLogged, serving, digest } = changes;
  if (
    role === undefined &&
    zabState === undefined &&
    acceptedEpoch === undefined &&
    currentEpoch === undefined &&
    lastZxid === undefined &&
    lastLogged === undefined &&
    serving === undefined &&
    digest === undefined
  )
    return before;
  return {
    role: role ?? before.role,
    zabState: zabState ?? before.zabState,
    acceptedEpoch: acceptedEpoch ?? before.acceptedEpoch,
    currentEpoch: currentEpoch ?? before.currentEpoch,
    lastZxid: lastZxid ?? before.lastZxid,
    lastLogged: lastLogged ?? before.lastLogged,
    serving: serving ?? before.serving,
    digest: digest ?? before.digest,
  };
}

function opName(outcome: OpOutcome): string {
  return 'path' in outcome.op ? `${outcome.op.op} ${outcome.op.path}` : outcome.op.op;
}

function copyGhost(ghost: Ghost): Ghost {
  return {
    ...ghost,
    servers: new Map(ghost.servers),
    histories: new Map([...ghost.histories].map(([sid, history]) => [sid, { ...history, tail: history.tail.slice() }])),
    clients: new Map(ghost.clients),
    leaders: new Map(ghost.leaders),
    proposed: new Map(ghost.proposed),
    tampered: new Map(ghost.tampered),
    truncated: new Set(ghost.truncated),
    reported: new Set(ghost.reported),
  };
}

/**
 * Looks at every event of a run: which branches were taken, which abstract states were met, and whether a moment has come that a fault waits for.
 * An abstract state forgets who is who and how long ago things were: roles and phases, the order of epochs, who has which part of the history, and
 * which kinds of packets are on their way.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { Role, ServerView, ZabState } from '../../zab/types.ts';
import type { Observer } from '../hooks.ts';
import type { TraceEvent } from '../types.ts';
import type { BranchCount } from './branches.ts';
import type { Chance } from './chance.ts';
import type { Moment } from './recipe.ts';

/** What all runs of a hunt have seen. */
export interface Seen {
  readonly branches: BranchCount;
  readonly states: Set<number>;
  /** States that were met since somebody asked last. */
  readonly news: number[];
}

/** A moment that a fault waited for: where it came, and who the other side was. */
export interface Hit {
  readonly sid: Sid;
  readonly peer: Sid | null;
}

interface Known {
  up: boolean;
  role: Role;
  zabState: ZabState;
  acceptedEpoch: number;
  currentEpoch: number;
  lastZxid: Zxid;
  lastLogged: Zxid;
  lastSynced: Zxid;
  serving: boolean;
  mode: string | null;
}

interface ProbeCheckpoint {
  readonly servers: readonly (readonly [Sid, Known])[];
  readonly flying: readonly (readonly [flight: number, kind: number])[];
  readonly kinds: readonly number[];
}

const PHASES: Readonly<Record<ZabState, number>> = { ELECTION: 0, DISCOVERY: 1, SYNCHRONIZATION: 2, BROADCAST: 3 };
const ROLES: Readonly<Record<Role, number>> = { LOOKING: 0, FOLLOWING: 1, LEADING: 2, OBSERVING: 3 };
/** Packets that say how far a pair of servers has come. */
const KINDS = ['LEADERINFO', 'ACKEPOCH', 'DIFF', 'TRUNC', 'SNAP', 'PROPOSAL', 'COMMIT', 'NEWLEADER', 'ACK', 'UPTODATE'];

export class Probe implements Observer {
  readonly #seen: Seen;
  /** The moments that count, and how often one of them is taken. */
  moments: ReadonlyMap<Moment, number>;
  readonly #chance: Chance;
  readonly #servers = new Map<Sid, Known>();
  /** Kind of each flight that has not arrived. */
  readonly #flying = new Map<number, number>();
  readonly #kinds = new Array<number>(KINDS.length).fill(0);
  /** Whether moments count now. */
  storm = false;
  hit: Hit | null = null;
  /** States, and branches, that no run had met before, and when the last of them was. */
  fresh = 0;
  freshAt = 0;

  constructor(seen: Seen, moments: ReadonlyMap<Moment, number>, chance: Chance) {
    this.#seen = seen;
    this.moments = moments;
    this.#chance = chance;
  }

  observe(event: TraceEvent): null {
    const { actor, what, decisions, changes, sent } = event;
    let moved = false;
    if (actor.kind === 'server') {
      for (const decision of decisions) if (this.#seen.branches.add(decision)) this.#isFresh(event);
      if (changes !== null && this.#change(actor.sid, changes)) moved = true;
      if (this.storm && this.hit === null && this.moments.size > 0) this.#watch(actor.sid, event);
    } else if (what.type === 'processEnded') {
      this.#server(what.sid).up = false;
      for (const flight of what.lost) this.#arrived(flight);
      moved = true;
    } else if (what.type === 'connectionClosed') for (const flight of what.lost) this.#arrived(flight);
    if (what.type === 'receive' && this.#arrived(what.flight)) moved = true;
    for (const { id, channel, message } of sent) {
      if (channel !== 'quorum') continue;
      const kind = KINDS.indexOf(message.kind);
      if (kind < 0) continue;
      this.#flying.set(id, kind);
      const before = this.#kinds[kind] ?? 0;
      this.#kinds[kind] = before + 1;
      if (before === 0) moved = true;
    }
    if (moved) this.#state(event);
    return null;
  }

  checkpoint(): ProbeCheckpoint {
    return {
      servers: [...this.#servers].map(([sid, known]) => [sid, { ...known }]),
      flying: [...this.#flying],
      kinds: this.#kinds.slice(),
    };
  }

  /** What was seen stays seen. */
  restore({ servers, flying, kinds }: ProbeCheckpoint): void {
    this.#servers.clear();
    for (const [sid, known] of servers) this.#servers.set(sid, { ...known });
    this.#flying.clear();
    for (const [flight, kind] of flying) this.#flying.set(flight, kind);
    kinds.forEach((count, kind) => (this.#kinds[kind] = count));
  }

  #arrived(flight: number): boolean {
    const kind = this.#flying.get(flight);
    if (kind === undefined) return false;
    this.#flying.delete(flight);
    this.#kinds[kind] = (this.#kinds[kind] ?? 1) - 1;
    return this.#kinds[kind] === 0;
  }

  #server(sid: Sid): Known {
    let known = this.#servers.get(sid);
    if (known === undefined)
      this.#servers.set(
        sid,
        (known = {
          up: false,
          role: 'LOOKING',
          zabState: 'ELECTION',
          acceptedEpoch: 0,
          currentEpoch: 0,
          lastZxid: ZXID_ZERO,
          lastLogged: ZXID_ZERO,
          lastSynced: ZXID_ZERO,
          serving: false,
          mode: null,
        }),
      );
    return known;
  }

  #change(sid: Sid, changes: Partial<ServerView>): boolean {
    const { role, zabState, acceptedEpoch, currentEpoch, lastZxid, lastLogged, lastSynced, serving, learning } = changes;
    const known = this.#server(sid);
    let moved = !known.up;
    known.up = true;
    if (role !== undefined) moved = (known.role = role) === role;
    if (zabState !== undefined) moved = (known.zabState = zabState) === zabState;
    if (acceptedEpoch !== undefined) moved = (known.acceptedEpoch = acceptedEpoch) === acceptedEpoch;
    if (currentEpoch !== undefined) moved = (known.currentEpoch = currentEpoch) === currentEpoch;
    if (lastZxid !== undefined) moved = (known.lastZxid = lastZxid) === lastZxid;
    if (lastLogged !== undefined) moved = (known.lastLogged = lastLogged) === lastLogged;
    if (lastSynced !== undefined) moved = (known.lastSynced = lastSynced) === lastSynced;
    if (serving !== undefined) moved = (known.serving = serving) === serving;
    if (learning !== undefined) known.mode = learning?.mode ?? null;
    return moved;
  }

  /** Orders of epochs and histories, not their values: how many servers are strictly behind this one. */
  #state(event: TraceEvent): void {
    let state = 0;
    for (const one of this.#servers.values()) {
      let epochs = 0;
      let logs = 0;
      for (const other of this.#servers.values()) {
        if (other === one) continue;
        if (other.acceptedEpoch < one.acceptedEpoch) epochs += 1;
        if (other.currentEpoch < one.currentEpoch) epochs += 8;
        const logged = compareZxid(other.lastLogged, one.lastLogged);
        if (logged < 0) logs += 1;
        else if (logged === 0) logs += 8;
        if (compareZxid(other.lastZxid, one.lastZxid) < 0) logs += 64;
      }
      let own = (one.up ? 1 : 0) | (ROLES[one.role] << 1) | (PHASES[one.zabState] << 3) | (one.serving ? 32 : 0);
      own |= Math.sign(one.acceptedEpoch - one.currentEpoch) << 6;
      own |= (compareZxid(one.lastLogged, one.lastSynced) > 0 ? 1 : 0) << 8;
      own |= (compareZxid(one.lastZxid, one.lastLogged) + 1) << 9;
      own |= (one.mode === null ? 0 : one.mode.length) << 11;
      // Added up, so that the same ensemble with other numbers is the same state.
      state = (state + mixed(mixed(own) ^ mixed(epochs * 4099 + logs))) | 0;
    }
    let kinds = 0;
    for (let kind = 0; kind < KINDS.length; kind++) if ((this.#kinds[kind] ?? 0) > 0) kinds |= 1 << kind;
    const hash = mixed(state ^ mixed(kinds + 0x51ed27)) >>> 0;
    if (this.#seen.states.has(hash)) return;
    this.#seen.states.add(hash);
    this.#seen.news.push(hash);
    this.#isFresh(event);
  }

  #isFresh({ at }: TraceEvent): void {
    this.fresh++;
    this.freshAt = at;
  }

  #watch(sid: Sid, { decisions, what }: TraceEvent): void {
    for (const decision of decisions) {
      const rate = this.moments.get(decision.rule);
      if (rate !== undefined && this.#chance.is(rate)) this.hit = { sid, peer: peerOf(decision) };
    }
    if (what.type !== 'receive') return;
    const rate = this.moments.get(what.message.kind);
    if (rate !== undefined && this.#chance.is(rate)) this.hit = { sid, peer: what.from.kind === 'server' ? what.from.sid : null };
  }
}

function peerOf(decision: object): Sid | null {
  for (const field of ['from', 'learner', 'leader'] as const) {
    const value = (decision as Readonly<Record<string, unknown>>)[field];
    if (typeof value === 'number') return value;
  }
  return null;
}

function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

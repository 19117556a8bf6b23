/**
 * Where things are in a trace: role changes, decisions, faults, the bands and message lines of the timeline. Built event by event,
 * answered by halving, so that no view scans the trace.
 */
import type { Sid } from '../base/ids.ts';
import type { ClientId, CommandType, TraceEvent } from '../ensemble/types.ts';
import type { Role, RuleId } from '../zab/types.ts';
import { FlightLines } from './flightLines.ts';
import { atMost, lastAtMost, nextAfter, previousBefore } from './sorted.ts';

/** What a lane of the timeline shows for a while. `to` is the position of the event that ended it, Infinity while it lasts. */
export interface RoleBand {
  readonly sid: Sid;
  readonly from: number;
  readonly to: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly role: Role | 'DOWN' | 'PAUSED';
  /** currentEpoch, and the hue. */
  readonly epoch: number;
}

/** An established leadership. */
export interface Leadership {
  readonly sid: Sid;
  readonly epoch: number;
  readonly n: number;
  readonly at: number;
}

export type Landmark = 'roleChange' | 'decision' | 'fault' | 'client';

/** Commands that break or mend something, as opposed to what clients do. */
const CLIENT_COMMANDS: ReadonlySet<CommandType> = new Set(['connect', 'request', 'close', 'abandon']);

interface Lane {
  role: RoleBand['role'];
  real: Role;
  epoch: number;
  readonly bands: RoleBand[];
  readonly events: number[];
  readonly decisions: number[];
  readonly rules: Map<RuleId, number[]>;
}

export class TraceIndex {
  readonly #landmarks: Record<Landmark, number[]> = { roleChange: [], decision: [], fault: [], client: [] };
  readonly #lanes = new Map<Sid, Lane>();
  readonly #clients = new Map<ClientId, number[]>();
  readonly #leaders: Leadership[] = [];
  readonly #impossible: number[] = [];
  readonly #at: number[] = [];
  /** Message lines. */
  readonly flights = new FlightLines(this.#at);

  add(event: TraceEvent): void {
    this.#at.push(event.at);
    this.flights.add(event);
    const { actor, what } = event;
    if (actor.kind === 'server') this.#addServer(this.#lane(actor.sid), actor.sid, event);
    else if (actor.kind === 'client') push(this.#clients, actor.client, event.n);
    else if (what.type === 'processStarted' || what.type === 'processEnded') this.#addProcess(what.sid, what.type, event);
    else if (what.type === 'command') this.#addCommand(what.command, event);
    if (event.outcomes.length > 0) this.#landmarks.client.push(event.n);
    if (event.origin?.impossible !== undefined) this.#impossible.push(event.n);
  }

  /** Position of the next landmark after `n`, or null. */
  next(kind: Landmark, n: number): number | null {
    return nextAfter(this.#landmarks[kind], n);
  }

  /** Position of the last landmark before `n`, or null. */
  previous(kind: Landmark, n: number): number | null {
    return previousBefore(this.#landmarks[kind], n);
  }

  /** All positions of a kind, ascending. */
  positions(kind: Landmark): readonly number[] {
    return this.#landmarks[kind];
  }

  /** Events of logs that stand before what must have come first, ascending. */
  impossible(): readonly number[] {
    return this.#impossible;
  }

  /** Servers that appear in the trace. */
  servers(): Iterable<Sid> {
    return this.#lanes.keys();
  }

  /** Positions at which a server stepped, ascending. */
  eventsOf(sid: Sid): readonly number[] {
    return this.#lanes.get(sid)?.events ?? [];
  }

  /** Positions at which a client did or heard something, ascending. */
  eventsOfClient(client: ClientId): readonly number[] {
    return this.#clients.get(client) ?? [];
  }

  /** Positions at which a server decided anything, ascending. */
  allDecisionsOf(sid: Sid): readonly number[] {
    return this.#lanes.get(sid)?.decisions ?? [];
  }

  /** Positions at which a rule decided something on a server, ascending. */
  decisionsOf(sid: Sid, rule: RuleId): readonly number[] {
    return this.#lanes.get(sid)?.rules.get(rule) ?? [];
  }

  /** The last position ≤ `n` at which a rule decided something on a server, or −1. */
  lastDecision(sid: Sid, rule: RuleId, n: number): number {
    return lastAtMost(this.decisionsOf(sid, rule), n);
  }

  /** Role bands of a server, oldest first. */
  bands(sid: Sid): readonly RoleBand[] {
    return this.#lanes.get(sid)?.bands ?? [];
  }

  /** Leaders in the order in which they were established. */
  leaders(): readonly Leadership[] {
    return this.#leaders;
  }

  /** The last event at or before a time (virtual ms), or −1. */
  positionAt(at: number): number {
    return atMost(this.#at, at) - 1;
  }

  #lane(sid: Sid): Lane {
    let lane = this.#lanes.get(sid);
    if (lane === undefined) {
      lane = { role: 'DOWN', real: 'LOOKING', epoch: 0, bands: [], events: [], decisions: [], rules: new Map() };
      this.#lanes.set(sid, lane);
    }
    return lane;
  }

  #addServer(lane: Lane, sid: Sid, event: TraceEvent): void {
    const { n, changes, decisions } = event;
    lane.events.push(n);
    if (decisions.length > 0) {
      this.#landmarks.decision.push(n);
      lane.decisions.push(n);
      for (const decision of decisions) {
        push(lane.rules, decision.rule, n);
        if (decision.rule === 'leader.established') this.#leaders.push({ sid, epoch: decision.epoch, n, at: event.at });
      }
    }
    const booted = event.what.type === 'boot';
    const role = changes?.role ?? (booted ? 'LOOKING' : lane.real);
    lane.real = role;
    this.#band(
      lane,
      sid,
      lane.role === 'PAUSED' ? 'PAUSED' : lane.role === 'DOWN' && !booted ? 'DOWN' : role,
      changes?.currentEpoch ?? lane.epoch,
      event,
    );
  }

  #addProcess(sid: Sid, type: 'processStarted' | 'processEnded', event: TraceEvent): void {
    const lane = this.#lane(sid);
    if (type === 'processEnded') mark(this.#landmarks.fault, event.n);
    if (type === 'processStarted') lane.real = 'LOOKING';
    this.#band(lane, sid, type === 'processEnded' ? 'DOWN' : 'LOOKING', lane.epoch, event);
  }

  #addCommand(command: Extract<TraceEvent['what'], { type: 'command' }>['command'], event: TraceEvent): void {
    if (CLIENT_COMMANDS.has(command.type)) return;
    mark(this.#landmarks.fault, event.n);
    if (command.type !== 'pause' && command.type !== 'resume') return;
    const lane = this.#lane(command.sid);
    if (command.type === 'pause' && lane.role !== 'DOWN') this.#band(lane, command.sid, 'PAUSED', lane.epoch, event);
    if (command.type === 'resume' && lane.role === 'PAUSED') this.#band(lane, command.sid, lane.real, lane.epoch, event);
  }

  /** Ends the lane's band and begins another where role or epoch differ. */
  #band(lane: Lane, sid: Sid, role: RoleBand['role'], epoch: number, event: TraceEvent): void {
    if (role === lane.role && epoch === lane.epoch && lane.bands.length > 0) return;
    const last = lane.bands.at(-1);
    if (last !== undefined) lane.bands[lane.bands.length - 1] = { ...last, to: event.n, toAt: event.at };
    if (role !== lane.role) mark(this.#landmarks.roleChange, event.n);
    lane.role = role;
    lane.epoch = epoch;
    lane.bands.push({ sid, from: event.n, to: Infinity, fromAt: event.at, toAt: Infinity, role, epoch });
  }
}

/** Appends a position once. */
function mark(positions: number[], n: number): void {
  if (positions.at(-1) !== n) positions.push(n);
}

function push<K>(lists: Map<K, number[]>, key: K, n: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [n]);
  else if (list.at(-1) !== n) list.push(n);
}

/**
 * What all parts of the world use: scheduling, recording, randomness, names of nodes. A `World` is the state plus the trace it has
 * written so far.
 */
import type { Sid } from '../base/ids.ts';
import { draw } from '../base/random.ts';
import type { Spread, WorldOptions } from './options.ts';
import { pushEntry } from './queue.ts';
import type { Client, Process, Scheduled, WorldState } from './state.ts';
import type { Actor, ClientId, Flight, Peer, TraceEvent, WorldEvent } from './types.ts';

export interface World {
  readonly options: WorldOptions;
  readonly trace: TraceEvent[];
  state: WorldState;
  /** Position of the event whose consequences are being worked out, −1 before the first. */
  cause: number;
  /** The memory of a process is gone. */
  onProcessGone: (sid: Sid) => void;
}

/** An event whose `sent` list may still be filled. */
export type Draft = { -readonly [K in keyof TraceEvent]: TraceEvent[K] };

export const NONE: readonly never[] = [];
export const WORLD_ACTOR: Actor = { kind: 'world' };

const serverPeers: (Peer & { kind: 'server' })[] = [];
const clientPeers: (Peer & { kind: 'client' })[] = [];

/** The same object for the same server every time: a long trace holds it many times. */
export function serverPeer(sid: Sid): Peer & { kind: 'server' } {
  return (serverPeers[sid] ??= { kind: 'server', sid });
}

export function clientPeer(client: ClientId): Peer & { kind: 'client' } {
  return (clientPeers[client] ??= { kind: 'client', client });
}

export function peerOf(node: number): Peer {
  return node > 0 ? serverPeer(node) : clientPeer(-node);
}

export function schedule(world: World, at: number, item: Scheduled): void {
  const { state } = world;
  pushEntry(state.queue, { at, seq: state.seq++, item });
}

/** Whole microseconds, so that times stay short in print and exact in JSON. */
export function inMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Draws a duration and moves the holder's stream on. */
export function drawSpread(holder: { random: Process['random'] }, spread: Spread): number {
  const [value, next] = draw(holder.random);
  holder.random = next;
  return inMicroseconds(Math.max(0, spread.meanMs + (2 * value - 1) * spread.jitterMs));
}

/** How late a server gets to what it waits for. Draws nothing where nobody is ever late. */
export function drawLag(world: World, process: Process): number {
  const { lag } = world.options;
  return lag.meanMs === 0 ? 0 : drawSpread(process, lag);
}

/** Appends an event and makes it the cause of what follows. */
export function append(world: World, event: Draft): Draft {
  world.trace.push(event);
  world.cause = event.n;
  return event;
}

/** Records something that happened to nobody in particular, or to a process as a whole. Gives its position. */
export function recordWorld(world: World, what: WorldEvent, cause: number = world.cause, disk: TraceEvent['disk'] = null): number {
  return append(world, {
    n: world.trace.length,
    at: world.state.now,
    actor: WORLD_ACTOR,
    cause,
    what,
    sent: NONE,
    effects: NONE,
    decisions: NONE,
    changes: null,
    client: null,
    log: NONE,
    outcomes: NONE,
    disk,
  }).n;
}

export function processOf(world: World, sid: Sid): Process {
  const process = world.state.processes.get(sid);
  if (process === undefined) throw new Error(`no server ${sid} in this world`);
  return process;
}

export function clientOf(world: World, client: ClientId): Client {
  const found = world.state.clients.get(client);
  if (found === undefined) throw new Error(`no client ${client} in this world`);
  return found;
}

/** What a process's own clock shows. */
export function localClock(process: Process, now: number): number {
  return process.rate === 1 && process.clockWorld === process.clockLocal
    ? now
    : process.clockLocal + (now - process.clockWorld) * process.rate;
}

/** What a server's own clock shows when something happens that is due at `at`. */
export function clockAt(world: World, sid: Sid, at: number): number {
  return localClock(processOf(world, sid), Math.max(at, world.state.now));
}

export type { Flight };

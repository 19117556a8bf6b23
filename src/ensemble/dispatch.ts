/**
 * What the queue's next entry means. Most entries are an input for a server: those are prepared (nothing changes), stepped by the host, and
 * finished. All others concern only the world and its clients and are done at once.
 */
import type { Sid } from '../base/ids.ts';
import type { Input, StepOutput, TimerName } from '../zab/types.ts';
import { applyServerStep, stepClient } from './actors.ts';
import type { ClientTimer } from './clients.ts';
import { establish, onRefused, onSyn } from './connect.ts';
import { judge, nodeAt, onRetransmit, otherEnd, reap, settleArrival } from './connections.ts';
import { finishFsync } from './disks.ts';
import { bootInput, drainLater, isReady, leaveInInbox, leaveTimer, processStarted } from './processes.ts';
import type { Entry } from './queue.ts';
import type { Attempt, NodeId, Process, Scheduled } from './state.ts';
import { goesOff, onTimerEntry, takeTimer } from './timers.ts';
import type { Flight } from './types.ts';
import { clientOf, processOf, schedule, type World } from './world.ts';

/** A queue entry that is an input for a server which can take it. */
export interface Prepared {
  readonly entry: Entry<Scheduled>;
  readonly sid: Sid;
  readonly input: Input;
  readonly flight: Flight | null;
}

type Item<K extends Scheduled['kind']> = Extract<Scheduled, { kind: K }>;

/** Changes nothing. Null if the entry is not (or not yet) an input for a server. */
export function prepare(world: World, entry: Entry<Scheduled>): Prepared | null {
  const { item } = entry;
  switch (item.kind) {
    case 'arrive':
      return prepareArrival(world, entry, item);
    case 'timer': {
      const process = item.node > 0 ? processOf(world, item.node) : undefined;
      if (process === undefined || !isReady(process, process.incarnation) || !goesOff(process, item.timer, entry.at)) return null;
      return { entry, sid: process.sid, input: { type: 'timer', timer: item.timer as TimerName }, flight: null };
    }
    case 'fsync': {
      const process = processOf(world, item.sid);
      const done = process.fsyncs[0];
      return isReady(process, item.incarnation) && done !== undefined
        ? { entry, sid: item.sid, input: { type: 'fsynced', token: done.token }, flight: null }
        : null;
    }
    case 'boot': {
      const process = processOf(world, item.sid);
      const starts = process.state === 'starting' && process.incarnation === item.incarnation;
      return starts ? { entry, sid: item.sid, input: bootInput(world, process), flight: null } : null;
    }
    case 'input':
      return isReady(processOf(world, item.sid), item.incarnation) ? { entry, sid: item.sid, input: item.input, flight: null } : null;
    case 'drain':
      return prepareDrain(world, entry, item);
    default:
      return null;
  }
}

function prepareArrival(world: World, entry: Entry<Scheduled>, item: Item<'arrive'>): Prepared | null {
  const verdict = judge(world, item);
  if (typeof verdict === 'string') return null;
  const connection = world.state.connections.get(item.conn);
  const node = connection === undefined ? 0 : nodeAt(connection, otherEnd(item.end));
  if (node <= 0) return null;
  const process = processOf(world, node);
  return isReady(process, process.incarnation) ? { entry, sid: node, input: verdict, flight: flightOf(item) } : null;
}

function prepareDrain(world: World, entry: Entry<Scheduled>, item: Item<'drain'>): Prepared | null {
  const process = processOf(world, item.sid);
  const waiting = process.inbox[0];
  if (process.state !== 'running' || process.incarnation !== item.incarnation || process.paused || waiting === undefined) return null;
  if (waiting.kind === 'input') return { entry, sid: item.sid, input: waiting.input, flight: waiting.flight };
  const due = process.timers.get(waiting.timer)?.due ?? Infinity;
  return due <= entry.at ? { entry, sid: item.sid, input: { type: 'timer', timer: waiting.timer }, flight: null } : null;
}

function flightOf(item: Item<'arrive'>): Flight | null {
  return item.segment.kind === 'data' ? item.segment.flight : null;
}

/** The server has taken the input: records the step and carries out what follows. */
export function finish(world: World, prepared: Prepared, output: StepOutput): void {
  const process = processOf(world, prepared.sid);
  const { item } = prepared.entry;
  const cause = commit(world, process, item, prepared.input);
  applyServerStep(world, process, prepared.input, prepared.flight, cause, output);
  if (item.kind === 'arrive') reapConnection(world, item.conn);
  else if (item.kind === 'drain' && process.state === 'running') drainLater(world, process);
}

/** The world's side of an input. Gives the position of its cause. */
function commit(world: World, process: Process, item: Scheduled, input: Input): number {
  switch (item.kind) {
    case 'arrive':
      return commitArrival(world, item, input);
    case 'timer':
      return takeTimer(process, item.timer);
    case 'fsync': {
      const cause = process.fsyncs[0]?.cause ?? -1;
      finishFsync(world, process);
      return cause;
    }
    case 'boot':
      processStarted(world, process, item.cause);
      return world.cause;
    case 'input':
      return item.cause;
    case 'drain': {
      const waiting = process.inbox.shift();
      if (waiting === undefined) return -1;
      return waiting.kind === 'input' ? waiting.cause : takeTimer(process, waiting.timer);
    }
    default:
      throw new Error(`a server cannot take "${item.kind}"`);
  }
}

function commitArrival(world: World, item: Item<'arrive'>, input: Input): number {
  settleArrival(world, item, input);
  const connection = world.state.connections.get(item.conn);
  return input.type === 'connected' && connection !== undefined ? establish(world, connection, item.segment.cause) : item.segment.cause;
}

function reapConnection(world: World, conn: number): void {
  const connection = world.state.connections.get(conn);
  if (connection !== undefined) reap(world, connection);
}

/** Does an entry for which `prepare` gave null. */
export function stepWorld(world: World, entry: Entry<Scheduled>, onDriver: () => void): void {
  const { item } = entry;
  switch (item.kind) {
    case 'arrive':
      return arrive(world, item);
    case 'retransmit': {
      const given = onRetransmit(world, item.conn, item.end);
      if (given !== null) give(world, given.node, given.input, world.cause, null);
      return reapConnection(world, item.conn);
    }
    case 'syn':
      return connectFailed(world, onSyn(world, item.attempt), 'timeout');
    case 'refused':
      return connectFailed(world, onRefused(world, item.attempt), 'refused');
    case 'timer':
      return timerEntry(world, item, entry.at);
    case 'fsync':
      return fsyncUnnoticed(world, item);
    case 'input':
      return leaveInInbox(processOf(world, item.sid), item.incarnation, item.input, item.cause, null);
    case 'disconnectClient':
      return stepClient(
        world,
        clientOf(world, item.client),
        { type: 'input', input: { type: 'disconnected', conn: item.conn, reason: 'reset' }, flight: null },
        item.cause,
      );
    case 'drain':
      return skipTimer(world, item);
    case 'driver':
      return onDriver();
    case 'boot':
      return;
  }
}

function arrive(world: World, item: Item<'arrive'>): void {
  const verdict = judge(world, item);
  if (typeof verdict === 'string') settleArrival(world, item, verdict);
  else {
    const cause = commitArrival(world, item, verdict);
    const connection = world.state.connections.get(item.conn);
    if (connection !== undefined) give(world, nodeAt(connection, otherEnd(item.end)), verdict, cause, flightOf(item));
  }
  reapConnection(world, item.conn);
}

/** Hands an input to whoever it is for: a client at once, a server in its turn. */
function give(world: World, node: NodeId, input: Input, cause: number, flight: Flight | null): void {
  if (node < 0) return stepClient(world, clientOf(world, -node), { type: 'input', input, flight }, cause);
  const process = processOf(world, node);
  if (isReady(process, process.incarnation))
    schedule(world, world.state.now, { kind: 'input', sid: node, incarnation: process.incarnation, input, cause });
  else leaveInInbox(process, process.incarnation, input, cause, flight);
}

function connectFailed(world: World, attempt: Attempt | null, reason: 'refused' | 'timeout'): void {
  if (attempt === null) return;
  give(world, attempt.from, { type: 'connectFailed', channel: attempt.channel, peer: attempt.to, reason }, attempt.cause, null);
}

function timerEntry(world: World, item: Item<'timer'>, at: number): void {
  const holder = item.node > 0 ? processOf(world, item.node) : clientOf(world, -item.node);
  if (!onTimerEntry(world, item.node, holder, item.timer, at)) return;
  if (item.node > 0) return leaveTimer(processOf(world, item.node), item.timer);
  stepClient(world, clientOf(world, -item.node), { type: 'timer', timer: item.timer as ClientTimer }, takeTimer(holder, item.timer));
}

/** The kernel finishes an fsync for a process that is paused. */
function fsyncUnnoticed(world: World, item: Item<'fsync'>): void {
  const process = processOf(world, item.sid);
  const done = process.fsyncs[0];
  if (done === undefined || process.incarnation !== item.incarnation || process.state !== 'running') return;
  finishFsync(world, process);
  leaveInInbox(process, item.incarnation, { type: 'fsynced', token: done.token }, done.cause, null);
}

/** A waiting timer that has been set again or cancelled meanwhile does not go off. */
function skipTimer(world: World, item: Item<'drain'>): void {
  const process = processOf(world, item.sid);
  if (process.incarnation !== item.incarnation || process.paused || process.state !== 'running') return;
  process.inbox.shift();
  drainLater(world, process);
}

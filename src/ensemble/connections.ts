/**
 * TCP connections between processes: what a kernel delivers, holds back, repeats and refuses. First in, first out, in each direction.
 * A cut loses nothing while both hosts live: segments wait with the sender's kernel and are sent again with growing pauses.
 */
import type { Input, Message } from '../zab/types.ts';
import { isBlocked, isCut, isListening, latency } from './links.ts';
import type { Connection, End, EndState, NodeId, Pipe, Scheduled, Segment } from './state.ts';
import type { Flight } from './types.ts';
import { drawLag, inMicroseconds, peerOf, processOf, recordWorld, schedule, type World } from './world.ts';

type ArrivalItem = Extract<Scheduled, { kind: 'arrive' }>;

/**
 * What becomes of a segment at the end of its way: an input for the receiving process, or
 * - `gone`: nobody remembers the connection
 * - `held`: dropped on the way; the sender will repeat it
 * - `behind`: older segments are being repeated at this very instant, and go first
 * - `refused`: there is no such connection at the receiver any more: it answers with a reset
 * - `shut`: a connection that never opened is over
 * - `ignored`
 */
export type Verdict = Input | 'gone' | 'held' | 'behind' | 'refused' | 'shut' | 'ignored';

/** The other end. `item.end` is the sender's. */
export function otherEnd(end: End): End {
  return end === 0 ? 1 : 0;
}

export function nodeAt(connection: Connection, end: End): NodeId {
  return end === 0 ? connection.from : connection.to;
}

/** Which end a node holds. */
export function endOf(connection: Connection, node: NodeId): End {
  return connection.from === node ? 0 : 1;
}

/** Decides about an arrival; changes nothing. */
export function judge(world: World, item: ArrivalItem): Verdict {
  const connection = world.state.connections.get(item.conn);
  if (connection === undefined) return 'gone';
  const { segment } = item;
  const receiver = otherEnd(item.end);
  const blocked = isBlocked(world, nodeAt(connection, item.end), nodeAt(connection, receiver));
  if (segment.kind === 'rst') return blocked ? 'ignored' : judgeReset(connection, receiver);
  const pipe = connection.pipes[item.end];
  if (blocked || pipe.held.length > 0 || pipe.holed) return 'held';
  if (pipe.replaying > 0 && !item.again) return 'behind';
  return judgeDelivery(world, connection, receiver, segment);
}

function judgeReset(connection: Connection, receiver: End): Verdict {
  if (connection.ends[receiver] === 'open') return { type: 'disconnected', conn: connection.id, reason: 'reset' };
  return connection.ends[receiver] === 'opening' ? 'shut' : 'ignored';
}

function judgeDelivery(world: World, connection: Connection, receiver: End, segment: Segment): Verdict {
  if (connection.ends[receiver] === 'closed') return segment.kind === 'fin' ? 'ignored' : 'refused';
  const { id, channel, from, to } = connection;
  switch (segment.kind) {
    case 'data':
      return { type: 'receive', conn: id, message: segment.flight.message };
    case 'synAck':
      return { type: 'connected', channel, conn: id, peer: to };
    case 'open':
      return isListening(world, to, channel) ? { type: 'accepted', channel, conn: id, peer: Math.abs(from) } : 'refused';
    case 'fin':
      return { type: 'disconnected', conn: id, reason: 'closed' };
    case 'rst':
      return 'ignored';
  }
}

/** Puts a segment on the wire. Gives the time of its arrival. */
export function transmit(world: World, connection: Connection, end: End, segment: Segment): number {
  const pipe = connection.pipes[end];
  const receiver = nodeAt(connection, otherEnd(end));
  const onTheWay = latency(world, nodeAt(connection, end), receiver);
  const late = segment.kind === 'fin' && receiver > 0 ? drawLag(world, processOf(world, receiver)) : 0;
  const at = Math.max(pipe.last, inMicroseconds(world.state.now + onTheWay + late));
  pipe.last = at;
  pipe.flying++;
  schedule(world, at, { kind: 'arrive', conn: connection.id, end, segment, again: false });
  return at;
}

/**
 * A process sends a message.
 *
 * @returns the flight, or null if this end is closed (the write fails; the process will hear, or has heard, `disconnected`).
 */
export function sendMessage(world: World, conn: number, node: NodeId, message: Message): Flight | null {
  const connection = world.state.connections.get(conn);
  if (connection === undefined) return null;
  const end = endOf(connection, node);
  if (connection.ends[end] !== 'open') return null;
  const from = nodeAt(connection, end);
  const to = nodeAt(connection, otherEnd(end));
  const stuck = isBlocked(world, from, to) || connection.pipes[end].held.length > 0;
  const flight = {
    id: world.state.nextFlight++,
    conn,
    channel: connection.channel,
    from: peerOf(from),
    to: peerOf(to),
    message,
    eta: null as number | null,
  };
  const at = transmit(world, connection, end, { kind: 'data', flight, cause: world.cause });
  if (!stuck) flight.eta = at;
  return flight;
}

/** Carries out a verdict on the connection itself. An input still has to be given to its process. */
export function settleArrival(world: World, item: ArrivalItem, verdict: Verdict): void {
  const connection = world.state.connections.get(item.conn);
  if (connection === undefined) return;
  const pipe = connection.pipes[item.end];
  pipe.flying--;
  if (item.again) pipe.replaying--;
  const receiver = otherEnd(item.end);
  switch (verdict) {
    case 'gone':
    case 'ignored':
      return;
    case 'behind':
      pipe.flying++;
      return schedule(world, world.state.now, item);
    case 'held':
      return hold(world, connection, item.end, item.segment);
    case 'refused':
      return refuse(world, connection, item.end, item.segment);
    case 'shut':
      connection.ends[receiver] = 'closed';
      return;
    default:
      settleInput(connection, receiver, verdict);
  }
}

function settleInput(connection: Connection, receiver: End, input: Input): void {
  if (input.type === 'accepted') connection.ends[receiver] = 'open';
  else if (input.type === 'disconnected') shutEnd(connection, receiver, input.reason === 'reset');
}

/** A process or its kernel is done with an end. After a reset what the kernel still held is thrown away. */
function shutEnd(connection: Connection, end: End, discard: boolean): void {
  connection.ends[end] = 'closed';
  const pipe = connection.pipes[end];
  if (!discard) return;
  if (pipe.held.length > 0) pipe.holed = true;
  lose(connection, dropHeld(pipe));
}

function hold(world: World, connection: Connection, end: End, segment: Segment): void {
  const pipe = connection.pipes[end];
  if (pipe.broken || pipe.holed) {
    pipe.holed = true;
    return lose(connection, [segment]);
  }
  pipe.held.push(segment);
  if (pipe.tries >= 0) return;
  pipe.tries = 0;
  schedule(world, inMicroseconds(world.state.now + world.options.tcp.rtoMs), { kind: 'retransmit', conn: connection.id, end });
}

/** The receiver knows no such connection. Its reset may be lost too: then the segment is repeated until one gets through. */
function refuse(world: World, connection: Connection, end: End, segment: Segment): void {
  const receiver = otherEnd(end);
  connection.ends[receiver] = 'closed';
  if (connection.ends[end] === 'closed') return lose(connection, [segment]);
  if (isCut(world, nodeAt(connection, receiver), nodeAt(connection, end))) return hold(world, connection, end, segment);
  lose(connection, [segment]);
  transmit(world, connection, receiver, { kind: 'rst', cause: segment.cause });
}

/**
 * A retransmission timer went off: everything held goes out again, or the pause doubles.
 *
 * @returns the input for the sending process if TCP gives the connection up.
 */
export function onRetransmit(world: World, conn: number, end: End): { readonly node: NodeId; readonly input: Input } | null {
  const connection = world.state.connections.get(conn);
  const pipe = connection?.pipes[end];
  if (connection === undefined || pipe === undefined || pipe.tries < 0) return null;
  if (pipe.held.length === 0) pipe.tries = -1;
  else if (!isBlocked(world, nodeAt(connection, end), nodeAt(connection, otherEnd(end)))) sendHeld(world, connection, end);
  else return backOff(world, connection, end);
  return null;
}

/** What was held arrives, in order and ahead of what was sent after it. */
function sendHeld(world: World, connection: Connection, end: End): void {
  const pipe = connection.pipes[end];
  pipe.tries = -1;
  for (const segment of dropHeld(pipe)) {
    pipe.flying++;
    pipe.replaying++;
    schedule(world, world.state.now, { kind: 'arrive', conn: connection.id, end, segment, again: true });
  }
}

function backOff(world: World, connection: Connection, end: End): { node: NodeId; input: Input } | null {
  const { tcp } = world.options;
  const pipe = connection.pipes[end];
  pipe.tries++;
  const wasOpen = connection.ends[end] === 'open';
  if (pipe.tries <= (wasOpen ? tcp.retries : tcp.orphanRetries)) {
    schedule(world, inMicroseconds(world.state.now + Math.min(tcp.maxRtoMs, tcp.rtoMs * 2 ** pipe.tries)), {
      kind: 'retransmit',
      conn: connection.id,
      end,
    });
    return null;
  }
  shutEnd(connection, end, true);
  return wasOpen ? { node: nodeAt(connection, end), input: { type: 'disconnected', conn: connection.id, reason: 'reset' } } : null;
}

/** A process closes its end: the peer reads what was sent before, then the end of the stream. */
export function closeEnd(world: World, conn: number, node: NodeId): void {
  const connection = world.state.connections.get(conn);
  if (connection === undefined) return;
  const end = endOf(connection, node);
  const was = connection.ends[end];
  if (was === 'closed') return;
  connection.ends[end] = 'closed';
  if (was === 'open') transmit(world, connection, end, { kind: 'fin', cause: world.cause });
  reap(world, connection);
}

/** How a process ended, for its connections: `fin` by its kernel, `silent` when the machine itself is gone. */
export type Ending = 'fin' | 'silent';

/**
 * The connections of a process that is gone.
 *
 * @param unread connections with data that it had not read: Linux answers with a reset at once, and sends nothing more.
 * @returns flights that will never arrive.
 */
export function closeAllEnds(world: World, node: NodeId, ending: Ending, unread: ReadonlySet<number>): readonly number[] {
  const lost: number[] = [];
  for (const connection of world.state.connections.values()) {
    if (connection.from !== node && connection.to !== node) continue;
    const end = endOf(connection, node);
    const pipe = connection.pipes[end];
    const was = connection.ends[end];
    connection.ends[end] = 'closed';
    if (ending === 'silent') {
      pipe.broken = true;
      if (pipe.held.length > 0) pipe.holed = true;
      lost.push(...flightsIn(dropHeld(pipe)));
    } else if (was === 'open') hangUp(world, connection, end, unread.has(connection.id), lost);
    reap(world, connection);
  }
  return lost;
}

function hangUp(world: World, connection: Connection, end: End, unread: boolean, lost: number[]): void {
  if (unread) lost.push(...flightsIn(dropHeld(connection.pipes[end])));
  transmit(world, connection, end, { kind: unread ? 'rst' : 'fin', cause: world.cause });
}

/** Takes a connection out of the world at once, with everything in it. Gives who still had it open. */
export function destroy(world: World, connection: Connection): readonly NodeId[] {
  const { state } = world;
  const open = ([0, 1] as const).filter((end) => connection.ends[end] === 'open').map((end) => nodeAt(connection, end));
  const flying: Segment[] = [];
  for (const { item } of state.queue) if (item.kind === 'arrive' && item.conn === connection.id) flying.push(item.segment);
  lose(connection, [...flying, ...connection.pipes[0].held, ...connection.pipes[1].held]);
  state.connections.delete(connection.id);
  if (connection.opened >= 0)
    recordWorld(world, { type: 'connectionClosed', conn: connection.id, lost: [...connection.lost].sort((a, b) => a - b) });
  return open;
}

/** Forgets a connection that both ends are done with and on which nothing moves any more. */
export function reap(world: World, connection: Connection): void {
  if (!isClosed(connection.ends[0]) || !isClosed(connection.ends[1])) return;
  if (!isStill(connection.pipes[0]) || !isStill(connection.pipes[1])) return;
  if (!world.state.connections.delete(connection.id)) return;
  if (connection.opened >= 0) recordWorld(world, { type: 'connectionClosed', conn: connection.id, lost: connection.lost });
}

function isClosed(end: EndState): boolean {
  return end === 'closed';
}

function isStill(pipe: Pipe): boolean {
  return pipe.flying === 0 && pipe.held.length === 0;
}

function dropHeld(pipe: Pipe): Segment[] {
  return pipe.held.splice(0);
}

function lose(connection: Connection, segments: readonly Segment[]): void {
  const flights = flightsIn(segments);
  if (flights.length > 0) connection.lost = [...connection.lost, ...flights];
}

function flightsIn(segments: readonly Segment[]): number[] {
  return segments.flatMap((segment) => (segment.kind === 'data' ? [segment.flight.id] : []));
}

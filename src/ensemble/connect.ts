/** Opening connections: SYN, its retransmissions, and the answer. */
import type { Channel } from '../zab/types.ts';
import { hostUp, isCut, isListening, latency } from './links.ts';
import type { Attempt, Connection, NodeId, Pipe } from './state.ts';
import { transmit } from './connections.ts';
import { inMicroseconds, peerOf, recordWorld, schedule, type World } from './world.ts';

/** Begins to connect. An attempt of the same kind that is still under way is given up. */
export function connect(world: World, from: NodeId, to: NodeId, channel: Channel): void {
  const { state } = world;
  cancelAttempt(world, from, to, channel);
  const attempt: Attempt = { id: state.nextAttempt++, channel, from, to, startedAt: state.now, cause: world.cause, tries: 1 };
  state.attempts.set(attempt.id, attempt);
  schedule(world, inMicroseconds(state.now + latency(world, from, to)), { kind: 'syn', attempt: attempt.id });
}

export function cancelAttempt(world: World, from: NodeId, to: NodeId, channel: Channel): void {
  for (const attempt of world.state.attempts.values()) {
    if (attempt.from === from && attempt.to === to && attempt.channel === channel) world.state.attempts.delete(attempt.id);
  }
  for (const connection of world.state.connections.values()) {
    if (connection.ends[0] === 'opening' && connection.from === from && connection.to === to && connection.channel === channel)
      connection.ends[0] = 'closed';
  }
}

/** All attempts of a node whose process is gone. */
export function cancelAttempts(world: World, from: NodeId): void {
  for (const attempt of world.state.attempts.values()) if (attempt.from === from) world.state.attempts.delete(attempt.id);
}

/**
 * A SYN has come to the end of its way. Without an answer it is sent again after 1 s, 3 s, 7 s, ..., so a link healed in time connects.
 *
 * @returns the attempt if TCP has given it up.
 */
export function onSyn(world: World, id: number): Attempt | null {
  const attempt = world.state.attempts.get(id);
  if (attempt === undefined) return null;
  const { from, to } = attempt;
  if (isCut(world, from, to) || isCut(world, to, from) || !hostUp(world, to)) return tryAgain(world, attempt);
  if (!isListening(world, to, attempt.channel))
    schedule(world, inMicroseconds(world.state.now + latency(world, to, from)), { kind: 'refused', attempt: id });
  else accept(world, attempt);
  return null;
}

function tryAgain(world: World, attempt: Attempt): Attempt | null {
  const { tcp } = world.options;
  const { attempts } = world.state;
  if (attempt.tries > tcp.synRetries) {
    attempts.delete(attempt.id);
    return attempt;
  }
  attempts.set(attempt.id, { ...attempt, tries: attempt.tries + 1 });
  const sentAt = attempt.startedAt + (2 ** attempt.tries - 1) * tcp.synRtoMs;
  schedule(world, inMicroseconds(Math.max(sentAt, world.state.now) + latency(world, attempt.from, attempt.to)), {
    kind: 'syn',
    attempt: attempt.id,
  });
  return null;
}

/**
 * The answer "nobody listens here" is back, unless it was dropped on its way.
 *
 * @returns the attempt that failed.
 */
export function onRefused(world: World, id: number): Attempt | null {
  const attempt = world.state.attempts.get(id);
  if (attempt === undefined) return null;
  if (isCut(world, attempt.to, attempt.from)) return tryAgain(world, attempt);
  world.state.attempts.delete(id);
  return attempt;
}

function accept(world: World, attempt: Attempt): void {
  const { state } = world;
  const connection: Connection = {
    id: state.nextConn++,
    channel: attempt.channel,
    from: attempt.from,
    to: attempt.to,
    opened: -1,
    ends: ['opening', 'opening'],
    pipes: [newPipe(), newPipe()],
    lost: [],
  };
  state.connections.set(connection.id, connection);
  state.attempts.delete(attempt.id);
  world.cause = attempt.cause;
  transmit(world, connection, 1, { kind: 'synAck', cause: attempt.cause });
}

function newPipe(): Pipe {
  return { last: 0, flying: 0, replaying: 0, held: [], tries: -1, broken: false, holed: false };
}

/** The initiator has the answer: the connection is open on its side. Gives the position of the event. */
export function establish(world: World, connection: Connection, cause: number): number {
  connection.ends[0] = 'open';
  connection.opened = recordWorld(
    world,
    {
      type: 'connectionOpened',
      conn: connection.id,
      channel: connection.channel,
      from: peerOf(connection.from),
      to: peerOf(connection.to),
    },
    cause,
  );
  transmit(world, connection, 0, { kind: 'open', cause: connection.opened });
  return connection.opened;
}

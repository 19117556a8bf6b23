/**
 * The connections that carry votes, as `QuorumCnxManager` tells of them: attempts, who keeps a connection by the order of ids, and their end.
 */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { ConnId } from '../../zab/types.ts';
import { threads } from './line.ts';
import { debug, electionAddress, info, remoteAddress, say, type DecisionLines, type Pen } from './pen.ts';
import { connectFailure, SEND_QUEUE_INTERRUPTED, SOCKET_CLOSED, voteEnd } from './stacks.ts';

function listener(pen: Pen): string {
  return `ListenerHandler-${electionAddress(pen, pen.sid)}`;
}

function connectionThread(pen: Pen): string {
  return threads.connection(pen.sid, (pen.connectionThread % 4) + 1);
}

/**
 * A vote is handed to the connection manager: it goes out, or it waits and a connection is opened, unless that is under way.
 *
 * Source: `QuorumCnxManager.toSend`, `connectOne`, `initiateConnectionAsync`.
 */
export function connectOne(pen: Pen, to: Sid, event: TraceEvent, thread: string): void {
  if (pen.links.has(to)) {
    pen.outbox.set(to, 'sent');
    return debug(pen, thread, 'QuorumCnxManager@744', `There is a connection already for server ${to}`);
  }
  pen.outbox.set(to, 'queued');
  debug(pen, thread, 'QuorumCnxManager@763', `Server ${pen.sid} knows ${to} already, it is in the lastCommittedView`);
  if (
    !pen.connecting.has(to) &&
    event.effects.some((effect) => effect.type === 'connect' && effect.channel === 'election' && effect.to === to)
  )
    opening(pen, to);
  else {
    const text = `Connection request to server id: ${to} is already in progress, so skipping this request`;
    debug(pen, thread, 'QuorumCnxManager@426', text);
  }
}

function opening(pen: Pen, to: Sid): void {
  pen.connecting.add(to);
  pen.connectionThread++;
  debug(pen, connectionThread(pen), 'QuorumCnxManager@377', `Opening channel to server ${to}`);
}

/** Source: `QuorumCnxManager.initiateConnection`. */
export function cannotOpen(pen: Pen, to: Sid, reason: 'refused' | 'timeout'): void {
  if (!pen.connecting.delete(to)) return;
  const text = `Cannot open channel to ${to} at election address ${electionAddress(pen, to)}`;
  say(pen, 'WARN', connectionThread(pen), 'QuorumCnxManager@401', text, connectFailure(reason));
}

/** Somebody connects to the election port. Source: `QuorumCnxManager.Listener.ListenerHandler`, `receiveConnection`. */
export function acceptedLines(pen: Pen, conn: ConnId, peer: Sid): void {
  const thread = listener(pen);
  const from = remoteAddress(pen, peer, conn);
  info(pen, thread, 'QuorumCnxManager$Listener$ListenerHandler@1076', `Received connection request from ${from}`);
  debug(pen, thread, 'QuorumCnxManager@554', `Sync handling of connection request received from: ${from}`);
  const message = `InitialMessage{sid=${peer}, electionAddr=[${electionAddress(pen, peer)}]}`;
  debug(pen, thread, 'QuorumCnxManager@613', `Initial message parsed by ${pen.sid}: ${message}`);
}

/** The smaller id must not have opened the connection. Source: `QuorumCnxManager.startConnection`, `handleConnection`. */
export const connectionOrder: DecisionLines<'connection.order'> = (pen, { peer, initiator, outcome }, event) => {
  const { what } = event;
  const conn = 'conn' in what ? what.conn : 0;
  const ids = `(myId:${pen.sid} --> sid:${peer})`;
  if (initiator === pen.sid) {
    const thread = connectionThread(pen);
    pen.connecting.delete(peer);
    debug(pen, thread, 'QuorumCnxManager@394', `Connected to server ${peer} using election address: ${electionAddress(pen, peer)}`);
    debug(pen, thread, 'QuorumCnxManager@469', `startConnection ${ids}`);
    if (outcome !== 'kept')
      return info(pen, thread, 'QuorumCnxManager@514', `Have smaller server identifier, so dropping the connection: ${ids}`);
    debug(pen, thread, 'QuorumCnxManager@518', `Have larger server identifier, so keeping the connection: ${ids}`);
    return startWorkers(pen, conn, peer, thread);
  }
  const thread = listener(pen);
  if (outcome === 'kept') return startWorkers(pen, conn, peer, thread);
  if (pen.links.has(peer)) replaced(pen, peer, thread);
  debug(pen, thread, 'QuorumCnxManager@652', `Create new connection to server: ${peer}`);
  connectBack(pen, peer, event, thread);
};

function connectBack(pen: Pen, peer: Sid, event: TraceEvent, thread: string): void {
  if (event.effects.some((effect) => effect.type === 'connect' && effect.channel === 'election' && effect.to === peer)) opening(pen, peer);
  else {
    const text = `Connection request to server id: ${peer} is already in progress, so skipping this request`;
    debug(pen, thread, 'QuorumCnxManager@426', text);
  }
}

/** Source: `QuorumCnxManager.SendWorker`, `RecvWorker`. */
function startWorkers(pen: Pen, conn: ConnId, peer: Sid, thread: string): void {
  debug(pen, thread, 'QuorumCnxManager$SendWorker@1184', `Address of remote peer: ${peer}`);
  if (pen.links.has(peer)) replaced(pen, peer, thread);
  pen.links.set(peer, conn);
  const sender = `SendWorker:${peer}`;
  if (pen.outbox.get(peer) === 'sent')
    debug(pen, sender, 'QuorumCnxManager$SendWorker@1260', `Attempting to send lastMessage to sid=${peer}`);
  if (pen.outbox.has(peer)) pen.outbox.set(peer, 'sent');
  debug(pen, sender, 'QuorumCnxManager$SendWorker@1268', `SendWorker thread started towards ${peer}. myId: ${pen.sid}`);
  const text = `RecvWorker thread towards ${peer} started. myId: ${pen.sid}`;
  debug(pen, `RecvWorker:${peer}`, 'QuorumCnxManager$RecvWorker@1384', text);
}

/** The connection for votes ended. Source: `QuorumCnxManager.RecvWorker.run`, `SendWorker.finish`. */
export function brokenLines(pen: Pen, peer: Sid, reason: 'closed' | 'reset'): void {
  const receiver = `RecvWorker:${peer}`;
  pen.links.delete(peer);
  say(pen, 'WARN', receiver, 'QuorumCnxManager$RecvWorker@1402', `Connection broken for id ${peer}, my id = ${pen.sid}`, voteEnd(reason));
  const text = `Interrupting SendWorker thread from RecvWorker. sid: ${peer}. myId: ${pen.sid}`;
  say(pen, 'WARN', receiver, 'QuorumCnxManager$RecvWorker@1408', text);
  finishing(pen, peer, receiver);
  leaving(pen, peer);
}

/** A newer connection takes the place of this one. */
function replaced(pen: Pen, peer: Sid, thread: string): void {
  pen.links.delete(peer);
  finishing(pen, peer, thread);
  const receiver = `RecvWorker:${peer}`;
  say(pen, 'WARN', receiver, 'QuorumCnxManager$RecvWorker@1402', `Connection broken for id ${peer}, my id = ${pen.sid}`, SOCKET_CLOSED);
  const text = `Interrupting SendWorker thread from RecvWorker. sid: ${peer}. myId: ${pen.sid}`;
  say(pen, 'WARN', receiver, 'QuorumCnxManager$RecvWorker@1408', text);
  debug(pen, receiver, 'QuorumCnxManager$SendWorker@1201', `Calling SendWorker.finish for ${peer}`);
  leaving(pen, peer);
}

function finishing(pen: Pen, peer: Sid, thread: string): void {
  debug(pen, thread, 'QuorumCnxManager$SendWorker@1201', `Calling SendWorker.finish for ${peer}`);
  debug(pen, thread, 'QuorumCnxManager$RecvWorker@1366', `RecvWorker.finish called. sid: ${peer}. myId: ${pen.sid}`);
  debug(pen, thread, 'QuorumCnxManager$SendWorker@1218', `Removing entry from senderWorkerMap sid=${peer}`);
}

function leaving(pen: Pen, peer: Sid): void {
  const sender = `SendWorker:${peer}`;
  say(pen, 'WARN', sender, 'QuorumCnxManager$SendWorker@1288', 'Interrupted while waiting for message on queue', SEND_QUEUE_INTERRUPTED);
  debug(pen, sender, 'QuorumCnxManager$SendWorker@1201', `Calling SendWorker.finish for ${peer}`);
  say(pen, 'WARN', sender, 'QuorumCnxManager$SendWorker@1300', `Send worker leaving thread id ${peer} my id = ${pen.sid}`);
}

/** Who has a connection asks nobody; the others are called. Source: `QuorumCnxManager.haveDelivered`, `connectAll`. */
export function reconnectLines(pen: Pen, event: TraceEvent): void {
  const waiting = [...pen.outbox.keys()];
  waiting.forEach(() => debug(pen, pen.peer, 'QuorumCnxManager@804', 'Queue size: 1'));
  for (const to of waiting) connectOne(pen, to, event, pen.peer);
}

export function deliveredLine(pen: Pen): void {
  debug(pen, pen.peer, 'QuorumCnxManager@804', 'Queue size: 0');
}

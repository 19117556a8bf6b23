/**
 * The packets between a leader and its learners. No log shows one being sent or received as such; each line says that one must have
 * been: `Follower sid: 3` follows from FOLLOWERINFO, `Learner received UPTODATE` from UPTODATE. A packet that has to have been sent by
 * now, and of which the sender's lines say nothing, gets an inferred event of its own.
 */
import type { Sid } from '../../../base/ids.ts';
import { newTree } from '../../../tree/tree.ts';
import type { DataTree, QuorumPacket } from '../../../zab/types.ts';
import type { Known } from './known.ts';
import type { Act, EventWriter, Outgoing } from './writer.ts';
import type { TraceEvent } from '../../../ensemble/types.ts';

/** What an inferred event says: no line does. */
export const NO_LINE: TraceEvent['what'] = Object.freeze({ type: 'logLine', text: '' });

/** What a SNAP carries is not in any log. */
export const NO_TREE: DataTree = newTree(null);

/** A packet to be sent by the present event. */
export function packet(to: Sid, message: QuorumPacket): Outgoing {
  return { channel: 'quorum', to, message, record: -1, inferred: true };
}

/**
 * A packet that the present event of `from` sends, in a list. Only to servers whose own lines can show its arrival: others would never
 * land. None if it had to be inferred already, before the sender's line came.
 */
export function packetsTo(w: EventWriter, from: Known, to: Sid, message: QuorumPacket): readonly Outgoing[] {
  const receiver = w.server(to);
  const key = `${to}/${message.kind}`;
  if (!receiver.hasLog || !receiver.up || from.packets.has(key)) return [];
  from.packets.add(key);
  return [packet(to, message)];
}

/** A learner begins to follow: nothing has been said yet, neither by it nor to it. */
export function nothingSaid(w: EventWriter, learner: Known): void {
  learner.packets.clear();
  for (const other of w.servers.values()) for (const key of other.packets) if (key.startsWith(`${learner.sid}/`)) other.packets.delete(key);
}

/** The arrival of a packet, as the present event. `make` says what it was, if its sending has to be inferred. */
export function received(w: EventWriter, s: Known, from: Sid, kind: QuorumPacket['kind'], make: () => QuorumPacket): Act {
  const sender = w.server(from);
  if (sender.ended && sender.hasLog && !expects(s, from, kind)) return { what: { type: 'logLine', text: `${kind} of server ${from}` } };
  let onItsWay = w.take(s, from, kind);
  let message = onItsWay === null ? null : onItsWay.message;
  if (onItsWay === null) {
    message = make();
    sender.packets.add(`${s.sid}/${kind}`);
    w.infer(sender, { what: NO_LINE, sent: [packet(s.sid, message)] });
    onItsWay = w.take(s, from, kind);
  }
  if (onItsWay === null || message === null)
    throw new Error(`${kind} from ${from} to ${s.sid} is not on its way although it was just sent`);
  const what = { type: 'receive', conn: onItsWay.conn, flight: onItsWay.flight, from: sender.peer, message } as const;
  return { what, cause: onItsWay.n };
}

/** Whether a packet is on its way to the server. */
export function expects(s: Known, from: Sid, kind: QuorumPacket['kind']): boolean {
  return s.inbox.has(`${from}/${kind}`);
}

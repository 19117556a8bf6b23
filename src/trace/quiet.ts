/** What tells nothing: heartbeats, and the ticks of an idle ensemble. */
import type { TraceEvent } from '../ensemble/types.ts';
import type { Message } from '../zab/types.ts';

const HEARTBEATS: ReadonlySet<Message['kind']> = new Set(['PING', 'ClientPing', 'PingReply']);

export function isHeartbeat(message: Message): boolean {
  return HEARTBEATS.has(message.kind);
}

/** Nothing to tell: a ping, a tick of the leader's loop, an idle timer. */
export function isQuiet(event: TraceEvent): boolean {
  if (event.decisions.length > 0 || event.log.length > 0 || event.outcomes.length > 0 || event.disk !== null) return false;
  if (event.changes !== null && Object.keys(event.changes).some((field) => field !== 'leading' && field !== 'syncQueue')) return false;
  if (event.sent.some((flight) => !isHeartbeat(flight.message))) return false;
  const { what } = event;
  return (
    what.type === 'timer' ||
    what.type === 'fsynced' ||
    (what.type === 'receive' && isHeartbeat(what.message)) ||
    (what.type === 'received' && isHeartbeat(what.message))
  );
}

/** The messages of a trace as a Mermaid sequence diagram. */
import type { Peer, TraceEvent } from '../ensemble/types.ts';
import { messageLabel } from '../trace/narrate.ts';
import { letter, plainText } from '../trace/narrate/text.ts';
import { isHeartbeat } from '../trace/quiet.ts';
import { TraceIndex } from '../trace/traceIndex.ts';
import type { EnsembleView } from '../trace/view.ts';
import { told, type RunRecord } from './record.ts';

/** Mermaid draws no more than 500 arrows unless it is told to; a diagram of more is not readable anyway. */
const MOST_ARROWS = 400;

/**
 * A sequence diagram: arrows in the order of arrival, crosses for what was lost, dashed for what logs do not show but follows from them; notes
 * where a role changes. Heartbeats are left out.
 */
export function toMermaid(record: RunRecord): string {
  const { from = 0, to = Infinity } = record;
  const index = new TraceIndex();
  for (const event of record.events) index.add(event);
  const rows: { readonly n: number; readonly text: string }[] = [];
  const clients = new Set<number>();
  let left = 0;
  for (const line of index.flights.between(from, Math.min(to, record.events.length - 1))) {
    const { flight, sentN, endN, fate } = line;
    if (isHeartbeat(flight.message) || sentN < from || sentN > to || fate === 'flying' || endN > to) continue;
    if (rows.length >= MOST_ARROWS) {
      left++;
      continue;
    }
    for (const peer of [flight.from, flight.to]) if (peer.kind === 'client') clients.add(peer.client);
    const { text } = messageLabel(flight.message);
    const arrow = fate === 'lost' ? '-x' : flight.inferred === true ? '-->>' : '->>';
    rows.push({ n: endN, text: `${idOf(flight.from)}${arrow}${idOf(flight.to)}: ${escaped(`${flight.message.kind} ${text}`.trim())}` });
  }
  const until = left === 0 ? to : Math.max(...rows.map(({ n }) => n));
  for (const { event, before, view } of told({ ...record, to: until })) {
    const note = noteOf(event, before, view);
    if (note !== null) rows.push({ n: event.n, text: note });
  }
  rows.sort((a, b) => a.n - b.n);
  return [
    'sequenceDiagram',
    ...record.members.map(({ sid, type }) => `  participant S${sid} as ${type === 'observer' ? 'Observer' : 'Server'} ${sid}`),
    ...[...clients].sort((a, b) => a - b).map((client) => `  participant C${client} as Client ${letter(client)}`),
    ...rows.map(({ text }) => `  ${text}`),
    ...(left === 0 ? [] : [`  %% ${left} more messages are left out`]),
    '',
  ].join('\n');
}

function noteOf(event: TraceEvent, before: EnsembleView, view: EnsembleView): string | null {
  const { actor, what } = event;
  if (what.type === 'processEnded') return `Note over S${what.sid}: ${what.how}`;
  if (actor.kind !== 'server') return null;
  const [was, is] = [before.servers[actor.sid], view.servers[actor.sid]];
  if (is === undefined || (was?.up === is.up && was.role === is.role)) return null;
  return `Note over S${actor.sid}: ${is.role}`;
}

function idOf(peer: Peer): string {
  return peer.kind === 'server' ? `S${peer.sid}` : `C${peer.client}`;
}

/** Mermaid takes `;` for a line end, `#` for an entity, and the word `end` for the end of a block. */
function escaped(text: string): string {
  return plainText(text)
    .replace(/[#;<>&"%]/g, (char) => `#${char.charCodeAt(0)};`)
    .replace(/\bend\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
}

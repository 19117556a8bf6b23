/** The lines of messages between the lanes. */
import type { Command, Peer } from '../../ensemble/types.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Timeline } from '../../trace/timeline.ts';
import { epochOf } from '../stage/glyphs.ts';
import { epochHex, type Theme } from '../stage/hue.ts';
import { isHeartbeat } from '../../trace/quiet.ts';
import { laneY, type Ink, type TimelinePicture, type Surface } from './picture.ts';

/** Most message lines drawn. */
const MOST_LINES = 2500;

export function paintLines(context: Surface, picture: TimelinePicture, half: number): void {
  const { timeline, scale, sids, height, textScale, theme, ink, hideHeartbeats } = picture;
  const lanes = new Map(sids.map((sid, i) => [sid, laneY(i, sids.length, height, textScale)]));
  const yOf = (peer: Peer): number | undefined => (peer.kind === 'server' ? lanes.get(peer.sid) : undefined);
  const from = Math.max(0, scale.eventAt(0));
  const to = scale.eventAt(scale.width) + 1;
  const lines = timeline.index.flights.thinned(from, to, MOST_LINES, (flight) => !(hideHeartbeats && isHeartbeat(flight.message)));
  const now = scale.valueOf(timeline.length - 1);
  const strokes = new Map<string, Stroke>();
  for (const line of lines) {
    const y0 = yOf(line.flight.from);
    const y1 = yOf(line.flight.to);
    if (y0 === undefined || y1 === undefined) continue;
    const down = Math.sign(y1 - y0);
    const x0 = scale.xOf(line.sentN);
    const x1 = line.endN === Infinity ? scale.x(now) : scale.xOf(line.endN);
    const reach = line.fate === 'received' ? 1 : 0.5;
    const style = styleOf(line, timeline, theme, ink);
    const stroke = strokes.get(style.key) ?? { ...style, points: [] };
    strokes.set(style.key, stroke);
    stroke.points.push(x0, y0 + down * half, x0 + (x1 - x0) * reach, y0 + down * half + (y1 - y0 - 2 * down * half) * reach);
  }
  context.lineWidth = 1;
  context.globalAlpha = lines.length > 400 ? 0.45 : 0.8;
  for (const { colour, dash, points } of strokes.values()) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.beginPath();
    for (let i = 0; i < points.length; i += 4) {
      context.moveTo(points[i] as number, points[i + 1] as number);
      context.lineTo(points[i + 2] as number, points[i + 3] as number);
    }
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

interface Style {
  readonly key: string;
  readonly colour: string;
  readonly dash: number[];
}

/** All lines of one style: x0, y0, x1, y1, … */
interface Stroke extends Style {
  readonly points: number[];
}

/** Solid in the epoch's hue; dashed when nobody saw it being sent; red when a fault took it, grey when its connection was closed in good order. */
function styleOf(line: FlightLine, timeline: Timeline, theme: Theme, ink: Ink): Style {
  if (line.fate === 'lost')
    return isBroken(timeline, line)
      ? { key: 'broken', colour: ink.broken, dash: [3, 3] }
      : { key: 'closed', colour: ink.muted, dash: [3, 3] };
  const colour = epochHex(epochOf(line.flight.message), theme);
  return line.flight.inferred === true ? { key: `${colour}?`, colour, dash: [6, 4] } : { key: colour, colour, dash: [] };
}

/** How long after a fault a message may still be lost to it, virtual ms. */
const AFTERMATH_MS = 2000;

/** Whether a fault took a message: red. One that was still under way when its connection was closed in good order is not broken. */
function isBroken(timeline: Timeline, { flight, sentAt, endN }: FlightLine): boolean {
  if (flight.eta === null) return true;
  for (let n = timeline.index.previous('fault', endN + 1); n !== null; n = timeline.index.previous('fault', n)) {
    const fault = timeline.events[n];
    if (fault === undefined || fault.at < sentAt - AFTERMATH_MS) return false;
    if (fault.what.type === 'command' && separates(fault.what.command, flight)) return true;
  }
  return false;
}

/** Whether a fault ends one of a message's ends, or the way between them. */
function separates(command: Command, { from, to }: FlightLine['flight']): boolean {
  const ends = [from, to].map((peer) => (peer.kind === 'server' ? peer.sid : null));
  switch (command.type) {
    case 'kill':
    case 'crash':
    case 'powerLoss':
    case 'stop':
    case 'pause':
      return ends.includes(command.sid);
    case 'cut':
    case 'reset':
      return ends.includes(command.from) && ends.includes(command.to);
    case 'partition':
      return (
        command.groups.findIndex((group) => group.some((sid) => sid === ends[0])) !==
        command.groups.findIndex((group) => group.some((sid) => sid === ends[1]))
      );
    default:
      return false;
  }
}

/** The lines of messages between the lanes. */
import type { Command, Peer } from '../../ensemble/types.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Timeline } from '../../trace/timeline.ts';
import { epochOf } from '../stage/glyphs.ts';
import { epochHex, type Theme } from '../stage/hue.ts';
import type { Lane } from './lanes.ts';
import type { Ink, Surface, TimelinePicture } from './picture.ts';

/** Most message lines drawn. */
const MOST_LINES = 1800;

/** Most of these that do not stand out. */
const MOST_FADED = 600;
const FADED = 0.12;

export function paintLines(context: Surface, picture: TimelinePicture): void {
  const { timeline, scale, lanes, theme, ink, hideHeartbeats, overlay } = picture;
  const laneOf = (peer: Peer): Lane | undefined => (peer.kind === 'server' ? lanes.get(peer.sid) : undefined);
  const from = Math.max(0, scale.eventAt(0));
  const to = scale.eventAt(scale.width) + 1;
  const { flights } = timeline.index;
  const passes = overlay?.flight ?? null;
  const lines = flights.thinned(from, to, MOST_LINES, passes, !hideHeartbeats);
  const rest = passes === null ? [] : flights.thinned(from, to, MOST_FADED, (flight) => !passes(flight), !hideHeartbeats);
  const bright = overlay?.line === undefined || overlay.line === null ? lines : lines.filter(overlay.line);
  const now = scale.valueOf(timeline.length - 1);
  const strokes = new Map<string, Stroke>();
  const all = rest.length === 0 ? lines : [...rest, ...lines];
  const stands = bright === lines && rest.length === 0 ? null : new Set(bright);
  for (const line of all) {
    const sender = laneOf(line.flight.from);
    const receiver = laneOf(line.flight.to);
    if (sender === undefined || receiver === undefined) continue;
    const down = Math.sign(receiver.y - sender.y);
    const [y0, y1] = [sender.y + down * sender.half, receiver.y - down * receiver.half];
    const x0 = scale.xOf(line.sentN);
    const x1 = line.endN === Infinity ? scale.x(now) : scale.xOf(line.endN);
    const reach = line.fate === 'received' ? 1 : 0.5;
    const style = styleOf(line, timeline, theme, ink);
    const faded = stands?.has(line) === false;
    const key = faded ? `faded ${style.key}` : style.key;
    const stroke = strokes.get(key) ?? { ...style, faded, points: [] };
    strokes.set(key, stroke);
    stroke.points.push(x0, y0, x0 + (x1 - x0) * reach, y0 + (y1 - y0) * reach);
  }
  context.lineWidth = 1;
  const alpha = bright.length > 400 ? 0.45 : 0.8;
  for (const { colour, dash, points, faded } of strokes.values()) {
    context.globalAlpha = faded ? FADED : alpha;
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
  readonly faded: boolean;
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

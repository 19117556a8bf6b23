/** The lines of messages between the lanes. */
import type { Command, Peer } from '../../ensemble/types.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Timeline } from '../../trace/timeline.ts';
import { epochOf } from '../stage/glyphs.ts';
import { epochHex } from '../stage/hue.ts';
import { isHeartbeat } from '../../trace/quiet.ts';
import { laneY, type TimelinePicture } from './picture.ts';

/** Most message lines drawn. */
const MOST_LINES = 2500;

export function paintLines(context: CanvasRenderingContext2D, picture: TimelinePicture, half: number): void {
  const { timeline, scale, sids, height, textScale, theme, hideHeartbeats } = picture;
  const lanes = new Map(sids.map((sid, i) => [sid, laneY(i, sids.length, height, textScale)]));
  const yOf = (peer: Peer): number | undefined => (peer.kind === 'server' ? lanes.get(peer.sid) : undefined);
  const from = Math.max(0, scale.eventAt(0));
  const to = scale.eventAt(scale.width) + 1;
  const lines = timeline.index.flights.thinned(from, to, MOST_LINES, (flight) => !(hideHeartbeats && isHeartbeat(flight.message)));
  const now = scale.valueOf(timeline.length - 1);
  const byHue = new Map<string, Path2D>();
  const broken = new Path2D();
  const closed = new Path2D();
  for (const line of lines) {
    const y0 = yOf(line.flight.from);
    const y1 = yOf(line.flight.to);
    if (y0 === undefined || y1 === undefined) continue;
    const down = Math.sign(y1 - y0);
    const x0 = scale.xOf(line.sentN);
    const x1 = line.endN === Infinity ? scale.x(now) : scale.xOf(line.endN);
    const reach = line.fate === 'received' ? 1 : 0.5;
    const path =
      line.fate === 'lost' ? (isBroken(timeline, line) ? broken : closed) : pathOf(byHue, epochHex(epochOf(line.flight.message), theme));
    path.moveTo(x0, y0 + down * half);
    path.lineTo(x0 + (x1 - x0) * reach, y0 + down * half + (y1 - y0 - 2 * down * half) * reach);
  }
  context.lineWidth = 1;
  context.globalAlpha = lines.length > 400 ? 0.45 : 0.8;
  for (const [hue, path] of byHue) {
    context.strokeStyle = hue;
    context.stroke(path);
  }
  context.setLineDash([3, 3]);
  context.strokeStyle = picture.ink.muted;
  context.stroke(closed);
  context.strokeStyle = picture.ink.broken;
  context.stroke(broken);
  context.setLineDash([]);
  context.globalAlpha = 1;
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

function pathOf(paths: Map<string, Path2D>, key: string): Path2D {
  const path = paths.get(key) ?? new Path2D();
  paths.set(key, path);
  return path;
}

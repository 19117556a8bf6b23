/** Draws the space-time diagram on a canvas: only what the window shows, thinned where marks would lie on top of each other. */
import { formatMs } from '../shell/format.ts';
import type { Sid } from '../../base/ids.ts';
import type { Command, Peer } from '../../ensemble/types.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { RoleBand } from '../../trace/traceIndex.ts';
import type { Dictionary } from '../i18n/en.ts';
import { epochOf } from '../stage/glyphs.ts';
import { epochHex, type Theme } from '../stage/hue.ts';
import { isHeartbeat } from '../transport/cinema.ts';
import type { Tick, TimelineScale } from './scale.ts';

export interface Ink {
  readonly bg: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly broken: string;
  readonly onEpoch: string;
}

export interface TimelinePicture {
  readonly timeline: Timeline;
  readonly scale: TimelineScale;
  readonly sids: readonly Sid[];
  readonly height: number;
  /** Width of the gutter with the server numbers, px. */
  readonly gutter: number;
  readonly ticks: readonly Tick[];
  readonly hideHeartbeats: boolean;
  readonly theme: Theme;
  readonly textScale: number;
  readonly ink: Ink;
  readonly t: Dictionary;
  readonly selectedSid: Sid | null;
}

/** Height of the axis at the bottom, px at scale 1. */
export const AXIS = 20;
/** Most message lines drawn; beyond that every k-th. */
const MOST_LINES = 2500;

export function laneY(i: number, of: number, height: number, textScale: number): number {
  return ((i + 0.5) * (height - AXIS * textScale)) / of;
}

export function paintTimeline(context: CanvasRenderingContext2D, picture: TimelinePicture, ratio: number): void {
  const { scale, height, gutter, sids, textScale } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, gutter + scale.width, height);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, scale.width, height);
  context.clip();
  context.translate(gutter, 0);
  paintAxis(context, picture);
  const half = Math.min(11 * textScale, (height - AXIS * textScale) / sids.length / 2 - 2);
  sids.forEach((sid, i) => paintLane(context, picture, sid, laneY(i, sids.length, height, textScale), half));
  paintLines(context, picture, half);
  paintMarks(context, picture, half);
  context.restore();
  paintGutter(context, picture);
}

function paintAxis(context: CanvasRenderingContext2D, { ticks, height, ink, textScale }: TimelinePicture): void {
  context.font = `${13 * textScale}px system-ui, sans-serif`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  for (const { x, ms } of ticks) {
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, height - AXIS * textScale + 4);
    context.stroke();
    context.fillStyle = ink.muted;
    context.fillText(formatMs(ms), x, height - 4 * textScale);
  }
}

function paintLane(context: CanvasRenderingContext2D, picture: TimelinePicture, sid: Sid, y: number, half: number): void {
  const { timeline, scale, theme, ink, textScale, t } = picture;
  const end = scale.xOf(timeline.length - 1);
  let labelled = -Infinity;
  for (const band of timeline.index.bands(sid)) {
    const x0 = Math.max(-2, scale.xOf(band.from));
    const x1 = Math.min(scale.width + 2, band.to === Infinity ? Math.max(end, x0) : scale.xOf(band.to));
    if (x1 < 0 || x0 > scale.width) continue;
    paintBand(context, band, x0, Math.max(x1, x0 + 0.5), y, half, epochHex(band.epoch, theme), ink);
    const word = band.role === 'DOWN' ? t.role.down : band.role === 'PAUSED' ? t.role.paused : band.role;
    const label = band.role === 'DOWN' ? word : `${word} e${band.epoch}`;
    context.font = `${band.role === 'LEADING' ? 650 : 500} ${13 * textScale}px system-ui, sans-serif`;
    const start = Math.max(x0, 0) + 6;
    if (half < 7 || start < labelled || context.measureText(label).width + 12 > x1 - Math.max(x0, 0)) continue;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillStyle = band.role === 'LEADING' ? ink.onEpoch : band.role === 'DOWN' ? ink.muted : ink.ink;
    context.fillText(label, start, y + 0.5);
    labelled = start + context.measureText(label).width;
  }
}

/** Leading solid, following tinted, observing dashed, looking an open outline, down a thin line, paused hatched: as on the stage. */
function paintBand(
  context: CanvasRenderingContext2D,
  band: RoleBand,
  x0: number,
  x1: number,
  y: number,
  half: number,
  hue: string,
  ink: Ink,
): void {
  const width = x1 - x0;
  context.setLineDash([]);
  context.lineWidth = 1.5;
  if (band.role === 'DOWN') {
    context.strokeStyle = ink.muted;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(x0, y + half);
    context.lineTo(x1, y + half);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  context.fillStyle = band.role === 'LOOKING' ? ink.surface : hue;
  context.globalAlpha = band.role === 'LEADING' || band.role === 'LOOKING' ? 1 : 0.22;
  context.fillRect(x0, y - half, width, 2 * half);
  context.globalAlpha = 1;
  context.strokeStyle = hue;
  if (band.role === 'OBSERVING' || band.role === 'LOOKING') context.setLineDash(band.role === 'LOOKING' ? [2, 3] : [6, 4]);
  if (width > 2) context.strokeRect(x0 + 0.75, y - half + 0.75, Math.max(0.5, width - 1.5), 2 * half - 1.5);
  context.setLineDash([]);
  if (band.role === 'PAUSED') hatch(context, x0, y - half, width, 2 * half, ink.muted);
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = Math.max(x, -20) - height; at < x + width; at += 8) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

function paintLines(context: CanvasRenderingContext2D, picture: TimelinePicture, half: number): void {
  const { timeline, scale, sids, height, textScale, theme, hideHeartbeats } = picture;
  const lanes = new Map(sids.map((sid, i) => [sid, laneY(i, sids.length, height, textScale)]));
  const yOf = (peer: Peer): number | undefined => (peer.kind === 'server' ? lanes.get(peer.sid) : undefined);
  const lines = visibleLines(timeline, scale).filter(({ flight }) => !(hideHeartbeats && isHeartbeat(flight.message)));
  const every = Math.ceil(lines.length / MOST_LINES);
  const now = scale.valueOf(timeline.length - 1);
  const byHue = new Map<string, Path2D>();
  const broken = new Path2D();
  const closed = new Path2D();
  for (let i = 0; i < lines.length; i += every) {
    const line = lines[i] as FlightLine;
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
  const faults = timeline.index.positions('fault');
  for (let i = lowerBound(faults, endN + 1) - 1; i >= 0; i--) {
    const fault = timeline.events[faults[i] ?? -1];
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

function visibleLines(timeline: Timeline, scale: TimelineScale): readonly FlightLine[] {
  const from = Math.max(0, scale.eventAt(0));
  const to = scale.eventAt(scale.width) + 1;
  return timeline.index.flights.between(from, to);
}

function pathOf(paths: Map<string, Path2D>, key: string): Path2D {
  const path = paths.get(key) ?? new Path2D();
  paths.set(key, path);
  return path;
}

function paintMarks(
  context: CanvasRenderingContext2D,
  { timeline, scale, sids, height, textScale, ink }: TimelinePicture,
  half: number,
): void {
  const rows = new Map(sids.map((sid, i) => [sid, laneY(i, sids.length, height, textScale)]));
  const lastDot = new Map<Sid, number>();
  context.fillStyle = ink.ink;
  context.beginPath();
  for (const n of within(timeline.index.positions('decision'), scale)) {
    const actor = timeline.events[n]?.actor;
    if (actor?.kind !== 'server') continue;
    const x = scale.xOf(n);
    const y = rows.get(actor.sid);
    if (y === undefined || x - (lastDot.get(actor.sid) ?? -Infinity) < 4) continue;
    lastDot.set(actor.sid, x);
    context.moveTo(x + 2, y + half - 3);
    context.arc(x, y + half - 3, 2, 0, 2 * Math.PI);
  }
  context.fill();
  for (const n of within(timeline.index.positions('fault'), scale)) {
    const what = timeline.events[n]?.what;
    if (what?.type === 'command')
      for (const sid of touched(what.command, sids))
        paintFault(context, scale.xOf(n), rows.get(sid) ?? 0, half, MENDS.has(what.command.type) ? ink.ink : ink.broken, ink.surface);
  }
}

const MENDS: ReadonlySet<Command['type']> = new Set(['start', 'restart', 'resume', 'heal']);

/** The servers that a fault happens to. */
function touched(command: Command, sids: readonly Sid[]): readonly Sid[] {
  if ('sid' in command) return [command.sid];
  if ('from' in command && 'to' in command && command.from !== undefined && command.to !== undefined) return [command.from, command.to];
  return sids;
}

function paintFault(context: CanvasRenderingContext2D, x: number, y: number, half: number, colour: string, paper: string): void {
  context.beginPath();
  context.moveTo(x, y - half - 1);
  context.lineTo(x + 5, y - half - 7);
  context.lineTo(x - 5, y - half - 7);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = paper;
  context.lineWidth = 3;
  context.strokeRect(x, y - half, 0.001, 2 * half);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x, y + half);
  context.stroke();
}

/** The part of an ascending list that lies in the window. */
function within(positions: readonly number[], scale: TimelineScale): readonly number[] {
  const first = lowerBound(positions, scale.eventAt(0));
  const last = lowerBound(positions, scale.eventAt(scale.width) + 1);
  return positions.slice(first, last + 1);
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function paintGutter(context: CanvasRenderingContext2D, { sids, height, gutter, textScale, ink, selectedSid }: TimelinePicture): void {
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  sids.forEach((sid, i) => {
    const y = laneY(i, sids.length, height, textScale);
    context.font = `${sid === selectedSid ? 700 : 500} ${14 * textScale}px system-ui, sans-serif`;
    context.fillStyle = ink.ink;
    context.fillText(String(sid), gutter - 10, y);
  });
}

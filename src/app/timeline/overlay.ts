/** What a person asked to stand out on the timeline: hits of a search, a marked event with its chain. What does not stand out is faded. */
import type { Sid } from '../../base/ids.ts';
import type { Flight, TraceEvent } from '../../ensemble/types.ts';
import { serverOfEvent } from '../../trace/about.ts';
import type { FlightLine } from '../../trace/flightLines.ts';
import type { Hop } from '../../trace/happenedBefore.ts';
import { nextAfter } from '../../trace/sorted.ts';
import { AXIS, type Surface, type TimelinePicture } from './picture.ts';

export interface Overlay {
  /** Servers whose lanes are thin lines. */
  readonly folded: ReadonlySet<Sid>;
  /** Whether a message passes the filters; null: all do. */
  readonly flight: ((flight: Flight) => boolean) | null;
  /** Whether a message's line stands out besides; null: all do. */
  readonly line: ((line: FlightLine) => boolean) | null;
  /** Events that pass the filters, ascending; null: all do. */
  readonly passing: readonly number[] | null;
  /** Whether an event stands out besides; null: all do. */
  readonly event: ((n: number) => boolean) | null;
  /** Positions found by a search, ascending. */
  readonly hits: readonly number[];
  /** The one the person is at. */
  readonly hit: number | null;
  readonly marked: number | null;
  /** From one event to another, where one happened before the other. */
  readonly chain: readonly Hop[];
}

/** Room for the mark of one hit, px. */
const APART = 3;
const HIT = 7;

export function paintOverlay(context: Surface, picture: TimelinePicture, overlay: Overlay): void {
  paintChain(context, picture, overlay.chain);
  paintHits(context, picture, overlay);
  if (overlay.marked !== null) paintFlag(context, picture, overlay.marked);
}

/** Ticks at the upper border; the one the person is at goes through all lanes. */
function paintHits(context: Surface, { timeline, scale, height, textScale, lanes, ink }: TimelinePicture, { hits, hit }: Overlay): void {
  context.fillStyle = ink.ink;
  for (let n = nextAfter(hits, scale.eventAt(-2)); n !== null;) {
    const x = scale.xOf(n);
    if (x > scale.width) break;
    context.fillRect(Math.round(x) - 1, 0, 2, HIT * textScale);
    n = nextAfter(hits, Math.max(n, scale.eventAt(x + APART)));
  }
  if (hit === null) return;
  const x = Math.round(scale.xOf(hit));
  context.globalAlpha = 0.5;
  context.fillRect(x, 0, 1, height - AXIS * textScale);
  context.globalAlpha = 1;
  context.fillRect(x - 3, 0, 7, HIT * textScale);
  const lane = lanes.get(sidAt(timeline.events[hit]) ?? -1);
  if (lane !== undefined) ring(context, x + 0.5, lane.y, 6 * textScale, ink.ink, ink.surface);
}

/** A thick line from event to event, along the lanes and the messages. */
function paintChain(context: Surface, { timeline, scale, lanes, ink, textScale }: TimelinePicture, chain: readonly Hop[]): void {
  const points = chain.flatMap(({ n }) => {
    const lane = lanes.get(sidAt(timeline.events[n]) ?? -1);
    return lane === undefined ? [] : [{ x: scale.xOf(n), y: lane.y }];
  });
  if (points.length < 2) return;
  // A pale edge sets the line off against bands of any colour.
  for (const [width, colour] of [
    [6, ink.surface],
    [3, ink.ink],
  ] as const) {
    context.lineWidth = width * textScale;
    context.strokeStyle = colour;
    context.beginPath();
    points.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
  }
  for (const { x, y } of points) ring(context, x, y, 4 * textScale, ink.ink, ink.surface);
}

/** A flag on the marked event, through all lanes. */
function paintFlag(context: Surface, { timeline, scale, lanes, height, textScale, ink }: TimelinePicture, n: number): void {
  const x = Math.round(scale.xOf(n));
  if (x < -20 || x > scale.width + 20) return;
  context.strokeStyle = ink.ink;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x + 0.5, 0);
  context.lineTo(x + 0.5, height - AXIS * textScale);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = ink.ink;
  context.beginPath();
  context.moveTo(x, 1);
  context.lineTo(x + 12 * textScale, 5 * textScale);
  context.lineTo(x, 10 * textScale);
  context.closePath();
  context.fill();
  const lane = lanes.get(sidAt(timeline.events[n]) ?? -1);
  if (lane !== undefined) ring(context, x + 0.5, lane.y, 5 * textScale, ink.ink, ink.surface);
}

function ring(context: Surface, x: number, y: number, radius: number, colour: string, fill: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.closePath();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}

function sidAt(event: TraceEvent | undefined): Sid | null {
  return event === undefined ? null : serverOfEvent(event);
}

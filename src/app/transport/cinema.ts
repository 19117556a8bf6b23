/**
 * The cinematic clock. Messages take a millisecond and timeouts take seconds; a person can follow neither at one scale. This clock
 * gives every event of a trace a playback time such that each message is seen to fly, concurrent flights overlap, quiet stretches
 * are compressed, and the order of the trace is kept. All positions on the stage are functions of playback time, so pausing,
 * scrubbing and stepping back are exact.
 *
 * Playback time is in ms at speed 1. It only depends on the events up to the one asked about, so it never moves under the viewer
 * while the trace grows.
 */
import type { Flight, TraceEvent } from '../../ensemble/types.ts';
import { isHeartbeat, isQuiet } from '../../trace/quiet.ts';
import type { Message } from '../../zab/types.ts';

/** A message's way across the stage, in playback ms. It stays at its destination from `departs + lasts` until it is received. */
export interface Passage {
  readonly departs: number;
  readonly lasts: number;
}

export interface CinemaOptions {
  /** Pings and idle timers take no time of their own. */
  readonly hideHeartbeats: boolean;
  /** All is there already, as in a trace that was read from logs: quiet of any length passes in a few seconds. */
  readonly recorded?: boolean;
}

/** A quiet stretch that is much shorter in playback time than it was. */
export interface Fold {
  /** Playback ms. */
  readonly from: number;
  readonly to: number;
  /** Virtual ms. */
  readonly ms: number;
}

/** Quiet for so long counts as a fold, virtual ms. */
const FOLD_MS = 4000;

/** How long one message flies at least. */
export const FLIGHT_MS = 560;
/** Messages on one connection keep this distance, as long as the queue is short. */
const STAGGER_MS = 90;
const STAGGER_LIMIT_MS = 540;
/** Messages whose passages are kept together. */
const BLOCK = 2048;

/**
 * Playback ms for a stretch of `ms` virtual ms in which nothing notable happens: grows with its logarithm, and by a tenth of the
 * stretch, so that an idle ensemble runs ten times as fast as a real one and no faster. In a recorded trace only by a tenth of its first ten seconds.
 */
export function compressQuiet(ms: number, recorded = false): number {
  return ms <= 0 ? 0 : 300 * Math.log10(1 + ms / 20) + (recorded ? Math.min(ms, 10_000) : ms) / 10;
}

/** How long the viewer rests on an event before the next one: more for what changes the story. */
function restBefore(event: TraceEvent, crowd: number): number {
  const { what } = event;
  // A person's act shows at once.
  if (what.type === 'command') return 0.001;
  if (event.changes?.role !== undefined) return event.what.type === 'boot' ? 12 : 80;
  if (what.type === 'violation' || what.type === 'guaranteeVoid') return 300;
  if (what.type === 'connectionOpened' || what.type === 'connectionClosed' || what.type === 'connected' || what.type === 'accepted')
    return 4;
  return 24 / (1 + crowd / 8);
}

export class Cinema {
  private readonly options: CinemaOptions;
  private times: Float64Array = new Float64Array(1024);
  private virtual: Float64Array = new Float64Array(1024);
  private count = 0;
  /** Departure and duration by message, in blocks: one table of a million messages would stop the page whenever it grows. */
  private readonly passages = new Map<number, Float64Array>();
  private readonly airborne = new Set<number>();
  /** Last departure by connection and direction. */
  private readonly lastDeparture = new Map<string, number>();
  /** The last notable event: quiet ones are placed relative to it. */
  private anchorTime = 0;
  private anchorAt = 0;
  private readonly folded: Fold[] = [];

  constructor(options: CinemaOptions) {
    this.options = options;
  }

  get length(): number {
    return this.count;
  }

  /** Playback time of the last event; 0 for an empty trace. */
  get end(): number {
    return this.count === 0 ? 0 : this.timeOf(this.count - 1);
  }

  append(event: TraceEvent): void {
    const time = this.place(event);
    this.grow();
    this.times[this.count] = time;
    this.virtual[this.count] = event.at;
    this.count++;
    this.land(event);
    for (const flight of event.sent)
      this.depart(
        flight.id,
        laneOf(flight),
        time,
        this.isShown(flight.message) ? Math.max(FLIGHT_MS, compressQuiet((flight.eta ?? event.at) - event.at, this.options.recorded)) : 0,
      );
  }

  /** Playback time of event `n`; −1 (before everything) is 0. */
  timeOf(n: number): number {
    return n < 0 ? 0 : (this.times[Math.min(n, this.count - 1)] ?? 0);
  }

  /** Virtual ms of event `n`. */
  virtualOf(n: number): number {
    return n < 0 ? 0 : (this.virtual[Math.min(n, this.count - 1)] ?? 0);
  }

  /** The last event at or before playback time `t`, or −1. */
  indexAt(t: number): number {
    return lastAtOrBefore(this.times, this.count, t);
  }

  /** The last event at or before virtual time `at`, or −1. */
  indexAtVirtual(at: number): number {
    return lastAtOrBefore(this.virtual, this.count, at);
  }

  /** Virtual ms at playback time `t`, between events by proportion. */
  virtualAt(t: number): number {
    return between(this.times, this.virtual, this.count, t);
  }

  /** Playback ms at virtual time `at`. */
  playbackAt(at: number): number {
    return between(this.virtual, this.times, this.count, at);
  }

  /** Folded quiet stretches that touch a span of playback time, oldest first. */
  foldsIn(from: number, to: number): readonly Fold[] {
    const { folded } = this;
    let i = folded.length;
    while (i > 0 && (folded[i - 1] as Fold).to > from) i--;
    return folded.slice(i).filter((fold) => fold.from < to);
  }

  passage(flight: number): Passage | undefined {
    const block = this.passages.get(Math.floor(flight / BLOCK));
    const i = 2 * (flight - Math.floor(flight / BLOCK) * BLOCK);
    const departs = block?.[i] ?? NaN;
    return Number.isNaN(departs) ? undefined : { departs, lasts: block?.[i + 1] ?? 0 };
  }

  /** How far a message is at playback time `t`: 0 at its sender, 1 at its destination. */
  progress(flight: number, t: number): number {
    const passage = this.passage(flight);
    if (passage === undefined || passage.lasts === 0) return 1;
    return Math.max(0, Math.min(1, (t - passage.departs) / passage.lasts));
  }

  private isShown(message: Message): boolean {
    return !(this.options.hideHeartbeats && isHeartbeat(message));
  }

  private place(event: TraceEvent): number {
    if (this.count === 0) {
      this.anchorAt = event.at;
      return 0;
    }
    const previous = this.end;
    const byClock = this.anchorTime + compressQuiet(event.at - this.anchorAt, this.options.recorded);
    if (this.options.hideHeartbeats && isQuiet(event)) return Math.max(previous + 0.001, byClock);
    const { what } = event;
    const passage = what.type === 'receive' || what.type === 'received' ? this.passage(what.flight) : undefined;
    const arrival = passage === undefined ? 0 : passage.departs + passage.lasts;
    const time = Math.max(previous + restBefore(event, this.airborne.size), byClock, arrival);
    if (event.at - this.anchorAt >= FOLD_MS) this.folded.push({ from: this.anchorTime, to: time, ms: event.at - this.anchorAt });
    this.anchorTime = time;
    this.anchorAt = event.at;
    return time;
  }

  private depart(id: number, lane: string, time: number, lasts: number): void {
    const last = this.lastDeparture.get(lane);
    const departs = lasts === 0 || last === undefined ? time : Math.max(time, Math.min(last + STAGGER_MS, time + STAGGER_LIMIT_MS));
    if (lasts > 0) {
      this.lastDeparture.set(lane, departs);
      this.airborne.add(id);
    }
    this.keepPassage(id, departs, lasts);
  }

  private keepPassage(id: number, departs: number, lasts: number): void {
    const at = Math.floor(id / BLOCK);
    let block = this.passages.get(at);
    if (block === undefined) this.passages.set(at, (block = new Float64Array(2 * BLOCK).fill(NaN)));
    block[2 * (id - at * BLOCK)] = departs;
    block[2 * (id - at * BLOCK) + 1] = lasts;
  }

  private land(event: TraceEvent): void {
    const { what } = event;
    if (what.type === 'receive' || what.type === 'received') this.airborne.delete(what.flight);
    else if (what.type === 'connectionClosed' || what.type === 'processEnded') for (const id of what.lost) this.airborne.delete(id);
  }

  private grow(): void {
    if (this.count < this.times.length) return;
    this.times = doubled(this.times);
    this.virtual = doubled(this.virtual);
  }
}

function doubled(old: Float64Array): Float64Array {
  const next = new Float64Array(old.length * 2);
  next.set(old);
  return next;
}

function lastAtOrBefore(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Piecewise linear map from one increasing column to the other; continues with slope 1 outside. */
function between(from: Float64Array, to: Float64Array, count: number, value: number): number {
  const i = lastAtOrBefore(from, count, value);
  if (count === 0) return value;
  if (i < 0) return (to[0] ?? 0) + Math.min(0, value - (from[0] ?? 0));
  const x0 = from[i] ?? 0;
  const y0 = to[i] ?? 0;
  if (i === count - 1) return y0 + (value - x0);
  const x1 = from[i + 1] ?? x0;
  const y1 = to[i + 1] ?? y0;
  return x1 === x0 ? y0 : y0 + ((value - x0) / (x1 - x0)) * (y1 - y0);
}

/** One direction of a connection. */
function laneOf(flight: Flight): string {
  return flight.to.kind === 'server' ? `${flight.conn}>${flight.to.sid}` : `${flight.conn}>c${flight.to.client}`;
}

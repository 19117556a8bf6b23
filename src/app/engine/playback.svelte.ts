/**
 * The playhead over what was recorded, and the clock it moves by. Where events come from is the run's.
 */
import type { TraceEvent } from '../../ensemble/types.ts';
import { isQuiet } from '../../trace/quiet.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { EnsembleView } from '../../trace/view.ts';
import { Cinema } from '../transport/cinema.ts';
import { Emitter } from './emitter.ts';

/** Playback speeds; Infinity is "as fast as the engine goes". */
export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, Infinity];
/** The engine stays this far ahead of the picture (real ms), so that the picture never waits for a worker. */
const LEAD_MS = 120;
/** After so much quiet (virtual ms) the clock rests until somebody does something. */
const REST_AFTER_MS = 60_000;
/** A playhead this close to the last event counts as live: the engine is a little ahead of what is shown. */
const LIVE_EVENTS = 8;

/** Looks at events before the picture comes to them: breakpoints. */
export interface Watch {
  /** Whether playback stops at one of the events after `from`, up to `to`, and where; else how far it may go now, for looking takes time. */
  look(from: number, to: number): { readonly n: number; readonly stops: boolean };
  /** Playback has stopped at event `n`. */
  stopped(n: number): void;
}

export type RunEvent = 'events' | 'position' | 'rewind' | 'load' | 'trouble' | 'branches';

/** What is played, and where the playhead is. The page has one, its `Run`. */
export abstract class Playback {
  readonly timeline: Timeline;
  private cinema = new Cinema({ hideHeartbeats: true });

  /** Length of the trace. */
  length = $state(0);
  /** Grows whenever what was recorded changes other than by growing. */
  revision = $state(0);
  /** Playback time, ms at speed 1. */
  t = $state(0);
  /** The playhead: position of the last event that has happened on screen, −1 before the first. */
  n = $state(-1);
  playing = $state(true);
  speed = $state(1);
  hideHeartbeats = $state(true);
  /** Nothing but heartbeats for a long while: the clock stands still. */
  resting = $state(false);

  readonly view: EnsembleView = $derived.by(() => {
    void this.revision;
    return this.timeline.viewAt(this.n);
  });
  readonly event: TraceEvent | undefined = $derived.by(() => {
    void this.revision;
    return this.timeline.events[this.n];
  });
  /** The person put the playhead where it is: acts happen exactly there. */
  protected pinned = $state(false);
  /** Whether an act happens at the newest moment: what the engine is ahead of the picture does not count. */
  readonly live = $derived(
    this.n >= this.length - 1 || (!this.pinned && (this.n >= this.length - 1 - LIVE_EVENTS || this.cinema.end - this.t <= 2 * this.lead)),
  );

  protected watch: Watch | null = null;
  /** Where the watch will stop the playback: nothing is generated until it comes there. */
  protected stopsAt = -1;
  private lastNotableAt = 0;
  private readonly emitter = new Emitter<RunEvent>();

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  get clock(): Cinema {
    void this.revision;
    return this.cinema;
  }

  /** Virtual ms at the playhead. */
  get now(): number {
    void this.length;
    return Math.max(0, this.clock.virtualAt(this.t));
  }

  /** One animation frame later; `ms` is the real time that went by. The first frame of a busy page may have begun before its listener was there: time never goes back. */
  frame(ms: number): void {
    if (!this.playing || this.resting) return;
    const { end } = this.cinema;
    this.playTo(this.speed === Infinity ? end : Math.min(this.t + Math.max(0, Math.min(ms, 100)) * this.speed, Math.max(this.t, end)));
  }

  /** What may stop the playback; null: nothing does. */
  watchBy(watch: Watch | null): void {
    this.watch = watch;
    this.stopsAt = -1;
  }

  play(): void {
    this.pinned = false;
    this.playing = true;
    this.stir();
  }

  pause(): void {
    this.playing = false;
  }

  toggle(): void {
    if (this.playing && !this.resting) this.pause();
    else this.play();
  }

  /** Puts the playhead on event `n` (−1: before the first), clamped to the trace. */
  seek(n: number): void {
    const to = Math.max(-1, Math.min(n, this.length - 1));
    this.pinned = true;
    this.t = this.cinema.timeOf(to);
    this.n = to;
    this.emit('position', to);
  }

  /** Puts the playhead on a moment of playback time. */
  seekTime(t: number): void {
    this.pinned = true;
    this.moveTo(Math.max(0, Math.min(t, this.cinema.end)));
  }

  goLive(): void {
    this.seek(this.length - 1);
    this.play();
  }

  setHideHeartbeats(hide: boolean): void {
    this.hideHeartbeats = hide;
    this.recut();
  }

  on(type: RunEvent, listener: (detail: unknown) => void): () => void {
    return this.emitter.on(type, listener);
  }

  protected emit(type: RunEvent, detail: unknown): void {
    this.emitter.emit(type, detail);
  }

  /** More has been recorded. */
  protected take(events: readonly TraceEvent[]): void {
    if (events.length === 0) return;
    this.timeline.appended(events);
    for (const event of events) {
      this.cinema.append(event);
      if (!isQuiet(event)) this.lastNotableAt = event.at;
    }
    this.length = this.timeline.length;
    this.emit('events', events);
  }

  /** Somebody did something: the clock does not rest. */
  protected stir(): void {
    this.resting = false;
    this.lastNotableAt = this.timeline.head.at;
  }

  protected restIfQuiet(): void {
    if (this.timeline.head.at - this.lastNotableAt > REST_AFTER_MS && this.hideHeartbeats) this.resting = true;
  }

  /** Whether the picture will soon have shown all that was recorded. */
  protected get short(): boolean {
    if (!this.playing || this.resting || this.stopsAt > this.n) return false;
    return this.speed === Infinity || this.length === 0 || this.cinema.end <= this.t + this.lead;
  }

  private moveTo(t: number): void {
    this.t = t;
    const n = this.cinema.indexAt(t);
    if (n === this.n) return;
    this.n = n;
    this.emit('position', n);
  }

  /** Like `moveTo`, unless the watch stops it before. */
  private playTo(t: number): void {
    const to = this.cinema.indexAt(t);
    if (this.watch === null || to <= this.n) return this.moveTo(t);
    const { n, stops } = this.watch.look(this.n, to);
    if (!stops) return this.moveTo(n < to ? this.cinema.timeOf(n) : t);
    this.pause();
    this.seek(n);
    this.watch.stopped(n);
  }

  /** How far the engine is ahead of the picture, playback ms. */
  private get lead(): number {
    return this.speed === Infinity ? 0 : LEAD_MS * this.speed;
  }

  /** Places all events anew on the cinematic clock; the playhead stays on its event. */
  protected recut(): void {
    const cinema = new Cinema({ hideHeartbeats: this.hideHeartbeats });
    for (const event of this.timeline.events) cinema.append(event);
    this.cinema = cinema;
    this.t = cinema.timeOf(this.n);
    this.revision++;
  }
}

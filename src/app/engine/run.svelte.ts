/**
 * The run on screen: an ensemble, its trace, and the playhead. The only store of the page; every view derives from it.
 * Events are generated just in time while playing. A command in the past starts a new future; the old one is kept as a branch.
 */
import type { Future } from '../../ensemble/hooks.ts';
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { BranchId, Branches } from '../../trace/branches.ts';
import { Timeline } from '../../trace/timeline.ts';
import type { Landmark } from '../../trace/traceIndex.ts';
import type { EnsembleView } from '../../trace/view.ts';
import { isQuiet } from '../../trace/quiet.ts';
import type { RunOn } from '../share/recorded.ts';
import { Cinema } from '../transport/cinema.ts';
import { Emitter } from './emitter.ts';
import type { Engine } from './engine.ts';
import type { Forks } from './forks.ts';

/** Playback speeds; Infinity is "as fast as the engine goes". */
export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, Infinity];
/** Longest piece of work between two frames, ms. */
const SLICE_MS = 7;
/** After so much quiet (virtual ms) the clock rests until somebody does something. */
const REST_AFTER_MS = 60_000;
/** The engine stays this far ahead of the picture (real ms), so that the picture never waits for a worker. */
const LEAD_MS = 120;
/** A playhead this close to the last event counts as live: the engine is a little ahead of what is shown. */
const LIVE_EVENTS = 8;

/** Something went wrong that the person should know: a worker that failed, a command that was refused. */
export interface Trouble {
  /** `recorded`: a command to a trace that was not made here. */
  readonly kind: 'worker' | 'command' | 'recorded';
  readonly message: string;
  /** Position of the last event before it. */
  readonly n: number;
  /** JSON text that reproduces it. */
  readonly reproduction: string;
}

/** Looks at events before the picture comes to them: breakpoints. */
export interface Watch {
  /** Whether playback stops at one of the events after `from`, up to `to`, and where; else how far it may go now, for looking takes time. */
  look(from: number, to: number): { readonly n: number; readonly stops: boolean };
  /** Playback has stopped at event `n`. */
  stopped(n: number): void;
}

export type RunEvent = 'events' | 'position' | 'rewind' | 'load' | 'trouble' | 'branches';

export class Run {
  readonly name: string;
  readonly timeline: Timeline;
  /** All futures there have been. Null while there is only one. The active one is as it was when it was last left: the run itself has the rest. */
  branches = $state.raw<Branches | null>(null);
  private readonly engine: Engine;
  private forks: Forks | null = null;
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
  trouble = $state.raw<Trouble | null>(null);
  /** Of a trace that was not made here: builds an ensemble that goes on from event `n`. */
  runOn: ((n: number) => Promise<void>) | null = null;
  /** The trace that this run goes on from, and what was assumed; null for others. */
  from: RunOn | null = null;

  readonly view: EnsembleView = $derived.by(() => {
    void this.revision;
    return this.timeline.viewAt(this.n);
  });
  readonly event: TraceEvent | undefined = $derived.by(() => {
    void this.revision;
    return this.timeline.events[this.n];
  });
  /** The person put the playhead where it is: acts happen exactly there. */
  private pinned = $state(false);
  /** Whether an act happens at the newest moment: what the engine is ahead of the picture does not count. */
  readonly live = $derived(
    this.n >= this.length - 1 || (!this.pinned && (this.n >= this.length - 1 - LIVE_EVENTS || this.cinema.end - this.t <= 2 * this.lead)),
  );

  private watch: Watch | null = null;
  /** Where the watch will stop the playback: nothing is generated until it comes there. */
  private stopsAt = -1;
  private queue: Promise<void> = Promise.resolve();
  private pumping = false;
  private disposed = false;
  private lastNotableAt = 0;
  private readonly emitter = new Emitter<RunEvent>();

  constructor(name: string, engine: Engine) {
    this.name = name;
    this.engine = engine;
    this.timeline = new Timeline(engine.members);
  }

  get members(): Engine['members'] {
    return this.engine.members;
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

  get config(): Engine['config'] {
    return this.engine.config;
  }

  workers(): number {
    return this.engine.workers();
  }

  reproduction(): unknown {
    return this.engine.reproduction();
  }

  /** What, with the commands, decides this run; null when it was not made here. */
  get source(): Engine['source'] {
    return this.engine.source;
  }

  /** All commands of the branch on screen. */
  get commands(): Engine['commands'] {
    return this.forks?.commands() ?? this.engine.commands;
  }

  // Time ---------------------------------------------------------------------------------------------------------------

  /** One animation frame later; `ms` is the real time that went by. The first frame of a busy page may have begun before its listener was there: time never goes back. */
  frame(ms: number): void {
    if (!this.playing || this.resting || this.trouble?.kind === 'worker') return;
    const { end } = this.cinema;
    this.playTo(this.speed === Infinity ? end : Math.min(this.t + Math.max(0, Math.min(ms, 100)) * this.speed, Math.max(this.t, end)));
    if (this.wants()) void this.pump();
  }

  /** What may stop the playback; null: nothing does. */
  watchBy(watch: Watch | null): void {
    this.watch = watch;
    this.stopsAt = -1;
  }

  play(): void {
    this.pinned = false;
    this.playing = true;
    this.resting = false;
    this.lastNotableAt = this.timeline.head.at;
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

  /** Moves by `by` events; beyond the live edge the engine makes the next one. */
  async step(by: number): Promise<void> {
    this.pause();
    if (this.n + by > this.length - 1) await this.ahead(this.n + by - (this.length - 1));
    this.seek(this.n + by);
  }

  /** Like `step`, passing over heartbeats while they are hidden. */
  async stepNotable(direction: 1 | -1): Promise<void> {
    for (let i = 0; i < 5000; i++) {
      const before = this.n;
      await this.step(direction);
      const event = this.timeline.events[this.n];
      if (this.n === before || event === undefined || !this.hideHeartbeats || !isQuiet(event)) return;
    }
  }

  /** Jumps to the next or previous landmark; runs the engine ahead when the next one has not happened yet. */
  async jump(kind: Landmark, direction: 1 | -1): Promise<void> {
    this.pause();
    if (direction < 0) {
      this.seek(this.timeline.index.previous(kind, this.n) ?? -1);
      return;
    }
    const from = this.n;
    for (let tries = 0; tries < 40; tries++) {
      const found = this.timeline.index.next(kind, from);
      if (found !== null) {
        this.seek(found);
        return;
      }
      if (!(await this.ahead(100))) break;
    }
  }

  goLive(): void {
    this.seek(this.length - 1);
    this.play();
  }

  setHideHeartbeats(hide: boolean): void {
    this.hideHeartbeats = hide;
    this.recut();
  }

  // Acts ---------------------------------------------------------------------------------------------------------------

  /** Does something to the ensemble at the playhead. What was recorded after it stays as a branch. Resolves when it has happened. */
  async command(command: Command): Promise<void> {
    await this.exclusive(async () => {
      const from = this.branches?.active ?? 1;
      const { n } = this;
      if (this.trouble?.kind !== 'worker') this.trouble = null;
      try {
        if (this.live) await this.forks?.catchUp();
        else await this.fork();
        this.take(await this.engine.command(command));
      } catch (error) {
        if (!this.engine.isRefusal(error)) throw error;
        // Nothing has happened: what was shown is shown again, and the engine stands at its end as before.
        if (this.forks?.unfork(from) === true) {
          this.changed(n, n);
          await this.forks.catchUp();
        }
        this.trouble = { kind: this.source === null ? 'recorded' : 'command', message: messageOf(error), n: this.n, reproduction: '' };
        throw error;
      }
      this.resting = false;
      this.lastNotableAt = this.timeline.head.at;
      this.seek(this.length - 1);
      this.pinned = false;
    });
  }

  /** Makes the playhead the live edge of a new branch. */
  async rewindTo(n: number): Promise<void> {
    this.pause();
    this.trouble = null;
    this.seek(n);
    await this.exclusive(() => this.fork());
  }

  // Branches -----------------------------------------------------------------------------------------------------------

  /** All branches, the active one as it is now; null while there is only one. */
  branchesNow(): Branches | null {
    return this.branches === null ? null : (this.forks?.branches ?? null);
  }

  /** Shows another branch; the playhead stays where it is, or goes to where the two part. */
  showBranch(id: BranchId): Promise<void> {
    this.pause();
    this.trouble = null;
    return this.exclusive(async () => {
      const shared = (await (await this.branching()).show(id)) - 1;
      this.changed(shared, Math.min(this.n, shared));
    });
  }

  async nameBranch(id: BranchId, name: string): Promise<void> {
    (await this.branching()).rename(id, name);
    this.tellBranches();
  }

  /** Rejects for the branch on screen. */
  async dropBranch(id: BranchId): Promise<void> {
    (await this.branching()).drop(id);
    this.tellBranches();
  }

  /** The timeline of a branch, for looking at it beside this one. Null when only its commands were kept: show it to have it again. */
  async timelineOf(id: BranchId): Promise<Timeline | null> {
    return (await this.branching()).timelineOf(id);
  }

  /**
   * Becomes the run of these commands, at the playhead `n`: for a run that was opened and is not on screen yet. Rejects when that cannot be; it is
   * of no use then.
   *
   * @param branches of which this one is the active.
   * @param watch see `Engine.replay`.
   */
  async restore(future: Future, n: number, branches: Branches | null, watch?: (events: number) => void): Promise<void> {
    this.pause();
    const events = await this.engine.replay(future, watch);
    for (let since = performance.now(); this.length < events.length;) {
      this.take(events.slice(this.length, this.length + 500));
      // The index is made as far as it is asked for.
      void this.timeline.index;
      if (performance.now() - since < SLICE_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
    if (branches !== null) {
      const { Forks } = await import('./forks.ts');
      this.forks = new Forks(this.engine, this.timeline, branches);
    }
    this.seek(n);
    this.tellBranches();
  }

  /** Has the engine make up to `most` events; the playhead stays. @returns whether there were any. */
  async ahead(most: number): Promise<boolean> {
    const before = this.length;
    await this.exclusive(async () => {
      await this.forks?.catchUp();
      this.take(await this.engine.advance(most));
    });
    return this.length > before;
  }

  /** Generates events until the claim holds for the view at the live edge, or `most` events have been made. */
  async runUntil(holds: (view: EnsembleView) => boolean, most = 20_000): Promise<boolean> {
    for (let made = 0; made < most;) {
      if (holds(this.timeline.head)) return true;
      const before = this.length;
      if (!(await this.ahead(20))) return false;
      made += this.length - before;
    }
    return holds(this.timeline.head);
  }

  on(type: RunEvent, listener: (detail: unknown) => void): () => void {
    return this.emitter.on(type, listener);
  }

  dispose(): void {
    this.disposed = true;
    this.engine.dispose();
  }

  // Inside -------------------------------------------------------------------------------------------------------------

  private emit(type: RunEvent, detail: unknown): void {
    this.emitter.emit(type, detail);
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

  private wants(): boolean {
    if (this.disposed || !this.playing || this.resting || this.trouble?.kind === 'worker' || this.timeline.head.violation !== null)
      return false;
    if (this.stopsAt > this.n) return false;
    return this.speed === Infinity || this.length === 0 || this.cinema.end <= this.t + this.lead;
  }

  /** Generates what is wanted, in slices that leave the page responsive. */
  private async pump(): Promise<void> {
    if (this.pumping) return;
    this.pumping = true;
    const started = performance.now();
    try {
      // At full speed the engine's own budget keeps the slices short, and waiting for workers lets the page breathe.
      while (this.wants() && (this.speed === Infinity || performance.now() - started < SLICE_MS)) {
        const before = this.length - 1;
        // A watched run stops on the very event: whatever is done then is done there.
        if (!(await this.ahead(this.speed === Infinity && this.watch === null ? 256 : 1))) break;
        const seen = this.watch?.look(before, this.length - 1);
        if (seen?.stops === true) this.stopsAt = seen.n;
        if (this.timeline.head.at - this.lastNotableAt > REST_AFTER_MS && this.hideHeartbeats) this.resting = true;
      }
    } finally {
      this.pumping = false;
    }
  }

  /** Engine calls one after another: a command never meets a half-made event. */
  private exclusive(work: () => Promise<void>): Promise<void> {
    const next = this.queue.then(async () => {
      if (!this.disposed) await work();
    });
    this.queue = next.catch((error: unknown) => this.fail(error));
    return next.catch((error: unknown) => {
      if (this.engine.isRefusal(error)) throw error;
    });
  }

  private fail(error: unknown): void {
    if (this.disposed || this.trouble?.kind === 'worker' || this.engine.isRefusal(error)) return;
    this.pause();
    this.trouble = {
      kind: 'worker',
      message: messageOf(error),
      n: this.length - 1,
      reproduction: JSON.stringify(this.engine.reproduction(), null, 1),
    };
    this.emit('trouble', this.trouble);
  }

  private take(events: readonly TraceEvent[]): void {
    if (events.length === 0) return;
    this.timeline.appended(events);
    for (const event of events) {
      this.cinema.append(event);
      if (!isQuiet(event)) this.lastNotableAt = event.at;
    }
    this.length = this.timeline.length;
    this.emit('events', events);
  }

  private async branching(): Promise<Forks> {
    if (this.forks === null) {
      const { Forks } = await import('./forks.ts');
      this.forks ??= new Forks(this.engine, this.timeline);
    }
    return this.forks;
  }

  private async fork(): Promise<void> {
    if (this.n >= this.length - 1) return this.forks?.catchUp();
    await (await this.branching()).fork(this.n);
    this.changed(this.n, this.n);
  }

  /** The timeline shows another future after event `from`. */
  private changed(from: number, n: number): void {
    this.length = this.timeline.length;
    this.n = Math.max(-1, Math.min(n, this.length - 1));
    this.pinned = true;
    this.stopsAt = -1;
    this.recut();
    this.tellBranches();
    this.emit('rewind', from);
    if (this.length > from + 1) this.emit('events', this.timeline.events.slice(from + 1));
    this.emit('position', this.n);
  }

  private tellBranches(): void {
    const now = this.forks?.branches;
    if (now === undefined || (now.list.length < 2 && this.branches === null)) return;
    this.branches = now;
    this.emit('branches', now);
  }

  /** Places all events anew on the cinematic clock; the playhead stays on its event. */
  private recut(): void {
    const cinema = new Cinema({ hideHeartbeats: this.hideHeartbeats });
    for (const event of this.timeline.events) cinema.append(event);
    this.cinema = cinema;
    this.t = cinema.timeOf(this.n);
    this.revision++;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

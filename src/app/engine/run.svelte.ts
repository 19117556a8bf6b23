/**
 * The run on screen: an ensemble, its trace, and the playhead. The only store of the page; every view derives from it.
 * Events are generated just in time while playing. A command in the past starts a new future; the old one is kept as a branch.
 */
import type { Future } from '../../ensemble/hooks.ts';
import type { Command } from '../../ensemble/types.ts';
import type { BranchId, Branches } from '../../trace/branches.ts';
import { Timeline } from '../../trace/timeline.ts';
import type { Landmark } from '../../trace/traceIndex.ts';
import { isQuiet } from '../../trace/quiet.ts';
import type { RunOn } from '../share/recorded.ts';
import type { Engine } from './engine.ts';
import type { Forks } from './forks.ts';
import { Playback } from './playback.svelte.ts';

export { SPEEDS, type RunEvent, type Watch } from './playback.svelte.ts';

/** Longest piece of work between two frames, ms. */
const SLICE_MS = 7;

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

export class Run extends Playback {
  readonly name: string;
  /** All futures there have been. Null while there is only one. The active one is as it was when it was last left: the run itself has the rest. */
  branches = $state.raw<Branches | null>(null);
  private readonly engine: Engine;
  private forks: Forks | null = null;
  trouble = $state.raw<Trouble | null>(null);
  /** Of a trace that was not made here: builds an ensemble that goes on from event `n`. */
  runOn: ((n: number) => Promise<void>) | null = null;
  /** The trace that this run goes on from, and what was assumed; null for others. */
  from: RunOn | null = null;

  private queue: Promise<void> = Promise.resolve();
  private pumping = false;
  private disposed = false;

  constructor(name: string, engine: Engine) {
    super(new Timeline(engine.members));
    this.name = name;
    this.engine = engine;
  }

  get members(): Engine['members'] {
    return this.engine.members;
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

  override frame(ms: number): void {
    if (this.trouble?.kind === 'worker') return;
    super.frame(ms);
    if (this.wants()) void this.pump();
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
      this.stir();
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

  dispose(): void {
    this.disposed = true;
    this.engine.dispose();
  }

  // Inside -------------------------------------------------------------------------------------------------------------

  private wants(): boolean {
    return this.short && !this.disposed && this.trouble?.kind !== 'worker' && this.timeline.head.violation === null;
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
        this.restIfQuiet();
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
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The branches of the run on screen. One of them is active: the timeline shows it. The engine is on one of them too, and not always on the same:
 * a kept branch is shown from its kept events, and the engine runs it again only when something is to happen on it.
 */
import type { GivenCommand } from '../../ensemble/hooks.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import {
  branchOf,
  commandsOf,
  dropped,
  eventsOf,
  forked,
  kept,
  oneBranch,
  renamed,
  sharedLength,
  shownBranch,
  trimmed,
  type Branch,
  type BranchId,
  type Branches,
} from '../../trace/branches.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { Engine } from './engine.ts';

export class Forks {
  private readonly engine: Engine;
  private readonly timeline: Timeline;
  private now: Branches;
  /** The branch whose first `length` events the engine has; Infinity: all of them, and it stands at their end. */
  private at: { readonly id: BranchId; readonly length: number };
  private stale = false;
  private view: { readonly of: Branch; readonly timeline: Timeline } | null = null;

  /** @param branches those of a run that was opened; its active branch is what engine and timeline have. */
  constructor(engine: Engine, timeline: Timeline, branches: Branches = oneBranch()) {
    this.engine = engine;
    this.timeline = timeline;
    this.now = branches;
    this.at = { id: branches.active, length: Infinity };
  }

  /** With the active one as it is now. */
  get branches(): Branches {
    return kept(this.now, this.commands(), this.timeline.events);
  }

  /** All commands of the active branch's run. */
  commands(): readonly GivenCommand[] {
    return this.stale ? commandsOf(this.now, this.now.active) : this.engine.commands;
  }

  /**
   * Begins a new branch after event `n` of the active one; the engine then stands there. When nothing comes after it, nothing is begun.
   *
   * @returns the number of events left: more than `n + 1` when one cause made several at one instant.
   */
  async fork(n: number): Promise<number> {
    const before = this.branches;
    const left = this.stale ? (await this.replay(before, before.active, n + 1, n + 1)).length : await this.engine.rewindTo(n);
    this.stale = false;
    if (left >= this.timeline.length) {
      this.at = { id: before.active, length: Infinity };
      return left;
    }
    this.set(forked(before, left));
    this.at = { id: this.now.active, length: Infinity };
    this.timeline.truncated(left);
    return left;
  }

  /** Nothing happened on the branch that was just begun, if one was: the one it was begun from is shown again. @returns whether it was so. */
  unfork(id: BranchId): boolean {
    const empty = this.now.active;
    if (empty === id) return false;
    const { length } = this.timeline;
    this.display(id);
    this.now = dropped(this.now, empty);
    this.at = { id, length };
    return true;
  }

  /**
   * Shows another branch. From its kept events where it has them; else the engine runs it again, which takes a while.
   *
   * @returns how many events it shares with the one that was shown.
   */
  async show(id: BranchId): Promise<number> {
    const from = this.branches;
    const shared = sharedLength(from, from.active, id);
    if (id === from.active) return shared;
    if (eventsOf(from, id, this.timeline.events) === null) {
      const events = await this.replay(from, id, branchOf(from, id).length);
      this.set(shownBranch(from, id));
      this.timeline.truncated(shared);
      this.timeline.appended(events.slice(shared));
      this.at = { id, length: Infinity };
      this.stale = false;
    } else {
      this.now = from;
      this.display(id);
    }
    this.dropEmpty(from.active);
    return shared;
  }

  /** Puts the engine at the end of the active branch, if it is not there. */
  async catchUp(): Promise<void> {
    if (!this.stale) return;
    await this.replay(this.now, this.now.active, this.timeline.length);
    this.stale = false;
    this.at = { id: this.now.active, length: Infinity };
  }

  rename(id: BranchId, name: string): void {
    this.now = renamed(this.now, id, name);
  }

  /** @throws RangeError for the active branch. */
  drop(id: BranchId): void {
    const now = this.branches;
    const { length } = this.timeline;
    // What the engine has in common with what stays.
    if (this.at.id === id) this.at = { id: now.active, length: Math.min(length, sharedLength(now, id, now.active)) };
    this.now = dropped(now, id);
  }

  /** A branch's own timeline, for looking at it beside the active one. Null when its events were let go: showing it brings them back. */
  timelineOf(id: BranchId): Timeline | null {
    if (id === this.now.active) return this.timeline;
    const of = branchOf(this.now, id);
    if (this.view?.of === of) return this.view.timeline;
    const events = eventsOf(this.branches, id, this.timeline.events);
    if (events === null) return null;
    const shared = sharedLength(this.branches, this.now.active, id);
    this.view = { of, timeline: this.timeline.branchedAt(shared, events.slice(shared)) };
    return this.view.timeline;
  }

  private set(branches: Branches): void {
    this.now = trimmed(branches);
    if (!this.now.list.some(({ id }) => id === this.at.id)) this.at = { id: this.now.active, length: 0 };
  }

  /** The engine runs a branch to `length` events, with its commands before position `before`. Gives all events. */
  private async replay(branches: Branches, id: BranchId, length: number, before = Infinity): Promise<readonly TraceEvent[]> {
    const shared = Math.min(this.at.length, sharedLength(branches, this.at.id, id));
    // If it fails in the middle, nothing is known of where it stands.
    this.at = { id: branches.active, length: 0 };
    this.stale = true;
    return this.engine.replay({ shared, commands: commandsOf(branches, id, before), length });
  }

  /** Puts a branch's kept events on the timeline. */
  private display(id: BranchId): void {
    const events = eventsOf(this.now, id, this.timeline.events) ?? [];
    const shared = sharedLength(this.now, this.now.active, id);
    this.stale = this.at.id !== id || this.at.length < events.length;
    this.set(shownBranch(this.now, id));
    this.timeline.truncated(shared);
    this.timeline.appended(events.slice(shared));
  }

  /** A branch on which nothing has happened is not worth keeping. */
  private dropEmpty(id: BranchId): void {
    const branch = this.now.list.find((one) => one.id === id);
    if (branch === undefined || branch.name !== null || branch.length > branch.forkN) return;
    if (this.at.id === id) this.at = { id: this.now.active, length: branch.forkN };
    this.now = dropped(this.now, id);
  }
}

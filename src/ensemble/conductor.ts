/**
 * The conductor: owns time and the queue, gives servers their inputs one by one, and writes the trace. Nothing else schedules anything.
 *
 * Same options, same commands at the same places: same trace, whatever the host and however the run is cut into pieces.
 */
import type { Sid } from '../base/ids.ts';
import { fileNames } from '../store/disk.ts';
import type { Disk } from '../store/types.ts';
import type { ServerView } from '../zab/types.ts';
import { Ahead } from './ahead.ts';
import { clientView } from './clients.ts';
import { RunningDigest } from './digest.ts';
import { finish, prepare, stepWorld, type Prepared } from './dispatch.ts';
import { opsOf } from './disks.ts';
import { CommandError, HostError, ReplayError } from './errors.ts';
import { doCommand } from './faults.ts';
import { isFailure, type ServerHost, type StepResult } from './host/host.ts';
import { InlineHost } from './host/inline.ts';
import type { Breathe, EnsembleHooks, Future, GivenCommand, ReplayedCommand } from './hooks.ts';
import type { Finding } from './invariants.ts';
import { hurriesOf, type Hurry } from './hurry.ts';
import { KeyFrames, type KeyFrame } from './keyFrames.ts';
import type { WorldOptions } from './options.ts';
import { peekEntry, popEntry, pushEntry } from './queue.ts';
import { Watch, type RunLimits, type StopReason } from './runLimits.ts';
import { copyState, initialState } from './state.ts';
import type { ClientId, ClientView, Command, OpOutcome, TraceEvent } from './types.ts';
import { clockAt, processOf, recordWorld, schedule, type World } from './world.ts';
export type { EnsembleHooks, GivenCommand, Observer } from './hooks.ts';

export class Ensemble {
  readonly options: WorldOptions;
  readonly host: ServerHost;
  /** Everything that happened. The same array for good; `rewindTo` shortens it. */
  readonly trace: TraceEvent[] = [];
  readonly sids: readonly Sid[];
  readonly #hooks: EnsembleHooks;
  readonly #world: World;
  #commands: GivenCommand[] = [];
  readonly #frames = new KeyFrames();
  readonly #digest = new RunningDigest();
  /** Where steps run now: `host`, or the replayer while running again. */
  #stage: ServerHost;
  #driverState: unknown;
  /** Events that the observers have seen. */
  #observed = 0;
  #violated = false;
  readonly #ahead: Ahead;
  #running = false;
  #stopAsked = false;
  #failure: HostError | null = null;

  constructor(options: WorldOptions, host: ServerHost, hooks: EnsembleHooks = {}) {
    this.options = options;
    this.host = host;
    this.#stage = host;
    this.#hooks = hooks;
    this.#world = { options, trace: this.trace, state: initialState(options), cause: -1, onProcessGone: (sid) => this.#processGone(sid) };
    this.#ahead = new Ahead(host, this.#world);
    this.sids = [...this.#world.state.processes.keys()];
    for (const [sid, disk] of hooks.disks ?? []) giveDisk(this.#world, sid, disk);
    this.#driverState = hooks.driver?.initial;
    if (hooks.driver !== undefined) schedule(this.#world, 0, { kind: 'driver' });
    this.#observe();
    this.#frames.add(this.#keyFrame());
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Looking.

  /** Virtual ms. */
  get now(): number {
    return this.#world.state.now;
  }

  /** Commands given from outside so far. */
  get commands(): readonly GivenCommand[] {
    return this.#commands;
  }

  /** What a server shows of itself; null while it is down. Live: it changes as the run goes on, so copy what is to be kept. */
  view(sid: Sid): ServerView | null {
    return processOf(this.#world, sid).view;
  }

  /** Whether the process runs; a paused one does. */
  isUp(sid: Sid): boolean {
    return processOf(this.#world, sid).state === 'running';
  }

  /** Whether the process was started and has not read its disk yet. */
  isStarting(sid: Sid): boolean {
    return processOf(this.#world, sid).state === 'starting';
  }

  isPaused(sid: Sid): boolean {
    return processOf(this.#world, sid).paused;
  }

  disk(sid: Sid): Disk {
    return processOf(this.#world, sid).disk;
  }

  client(id: ClientId): ClientView | null {
    const client = this.#world.state.clients.get(id);
    return client === undefined ? null : clientView(client);
  }

  /** Numbers of all clients there have been. */
  get clients(): readonly ClientId[] {
    return [...this.#world.state.clients.keys()];
  }

  /** Requests of a client that have ended, oldest first, from the `from`-th on. */
  outcomes(id: ClientId, from = 0): readonly OpOutcome[] {
    const client = this.#world.state.clients.get(id);
    return client === undefined ? [] : client.ended.slice(from, client.endedCount);
  }

  /** Whether no packets pass from one server to another, and how much longer they take. */
  link(from: Sid, to: Sid): { readonly cut: boolean; readonly delayMs: number } {
    for (const link of this.#world.state.links.values())
      if (link.from === from && link.to === to) return { cut: link.cut, delayMs: link.delayMs };
    return { cut: false, delayMs: 0 };
  }

  /** A fingerprint of the trace so far; see `digest.ts`. */
  digest(): string {
    return this.#digest.of(this.trace);
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Doing.

  /**
   * Does a command now.
   *
   * @throws CommandError when it makes no sense in the present state. Nothing has happened then.
   */
  command(command: Command): void {
    this.#mustRest('give a command');
    const { state } = this.#world;
    const given: GivenCommand = { n: this.trace.length, step: state.steps, at: state.now, command, ...(state.waited && { waited: true }) };
    doCommand(this.#world, command);
    this.#commands.push(given);
    this.#settle();
  }

  /**
   * Runs, with an inline host.
   *
   * @throws HostError when a server core fails: then the run is intact up to the event before.
   */
  run(limits: RunLimits<Ensemble> = {}): StopReason {
    this.#mustRest('run');
    const watch = this.#start(limits);
    for (;;) {
      const reason = this.#reason(watch, limits);
      if (reason !== null) return reason;
      const prepared = this.#take();
      if (prepared !== null) this.#takeIn(prepared, this.#resultNow(prepared));
    }
  }

  /** Runs, with any host. Servers in workers run at the same time, and ahead where that can be foreseen. The trace is the same as that of `run`. */
  async runAsync(limits: RunLimits<Ensemble> = {}): Promise<StopReason> {
    this.#mustRest('run');
    const watch = this.#start(limits);
    this.#running = true;
    try {
      for (;;) {
        const reason = this.#reason(watch, limits);
        if (reason !== null) return reason;
        const prepared = this.#take();
        if (prepared === null) continue;
        const result = this.#ahead.result(prepared);
        this.#takeIn(prepared, result instanceof Promise ? await result : result);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Asks a `runAsync` that is under way to stop soon. */
  stop(): void {
    this.#stopAsked = true;
  }

  /**
   * Goes back to just after event `n`, and drops everything after it, commands included. What one cause made at one instant (a kill and
   * the end of its process) stays together, so more than `n + 1` events may be left. −1 is the very beginning.
   *
   * @returns the number of events left.
   */
  rewindTo(n: number): number {
    return this.replay(this.#past(n));
  }

  /** Like `rewindTo`, in pieces: `breathe` is asked after each step whether to wait, and for what. */
  rewindSlowlyTo(n: number, breathe: Breathe): Promise<number> {
    return this.replaySlowly(this.#past(n), breathe);
  }

  /**
   * Makes this the run of these commands: goes back to the last event that it shares with them, gives them at their places, and goes on until
   * there are `length` events. Same options and commands, same trace; what runs here in between is dropped.
   *
   * @returns the number of events there are.
   * @throws CommandError when one is refused here; ReplayError when its place in the run never comes. The ensemble is of no use then.
   */
  replay(future: Future): number {
    const again = this.#again(future);
    while (again.next().done !== true);
    return this.trace.length;
  }

  /** Like `replay`, in pieces: `breathe` is asked after each step whether to wait, and for what. */
  async replaySlowly(future: Future, breathe: Breathe): Promise<number> {
    const again = this.#again(future);
    for (let step = again.next(); step.done !== true; step = again.next()) {
      const rest = breathe();
      if (rest === null) continue;
      this.#running = true;
      try {
        await rest;
      } finally {
        this.#running = false;
      }
    }
    return this.trace.length;
  }

  /** What `rewindTo` plays again. */
  #past(n: number): Future {
    if (!Number.isInteger(n) || n < -1 || n >= this.trace.length)
      throw new RangeError(`Cannot rewind to event ${n}: the trace has events 0 to ${this.trace.length - 1}.`);
    return { shared: n + 1, commands: this.#commands.filter((given) => given.n <= n), length: n + 1 };
  }

  *#again({ shared, commands, length }: Future): Generator<void, void> {
    this.#mustRest('go back');
    const inline = this.#inlineHost();
    this.#restore(this.#frames.backTo(shared), inline);
    this.#commands = this.#commands.filter((given) => given.n < this.trace.length);
    this.#stage = inline;
    try {
      yield* this.#runAgain(length, commands);
    } finally {
      this.#stage = this.host;
    }
    if (inline !== this.host) this.host.load(inline.save());
  }

  /** What could come next if it hurried; see `hurry.ts`. */
  hurries(): readonly Hurry[] {
    return hurriesOf(this.#world);
  }

  /** This moment, for `backTo`. Cheap, with an inline host; with others there is none. */
  mark(): KeyFrame {
    this.#mustRest('remember a moment');
    return this.#keyFrame();
  }

  /** Goes back to a moment of this very run's past. A mark stays good for as long as the run has not gone back to before it. */
  backTo(mark: KeyFrame): void {
    this.#mustRest('go back');
    this.#restore(mark, this.#inlineHost());
    this.#commands = this.#commands.filter((given) => given.n < this.trace.length);
  }

  /** Ends all workers. */
  dispose(): void {
    this.host.dispose();
  }

  // -------------------------------------------------------------------------------------------------------------------
  // One step.

  #mustRest(what: string): void {
    if (this.#running) throw new Error(`Cannot ${what} while a run is under way; wait for runAsync to end.`);
  }

  #start(limits: RunLimits<Ensemble>): Watch<Ensemble> {
    this.#violated = false;
    this.#stopAsked = false;
    if (this.#failure !== null) throw this.#failure;
    return new Watch(limits, this.trace.length, this.#hooks.clock);
  }

  #reason(watch: Watch<Ensemble>, limits: RunLimits<Ensemble>): StopReason | null {
    if (this.#violated) return 'violation';
    if (this.#stopAsked) return 'stopped';
    const { state } = this.#world;
    const reason = watch.reason(this, this.trace.length, peekEntry(state.queue)?.at ?? null);
    if (reason === 'time') this.#waitUntil(limits.untilMs ?? 0);
    return reason;
  }

  /** Takes the next entry of the queue. What concerns only the world is done here; null then. */
  #take(): Prepared | null {
    const { state } = this.#world;
    const entry = popEntry(state.queue);
    if (entry === undefined) return null;
    state.now = Math.max(state.now, entry.at);
    state.waited = false;
    const prepared = prepare(this.#world, entry);
    if (prepared !== null) return prepared;
    this.#world.cause = -1;
    stepWorld(this.#world, entry, () => this.#askDriver());
    state.steps++;
    this.#settle();
    return null;
  }

  #resultNow({ sid, input, entry }: Prepared): StepResult {
    const results = this.#stage.deliver(sid, [{ input, now: clockAt(this.#world, sid, entry.at) }]);
    if (results instanceof Promise) throw new Error('This host answers later: use runAsync.');
    return results[0] ?? { failed: 'its host gave no answer' };
  }

  /** The world takes in what a server's step gave. */
  #takeIn(prepared: Prepared, result: StepResult): void {
    if (isFailure(result)) return this.#fail(prepared, result.failed);
    const { state } = this.#world;
    this.#world.cause = -1;
    finish(this.#world, prepared, result);
    state.steps++;
    this.#settle();
  }

  /** The entry goes back into the queue, as if it had not been tried. */
  #fail(prepared: Prepared, reason: string): never {
    pushEntry(this.#world.state.queue, prepared.entry);
    this.#failure = new HostError(prepared.sid, this.trace.length, prepared.input, reason);
    throw this.#failure;
  }

  #processGone(sid: Sid): void {
    this.#ahead.gone(sid);
    this.#stage.kill(sid);
  }

  #settle(): void {
    this.#observe();
    if (this.trace.length - this.#frames.lastAt >= this.options.checkpointEvery) this.#frames.add(this.#keyFrame());
  }

  #observe(): void {
    const { trace } = this;
    while (this.#observed < trace.length) {
      const event = trace[this.#observed++] as TraceEvent;
      for (const observer of this.#hooks.observers ?? []) this.#report(observer.observe(event), event.n);
    }
  }

  #report(finding: Finding | null, n: number): void {
    if (finding?.violation !== undefined) {
      recordWorld(this.#world, { type: 'violation', ...finding.violation }, n);
      this.#violated = true;
    }
    if (finding?.void !== undefined) recordWorld(this.#world, { type: 'guaranteeVoid', ...finding.void }, n);
  }

  #askDriver(): void {
    const { driver } = this.#hooks;
    if (driver === undefined) return;
    const step = driver.next(this.#driverState, this);
    this.#driverState = step.state;
    for (const text of step.notes) recordWorld(this.#world, { type: 'note', text }, -1);
    for (const command of step.commands) this.#driverCommand(command);
    if (step.wakeAt !== null) schedule(this.#world, Math.max(step.wakeAt, this.now), { kind: 'driver' });
  }

  /** A plan may be overtaken by what the person did: its command is then passed over, with a remark. */
  #driverCommand(command: Command): void {
    try {
      doCommand(this.#world, command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      recordWorld(this.#world, { type: 'note', text: error.message }, -1);
    }
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Going back.

  #inlineHost(): InlineHost {
    if (this.host instanceof InlineHost) return this.host;
    const replayer = this.#hooks.replayer?.();
    if (replayer === undefined) throw new Error('To rewind an ensemble whose servers are in workers, give it a `replayer` hook.');
    return replayer;
  }

  #keyFrame(): KeyFrame {
    return {
      n: this.trace.length,
      state: copyState(this.#world.state),
      servers: this.#stage instanceof InlineHost ? this.#stage.save() : null,
      observers: (this.#hooks.observers ?? []).map((observer) => observer.checkpoint()),
      driver: this.#driverState,
    };
  }

  #restore(frame: KeyFrame, inline: InlineHost): void {
    this.trace.length = frame.n;
    this.#world.state = copyState(frame.state);
    for (const client of this.#world.state.clients.values()) client.ended.length = client.endedCount;
    inline.load(frame.servers ?? new Map());
    this.#hooks.observers?.forEach((observer, i) => observer.restore(frame.observers[i] as never));
    this.#driverState = frame.driver;
    this.#digest.cutTo(frame.n);
    this.#observed = frame.n;
    this.#ahead.forget();
    this.#failure = null;
  }

  /** Steps, and commands where they were given, until all are given and there are `length` events. */
  *#runAgain(length: number, commands: readonly ReplayedCommand[]): Generator<void, void> {
    for (let i = this.#commands.length; this.trace.length < length || i < commands.length;) {
      const next = commands[i];
      const { state } = this.#world;
      if (next !== undefined && next.step === state.steps) {
        if (next.waited === true) this.#waitUntil(next.at);
        this.command(next.command);
        i++;
      } else if (next !== undefined && next.step < state.steps) {
        throw new ReplayError(
          i,
          `command ${i + 1} belongs after step ${next.step} of the run, which is past when the one before it is given`,
        );
      } else if (state.queue.length === 0) {
        throw new ReplayError(i, `nothing is left to happen after event ${this.trace.length - 1}`);
      } else {
        const prepared = this.#take();
        if (prepared !== null) this.#takeIn(prepared, this.#resultNow(prepared));
      }
      yield;
    }
  }

  /** The clock goes on although nothing happens. */
  #waitUntil(at: number): void {
    const { state } = this.#world;
    if (at > state.now) state.waited = true;
    state.now = Math.max(state.now, at);
  }
}

/** What a server has on its disk before anything happens. It is recorded: what a view shows comes from the trace alone. */
function giveDisk(world: World, sid: Sid, disk: Disk): void {
  processOf(world, sid).disk = disk;
  recordWorld(world, { type: 'note', text: `Server ${sid} has a data directory.` }, -1, {
    sid,
    reset: true,
    // Sorted: when its files were made is not known, and the same files are the same beginning.
    ops: opsOf(disk, fileNames(disk)),
  });
}

/** Playing a run: in a hunt, or again as it was found. */
import type { Breach } from '../breach.ts';
import { Ensemble } from '../conductor.ts';
import type { Driver } from '../driver.ts';
import { CommandError } from '../errors.ts';
import type { InlineHost } from '../host/inline.ts';
import type { Observer } from '../hooks.ts';
import type { KeyFrame } from '../keyFrames.ts';
import { Invariants } from '../invariants.ts';
import { optionsOf, parseScenario, type Scenario } from '../scenario.ts';
import { isFinished, scriptOf, type ScriptState } from '../script.ts';
import type { Command, TraceEvent } from '../types.ts';
import { commandTime, type FoundRun, type PlainScenario, type Timed } from './plain.ts';

/** What broke: an invariant, or Zablab itself. */
export interface Violation {
  readonly invariant: string;
  readonly breach: Breach;
  /** Issues of known defects of the version that can be the cause. */
  readonly known: readonly string[];
  readonly source: string;
  /** Position of the event that shows it. */
  readonly n: number;
  readonly at: number;
}

/** The name under which it is reported that Zablab itself failed. */
export const CORE_FAILED = 'the simulator does not fail';

const CORE_FAILURE = { invariant: CORE_FAILED, known: [], source: '' } as const;

export interface PlayMark {
  readonly frame: KeyFrame;
  readonly given: number;
}

/** A run under way, to which commands are given from outside at times that a script could give them at too. */
export class Play {
  readonly ensemble: Ensemble;
  readonly scenario: Scenario;
  readonly start: PlainScenario;
  readonly given: Timed[] = [];
  #violation: Violation | null = null;
  #script: ScriptState | null = null;

  /**
   * @param host an inline host with the core of the servers; it may have been used before.
   * @throws ScenarioError when the start is no scenario.
   */
  constructor(start: PlainScenario, host: InlineHost, observers: readonly Observer[] = []) {
    this.start = start;
    this.scenario = parseScenario(start, 'the start of the hunt');
    host.load(new Map());
    const options = { ...optionsOf(this.scenario), checkpointEvery: Infinity };
    const driver = this.scenario.steps.length === 0 ? null : this.#watched(scriptOf(this.scenario));
    this.ensemble = new Ensemble(options, host, {
      observers: [new Invariants(this.scenario.config), ...observers],
      ...(driver === null ? {} : { driver }),
    });
  }

  get violation(): Violation | null {
    return this.#violation;
  }

  get events(): number {
    return this.ensemble.trace.length;
  }

  /** Runs the steps of the start, if there are any. */
  begin(limitMs: number): void {
    if (this.scenario.steps.length === 0) return;
    this.runTo(limitMs, () => this.#script !== null && isFinished(this.scenario, this.#script));
  }

  /** Goes on to a virtual time, or until something is so. */
  runTo(untilMs: number, until?: () => boolean): void {
    if (this.#violation !== null) return;
    try {
      const reason = this.ensemble.run({ untilMs, ...(until === undefined ? {} : { until }) });
      if (reason === 'violation') this.#violation = violationOf(this.ensemble.trace);
    } catch (error) {
      // Whatever fails here is a defect of Zablab, which the run shows as well as any: the hunt goes on.
      if (!(error instanceof Error)) throw error;
      const { length } = this.ensemble.trace;
      this.#violation = {
        ...CORE_FAILURE,
        breach: { kind: 'simulatorFailed', message: error.message },
        n: length - 1,
        at: this.ensemble.now,
      };
    }
  }

  /** Gives a command at a time, or soon after; one that is refused is passed over. */
  give(command: Command, at: number): void {
    const { now } = this.ensemble;
    const wanted = commandTime(at);
    const time = wanted > now ? wanted : commandTime(now + 0.001);
    this.runTo(time);
    if (this.#violation !== null) return;
    try {
      this.ensemble.command(command);
      this.given.push({ at: time, command });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }

  /** This moment, to come back to. */
  mark(): PlayMark {
    return { frame: this.ensemble.mark(), given: this.given.length };
  }

  backTo({ frame, given }: PlayMark): void {
    this.ensemble.backTo(frame);
    this.given.length = given;
    this.#violation = null;
  }

  #watched(driver: Driver<ScriptState>): Driver<ScriptState> {
    return {
      initial: driver.initial,
      next: (state, world) => {
        const step = driver.next(state, world);
        this.#script = step.state;
        return step;
      },
    };
  }
}

function violationOf(trace: readonly TraceEvent[]): Violation | null {
  for (let n = trace.length - 1; n >= 0; n--) {
    const event = trace[n];
    if (event?.what.type !== 'violation') continue;
    const { invariant, breach, known, source } = event.what;
    return { invariant, breach, known, source, n, at: event.at };
  }
  return null;
}

export interface Replayed {
  readonly violation: Violation | null;
  /** Commands that made sense. */
  readonly given: readonly Timed[];
  readonly events: number;
}

/** Plays a run again, up to a violation or so many ms after its last command. */
export function replay(run: FoundRun, host: InlineHost, afterMs: number, beginMs: number): Replayed {
  const play = new Play(run.start, host);
  play.begin(beginMs);
  for (const { at, command } of run.commands) {
    if (play.violation !== null) break;
    play.give(command, at);
  }
  play.runTo(play.ensemble.now + afterMs);
  return { violation: play.violation, given: play.given, events: play.events };
}

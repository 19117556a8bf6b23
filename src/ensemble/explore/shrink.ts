/**
 * Makes a run that breaks an invariant smaller while it still breaks the same one: fewer commands (delta debugging: Zeller and Hildebrandt, "Simplifying
 * and isolating failure-inducing input", TSE 2002), fewer servers, plainer surroundings, shorter waits. What is left is a local minimum: no single
 * command can be left out.
 */
import type { Sid } from '../../base/ids.ts';
import type { InlineHost } from '../host/inline.ts';
import type { CommandType } from '../types.ts';
import type { FoundRun, PlainScenario, Timed } from './plain.ts';
import { replay, type Violation } from './play.ts';
import { withoutServer } from './servers.ts';
import { BEGIN_MS } from './storm.ts';

export interface Shrunk {
  readonly run: FoundRun;
  readonly violation: Violation;
  /** Replays it took. */
  readonly tries: number;
  /** Whether nothing more can be left out; false when the patience was at its end before. */
  readonly minimal: boolean;
}

export interface ShrinkOptions {
  readonly mostTries?: number;
  /** Asked before every try: whether patience is at its end. */
  readonly isOver?: () => boolean;
  /** Whether a smaller run that breaks the same invariant is still what was wanted. */
  readonly counts?: (run: FoundRun, violation: Violation) => boolean;
}

/** Virtual ms that a smaller run may take longer to the violation than the one before, before it is given up. */
const PATIENCE_MS = 2_500;
/** Servers of the smallest ensemble that has a majority to lose. */
const FEWEST_SERVERS = 3;
/** Gaps between commands that are worth shortening, ms. */
const LONG_GAP_MS = 20;

/** Types that are left out as a whole first, the ones that help least at the front. */
const WHOLE: readonly CommandType[] = [
  'skew',
  'diskFull',
  'slowDisk',
  'slow',
  'reset',
  'pause',
  'partition',
  'cut',
  'request',
  'close',
  'abandon',
];

export class Shrinker {
  readonly #host: InlineHost;
  readonly #mostTries: number;
  readonly #isOver: () => boolean;
  readonly #counts: (run: FoundRun, violation: Violation) => boolean;
  #run: FoundRun;
  #violation: Violation;
  #tries = 0;

  constructor(run: FoundRun, violation: Violation, host: InlineHost, options: ShrinkOptions = {}) {
    this.#run = run;
    this.#violation = violation;
    this.#host = host;
    this.#mostTries = options.mostTries ?? Infinity;
    this.#isOver = options.isOver ?? ((): boolean => false);
    this.#counts = options.counts ?? ((): boolean => true);
  }

  /** The smallest run so far. */
  get run(): FoundRun {
    return this.#run;
  }

  /** How it breaks. */
  get violation(): Violation {
    return this.#violation;
  }

  get tries(): number {
    return this.#tries;
  }

  /** Shrinks; pauses after every try. */
  *work(): Generator<void, Shrunk> {
    const minimal = yield* this.#all();
    return { run: this.#run, violation: this.#violation, tries: this.#tries, minimal };
  }

  *#all(): Generator<void, boolean> {
    if (!(yield* this.#try(this.#run))) return false;
    yield* this.#types();
    yield* this.#chunks(Math.ceil(this.#run.commands.length / 2));
    yield* this.#servers();
    yield* this.#surroundings();
    yield* this.#gaps();
    for (let before = Infinity; this.#run.commands.length < before;) {
      before = this.#run.commands.length;
      yield* this.#chunks(Math.min(4, Math.ceil(before / 2)));
    }
    return !this.#stopped();
  }

  #stopped(): boolean {
    return this.#tries >= this.#mostTries || this.#isOver();
  }

  /** Whether a run breaks the same invariant; it is the smallest one then. */
  *#try(run: FoundRun): Generator<void, boolean> {
    if (this.#stopped()) return false;
    yield;
    this.#tries++;
    const last = run.commands.at(-1)?.at ?? 0;
    const afterMs = Math.max(0, this.#violation.at - last) + PATIENCE_MS;
    const { violation, given } = replay(run, this.#host, afterMs, BEGIN_MS);
    if (violation === null || violation.invariant !== this.#violation.invariant) return false;
    const smaller = { start: run.start, commands: given };
    if (!this.#counts(smaller, violation)) return false;
    this.#run = smaller;
    this.#violation = violation;
    return true;
  }

  *#tryCommands(commands: readonly Timed[]): Generator<void, boolean> {
    return yield* this.#try({ start: this.#run.start, commands });
  }

  *#types(): Generator<void> {
    for (const type of WHOLE) {
      const { commands } = this.#run;
      const rest = commands.filter(({ command }) => command.type !== type);
      if (rest.length < commands.length) yield* this.#tryCommands(rest);
    }
  }

  /** Leaves out so many commands in a row, from the end to the front; then half as many, down to one. */
  *#chunks(most: number): Generator<void> {
    for (let size = Math.max(1, most); ; size = Math.floor(size / 2)) {
      for (let end = this.#run.commands.length; end > 0 && !this.#stopped(); end -= size) {
        const { commands } = this.#run;
        const from = Math.max(0, end - size);
        yield* this.#tryCommands([...commands.slice(0, from), ...commands.slice(end)]);
        // A run that breaks earlier has lost its last commands as well.
        end = Math.min(end, this.#run.commands.length + size);
      }
      if (size === 1) return;
    }
  }

  *#servers(): Generator<void> {
    for (let again = true; again && !this.#stopped();) {
      again = false;
      for (const sid of sidsOf(this.#run.start).toReversed()) {
        if (sidsOf(this.#run.start).length <= FEWEST_SERVERS) return;
        const smaller = withoutServer(this.#run, sid);
        if (smaller !== null && (yield* this.#try(smaller))) {
          again = true;
          break;
        }
      }
    }
  }

  /** Settings that need not be special, and a seed that is easy to say. */
  *#surroundings(): Generator<void> {
    for (const plainer of plainerStarts(this.#run.start)) {
      const start = plainer(this.#run.start);
      if (start !== null) yield* this.#try({ start, commands: this.#run.commands });
    }
  }

  /** Shorter waits between commands, then times in whole ms. */
  *#gaps(): Generator<void> {
    for (const part of [0.1, 0.5])
      for (let i = this.#run.commands.length - 1; i > 0; i--) {
        const { commands } = this.#run;
        const [before, next] = [commands[i - 1], commands[i]];
        if (before === undefined || next === undefined || next.at - before.at < LONG_GAP_MS) continue;
        const less = (next.at - before.at) * (1 - part);
        yield* this.#tryCommands(commands.map((timed, k) => (k < i ? timed : { ...timed, at: timed.at - less })));
      }
    if (yield* this.#tryCommands(this.#run.commands.map((timed) => ({ ...timed, at: Math.floor(timed.at) })))) return;
    for (let i = 0; i < this.#run.commands.length; i++)
      yield* this.#tryCommands(this.#run.commands.map((timed, k) => (k === i ? { ...timed, at: Math.floor(timed.at) } : timed)));
  }
}

function sidsOf(start: PlainScenario): readonly Sid[] {
  const { servers } = start;
  return typeof servers === 'number' ? Array.from({ length: servers }, (_, i) => i + 1) : [];
}

/** Ways to make a start plainer; each gives null where it is plain already. */
function plainerStarts({ cfg }: PlainScenario): readonly ((start: PlainScenario) => PlainScenario | null)[] {
  const knobs = typeof cfg === 'object' && cfg !== null ? Object.keys(cfg) : [];
  return [
    ...['latency', 'fsyncMs', 'bootMs'].map((field) => (start: PlainScenario) => (field in start ? without(start, field) : null)),
    ...knobs.map((knob) => (start: PlainScenario) => ({ ...start, cfg: without(start['cfg'] as object, knob) })),
    (start) => (start['seed'] === 1 ? null : { ...start, seed: 1 }),
  ];
}

function without(object: object, field: string): PlainScenario {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));
}

/**
 * The bounded systematic search: from a moment of a run, all orders in which the next things can happen. What can come next is the packet at the head
 * of each pipe, the fsync under way on each disk, and (so many times) a fault. The clock stands still meanwhile, but for half a microsecond a choice.
 *
 * Choices of different servers commute: a server's state follows from what it was given and in which order, and so does what it sends. So a state is
 * known by what each server was given, in its order, and orders that differ otherwise are one (a partial-order reduction by hashing of
 * Mazurkiewicz traces).
 */
import type { Sid } from '../../base/ids.ts';
import type { InlineHost } from '../host/inline.ts';
import type { Command } from '../types.ts';
import { BranchCount } from './branches.ts';
import { Chance } from './chance.ts';
import type { Hunter } from './hunt.ts';
import type { FoundRun, PlainScenario, Timed } from './plain.ts';
import { Play, type Violation } from './play.ts';
import { Probe, type Seen } from './probe.ts';
import { drawRecipe, type FaultKind, type Wish } from './recipe.ts';
import { BEGIN_MS, runStorm, type Outcome } from './storm.ts';
import { exists } from './trouble.ts';

export interface Window {
  /** Choices one after another. */
  readonly depth: number;
  /** Faults among them at most. */
  readonly faults: number;
  readonly kinds: readonly FaultKind[];
  /** States to look at before the search is cut off. */
  readonly mostStates: number;
  /** Virtual ms that each order is let go on afterwards. */
  readonly afterMs: number;
}

export interface SystematicOptions extends Omit<Wish, 'priorities'> {
  readonly mode: 'systematic';
  readonly seed: number;
  readonly stripe: number;
  readonly depth: number;
}

export interface Searched {
  /** Different states, and how many of them had nothing left to choose, or no more choices. */
  readonly states: number;
  readonly leaves: number;
  readonly events: number;
  /** Whether all orders were looked at. */
  readonly whole: boolean;
  readonly found: { readonly run: FoundRun; readonly violation: Violation } | null;
}

const ENDINGS = ['kill', 'crash', 'powerLoss'] as const;

/** Looks at all orders of the next choices of a run, depth first. */
export function search(play: Play, window: Window): Searched {
  return new Search(play, window).run();
}

class Search {
  readonly #play: Play;
  readonly #window: Window;
  readonly #known = new Set<string>();
  #leaves = 0;
  #events = 0;
  #found: Searched['found'] = null;
  #cutOff = false;

  constructor(play: Play, window: Window) {
    this.#play = play;
    this.#window = window;
  }

  run(): Searched {
    this.#visit(this.#window.depth, this.#window.faults, new Map(this.#play.ensemble.sids.map((sid) => [sid, ''])));
    return {
      states: this.#known.size,
      leaves: this.#leaves,
      events: this.#events,
      whole: !this.#cutOff && this.#found === null,
      found: this.#found,
    };
  }

  #visit(depth: number, faults: number, given: ReadonlyMap<Sid, string>): void {
    const name = [...given.values()].join('|');
    if (this.#known.has(name)) return;
    if (this.#known.size >= this.#window.mostStates) {
      this.#cutOff = true;
      return;
    }
    this.#known.add(name);
    const choices = depth === 0 ? [] : [...this.#play.ensemble.hurries(), ...this.#endings(faults)];
    if (choices.length === 0) return this.#leaf();
    const mark = this.#play.mark();
    for (const choice of choices) {
      if (this.#found !== null || this.#cutOff) return;
      const at = 'to' in choice ? choice.to : choice.sid;
      const label = choice.type === 'hurry' ? `${choice.from}${choice.channel[0] ?? ''}` : choice.type;
      this.#count(() => {
        this.#play.give(choice, this.#play.ensemble.now);
        this.#play.runTo(this.#play.ensemble.now);
      });
      if (this.#isViolated()) return;
      const isFault = choice.type !== 'hurry' && choice.type !== 'hurryDisk';
      this.#visit(depth - 1, isFault ? faults - 1 : faults, new Map([...given, [at, `${given.get(at) ?? ''} ${label}`]]));
      this.#play.backTo(mark);
    }
  }

  #endings(faults: number): readonly (Command & { type: (typeof ENDINGS)[number] })[] {
    if (faults <= 0) return [];
    const { ensemble } = this.#play;
    const kinds = ENDINGS.filter((kind) => this.#window.kinds.includes(kind));
    return ensemble.sids.filter((sid) => exists(ensemble, sid)).flatMap((sid) => kinds.map((type) => ({ type, sid })));
  }

  /** What the order came to shows when the run goes on and everybody is there again. */
  #leaf(): void {
    this.#leaves++;
    const { ensemble } = this.#play;
    const mark = this.#play.mark();
    this.#count(() => {
      this.#play.runTo(ensemble.now + this.#window.afterMs / 2);
      for (const sid of ensemble.sids) if (!exists(ensemble, sid)) this.#play.give({ type: 'start', sid }, ensemble.now);
      this.#play.runTo(ensemble.now + this.#window.afterMs);
    });
    if (!this.#isViolated()) this.#play.backTo(mark);
  }

  #count(act: () => void): void {
    const before = this.#play.events;
    act();
    this.#events += this.#play.events - before;
  }

  #isViolated(): boolean {
    const { violation, given } = this.#play;
    if (violation === null) return false;
    this.#found ??= { run: { start: this.#play.start, commands: given.slice() }, violation };
    return true;
  }
}

/** One run: a storm, and at some moment of it all orders of what comes next. */
export class SystematicHunt implements Hunter {
  readonly seen: Seen = { branches: new BranchCount(), states: new Set(), news: [] };
  readonly #options: SystematicOptions;
  readonly #host: InlineHost;
  readonly #chance: Chance;

  constructor(options: SystematicOptions, host: InlineHost) {
    this.#options = options;
    this.#host = host;
    this.#chance = new Chance(options.seed, `systematic ${options.stripe}`);
  }

  next(): Outcome {
    const { faults, depth } = this.#options;
    const recipe = drawRecipe(this.#chance, { ...this.#options, priorities: true });
    const storm = runStorm(recipe, null, this.#chance.seed(), this.#host, this.seen);
    if (storm.violation !== null) return storm;
    const play = this.#again(recipe.start, storm.run.commands, this.#chance.unit() * storm.endedAt);
    const before = play.events;
    const { events, found } = search(play, { depth, faults: 1, kinds: faults, mostStates: 300, afterMs: 600 });
    const total = { ...storm, events: storm.events + before + events };
    return found === null ? total : { ...total, ...found };
  }

  #again(start: PlainScenario, commands: readonly Timed[], until: number): Play {
    const play = new Play(start, this.#host, [new Probe(this.seen, new Map(), this.#chance)]);
    play.begin(BEGIN_MS);
    for (const { at, command } of commands) {
      if (at > until) break;
      play.give(command, at);
    }
    play.runTo(until);
    return play;
  }
}

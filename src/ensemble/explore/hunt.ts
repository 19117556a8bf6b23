/**
 * A hunt: run after run, each from a seed of its own, until somebody has had enough. One call is one run, so that whoever hunts can breathe between
 * them. With `coverage`, runs that met something new are kept, and later ones go on from the place where they did.
 */
import type { InlineHost } from '../host/inline.ts';
import { BranchCount } from './branches.ts';
import { Chance } from './chance.ts';
import { drawRecipe, type Recipe, type Wish } from './recipe.ts';
import type { Seen } from './probe.ts';
import { runStorm, type Outcome, type Prefix } from './storm.ts';

export type HuntMode = 'random' | 'pct' | 'coverage';

export interface HuntOptions extends Omit<Wish, 'priorities'> {
  readonly mode: HuntMode;
  readonly seed: number;
  /** Of several that hunt with one seed: which one this is. Each has runs of its own. */
  readonly stripe: number;
}

/** Who makes run after run. */
export interface Hunter {
  readonly seen: Seen;
  /** The next run; null when there is none left. */
  next(): Outcome | null;
}

/** A run worth going on from. */
interface Kept {
  readonly recipe: Recipe;
  readonly prefix: Prefix;
  /** How often it was taken. */
  taken: number;
}

const MOST_KEPT = 300;
/** Going on from a late place costs all that came before it. */
const LATEST_MS = 8_000;

export class Hunt implements Hunter {
  readonly seen: Seen = { branches: new BranchCount(), states: new Set(), news: [] };
  readonly #options: HuntOptions;
  readonly #host: InlineHost;
  readonly #chance: Chance;
  readonly #kept: Kept[] = [];

  /** @param host with the core of the servers; the hunt has it for itself. */
  constructor(options: HuntOptions, host: InlineHost) {
    this.#options = options;
    this.#host = host;
    this.#chance = new Chance(options.seed, `hunter ${options.stripe}`);
  }

  /** The next run. */
  next(): Outcome {
    const kept = this.#options.mode === 'coverage' && this.#kept.length > 0 && this.#chance.is(0.4) ? this.#choose() : null;
    const wish = { ...this.#options, priorities: this.#options.mode !== 'random' };
    const drawn = drawRecipe(this.#chance, wish);
    const recipe = kept === null ? drawn : { ...drawn, start: kept.recipe.start };
    const outcome = runStorm(recipe, kept?.prefix ?? null, this.#chance.seed(), this.#host, this.seen);
    if (outcome.violation === null && outcome.fresh > 0 && outcome.freshAt < LATEST_MS) this.#keep(recipe, outcome);
    return outcome;
  }

  /** One that was taken seldom. */
  #choose(): Kept {
    const first = this.#chance.pick(this.#kept);
    const second = this.#chance.pick(this.#kept);
    const chosen = first.taken <= second.taken ? first : second;
    chosen.taken++;
    return chosen;
  }

  #keep(recipe: Recipe, { run, freshAt }: Outcome): void {
    if (this.#options.mode !== 'coverage') return;
    if (this.#kept.length >= MOST_KEPT) this.#kept.splice(this.#chance.below(this.#kept.length), 1);
    const commands = run.commands.filter(({ at }) => at <= freshAt);
    this.#kept.push({ recipe, prefix: { commands, until: freshAt }, taken: 0 });
  }
}

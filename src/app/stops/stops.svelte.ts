/** Breakpoints: conditions that pause playback, and the making of events, when they become true. They stay when another run is opened. */
import { isMomentary, matcher } from '../../trace/claim/holds.ts';
import { ClaimError, parsePredicate } from '../../trace/claim/parse.ts';
import { textIn } from '../../trace/eventText.ts';
import type { Run, Watch } from '../engine/run.svelte.ts';
import { PIECE_MS } from '../find/pieces.ts';
import { openBar } from '../find/look.svelte.ts';
import { i18n } from '../i18n/i18n.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';

export interface Stop {
  /** A condition, as it is written into the find bar. */
  readonly text: string;
  readonly on: boolean;
}

/** Where and why playback stopped. */
export interface Hit {
  readonly run: Run;
  readonly n: number;
  readonly texts: readonly string[];
}

class Stops {
  list = $state.raw<readonly Stop[]>([]);
  hit = $state.raw<Hit | null>(null);

  has(text: string): boolean {
    return this.list.some((stop) => stop.text === text);
  }

  /** Adds one, switched on, and shows the list. */
  add(text: string, run: Run): void {
    if (!this.has(text)) this.list = [...this.list, { text, on: true }];
    openBar('stops');
    this.attach(run);
  }

  remove(text: string, run: Run): void {
    this.list = this.list.filter((stop) => stop.text !== text);
    this.attach(run);
  }

  toggle(text: string, run: Run): void {
    this.list = this.list.map((stop) => (stop.text === text ? { text, on: !stop.on } : stop));
    this.attach(run);
  }

  /** Has a run stopped by those that are on. */
  attach(run: Run): void {
    const on = this.list.flatMap(({ text, on }) => (on && problemOf(text, run) === null ? [text] : []));
    run.watchBy(on.length === 0 ? null : watchFor(run, on, (n, texts) => this.stopped(run, n, texts)));
  }

  private stopped(run: Run, n: number, texts: readonly string[]): void {
    this.hit = { run, n, texts };
    ui.bars = true;
  }
}

export const stops = new Stops();

/** Why a condition cannot be asked of a run, such as a server that it has not; null when it can. */
export function problemOf(text: string, run: Run): string | null {
  try {
    parsePredicate(
      text,
      run.members.map(({ sid }) => sid),
    );
    return null;
  } catch (error) {
    if (error instanceof ClaimError) return error.message;
    throw error;
  }
}

/** Watches for events at which one of the conditions becomes true, or happens. */
export function watchFor(
  run: Pick<Run, 'members' | 'timeline'>,
  texts: readonly string[],
  stopped: (n: number, texts: readonly string[]) => void,
): Watch {
  const sids = run.members.map(({ sid }) => sid);
  const tests = texts.map((text) => {
    const predicate = parsePredicate(text, sids);
    const holds = matcher(predicate, run.timeline, textIn(i18n.speech));
    const momentary = isMomentary(predicate);
    // The position before comes first: counting goes forward.
    return { text, fires: (n: number) => (momentary || n === 0 || !holds(n - 1)) && holds(n) };
  });
  const firing = (n: number): readonly string[] => tests.flatMap(({ text, fires }) => (fires(n) ? [text] : []));
  return {
    look(from, to) {
      const since = performance.now();
      for (let n = from + 1; n <= to; n++) {
        if (tests.some(({ fires }) => fires(n))) return { n, stops: true };
        if (performance.now() - since > PIECE_MS) return { n, stops: false };
      }
      return { n: to, stops: false };
    },
    stopped: (n) => stopped(n, firing(n)),
  };
}

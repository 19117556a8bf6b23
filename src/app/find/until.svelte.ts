/** "Run until it holds": has the engine make events until a predicate holds. */
import { find } from '../../trace/search.ts';
import { isMomentary, matcher, type TextOf } from '../../trace/claim/holds.ts';
import type { Predicate } from '../../trace/claim/parse.ts';
import type { Run } from '../engine/run.svelte.ts';
import { breath, inPieces, PIECE_MS } from './pieces.ts';

/** Most events that are made for one wish. */
export const MOST_MADE = 20_000;

/** `found`: where; `bound`: so many were made in vain; `end`: nothing will ever happen any more; `stopped`: by the person. */
export type Ended = { readonly why: 'found'; readonly n: number } | { readonly why: 'bound' | 'end' | 'stopped' };

export class RunUntil {
  running = $state(false);
  made = $state(0);
  ended = $state.raw<Ended | null>(null);
  private abort = new AbortController();

  /** Looks from the playhead on: first at what is there already, then at what the engine makes. It stops on the very event. */
  async start(run: Run, predicate: Predicate, textOf: TextOf): Promise<Ended> {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    run.pause();
    this.running = true;
    this.made = 0;
    this.ended = null;
    const ended = await this.look(run, predicate, textOf, signal);
    if (signal !== this.abort.signal) return ended;
    this.running = false;
    this.ended = ended;
    return ended;
  }

  stop(): void {
    this.abort.abort();
    this.running = false;
  }

  private async look(run: Run, predicate: Predicate, textOf: TextOf, signal: AbortSignal): Promise<Ended> {
    const search = find(predicate, run.timeline, run.n, 1, textOf);
    let there: number | null = null;
    await inPieces(() => {
      const { value, done } = search.next();
      if (done === true) there = value;
      return done === true;
    }, signal);
    if (there !== null) return { why: 'found', n: there };
    return this.make(run, predicate, textOf, signal);
  }

  private async make(run: Run, predicate: Predicate, textOf: TextOf, signal: AbortSignal): Promise<Ended> {
    const holds = matcher(predicate, run.timeline, textOf);
    const momentary = isMomentary(predicate);
    const begun = run.length;
    let since = performance.now();
    while (run.length - begun < MOST_MADE) {
      if (signal.aborted) return { why: 'stopped' };
      const before = run.length;
      if (!(await run.ahead(1))) return { why: 'end' };
      for (let n = before; n < run.length; n++) if ((momentary || n === 0 || !holds(n - 1)) && holds(n)) return { why: 'found', n };
      if (performance.now() - since < PIECE_MS) continue;
      this.made = run.length - begun;
      await breath();
      since = performance.now();
    }
    return { why: 'bound' };
  }
}

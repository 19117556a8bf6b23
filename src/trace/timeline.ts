/**
 * Views of a trace at any position. A view is kept every 100 events while events arrive, so that seeking folds at most 99 of them, and
 * the last answers are kept, so that stepping forward folds one.
 */
import type { TraceEvent } from '../ensemble/types.ts';
import type { Member } from '../zab/types.ts';
import { emptyView, foldEvents } from './fold.ts';
import { TraceIndex } from './traceIndex.ts';
import type { EnsembleView } from './view.ts';

/** Events between two kept views. */
export const KEY_FRAME_EVERY = 100;
const RECENT = 256;

/** A trace that grows, with its views and its index. */
export class Timeline {
  readonly events: TraceEvent[] = [];
  readonly members: readonly Member[];
  #index = new TraceIndex();
  /** Events in the index: it is made as far as it is asked for. */
  #indexed = 0;
  readonly #start: EnsembleView;
  /** Entry i is the view after event 100·(i+1) − 1. */
  readonly #frames: EnsembleView[] = [];
  /** Views that were asked for lately, by position modulo the size. */
  readonly #recent: (EnsembleView | undefined)[] = new Array<EnsembleView | undefined>(RECENT).fill(undefined);

  constructor(members: readonly Member[], events: readonly TraceEvent[] = []) {
    this.members = members;
    this.#start = emptyView(members);
    this.appended(events);
  }

  get length(): number {
    return this.events.length;
  }

  /** Where roles change, messages fly and decisions fall. */
  get index(): TraceIndex {
    while (this.#indexed < this.events.length) this.#index.add(this.events[this.#indexed++] as TraceEvent);
    return this.#index;
  }

  /** The view before the first event. */
  get start(): EnsembleView {
    return this.#start;
  }

  /** The view after the last event. */
  get head(): EnsembleView {
    return this.viewAt(this.events.length - 1);
  }

  /** Takes in new events; their `n` must continue the trace. */
  appended(events: readonly TraceEvent[]): void {
    for (const event of events) {
      if (event.n !== this.events.length)
        throw new RangeError(`event ${event.n} cannot follow event ${this.events.length - 1}: positions must be consecutive`);
      this.events.push(event);
      if (this.events.length % KEY_FRAME_EVERY === 0)
        this.#frames.push(foldEvents(this.#frames.at(-1) ?? this.#start, this.events, event.n));
    }
  }

  /** Another timeline with the first `n` events of this one, followed by others. It shares their views, so it costs what the others cost. */
  branchedAt(n: number, events: readonly TraceEvent[]): Timeline {
    const branch = new Timeline(this.members);
    const shared = Math.max(0, Math.min(n, this.events.length));
    // One by one: a trace may be longer than a call's list of arguments.
    for (let i = 0; i < shared; i++) branch.events.push(this.events[i] as TraceEvent);
    branch.#frames.push(...this.#frames.slice(0, Math.floor(shared / KEY_FRAME_EVERY)));
    branch.appended(events);
    return branch;
  }

  /** Drops all events from position `n` on: a branch begins there. */
  truncated(n: number): void {
    if (n >= this.events.length) return;
    this.events.length = Math.max(0, n);
    this.#frames.length = Math.floor(this.events.length / KEY_FRAME_EVERY);
    this.#recent.fill(undefined);
    this.#index = new TraceIndex();
    this.#indexed = 0;
  }

  /** The view after event `n`; before the first event for −1. Positions beyond the trace give its ends. */
  viewAt(n: number): EnsembleView {
    const to = Math.min(n, this.events.length - 1);
    if (to < 0) return this.#start;
    const view = foldEvents(this.#nearest(to), this.events, to);
    this.#recent[to % RECENT] = view;
    return view;
  }

  /** The newest known view not after `n`. */
  #nearest(n: number): EnsembleView {
    const frame = this.#frames[Math.floor((n + 1) / KEY_FRAME_EVERY) - 1] ?? this.#start;
    for (let at = n; at > frame.n && at > n - 8; at--) {
      const view = this.#recent[at % RECENT];
      if (view?.n === at) return view;
    }
    return frame;
  }
}

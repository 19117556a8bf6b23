/**
 * Which event the caption tells, and when. A sentence stays until it can be read, unless something weightier happens; then the
 * weightiest of what happened meanwhile follows. Like all that is shown it is a function of the events and of playback time.
 */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Decision } from '../../zab/types.ts';
import { mainDecision } from '../../trace/narrate.ts';
import { isQuiet } from '../../trace/quiet.ts';
import type { Cinema } from '../transport/cinema.ts';

/** How long a sentence stays when nothing weightier comes, playback ms. */
const READING_MS = 1600;
/** A weightier event replaces a sentence only after so long, or a cascade of turns would flicker past. */
const GLANCE_MS = 500;

const WEIGHTS: Readonly<Partial<Record<Decision['rule'], number>>> = {
  'recovery.failed': 5,
  'leader.established': 5,
  'leader.gaveUp': 5,
  'sync.truncated': 5,
  'session.expired': 5,
  'learner.gaveUp': 4,
  'vote.established': 4,
  'learner.tooSlow': 4,
  'epoch.propose': 3,
  'learner.serving': 3,
  'epoch.accept': 2,
  'request.validated': 3,
  'election.start': 3,
  'election.backoff': 2,
};

/** How much a decision matters to somebody who follows the story. */
function decisionWeight(decision: Decision): number {
  switch (decision.rule) {
    case 'vote.final':
      return decision.role === 'LEADING' ? 5 : 2;
    case 'vote.quorum':
      return decision.outcome === 'quorum' ? 4 : 1;
    case 'vote.order':
      return decision.outcome === 'adopted' ? 3 : 1;
    case 'epoch.propose':
      return decision.outcome === 'decided' ? 4 : 1;
    case 'sync.mode':
      return decision.mode === 'DIFF' && decision.queued === 0 ? 2 : 4;
    case 'proposal.ack':
      return decision.outcome === 'committed' ? 4 : decision.outcome === 'notYet' ? 2 : 1;
    case 'client.refused':
      return decision.reason === 'notServing' ? 1 : 4;
    default:
      return WEIGHTS[decision.rule] ?? 1;
  }
}

export function weight(event: TraceEvent): number {
  const { what } = event;
  if (what.type === 'violation' || what.type === 'guaranteeVoid') return 7;
  if (what.type === 'command') return what.command.type === 'start' ? 2 : 6;
  if (what.type === 'note') return 5;
  if (what.type === 'processEnded') return what.how === 'exit' ? 5 : 1;
  const decided = event.decisions.reduce((most, decision) => Math.max(most, decisionWeight(decision)), 0);
  if (event.outcomes.length > 0) return Math.max(decided, 4);
  if (event.changes?.role !== undefined) return Math.max(decided, 3);
  if (decided > 0 || event.log.length > 0) return Math.max(decided, 1);
  return isQuiet(event) ||
    what.type === 'connectionOpened' ||
    what.type === 'processStarted' ||
    what.type === 'connected' ||
    what.type === 'accepted'
    ? 0
    : 1;
}

interface Told {
  /** Position of the event. */
  readonly n: number;
  readonly heavy: number;
  /** Playback time from which it is told. */
  readonly from: number;
}

/** The captions of a run, made as its events come. One for each cinematic clock. */
export class Captions {
  private readonly events: readonly TraceEvent[];
  private readonly clock: Cinema;
  private readonly told: Told[] = [];
  /** The weightiest of what happened while a sentence was being read. */
  private waiting: Omit<Told, 'from'> | null = null;
  private seen = 0;
  /** Rules of the sentences told last. */
  private recent: readonly Decision['rule'][] = [];

  constructor(events: readonly TraceEvent[], clock: Cinema) {
    this.events = events;
    this.clock = clock;
  }

  /** Position of the event to tell at playback time `t`, or −1. */
  at(t: number): number {
    while (this.seen < this.events.length && this.clock.timeOf(this.seen) <= t) this.see(this.seen++);
    let low = 0;
    let high = this.told.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.told[middle]?.from ?? Infinity) <= t) low = middle + 1;
      else high = middle;
    }
    const found = this.told[low - 1];
    if (found === undefined) return -1;
    return low === this.told.length && this.waiting !== null && this.due(this.waiting.heavy) <= t ? this.waiting.n : found.n;
  }

  private see(n: number): void {
    const event = this.events[n];
    const heavy = event === undefined ? 0 : this.weightNow(event);
    if (event === undefined || heavy === 0) return;
    const time = this.clock.timeOf(n);
    if (this.waiting !== null && this.due(this.waiting.heavy) <= time)
      this.tell(this.waiting.n, this.waiting.heavy, this.due(this.waiting.heavy));
    if (this.due(heavy) <= time) this.tell(n, heavy, time);
    else if (this.waiting === null || heavy > this.waiting.heavy) this.waiting = { n, heavy };
  }

  private tell(n: number, heavy: number, from: number): void {
    const rule = ruleOf(this.events[n]);
    this.told.push({ n, heavy, from });
    this.waiting = null;
    if (rule !== null) this.recent = [rule, ...this.recent].slice(0, 3);
  }

  /** What was just told of one server is less news of the next. */
  private weightNow(event: TraceEvent): number {
    if (this.isOneOfManyStarts(event)) return 0;
    const heavy = weight(event);
    const rule = ruleOf(event);
    return rule !== null && heavy > 1 && heavy < 5 && this.recent.includes(rule) ? heavy - 1.5 : heavy;
  }

  /** All servers started at once are not told one by one: what they then do tells it. */
  private isOneOfManyStarts({ n, at }: TraceEvent): boolean {
    const isStart = (event: TraceEvent | undefined): boolean =>
      event?.at === at && event.what.type === 'command' && event.what.command.type === 'start';
    return isStart(this.events[n]) && [-2, -1, 1, 2].some((away) => isStart(this.events[n + away]));
  }

  /** When something so heavy may replace what is told. */
  private due(heavy: number): number {
    const last = this.told.at(-1);
    if (last === undefined || heavy >= 6) return last === undefined ? 0 : last.from;
    return last.from + (heavy > last.heavy ? GLANCE_MS : READING_MS);
  }
}

function ruleOf(event: TraceEvent | undefined): Decision['rule'] | null {
  return event === undefined ? null : (mainDecision(event)?.rule ?? null);
}

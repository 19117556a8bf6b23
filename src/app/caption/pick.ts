/** Which event the caption tells: the weightiest of the last moments, so that the sentence can be read before it changes. */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Decision } from '../../zab/types.ts';
import { isQuiet, type Cinema } from '../transport/cinema.ts';

/** How long a sentence stays when nothing weightier comes, playback ms. */
const READING_MS = 1600;
const MOST_BACK = 400;

const TURNING_POINTS: ReadonlySet<Decision['rule']> = new Set<Decision['rule']>([
  'vote.final', 'leader.established', 'sync.mode', 'leader.gaveUp', 'learner.gaveUp', 'recovery.failed', 'session.expired', 'sync.truncated', 'client.refused', 'vote.established',
]);

export function weight(event: TraceEvent): number {
  const { what } = event;
  if (what.type === 'violation' || what.type === 'guaranteeVoid') return 6;
  if (what.type === 'command' || what.type === 'note') return 5;
  if (what.type === 'processEnded' || event.decisions.some(({ rule }) => TURNING_POINTS.has(rule))) return 4;
  if (event.decisions.some((decision) => 'outcome' in decision && (decision.outcome === 'quorum' || decision.outcome === 'committed' || decision.outcome === 'decided'))) return 4;
  if (event.changes?.role !== undefined || event.outcomes.length > 0) return 3;
  if (event.decisions.length > 0 || event.log.length > 0) return 2;
  return isQuiet(event) || what.type === 'connectionOpened' || what.type === 'connected' || what.type === 'accepted' ? 0 : 1;
}

/** Position of the event to tell at playback time `t`, or −1. */
export function captionEvent(events: readonly TraceEvent[], clock: Cinema, n: number, t: number): number {
  let best = -1;
  let heaviest = 0;
  for (let at = n; at >= 0 && n - at < MOST_BACK; at--) {
    const event = events[at];
    if (event === undefined) continue;
    const heavy = weight(event);
    const old = t - clock.timeOf(at) > READING_MS;
    if (old && best >= 0) break;
    if (heavy > heaviest) {
      heaviest = heavy;
      best = at;
    }
  }
  return best;
}

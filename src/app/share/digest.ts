/** Long looks at a trace that leave the page responsive. */
import { digestEvent, EMPTY_DIGEST, formatDigest } from '../../ensemble/digest.ts';
import type { TraceEvent } from '../../ensemble/types.ts';

const BUDGET_MS = 8;
const LOOK_AT_CLOCK = 64;

/** The fingerprint of the first `count` events: `digestOf`, in pieces between which the page breathes. */
export async function digestUpTo(trace: readonly TraceEvent[], count: number): Promise<string> {
  let lanes = EMPTY_DIGEST;
  let since = performance.now();
  // The trace may be cut while the page breathes.
  const events = trace.slice(0, count);
  for (const [n, event] of events.entries()) {
    lanes = digestEvent(lanes, event);
    if (n % LOOK_AT_CLOCK !== 0 || performance.now() - since < BUDGET_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return formatDigest(lanes);
}

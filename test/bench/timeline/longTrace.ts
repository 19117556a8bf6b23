/** A long trace made of a shorter one: its steady part over and over, as if the same load had gone on. */
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import type { Core } from '../../../src/ensemble/host/host.ts';
import type { Flight, TraceEvent } from '../../../src/ensemble/types.ts';
import type { Member } from '../../../src/zab/types.ts';
import { step } from '../../../src/zab/server.ts';
import { Load } from '../load.ts';

const SERVERS = 5;
/** Events until the servers have elected and the clients write steadily; and events of the part that is repeated. */
const BEFORE = 5_000;
const PART = 20_000;

export interface LongTrace {
  readonly members: readonly Member[];
  readonly events: readonly TraceEvent[];
}

/** @param length events wanted */
export function longTrace(length: number): LongTrace {
  const load = new Load(SERVERS, new InlineHost(step as Core));
  load.ensemble.run(load.start);
  while (load.ensemble.trace.length < BEFORE + PART) load.ensemble.run(load.refill());
  const trace = load.ensemble.trace;
  const part = trace.slice(BEFORE, BEFORE + PART);
  const [first, last] = [part[0] as TraceEvent, part.at(-1) as TraceEvent];
  const flights = Math.max(...part.flatMap(({ sent }) => sent.map(({ id }) => id))) + 1;
  const events: TraceEvent[] = trace.slice(0, BEFORE + PART);
  for (let round = 1; events.length < length; round++) {
    const by = { n: round * PART, at: round * (last.at - first.at + 1), flight: round * flights };
    for (const event of part) {
      if (events.length >= length) break;
      events.push(shifted(event, by));
    }
  }
  return { members: load.timeline.members, events: events.slice(0, length) };
}

interface Shift {
  readonly n: number;
  readonly at: number;
  readonly flight: number;
}

/** The same event later. Messages that were sent before the part began have their sender in the round before. */
function shifted(event: TraceEvent, { n, at, flight }: Shift): TraceEvent {
  const { what } = event;
  return {
    ...event,
    n: event.n + n,
    at: event.at + at,
    cause: event.cause < 0 ? event.cause : event.cause + n,
    what: what.type === 'receive' || what.type === 'received' ? { ...what, flight: what.flight + flight } : what,
    sent: event.sent.map((one): Flight => ({ ...one, id: one.id + flight, eta: one.eta === null ? null : one.eta + at })),
  };
}

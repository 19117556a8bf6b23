/** "Happened before", held against reachability by brute force in traces of real runs and of drawn ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { causalFuture, causalPast, clockOf, lineOf, relation, vectorClocks } from '../../src/trace/happenedBefore.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import type { Member } from '../../src/zab/types.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { eventOf, flight } from './events.ts';

const MEMBERS: readonly Member[] = [1, 2, 3].map((sid) => ({ sid, type: 'participant' }));

/** Every event's direct predecessors, read off the events alone. */
function edges(events: readonly TraceEvent[]): number[][] {
  return events.map((event, n) => {
    const line = lineOf(event);
    const found = line === null ? [] : [events.slice(0, n).findLastIndex((other) => lineOf(other) === line)];
    found.push(event.cause);
    const { what } = event;
    if (what.type === 'receive' || what.type === 'received')
      found.push(events.slice(0, n).findIndex(({ sent }) => sent.some(({ id }) => id === what.flight)));
    return found.filter((from) => from >= 0 && from < n);
  });
}

/** For every event, all that happened before it. */
function reachable(events: readonly TraceEvent[]): Set<number>[] {
  const past: Set<number>[] = [];
  edges(events).forEach((froms, n) => {
    const mine = new Set<number>();
    for (const from of froms) for (const one of [from, ...(past[from] ?? [])]) mine.add(one);
    past[n] = mine;
  });
  return past;
}

interface Draw {
  readonly who: number;
  readonly sends: boolean;
  readonly receives: number;
  readonly cause: number;
}

/** A trace of three servers and the world that send, receive and cause at random. */
function traceOfDraws(draws: readonly Draw[]): TraceEvent[] {
  const waiting: { readonly id: number; readonly from: number; readonly to: number }[] = [];
  return draws.map(({ who, sends, receives, cause }, n) => {
    const mine = waiting.filter(({ to }) => to === who);
    const got = receives > 0 && who > 0 ? mine[receives % Math.max(1, mine.length)] : undefined;
    if (got !== undefined) waiting.splice(waiting.indexOf(got), 1);
    const to = (who % 3) + 1;
    const sent = sends && who > 0 ? [flight(n, who, to)] : [];
    if (sent.length > 0) waiting.push({ id: n, from: who, to });
    return eventOf(n, {
      actor: who === 0 ? { kind: 'world' } : { kind: 'server', sid: who },
      what:
        who === 0
          ? { type: 'note', text: '' }
          : got === undefined
            ? { type: 'timer', timer: 'tick' }
            : { type: 'receive', conn: 1, flight: got.id, from: { kind: 'server', sid: got.from }, message: { kind: 'UPTODATE' } },
      sent,
      cause: cause < n ? cause : -1,
    });
  });
}

const draws = fc.array(
  fc.record({ who: fc.integer({ min: 0, max: 3 }), sends: fc.boolean(), receives: fc.nat(3), cause: fc.integer({ min: -1, max: 60 }) }),
  { minLength: 2, maxLength: 60 },
);

test('order, past, future and clocks agree with reachability in drawn traces', () => {
  fc.assert(
    fc.property(draws, fc.nat(), fc.nat(), (drawn, first, second) => {
      const events = traceOfDraws(drawn);
      const timeline = new Timeline(MEMBERS, events);
      const past = reachable(events);
      const a = first % events.length;
      const b = second % events.length;
      const { order, chain } = relation(timeline, a, b);
      expect(order).toBe(a === b ? 'same' : past[b]?.has(a) === true ? 'before' : past[a]?.has(b) === true ? 'after' : 'concurrent');
      checkChain(events, chain, Math.min(a, b), Math.max(a, b));
      expect(causalPast(timeline, b, 0)).toEqual([...(past[b] ?? [])].sort((x, y) => x - y));
      expect(causalFuture(timeline, a, events.length - 1)).toEqual(events.flatMap(({ n }) => (past[n]?.has(a) === true ? [n] : [])));
      expect(clockOf(timeline, b)).toEqual([...vectorClocks(events)][b]?.clock);
    }),
    { numRuns: 300 },
  );
});

/** Every hop of a chain is what it says. */
function checkChain(events: readonly TraceEvent[], chain: ReturnType<typeof relation>['chain'], from: number, to: number): void {
  if (chain.length === 0) return;
  expect([chain[0]?.n, chain.at(-1)?.n]).toEqual([from, to]);
  chain.slice(1).forEach((hop, i) => {
    const before = events[chain[i]?.n ?? -1] as TraceEvent;
    const event = events[hop.n] as TraceEvent;
    if (hop.by === 'order') expect([lineOf(before), before.n < event.n]).toEqual([lineOf(event), true]);
    else if (hop.by === 'cause') expect(event.cause).toBe(before.n);
    else {
      expect(event.what).toMatchObject({ flight: hop.flight });
      expect(before.sent.map(({ id }) => id)).toContain(hop.flight);
    }
  });
}

describe('an election of three', () => {
  const ensemble = ledEnsemble(3);
  const events = ensemble.trace;
  const timeline = new Timeline(MEMBERS, events);
  const clocks = [...vectorClocks(events)];
  const decided = (rule: string, sid: number): number =>
    events.findIndex(({ actor, decisions }) => actor.kind === 'server' && actor.sid === sid && decisions.some((one) => one.rule === rule));

  test('vector clocks order exactly what happened before', () => {
    const past = reachable(events);
    for (const { event, line, clock } of clocks) {
      if (line === null) continue;
      for (const { n } of events.filter((_, i) => i % 7 === event.n % 7)) {
        const other = clocks[n];
        if (other?.line === null || other === undefined || n === event.n) continue;
        const before = (clock.get(other.line) ?? 0) >= (other.clock.get(other.line) ?? 0);
        expect(past[event.n]?.has(n)).toBe(before && n < event.n);
      }
    }
  });

  test('the first votes of two servers are concurrent; a start comes before who leads by a chain of messages', () => {
    expect(relation(timeline, decided('election.start', 1), decided('election.start', 2)).order).toBe('concurrent');
    const { order, chain } = relation(timeline, decided('election.start', 1), decided('leader.established', 3));
    expect(order).toBe('before');
    expect(chain.filter(({ by }) => by === 'message').length).toBeGreaterThanOrEqual(1);
    expect(relation(timeline, decided('leader.established', 3), decided('election.start', 1)).order).toBe('after');
  });

  test('a past within a window is the whole past, cut there', () => {
    const n = events.length - 1;
    const whole = causalPast(timeline, n, 0);
    expect(causalPast(timeline, n, n - 50)).toEqual(whole.filter((at) => at >= n - 50));
  });
});

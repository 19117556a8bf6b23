/** Two futures of one ensemble beside each other. */
import { describe, expect, test } from 'vitest';
import { compareAt, compareAtTime, firstDivergence, isSame, messageDifferences } from '../../src/trace/compare.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { ledEnsemble } from '../support/simulated.ts';

const ensemble = ledEnsemble(3, 4);
const past = ensemble.trace.length;
ensemble.run({ events: 150 });
const asItWas = [...ensemble.trace];
ensemble.rewindTo(past - 1);
ensemble.command({ type: 'kill', sid: 3 });
ensemble.run({ untilMs: ensemble.now + 5000 });
const killed = [...ensemble.trace];
const members = ensemble.options.config.members;
const [a, b] = [new Timeline(members, asItWas), new Timeline(members, killed)];

describe('the first divergence', () => {
  test('is where somebody did something', () => {
    const divergence = firstDivergence(asItWas, killed);
    expect(divergence).toMatchObject({ n: past, what: 'command', b: { what: { type: 'command', command: { type: 'kill', sid: 3 } } } });
    expect(firstDivergence(asItWas, killed, past - 10)).toEqual(divergence);
  });

  test('is none between a run and the same again, and the end where one goes on', () => {
    const again = structuredClone(asItWas);
    expect(firstDivergence(asItWas, again)).toBeNull();
    expect(firstDivergence(asItWas, again.slice(0, 40))).toMatchObject({ n: 40, what: 'end', b: null });
    const other = again.map((event, n) => (n === 70 ? { ...event, at: event.at + 1 } : event));
    expect(firstDivergence(asItWas, other)).toMatchObject({ n: 70, what: 'event' });
  });
});

describe('what differs', () => {
  test('at the same time: the killed leader is down, and another one leads the next epoch', () => {
    const { servers, nA, nB } = compareAtTime(a, b, Math.min(a.head.at, b.head.at));
    expect(a.events[nA]?.at).toBeLessThanOrEqual(a.head.at);
    expect(nB).toBeGreaterThan(past);
    expect(servers).toContainEqual({ sid: 3, field: 'up', a: 'up', b: 'down' });
    const later = compareAt(a, b, a.length - 1, b.length - 1);
    const [leader, follower] = b.head.servers[1]?.role === 'LEADING' ? [1, 2] : [2, 1];
    expect(later.servers).toContainEqual({ sid: leader, field: 'role', a: 'FOLLOWING', b: 'LEADING' });
    expect(later.servers).toContainEqual({ sid: follower, field: 'currentEpoch', a: 1, b: 2 });
    expect(later.servers.filter(({ sid, field }) => sid === follower && field === 'role')).toEqual([]);
  });

  test('messages of one run only are told from those of both', () => {
    const { messages } = compareAt(a, b, a.length - 1, b.length - 1);
    expect(messages.onlyB.some(({ flight }) => flight.message.kind === 'NOTIFICATION')).toBe(true);
    expect(messages.onlyA.every(({ flight }) => flight.message.kind !== 'NOTIFICATION')).toBe(true);
    expect(messages.onlyA.every(({ sentN, flight }) => asItWas[sentN]?.sent.includes(flight))).toBe(true);
    const sent = (events: typeof asItWas): number => events.slice(past).reduce((sum, event) => sum + event.sent.length, 0);
    expect(messages.counts.onlyA + messages.counts.both).toBe(sent(asItWas));
    expect(messages.counts.onlyB + messages.counts.both).toBe(sent(killed));
  });

  test('equal messages are paired one by one', () => {
    const flights = asItWas.flatMap((event) => event.sent.map((flight) => ({ flight, sentN: event.n })));
    const one = flights[0]!;
    expect(messageDifferences([one, one, one], [one]).counts).toEqual({ onlyA: 2, onlyB: 0, both: 1 });
    expect(messageDifferences([one], [one, one]).counts).toEqual({ onlyA: 0, onlyB: 1, both: 1 });
  });

  test('nothing, before they part', () => {
    expect(compareAt(a, b, past - 1, past - 1)).toMatchObject({ servers: [], messages: { counts: { onlyA: 0, onlyB: 0, both: 0 } } });
  });
});

test.each([
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
  [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
  [new Map([[1, [2]]]), new Map([[1, [2]]]), true],
  [[1], { 0: 1, length: 1 }, false],
  [null, {}, false],
  [NaN, NaN, true],
])('%j and %j: %s', (one, other, same) => {
  expect(isSame(one, other)).toBe(same);
});

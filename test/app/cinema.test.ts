/** The cinematic clock: readable flights, kept order, short quiet. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { isQuiet } from '../../src/trace/quiet.ts';
import { Cinema, compressQuiet, FLIGHT_MS } from '../../src/app/transport/cinema.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import { fixtureTrace, TraceMaker } from './fixture.ts';

function clockOf(events: readonly TraceEvent[], hideHeartbeats = true): Cinema {
  const clock = new Cinema({ hideHeartbeats });
  for (const event of events) clock.append(event);
  return clock;
}

const story = fixtureTrace();

describe('a story of two elections', () => {
  const clock = clockOf(story);

  test('keeps the order of the trace', () => {
    for (let n = 1; n < clock.length; n++) expect(clock.timeOf(n)).toBeGreaterThan(clock.timeOf(n - 1));
  });

  test('gives every message at least its flight before it is received', () => {
    for (const event of story) {
      if (event.what.type !== 'receive') continue;
      const passage = clock.passage(event.what.flight);
      expect(passage?.lasts).toBeGreaterThanOrEqual(FLIGHT_MS);
      expect(clock.timeOf(event.n)).toBeGreaterThanOrEqual((passage?.departs ?? Infinity) + FLIGHT_MS - 1e-6);
    }
  });

  test('lets messages that are on their way together overlap', () => {
    const received = story.filter((event) => event.what.type === 'receive').length;
    expect(clock.end).toBeLessThan((received * FLIGHT_MS) / 2);
  });

  test('answers the same for a part of the trace: the past never moves while the trace grows', () => {
    const half = clockOf(story.slice(0, 60));
    for (let n = 0; n < 60; n++) expect(half.timeOf(n)).toBe(clock.timeOf(n));
  });

  test('finds the event of a time, and the time of an event', () => {
    for (const n of [0, 1, 17, 60, story.length - 1]) {
      expect(clock.indexAt(clock.timeOf(n))).toBe(n);
      expect(clock.indexAt(clock.timeOf(n) - 1e-4)).toBe(n - 1);
    }
    expect(clock.indexAt(-1)).toBe(-1);
  });

  test('a message is at its sender when it departs, and at its destination when it is received', () => {
    const receive = story.find((event) => event.what.type === 'receive');
    if (receive?.what.type !== 'receive') throw new Error('the story has no message');
    const { flight } = receive.what;
    const departs = clock.passage(flight)?.departs ?? NaN;
    expect(clock.progress(flight, departs)).toBe(0);
    expect(clock.progress(flight, departs + FLIGHT_MS / 2)).toBeCloseTo(0.5);
    expect(clock.progress(flight, clock.timeOf(receive.n))).toBe(1);
  });

  test('virtual and playback time are the inverse of one another where both move', () => {
    for (const at of [100.5, 250, 400]) expect(clock.virtualAt(clock.playbackAt(at))).toBeCloseTo(at, 3);
  });
});

describe('quiet', () => {
  function idle(events: number, every: number): readonly TraceEvent[] {
    const maker = new TraceMaker();
    for (let i = 0; i < events; i++) {
      maker.add({ kind: 'server', sid: 1 }, { type: 'timer', timer: 'tick' });
      maker.at += every;
    }
    return maker.events;
  }

  test('ten seconds take a fraction of that, however many ticks lie in them', () => {
    expect(clockOf(idle(21, 500)).end).toBeCloseTo(clockOf(idle(2, 10_000)).end, 0);
    expect(clockOf(idle(21, 500)).end).toBeLessThan(2500);
  });

  test('takes longer the longer it is, and never runs away', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }), (a, b) => {
        expect(compressQuiet(Math.max(a, b))).toBeGreaterThanOrEqual(compressQuiet(Math.min(a, b)));
      }),
    );
    expect(compressQuiet(60_000)).toBeGreaterThan(6000);
  });

  test('a ping is quiet, a vote is not', () => {
    const maker = new TraceMaker();
    const ping = maker.flight({ kind: 'server', sid: 1 }, { kind: 'server', sid: 2 }, { kind: 'PING', zxid: { epoch: 1, counter: 0 } });
    maker.receive(ping);
    expect(isQuiet(maker.events[0] as TraceEvent)).toBe(true);
    expect(story.filter((event) => event.what.type === 'receive').every((event) => !isQuiet(event))).toBe(true);
  });

  test('pings fly only when heartbeats are shown', () => {
    const maker = new TraceMaker();
    const ping = maker.flight({ kind: 'server', sid: 1 }, { kind: 'server', sid: 2 }, { kind: 'PING', zxid: { epoch: 1, counter: 0 } });
    maker.add({ kind: 'server', sid: 1 }, { type: 'timer', timer: 'tick' }, { sent: [ping] });
    maker.receive(ping);
    expect(clockOf(maker.events, true).passage(ping.id)?.lasts).toBe(0);
    expect(clockOf(maker.events, false).passage(ping.id)?.lasts).toBe(FLIGHT_MS);
  });
});

import { describe, expect, test } from 'vitest';
import type { Ensemble } from '../../src/ensemble/conductor.ts';
import { ask, create, leaderOf, serving } from './real.ts';

const outcomes = (ensemble: Ensemble, client: number): string[] =>
  ensemble.outcomes(client).map(({ op, outcome, err }) => `${op.op} ${outcome} ${err}`);
const connected = (ensemble: Ensemble): boolean => ensemble.client(1)?.state === 'connected';

function withClient(servers: readonly number[], timeoutMs = 6000): Ensemble {
  const ensemble = serving(3);
  ensemble.command({ type: 'connect', client: 1, servers, timeoutMs, name: 'a' });
  ensemble.run({ untilMs: ensemble.now + 5000, until: connected });
  return ensemble;
}

describe('a client', () => {
  test('connects in the given order and gets a session with the negotiated timeout', () => {
    const ensemble = withClient([2, 1], 60_000);
    expect(ensemble.client(1)).toMatchObject({ state: 'connected', sid: 2, name: 'a', timeoutMs: 10_000 });
    expect(ensemble.client(1)?.session).not.toBe('0x0');
  });

  test('tries the next server when one is down, and the list shuffled by the seed when none is given', () => {
    const ensemble = serving(3);
    ensemble.command({ type: 'kill', sid: 2 });
    ensemble.command({ type: 'connect', client: 1, servers: [2, 1] });
    ensemble.run({ untilMs: ensemble.now + 3000 });
    expect(ensemble.client(1)).toMatchObject({ state: 'connected', sid: 1 });
    const orders = [1, 2, 3, 4, 5].map((client) => {
      ensemble.command({ type: 'connect', client: client + 1 });
      const { what } = ensemble.trace.at(-1) ?? {};
      return what?.type === 'started' ? what.servers.join('') : '';
    });
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  test('pipelines requests; replies come in order, errors are rejections', () => {
    const ensemble = withClient([1]);
    for (const path of ['/a', '/a/b', '/a', '/x/y']) ensemble.command(ask(1, create(path)));
    expect(ensemble.client(1)?.waiting).toBe(4);
    ensemble.run({ untilMs: ensemble.now + 200 });
    expect(outcomes(ensemble, 1)).toEqual(['create acked OK', 'create acked OK', 'create rejected NODEEXISTS', 'create rejected NONODE']);
    const zxids = ensemble.outcomes(1).map(({ zxid }) => zxid?.counter ?? 0);
    expect(zxids).toEqual([...zxids].sort((a, b) => a - b));
  });

  test('gives the connection up when a refused request is answered before an earlier one', () => {
    const ensemble = withClient([1]);
    ensemble.command(ask(1, create('/a')));
    ensemble.command(ask(1, { op: 'check', path: '/a', version: -1 }));
    ensemble.run({ untilMs: ensemble.now + 3000 });
    expect(outcomes(ensemble, 1)).toEqual(['create unknown CONNECTIONLOSS', 'check unknown CONNECTIONLOSS']);
    expect(ensemble.client(1)?.state).toBe('connected');
  });

  test('keeps requests until there is a session', () => {
    const ensemble = serving(3);
    ensemble.command({ type: 'connect', client: 1, servers: [1] });
    ensemble.command(ask(1, create('/early')));
    ensemble.run({ untilMs: ensemble.now + 500 });
    expect(outcomes(ensemble, 1)).toEqual(['create acked OK']);
  });

  test('does not know what became of its requests when the connection is lost, and keeps its session on another server', () => {
    const ensemble = withClient([1, 2]);
    const session = ensemble.client(1)?.session;
    ensemble.command(ask(1, create('/doubt')));
    ensemble.command({ type: 'kill', sid: 1 });
    ensemble.run({ untilMs: ensemble.now + 3000 });
    expect(outcomes(ensemble, 1)).toEqual(['create unknown CONNECTIONLOSS']);
    expect(ensemble.client(1)).toMatchObject({ state: 'connected', sid: 2, session });
  });

  test('pings when idle, so that its session lives', () => {
    const ensemble = withClient([1], 4000);
    ensemble.run({ untilMs: ensemble.now + 30_000 });
    expect(ensemble.client(1)?.state).toBe('connected');
    const pings = ensemble.trace.flatMap((event) => event.sent).filter(({ message }) => message.kind === 'ClientPing');
    expect(pings.length).toBeGreaterThan(15);
    expect(ensemble.trace.some((event) => event.what.type === 'disconnected' && event.actor.kind === 'client')).toBe(false);
  });

  test('leaves a server from which it has heard nothing for two thirds of the timeout', () => {
    const ensemble = withClient([1, 2], 6000);
    ensemble.command({ type: 'pause', sid: 1 });
    const at = ensemble.now;
    ensemble.run({ untilMs: at + 10_000, until: (e) => e.client(1)?.sid === 2 });
    expect(ensemble.trace.at(-1)?.what).toEqual({ type: 'timer', timer: 'read' });
    expect(ensemble.now - at).toBeGreaterThan(2000);
    expect(ensemble.now - at).toBeLessThanOrEqual(4001);
  });

  test('learns from the server that its session has expired', () => {
    const ensemble = withClient([1], 2000);
    ensemble.command({ type: 'kill', sid: 1 });
    ensemble.run({ untilMs: ensemble.now + 10_000 });
    expect(ensemble.client(1)?.state).toBe('connecting');
    ensemble.command({ type: 'start', sid: 1 });
    ensemble.run({ untilMs: ensemble.now + 10_000 });
    expect(ensemble.client(1)?.state).toBe('expired');
    ensemble.command(ask(1, create('/late')));
    expect(outcomes(ensemble, 1).at(-1)).toBe('create rejected SESSIONEXPIRED');
  });

  test('closes its session as its last request; abandoned, it leaves it to expire', () => {
    const ensemble = withClient([1], 2000);
    ensemble.command(ask(1, { ...create('/e'), op: 'create', mode: 'ephemeral' } as never));
    ensemble.command({ type: 'close', client: 1 });
    expect(() => ensemble.command(ask(1, create('/more')))).toThrow('Client 1 is closed');
    ensemble.run({ untilMs: ensemble.now + 300 });
    expect(outcomes(ensemble, 1)).toEqual(['create acked OK', 'closeSession acked OK']);
    expect(ensemble.client(1)?.state).toBe('closed');
    ensemble.command({ type: 'connect', client: 2, servers: [1], timeoutMs: 2000 });
    ensemble.run({ untilMs: ensemble.now + 300 });
    const before = ensemble.view(leaderOf(ensemble))?.sessions;
    ensemble.command({ type: 'abandon', client: 2 });
    ensemble.run({ untilMs: ensemble.now + 300 });
    expect(ensemble.view(leaderOf(ensemble))?.sessions).toBe(before);
    ensemble.run({ untilMs: ensemble.now + 5000 });
    expect(ensemble.view(leaderOf(ensemble))?.sessions).toBe((before ?? 0) - 1);
  });
});

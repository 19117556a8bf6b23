/**
 * A world with servers made for the test: a core that writes down what reaches it and does what its script says.
 */
import type { Sid } from '../../src/base/ids.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import type { EnsembleHooks } from '../../src/ensemble/hooks.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { configOf, DEFAULT_OPTIONS, type WorldOptions } from '../../src/ensemble/options.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import type { ConnId, Effect, Input, Message } from '../../src/zab/types.ts';

export interface FakeServer {
  readonly sid: Sid;
  readonly conns: readonly ConnId[];
}

/** What a server answers to an input. */
export type Behaviour = (server: FakeServer, input: Input, now: number) => readonly Effect[];

export const noEffects: Behaviour = () => [];

export function fakeCore(behaviour: Behaviour): Core<FakeServer> {
  return (before, input, now) => {
    const server = next(before, input);
    return { server, output: { effects: behaviour(server, input, now), decisions: [], changes: {}, log: [] } };
  };
}

function next(before: FakeServer | null, input: Input): FakeServer {
  if (input.type === 'boot') return { sid: input.sid, conns: [] };
  if (before === null) throw new Error('not booted');
  if (input.type === 'connected' || input.type === 'accepted') return { ...before, conns: [...before.conns, input.conn] };
  return input.type === 'disconnected' ? { ...before, conns: before.conns.filter((conn) => conn !== input.conn) } : before;
}

/** No jitter, 1 ms a packet, 2 ms an fsync, and servers that start at once: times in tests are easy to foresee. */
export const PLAIN: WorldOptions = {
  ...DEFAULT_OPTIONS,
  config: configOf([1, 2, 3]),
  latency: { meanMs: 1, jitterMs: 0 },
  clientLatency: { meanMs: 1, jitterMs: 0 },
  fsync: { meanMs: 2, jitterMs: 0 },
  bootMs: 0,
};

export function fakeEnsemble(behaviour: Behaviour, options: Partial<WorldOptions> = {}, hooks: EnsembleHooks = {}): Ensemble {
  return new Ensemble({ ...PLAIN, ...options }, new InlineHost(fakeCore(behaviour) as Core), hooks);
}

export function startAll(ensemble: Ensemble): void {
  for (const sid of ensemble.sids) ensemble.command({ type: 'start', sid });
}

/** A message that carries a number. */
export function numbered(n: number): Message {
  return { kind: 'ACK', zxid: { epoch: 0, counter: n } };
}

export function numberOf(message: Message): number {
  return message.kind === 'ACK' ? message.zxid.counter : -1;
}

/**
 * Server 1 connects to server 2 as soon as it is up and sends `count` numbered messages, one every `everyMs`; 2 answers each with the same
 * number if `echo`.
 */
export function talkers(count: number, everyMs: number, echo = false): Behaviour {
  return (server, input) => {
    if (input.type === 'boot')
      return [
        { type: 'listen', channel: 'quorum', open: true },
        ...(server.sid === 1 ? [{ type: 'setTimer', timer: 'poll', afterMs: 5 } as const] : []),
      ];
    if (input.type === 'timer' && input.timer === 'poll') return [{ type: 'connect', channel: 'quorum', to: 2 }];
    if (input.type === 'connected')
      return Array.from({ length: count }, (_, i) => ({ type: 'setTimer', timer: `handler:${i + 1}`, afterMs: i * everyMs }) as const);
    if (input.type === 'timer')
      return server.conns.map((conn) => ({ type: 'send', conn, message: numbered(Number(input.timer.split(':')[1])) }));
    if (input.type === 'receive' && echo && server.sid === 2) return [{ type: 'send', conn: input.conn, message: input.message }];
    return [];
  };
}

/** Numbers that reached a server, with their times. */
export function heard(ensemble: Ensemble, sid: Sid): readonly (readonly [n: number, at: number])[] {
  return ensemble.trace.flatMap((event) =>
    isOf(event, sid) && event.what.type === 'receive' ? [[numberOf(event.what.message), event.at] as const] : [],
  );
}

/** What reached a server, in words, with times. */
export function story(ensemble: Ensemble, sid: Sid): readonly string[] {
  return ensemble.trace.filter((event) => isOf(event, sid)).map((event) => `${event.at} ${inWords(event.what)}`);
}

function inWords(what: TraceEvent['what']): string {
  switch (what.type) {
    case 'receive':
      return `receive ${numberOf(what.message)}`;
    case 'timer':
      return `timer ${what.timer}`;
    case 'disconnected':
      return 'reason' in what ? `disconnected ${what.reason}` : 'disconnected';
    case 'connectFailed':
      return 'reason' in what ? `connectFailed ${what.reason}` : 'connectFailed';
    case 'fsynced':
      return `fsynced ${what.token}`;
    default:
      return what.type;
  }
}

function isOf(event: TraceEvent, sid: Sid): boolean {
  return event.actor.kind === 'server' && event.actor.sid === sid;
}

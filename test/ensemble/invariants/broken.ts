/** Real servers with one rule broken, and the small world in which that shows. */
import type { Sid } from '../../../src/base/ids.ts';
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import type { Core } from '../../../src/ensemble/host/host.ts';
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import type { InvariantName } from '../../../src/ensemble/invariantList.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../../src/ensemble/options.ts';
import type { ClientId, Command, TraceEvent, WorldEvent } from '../../../src/ensemble/types.ts';
import type { ClientOp } from '../../../src/tree/types.ts';
import { PROFILE_SOUND, type Profile } from '../../../src/zab/profile.ts';
import { step, type Server } from '../../../src/zab/server.ts';
import type { Effect, EnsembleConfig, Input, Message, StepOutput } from '../../../src/zab/types.ts';
import { changesOf } from '../../../src/zab/view.ts';
import { ask, create, QUICK } from '../real.ts';

// ---------------------------------------------------------------------------------------------------------------------
// How a rule is broken: the core does as ever, but what goes in or comes out is changed.

export type Rules = Core<Server>;
export type Break = (rules: Rules) => Rules;

/** Changes what reaches a server; null keeps it away. */
export const hearing =
  (change: (input: Input, server: Server | null) => Input | null): Break =>
  (rules) =>
  (server, input, now) => {
    const heard = change(input, server);
    if (heard !== null) return rules(server, heard, now);
    if (server === null) throw new Error('a server must boot');
    return { server, output: { effects: [], decisions: [], changes: {}, log: [] } };
  };

/** Changes what a server asks of the world: its sends, timers and writes. */
export const doing =
  (change: (effect: Effect, server: Server, input: Input) => readonly Effect[]): Break =>
  (rules) =>
  (before, input, now) => {
    const { server, output } = rules(before, input, now);
    return { server, output: { ...output, effects: output.effects.flatMap((effect) => change(effect, server, input)) } };
  };

export const sending = (change: (message: Message, server: Server, input: Input) => readonly Message[]): Break =>
  doing((effect, server, input) =>
    effect.type === 'send' ? change(effect.message, server, input).map((message) => ({ ...effect, message })) : [effect],
  );

/** Changes what a server is before it takes an input. */
export const having =
  (change: (server: Server, input: Input, now: number) => Server): Break =>
  (rules) =>
  (server, input, now) =>
    rules(server === null ? null : change(server, input, now), input, now);

/** Changes what a server is afterwards. */
export const becoming =
  (change: (after: Server, before: Server | null, output: StepOutput) => Server): Break =>
  (rules) =>
  (before, input, now) => {
    const { server, output } = rules(before, input, now);
    const other = change(server, before, output);
    return other === server ? { server, output } : { server: other, output: { ...output, changes: changesOf(before, other) } };
  };

/** A server does, in the same step, as if something else had reached it as well. */
export const also =
  (more: (input: Input, server: Server) => Input | null): Break =>
  (rules) =>
  (before, input, now) => {
    const first = rules(before, input, now);
    const next = more(input, first.server);
    if (next === null) return first;
    const second = rules(first.server, next, now);
    const output: StepOutput = {
      effects: [...first.output.effects, ...second.output.effects],
      decisions: [...first.output.decisions, ...second.output.decisions],
      log: [...first.output.log, ...second.output.log],
      changes: changesOf(before, second.server),
    };
    return { server: second.server, output };
  };

/** The message of an input, if it is one of this kind. */
export function heard<K extends Message['kind']>(input: Input, kind: K): Extract<Message, { kind: K }> | null {
  return input.type === 'receive' && input.message.kind === kind ? (input.message as Extract<Message, { kind: K }>) : null;
}

// ---------------------------------------------------------------------------------------------------------------------
// The world.

export type Violation = Extract<WorldEvent, { type: 'violation' }>;

/** An invariant broken, and the event at which it was. */
export interface Found extends Violation {
  readonly at: TraceEvent;
}

export interface Setting {
  readonly sids?: readonly Sid[];
  readonly config?: Partial<EnsembleConfig>;
  readonly profile?: Profile;
  /** Broken too, before the one that is looked for; the run goes on after them. */
  readonly after?: readonly InvariantName[];
}

/** What is done to the ensemble. It goes no further than to the violation. */
export type Story = (world: World) => void;

class Ended extends Error {}

/** Long enough for an election, a sync, or a limit to run out. */
const LONG_MS = 4_000;

export class World {
  readonly ensemble: Ensemble;
  readonly found: Found[] = [];
  readonly #after: readonly InvariantName[];
  #seen = 0;

  constructor(broken: Break | null, { sids = [1, 2, 3], config, profile = PROFILE_SOUND, after = [] }: Setting) {
    const whole: EnsembleConfig = { ...configOf(sids), ...QUICK, profile, ...config };
    const core = (broken === null ? step : broken(step)) as Core;
    this.ensemble = new Ensemble({ ...DEFAULT_OPTIONS, config: whole }, new InlineHost(core), { observers: [new Invariants(whole)] });
    this.#after = after;
  }

  give(...commands: readonly Command[]): void {
    for (const command of commands) this.ensemble.command(command);
  }

  run(ms: number): void {
    const untilMs = this.ensemble.now + ms;
    while (this.ensemble.run({ untilMs }) === 'violation') this.#violated();
  }

  /** Runs until something is so. @throws Error when it does not get so. */
  until(what: string, isSo: (ensemble: Ensemble) => boolean): void {
    const untilMs = this.ensemble.now + LONG_MS;
    for (;;) {
      const reason = this.ensemble.run({ untilMs, until: isSo });
      if (reason === 'until') return;
      if (reason !== 'violation') throw new Error(`${what}: not within ${LONG_MS} ms`);
      this.#violated();
    }
  }

  /** Starts these servers, or all, and waits until they serve. */
  up(...sids: readonly Sid[]): void {
    const all = sids.length === 0 ? this.ensemble.sids : sids;
    this.give(...all.map((sid): Command => ({ type: 'start', sid })));
    this.serving(...all);
  }

  serving(...sids: readonly Sid[]): void {
    this.until(`${sids.join(', ')} serve`, (ensemble) => sids.every((sid) => ensemble.view(sid)?.serving === true));
  }

  down(...sids: readonly Sid[]): void {
    this.give(...sids.map((sid): Command => ({ type: 'kill', sid })));
  }

  /** A client with a session at one of these servers. */
  client(client: ClientId, ...servers: readonly Sid[]): void {
    this.give({ type: 'connect', client, servers });
    this.until(`client ${client} has a session`, (ensemble) => ensemble.client(client)?.session !== '0x0');
  }

  ask(client: ClientId, request: ClientOp): void {
    this.give(ask(client, request));
  }

  /** Writes that are given time to be committed everywhere, one by one. */
  writes(client: ClientId, ...paths: readonly string[]): void {
    for (const path of paths) {
      this.ask(client, create(path));
      this.run(60);
    }
  }

  /** One step may make several events, and break several invariants. */
  #violated(): void {
    const { trace } = this.ensemble;
    const before = this.found.length;
    for (const { what, cause } of trace.slice(this.#seen))
      if (what.type === 'violation') this.found.push({ ...what, at: trace[cause] as TraceEvent });
    this.#seen = trace.length;
    if (this.found.length === before) throw new Error('the run stopped without a violation');
    if (this.found.slice(before).some(({ invariant }) => !this.#after.includes(invariant as InvariantName))) throw new Ended();
  }
}

/** Plays a story among servers with a broken rule, or with none, and gives what was violated, in order. */
export function play(broken: Break | null, setting: Setting, story: Story): readonly Found[] {
  const world = new World(broken, setting);
  try {
    story(world);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
  }
  return world.found;
}

/** An event in a few words: `server 3 receive ACK`. */
export function eventName({ actor, what }: TraceEvent): string {
  const who = actor.kind === 'server' ? `server ${actor.sid}` : actor.kind === 'client' ? `client ${actor.client}` : 'world';
  const more = 'message' in what && what.message !== null && typeof what.message === 'object' ? ` ${what.message.kind}` : '';
  return `${who} ${what.type}${more}${'timer' in what ? ` ${what.timer}` : ''}`;
}

/** One run of a hunt: storms of faults and calms after them, clients at work all along, priorities that change. */
import type { Sid } from '../../base/ids.ts';
import type { InlineHost } from '../host/inline.ts';
import { limitOf } from '../invariants/calm.ts';
import type { Command } from '../types.ts';
import { Chance } from './chance.ts';
import { Clientele } from './clientele.ts';
import { alone, drawShift } from './crews.ts';
import type { FoundRun, Timed } from './plain.ts';
import { Play, type Violation } from './play.ts';
import { Probe, type Hit, type Seen } from './probe.ts';
import type { Recipe } from './recipe.ts';
import { AIMED, calm, exists, faultOf, startOf, type Fault } from './trouble.ts';

/** A run is given up after so many events: a short one that ends finds more than a long one that goes on. */
const MOST_EVENTS = 10_000;
/** Requests of a calm, so that a long one is not mostly requests. */
const MOST_IN_A_CALM = 40;
/** Virtual ms in which a few requests are done in most ensembles. */
const ASK_MS = 25;
/** Znodes made at once. */
const PER_MULTI = 50;
/** Virtual time that a start's own steps may take. */
export const BEGIN_MS = 120_000;

export interface Outcome {
  readonly run: FoundRun;
  readonly violation: Violation | null;
  readonly events: number;
  /** Abstract states and branches that no run before had met. */
  readonly fresh: number;
  /** Virtual ms of the last of them. */
  readonly freshAt: number;
  readonly endedAt: number;
}

/** What a run takes over from another. */
export interface Prefix {
  readonly commands: readonly Timed[];
  /** Virtual ms: then the new storm begins. */
  readonly until: number;
}

/** Something to be done at a time. */
interface Due {
  readonly at: number;
  readonly act: () => void;
}

/** Runs a recipe. */
export function runStorm(recipe: Recipe, prefix: Prefix | null, seed: number, host: InlineHost, seen: Seen): Outcome {
  return new Storm(recipe, seed, host, seen).run(prefix);
}

class Storm {
  readonly #recipe: Recipe;
  readonly #chance: Chance;
  readonly #probe: Probe;
  readonly #play: Play;
  #clientele: Clientele;
  readonly #sids: readonly Sid[];
  #due: Due[] = [];
  /** Lasting faults of this storm: type and server. */
  readonly #done = new Set<string>();
  /** Counts storms and calms: what was planned in one storm to happen now and then ends with it. */
  #weather = 0;
  /** Requests are not closer than that, ms. */
  #leastGapMs = 0;

  constructor(recipe: Recipe, seed: number, host: InlineHost, seen: Seen) {
    this.#recipe = recipe;
    this.#chance = new Chance(seed, 'storm');
    this.#probe = new Probe(seen, recipe.moments, new Chance(seed, 'moments'));
    this.#play = new Play(recipe.start, host, [this.#probe]);
    this.#sids = this.#play.ensemble.sids;
    this.#clientele = new Clientele(new Chance(seed, 'clients'), this.#sids);
  }

  run(prefix: Prefix | null): Outcome {
    const play = this.#play;
    play.begin(BEGIN_MS);
    this.#clientele.after(play.ensemble.clients);
    if (prefix === null) this.#startAll();
    else {
      for (const { at, command } of prefix.commands) {
        if (at > prefix.until) break;
        play.give(command, at);
      }
      play.runTo(prefix.until);
      this.#clientele.after(play.ensemble.clients);
    }
    this.#requests();
    for (let i = 0; i < this.#recipe.storms && this.#goesOn(); i++) {
      if (this.#recipe.crews === null) this.#stormFor(this.#recipe.stormMs * (0.5 + this.#chance.unit()));
      else this.#crewsFor(this.#recipe.crews);
      this.#calmFor(this.#recipe.calmMs === null ? this.#longMs() : this.#recipe.calmMs * (0.5 + this.#chance.unit()));
    }
    const { violation, given, ensemble, events } = play;
    const { fresh, freshAt } = this.#probe;
    return { run: { start: this.#recipe.start, commands: given }, violation, events, fresh, freshAt, endedAt: ensemble.now };
  }

  #goesOn(): boolean {
    return this.#play.violation === null && this.#play.events < MOST_EVENTS;
  }

  #startAll(): void {
    const gapMs = this.#chance.pick([0, 1, 40, 400]);
    this.#chance
      .shuffled(this.#sids)
      .forEach((sid, i) => this.#later(i * gapMs * this.#chance.unit(), () => this.#give(startOf(sid)(this.#play.ensemble))));
    for (let i = 0; i < this.#recipe.clients; i++) this.#later(this.#chance.wait(100), () => this.#give(this.#clientele.connect()));
    for (let made = 0; made < this.#recipe.znodes; made += PER_MULTI)
      this.#later(500 + made, () => this.#give(this.#clientele.fill((client) => this.#play.ensemble.client(client), PER_MULTI)));
    // Most runs begin with servers that have something to lose.
    if (this.#chance.is(0.7)) this.#goTo(this.#play.ensemble.now + this.#chance.pick([300, 800, 2_000]));
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Weather.

  #stormFor(ms: number): void {
    const { faultGapMs, priorityChanges, kinds } = this.#recipe;
    const weather = ++this.#weather;
    this.#probe.storm = true;
    if (priorityChanges !== null) this.#priorities(ms, priorityChanges);
    const next = (): void => {
      if (this.#weather !== weather || kinds.length === 0) return;
      this.#trouble(null, null);
      this.#later(this.#chance.wait(faultGapMs), next);
    };
    this.#later(this.#chance.wait(faultGapMs), next);
    const until = this.#play.ensemble.now + ms;
    for (let hit = this.#goTo(until); hit !== null; hit = this.#goTo(until)) this.#seize(hit);
    this.#probe.storm = false;
  }

  /** One crew after the other. */
  #crewsFor(crews: number): void {
    const { kinds, priorityChanges, faultMs } = this.#recipe;
    const { ensemble } = this.#play;
    const aimed = kinds.filter((kind) => AIMED.has(kind));
    this.#weather++;
    if (priorityChanges !== null) this.#priorities(crews * 400, priorityChanges);
    let loner: Sid | null = null;
    for (let i = 0; i < crews && this.#goesOn(); i++) {
      const { handover, goal, mostMs, requests, then, afterMs } = drawShift(ensemble, this.#chance, aimed, loner);
      this.#do(handover);
      this.#probe.moments = goal;
      this.#probe.hit = null;
      this.#probe.storm = true;
      const hit = this.#goTo(ensemble.now + mostMs);
      this.#probe.storm = false;
      loner = null;
      if (then === 'alone' && requests > 0) this.#ask(requests);
      if (then === 'alone') loner = this.#leaveAlone(hit?.sid ?? this.#chance.pick(this.#sids));
      else if (hit !== null && then !== null) {
        const aim = this.#chance.is(0.6) ? hit.sid : (hit.peer ?? this.#chance.pick(this.#sids));
        this.#do(faultOf(then, ensemble, this.#chance, aim, aim === hit.sid ? hit.peer : hit.sid, faultMs));
      }
      if (then !== 'alone' && requests > 0) this.#ask(requests);
      this.#goTo(ensemble.now + afterMs);
    }
    this.#probe.moments = this.#recipe.moments;
  }

  /** Some requests in a row, and time for them. */
  #ask(requests: number): void {
    const { ensemble } = this.#play;
    for (let i = 0; i < requests; i++) this.#give(this.#clientele.act((client) => ensemble.client(client)));
    this.#goTo(ensemble.now + ASK_MS);
  }

  /** The leader, or who is there, has new clients to itself for a moment. */
  #leaveAlone(sid: Sid): Sid {
    const { ensemble } = this.#play;
    const one = this.#sids.find((each) => ensemble.view(each)?.role === 'LEADING') ?? sid;
    this.#give(alone(ensemble, this.#chance, one));
    for (let i = this.#chance.below(3); i >= 0; i--) this.#give(this.#clientele.connect(one));
    this.#goTo(ensemble.now + this.#chance.pick([3, 10, 40]));
    return one;
  }

  #calmFor(ms: number): void {
    if (!this.#goesOn()) return;
    this.#weather++;
    const order = this.#chance.shuffled(this.#sids);
    const left = this.#chance.is(0.3) ? order.slice(0, Math.floor((order.length - 1) / 2)) : [];
    const ended = this.#chance.is(0.3) ? this.#sids.filter((sid) => exists(this.#play.ensemble, sid)) : [];
    this.#give(ended.map((sid) => ({ type: 'kill', sid })));
    this.#give(calm(this.#play.ensemble, this.#done, left));
    for (const done of this.#done) if (!left.some((sid) => done.endsWith(` ${sid}`))) this.#done.delete(done);
    this.#leastGapMs = ms / MOST_IN_A_CALM;
    this.#goTo(this.#play.ensemble.now + ms);
    this.#leastGapMs = 0;
  }

  /** What a calm ensemble may take for a leader, and once more for its learners. */
  #longMs(): number {
    const { config } = this.#play.scenario;
    return (this.#chance.is(0.7) ? 1 : 2) * limitOf(config) + 4 * config.tickTimeMs;
  }

  /**
   * Every link and disk has a priority: the lower, the longer what it carries takes. Now and then one gets another priority (Burckhardt et al.,
   * "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010, with delays in place of a scheduler's choice).
   */
  #priorities(ms: number, changes: number): void {
    const ladder = this.#chance.pick([
      [0, 2, 8, 30],
      [0, 0, 20, 100],
      [0, 0, 0, 150, 600],
    ]);
    const links = this.#sids.flatMap((from) => this.#sids.filter((to) => to !== from).map((to) => ({ from, to })));
    const draw = (): readonly Command[] => {
      const delayMs = this.#chance.pick(ladder);
      if (this.#chance.is(0.2)) return [{ type: 'slowDisk', sid: this.#chance.pick(this.#sids), fsyncMs: delayMs }];
      const link = this.#chance.is(0.3) ? links : [this.#chance.pick(links)];
      return link.filter(() => link.length === 1 || this.#chance.is(0.3)).map((each) => ({ type: 'slow', ...each, delayMs, oneWay: true }));
    };
    this.#give(this.#chance.some(links, 0.3).map((link) => ({ type: 'slow', ...link, delayMs: this.#chance.pick(ladder), oneWay: true })));
    for (let i = 0; i < changes; i++) this.#later(this.#chance.unit() * ms, () => this.#give(draw()));
  }

  // -------------------------------------------------------------------------------------------------------------------
  // What is done.

  #trouble(at: Sid | null, peer: Sid | null): void {
    const { kinds, faultMs } = this.#recipe;
    const fitting = at === null ? kinds : kinds.filter((kind) => AIMED.has(kind));
    if (fitting.length === 0) return;
    this.#do(faultOf(this.#chance.pick(fitting), this.#play.ensemble, this.#chance, at, peer, faultMs));
  }

  #do({ now, later }: Fault): void {
    this.#give(now);
    const weather = this.#weather;
    for (const { afterMs, make } of later)
      this.#later(afterMs, () => {
        if (this.#weather === weather) this.#give(make(this.#play.ensemble));
      });
  }

  #requests(): void {
    const { requestGapMs } = this.#recipe;
    const { ensemble } = this.#play;
    // Bursts and pauses: some things only happen when nothing else is under way, others only under load.
    const burst = this.#chance.is(0.3);
    const next = (): void => {
      this.#give(this.#clientele.act((client) => ensemble.client(client)));
      const busy = !burst || this.#chance.is(0.9);
      this.#later(Math.max(this.#leastGapMs, busy ? this.#chance.wait(requestGapMs) : 100 + this.#chance.wait(400)), next);
    };
    this.#later(0, next);
  }

  #give(commands: readonly Command[]): void {
    for (const command of commands) {
      this.#play.give(command, this.#play.ensemble.now);
      if ('sid' in command) this.#done.add(`${command.type} ${command.sid}`);
    }
  }

  #later(afterMs: number, act: () => void): void {
    const due = { at: this.#play.ensemble.now + afterMs, act };
    const after = this.#due.findIndex(({ at }) => at > due.at);
    this.#due.splice(after < 0 ? this.#due.length : after, 0, due);
  }

  /**
   * Goes on until a time; what is due meanwhile is done.
   *
   * @returns where a moment has come that was waited for; then it is earlier.
   */
  #goTo(until: number): Hit | null {
    const { ensemble } = this.#play;
    const hit = (): boolean => this.#probe.hit !== null;
    while (this.#goesOn()) {
      const next = this.#due[0];
      const at = next === undefined ? until : Math.min(next.at, until);
      if (at > ensemble.now) this.#play.runTo(at, hit);
      if (this.#probe.hit !== null) {
        const { hit } = this.#probe;
        this.#probe.hit = null;
        return hit;
      }
      if (next !== undefined && next.at <= ensemble.now) {
        this.#due.shift();
        next.act();
      } else if (ensemble.now >= until) return null;
    }
    return null;
  }

  /** A moment has come: trouble at once, or very soon, for the server that is there or the one on the other side. */
  #seize(hit: Hit): void {
    const aim = this.#chance.is(0.7) ? hit.sid : this.#chance.is(0.7) ? hit.peer : this.#chance.pick(this.#sids);
    const other = aim === hit.sid ? hit.peer : hit.sid;
    const soon = this.#chance.pick([0, 0, 0, 0.3, 1, 3, 10]);
    if (soon === 0) this.#trouble(aim, other);
    else this.#later(soon, () => this.#trouble(aim, other));
  }
}

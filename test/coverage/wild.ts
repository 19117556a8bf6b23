/**
 * Runs that no hunt makes, since they void every guarantee: settings at their limits, requests of every kind, files that are damaged, lost, emptied or put
 * back. There are no invariants here; a server that refuses to start is as good as one that does.
 */
import type { Sid } from '../../src/base/ids.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import { CommandError } from '../../src/ensemble/errors.ts';
import { Chance } from '../../src/ensemble/explore/chance.ts';
import type { InlineHost } from '../../src/ensemble/host/inline.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { LIMITS } from '../../src/ensemble/steps.ts';
import type { Command } from '../../src/ensemble/types.ts';
import { PROFILES, VARIANTS } from '../../src/zab/profile.ts';
import { Requests } from './requests.ts';

const ACTIONS = 400;
const MOST_EVENTS = 15_000;

/** @returns events of the run. */
export function runWild(seed: number, host: InlineHost): number {
  const chance = new Chance(seed, 'wild');
  host.load(new Map());
  const ensemble = new Ensemble({ ...optionsOf(parseScenario(drawWorld(chance, seed), 'wild')), checkpointEvery: Infinity }, host);
  const wild = new Wild(ensemble, chance);
  for (const sid of ensemble.sids) wild.give({ type: 'start', sid });
  for (let i = 0; i < ACTIONS && ensemble.trace.length < MOST_EVENTS; i++) wild.act();
  return ensemble.trace.length;
}

function drawWorld(chance: Chance, seed: number): object {
  return {
    seed,
    ...(chance.is(0.5) ? { profile: chance.pick(Object.keys(PROFILES)) } : { profile: 'sound', variants: [chance.pick(Object.keys(VARIANTS))] }),
    members: drawMembers(chance),
    cfg: {
      tickTime: chance.pick([50, 200, 500, 2_000]),
      initLimit: chance.pick([2, 5, 10]),
      syncLimit: chance.pick([1, 2, 4]),
      snapCount: chance.pick([2, 5, 20, 100]),
      snapshotSizeFactor: chance.pick([0.33, 10, 0, -1]),
      commitLogCount: chance.pick([1, 3, 20, 500]),
      preAllocSize: chance.pick([0, 1, 16]),
      maxBatchSize: chance.pick([1, 3, 1_000]),
      'fastleader.maxNotificationInterval': chance.pick([200, 1_600]),
      cnxTimeout: chance.pick([20, 500, 5_000]),
      extendedTypesEnabled: chance.is(0.7),
      'digest.enabled': chance.is(0.8),
      forceSync: chance.is(0.8) ? 'yes' : 'no',
      leaderServes: chance.is(0.8) ? 'yes' : 'no',
      enforceQuota: chance.is(0.5),
      'snapshot.trust.empty': chance.is(0.2),
      'db.autocreate': chance.is(0.95),
      'autopurge.purgeInterval': chance.pick([0, 0.001]),
    },
    latency: { meanMs: chance.pick([0.1, 1, 20]), jitterMs: chance.pick([0, 1, 20]) },
    fsyncMs: { meanMs: chance.pick([0.1, 2, 30]), jitterMs: 0 },
    bootMs: 10,
  };
}

function drawMembers(chance: Chance): readonly object[] {
  const voters = chance.pick([1, 2, 3, 3, 4, 6]);
  const grouped = voters >= 3 && chance.is(0.4);
  const observers = chance.is(0.3) ? 1 : 0;
  return Array.from({ length: voters + observers }, (_, i) => {
    const sid = i + 1;
    if (i >= voters) return { sid, observer: true };
    return grouped ? { sid, group: 1 + (i % 3), ...(chance.is(0.7) ? { weight: i === 0 ? 1 : chance.pick([0, 1, 1, 2]) } : {}) } : { sid };
  });
}

class Wild {
  readonly #ensemble: Ensemble;
  readonly #chance: Chance;
  readonly #requests: Requests;
  readonly #live: number[] = [];
  readonly #backups: string[] = [];
  /** How many actions are faults. */
  readonly #rough: number;
  #clients = 0;

  constructor(ensemble: Ensemble, chance: Chance) {
    this.#ensemble = ensemble;
    this.#chance = chance;
    this.#requests = new Requests(chance);
    this.#rough = chance.pick([0, 0.02, 0.1, 0.25]);
  }

  /** Gives a command; one that makes no sense now is passed over. */
  give(command: Command): void {
    try {
      this.#ensemble.command(command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }

  act(): void {
    const chance = this.#chance;
    const roll = chance.unit();
    if (roll < this.#rough / 3) this.#damage();
    else if (roll < this.#rough) this.#disturb();
    else if (roll < this.#rough + 0.05) this.#repair();
    else this.#ask();
    const wait = chance.is(0.005) ? 130_000 : chance.is(0.05) ? 5_000 : chance.pick([0, 1, 5, 40, 300]);
    this.#ensemble.run({ untilMs: this.#ensemble.now + wait, events: MOST_EVENTS });
  }

  #sid(): Sid {
    return this.#chance.pick(this.#ensemble.sids);
  }

  #ask(): void {
    const chance = this.#chance;
    if (this.#clients === 0 || (chance.is(0.08) && this.#clients < LIMITS.clients)) {
      const client = ++this.#clients;
      this.#live.push(client);
      return this.give({ type: 'connect', client, timeoutMs: chance.pick([100, 1_000, 100_000]), ...(chance.is(0.3) ? { servers: [this.#sid()] } : {}) });
    }
    const client = chance.pick(this.#live.slice(-4));
    if (chance.is(0.03)) return this.give({ type: chance.is(0.5) ? 'close' : 'abandon', client });
    const burst = chance.is(0.05) ? 30 : 1;
    for (let i = 0; i < burst; i++) this.give({ type: 'request', client, request: this.#requests.next() });
  }

  #disturb(): void {
    const chance = this.#chance;
    const sid = this.#sid();
    const from = this.#sid();
    const to = this.#sid();
    this.give(
      chance.pick<Command>([
        { type: 'kill', sid },
        { type: 'powerLoss', sid },
        { type: 'stop', sid },
        { type: 'restart', sid },
        { type: 'pause', sid },
        { type: 'cut', from, to, oneWay: chance.is(0.5) },
        { type: 'reset', from, to },
        { type: 'slow', from, to, delayMs: chance.pick([5, 200]), oneWay: true },
        { type: 'skew', sid, rate: chance.pick([0.5, 1, 2]) },
        { type: 'slowDisk', sid, fsyncMs: chance.pick([1, 300]) },
        { type: 'diskFull', sid, full: true },
      ]),
    );
  }

  #repair(): void {
    this.give({ type: 'heal' });
    for (const sid of this.#ensemble.sids) {
      this.give({ type: 'resume', sid });
      this.give({ type: 'diskFull', sid, full: false });
      this.give({ type: 'start', sid });
    }
  }

  /** One server is ended, found damaged, and started again. */
  #damage(): void {
    const chance = this.#chance;
    const sid = this.#sid();
    this.give({ type: chance.pick(['kill', 'powerLoss'] as const), sid });
    this.#ensemble.run({ untilMs: this.#ensemble.now + 1 });
    const { files } = this.#ensemble.disk(sid);
    const file = Object.keys(files).length === 0 ? 'acceptedEpoch' : chance.pick(Object.keys(files).sort());
    const size = files[file]?.size ?? 0;
    const offset = chance.pick([chance.below(size + 1), chance.below(17), Math.max(0, size - 1 - chance.below(6))]);
    const epoch = chance.pick(['currentEpoch', 'acceptedEpoch', 'currentEpoch.tmp'] as const);
    const name = `backup ${this.#backups.length}`;
    const put = this.#backups.length === 0 ? name : chance.pick(this.#backups);
    this.give(
      chance.pick<Command>([
        { type: 'flipByte', sid, file, offset },
        { type: 'flipByte', sid, file, offset },
        { type: 'cutFile', sid, file, length: offset },
        { type: 'cutFile', sid, file, length: offset, zeroed: true },
        { type: 'cutFile', sid, file, length: 0 },
        { type: 'deleteFile', sid, file },
        { type: 'writeFile', sid, file: epoch, content: btoa(chance.pick(['', 'x', '-1', '0', '1', '3', '9'])) },
        { type: 'backup', sid, name },
        { type: 'restore', sid, name: put },
        { type: 'wipe', sid },
      ]),
    );
    if (!this.#backups.includes(name)) this.#backups.push(name);
    this.give({ type: 'start', sid });
  }
}

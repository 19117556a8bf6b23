/** Rough weather for a small ensemble: clients write while servers are killed, restarted and cut off, all drawn from one seed. */
import { draw, randomStream, type RandomState } from '../../../src/base/random.ts';
import type { Sid } from '../../../src/base/ids.ts';
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../../src/ensemble/options.ts';
import type { ClientId, Command, WorldEvent } from '../../../src/ensemble/types.ts';
import type { Profile } from '../../../src/zab/profile.ts';
import type { EnsembleConfig } from '../../../src/zab/types.ts';
import type { ClientOp } from '../../../src/tree/types.ts';
import { inline, WORLD_ACL } from '../real.ts';

export type Violation = Extract<WorldEvent, { type: 'violation' }>;

export interface StormOptions {
  readonly servers?: number;
  readonly seed: number;
  /** Faults and writes. */
  readonly acts?: number;
  readonly faults?: readonly Fault[];
  readonly config?: Partial<EnsembleConfig>;
  /** Virtual ms of calm after the storm. */
  readonly calmMs?: number;
  readonly multis?: boolean;
  /** Mean virtual ms from one act to the next. */
  readonly pauseMs?: number;
}

export type Fault = 'kill' | 'powerLoss' | 'cut' | 'pause' | 'killAll' | 'diskFull';

/** Short limits, so that little virtual time passes while a limit runs out. */
export const QUICK: Partial<EnsembleConfig> = {
  tickTimeMs: 100,
  initLimitTicks: 5,
  syncLimitTicks: 3,
  maxNotificationIntervalMs: 800,
  cnxTimeoutMs: 300,
};

/** Runs a storm and gives the first violation, or null. */
export function storm(profile: Profile, options: StormOptions): { readonly violation: Violation | null; readonly ensemble: Ensemble } {
  const { servers = 3, seed, acts = 60, faults = ['kill', 'cut'], calmMs = 0, multis = false, pauseMs = 60 } = options;
  const sids = Array.from({ length: servers }, (_, i) => i + 1);
  const config: EnsembleConfig = { ...configOf(sids), ...QUICK, profile, ...options.config };
  const ensemble = new Ensemble({ ...DEFAULT_OPTIONS, seed, config }, inline(), { observers: [new Invariants(config)] });
  const weather = new Weather(ensemble, seed, sids, faults, multis);
  for (const sid of sids) ensemble.command({ type: 'start', sid });
  for (let client = 1; client <= 2; client++) ensemble.command({ type: 'connect', client });
  let stopped = run(ensemble, 1_000);
  for (let i = 0; i < acts && !stopped; i++) {
    weather.act();
    stopped = run(ensemble, weather.upTo(2 * pauseMs) ** 1.2 / 2);
  }
  if (!stopped) {
    weather.clear();
    stopped = run(ensemble, calmMs);
  }
  const said = ensemble.trace.find(({ what }) => what.type === 'violation')?.what;
  return { violation: said?.type === 'violation' ? said : null, ensemble };
}

function run(ensemble: Ensemble, ms: number): boolean {
  return ensemble.run({ untilMs: ensemble.now + ms }) === 'violation';
}

class Weather {
  #random: RandomState;
  #writes = 0;
  readonly #ensemble: Ensemble;
  readonly #sids: readonly Sid[];
  readonly #faults: readonly Fault[];
  readonly #multis: boolean;

  constructor(ensemble: Ensemble, seed: number, sids: readonly Sid[], faults: readonly Fault[], multis: boolean) {
    this.#ensemble = ensemble;
    this.#random = randomStream(seed, 'storm');
    this.#sids = sids;
    this.#faults = faults;
    this.#multis = multis;
  }

  upTo(limit: number): number {
    const [part, random] = draw(this.#random);
    this.#random = random;
    return part * limit;
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.upTo(of.length))] as T;
  }

  act(): void {
    if (this.upTo(1) < 0.45) this.#write();
    else if (this.upTo(1) < 0.5) this.#mend();
    else this.#fault();
  }

  /** Everybody up, connected and awake. */
  clear(): void {
    this.#give({ type: 'heal' });
    for (const sid of this.#sids) this.#recover(sid);
  }

  #write(): void {
    for (let n = 1 + Math.floor(this.upTo(4)); n > 0; n--) {
      const client: ClientId = this.#one([1, 2]);
      this.#give({ type: 'request', client, request: this.#request() });
    }
  }

  #request(): ClientOp {
    const at = this.#writes++;
    const node = (path: string): Extract<ClientOp, { op: 'create' | 'create2' }> => ({
      op: 'create',
      path,
      data: new Uint8Array([at & 255]),
      acl: WORLD_ACL,
      mode: at % 4 === 3 ? 'ephemeral' : 'persistent',
    });
    if (this.#multis && at % 2 === 0) return { op: 'multi', ops: [node(`/m${at}a`), node(`/m${at}b`)] };
    return node(`/n${at}`);
  }

  #fault(): void {
    const sid = this.#one(this.#sids);
    switch (this.#one(this.#faults)) {
      case 'kill':
        return this.#give({ type: 'kill', sid });
      case 'killAll':
        for (const each of this.#sids) this.#give({ type: 'kill', sid: each });
        for (const each of this.#sids) if (this.upTo(1) < 0.7) this.#give({ type: 'start', sid: each });
        return;
      case 'powerLoss':
        return this.#give({ type: 'powerLoss', sid });
      case 'cut':
        return this.#give({ type: 'cut', from: sid, to: this.#one(this.#sids.filter((other) => other !== sid)) });
      case 'pause':
        return this.#give({ type: 'pause', sid });
      case 'diskFull':
        return this.#give({ type: 'diskFull', sid, full: true });
    }
  }

  #mend(): void {
    if (this.upTo(1) < 0.4) this.#give({ type: 'heal' });
    for (const sid of this.#sids) if (this.upTo(1) < 0.6) this.#recover(sid);
  }

  #recover(sid: Sid): void {
    if (this.#ensemble.isPaused(sid)) this.#give({ type: 'resume', sid });
    if (this.#faults.includes('diskFull')) this.#give({ type: 'diskFull', sid, full: false });
    if (!this.#ensemble.isUp(sid) && !this.#ensemble.isStarting(sid)) this.#give({ type: 'start', sid });
  }

  /** What makes no sense at present is passed over. */
  #give(command: Command): void {
    try {
      this.#ensemble.command(command);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'CommandError') throw error;
    }
  }
}

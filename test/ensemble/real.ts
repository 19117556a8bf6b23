/** Ensembles of real servers. */
import type { Sid } from '../../src/base/ids.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import type { EnsembleHooks } from '../../src/ensemble/hooks.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { configOf, DEFAULT_OPTIONS, type WorldOptions } from '../../src/ensemble/options.ts';
import type { ClientId, Command } from '../../src/ensemble/types.ts';
import type { ClientOp } from '../../src/tree/types.ts';
import { step } from '../../src/zab/server.ts';
import type { EnsembleConfig } from '../../src/zab/types.ts';

export const inline = (): InlineHost => new InlineHost(step as Core);

export function optionsFor(count: number, seed = 1): WorldOptions {
  return { ...DEFAULT_OPTIONS, seed, config: configOf(Array.from({ length: count }, (_, i) => i + 1)) };
}

export function realEnsemble(count: number, seed = 1, hooks: EnsembleHooks = {}): Ensemble {
  return new Ensemble(optionsFor(count, seed), inline(), hooks);
}

/** All servers started and serving. */
export function serving(count: number, seed = 1): Ensemble {
  const ensemble = realEnsemble(count, seed);
  for (const sid of ensemble.sids) ensemble.command({ type: 'start', sid });
  ensemble.run({ untilMs: 10_000, until: (e) => e.sids.every((sid) => e.view(sid)?.serving === true) });
  return ensemble;
}

export function leaderOf(ensemble: Ensemble): Sid {
  return ensemble.sids.find((sid) => ensemble.view(sid)?.role === 'LEADING' && ensemble.view(sid)?.serving === true) ?? 0;
}

export const WORLD_ACL = [{ perms: 31, scheme: 'world', id: 'anyone' }] as const;

export function create(path: string): ClientOp {
  return { op: 'create', path, data: new Uint8Array([1, 2, 3]), acl: WORLD_ACL, mode: 'persistent' };
}

export function ask(client: ClientId, request: ClientOp): Command {
  return { type: 'request', client, request };
}

/** Short limits, so that little virtual time passes while a limit runs out. */
export const QUICK: Partial<EnsembleConfig> = {
  tickTimeMs: 100,
  initLimitTicks: 5,
  syncLimitTicks: 3,
  maxNotificationIntervalMs: 800,
  cnxTimeoutMs: 300,
};

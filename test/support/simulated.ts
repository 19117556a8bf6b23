/** An ensemble that runs in this thread, as the command line and tests use it. */
import { Ensemble } from '../../src/ensemble/conductor.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../src/ensemble/options.ts';
import { step } from '../../src/zab/server.ts';
import type { EnsembleConfig } from '../../src/zab/types.ts';

/** Servers 1 to `count`, started, and run until one leads and all others follow. Invariants are watched, as everywhere. */
export function ledEnsemble(count: number, seed = 1, config: Partial<EnsembleConfig> = {}): Ensemble {
  const sids = Array.from({ length: count }, (_, i) => i + 1);
  const options = { ...DEFAULT_OPTIONS, seed, config: { ...configOf(sids), ...config } };
  const ensemble = new Ensemble(options, new InlineHost(step as Core), { observers: [new Invariants(options.config)] });
  for (const sid of sids) ensemble.command({ type: 'start', sid });
  const reason = ensemble.run({ untilMs: 60_000, until: isLed });
  if (!isLed(ensemble))
    throw new Error(`${count} servers have no leader that all follow after ${ensemble.now} ms (the run ended by ${reason})`);
  return ensemble;
}

function isLed(ensemble: Ensemble): boolean {
  const views = ensemble.sids.map((sid) => ensemble.view(sid));
  const leads = views.filter((view) => view?.role === 'LEADING' && view.zabState === 'BROADCAST').length;
  const follow = views.filter((view) => view?.role === 'FOLLOWING' && view.zabState === 'BROADCAST').length;
  return leads === 1 && leads + follow === views.length;
}

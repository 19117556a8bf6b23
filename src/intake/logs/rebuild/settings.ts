/** The configuration of a rebuilt ensemble, as a scenario says it. */
import type { EnsembleConfig } from '../../../zab/types.ts';
import type { Assumption } from './texts.ts';

/** What a scenario accepts (`ensemble/scenario.ts`). */
const KNOBS: readonly (readonly [name: string, field: keyof EnsembleConfig, from: number, to: number])[] = [
  ['tickTime', 'tickTimeMs', 10, 60_000],
  ['initLimit', 'initLimitTicks', 1, 10_000],
  ['syncLimit', 'syncLimitTicks', 1, 10_000],
  ['snapCount', 'snapCount', 2, 1_000_000_000],
  ['snapshotSizeFactor', 'snapshotSizeFactor', -1_000, 1_000],
  ['commitLogCount', 'commitLogCount', 1, 1_000_000],
  ['fastleader.maxNotificationInterval', 'maxNotificationIntervalMs', 200, 3_600_000],
  ['maxBatchSize', 'maxBatchSize', 1, 1_000_000],
];

/** The settings by name; those out of range are brought into it, and listed in `assumed`. */
export function cfgOf(config: EnsembleConfig, assumed: Assumption[]): Readonly<Record<string, number>> {
  const cfg: Record<string, number> = {};
  for (const [name, field, from, to] of KNOBS) {
    const value = Number(config[field]);
    const used = Math.min(to, Math.max(from, value));
    cfg[name] = used;
    if (used !== value) assumed.push({ key: 'clamped', values: { name, value, used } });
  }
  return cfg;
}

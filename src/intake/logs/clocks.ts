/** How far each server's clock is ahead, as causes and effects tell. */
import type { Sid } from '../../base/ids.ts';
import type { Causes } from './causes.ts';
import type { ClockOffset } from './model.ts';
import { offsetsOf } from './offsets.ts';
import type { Told } from './stays.ts';

/** @param causes of `causesOf`, of the same servers. */
export function clocksOf(all: readonly Told[], causes: readonly Causes[]): Map<Sid, ClockOffset> {
  const at = new Map(all.map((one) => [one.sid, one.at]));
  const bounds = causes.map(({ from, to, cause, effect }) => {
    const before = at.get(from);
    const after = at.get(to);
    return { from, to, differences: cause.map((i, k) => (after?.[effect[k] ?? 0] ?? 0) - (before?.[i] ?? 0)) };
  });
  const sids = all.map(({ sid }) => sid).sort((a, b) => a - b);
  return offsetsOf(sids, bounds);
}
